//! A log of items in chunks: it grows at its end, and its oldest chunks can be forgotten. Every item keeps its number,
//! counted from the first item ever pushed. Growing never moves an item, so a push costs the same at any size.

use std::collections::VecDeque;
use std::ops::Range;

/// The items numbered `range()`; those before it are forgotten. A chunk has `CHUNK` items: what is kept of a short log, or
/// of one that forgets, is rounded up to so many.
#[derive(Debug)]
pub(crate) struct ChunkedLog<T, const CHUNK: usize = 64> {
    chunks: VecDeque<Vec<T>>,
    first: usize,
    end: usize,
}

impl<T, const CHUNK: usize> ChunkedLog<T, CHUNK> {
    pub(crate) fn new() -> Self {
        Self { chunks: VecDeque::new(), first: 0, end: 0 }
    }

    /// The numbers of the items that are kept.
    pub(crate) fn range(&self) -> Range<usize> {
        self.first..self.end
    }

    pub(crate) fn len(&self) -> usize {
        self.end - self.first
    }

    /// Items a chunk.
    pub(crate) fn chunk(&self) -> usize {
        CHUNK
    }

    pub(crate) fn push(&mut self, item: T) {
        if self.end.is_multiple_of(CHUNK) {
            self.chunks.push_back(Vec::with_capacity(CHUNK));
        }
        if let Some(chunk) = self.chunks.back_mut() {
            chunk.push(item);
            self.end += 1;
        }
    }

    pub(crate) fn get(&self, number: usize) -> Option<&T> {
        let offset = number.checked_sub(self.first)?;
        self.chunks.get(offset / CHUNK)?.get(offset % CHUNK)
    }

    /// The items of `range` that are kept, in order, a piece of a chunk at a time.
    pub(crate) fn slices(&self, range: Range<usize>) -> impl Iterator<Item = &[T]> {
        let start = range.start.max(self.first) - self.first;
        let end = range.end.clamp(self.first, self.end).max(self.first + start) - self.first;
        (start / CHUNK..end.div_ceil(CHUNK)).filter_map(move |chunk| {
            let begin = chunk * CHUNK;
            let end = end.min(begin + CHUNK) - begin;
            self.chunks.get(chunk)?.get(start.max(begin) - begin..end)
        })
    }

    /// Forgets the oldest chunk, unless it is the one being filled.
    pub(crate) fn forget_chunk(&mut self) {
        if self.len() > CHUNK && self.chunks.pop_front().is_some() {
            self.first += CHUNK;
        }
    }

    /// The number, at least `from`, of the first item that is not `before`. The items that are come first, as
    /// [`slice::partition_point`] has it.
    ///
    /// The search starts at `guess` and doubles its distance from there until the border lies between two items that it
    /// has seen; then it halves that piece. A guess that is off by d costs about 2·log₂(d) items, and those are close
    /// together. Guesses are good: the next pixel column holds about as many samples as the last one.
    pub(crate) fn partition_from(
        &self,
        from: usize,
        guess: usize,
        before: impl Fn(&T) -> bool,
    ) -> usize {
        let is_before = |number| self.get(number).is_some_and(&before);
        let from = from.max(self.first);
        let guess = guess.clamp(from, self.end.max(from));
        let (mut low, mut high) = (from, self.end.max(from));
        let mut step = 1;
        if is_before(guess) {
            low = guess + 1;
            while low < high && is_before((low + step).min(high) - 1) {
                low = (low + step).min(high);
                step *= 2;
            }
            high = high.min(low + step);
        } else {
            high = guess;
            while low < high && !is_before(high - (high - low).min(step)) {
                high -= (high - low).min(step);
                step *= 2;
            }
            low = low.max(high.saturating_sub(step));
        }
        while low < high {
            let middle = low.midpoint(high);
            if is_before(middle) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_stay_when_the_front_is_forgotten() {
        let mut log = ChunkedLog::<_, 4096>::new();
        for number in 0..10_000 {
            log.push(number);
        }
        log.forget_chunk();
        assert_eq!(log.range(), 4096..10_000);
        assert_eq!(log.get(4095), None);
        assert_eq!(log.get(4096), Some(&4096));
        assert_eq!(log.get(9_999), Some(&9_999));
        assert_eq!(log.get(10_000), None);
    }

    proptest! {
        #[test]
        fn slices_hold_what_is_kept_of_a_range(
            len in 0_usize..13_000, forgotten in 0_usize..3, from in 0_usize..13_500, to in 0_usize..13_500
        ) {
            let mut log = ChunkedLog::<_, 4096>::new();
            (0..len).for_each(|number| log.push(number));
            (0..forgotten).for_each(|_| log.forget_chunk());
            let kept: Vec<usize> = (from..to).filter(|number| log.range().contains(number)).collect();
            let found: Vec<usize> = log.slices(from..to).flatten().copied().collect();
            prop_assert_eq!(found, kept);
        }

        #[test]
        fn the_partition_is_where_a_plain_search_finds_it(
            len in 0_usize..9_000, forgotten in 0_usize..3, from in 0_usize..9_500, guess in 0_usize..9_500, bound in 0_usize..9_500
        ) {
            let mut log = ChunkedLog::<_, 4096>::new();
            for number in 0..len {
                log.push(number);
            }
            for _ in 0..forgotten {
                log.forget_chunk();
            }
            let start = from.max(log.range().start);
            let plain = (start..len).find(|n| *n >= bound).unwrap_or(start.max(len));
            prop_assert_eq!(log.partition_from(from, guess, |n| *n < bound), plain);
        }
    }
}
