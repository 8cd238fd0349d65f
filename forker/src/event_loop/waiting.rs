//! The one wait, and what it ends with: a signal, a deadline, or the reader of our output.

use std::os::fd::AsFd;
use std::time::Duration;

use common::systemd::KeepAlive;
use common::{clock, logging};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};

use super::EventLoop;
use crate::error::Error;
use crate::process::signals::Received;
use crate::supervisor::Event;

/// What a wait ended with.
pub(super) struct Woken {
    pub(super) by_signal: bool,
    pub(super) by_closed_output: bool,
}

impl EventLoop<'_> {
    pub(super) fn wait(&self) -> Result<Woken, Error> {
        let is_at_work = self.has_zombies || self.supervisor.wants_look();
        let wake_at = if is_at_work { Some(clock::now()) } else { self.supervisor.wake_at() };
        let keep_alive = self.keep_alive.as_ref().map(KeepAlive::wake_at);
        let timeout = wake_at
            .into_iter()
            .chain(keep_alive)
            .min()
            .map(|at| at.saturating_duration_since(clock::now()).into());
        let stderr = logging::stderr().lock();
        let mut fds = vec![PollFd::new(self.signals.as_fd(), PollFlags::POLLIN)];
        if self.has_reader {
            // Watched also when there is nothing to write: POLLERR comes unasked when a pipe's reader goes (poll(2)).
            let wanted =
                if self.stdout.is_pending() { PollFlags::POLLOUT } else { PollFlags::empty() };
            fds.push(PollFd::new(self.stdout.fd(), wanted));
        }
        if stderr.is_pending() {
            fds.push(PollFd::new(stderr.fd(), PollFlags::POLLOUT));
        }
        match ppoll(&mut fds, timeout, None) {
            Ok(_) => {}
            // It does not tell what has come, so everything is asked.
            Err(Errno::EINTR) => return Ok(Woken { by_signal: true, by_closed_output: false }),
            Err(errno) => return Err(Error::system("wait for events")(errno)),
        }
        let has = |index: usize, flags| {
            let events: Option<PollFlags> = fds.get(index).and_then(PollFd::revents);
            events.is_some_and(|events| events.intersects(flags))
        };
        Ok(Woken {
            by_signal: has(0, PollFlags::POLLIN),
            by_closed_output: self.has_reader && has(1, PollFlags::POLLERR | PollFlags::POLLHUP),
        })
    }

    pub(super) fn read_signals(&mut self) -> Result<(), Error> {
        while let Some(received) = self.signals.next().map_err(Error::system("read signals"))? {
            match received {
                Received::Children => self.has_zombies = true,
                Received::Stop(signal) => {
                    self.manager.stopping(self.config.policy.grace);
                    self.handle(Event::Stop(signal));
                }
                Received::Suspend(signal) => self.handle(Event::Suspend(signal)),
                Received::Continue => self.handle(Event::Continued { after: Duration::ZERO }),
                Received::Forward(signal) => self.handle(Event::Forward(signal)),
            }
        }
        Ok(())
    }
}
