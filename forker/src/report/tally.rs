//! What adds up over all runs, in constant memory: counts, and how late runs were started.

use std::time::Duration;

use crate::report::run::{Outcome, Why};
use crate::report::text::Report;

/// The sums so far.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) runs: u64,
    pub(crate) failed: u64,
    pub(crate) timed_out: u64,
    pub(crate) skipped: u64,
    pub(crate) missed: u64,
    pub(crate) late: Histogram,
}

impl Tally {
    /// Adds a run that is over.
    pub(crate) fn add(&mut self, report: &Report) {
        self.runs += 1;
        self.failed += u64::from(report.failed());
        self.timed_out += u64::from(report.why == Some(Why::TimedOut));
        if !matches!(report.outcome, Outcome::NotForked(_)) {
            self.late.add(report.late);
        }
    }
}

/// Steps to each doubling: what it says is at most an eighth too long.
const STEPS: usize = 8;

/// Durations in buckets that grow with them, from a microsecond to beyond any.
#[derive(Debug)]
pub(crate) struct Histogram {
    buckets: [u64; 64 * STEPS],
    count: u64,
    max: Duration,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { buckets: [0; 64 * STEPS], count: 0, max: Duration::ZERO }
    }
}

impl Histogram {
    fn add(&mut self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.buckets[bucket(micros)] += 1;
        self.count += 1;
        self.max = self.max.max(duration);
    }

    /// The longest.
    pub(crate) fn max(&self) -> Duration {
        self.max
    }

    /// What `percent` of all do not exceed.
    pub(crate) fn percentile(&self, percent: u64) -> Duration {
        let rank = (self.count * percent).div_ceil(100);
        let mut seen = 0;
        let found = self.buckets.iter().position(|count| {
            seen += count;
            seen >= rank
        });
        found.map_or(self.max, |bucket| Duration::from_micros(upper(bucket)).min(self.max))
    }
}

/// Below STEPS each value has its own bucket; above, its highest bits name it.
fn bucket(value: u64) -> usize {
    let exponent = value.checked_ilog2().unwrap_or(0).saturating_sub(STEPS.ilog2());
    let mantissa = usize::try_from(value >> exponent).unwrap_or(0);
    exponent as usize * STEPS + mantissa
}

/// The highest value in a bucket.
fn upper(bucket: usize) -> u64 {
    let exponent = (bucket / STEPS).saturating_sub(1);
    let mantissa = (bucket - exponent * STEPS) as u64;
    ((mantissa + 1) << exponent) - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_has_no_percentiles() {
        assert_eq!(Histogram::default().percentile(99), Duration::ZERO);
    }

    proptest! {
        #[test]
        fn percentiles_are_at_most_an_eighth_too_long(mut values in prop::collection::vec(0_u64..1 << 40, 1..200), percent in 1_u64..=100) {
            let mut histogram = Histogram::default();
            for value in &values {
                histogram.add(Duration::from_micros(*value));
            }
            values.sort_unstable();
            let rank = (values.len() as u64 * percent).div_ceil(100);
            let exact = values[usize::try_from(rank).unwrap() - 1];
            let said = u64::try_from(histogram.percentile(percent).as_micros()).unwrap();
            prop_assert!(exact <= said && said <= exact + exact / 8, "{} {}", exact, said);
        }

        #[test]
        fn every_value_lies_in_its_bucket(value in 0_u64..1 << 62) {
            let bucket = bucket(value);
            prop_assert!(value <= upper(bucket));
            prop_assert!(bucket == 0 || value > upper(bucket - 1));
        }
    }
}
