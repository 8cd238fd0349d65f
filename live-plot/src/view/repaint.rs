//! When a frame is drawn: at most sixty times a second, and only if something new would be seen. The reader requests one
//! frame for all batches that arrive before it is drawn; when a scrolling plot has moved a pixel is left to `app`. egui
//! itself requests a frame for every event of a mouse, which may send a thousand a second: such a frame waits. Also counts
//! frames and measures what they cost.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use common::clock;
use common::histogram::Histogram;
use nix::time::{ClockId, clock_gettime};

use crate::series::Shared;

/// The shortest time between two frames: sixty frames a second are enough for the eye.
const FRAME: Duration = Duration::from_nanos(1_000_000_000 / 60);

/// The shortest delay: with 0, egui draws two frames.
const AT_ONCE: Duration = Duration::from_micros(1);

/// The next frame, as the reader and the window know it: both threads use it without a lock.
#[derive(Debug)]
pub(super) struct Repaint {
    started: Instant,
    /// The reader need not request a frame: it has done so, or nothing new would be seen.
    requested: AtomicBool,
    /// When the next frame may be drawn, in nanoseconds since the start.
    due: AtomicU64,
}

impl Repaint {
    pub(super) fn new(started: Instant) -> Self {
        Self { started, requested: AtomicBool::new(false), due: AtomicU64::new(0) }
    }

    /// Called when samples have come: the delay after which a frame is drawn, or `None` if one was requested already.
    /// The `last` samples always get a frame.
    pub(super) fn request(&self, last: bool) -> Option<Duration> {
        let is_first = !self.requested.swap(true, Ordering::AcqRel);
        (is_first || last).then(|| self.delay(clock::now()))
    }

    /// A frame begins: samples that come from here on need another one.
    pub(super) fn begin_frame(&self) {
        self.requested.store(false, Ordering::Release);
    }

    /// A frame is drawn. The next one is due a sixtieth of a second after this one was, so that delays do not add up; if
    /// that has passed, at once.
    pub(super) fn end_frame(&self, now: Instant) {
        let passed = now.saturating_duration_since(self.started);
        let last = Duration::from_nanos(self.due.load(Ordering::Acquire));
        let next = (last + FRAME).max(passed);
        self.due.store(u64::try_from(next.as_nanos()).unwrap_or(u64::MAX), Ordering::Release);
    }

    /// Waits until a frame may be drawn. A display that paces its windows has waited already; others take every frame.
    #[expect(
        clippy::disallowed_methods,
        reason = "the window's outermost loop is in egui; no frame waits longer than a sixtieth"
    )]
    pub(super) fn pace(&self) {
        let delay = self.delay(clock::now());
        if delay > AT_ONCE {
            std::thread::sleep(delay.min(FRAME));
        }
    }

    /// Samples that come now are not seen: the reader requests no frames until the next frame begins.
    pub(super) fn suspend(&self) {
        self.requested.store(true, Ordering::Release);
    }

    #[cfg(test)]
    pub(super) fn is_suspended(&self) -> bool {
        self.requested.load(Ordering::Acquire)
    }

    /// How long until the next frame may be drawn.
    pub(super) fn delay(&self, now: Instant) -> Duration {
        let due = Duration::from_nanos(self.due.load(Ordering::Acquire));
        due.saturating_sub(now.saturating_duration_since(self.started)).max(AT_ONCE)
    }
}

/// Frames drawn and lines read in the last second.
pub(crate) struct Rate {
    since: Instant,
    frames: u32,
    lines: u64,
    pub(crate) last: Option<(u32, u64)>,
}

impl Rate {
    pub(crate) fn new(since: Instant) -> Self {
        Self { since, frames: 0, lines: 0, last: None }
    }

    pub(crate) fn count(&mut self, now: Instant, lines: u64) {
        let passed = now.saturating_duration_since(self.since).as_secs();
        if passed > 0 {
            self.last = (passed == 1).then_some((self.frames, lines - self.lines));
            (self.since, self.frames, self.lines) = (now, 0, lines);
        }
        self.frames += 1;
    }
}

/// What the frames cost: how much processor time each took this thread, and how long it waited for the lock.
#[derive(Debug, Default)]
pub(crate) struct Cost {
    times: Histogram,
    waits: Histogram,
    begun: Option<(Duration, Duration)>,
}

impl Cost {
    /// A frame begins; so long this thread has waited for the lock before it.
    pub(crate) fn begin(&mut self, waited: Duration) {
        self.begun = processor_time().map(|time| (time, waited));
    }

    /// A frame is drawn.
    pub(crate) fn end(&mut self, waited: Duration) {
        if let (Some((begun, before)), Some(now)) = (self.begun.take(), processor_time()) {
            self.times.add(now.saturating_sub(begun));
            self.waits.add(waited.saturating_sub(before));
        }
    }

    /// Logs what the frames have cost, and how long the lock was held.
    pub(crate) fn report(&self, store: &Shared) {
        tracing::debug!(
            "{} frames, each of our processor time: {:?}; waiting for the lock: {:?}. The lock, held: {:?}.",
            self.times.count(),
            self.times,
            self.waits,
            store.hold_times()
        );
    }
}

/// How long this thread has run on a processor: `clock_gettime(2)`.
fn processor_time() -> Option<Duration> {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).ok().map(Duration::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_batches_request_one_frame_and_the_last_always_does() {
        let repaint = Repaint::new(clock::now());
        assert_eq!(repaint.request(false), Some(AT_ONCE));
        assert_eq!(repaint.request(false), None);
        assert!(repaint.request(true).is_some());
        repaint.begin_frame();
        assert!(repaint.request(false).is_some());
        repaint.suspend();
        assert_eq!(repaint.request(false), None);
    }

    #[test]
    fn a_frame_is_followed_by_another_after_a_sixtieth_and_delays_do_not_add_up() {
        let start = clock::now();
        let repaint = Repaint::new(start);
        let at = |millis| start + Duration::from_millis(millis);
        repaint.end_frame(at(0));
        assert_eq!(repaint.delay(at(0)), FRAME);
        assert_eq!(repaint.delay(at(10)), FRAME - Duration::from_millis(10));
        // Late by three milliseconds, the next one keeps its place.
        repaint.end_frame(at(20));
        assert_eq!(repaint.delay(at(20)), FRAME * 2 - Duration::from_millis(20));
        repaint.end_frame(at(1000));
        assert_eq!(repaint.delay(at(1000)), AT_ONCE);
    }
}
