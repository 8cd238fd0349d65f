//! What a worker waits for, epoll(7): clients at the listeners, the shutdown event, and for the first worker signals and
//! the end of stdout's reader. What to do then is the worker's.

use std::os::fd::AsFd;

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

use crate::error::Error;
use crate::net::listener::Listener;

/// What has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The listener of this index has a client.
    Listener(usize),
    /// The stage of the shutdown has changed.
    Shutdown,
    /// A signal has come.
    Signal,
    /// The reader of stdout has closed it.
    StdoutClosed,
}

const SHUTDOWN: u64 = u64::MAX;
const SIGNAL: u64 = u64::MAX - 1;
const STDOUT: u64 = u64::MAX - 2;

/// One worker's set of descriptors.
#[derive(Debug)]
pub struct Poller(Epoll);

impl Poller {
    /// A set that has the shutdown event.
    ///
    /// # Errors
    /// No descriptor is left.
    pub fn new(shutdown: impl AsFd) -> Result<Self, Error> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC);
        let poller = Self(epoll.map_err(Error::system("epoll_create1"))?);
        poller.add(shutdown, EpollFlags::EPOLLIN | EpollFlags::EPOLLET, SHUTDOWN)?;
        Ok(poller)
    }

    /// Adds a listener, which every worker has in its set. With EPOLLEXCLUSIVE a new client wakes only some of the
    /// workers, usually one. Without it, it would wake all of them, and all but one would find the queue empty.
    ///
    /// # Errors
    /// No memory is left.
    pub fn add_listener(&self, index: usize, listener: &Listener) -> nix::Result<()> {
        let interest = EpollFlags::EPOLLIN | EpollFlags::EPOLLEXCLUSIVE;
        self.0.add(&listener.socket, EpollEvent::new(interest, index as u64))
    }

    /// Removes a listener.
    ///
    /// # Errors
    /// It is not in the set.
    pub fn remove_listener(&self, listener: &Listener) -> Result<(), Error> {
        self.0.delete(&listener.socket).map_err(Error::system("epoll_ctl"))
    }

    /// Adds the signals.
    ///
    /// # Errors
    /// No memory is left.
    pub fn add_signals(&self, signals: impl AsFd) -> Result<(), Error> {
        self.add(signals, EpollFlags::EPOLLIN, SIGNAL)
    }

    /// Adds stdout, for the end of its reader: `epoll_ctl`(2) reports an error even if no event is asked for. A regular file
    /// cannot be added; it has no reader that could end.
    pub fn add_stdout(&self, stdout: impl AsFd) {
        let once = EpollFlags::EPOLLONESHOT;
        if let Err(error) = self.add(stdout, once, STDOUT) {
            tracing::debug!("stdout has no reader to watch: {error}");
        }
    }

    fn add(&self, fd: impl AsFd, interest: EpollFlags, event: u64) -> Result<(), Error> {
        self.0.add(fd, EpollEvent::new(interest, event)).map_err(Error::system("epoll_ctl"))
    }

    /// Waits for events until the timeout.
    ///
    /// # Errors
    /// Those of `epoll_wait`(2) that never should happen.
    pub fn wait(
        &self,
        timeout: EpollTimeout,
    ) -> Result<impl Iterator<Item = Event> + use<>, Error> {
        let mut events = [EpollEvent::empty(); 16];
        let count = match self.0.wait(&mut events, timeout) {
            Err(Errno::EINTR) => 0,
            count => count.map_err(Error::system("epoll_wait"))?,
        };
        Ok(events.into_iter().take(count).map(|event| match event.data() {
            SHUTDOWN => Event::Shutdown,
            SIGNAL => Event::Signal,
            STDOUT => Event::StdoutClosed,
            index => Event::Listener(usize::try_from(index).unwrap_or(usize::MAX)),
        }))
    }
}
