//! Files of a test's own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// A file that is gone when its test ends.
#[derive(Debug)]
pub struct TempFile(PathBuf);

impl TempFile {
    /// Writes one; the name needs to be unique among a program's tests only.
    pub fn new(name: &str, content: &str, mode: u32) -> Self {
        let path = std::env::temp_dir().join(format!("test-{}-{name}", std::process::id()));
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        Self(path)
    }

    /// Its path.
    pub fn name(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
