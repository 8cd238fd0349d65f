//! A wait for descriptors with a deadline, as the processes of an experiment do it.

use std::os::fd::BorrowedFd;
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};

/// Waits until one of `fds` is readable, or has come to its end; false if none is within `timeout`. `None` is no end.
pub(super) fn wait_readable(
    fds: &[BorrowedFd<'_>],
    timeout: Option<Duration>,
) -> nix::Result<bool> {
    let mut fds: Vec<PollFd<'_>> =
        fds.iter().map(|fd| PollFd::new(*fd, PollFlags::POLLIN)).collect();
    match ppoll(&mut fds, timeout.map(Into::into), None) {
        Err(Errno::EINTR) => Ok(false),
        result => result.map(|ready| ready > 0),
    }
}
