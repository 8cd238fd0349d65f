//! The samples of one series, and summaries of them: minimum, maximum and more of any range of samples, in a few
//! dozen steps: at each level at most 15 at either end of the range.
//!
//! A bucket is the summary of neighbouring samples. Each 16 samples have a bucket of the first level, each 16 buckets of
//! a level one of the next: bucket i of level k covers the samples from i·16ᵏ up to (i+1)·16ᵏ. So the samples of a bucket
//! never change. A range is made of the largest buckets that fit, and of single samples at its two ends.
//!
//! When raw samples are forgotten their buckets stay, and each level keeps at least its newest ones, as many as
//! [`Pyramid::keep`] was told. The older a sample, the larger the smallest bucket left of it; its minimum and maximum are
//! never lost. When to forget is left to `store`, what a summary is to `summary`, a walk through the buckets to `visit`.

pub(crate) mod visit;

use std::ops::Range;

use super::chunked_log::ChunkedLog;
use super::summary::{Sample, Summary};

/// How many samples, or buckets of a level, make a bucket of the next level.
const FAN_OUT: usize = 16;

/// Levels above the raw samples: a bucket of the top one has 16¹² samples, more than will ever come.
const LEVELS: usize = 12;

/// Raw samples a chunk: 4 KiB.
const CHUNK: usize = 256;

/// How many chunks are forgotten at a time at most: 64 KiB.
const FORGOTTEN: usize = 16;

/// What a sample and a bucket take, in bytes.
const SAMPLE: usize = size_of::<Sample>();
pub(super) const BUCKET: usize = size_of::<Bucket>();

/// A bucket: the time of its first sample, and the summary of all of them.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    time: f64,
    summary: Summary,
}

/// A series' samples and the buckets above them.
#[derive(Debug)]
pub(crate) struct Pyramid {
    raw: ChunkedLog<Sample, CHUNK>,
    levels: [ChunkedLog<Bucket>; LEVELS],
    /// How many buckets every level keeps at least, whatever is forgotten below it.
    kept_buckets: usize,
}

impl Pyramid {
    pub(crate) fn new() -> Self {
        let levels = std::array::from_fn(|_| ChunkedLog::new());
        Self { raw: ChunkedLog::new(), levels, kept_buckets: usize::MAX }
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

    /// What is kept takes so many bytes, the unfilled parts of the newest chunks apart.
    pub(super) fn bytes(&self) -> usize {
        let buckets: usize = self.levels.iter().map(ChunkedLog::len).sum();
        self.raw.len() * SAMPLE + buckets * BUCKET
    }

    /// Adds a sample, and the buckets that it completes; how many bytes they take.
    pub(crate) fn push(&mut self, sample: Sample) -> usize {
        self.raw.push(sample);
        let buckets = if self.end().is_multiple_of(FAN_OUT) { self.add_buckets() } else { 0 };
        SAMPLE + buckets * BUCKET
    }

    /// Adds the buckets that the newest sample completes; how many.
    fn add_buckets(&mut self) -> usize {
        let end = self.end();
        let samples = self.raw.slices(end - FAN_OUT..end).flatten();
        let Some(bucket) = Bucket::of(samples.map(Bucket::from)) else {
            return 0;
        };
        self.levels[0].push(bucket);
        for k in 1..LEVELS {
            let below = &self.levels[k - 1];
            let end = below.range().end;
            if !end.is_multiple_of(FAN_OUT) {
                return k;
            }
            let Some(bucket) = Bucket::of(below.slices(end - FAN_OUT..end).flatten().copied())
            else {
                return k;
            };
            self.levels[k].push(bucket);
        }
        LEVELS
    }

    /// Forgets the oldest raw samples, a sixteenth of them or one chunk, and buckets beyond those that a level keeps. How
    /// many bytes that frees.
    pub(crate) fn forget_chunk(&mut self) -> usize {
        let before = self.bytes();
        let chunks = (self.raw.len() / CHUNK / 16).clamp(1, FORGOTTEN);
        (0..chunks).for_each(|_| self.raw.forget_chunk());
        self.forget_buckets();
        before - self.bytes()
    }

    /// Has every level keep so many buckets at least, and no more than it has to. How many bytes that frees.
    pub(crate) fn keep(&mut self, buckets: usize) -> usize {
        let before = self.bytes();
        self.kept_buckets = buckets;
        self.forget_buckets();
        before - self.bytes()
    }

    /// Forgets the oldest buckets of each level beyond those that it keeps, but none before what lies below it: a level
    /// goes at least as far back as the one below.
    fn forget_buckets(&mut self) {
        let mut below = self.raw.range().start;
        for (level, size) in self.levels.iter_mut().zip(sizes()) {
            while level.len().saturating_sub(level.chunk()) >= self.kept_buckets
                && (level.range().start + level.chunk()) * size <= below
            {
                level.forget_chunk();
            }
            below = level.range().start * size;
        }
    }

    /// The sample of this number, unless it is forgotten.
    pub(crate) fn sample(&self, number: usize) -> Option<Sample> {
        self.raw.get(number).copied()
    }

    /// The first of the samples that share the smallest bucket left with this one: itself while it is kept.
    #[cfg(test)]
    pub(crate) fn first_with(&self, number: usize) -> usize {
        let buckets = || self.levels.iter().zip(sizes());
        match self.sample(number) {
            Some(_) => number,
            None => buckets()
                .find(|(level, size)| level.get(number / size).is_some())
                .map_or(0, |(_, size)| number / size * size),
        }
    }

    /// The number, at least `from`, of the first sample at or after `time`; the search starts at `guess`.
    ///
    /// Where only buckets are left, all samples of a bucket count as being at the time of its first one.
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

    /// The summary of the samples numbered `range`. Where raw samples are forgotten, the whole of a bucket counts even if
    /// only a part of it is in the range.
    pub(crate) fn summary(&self, range: Range<usize>) -> Summary {
        let mut summary = Summary::EMPTY;
        if range.is_empty() {
            return summary;
        }
        let last = self.last(range.end - 1);
        let mut inner = fold_ends(&self.raw, range, |sample| summary.add(sample.value));
        for level in &self.levels {
            inner = fold_ends(level, inner, |bucket| summary.merge(&bucket.summary));
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

/// Of the items numbered `range`, calls `each` for those at either end that do not fill a bucket of the level above.
/// Returns which buckets of that level cover the rest; forgotten items are always left to them.
fn fold_ends<T, const CHUNK: usize>(
    items: &ChunkedLog<T, CHUNK>,
    range: Range<usize>,
    mut each: impl FnMut(&T),
) -> Range<usize> {
    if range.is_empty() {
        return range;
    }
    // A chunk is a whole number of buckets, so the kept items begin with a whole bucket.
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
    /// The bucket that some neighbouring smaller ones make.
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

/// How many samples a bucket of each level has.
fn sizes() -> impl Iterator<Item = usize> {
    (1..).map(|level| FAN_OUT.pow(level))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(super) fn pyramid(values: &[f64]) -> Pyramid {
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

    pub(super) fn values() -> impl Strategy<Value = Vec<f64>> {
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
