//! The files of the system's zoneinfo: where they lie, and how one is read. What they mean is [`crate::reply::zone`]'s.
//!
//! Whoever sets TZ or /etc/localtime may name anything: a FIFO would block the server, a device has no end.

use std::env;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};

use nix::libc;

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
    // To open a device may do something. Not to wait is for a FIFO that has just taken the file's place.
    check(&fs::metadata(path)?)?;
    let file = File::options().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    let metadata = file.metadata()?;
    check(&metadata)?;
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes)?;
    Ok((bytes, Stamp::from(&metadata)))
}

fn check(file: &Metadata) -> io::Result<()> {
    if !file.is_file() {
        Err(io::Error::other("it is no regular file"))
    } else if file.len() > LARGEST {
        Err(io::Error::other("it is too large"))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_of_a_sensible_size_are_read() {
        let refused = |path: &Path| read(path).unwrap_err().to_string();
        assert_eq!(refused(Path::new("/dev/zero")), "it is no regular file");
        assert_eq!(refused(Path::new("/tmp")), "it is no regular file");
        let path = env::temp_dir().join(format!("time-server-zoneinfo-{}", std::process::id()));
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(refused(&path), "it is no regular file");
        fs::remove_file(&path).unwrap();
        File::create(&path).unwrap().set_len(LARGEST + 1).unwrap();
        assert_eq!(refused(&path), "it is too large");
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_path_in_disguise_is_no_name() {
        for name in ["", "/etc/passwd", "../../../etc/passwd", "Europe/../Europe/Berlin"] {
            assert_eq!(find(name), None, "{name}");
        }
    }
}
