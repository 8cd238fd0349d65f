//! When ticks are due, and which of them start a run: pure arithmetic on the monotonic clock.
//!
//! Tick k is due at `t0 + (k−1)·interval`, however late the ticks before it were, so nothing drifts. Late ticks are not
//! caught up: they are counted as missed, and their numbers are skipped. Whether a due run may start is decided by the
//! supervisor.

use std::time::{Duration, Instant};

/// The ticks to come.
#[derive(Debug)]
pub(crate) struct Schedule {
    t0: Instant,
    interval: Duration,
    every: u64,
    now: bool,
    /// Whether every tick is wanted, or only those on which a run is due.
    all: bool,
    next: u64,
}

/// A tick that has come.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    pub(crate) number: u64,
    /// How many ticks came and went before this one, unnoticed, from the first wanted one on.
    pub(crate) missed: u64,
    /// When a run was due, if one was on this tick or a missed one: the first, if several were.
    pub(crate) run: Option<Instant>,
}

impl Schedule {
    /// Ticks from `t0` on. A run is due on every `every`th, and with `now` on the first too. With `all` every tick is
    /// wanted, else only those on which a run is due.
    pub(crate) fn new(t0: Instant, interval: Duration, every: u64, now: bool, all: bool) -> Self {
        Self { t0, interval, every, now, all, next: 1 }
    }

