//! Signals as data: what asks forker for something is blocked and read from a descriptor, so that nothing
//! ever interrupts. And the state that forker was started with: put right here, handed on to each run.

use std::os::fd::{AsFd, BorrowedFd};

use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, raise, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};

use crate::sys;

/// What forker listens to whatever it was started with: INT and TERM stop it even if they were ignored,
/// because whoever may stop it otherwise, by KILL, leaves its runs behind.
const ALWAYS: [Signal; 3] = [Signal::SIGCHLD, Signal::SIGINT, Signal::SIGTERM];

/// What forker listens to unless it was started with it ignored, as nohup(1) does.
const UNLESS_IGNORED: [Signal; 7] = [
    Signal::SIGHUP,
    Signal::SIGQUIT,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGWINCH,
    Signal::SIGTSTP,
    Signal::SIGCONT,
];

/// The descriptor that signals are read from.
#[derive(Debug)]
pub(crate) struct Signals(SignalFd);

/// The signal state that forker was started with.
///
/// Ignored signals need no keeping: they stay ignored over fork and exec (signal(7)), and forker leaves
/// them alone but for CHLD. What PIPE was nobody knows: Rust's runtime ignores it before `main`.
#[derive(Debug)]
pub(crate) struct Inherited {
    mask: SigSet,
    ignored_children: bool,
}

/// Blocks what forker listens to and sets CHLD right: ignored, it would reap every child unseen.
///
/// # Errors
/// EMFILE and its like.
pub(crate) fn take_over() -> nix::Result<(Signals, Inherited)> {
    let mut watched: SigSet = ALWAYS.into_iter().collect();
    for signal in UNLESS_IGNORED {
        if !sys::is_ignored(signal)? {
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

/// Stops this process as Ctrl-Z would have, had TSTP not been blocked; comes back when it is continued, or at
/// once where nobody could continue it: the kernel stops no orphaned group, and no init (signal(7)).
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
    /// Puts a child's signals as forker found them, and PIPE to its default: a command whose reader goes
    /// ends quietly. Called between fork and exec.
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
