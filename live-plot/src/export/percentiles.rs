//! The percentiles of any number of values in bounded memory. They are exact while there are at most [`MOST`] different
//! values. Beyond that neighbouring values share a bucket, all buckets as narrow as [`MOST`] of them allow, and a
//! percentile is the middle of its bucket. If the values fill a range in which the greatest is a million times the least,
//! that is at most 0.4 % off; if the greatest is twice the least, 0.03 %. The order of the values does not matter.
//!
//! Why not a t-digest: it bounds a rank's error in practice alone, and depends on the order. Why not an HDR histogram: it
//! has whole numbers of one sign, and a precision that is relative to 0, which says nothing about values near 1.7e9.

/// How many buckets there are at most; they take twice as many slots of 16 bytes.
const MOST: usize = 4096;

/// The values so far: how many there are of each, or in each bucket.
#[derive(Debug, Default)]
pub(super) struct Percentiles {
    /// A hash table with linear probing, at most half full; a slot that counts none is free.
    slots: Vec<Slot>,
    used: usize,
    count: u64,
    /// How many of the lowest bits of a key its bucket leaves out.
    shift: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    bucket: u64,
    count: u64,
}

impl Percentiles {
    /// Adds a value; a gap is none.
    pub(super) fn add(&mut self, value: f64) {
        if !value.is_nan() {
            if 2 * (self.used + 1) > self.slots.len() {
                self.make_room();
            }
            self.count += 1;
            self.insert(Slot { bucket: key(value) >> self.shift, count: 1 });
        }
    }

    fn insert(&mut self, new: Slot) {
        // Fibonacci hashing (Knuth, volume 3, 6.4): the highest bits of the product are the most mixed.
        let bits = self.slots.len().ilog2();
        let hash = new.bucket.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - bits);
        let mut at = usize::try_from(hash).unwrap_or_default();
        loop {
            let slot = &mut self.slots[at];
            if slot.count == 0 {
                *slot = new;
                self.used += 1;
                return;
            }
            if slot.bucket == new.bucket {
                slot.count += new.count;
                return;
            }
            // Their number is a power of two.
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// Doubles the table, or the width of the buckets until there is room.
    fn make_room(&mut self) {
        let mut slots = self.sorted();
        let size = (2 * self.slots.len()).clamp(32, 2 * MOST);
        while 2 * (slots.len() + 1) > size {
            self.shift += 1;
            slots.iter_mut().for_each(|slot| slot.bucket >>= 1);
            slots.dedup_by(|later, first| {
                let is_same = later.bucket == first.bucket;
                first.count += if is_same { later.count } else { 0 };
                is_same
            });
        }
        (self.slots, self.used) = (vec![Slot::default(); size], 0);
        slots.into_iter().for_each(|slot| self.insert(slot));
    }

    /// The buckets that count some, from the least values to the greatest.
    fn sorted(&self) -> Vec<Slot> {
        let mut slots: Vec<Slot> =
            self.slots.iter().filter(|slot| slot.count > 0).copied().collect();
        slots.sort_unstable_by_key(|slot| slot.bucket);
        slots
    }

    /// The values that so many per cent of all values do not exceed (nearest rank); NaN if there is no value.
    pub(super) fn of<const N: usize>(&self, percents: [u64; N]) -> [f64; N] {
        let slots = self.sorted();
        percents.map(|percent| {
            let rank = u128::from(self.count) * u128::from(percent);
            let mut seen = 0;
            let found = slots.iter().find(|slot| {
                seen += u128::from(slot.count) * 100;
                seen >= rank
            });
            found.map_or(f64::NAN, |slot| self.middle(slot.bucket))
        })
    }

    fn middle(&self, bucket: u64) -> f64 {
        value((bucket << self.shift) + ((1 << self.shift) >> 1))
    }
}

/// A number whose order is that of the values (IEEE 754-2019 section 5.10): the bits of a negative one are turned over,
/// and one bit sets the others above them.
fn key(value: f64) -> u64 {
    // 0 is −0, too.
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// The value of a key.
fn value(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PERCENTS: [u64; 5] = [1, 50, 90, 99, 100];

    fn found(values: &[f64]) -> [f64; 5] {
        let mut percentiles = Percentiles::default();
        values.iter().for_each(|value| percentiles.add(*value));
        assert!(percentiles.slots.len() <= 2 * MOST);
        percentiles.of(PERCENTS)
    }

    fn exact(values: &[f64]) -> [f64; 5] {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        PERCENTS.map(|percent| {
            let rank = (sorted.len() as u64 * percent).div_ceil(100);
            sorted[usize::try_from(rank).unwrap() - 1]
        })
    }

    /// Values of all sizes from `least` to `greatest`, in no order.
    fn spread(least: f64, greatest: f64, count: u32) -> Vec<f64> {
        let part = |n: u32| f64::from(n.wrapping_mul(0x9E37_79B9)) / f64::from(u32::MAX);
        (0..count).map(|n| least * (greatest / least).powf(part(n))).collect()
    }

    #[test]
    fn without_a_value_there_is_no_percentile_and_a_gap_is_none() {
        assert!(Percentiles::default().of([50])[0].is_nan());
        let mut percentiles = Percentiles::default();
        [f64::NAN, 3.0, f64::NAN].into_iter().for_each(|value| percentiles.add(value));
        assert_eq!(percentiles.of([50, 99]), [3.0, 3.0]);
    }

    #[test]
    fn many_values_are_as_close_as_documented() {
        for (least, greatest, off) in [(1.0, 1e6, 0.004), (1.0, 2.0, 0.0003)] {
            for sign in [1.0, -1.0] {
                let values: Vec<f64> = spread(least, greatest, 300_000)
                    .into_iter()
                    .map(|value| sign * value)
                    .collect();
                for (found, exact) in found(&values).into_iter().zip(exact(&values)) {
                    assert!((found / exact - 1.0).abs() <= off, "{found} {exact}");
                }
            }
        }
        // As close near 1.7e9, where the values differ by little.
        let times: Vec<f64> =
            (0..100_000).map(|n| 1_763_886_079.0 + f64::from(n) / 1000.0).collect();
        for (found, exact) in found(&times).into_iter().zip(exact(&times)) {
            assert!((found - exact).abs() < 0.05, "{found} {exact}");
        }
    }

    proptest! {
        #[test]
        fn few_different_values_have_exact_percentiles(values in prop::collection::vec(any::<f64>().prop_filter("finite", |v| v.is_finite()), 1..400), times in 1_usize..40) {
            let values: Vec<f64> = values.iter().cycle().take(times * values.len()).map(|value| value + 0.0).collect();
            prop_assert_eq!(found(&values), exact(&values));
        }

        #[test]
        fn keys_keep_the_order_and_the_values(a in any::<f64>(), b in any::<f64>()) {
            prop_assume!(a.is_finite() && b.is_finite());
            prop_assert_eq!(value(key(a)), a);
            prop_assert_eq!(key(a).cmp(&key(b)), a.partial_cmp(&b).unwrap());
        }
    }
}
