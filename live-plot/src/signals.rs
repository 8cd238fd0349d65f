//! SIGINT, SIGTERM and SIGHUP as events, and SIGCONT. They are blocked before any thread starts, so that only the thread
//! that waits for them receives them: nothing that another thread waits for can hold them up. The first request closes the
//! window or ends the input; a second one ends the process, by the signal's default action. What is done about an event is
//! left to `export` and `view`.

use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::{io, thread};

use common::clock;
use common::stop::{self, Request, StopRequests};
use nix::sys::eventfd::{EfdFlags, EventFd};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, pthread_sigmask, raise};

/// The signals that are blocked in every thread.
#[derive(Debug)]
pub struct Signals(SigSet);

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// To stop cleanly.
    Stop,
    /// To stop at once: the process ends when this has been dealt with.
    End,
    /// Nothing: the process was stopped (Ctrl-Z) and goes on.
    Continued,
}

/// Blocks the signals in this thread and in all that it starts.
///
/// # Errors
/// What `pthread_sigmask(3)` says.
pub fn block() -> io::Result<Signals> {
    let mut set = stop::signals();
    set.add(Signal::SIGCONT);
    pthread_sigmask(SigmaskHow::SIG_BLOCK, Some(&set), None)?;
    Ok(Signals(set))
}

impl Signals {
    /// Starts the thread that waits for the signals, and calls `on` for each event.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn watch(self, mut on: impl FnMut(Event) + Send + 'static) -> io::Result<()> {
        let thread = thread::Builder::new().name("signals".to_owned());
        let wait = move || {
            let mut requests = StopRequests::default();
            while let Ok(signal) = self.0.wait() {
                if signal == Signal::SIGCONT {
                    on(Event::Continued);
                    continue;
                }
                match requests.signal(clock::now()) {
                    Request::First => on(Event::Stop),
                    Request::Same => {}
                    Request::Second => {
                        on(Event::End);
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

/// What one thread tells another that waits in poll(2): its descriptor is readable while it is raised.
#[derive(Debug, Clone)]
pub struct Flag(Arc<EventFd>);

impl Flag {
    /// A flag that is not raised.
    ///
    /// # Errors
    /// What eventfd(2) says.
    pub fn new() -> io::Result<Self> {
        let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
        Ok(Self(Arc::new(EventFd::from_value_and_flags(0, flags)?)))
    }

    /// Raises it.
    pub fn raise(&self) {
        // It fails only after 2⁶⁴ calls.
        self.0.write(1).ok();
    }

    /// Lowers it.
    pub(crate) fn lower(&self) {
        // It fails if the flag is not raised.
        self.0.read().ok();
    }
}

impl AsFd for Flag {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
