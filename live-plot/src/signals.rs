//! SIGINT, SIGTERM and SIGHUP as events. They are blocked before any thread starts, so that only the thread that waits for
//! them receives them. The first one closes the window or ends the input; a second one ends the process, by its default
//! action.

use std::{io, thread};

use common::clock;
use common::stop::{self, Request, StopRequests};
use nix::sys::signal::{SigSet, SigmaskHow, pthread_sigmask, raise};
use nix::sys::signalfd::{SfdFlags, SignalFd};

/// The signals that are blocked in every thread.
#[derive(Debug)]
pub struct Signals(SigSet);

/// Blocks the signals that ask to stop in this thread and in all that it starts.
///
/// # Errors
/// What `pthread_sigmask(3)` says.
pub fn block() -> io::Result<Signals> {
    let set = stop::signals();
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

    /// Starts the thread that waits for the signals, and calls `close` at the first one.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn on_first(self, close: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let thread = thread::Builder::new().name("signals".to_owned());
        let wait = move || {
            let (mut requests, mut close) = (StopRequests::default(), Some(close));
            while let Ok(signal) = self.0.wait() {
                match requests.signal(clock::now()) {
                    Request::First => close.take().into_iter().for_each(|close| close()),
                    Request::Same => {}
                    Request::Second => {
                        // Unblocked, it is delivered to this thread and ends the process, whatever the others do.
                        let unblocked =
                            pthread_sigmask(SigmaskHow::SIG_UNBLOCK, Some(&self.0), None);
                        unblocked.and_then(|()| raise(signal)).ok();
                    }
                }
            }
        };
        thread.spawn(wait).map(drop)
    }
}
