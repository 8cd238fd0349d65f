//! The lab's own loop: it waits, and meanwhile obeys its signals and the reader of its output.

use std::io::{Stdout, stdout};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use common::output::Output;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::signal::Signal;
use nix::sys::signalfd::SignalFd;
use nix::sys::time::TimeSpec;

use crate::error::Error;
use crate::ops::signals;

/// Why the lab ends early.
#[derive(Debug)]
pub(super) enum Interruption {
    /// It was asked to, or stdout's reader has gone.
    Stopped,
    Failed(Error),
}

impl From<Error> for Interruption {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// The signals and stdout of the lab.
#[derive(Debug)]
pub(super) struct Watch {
    signals: SignalFd,
    stdout: Output<Stdout>,
    /// The program was stopped, and continued.
    was_stopped: bool,
}

impl Watch {
    /// Blocks the signals: to be called before any thread is started, so that all inherit it.
    pub(super) fn new() -> Result<Self, Error> {
        // TSTP stops all threads by itself, and CONT lets them go on. Blocked, CONT is reported too.
        let signals = signals::block(&[Signal::SIGCONT])?;
        Ok(Self { signals, stdout: Output::new(stdout()), was_stopped: false })
    }

    /// Prints, and waits for the reader.
    pub(super) fn print(&mut self, text: &str) -> Result<(), Interruption> {
        self.stdout.push(text.as_bytes());
        while self.stdout.is_pending() {
            self.wait(None, None)?;
        }
        self.check_stdout(false)
    }

    /// Waits until `end` is closed, and returns whether it is; at most for `timeout`.
    pub(super) fn wait(
        &mut self,
        end: Option<BorrowedFd<'_>>,
        timeout: Option<Duration>,
    ) -> Result<bool, Interruption> {
        // POLLERR comes unasked when a pipe's reader goes (poll(2)).
        let wanted = if self.stdout.is_pending() { PollFlags::POLLOUT } else { PollFlags::empty() };
        let mut fds = vec![
            PollFd::new(self.signals.as_fd(), PollFlags::POLLIN),
            PollFd::new(self.stdout.fd(), wanted),
        ];
        fds.extend(end.map(|fd| PollFd::new(fd, PollFlags::POLLIN)));
        match ppoll(&mut fds, timeout.map(TimeSpec::from_duration), None) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(Error::system("ppoll")(errno).into()),
        }
        let events = |index: usize| fds.get(index).and_then(PollFd::revents);
        let closed = PollFlags::POLLERR | PollFlags::POLLHUP;
        let is_closed = events(1).is_some_and(|events| events.intersects(closed));
        let has_ended = events(2).is_some_and(|events| !events.is_empty());
        self.stdout.flush();
        self.check_stdout(is_closed)?;
        self.read_signals()?;
        Ok(has_ended)
    }

    /// Whether the program was stopped since the last time that this was asked.
    pub(super) fn was_stopped(&mut self) -> Result<bool, Interruption> {
        self.read_signals()?;
        Ok(std::mem::take(&mut self.was_stopped))
    }

    fn read_signals(&mut self) -> Result<(), Interruption> {
        while let Some(signal) = self.signals.read_signal().map_err(Error::system("signalfd"))? {
            if i32::try_from(signal.ssi_signo) != Ok(Signal::SIGCONT as i32) {
                return Err(Interruption::Stopped);
            }
            self.was_stopped = true;
        }
        Ok(())
    }

    fn check_stdout(&self, is_closed: bool) -> Result<(), Interruption> {
        match self.stdout.failure() {
            Some(errno) => Err(Error::Stdout(errno.into()).into()),
            None if is_closed || self.stdout.is_closed() => Err(Interruption::Stopped),
            None => Ok(()),
        }
    }
}
