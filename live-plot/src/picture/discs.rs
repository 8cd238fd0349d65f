//! Dots as discs on whole pixels. Those that overlap become one shape: where dots are close, a few large rectangles, instead
//! of some for each dot, all of which a painter would have to fill. Pure.

use std::ops::Range;

use super::lit_rows::LitRows;

/// Makes the rectangles of dots that come from left to right.
pub(super) struct Discs<F> {
    /// The panel's: left, top, right, bottom.
    area: [i32; 4],
    radius: i32,
    /// The newest column with dots, and their rows.
    column: i32,
    dots: LitRows,
    /// The rows that discs light in the columns around it: the first one is `left`.
    columns: Vec<LitRows>,
    left: i32,
    /// The lit rows of the column before, and since which column they have been the same.
    open: Vec<(Range<usize>, i32)>,
    fill: F,
}

impl<F: FnMut([i32; 4])> Discs<F> {
    /// Discs of this radius, cut off at the edges of a panel.
    pub(super) fn new(area: [i32; 4], radius: i32, fill: F) -> Self {
        let dark = || LitRows::dark(index((area[3] - area[1]).into()));
        let columns = (0..=2 * radius).map(|_| dark()).collect();
        let (column, left) = (area[0], area[0] - radius);
        Self { area, radius, column, dots: dark(), columns, left, open: Vec::new(), fill }
    }

    /// Adds the dots in some neighbouring rows of a column, none to the left of the last ones.
    pub(super) fn add(&mut self, column: i32, rows: Range<usize>) {
        if column > self.column {
            self.spread();
            // Beyond so many columns all are dark.
            let most = 2 * self.radius + 2;
            (0..(column - self.column).min(most)).for_each(|_| self.next());
            (self.column, self.left) = (column, column - self.radius);
        }
        self.dots.light(rows);
    }

    /// Each dot becomes a disc: it grows by a row above and below, and what is as high as the disc in another column
    /// goes there.
    fn spread(&mut self) {
        let reach = |dx: i32| {
            let square = (f64::from(self.radius) + 0.3).powi(2) - f64::from(dx).powi(2);
            index(square.sqrt().round())
        };
        for height in 0..=reach(0) {
            for (lit, dx) in self.columns.iter_mut().zip(-self.radius..) {
                if reach(dx) == height {
                    lit.add(&self.dots);
                }
            }
            self.dots.grow();
        }
        self.dots.take(|_| ());
    }

    /// Fills what is not filled yet.
    pub(super) fn finish(mut self) {
        self.spread();
        (0..=2 * self.radius + 1).for_each(|_| self.next());
    }

    /// The leftmost column is complete.
    fn next(&mut self) {
        let [left, top, right, _] = self.area;
        let x = self.left;
        let mut before = std::mem::take(&mut self.open).into_iter().peekable();
        let mut fill = |(rows, since): (Range<usize>, i32)| {
            let [from, to] = [rows.start, rows.end].map(|row| i32::try_from(row).unwrap_or(0));
            (self.fill)([since, top + from, x, top + to]);
        };
        if (left..right).contains(&x) {
            self.columns[0].take(|rows| {
                while let Some(ended) = before.next_if(|(last, _)| last.start < rows.start) {
                    fill(ended);
                }
                let same = before.next_if(|(last, _)| *last == rows);
                self.open.push(same.unwrap_or((rows, x)));
            });
        } else {
            self.columns[0].take(|_| ());
        }
        before.for_each(fill);
        self.columns.rotate_left(1);
        self.left += 1;
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few pixels")]
fn index(number: f64) -> usize {
    number as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn every_pixel_of_every_disc_is_filled_once_and_no_other(
            mut dots in prop::collection::vec((0_i32..60, 0_usize..130, 1_usize..9), 0..60),
            radius in 1_i32..6,
        ) {
            let area = [10, 20, 70, 150];
            dots.sort_unstable();
            let mut filled = Vec::new();
            let mut discs = Discs::new(area, radius, |[left, top, right, bottom]| {
                filled.extend((left..right).flat_map(|x| (top..bottom).map(move |y| (x, y))));
            });
            let mut wanted = BTreeSet::new();
            for (column, row, count) in dots {
                let rows = row..(row + count).min(130);
                discs.add(area[0] + column, rows.clone());
                for (row, dx, dy) in rows.flat_map(|row| {
                    (-radius..=radius).flat_map(move |dx| (-radius..=radius).map(move |dy| (row, dx, dy)))
                }) {
                    let (x, y) = (area[0] + column + dx, area[1] + i32::try_from(row).unwrap() + dy);
                    let is_disc = f64::from(dy.abs()) <= ((f64::from(radius) + 0.3).powi(2) - f64::from(dx * dx)).sqrt().round();
                    if is_disc && (10..70).contains(&x) && (20..150).contains(&y) {
                        wanted.insert((x, y));
                    }
                }
            }
            discs.finish();
            let count = filled.len();
            let filled: BTreeSet<_> = filled.into_iter().collect();
            prop_assert_eq!(filled.len(), count, "twice");
            prop_assert_eq!(filled, wanted);
        }
    }
}
