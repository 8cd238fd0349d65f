//! How long something took, many times over: a histogram in constant memory. Its buckets grow with the durations, an
//! eighth of a doubling wide each, so what it says is at most an eighth too long.

use std::fmt;
use std::time::Duration;

/// Buckets a doubling.
const STEPS: usize = 8;

/// Durations, from a nanosecond to 584 years, and how they are spread.
#[derive(Clone)]
pub struct Histogram {
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
    /// Adds a duration.
    pub fn add(&mut self, duration: Duration) {
        let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        self.buckets[bucket(nanoseconds)] += 1;
        self.count += 1;
        self.max = self.max.max(duration);
    }

    /// How many durations were added.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The longest duration.
    #[must_use]
    pub fn max(&self) -> Duration {
        self.max
    }

    /// What `percent` of all durations do not exceed; 0 if there are none.
    #[must_use]
    pub fn percentile(&self, percent: u64) -> Duration {
        let rank = (self.count * percent).div_ceil(100);
        let mut seen = 0;
        let found = self.buckets.iter().position(|count| {
            seen += count;
            seen >= rank
        });
        found.map_or(self.max, |bucket| Duration::from_nanos(upper(bucket)).min(self.max))
    }
}

impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} median, {:?} p99", self.percentile(50), self.percentile(99))
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
    (mantissa << exponent) + ((1 << exponent) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_has_no_percentiles_and_the_longest_is_exact() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.percentile(99), Duration::ZERO);
        histogram.add(Duration::from_nanos(1_000_001));
        assert_eq!(histogram.percentile(50), histogram.max());
        assert_eq!((histogram.count(), histogram.max().as_nanos()), (1, 1_000_001));
    }

    proptest! {
        #[test]
        fn percentiles_are_at_most_an_eighth_too_long(mut values in prop::collection::vec(0_u64..1 << 50, 1..200), percent in 1_u64..=100) {
            let mut histogram = Histogram::default();
            for value in &values {
                histogram.add(Duration::from_nanos(*value));
            }
            values.sort_unstable();
            let rank = (values.len() as u64 * percent).div_ceil(100);
            let exact = values[usize::try_from(rank).unwrap() - 1];
            let found = u64::try_from(histogram.percentile(percent).as_nanos()).unwrap();
            prop_assert!(exact <= found && found <= exact + exact / 8, "{} {}", exact, found);
        }

        #[test]
        fn every_value_lies_in_its_bucket(value: u64) {
            let bucket = bucket(value);
            prop_assert!(value <= upper(bucket));
            prop_assert!(bucket == 0 || value > upper(bucket - 1));
        }
    }
}
