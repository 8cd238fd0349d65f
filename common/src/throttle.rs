//! So many events a period told one by one, the rest counted: a log that neither a busy day nor an
//! attacker can fill.

use std::time::{Duration, Instant};

/// Lets `limit` events through in each `period` and counts the others.
#[derive(Debug)]
pub struct Throttle {
    limit: u32,
    period: Duration,
    started: Option<Instant>,
    passed: u32,
    held: u64,
}

impl Throttle {
    /// A throttle that lets `limit` events through in each `period`.
    #[must_use]
    pub const fn new(limit: u32, period: Duration) -> Self {
        Self { limit, period, started: None, passed: 0, held: 0 }
    }

    /// Whether the event that happens now is told; if not, it is counted.
    ///
    /// Ask [`Self::take_held`] first: a new period begins only when the last one's count was taken.
    pub fn admit(&mut self, now: Instant) -> bool {
        if self.held == 0 && self.deadline().is_none_or(|end| now >= end) {
            self.started = Some(now);
            self.passed = 0;
        }
        if self.passed < self.limit {
            self.passed += 1;
            true
        } else {
            self.held += 1;
            false
        }
    }

    /// How many events were held back, once their period is over; `None` before, or if there were none.
    pub fn take_held(&mut self, now: Instant) -> Option<u64> {
        let over = self.deadline().is_some_and(|end| now >= end);
        (over && self.held > 0).then(|| std::mem::take(&mut self.held))
    }

    /// When to ask [`Self::take_held`] next; `None` while nothing is held back.
    #[must_use]
    pub fn wake_at(&self) -> Option<Instant> {
        (self.held > 0).then(|| self.deadline()).flatten()
    }

    fn deadline(&self) -> Option<Instant> {
        self.started.map(|started| started + self.period)
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any instant will do to start from")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_limit_passes_and_the_rest_is_counted_once_the_period_is_over() {
        let start = Instant::now();
        let mut throttle = Throttle::new(2, SECOND);
        let told: Vec<bool> = (0..5).map(|_| throttle.admit(start)).collect();
        assert_eq!(told, [true, true, false, false, false]);
        assert_eq!(throttle.take_held(start), None);
        assert_eq!(throttle.wake_at(), Some(start + SECOND));
        assert_eq!(throttle.take_held(start + SECOND), Some(3));
        assert_eq!(throttle.take_held(start + SECOND), None);
        assert!(throttle.admit(start + SECOND));
    }

    proptest! {
        #[test]
        fn every_event_is_either_told_or_counted(gaps in prop::collection::vec(0_u64..700, 1..200)) {
            let mut now = Instant::now();
            let mut throttle = Throttle::new(3, SECOND);
            let (mut told, mut counted) = (0_u64, 0);
            for gap in &gaps {
                now += Duration::from_millis(*gap);
                counted += throttle.take_held(now).unwrap_or(0);
                told += u64::from(throttle.admit(now));
            }
            counted += throttle.take_held(now + SECOND).unwrap_or(0);
            prop_assert_eq!(told + counted, gaps.len() as u64);
        }
    }
}
