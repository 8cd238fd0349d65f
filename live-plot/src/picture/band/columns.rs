//! The pixels that a run of a line lights, column by column, and which of them are inside: those with no dark one near them.
//! Pure. What is drawn inside and at the edge is left to `band`.

use crate::picture::decimate::Point;
use crate::picture::pixels::{Area, Pixels};

/// So many neighbouring columns have one inside and one mean: a painter has less to fill, and a mean is calmer. They are
/// counted from time 0, so that nothing changes as the picture scrolls.
const GROUP: i32 = 4;

/// The first of some rows in a column, and the one after the last.
pub(super) type Rows = [i32; 2];

/// No rows: what they have in common with others is nothing, and both together are the others.
pub(super) const NONE: Rows = [i32::MAX, i32::MIN];

/// The columns that a run lights. It has no break, so each is lit from one row to another.
pub(super) struct Columns {
    /// The edges of the panel.
    within: [i32; 2],
    first: i32,
    rows: Vec<Rows>,
}

/// Neighbouring columns.
pub(super) struct Group {
    /// The first one.
    pub(super) left: i32,
    /// The one after the last.
    pub(super) right: i32,
    /// Which rows are inside in all of them.
    pub(super) inside: Rows,
}

impl Columns {
    /// The columns of steps.
    pub(super) fn of(pixels: &Pixels, run: &[Point]) -> Self {
        let within = [pixels.area[0], pixels.area[2]];
        let mut columns = Self { within, first: within[1], rows: Vec::new() };
        pixels.steps(run, |area| columns.light(area));
        columns
    }

    /// Lights an area that does not begin to the left of the last one.
    fn light(&mut self, [left, top, right, bottom]: Area) {
        let [left, right] = [left, right].map(|x| x.clamp(self.within[0], self.within[1]));
        if self.rows.is_empty() {
            self.first = left;
        }
        let (from, to) = (self.index(left), self.index(right));
        if to > self.rows.len() {
            self.rows.resize(to, NONE);
        }
        for rows in &mut self.rows[from..to] {
            *rows = [rows[0].min(top), rows[1].max(bottom)];
        }
    }

    fn index(&self, x: i32) -> usize {
        usize::try_from(x - self.first).unwrap_or(0)
    }

    /// The rows of neighbouring columns.
    pub(super) fn rows(&self, left: i32, right: i32) -> impl Iterator<Item = (i32, Rows)> {
        (left..right).zip(self.rows[self.index(left)..self.index(right)].iter().copied())
    }

    /// The one after the last.
    pub(super) fn end(&self) -> i32 {
        self.first + i32::try_from(self.rows.len()).unwrap_or(0)
    }

    /// All columns in groups; the last column, which may still get samples, is one by itself. What is inside is more than
    /// `reach` rows or columns from a dark pixel.
    pub(super) fn groups(&self, pixels: &Pixels, reach: i32) -> impl Iterator<Item = Group> {
        let number = pixels.grid.first + i64::from(self.first - self.within[0]);
        let phase = i32::try_from(number.rem_euclid(GROUP.into())).unwrap_or(0);
        let (end, last) = (self.end(), self.end() - 1);
        let begins = (self.first - phase..end).step_by(usize::try_from(GROUP).unwrap_or(1));
        let places = begins.map(move |x| (x.max(self.first), (x + GROUP).min(end)));
        let places = places
            .flat_map(move |(left, right)| [(left, right.min(last)), (left.max(last), right)]);
        places.filter(|(left, right)| left < right).map(move |(left, right)| Group {
            left,
            right,
            inside: self.inside(left, right, reach),
        })
    }

    fn inside(&self, left: i32, right: i32, reach: i32) -> Rows {
        // A line goes on beyond its ends, as it does beyond the edges of the panel. Its first and its last column may have
        // few of their samples, and count for themselves alone.
        let begin = self.first + i32::from(self.first > self.within[0] && left > self.first);
        let after = self.end() - i32::from(right < self.end());
        // What is looked at is wider than a spike there, too.
        let least = GROUP + 2 * reach;
        let near = [
            (left - reach).min(after - least).max(begin),
            (right + reach).max(begin + least).min(after),
        ];
        if near[1] - near[0] < least {
            return NONE;
        }
        let common = |[a, b]: Rows, (_, [c, d]): (i32, Rows)| [a.max(c), b.min(d)];
        let [top, bottom] = self.rows(left, right).fold([i32::MIN, i32::MAX], common);
        let shrunk = [top.saturating_add(reach), bottom.saturating_sub(reach)];
        self.rows(near[0], near[1]).fold(shrunk, common)
    }
}
