//! Where the numbers come from: opens it, and knows what kind it is. When to read is left to `pipeline`, what happens to a
//! file that is followed to `followed`.

use std::fs::{self, File};
use std::io::{self, IsTerminal, Stdin};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use common::escape;
use nix::errno::Errno;
use nix::sys::stat::{SFlag, fstat};
use nix::unistd::{self, tcgetpgrp};

use super::file::{self, Read};
use super::followed::Followed;
use crate::error::Error;

/// Where the numbers come from.
#[derive(Debug)]
pub struct Source {
    name: String,
    from: From,
}

#[derive(Debug)]
enum From {
    Stdin(Stdin),
    File(File),
    Followed(Followed),
}

impl Source {
    /// Opens a file, or standard input if there is none. A file that is followed need not be there yet.
    ///
    /// # Errors
    /// When it cannot be opened or is a directory.
    pub fn open(file: Option<&Path>, follow: bool) -> Result<Self, Error> {
        let name = file.map_or_else(|| "standard input".to_owned(), escape::path);
        let from = match file {
            None => Ok(From::Stdin(io::stdin())),
            Some(path) if follow => Followed::open(path).map(From::Followed),
            Some(path) => file::open(path).map(From::File),
        };
        let failed = |source| Error::Input { from: name.clone(), source };
        let source = Self { from: from.map_err(failed)?, name: name.clone() };
        // open(2) takes a directory, and so does a shell's redirection; read(2) would refuse it, but only once the window is there.
        if source.is_of(SFlag::S_IFDIR) {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        Ok(source)
    }

    #[cfg(test)]
    pub(crate) fn from_file(file: File) -> Self {
        Self { name: String::new(), from: From::File(file) }
    }

    /// What it is called in a message.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The file's name in a message, if it is one that was named.
    pub(super) fn file(&self) -> Option<&str> {
        (!matches!(self.from, From::Stdin(_))).then_some(&self.name)
    }

    /// Whether a person types the numbers. A terminal that does not control this process is none to type at: a serial
    /// port, say (`tcgetpgrp(3)` fails there with ENOTTY).
    #[must_use]
    pub fn is_typed(&self) -> bool {
        let From::Stdin(stdin) = &self.from else { return false };
        stdin.is_terminal() && tcgetpgrp(stdin).is_ok()
    }

    /// Whether all of it is there at once: a regular file that is not followed, by whatever name.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !matches!(self.from, From::Followed(_)) && self.is_of(SFlag::S_IFREG)
    }

    /// Whether a producer writes into it without a terminal: its output may be buffered.
    pub(super) fn is_pipe(&self) -> bool {
        self.is_of(SFlag::S_IFIFO) || self.is_of(SFlag::S_IFSOCK)
    }

    fn is_of(&self, kind: SFlag) -> bool {
        let stat = self.fd().and_then(|fd| fstat(fd).ok());
        stat.is_some_and(|stat| SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT == kind)
    }

    /// Whether the numbers come from this regular file, by whatever name.
    #[must_use]
    pub fn is_file(&self, path: &Path) -> bool {
        let own = self.fd().and_then(|fd| fstat(fd).ok()).map(|own| (own.st_dev, own.st_ino));
        let file = fs::metadata(path).ok().filter(fs::Metadata::is_file);
        own.is_some() && own == file.map(|file| (file.dev(), file.ino()))
    }

    /// What is to be waited for; `None` for a file that is not there yet.
    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        match &self.from {
            From::Stdin(stdin) => Some(stdin.as_fd()),
            From::File(file) => Some(file.as_fd()),
            From::Followed(followed) => followed.fd(),
        }
    }

    /// Of what a followed file held when it was opened, the part that has been read: 1 when all of it has.
    pub(super) fn history_read(&self) -> f64 {
        if let From::Followed(followed) = &self.from { followed.history_read() } else { 1.0 }
    }

    /// Reads what is there.
    pub(super) fn read(&mut self, block: &mut [u8]) -> nix::Result<Read> {
        let read = match &mut self.from {
            From::Stdin(stdin) => unistd::read(stdin, block),
            From::File(file) => unistd::read(file, block),
            From::Followed(followed) => return followed.read(block),
        };
        match read {
            Ok(0) => Ok(Read::End),
            Ok(length) => Ok(Read::Bytes(length)),
            // A file, and any descriptor that is shared, may be non-blocking.
            Err(Errno::EINTR | Errno::EAGAIN) => Ok(Read::Bytes(0)),
            Err(errno) => Err(errno),
        }
    }
}
