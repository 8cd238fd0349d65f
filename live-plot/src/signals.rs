//! SIGINT, SIGTERM and SIGHUP as events, and SIGCONT; in a terminal SIGTSTP and SIGWINCH, too. They are blocked before
//! any thread starts, so that only the thread that waits for them receives them: nothing that another thread waits for
//! can hold them up. The first request closes the window or ends the input; a second one ends the process, by the
//! signal's default action. What is done about an event is left to `export`, `view` and `terminal`.

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
    /// To stop the process (Ctrl-Z), as `suspend` does.
    Suspend,
    /// Nothing: the terminal has another size.
    Resized,
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

/// Stops the process as Ctrl-Z does by default; returns when it goes on. The kernel ignores it where no shell would have it
/// go on (setpgid(2), orphaned process groups).
pub(crate) fn suspend() {
    let set = SigSet::from_iter([Signal::SIGTSTP]);
    let unblocked = pthread_sigmask(SigmaskHow::SIG_UNBLOCK, Some(&set), None);
    // It goes to this thread alone, the others block it.
    unblocked.and_then(|()| raise(Signal::SIGTSTP)).ok();
    pthread_sigmask(SigmaskHow::SIG_BLOCK, Some(&set), None).ok();
}

impl Signals {
    /// Also those that a screen in a terminal needs: to be called before any thread starts.
    ///
    /// # Errors
    /// What `pthread_sigmask(3)` says.
    pub(crate) fn of_a_terminal(mut self) -> io::Result<Self> {
        self.0.add(Signal::SIGTSTP);
        self.0.add(Signal::SIGWINCH);
        pthread_sigmask(SigmaskHow::SIG_BLOCK, Some(&self.0), None)?;
        // A read of the terminal from the background then fails, and does not stop the process.
        let reads = SigSet::from_iter([Signal::SIGTTIN]);
        pthread_sigmask(SigmaskHow::SIG_BLOCK, Some(&reads), None)?;
        Ok(self)
    }

    /// Starts the thread that waits for the signals, and calls `on` for each event.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn watch(self, mut on: impl FnMut(Event) + Send + 'static) -> io::Result<()> {
        let thread = thread::Builder::new().name("signals".to_owned());
        let wait = move || {
            let mut requests = StopRequests::default();
            while let Ok(signal) = self.0.wait() {
                let other = match signal {
                    Signal::SIGCONT => Some(Event::Continued),
                    Signal::SIGTSTP => Some(Event::Suspend),
                    Signal::SIGWINCH => Some(Event::Resized),
                    _ => None,
                };
                if let Some(event) = other {
                    on(event);
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
