//! One series: its raw samples, and above them a pyramid of buckets that answers "what happened between
//! sample a and sample b" in some fifty steps however far they are apart.
//!
//! A bucket of level k sums up the samples `[i·16ᵏ, (i+1)·16ᵏ)`. Buckets are cut at absolute sample
//! numbers, so a bucket is the same from frame to frame. When raw samples are forgotten the buckets
//! stay, and each level keeps at least its newest [`KEPT`]: the further back, the coarser, but never a
//! minimum or maximum lost. When to forget is decided by `store`.

use std::ops::Range;

use super::chunked_log::ChunkedLog;

/// Samples or buckets summed up by a bucket of the next level.
const FAN_OUT: usize = 16;

/// Levels above the raw samples: a bucket of the top one would hold 16¹² samples, more than ever come.
const LEVELS: usize = 12;

/// The newest buckets that every level keeps whatever is forgotten below.
const KEPT: usize = 1 << 14;

/// A value and its time, in seconds or as a sample number. NaN is a gap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// When.
    pub time: f64,
    /// How much.
    pub value: f64,
}

/// What a run of samples amounts to; gaps count for nothing but may be last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// The smallest value; infinity when there is none.
    pub min: f64,
    /// The greatest value; minus infinity when there is none.
    pub max: f64,
    /// The sum of the values.
    pub sum: f64,
    /// How many values there are.
    pub count: u64,
    /// The last sample's value; NaN for a gap.
    pub last: f64,
}

impl Summary {
    /// The summary of no samples.
    pub const EMPTY: Self =
        Self { min: f64::INFINITY, max: f64::NEG_INFINITY, sum: 0.0, count: 0, last: f64::NAN };

    /// Takes in one more value at the end.
    pub fn add(&mut self, value: f64) {
        self.last = value;
        if !value.is_nan() {
            self.widen(value, value);
            self.sum += value;
            self.count += 1;
        }
    }

    /// Comparing costs less than `f64::min`, which also looks for NaN.
    fn widen(&mut self, min: f64, max: f64) {
        self.min = if min < self.min { min } else { self.min };
        self.max = if max > self.max { max } else { self.max };
    }

    /// Takes in a later run.
    pub fn merge(&mut self, later: &Self) {
        self.widen(later.min, later.max);
        self.sum += later.sum;
        self.count += later.count;
        self.last = later.last;
    }
}

/// The samples of one bucket: when they begin, and what they amount to.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    time: f64,
    summary: Summary,
}

/// A series' samples and the buckets above them.
#[derive(Debug)]
pub(crate) struct Pyramid {
    raw: ChunkedLog<Sample>,
    levels: [ChunkedLog<Bucket>; LEVELS],
}

impl Pyramid {
    pub(crate) fn new() -> Self {
        Self { raw: ChunkedLog::new(), levels: std::array::from_fn(|_| ChunkedLog::new()) }
    }

    /// How many samples there have been.
    pub(crate) fn end(&self) -> usize {
        self.raw.range().end
    }

    /// The number of the oldest raw sample that is kept.
    pub(crate) fn begin(&self) -> usize {
        self.raw.range().start
    }

    /// How many raw samples are kept.
    pub(crate) fn kept(&self) -> usize {
        self.raw.len()
    }

    /// The time of the oldest raw sample that is kept.
    pub(crate) fn oldest_kept(&self) -> Option<f64> {
        self.raw.get(self.raw.range().start).map(|s| s.time)
    }

    pub(crate) fn push(&mut self, sample: Sample) {
        self.raw.push(sample);
        if self.end().is_multiple_of(FAN_OUT) {
            self.sum_up();
        }
    }

    /// Completes the buckets that end where the samples end.
    fn sum_up(&mut self) {
        let end = self.end();
        let samples = self.raw.slices(end - FAN_OUT..end).flatten();
        let Some(bucket) = Bucket::of(samples.map(Bucket::from)) else {
            return;
        };
        self.levels[0].push(bucket);
        for k in 1..LEVELS {
            let below = &self.levels[k - 1];
            let end = below.range().end;
            if !end.is_multiple_of(FAN_OUT) {
                return;
            }
            let Some(bucket) = Bucket::of(below.slices(end - FAN_OUT..end).flatten().copied())
            else {
                return;
            };
            self.levels[k].push(bucket);
        }
    }

    /// Forgets the oldest raw samples, and of the buckets above them those that are more than is kept.
    pub(crate) fn forget_chunk(&mut self) {
        self.raw.forget_chunk();
        let raw_start = self.raw.range().start;
        for (level, size) in self.levels.iter_mut().zip(sizes()) {
            let next_start = level.range().start + ChunkedLog::<Bucket>::CHUNK;
            if level.len() >= KEPT + ChunkedLog::<Bucket>::CHUNK && next_start * size <= raw_start {
                level.forget_chunk();
            }
        }
    }

    /// The sample of this number, unless it is forgotten.
    pub(crate) fn sample(&self, number: usize) -> Option<Sample> {
        self.raw.get(number).copied()
    }

    /// The number of the first sample at or after `time`, and not before `from`; it is looked for around
    /// `guess` first.
    ///
    /// Where only buckets are left, a bucket counts as being where it begins.
    pub(crate) fn seek(&self, time: f64, from: usize, guess: usize) -> usize {
        if self.raw.range().start == 0 || self.oldest_kept().is_some_and(|oldest| oldest <= time) {
            return self.raw.partition_from(from, guess, |sample| sample.time < time);
        }
        let coarser = self.levels.iter().zip(sizes()).find(|(level, _)| {
            let first = level.get(level.range().start);
            level.range().start == 0 || first.is_some_and(|bucket| bucket.time <= time)
        });
        let (level, size) = coarser.unwrap_or((&self.levels[0], FAN_OUT));
        let bucket = level.partition_from(from / size, guess / size, |bucket| bucket.time < time);
        (bucket * size).clamp(from, self.end().max(from))
    }

