//! Writes to what somebody reads meanwhile: stdout, a FIFO, a device. It waits for the reader as long as nobody asks the
//! program to stop; from then on a reader that takes nothing for a second is given up, with an error.

use std::fs::{File, OpenOptions};
use std::io::{self, Stdout};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::{SFlag, fstat};
use nix::unistd;

use crate::signals::Flag;

/// How long a reader may take nothing once the program is to stop, in milliseconds.
const FINAL_WAIT: u16 = 1000;

/// How long to wait until somebody else may have opened a FIFO, in milliseconds: poll(2) cannot wait for that.
const RETRY: u16 = 100;

/// What poll(2) calls writable takes so much at once without blocking: `PIPE_BUF`, pipe(7).
const PIPE_BUF: usize = 4096;

/// A descriptor whose writes may have to wait.
#[derive(Debug)]
pub(super) struct Stream {
    to: To,
    stop: Flag,
    /// How much is written at once.
    most: usize,
}

#[derive(Debug)]
enum To {
    Stdout(Stdout),
    Special(File),
}

impl Stream {
    /// Standard output. Others may share its description, so it is not made non-blocking.
    pub(super) fn stdout(stop: Flag) -> Self {
        let stdout = io::stdout();
        let kind =
            fstat(&stdout).map(|stat| SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT);
        let most = if kind == Ok(SFlag::S_IFREG) { usize::MAX } else { PIPE_BUF };
        Self { to: To::Stdout(stdout), stop, most }
    }

    /// A FIFO or a device. A FIFO is opened when somebody has opened it to read: fifo(7).
    pub(super) fn open(path: &Path, stop: Flag) -> io::Result<Self> {
        let is_fifo = path.metadata()?.file_type().is_fifo();
        loop {
            let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
            let opened = OpenOptions::new().write(true).custom_flags(flags.bits()).open(path);
            match opened {
                Err(error) if is_fifo && error.raw_os_error() == Some(Errno::ENXIO as i32) => {
                    if ready(&mut [PollFd::new(stop.as_fd(), PollFlags::POLLIN)], RETRY.into())? {
                        return Err(unread());
                    }
                }
                opened => return Ok(Self { to: To::Special(opened?), stop, most: usize::MAX }),
            }
        }
    }

    fn fd(&self) -> BorrowedFd<'_> {
        match &self.to {
            To::Stdout(stdout) => stdout.as_fd(),
            To::Special(file) => file.as_fd(),
        }
    }

    pub(super) fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.wait()?;
            match unistd::write(self.fd(), &bytes[..bytes.len().min(self.most)]) {
                Ok(written) => bytes = &bytes[written..],
                Err(Errno::EINTR | Errno::EAGAIN) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(())
    }

    /// Waits until something can be written.
    fn wait(&self) -> io::Result<()> {
        let out = || PollFd::new(self.fd(), PollFlags::POLLOUT);
        let mut fds = [out(), PollFd::new(self.stop.as_fd(), PollFlags::POLLIN)];
        ready(&mut fds, PollTimeout::NONE)?;
        // An error is to be found by the write.
        let is_writable = fds[0].any().unwrap_or(true);
        if is_writable || ready(&mut [out()], FINAL_WAIT.into())? { Ok(()) } else { Err(unread()) }
    }
}

/// Whether one of them is ready in time.
fn ready(fds: &mut [PollFd<'_>], timeout: PollTimeout) -> io::Result<bool> {
    loop {
        match poll(fds, timeout) {
            Err(Errno::EINTR) => {}
            result => return Ok(result? > 0),
        }
    }
}

fn unread() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "nobody reads it")
}
