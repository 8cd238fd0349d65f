//! A limit on events a period, the rest counted: so neither a busy day nor an attacker fills a log.

use std::time::{Duration, Instant};

/// Admits `limit` events in each `period` and counts the others.
#[derive(Debug)]
pub struct Throttle {
    limit: u32,
    period: Duration,
    started: Option<Instant>,
    passed: u32,
    suppressed: u64,
}

impl Throttle {
    /// A throttle that admits `limit` events in each `period`.
    #[must_use]
    pub const fn new(limit: u32, period: Duration) -> Self {
        Self { limit, period, started: None, passed: 0, suppressed: 0 }
    }

    /// Whether the event that happens now is admitted; if not, it is counted.
    ///
    /// Ask [`Self::take_suppressed`] first: a new period begins only when the last one's count was taken.
    pub fn admit(&mut self, now: Instant) -> bool {
        if self.suppressed == 0 && self.deadline().is_none_or(|end| now >= end) {
            self.started = Some(now);
            self.passed = 0;
        }
        if self.passed < self.limit {
            self.passed += 1;
            true
        } else {
            self.suppressed += 1;
            false
        }
    }

    /// How many events were suppressed, once their period is over; `None` before, or if there were none.
    pub fn take_suppressed(&mut self, now: Instant) -> Option<u64> {
        let over = self.deadline().is_some_and(|end| now >= end);
        (over && self.suppressed > 0).then(|| std::mem::take(&mut self.suppressed))
    }

    /// When to ask [`Self::take_suppressed`] next; `None` while nothing is suppressed.
    #[must_use]
    pub fn wake_at(&self) -> Option<Instant> {
        (self.suppressed > 0).then(|| self.deadline()).flatten()
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
        let admitted: Vec<bool> = (0..5).map(|_| throttle.admit(start)).collect();
        assert_eq!(admitted, [true, true, false, false, false]);
        assert_eq!(throttle.take_suppressed(start), None);
        assert_eq!(throttle.wake_at(), Some(start + SECOND));
        assert_eq!(throttle.take_suppressed(start + SECOND), Some(3));
        assert_eq!(throttle.take_suppressed(start + SECOND), None);
        assert!(throttle.admit(start + SECOND));
    }

    proptest! {
        #[test]
        fn every_event_is_either_admitted_or_counted(gaps in prop::collection::vec(0_u64..700, 1..200)) {
            let mut now = Instant::now();
            let mut throttle = Throttle::new(3, SECOND);
            let (mut admitted, mut counted) = (0_u64, 0);
            for gap in &gaps {
                now += Duration::from_millis(*gap);
                counted += throttle.take_suppressed(now).unwrap_or(0);
                admitted += u64::from(throttle.admit(now));
            }
            counted += throttle.take_suppressed(now + SECOND).unwrap_or(0);
            prop_assert_eq!(admitted + counted, gaps.len() as u64);
        }
    }
}