    /// What the samples numbered `range` amount to, wider by part of a bucket where raw samples are forgotten.
    pub(crate) fn summary(&self, range: Range<usize>) -> Summary {
        let mut summary = Summary::EMPTY;
        if range.is_empty() {
            return summary;
        }
        let last = self.last(range.end - 1);
        let mut inner = outsides(&self.raw, range, |sample| summary.add(sample.value));
        for level in &self.levels {
            inner = outsides(level, inner, |bucket| summary.merge(&bucket.summary));
        }
        Summary { last, ..summary }
    }

    /// The value of this sample, or the last one of the smallest bucket left that holds it.
    fn last(&self, number: usize) -> f64 {
        let buckets = || self.levels.iter().zip(sizes());
        match self.sample(number) {
            Some(sample) => sample.value,
            None => buckets()
                .find_map(|(level, size)| level.get(number / size))
                .map_or(f64::NAN, |bucket| bucket.summary.last),
        }
    }
}

/// Hands on those of the items numbered `range` that stand out at either end of the buckets above, and
/// returns which of those buckets sum up the rest. What is forgotten is left to the buckets, too.
fn outsides<T>(
    items: &ChunkedLog<T>,
    range: Range<usize>,
    mut each: impl FnMut(&T),
) -> Range<usize> {
    if range.is_empty() {
        return range;
    }
    // Chunks are whole buckets, so what is kept begins with one.
    let is_kept = |number: usize| number >= items.range().start;
    let (down, up) = (|number: usize| number / FAN_OUT, |number: usize| number.div_ceil(FAN_OUT));
    let first = if is_kept(range.start) { up(range.start) } else { down(range.start) };
    let end = if is_kept(range.end - 1) { down(range.end) } else { up(range.end) };
    if first >= end {
        items.slices(range).flatten().for_each(each);
        return 0..0;
    }
    items.slices(range.start..first * FAN_OUT).flatten().for_each(&mut each);
    items.slices(end * FAN_OUT..range.end).flatten().for_each(each);
    first..end
}

impl Bucket {
    /// The bucket of some consecutive smaller ones.
    fn of(mut parts: impl Iterator<Item = Self>) -> Option<Self> {
        let mut bucket = parts.next()?;
        parts.for_each(|later| bucket.summary.merge(&later.summary));
        Some(bucket)
    }
}

impl From<&Sample> for Bucket {
    fn from(sample: &Sample) -> Self {
        let mut summary = Summary::EMPTY;
        summary.add(sample.value);
        Self { time: sample.time, summary }
    }
}

/// How many samples a bucket of each level sums up.
fn sizes() -> impl Iterator<Item = usize> {
    (1..).map(|level| FAN_OUT.pow(level))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pyramid(values: &[f64]) -> Pyramid {
        let mut pyramid = Pyramid::new();
        for (number, value) in values.iter().enumerate() {
            pyramid.push(Sample { time: number as f64, value: *value });
        }
        pyramid
    }

    fn plain(values: &[f64]) -> Summary {
        let mut summary = Summary::EMPTY;
        values.iter().for_each(|value| summary.add(*value));
        summary
    }

    fn same(a: Summary, b: Summary) -> bool {
        let last = a.last == b.last || (a.last.is_nan() && b.last.is_nan());
        last && (a.min, a.max, a.sum, a.count) == (b.min, b.max, b.sum, b.count)
    }

    fn values() -> impl Strategy<Value = Vec<f64>> {
        let value = prop_oneof![9 => (-1000_i32..1000).prop_map(f64::from), 1 => Just(f64::NAN)];
        prop::collection::vec(value, 1..6_000)
    }

    proptest! {
        #[test]
        fn the_summary_of_any_range_is_that_of_its_samples(values in values(), a in any::<usize>(), b in any::<usize>()) {
            let (a, b) = (a % (values.len() + 1), b % (values.len() + 1));
            let range = a.min(b)..a.max(b);
            let summary = pyramid(&values).summary(range.clone());
            prop_assert!(same(summary, plain(&values[range])));
        }

        #[test]
        fn what_is_forgotten_stays_within_a_bucket(spike in 0_usize..12_000, from in 0_usize..12_000, forgotten in 0_usize..3) {
            let mut values = vec![0.0; 12_000];
            values[spike] = 7.0;
            let mut pyramid = pyramid(&values);
            for _ in 0..forgotten {
                pyramid.forget_chunk();
            }
            let around = pyramid.summary(from..12_000);
            let certain = spike >= from;
            let possible = spike >= from / FAN_OUT * FAN_OUT;
            prop_assert!((!certain || around.max == 7.0) && (possible || around.max == 0.0));
        }

        #[test]
        fn seek_finds_the_first_sample_at_or_after_a_time(values in values(), time in -1.0..6_001.0_f64, from in 0_usize..6_000, guess in 0_usize..7_000) {
            let pyramid = pyramid(&values);
            let from = from.min(values.len());
            let plain = (from..values.len()).find(|n| *n as f64 >= time).unwrap_or(values.len());
            prop_assert_eq!(pyramid.seek(time, from, guess), plain);
        }
    }
}
