//! The signals that forker gets: blocked, and read from a descriptor (signalfd(2)), so that no handler interrupts
//! anything. And the signal state that forker was started with: corrected for forker, and restored by each run's child.

use std::os::fd::{AsFd, BorrowedFd};

use common::stop::is_ignored;
use nix::libc;
use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, raise, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};

use crate::sys;

/// The signals that forker always reads. INT and TERM too, even if they were ignored at the start: the only other way
/// to stop forker would be KILL, which leaves its runs behind.
const ALWAYS: [i32; 3] = [libc::SIGCHLD, libc::SIGINT, libc::SIGTERM];

/// The signals that forker never reads: KILL and STOP because nobody can, URG because it does nothing by default.
const NEVER: [i32; 3] = [libc::SIGKILL, libc::SIGSTOP, libc::SIGURG];

/// What a signal asks of forker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Received {
    /// CHLD: to look for children that have ended.
    Children,
    /// To stop everything until CONT: the signals of job control.
    Suspend(Signal),
    Continue,
    /// To pass it on to the runs.
    Forward(Signal),
    /// To end: INT, TERM, and every other signal that would end forker by default (signal(7)). `alarm; exec forker` sends
    /// ALRM, and the stop signal of a container may be a real-time one. Unread, it would leave the runs behind.
    Stop(i32),
}

impl Received {
    fn from_number(number: i32) -> Self {
        match Signal::try_from(number) {
            Ok(Signal::SIGCHLD) => Self::Children,
            Ok(signal @ (Signal::SIGTSTP | Signal::SIGTTIN | Signal::SIGTTOU)) => {
                Self::Suspend(signal)
            }
            Ok(Signal::SIGCONT) => Self::Continue,
            Ok(
                signal @ (Signal::SIGQUIT | Signal::SIGUSR1 | Signal::SIGUSR2 | Signal::SIGWINCH),
            ) => Self::Forward(signal),
            _ => Self::Stop(number),
        }
    }
}

/// Whether forker reads a signal: not if it was ignored at the start, as nohup(1) ignores HUP and Rust's runtime PIPE.
///
/// A fault of forker's own (SEGV and its like) ends it all the same: the kernel does not keep that back. Only what others
/// send is read.
fn is_watched(signal: i32) -> bool {
    ALWAYS.contains(&signal) || !NEVER.contains(&signal) && !is_ignored(signal)
}

/// The descriptor that signals are read from.
#[derive(Debug)]
pub(crate) struct Signals(SignalFd);

/// The signal state that forker was started with.
///
/// It has only what forker changes. Signals that were ignored stay ignored over fork and exec (signal(7)), and forker
/// changes only CHLD among them. Whether PIPE was ignored is not known: Rust's runtime ignores it before `main`.
#[derive(Debug)]
pub(crate) struct Inherited {
    pub(crate) mask: SigSet,
    pub(crate) ignored_children: bool,
}

/// Blocks the signals that forker reads, and sets CHLD to its default: while CHLD is ignored, the kernel reaps every
/// child and its status is lost (sigaction(2)). And it removes the handlers for SEGV and BUS by which Rust's runtime reports
/// an overflow of the stack: a child that shares forker's memory would have them until its exec.
///
/// # Errors
/// EMFILE and its like.
pub(crate) fn take_over() -> nix::Result<(Signals, Inherited)> {
    let watched = sys::signal_set((1..=libc::SIGRTMAX()).filter(|signal| is_watched(*signal)));
    let mut mask = SigSet::empty();
    sigprocmask(SigmaskHow::SIG_BLOCK, Some(&watched), Some(&mut mask))?;
    let before = sys::set_disposition(Signal::SIGCHLD, SigHandler::SigDfl)?;
    for handled in [Signal::SIGSEGV, Signal::SIGBUS] {
        if !is_ignored(handled as i32) {
            sys::set_disposition(handled, SigHandler::SigDfl)?;
        }
    }
    let flags = SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC;
    let inherited = Inherited { mask, ignored_children: matches!(before, SigHandler::SigIgn) };
    Ok((Signals(SignalFd::with_flags(&watched, flags)?), inherited))
}

/// Stops this process as `signal` would if it were not blocked: TSTP, TTIN or TTOU. Returns when it is continued.
///
/// The signal is blocked, so `raise` only makes it pending. It takes effect, and the process stops, when it is unblocked.
/// If nobody could continue the process, the kernel does not stop it, and this returns at once: an orphaned group, or the
/// init of a container (setpgid(2), signal(7)).
///
/// # Errors
/// None that is documented for these arguments.
pub(crate) fn suspend(signal: Signal) -> nix::Result<()> {
    // It may have come while everything was being stopped. `raise` would remove it (signal(7)), and forker would wait for
    // another one.
    if !sys::is_pending(Signal::SIGCONT) {
        let stop = SigSet::from(signal);
        raise(signal)?;
        sigprocmask(SigmaskHow::SIG_UNBLOCK, Some(&stop), None)?;
        sigprocmask(SigmaskHow::SIG_BLOCK, Some(&stop), None)?;
    }
    // Taken here, it is not read as a second one.
    if sys::is_pending(Signal::SIGCONT) {
        SigSet::from(Signal::SIGCONT).wait()?;
    }
    Ok(())
}

impl Signals {
    /// The next signal that has come, `None` when all are read. Several of a kind may come as one.
    ///
    /// # Errors
    /// None that signalfd(2) documents for these arguments.
    pub(crate) fn next(&self) -> nix::Result<Option<Received>> {
        while let Some(info) = self.0.read_signal()? {
            let number = info.ssi_signo.cast_signed();
            // A write of forker's own has met the limit on file size (setrlimit(2)), and has failed with EFBIG. Whether
            // that is its end depends on what was written.
            let is_own_write = number == libc::SIGXFSZ && info.ssi_pid == std::process::id();
            if !is_own_write {
                return Ok(Some(Received::from_number(number)));
            }
        }
        Ok(None)
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_for_nobody_else_asks_forker_to_stop() {
        let number = |signal: Signal| signal as i32;
        assert_eq!(
            Received::from_number(number(Signal::SIGTTIN)),
            Received::Suspend(Signal::SIGTTIN)
        );
        assert_eq!(
            Received::from_number(number(Signal::SIGUSR1)),
            Received::Forward(Signal::SIGUSR1)
        );
        for signal in [number(Signal::SIGTERM), number(Signal::SIGALRM), libc::SIGRTMIN() + 3] {
            assert_eq!(Received::from_number(signal), Received::Stop(signal));
        }
    }
}
