//! The signals that forker gets: blocked, and read from a descriptor (signalfd(2)), so that no handler interrupts
//! anything. And the signal state that forker was started with: corrected for forker, restored for each run.

use std::os::fd::{AsFd, BorrowedFd};

use common::stop::is_ignored;
use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, raise, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};

use crate::sys;

/// The signals that forker always reads. INT and TERM too, even if they were ignored at the start: the only other way
/// to stop forker would be KILL, which leaves its runs behind.
const ALWAYS: [Signal; 3] = [Signal::SIGCHLD, Signal::SIGINT, Signal::SIGTERM];

/// The signals that stop forker, beside INT and TERM, unless they were ignored at the start: nohup(1) ignores HUP. Each
/// ends a process by default (signal(7)): `alarm; exec forker` sends ALRM, a limit on file size (ulimit -f) XFSZ. Unread,
/// they would end forker and leave its runs behind.
const STOPPING: [Signal; 9] = [
    Signal::SIGHUP,
    Signal::SIGALRM,
    Signal::SIGIO,
    Signal::SIGPROF,
    Signal::SIGPWR,
    Signal::SIGSTKFLT,
    Signal::SIGVTALRM,
    Signal::SIGXCPU,
    Signal::SIGXFSZ,
];

/// The signals that are meant for the runs, and those of job control, unless they were ignored at the start.
const FOR_RUNS: [Signal; 6] = [
    Signal::SIGQUIT,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGWINCH,
    Signal::SIGTSTP,
    Signal::SIGCONT,
];

/// Whether a signal asks forker to stop.
pub(crate) fn is_stopping(signal: Signal) -> bool {
    matches!(signal, Signal::SIGINT | Signal::SIGTERM) || STOPPING.contains(&signal)
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
    mask: SigSet,
    ignored_children: bool,
}

/// Blocks the signals that forker reads, and sets CHLD to its default: while CHLD is ignored, the kernel reaps every
/// child and its status is lost (sigaction(2)).
///
/// # Errors
/// EMFILE and its like.
pub(crate) fn take_over() -> nix::Result<(Signals, Inherited)> {
    let mut watched: SigSet = ALWAYS.into_iter().collect();
    for signal in STOPPING.into_iter().chain(FOR_RUNS) {
        if !is_ignored(signal) {
            watched.add(signal);
        }
    }
    let mut mask = SigSet::empty();
    sigprocmask(SigmaskHow::SIG_BLOCK, Some(&watched), Some(&mut mask))?;
    let before = sys::set_disposition(Signal::SIGCHLD, SigHandler::SigDfl)?;
    let flags = SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC;
    let inherited = Inherited { mask, ignored_children: matches!(before, SigHandler::SigIgn) };
    Ok((Signals(SignalFd::with_flags(&watched, flags)?), inherited))
}

/// Stops this process as an unblocked TSTP would; returns when it is continued.
///
/// TSTP is blocked, so `raise` only makes it pending. It takes effect, and the process stops, when it is unblocked. If
/// nobody could continue the process, the kernel does not stop it, and this returns at once: an orphaned group, or the
/// init of a container (setpgid(2), signal(7)).
///
/// # Errors
/// None that is documented for these arguments.
pub(crate) fn suspend() -> nix::Result<()> {
    let mut stop = SigSet::empty();
    stop.add(Signal::SIGTSTP);
    raise(Signal::SIGTSTP)?;
    sigprocmask(SigmaskHow::SIG_UNBLOCK, Some(&stop), None)?;
    sigprocmask(SigmaskHow::SIG_BLOCK, Some(&stop), None)
}

impl Inherited {
    /// Restores the state for a child, between fork and exec. PIPE gets its default, so that a command ends without a
    /// complaint when the reader of its output goes.
    ///
    /// # Errors
    /// None that is documented for these arguments.
    pub(crate) fn restore(&self) -> nix::Result<()> {
        sys::set_disposition(Signal::SIGPIPE, SigHandler::SigDfl)?;
        if self.ignored_children {
            sys::set_disposition(Signal::SIGCHLD, SigHandler::SigIgn)?;
        }
        sigprocmask(SigmaskHow::SIG_SETMASK, Some(&self.mask), None)
    }
}

impl Signals {
    /// The next signal that has come, `None` when all are read. Several of a kind may come as one.
    ///
    /// # Errors
    /// None that signalfd(2) documents for these arguments.
    pub(crate) fn next(&self) -> nix::Result<Option<Signal>> {
        let Some(info) = self.0.read_signal()? else {
            return Ok(None);
        };
        Signal::try_from(info.ssi_signo.cast_signed()).map(Some)
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
