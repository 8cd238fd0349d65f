//! A file that grows: reads on at its end, also when it is truncated, or when another file gets its name (logrotate), and
//! waits for one that is not there yet. As `tail -F` does.
//!
//! It looks at the file ten times a second. inotify(7) would report a change at once, but not on every file system: none
//! that another machine makes over NFS or a hypervisor through a shared folder, and none below /proc or /sys.

use std::fs::{self, File};
use std::io::{self, Seek as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use common::{escape, words};
use nix::errno::Errno;
use nix::unistd;

use super::file::{self, Read};

/// How long to wait at the end of the file.
pub(super) const PAUSE: Duration = Duration::from_millis(100);

/// The file that has the name, as far as it has been read.
#[derive(Debug)]
pub(super) struct Followed {
    path: PathBuf,
    file: Option<File>,
    /// How much of it has been read.
    offset: u64,
    /// How large it was when it was opened at the start.
    history: u64,
    /// It has had a size. What the kernel makes up below /proc has none, and can be read all the same.
    has_size: bool,
    /// A file that cannot be opened has been reported.
    is_reported: bool,
}

/// What a look at a file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Look {
    /// Device and inode, which tell a file from another.
    identity: (u64, u64),
    size: u64,
    /// Only a regular file can be truncated.
    is_regular: bool,
}

/// What has become of the file at whose end we are.
#[derive(Debug, PartialEq, Eq)]
enum Change {
    None,
    Truncated,
    Replaced,
}

/// Compares the open file, read up to `offset`, with the file that now has its name, if there is one.
fn change(open: Look, offset: u64, named: Option<Look>) -> Change {
    match named {
        Some(named) if named.identity != open.identity => Change::Replaced,
        _ if open.is_regular && open.size < offset => Change::Truncated,
        _ => Change::None,
    }
}

impl From<fs::Metadata> for Look {
    fn from(found: fs::Metadata) -> Self {
        let identity = (found.dev(), found.ino());
        Self { identity, size: found.size(), is_regular: found.is_file() }
    }
}

impl Followed {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = match file::open(path) {
            Ok(file) => Some(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let history =
            file.as_ref().and_then(|file| file.metadata().ok()).map_or(0, |file| file.len());
        if file.is_none() {
            tracing::info!("{} is not there yet; waiting for it.", escape::path(path));
        }
        let (has_size, is_reported) = (history > 0, file.is_none());
        Ok(Self { path: path.to_owned(), file, offset: 0, history, has_size, is_reported })
    }

    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.file.as_ref().map(File::as_fd)
    }

    /// Of what the file held at the start, the part that has been read.
    pub(super) fn history_read(&self) -> f64 {
        if self.offset < self.history { self.offset as f64 / self.history as f64 } else { 1.0 }
    }

    pub(super) fn read(&mut self, block: &mut [u8]) -> nix::Result<Read> {
        let Some(file) = &mut self.file else {
            return Ok(self.replace());
        };
        let length = match unistd::read(&*file, &mut *block) {
            Err(Errno::EINTR | Errno::EAGAIN) => 0,
            length => length?,
        };
        if length > 0 {
            self.offset += length as u64;
            return Ok(Read::Bytes(length));
        }
        let Ok(open) = file.metadata().map(Look::from) else { return Ok(Read::Nothing) };
        self.has_size |= open.size > 0;
        let offset = if self.has_size { self.offset } else { 0 };
        match change(open, offset, fs::metadata(&self.path).ok().map(Look::from)) {
            Change::None => Ok(Read::Nothing),
            Change::Truncated => {
                tracing::warn!(
                    "{} was truncated; reading it from its beginning.",
                    escape::path(&self.path)
                );
                let rewound = file.rewind();
                rewound.map_err(|error| Errno::from_raw(error.raw_os_error().unwrap_or(0)))?;
                (self.offset, self.history) = (0, 0);
                Ok(Read::Restart)
            }
            // What was written to it between our read and our look comes first.
            Change::Replaced => match unistd::read(&*file, block) {
                Ok(length) if length > 0 => {
                    self.offset += length as u64;
                    Ok(Read::Bytes(length))
                }
                _ => Ok(self.replace()),
            },
        }
    }

    /// Goes on with the file that now has the name, once there is one that can be read.
    fn replace(&mut self) -> Read {
        let path = escape::path(&self.path);
        match file::open(&self.path) {
            Ok(file) => {
                tracing::info!("{path} is another file now; reading it from its beginning.");
                (self.file, self.offset, self.history, self.is_reported) =
                    (Some(file), 0, 0, false);
                return Read::Restart;
            }
            Err(error) if !std::mem::replace(&mut self.is_reported, true) => {
                tracing::warn!(
                    "cannot read {path}: {}; waiting for one that can be read",
                    words::io_error(&error)
                );
            }
            Err(_) => {}
        }
        Read::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_the_kernel_makes_up_has_no_size_and_is_not_truncated() {
        let mut followed = Followed::open(Path::new("/proc/sys/kernel/pid_max")).unwrap();
        let mut block = [0; 64];
        assert!(matches!(followed.read(&mut block), Ok(Read::Bytes(1..))));
        assert_eq!(followed.read(&mut block), Ok(Read::Nothing));
    }

    #[test]
    fn another_file_under_the_name_replaces_the_one_that_is_open_and_a_shorter_one_was_truncated() {
        let look = |inode, size| Look { identity: (1, inode), size, is_regular: true };
        assert_eq!(change(look(7, 10), 10, Some(look(7, 10))), Change::None);
        assert_eq!(change(look(7, 9), 10, Some(look(7, 9))), Change::Truncated);
        assert_eq!(change(look(7, 0), 10, Some(look(8, 0))), Change::Replaced);
        // Renamed, and no other is there yet: more may still be written to it.
        assert_eq!(change(look(7, 10), 10, None), Change::None);
        let device = Look { is_regular: false, ..look(7, 0) };
        assert_eq!(change(device, 10, Some(device)), Change::None);
    }
}
