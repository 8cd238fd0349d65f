//! How the workers are told to stop: a stage that they look at, and an event that wakes them to do so.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use nix::sys::eventfd::{EfdFlags, EventFd};

use crate::error::Error;

/// How far the server is with stopping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Clients are accepted.
    Serving,
    /// Those that wait are answered, what is closing may finish.
    Draining,
    /// Everything ends at once.
    Over,
}

/// The stage, and the event that announces a new one.
#[derive(Debug)]
pub struct Control {
    stage: AtomicU8,
    /// Workers that have not ended.
    active: AtomicUsize,
    /// Never read: watched edge-triggered, each write wakes every worker.
    pub event: EventFd,
}

impl Control {
    /// The control of a server with so many workers.
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

    /// One stage on, or straight to the end; wakes the workers.
    pub fn advance(&self, to: Stage) {
        self.stage.fetch_max(to as u8, Ordering::AcqRel);
        self.wake();
    }

    /// A worker has ended.
    pub fn leave(&self) {
        self.active.fetch_sub(1, Ordering::AcqRel);
        self.wake();
    }

    /// Whether one worker alone is left.
    pub fn is_last(&self) -> bool {
        self.active.load(Ordering::Acquire) == 1
    }

    fn wake(&self) {
        // It fails only when its counter is full, and then it is readable anyway.
        self.event.write(1).ok();
    }
}
