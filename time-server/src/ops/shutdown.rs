//! How the workers learn that the server stops: a stage that each of them checks in its loop, and an event that wakes them
//! for it. What a worker does in each stage is [`crate::worker`]'s.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use nix::sys::eventfd::{EfdFlags, EventFd};

use crate::error::Error;

/// How far the server is with stopping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Clients are accepted.
    Serving,
    /// Clients in the queue are answered, closing connections may finish.
    Draining,
    /// Everything ends at once.
    Over,
}

/// The stage, and the event that wakes the workers when it changes.
#[derive(Debug)]
pub struct Shutdown {
    stage: AtomicU8,
    /// Workers that have not ended.
    active: AtomicUsize,
    /// Never read: each worker polls it edge-triggered, so each write wakes every worker once, epoll(7).
    pub event: EventFd,
}

impl Shutdown {
    /// For a server with so many workers.
    ///
    /// # Errors
    /// No descriptor is left.
    pub fn new(workers: usize) -> Result<Self, Error> {
        let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
        let event = EventFd::from_flags(flags).map_err(Error::system("eventfd"))?;
        Ok(Self { stage: AtomicU8::new(0), active: AtomicUsize::new(workers), event })
    }

    /// The stage that the server is in.
    pub fn stage(&self) -> Stage {
        match self.stage.load(Ordering::Acquire) {
            0 => Stage::Serving,
            1 => Stage::Draining,
            _ => Stage::Over,
        }
    }

    /// Goes on to a later stage, and wakes the workers.
    pub fn advance(&self, to: Stage) {
        self.stage.fetch_max(to as u8, Ordering::AcqRel);
        self.wake();
    }

    /// Counts a worker that ends, and wakes the others.
    pub fn worker_ends(&self) {
        self.active.fetch_sub(1, Ordering::AcqRel);
        self.wake();
    }

    /// Whether only one worker is left.
    pub fn is_last_worker(&self) -> bool {
        self.active.load(Ordering::Acquire) == 1
    }

    fn wake(&self) {
        // It fails only if its counter is full, and then the event is readable anyway, eventfd(2).
        self.event.write(1).ok();
    }
}