    /// When the next wanted tick is due; `None` if that is beyond the clock's range.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.due_at(self.wanted())
    }

    /// The latest tick due by `now`, if a wanted one has come since the last call.
    pub(crate) fn advance(&mut self, now: Instant) -> Option<Tick> {
        let wanted = self.wanted();
        if self.due_at(wanted).is_none_or(|due| due > now) {
            return None;
        }
        let number = self.latest(now);
        let run = self.next_run();
        self.next = number + 1;
        Some(Tick {
            number,
            missed: number - wanted,
            run: if run <= number { self.due_at(run) } else { None },
        })
    }

    /// Passes over the ticks due by `now`, and returns how many runs were due on them.
    pub(crate) fn skip(&mut self, now: Instant) -> u64 {
        let number = self.latest(now);
        if number < self.next {
            return 0;
        }
        // The multiples of `every` from `next` to `number`: those up to `number`, less those before `next`.
        let multiples = number / self.every - (self.next - 1) / self.every;
        // With `now` a run is due on tick 1 too. If `every` is 1, the multiples include it.
        let first = u64::from(self.now && self.next == 1 && self.every > 1);
        self.next = number + 1;
        multiples + first
    }

    /// Whether every tick is wanted.
    pub(crate) fn wants_all(&self) -> bool {
        self.all
    }

    /// The number of the next wanted tick.
    fn wanted(&self) -> u64 {
        if self.all { self.next } else { self.next_run() }
    }

    /// The number of the next tick on which a run is due.
    fn next_run(&self) -> u64 {
        if self.now && self.next == 1 { 1 } else { self.next.next_multiple_of(self.every) }
    }

    fn due_at(&self, tick: u64) -> Option<Instant> {
        let nanos = self.interval.as_nanos().checked_mul(u128::from(tick - 1))?;
        let offset = Duration::new(
            u64::try_from(nanos / 1_000_000_000).ok()?,
            u32::try_from(nanos % 1_000_000_000).ok()?,
        );
        self.t0.checked_add(offset)
    }

    /// The number of the latest tick due by `now`.
    fn latest(&self, now: Instant) -> u64 {
        let passed = now.saturating_duration_since(self.t0).as_nanos();
        u64::try_from(passed / self.interval.as_nanos()).map_or(u64::MAX, |ticks| ticks + 1)
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test may start at any time")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: Duration = Duration::from_millis(1);

    fn every_tick(t0: Instant, interval: Duration, every: u64, now: bool) -> Schedule {
        Schedule::new(t0, interval, every, now, true)
    }

    #[test]
    fn tick_1_is_at_once_and_tick_k_at_t0_plus_k_minus_1_intervals() {
        let t0 = Instant::now();
        let mut schedule = every_tick(t0, 500 * MS, 2, false);
        assert_eq!(schedule.due(), Some(t0));
        let tick = |number, run| Tick { number, missed: 0, run };
        assert_eq!(schedule.advance(t0), Some(tick(1, None)));
        assert_eq!(schedule.advance(t0 + 499 * MS), None);
        assert_eq!(schedule.due(), Some(t0 + 500 * MS));
        assert_eq!(schedule.advance(t0 + 503 * MS), Some(tick(2, Some(t0 + 500 * MS))));
        assert_eq!(schedule.due(), Some(t0 + 1000 * MS));
    }

    #[test]
    fn missed_ticks_are_counted_and_the_run_due_on_them_starts_once() {
        let t0 = Instant::now();
        let mut schedule = every_tick(t0, 10 * MS, 10, false);
        assert_eq!(schedule.advance(t0).map(|tick| tick.number), Some(1));
        // Stopped from tick 2 to tick 34: runs were due on 10, 20 and 30.
        assert_eq!(
            schedule.advance(t0 + 335 * MS),
            Some(Tick { number: 34, missed: 32, run: Some(t0 + 90 * MS) })
        );
        assert_eq!(schedule.due(), Some(t0 + 340 * MS));
        assert_eq!(schedule.advance(t0 + 341 * MS).unwrap().run, None);
    }

    #[test]
    fn now_runs_on_tick_1_too() {
        let t0 = Instant::now();
        let mut schedule = every_tick(t0, MS, 3, true);
        let runs: Vec<u64> = (0..7)
            .filter_map(|k| schedule.advance(t0 + k * MS))
            .filter(|tick| tick.run.is_some())
            .map(|tick| tick.number)
            .collect();
        assert_eq!(runs, [1, 3, 6]);
    }

    #[test]
    fn only_wanted_ticks_are_due() {
        let t0 = Instant::now();
        let mut schedule = Schedule::new(t0, MS, 1000, false, false);
        assert_eq!(schedule.due(), Some(t0 + 999 * MS));
        assert_eq!(
            schedule.advance(t0 + 999 * MS),
            Some(Tick { number: 1000, missed: 0, run: Some(t0 + 999 * MS) })
        );
    }

    #[test]
    fn an_interval_beyond_the_clock_is_never_due_again() {
        let t0 = Instant::now();
        let mut schedule = every_tick(t0, Duration::MAX, 1, false);
        assert!(schedule.advance(t0).is_some());
        assert_eq!(schedule.due(), None);
    }

    proptest! {
        #[test]
        fn skip_counts_the_runs_that_advance_would_have_given(every in 1_u64..9, now: bool, seen in 0_u64..30, skipped in 0_u64..60) {
            let t0 = Instant::now();
            let walk = |from: u64, to: u64, schedule: &mut Schedule| {
                (from..to)
                    .filter_map(|k| schedule.advance(t0 + Duration::from_millis(k)))
                    .filter(|tick| tick.run.is_some())
                    .count() as u64
            };
            let mut one = every_tick(t0, MS, every, now);
            walk(0, seen, &mut one);
            let met = walk(seen, seen + skipped, &mut one);
            let mut other = every_tick(t0, MS, every, now);
            walk(0, seen, &mut other);
            if seen + skipped > 0 {
                prop_assert_eq!(other.skip(t0 + Duration::from_millis(seen + skipped - 1)), met);
            }
            prop_assert_eq!(one.due(), other.due());
        }

        #[test]
        fn whatever_the_delays_no_tick_comes_twice_or_early_and_every_one_is_accounted_for(
            interval in 1_u64..50, every in 1_u64..20, now: bool, delays in prop::collection::vec(0_u64..200, 1..80)
        ) {
            let t0 = Instant::now();
            let interval = Duration::from_millis(interval);
            let mut schedule = every_tick(t0, interval, every, now);
            let (mut clock, mut last, mut missed, mut seen) = (t0, 0, 0, 0);
            for delay in delays {
                clock += Duration::from_millis(delay);
                if let Some(tick) = schedule.advance(clock) {
                    prop_assert!(tick.number > last);
                    let due = t0 + interval * u32::try_from(tick.number - 1).unwrap();
                    prop_assert!(due <= clock && clock < due + interval);
                    let was_due = (last + 1..=tick.number).any(|k| k % every == 0 || (now && k == 1));
                    prop_assert_eq!(tick.run.is_some(), was_due);
                    last = tick.number;
                    missed += tick.missed;
                    seen += 1;
                }
                prop_assert!(schedule.due().unwrap() > clock);
            }
            prop_assert_eq!(seen + missed, last);
        }
    }
}
