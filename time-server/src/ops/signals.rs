//! Signals as data: blocked, and read from a descriptor, signalfd(2). And those that are blocked because a program that
//! writes would end or stop by them. What a signal asks for is decided by whoever reads it.

use common::stop;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

use crate::error::Error;

/// Blocks the signals that ask to stop, and `others`, in this thread and in all that it starts from here on; they are read
/// from the descriptor.
///
/// # Errors
/// No descriptor is left.
pub(crate) fn block(others: &[Signal]) -> Result<SignalFd, Error> {
    let mut signals = stop::signals();
    signals.extend(others.iter().copied());
    signals.thread_block().map_err(Error::system("sigprocmask"))?;
    let flags = SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC;
    SignalFd::with_flags(&signals, flags).map_err(Error::system("signalfd"))
}

/// Blocks the signals by which the kernel would end or stop a program that writes: where a file may not grow any more (XFSZ,
/// setrlimit(2)), and where a terminal takes nothing from background jobs (TTOU, `stty tostop`). Blocked, the first becomes
/// an error of the write, and the second has no effect (`tty_ioctl`(4)).
///
/// # Errors
/// None that can happen.
pub(crate) fn block_those_of_output() -> Result<(), Error> {
    let signals = SigSet::from_iter([Signal::SIGXFSZ, Signal::SIGTTOU]);
    signals.thread_block().map_err(Error::system("sigprocmask"))
}
