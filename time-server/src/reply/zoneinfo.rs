//! The files of the system's zoneinfo: where they lie, and whether one has changed. What they mean is
//! [`crate::reply::zone`]'s.

use std::env;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use common::regular_file;

/// Where zoneinfo lies, in the order in which it is looked for.
const ZONEINFO: [&str; 3] = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/etc/zoneinfo"];

/// The most that is read, in bytes: the largest file of zoneinfo has some 4,000.
const LARGEST: u64 = 1 << 20;

/// Identifies a state of a file: it changes when the file is written or replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp {
    inode: (u64, u64),
    modified: (i64, i64),
}

impl Stamp {
    /// The state of the file now.
    ///
    /// # Errors
    /// It is not there.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        fs::metadata(path).map(|file| Self::from(&file))
    }
}

impl From<&Metadata> for Stamp {
    fn from(file: &Metadata) -> Self {
        Self { inode: (file.dev(), file.ino()), modified: (file.mtime(), file.mtime_nsec()) }
    }
}

/// The file of a zone of this name, if there is one.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let is_plain = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    if name.is_empty() || !is_plain {
        return None;
    }
    let own = env::var_os("TZDIR").map(PathBuf::from);
    let folders = own.into_iter().chain(ZONEINFO.map(PathBuf::from));
    folders.map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// A file's content, and the state in which it was read.
///
/// # Errors
/// It cannot be read, is no regular file or too large.
pub(crate) fn read(path: &Path) -> io::Result<(Vec<u8>, Stamp)> {
    let (bytes, metadata) = regular_file::read(path, LARGEST)?;
    Ok((bytes, Stamp::from(&metadata)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_disguise_is_no_name() {
        for name in ["", "/etc/passwd", "../../../etc/passwd", "Europe/../Europe/Berlin"] {
            assert_eq!(find(name), None, "{name}");
        }
    }
}
