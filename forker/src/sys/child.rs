//! From clone to exec: all that the first process of a run does before it is the command.
//!
//! The child works in forker's own memory, so nothing is copied; and forker does not wait for the exec, as it would after
//! vfork(2), because an exec may hang. Two processes in one memory are what threads are, and it takes the same care:
//!
//! - The child makes system calls only, directly ([`super::kernel`]): no allocation, no lock, no `errno`, no panic.
//! - It writes to its stack alone, and what it reads is never changed and never freed: a `&'static Plan`.
//! - Its stack is used again when it has left this memory ([`super::stack`]).
//! - No signal runs code in it: forker has no handlers (it removes those of Rust's runtime at its start).

use std::ffi::CString;
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::libc::STDOUT_FILENO;
use nix::sys::signal::{SigSet, Signal};
use nix::unistd::Pid;

use super::{StringArray, kernel};
use crate::report::run;

/// What a child does: everything is prepared, for it may not allocate.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What to try to execute, in this order.
    pub(crate) paths: Vec<CString>,
    pub(crate) argv: StringArray,
    pub(crate) envp: StringArray,
    /// What it writes to stdout before exec; nothing when quiet.
    pub(crate) announcement: Vec<u8>,
    /// The signals that the command blocks.
    pub(crate) mask: SigSet,
    /// Whether the command ignores CHLD.
    pub(crate) ignores_children: bool,
    /// Its stdin.
    pub(crate) null: File,
    /// Takes the report of a failed exec.
    pub(crate) reports: OwnedFd,
    /// The process without which it is to get TERM.
    pub(crate) keeper: Option<Pid>,
}

/// Why a child's exec has failed. In a pipe it is written whole, being shorter than `PIPE_BUF` (pipe(7)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FailedExec {
    pub(crate) pid: i32,
    pub(crate) errno: i32,
}

impl FailedExec {
    pub(crate) const LENGTH: usize = 8;

    /// Pid and errno, as the kernel's own integers.
    pub(crate) fn to_bytes(self) -> [u8; Self::LENGTH] {
        let ([a, b, c, d], [e, f, g, h]) = (self.pid.to_ne_bytes(), self.errno.to_ne_bytes());
        [a, b, c, d, e, f, g, h]
    }

    pub(crate) fn from_bytes([a, b, c, d, e, f, g, h]: [u8; Self::LENGTH]) -> Self {
        Self { pid: i32::from_ne_bytes([a, b, c, d]), errno: i32::from_ne_bytes([e, f, g, h]) }
    }
}

/// Becomes the command; returns an exit status only if that fails.
pub(super) fn become_command(plan: &Plan) -> u8 {
    let errno = match set_up(plan) {
        Ok(()) => exec(plan),
        Err(errno) => errno,
    };
    let report = FailedExec { pid: kernel::getpid(), errno: errno as i32 };
    // An error here cannot be reported; the exit status still shows the failure.
    kernel::write(plan.reports.as_fd(), &report.to_bytes()).ok();
    run::not_executed(errno)
}

/// Its own group, no input, an end with forker's, the announcement, and the inherited signals.
fn set_up(plan: &Plan) -> nix::Result<()> {
    kernel::lead_group()?;
    kernel::dup_to_stdin(plan.null.as_fd())?;
    if let Some(keeper) = plan.keeper {
        kernel::set_parent_death_signal(Signal::SIGTERM)?;
        // It may have ended before that (PR_SET_PDEATHSIG(2const)). 0: it is in another pid namespace.
        if ![keeper.as_raw(), 0].contains(&kernel::getppid()) {
            return Err(Errno::ESRCH);
        }
    }
    // So that a command ends without a complaint when the reader of its output goes.
    kernel::set_default(Signal::SIGPIPE)?;
    if plan.ignores_children {
        kernel::ignore(Signal::SIGCHLD)?;
    }
    // Before the announcement: TERM must be able to end a child that blocks in writing it.
    kernel::set_mask(&plan.mask)?;
    if !plan.announcement.is_empty() {
        announce(plan)?;
    }
    Ok(())
}

/// The child's group is in the background of the terminal. With `stty tostop` the kernel stops a background process that
/// writes, by TTOU, unless it blocks TTOU (termios(3)).
fn announce(plan: &Plan) -> nix::Result<()> {
    let mut mask = plan.mask;
    mask.add(Signal::SIGTTOU);
    kernel::set_mask(&mask)?;
    // SAFETY: stdout is open: where it was closed at the start, Rust's runtime has opened /dev/null.
    let stdout = unsafe { BorrowedFd::borrow_raw(STDOUT_FILENO) };
    let mut left = plan.announcement.as_slice();
    while !left.is_empty() {
        left = match kernel::write(stdout, left) {
            Ok(written) => left.get(written..).unwrap_or_default(),
            // Whoever shares it has made it non-blocking (O_NONBLOCK, open(2)): as in forker, no line is lost by that.
            Err(Errno::EAGAIN) if kernel::wait_writable(stdout).is_ok() => left,
            // No reason not to run the command: it may not need stdout.
            Err(_) => break,
        }
    }
    kernel::set_mask(&plan.mask)
}

/// Tries each path as execvp(3) does. What is wrong with one path is reported only if no other path leads to a program.
fn exec(plan: &Plan) -> Errno {
    let mut worst = Errno::ENOENT;
    for path in &plan.paths {
        let errno = kernel::execve(path, &plan.argv, &plan.envp);
        match errno {
            Errno::ENOENT | Errno::ENOTDIR => {}
            // A folder on a network that does not answer.
            Errno::ESTALE | Errno::ENODEV | Errno::ETIMEDOUT => worst = errno,
            Errno::EACCES => {
                worst = if kernel::is_directory(path) { Errno::EISDIR } else { Errno::EACCES }
            }
            _ => return errno,
        }
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reads_as_what_was_written() {
        let report = FailedExec { pid: 4711, errno: 13 };
        assert_eq!(FailedExec::from_bytes(report.to_bytes()), report);
    }
}
