//! A terminal is opened once more, for a description of its own that does not block.
//!
//! A write to a terminal blocks until there is room for all of it, and poll(2) says POLLOUT as soon as there is room for
//! a part. Only `O_NONBLOCK` helps, and that belongs to the open file description, which the shell and every child share: so it
//! is not ours to set there.

use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;

use nix::fcntl::OFlag;
use nix::libc;
use nix::sys::stat::fstat;
use nix::sys::termios::tcgetsid;
use nix::unistd::isatty;

/// The major and minor number of `/dev/ptmx`: to open it makes another terminal.
const MASTER: (u64, u64) = (5, 2);

/// The terminal that `fd` is, by a description of its own. None if it is no terminal, or may not be opened: it is not the one
/// that controls this process, and is another user's (after `su`), or there is no /proc.
pub(crate) fn reopen(fd: BorrowedFd<'_>) -> Option<OwnedFd> {
    let number = |fd: BorrowedFd<'_>| fstat(fd).ok().map(|stat| stat.st_rdev);
    let own_number = number(fd)?;
    let is_master = (libc::major(own_number).into(), libc::minor(own_number).into()) == MASTER;
    if is_master || !isatty(fd).unwrap_or(false) {
        return None;
    }
    let open = |path: &str| {
        let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
        let opened = File::options().write(true).custom_flags(flags.bits()).open(path);
        opened.ok().map(OwnedFd::from)
    };
    // Only of the terminal that controls this process does it tell the session (tcgetsid(3)), and everybody may open that.
    let controlling = || tcgetsid(fd).ok().and_then(|_| open("/dev/tty"));
    let by_descriptor = || {
        let opened = open(&format!("/proc/self/fd/{}", fd.as_raw_fd()))?;
        (number(opened.as_fd()) == Some(own_number)).then_some(opened)
    };
    controlling().or_else(by_descriptor)
}
