//! The marks of `--marks`: texts, each with its time. Only the newest are kept, bounded in number and in bytes. Which lines
//! are marks is left to `input`, how they look to `picture`.

use std::collections::VecDeque;
use std::sync::Arc;

/// How many are kept.
const MOST: usize = 100_000;

/// How many bytes of text are kept.
const BYTES: usize = 8 << 20;

/// A text at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    /// When, as the samples have it.
    pub time: f64,
    /// What; harmless and short.
    pub text: Arc<str>,
}

/// Those that are kept, in the order of their times.
#[derive(Debug, Default)]
pub struct Annotations {
    kept: VecDeque<Annotation>,
    bytes: usize,
}

impl Annotations {
    /// Adds one; the oldest go when there are too many.
    pub fn add(&mut self, annotation: Annotation) {
        self.bytes += annotation.text.len();
        // A line that turned out late to be no header is older than the last one.
        let is_newest = self.kept.back().is_none_or(|last| last.time <= annotation.time);
        let place = match is_newest {
            true => self.kept.len(),
            false => self.kept.partition_point(|other| other.time <= annotation.time),
        };
        self.kept.insert(place, annotation);
        while self.kept.len() > MOST || self.bytes > BYTES {
            self.bytes -= self.kept.pop_front().map_or(0, |oldest| oldest.text.len());
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// The first one at `from` or later, and how many there are from there up to `to`.
    #[must_use]
    pub fn between(&self, from: f64, to: f64) -> Option<(&Annotation, usize)> {
        let first = self.kept.partition_point(|other| other.time < from);
        let end = self.kept.partition_point(|other| other.time < to);
        self.kept.get(first).map(|annotation| (annotation, end.saturating_sub(first)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn annotation(time: f64, text: &str) -> Annotation {
        Annotation { time, text: text.into() }
    }

    #[test]
    fn the_oldest_go_and_the_bounds_hold() {
        let mut all = Annotations::default();
        (0..MOST + 10).for_each(|number| all.add(annotation(number as f64, "x")));
        assert_eq!((all.kept.len(), all.kept[0].time), (MOST, 10.0));
        let long = "x".repeat(300);
        (0..MOST).for_each(|number| all.add(annotation((2 * MOST + number) as f64, &long)));
        assert!(all.bytes <= BYTES && all.kept.len() == BYTES / 300, "{}", all.kept.len());
        assert_eq!(all.bytes, all.kept.iter().map(|kept| kept.text.len()).sum::<usize>());
    }

    proptest! {
        #[test]
        fn a_time_finds_those_that_a_plain_search_finds(
            times in prop::collection::vec(0_u32..50, 0..40), from in 0_u32..55, wide in 0_u32..10,
        ) {
            let mut all = Annotations::default();
            times.iter().for_each(|time| all.add(annotation((*time).into(), "x")));
            let first = times.iter().filter(|time| **time >= from).min();
            let count = times.iter().filter(|time| (from..from + wide).contains(time)).count();
            let found = all.between(from.into(), (from + wide).into());
            let found = found.map(|(annotation, count)| (annotation.time, count));
            prop_assert_eq!(found, first.map(|time| (f64::from(*time), count)));
        }
    }
}
