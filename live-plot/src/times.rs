//! How long something took, many times over: a histogram whose slots are an eighth of a doubling wide.

use std::fmt;
use std::time::Duration;

/// Slots a doubling.
const PARTS: usize = 8;

/// So many durations, and how they are spread.
#[derive(Clone)]
pub struct Times {
    counts: [u32; 64 * PARTS],
}

impl Default for Times {
    fn default() -> Self {
        Self { counts: [0; 64 * PARTS] }
    }
}

impl Times {
    /// Takes in one more.
    pub fn add(&mut self, time: Duration) {
        let slot = &mut self.counts[slot(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))];
        *slot = slot.saturating_add(1);
    }

    /// How many there have been.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().copied().map(u64::from).sum()
    }

    /// What a share of them kept within, such as 0.99; up to an eighth too much.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Duration {
        let wanted = share * self.count() as f64;
        let mut sum = 0;
        let slot = self.counts.iter().position(|count| {
            sum += u64::from(*count);
            sum as f64 >= wanted
        });
        Duration::from_nanos(slot.map_or(0, end))
    }
}

impl fmt::Debug for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} median, {:?} p99", self.quantile(0.5), self.quantile(0.99))
    }
}

/// The slot of so many nanoseconds: by the highest bit that is set, and the three bits below it.
fn slot(nanos: u64) -> usize {
    let doublings = nanos.max(PARTS as u64).ilog2();
    let part = usize::try_from(nanos >> (doublings - 3)).unwrap_or(usize::MAX) % PARTS;
    doublings as usize * PARTS + part
}

/// The least number of nanoseconds beyond a slot.
fn end(slot: usize) -> u64 {
    let (doublings, part) = (slot / PARTS, slot % PARTS);
    ((PARTS + part + 1) as u64) << (doublings - 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quantiles_are_told_to_an_eighth() {
        let mut times = Times::default();
        (1..=1000).for_each(|n| times.add(Duration::from_micros(n)));
        assert_eq!(times.count(), 1000);
        for (share, exact) in [(0.5, 500.0), (0.99, 990.0)] {
            let told = times.quantile(share).as_secs_f64() * 1e6;
            assert!((exact..exact * 1.13).contains(&told), "{told} for {exact}");
        }
    }

    proptest! {
        #[test]
        fn a_slot_ends_beyond_what_is_in_it(nanos in 8_u64..1 << 60) {
            let end = end(slot(nanos));
            prop_assert!(nanos < end && end <= nanos + nanos / 8 + 1);
        }
    }
}
