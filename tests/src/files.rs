//! Files of a test's own.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The repository's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A file that is gone when its test ends.
#[derive(Debug)]
pub struct TempFile(PathBuf);

impl TempFile {
    /// Writes one; the name needs to be unique among a program's tests only. Another process does: a child
    /// that another test starts meanwhile would for a moment share an open descriptor of ours, and a file that
    /// is open for writing cannot be executed (execve(2), ETXTBSY).
    pub fn new(name: &str, content: &str, mode: u32) -> Self {
        let path = std::env::temp_dir().join(format!("test-{}-{name}", std::process::id()));
        let mut writer = Command::new("tee")
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        writer.stdin.take().unwrap().write_all(content.as_bytes()).unwrap();
        assert!(writer.wait().unwrap().success());
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

/// A new folder for files of one test.
pub fn temporary(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("test-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A library for `LD_PRELOAD`, whose functions take the place of the C library's. The compiler is there, for Rust links
/// its programs with it.
pub fn preloaded(folder: &Path, functions: &str) -> PathBuf {
    let (source, library) = (folder.join("preloaded.c"), folder.join("preloaded.so"));
    fs::write(&source, functions).unwrap();
    let mut compile = Command::new("cc");
    compile.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl");
    assert!(compile.status().unwrap().success());
    library
}
