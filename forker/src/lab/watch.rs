//! The lab's own loop: it waits, and meanwhile obeys its signals and the reader of its output. What an experiment does
//! about either is decided there.

use std::io::{Stdout, stdout};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

use common::output::Output;
use common::{clock, exit};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::signal::Signal;

use crate::error::Error;
use crate::process::signals::{self, Received, Signals};
use crate::report::run;

/// Why the lab ends early.
#[derive(Debug)]
pub(super) enum Interruption {
    /// It was asked to, or stdout's reader has gone: the exit status.
    Stopped(u8),
    Failed(Error),
}

impl From<Error> for Interruption {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// What a wait has ended with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Woken {
    ByTime,
    /// Something can be read.
    ByMessage,
    /// Ctrl-Z: stop what is to be stopped, then call [`Watch::suspend`] with this signal.
    ToSuspend(Signal),
}

/// The signals and stdout of the lab.
#[derive(Debug)]
pub(super) struct Watch {
    signals: Signals,
    stdout: Output<Stdout>,
}

impl Watch {
    pub(super) fn new(signals: Signals) -> Self {
        Self { signals, stdout: Output::new(stdout()) }
    }

    pub(super) fn signals(&self) -> &Signals {
        &self.signals
    }

    /// Prints, and waits for the reader.
    pub(super) fn print(&mut self, text: &str) -> Result<(), Interruption> {
        self.stdout.push(text.as_bytes());
        while self.stdout.is_pending() {
            if let Woken::ToSuspend(signal) = self.wait(None, None)? {
                self.suspend(signal)?;
            }
        }
        self.check_stdout(false)
    }

    /// Waits until there is something to read, at most until `until`.
    pub(super) fn wait(
        &mut self,
        readable: Option<BorrowedFd<'_>>,
        until: Option<Instant>,
    ) -> Result<Woken, Interruption> {
        let timeout = until.map(|until| until.saturating_duration_since(clock::now()).into());
        // POLLERR comes unasked when a pipe's reader goes (poll(2)).
        let wanted = if self.stdout.is_pending() { PollFlags::POLLOUT } else { PollFlags::empty() };
        let mut fds = vec![
            PollFd::new(self.signals.as_fd(), PollFlags::POLLIN),
            PollFd::new(self.stdout.fd(), wanted),
        ];
        fds.extend(readable.map(|fd| PollFd::new(fd, PollFlags::POLLIN)));
        match ppoll(&mut fds, timeout, None) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(Error::system("wait for events")(errno).into()),
        }
        let events = |index: usize| fds.get(index).and_then(PollFd::revents);
        let closed = PollFlags::POLLERR | PollFlags::POLLHUP;
        let is_closed = events(1).is_some_and(|events| events.intersects(closed));
        let is_readable = events(2).is_some_and(|events| !events.is_empty());
        self.stdout.flush();
        self.check_stdout(is_closed)?;
        if let Some(signal) = self.suspending_signal()? {
            return Ok(Woken::ToSuspend(signal));
        }
        Ok(if is_readable { Woken::ByMessage } else { Woken::ByTime })
    }

    /// Stops the lab itself; returns when it is continued.
    pub(super) fn suspend(&self, signal: Signal) -> Result<(), Interruption> {
        signals::suspend(signal).map_err(Error::system("stop"))?;
        Ok(())
    }

    /// Reads the signals. Those that forker passes on to its runs end the lab, as they end a process by default; its runs
    /// are short.
    fn suspending_signal(&self) -> Result<Option<Signal>, Interruption> {
        let mut suspending = None;
        while let Some(received) = self.signals.next().map_err(Error::system("read signals"))? {
            match received {
                Received::Suspend(signal) => suspending = Some(signal),
                Received::Children | Received::Continue | Received::Forward(Signal::SIGWINCH) => {}
                Received::Forward(signal) => {
                    return Err(Interruption::Stopped(run::killed_by(signal as i32)));
                }
                Received::Stop(signal) => {
                    return Err(Interruption::Stopped(run::killed_by(signal)));
                }
            }
        }
        Ok(suspending)
    }

    fn check_stdout(&self, is_closed: bool) -> Result<(), Interruption> {
        match self.stdout.failure() {
            Some(errno) => Err(Error::system("write to stdout")(errno).into()),
            None if is_closed || self.stdout.is_closed() => Err(Interruption::Stopped(exit::OK)),
            None => Ok(()),
        }
    }
}
