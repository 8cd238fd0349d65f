//! The rows of a pixel column that are lit: a bit for each. Pure. Which rows those are is found by `dots` and `discs`.

use std::ops::Range;

/// A bit for each row.
#[derive(Debug)]
pub(super) struct LitRows {
    bits: Vec<u64>,
    count: usize,
}

impl LitRows {
    /// So many rows, all of them dark.
    pub(super) fn dark(count: usize) -> Self {
        Self { bits: vec![0; count.div_ceil(64)], count }
    }

    /// Lights a row. Whether it was dark.
    pub(super) fn insert(&mut self, row: usize) -> bool {
        let (bits, bit) = (&mut self.bits[row / 64], 1 << (row % 64));
        let was_dark = *bits & bit == 0;
        *bits |= bit;
        was_dark
    }

    pub(super) fn light(&mut self, rows: Range<usize>) {
        let rows = rows.start..rows.end.min(self.count);
        if rows.is_empty() {
            return;
        }
        let (first, last) = (rows.start / 64, (rows.end - 1) / 64);
        for (word, bits) in (first..).zip(&mut self.bits[first..=last]) {
            let from = if word == first { u64::MAX << (rows.start % 64) } else { u64::MAX };
            let to = if word == last { u64::MAX >> (63 - (rows.end - 1) % 64) } else { u64::MAX };
            *bits |= from & to;
        }
    }

    /// Lights those that others have, too.
    pub(super) fn add(&mut self, others: &Self) {
        self.bits.iter_mut().zip(&others.bits).for_each(|(bits, others)| *bits |= others);
    }

    /// Lights the row above and below each lit one.
    pub(super) fn grow(&mut self) {
        let mut above = 0;
        for word in 0..self.bits.len() {
            let below = self.bits.get(word + 1).map_or(0, |below| below << 63);
            let bits = self.bits[word];
            self.bits[word] |= bits << 1 | bits >> 1 | above | below;
            above = bits >> 63;
        }
        if let (Some(last), beyond @ 1..) = (self.bits.last_mut(), self.count % 64) {
            *last &= u64::MAX >> (64 - beyond);
        }
    }

    /// Whether one of some rows is dark.
    pub(super) fn has_dark(&self, rows: Range<usize>) -> bool {
        self.next(rows.start, u64::MAX).is_some_and(|row| row < rows.end)
    }

    /// Calls `each` for each run of lit rows, from the top, and darkens them.
    pub(super) fn take(&mut self, mut each: impl FnMut(Range<usize>)) {
        let mut end = 0;
        while let Some(start) = self.next(end, 0) {
            end = self.next(start, u64::MAX).unwrap_or(self.count);
            each(start..end);
        }
        self.bits.fill(0);
    }

    /// The next row, from `row` on, whose bit differs from those of `than`.
    fn next(&self, row: usize, than: u64) -> Option<usize> {
        let first = row / 64;
        let mut mask = u64::MAX << (row % 64);
        for (word, bits) in (first..).zip(self.bits.get(first..)?) {
            let found = (bits ^ than) & mask;
            if found != 0 {
                return Some(word * 64 + found.trailing_zeros() as usize);
            }
            mask = u64::MAX;
        }
        None
    }
}
