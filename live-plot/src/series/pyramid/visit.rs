//! A walk through the samples of a pyramid, by buckets: for callers that need more than a summary, but seldom look at each
//! sample. What they look for is left to them.

use std::ops::Range;

use super::{Bucket, FAN_OUT, LEVELS, Pyramid, sizes};
use crate::series::chunked_log::ChunkedLog;
use crate::series::summary::{Sample, Summary};

/// A part of a range of samples, as [`Pyramid::visit`] comes to it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part<'a> {
    /// A sample.
    Sample(Sample),
    /// A bucket, which is made of smaller ones or of samples.
    Bucket(&'a Summary),
    /// The smallest bucket that is left of forgotten samples.
    Last(&'a Summary),
}

impl Pyramid {
    /// Calls `visit` for what is left of the samples numbered `range`, from left to right: for a bucket, and if that answers
    /// yes, for what it is made of.
    pub(crate) fn visit(&self, range: Range<usize>, visit: &mut impl FnMut(Part<'_>) -> bool) {
        if range.is_empty() {
            return;
        }
        // Buckets no larger than the range, but large enough to be there still.
        let is_forgotten =
            |(level, size): &(&ChunkedLog<Bucket>, usize)| level.range().start * size > range.start;
        let fitting = sizes().take_while(|size| *size <= range.len()).count();
        let forgotten = self.levels.iter().zip(sizes()).take_while(is_forgotten).count();
        let raw_is_kept = self.begin() <= range.start;
        let level = fitting.max(if raw_is_kept { 0 } else { forgotten + 1 });
        self.visit_level(level.min(LEVELS), range, visit);
    }

    /// The same, by buckets of this level; level 0 are the samples themselves.
    fn visit_level(
        &self,
        level: usize,
        range: Range<usize>,
        visit: &mut impl FnMut(Part<'_>) -> bool,
    ) {
        let Some(above) = level.checked_sub(1) else {
            for sample in self.raw.slices(range).flatten() {
                visit(Part::Sample(*sample));
            }
            return;
        };
        let size = FAN_OUT.pow(u32::try_from(level).unwrap_or(u32::MAX));
        let kept_below = match above.checked_sub(1) {
            None => self.begin(),
            Some(below) => self.levels[below].range().start * (size / FAN_OUT),
        };
        for number in range.start / size..range.end.div_ceil(size) {
            let whole = number * size..(number + 1) * size;
            let inside = whole.start.max(range.start)..whole.end.min(range.end);
            match self.levels[above].get(number) {
                Some(bucket) if whole.end <= kept_below => {
                    visit(Part::Last(&bucket.summary));
                }
                Some(bucket) if inside == whole && !visit(Part::Bucket(&bucket.summary)) => {}
                _ => self.visit_level(level - 1, inside, visit),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{pyramid, values};
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_visit_comes_to_every_sample_or_to_the_smallest_bucket_left_of_it(
            values in values(), a in any::<usize>(), b in any::<usize>(), forgotten in 0_usize..3
        ) {
            let (a, b) = (a % (values.len() + 1), b % (values.len() + 1));
            let mut pyramid = pyramid(&values);
            for _ in 0..forgotten {
                pyramid.forget_chunk();
            }
            let range = a.min(b)..a.max(b);
            let mut visited = Summary::EMPTY;
            let mut count = 0;
            pyramid.visit(range.clone(), &mut |part| {
                match part {
                    Part::Sample(sample) => {
                        visited.add(sample.value);
                        count += 1;
                    }
                    Part::Last(summary) => {
                        visited.merge(summary);
                        count += FAN_OUT;
                    }
                    Part::Bucket(_) => {}
                }
                true
            });
            let expected = pyramid.summary(range.clone());
            prop_assert_eq!((visited.min, visited.max, visited.count), (expected.min, expected.max, expected.count));
            prop_assert!((range.len()..range.len() + 2 * FAN_OUT).contains(&count), "{} of {}", count, range.len());
        }
    }
}
