//! What a worker waits for, epoll(7): the listeners, the control, and for the first worker the signals and
//! stdout's reader.

use std::os::fd::{AsFd, BorrowedFd};

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

use crate::error::Error;
use crate::net::listener::Listener;

/// What has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A client waits at the listener of this index.
    Listener(usize),
    /// The stage has changed.
    Control,
    /// A signal has come.
    Signal,
    /// Nobody reads stdout any more.
    StdoutGone,
}

const CONTROL: u64 = u64::MAX;
const SIGNAL: u64 = u64::MAX - 1;
const STDOUT: u64 = u64::MAX - 2;

/// The set of what is waited for.
#[derive(Debug)]
pub struct Watch(Epoll);

impl Watch {
    /// A set that holds the control's event.
    ///
    /// # Errors
    /// No descriptor is left.
    pub fn new(control: impl AsFd) -> Result<Self, Error> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC);
        let watch = Self(epoll.map_err(Error::system("epoll_create1"))?);
        watch.watch(control, EpollFlags::EPOLLIN | EpollFlags::EPOLLET, CONTROL)?;
        Ok(watch)
    }

    /// Watches listeners that other workers may watch too: a client wakes one of them, not all.
    ///
    /// # Errors
    /// No memory is left.
    pub fn add(&self, listeners: &[Listener]) -> Result<(), Error> {
        let interest = EpollFlags::EPOLLIN | EpollFlags::EPOLLEXCLUSIVE;
        (0..)
            .zip(listeners)
            .try_for_each(|(index, listener)| self.watch(&listener.socket, interest, index))
    }

    /// Watches them no more.
    ///
    /// # Errors
    /// They were not watched.
    pub fn remove(&self, listeners: &[Listener]) -> Result<(), Error> {
        listeners.iter().try_for_each(|listener| {
            self.0.delete(&listener.socket).map_err(Error::system("epoll_ctl"))
        })
    }

    /// Watches for signals.
    ///
    /// # Errors
    /// No memory is left.
    pub fn add_signals(&self, signals: impl AsFd) -> Result<(), Error> {
        self.watch(signals, EpollFlags::EPOLLIN, SIGNAL)
    }

    /// Watches for the end of stdout's reader: epoll reports errors without being asked for anything. A file
    /// cannot be watched and needs not to be.
    pub fn add_stdout(&self, stdout: BorrowedFd<'_>) {
        let once = EpollFlags::EPOLLONESHOT;
        if let Err(error) = self.watch(stdout, once, STDOUT) {
            tracing::debug!("stdout has no reader to watch: {error}");
        }
    }

    fn watch(&self, fd: impl AsFd, interest: EpollFlags, event: u64) -> Result<(), Error> {
        self.0.add(fd, EpollEvent::new(interest, event)).map_err(Error::system("epoll_ctl"))
    }

    /// Waits until something happens or the time is over.
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
            CONTROL => Event::Control,
            SIGNAL => Event::Signal,
            STDOUT => Event::StdoutGone,
            index => Event::Listener(usize::try_from(index).unwrap_or(usize::MAX)),
        }))
    }
}
