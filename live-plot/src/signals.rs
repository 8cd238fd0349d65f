//! SIGINT and SIGTERM as events. They are blocked before any thread starts, so that only the thread that waits for them
//! receives them. The first one closes the window or ends the input; a second one ends the process, by its default action.

use std::{io, thread};

use nix::sys::signal::{SigSet, SigmaskHow, Signal, pthread_sigmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};

/// The signals that are blocked in every thread.
#[derive(Debug)]
pub struct Signals(SigSet);

/// Blocks SIGINT and SIGTERM in this thread and in all that it starts.
///
/// # Errors
/// What `pthread_sigmask(3)` says.
pub fn block() -> io::Result<Signals> {
    let set = SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM]);
    pthread_sigmask(SigmaskHow::SIG_BLOCK, Some(&set), None)?;
    Ok(Signals(set))
}

impl Signals {
    /// A descriptor that is readable once a signal has come.
    ///
    /// # Errors
    /// What signalfd(2) says.
    pub fn descriptor(&self) -> io::Result<SignalFd> {
        Ok(SignalFd::with_flags(&self.0, SfdFlags::SFD_CLOEXEC)?)
    }

    /// Starts the thread that waits, and calls `close` at the first signal.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn on_first(self, close: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let thread = thread::Builder::new().name("signals".to_owned());
        let wait = move || {
            if self.0.wait().is_ok() {
                close();
            }
            // From here on a signal is delivered to this thread and ends the process, whatever the others do.
            let unblocked = pthread_sigmask(SigmaskHow::SIG_UNBLOCK, Some(&self.0), None);
            while unblocked.is_ok() {
                thread::park();
            }
        };
        thread.spawn(wait).map(drop)
    }
}
