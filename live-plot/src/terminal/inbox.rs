//! What the other threads report to the one that draws: a bit for each kind of news, and an eventfd that wakes it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::signals::Flag;

/// Samples have come.
pub(super) const SAMPLES: u32 = 1;
/// The input is at its end.
pub(super) const ENDED: u32 = 2;
/// A signal asks to stop.
pub(super) const STOP: u32 = 4;
/// The process was stopped and goes on.
pub(super) const CONTINUED: u32 = 8;
/// Ctrl-Z asks to stop the process.
pub(super) const SUSPEND: u32 = 16;
/// The terminal has another size.
pub(super) const RESIZED: u32 = 32;
/// Something has been saved, or could not be.
pub(super) const SAVED: u32 = 64;

/// The news of the other threads.
#[derive(Clone)]
pub(super) struct Inbox {
    pub(super) flag: Flag,
    events: Arc<AtomicU32>,
}

impl Inbox {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { flag: Flag::new()?, events: Arc::default() })
    }

    /// Posts an event, and wakes the loop if it is not posted already: a flood of samples wakes it once a picture.
    pub(super) fn post(&self, event: u32) {
        if self.events.fetch_or(event, Ordering::AcqRel) & event == 0 {
            self.flag.raise();
        }
    }

    /// What has been posted. Samples stay posted until the next picture is made.
    pub(super) fn read(&self) -> u32 {
        self.flag.lower();
        self.events.fetch_and(SAMPLES, Ordering::AcqRel)
    }

    pub(super) fn forget_samples(&self) {
        self.events.fetch_and(!SAMPLES, Ordering::AcqRel);
    }
}
