//! Series as dots: a cell has two columns and four rows of them, as the characters of braille do (Unicode, U+2800 to U+28FF).
//! Pure. A dot column is a pixel column of the scene, so that no spike is lost; the rows are those of `picture::dots`.

use super::cells::Ink;
use crate::picture::decimate::{Grid, Point};
use crate::picture::dots::Rows;
use crate::picture::palette::Dash;

/// How many dots a cell has, across and down.
pub(crate) const DOTS: (usize, usize) = (2, 4);

/// The bit of each dot, by column and row: U+2800 plus all bits of a cell is its character.
const BITS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// How many points a dot is as wide as: the dashes of a series then are some dots long.
const POINTS: f64 = 3.0;

/// A lone dot has the grid so many dots away.
const CLEAR: i64 = 5;

/// How far outside of a panel a value may be, in heights of it.
const FAR: f64 = 1e9;

/// The dots of a panel, and whose they are.
#[derive(Debug)]
pub(super) struct Canvas {
    /// In cells.
    width: usize,
    grid: Grid,
    rows: Rows,
    /// The dots of each cell.
    lit: Vec<u8>,
    /// Of each cell the series with most dots in it, the later one of two with as many, and how many they are.
    owners: Vec<(Ink, u32)>,
    /// The dots of the series that is drawn now.
    layer: Vec<u8>,
    /// The dots that are all of a run: nothing of the grid is beside them.
    lone: Vec<(i64, i64)>,
}

impl Canvas {
    /// A panel of so many cells without a dot.
    pub(super) fn new((width, height): (usize, usize), grid: Grid, rows: Rows) -> Self {
        let cells = width * height;
        let owners = vec![(Ink::Plain, 0); cells];
        Self {
            width,
            grid,
            rows,
            lit: vec![0; cells],
            owners,
            layer: vec![0; cells],
            lone: Vec::new(),
        }
    }

    /// The character of a cell and what it is drawn in, if it has a dot.
    pub(super) fn cell(&self, (x, y): (usize, usize)) -> Option<(char, Ink)> {
        let at = y * self.width + x;
        let lit = self.lit[at];
        (lit != 0).then(|| (glyph(lit), self.owners[at].0))
    }

    /// Whether a series is in a cell.
    pub(super) fn has_series(&self, (x, y): (usize, usize)) -> bool {
        matches!(self.owners[y * self.width + x].0, Ink::Series(_))
    }

    /// The row of dots of a value; one above or below the panel if it is outside.
    pub(super) fn row(&self, value: f64) -> i64 {
        let row = |row: usize| i64::try_from(row).unwrap_or(i64::MAX);
        let is_above = self.rows.scale.place(value) > 1.0;
        self.rows.row(value).map_or(if is_above { -1 } else { row(self.rows.count) }, row)
    }

    /// The column of dots of a time. The panel's right edge belongs to the last column.
    #[expect(clippy::cast_possible_truncation, reason = "a column's number; a float saturates")]
    pub(super) fn column(&self, time: f64) -> i64 {
        self.grid.column(time).min(self.grid.count as f64 - 1.0) as i64
    }

    /// Ends a series: its dots are added to those of the others.
    pub(super) fn finish(&mut self, ink: Ink) {
        for ((layer, lit), owner) in self.layer.iter_mut().zip(&mut self.lit).zip(&mut self.owners)
        {
            if *layer != 0 {
                *lit |= *layer;
                if layer.count_ones() >= owner.1 {
                    *owner = (ink, layer.count_ones());
                }
                *layer = 0;
            }
        }
    }

    /// Draws steps: each point is straight left, right, above or below of the last one.
    pub(super) fn steps(&mut self, run: &[Point], dash: Dash) {
        if self.lone(run) {
            return;
        }
        let Some(([time, value], rest)) = run.split_first() else { return };
        let (mut x, mut y) = (self.column(*time), self.row(*value));
        let (mut top, mut bottom) = (y, y);
        for [time, value] in rest {
            let next = self.column(*time);
            if next != x {
                self.upright(x, (top, bottom), dash);
                (x + 1..next).for_each(|column| self.upright(column, (y, y), dash));
                (top, bottom) = (y, y);
            }
            (x, y) = (next, self.row(*value));
            (top, bottom) = (top.min(y), bottom.max(y));
        }
        self.upright(x, (top, bottom), dash);
    }

    /// Draws a run that is one dot, whatever its dash leaves out; false if it is more.
    fn lone(&mut self, run: &[Point]) -> bool {
        let place = |[time, value]: &Point| (self.column(*time), self.row(*value));
        let Some((x, y)) = run.first().map(place) else { return true };
        if run.iter().any(|point| place(point) != (x, y)) {
            return false;
        }
        self.light(x, y);
        self.lone.push((x, y));
        true
    }

    /// Draws a line: in each column the rows that it passes.
    pub(super) fn line(&mut self, run: &[Point], dash: Dash) {
        if self.lone(run) {
            return;
        }
        let points = run.iter().map(|point| self.place(*point)).collect::<Vec<_>>();
        let columns = self.grid.count as f64;
        for pair in points.windows(2) {
            let ([x0, y0], [x1, y1]) = (pair[0], pair[1]);
            let slope = if x1 > x0 { (y1 - y0) / (x1 - x0) } else { 0.0 };
            let (first, last) = (x0.floor().max(0.0), x1.floor().min(columns - 1.0));
            let mut x = first;
            while x <= last {
                // Exact at both ends: by rounding the line would reach the row beyond a peak.
                let at = |edge: f64| match edge {
                    _ if edge == x0 => y0,
                    _ if edge == x1 => y1,
                    _ => y0 + (edge - x0) * slope,
                };
                let from = at(x.max(x0));
                // The part in this column ends at the next one's edge, which belongs to that.
                let to = if x1 > x0 { at((x + 1.0).min(x1)) } else { y1 };
                self.upright(whole(x), self.between(from, to), dash);
                x += 1.0;
            }
        }
    }

    /// Draws dots, given as pairs: the lowest and the highest in a column, between which all rows are lit.
    pub(super) fn dots(&mut self, pairs: &[Point]) {
        if pairs.len() == 2 && self.lone(pairs) {
            return;
        }
        for [low, high] in pairs.as_chunks().0 {
            let rows = (self.row(high[1]), self.row(low[1]));
            self.upright(self.column(low[0]), rows, Dash::Solid);
        }
    }

    /// Draws the grid: along each row a dot a cell, where no series is. There are no lines along times: as the picture scrolls
    /// they would all be sent again, and be most of what is sent.
    pub(super) fn grid(&mut self, rows: &[i64]) {
        let width = i64::try_from(self.width * DOTS.0).unwrap_or(i64::MAX);
        for &y in rows {
            let is_free = |x: &i64| {
                !self
                    .lone
                    .iter()
                    .any(|lone| (lone.0 - x).abs() < CLEAR && (lone.1 - y).abs() < CLEAR)
            };
            let free: Vec<i64> = (0..width).step_by(DOTS.0).filter(is_free).collect();
            free.into_iter().for_each(|x| self.light(x, y));
        }
        for (layer, lit) in self.layer.iter_mut().zip(&self.lit) {
            if *lit != 0 {
                *layer = 0;
            }
        }
        self.finish(Ink::Grid);
    }

    /// Where a point is, in dots.
    fn place(&self, [time, value]: Point) -> [f64; 2] {
        let place = self.rows.scale.place(value).clamp(-FAR, FAR);
        // Rounded, a time may seem to be in the column beside its own; a line may also end beyond the panel.
        let is_inside = time <= self.grid.after(self.grid.count - 1);
        let column = match is_inside {
            true => self.column(time) as f64,
            false => self.grid.column(time),
        };
        let x = (time / self.grid.step - self.grid.first as f64).clamp(column, column + 0.999);
        [x, (1.0 - place) * self.rows.count as f64]
    }

    /// The rows from one place to another.
    fn between(&self, from: f64, to: f64) -> (i64, i64) {
        let count = self.rows.count as f64;
        // The lowest value belongs to the lowest row.
        let row = |y: f64| if y == count { whole(count - 1.0) } else { whole(y.floor()) };
        (row(from.min(to)), row(from.max(to)))
    }

    /// Lights the rows of a column from one to another. A dash leaves some out, but never the ends of a rise.
    fn upright(&mut self, x: i64, (top, bottom): (i64, i64), dash: Dash) {
        let lowest = i64::try_from(self.rows.count).unwrap_or(i64::MAX) - 1;
        let (from, to) = (top.max(0), bottom.min(lowest));
        let Some((on, period)) = dash.lengths() else {
            return self.solid(x, from, to);
        };
        let (on, period) = (whole(on / POINTS).max(1), whole((period / POINTS).ceil()));
        let is_rise = top != bottom;
        for y in from..=to {
            // Counted from a place that scrolls with the data.
            let is_on = (self.grid.first + x + y).rem_euclid(period) < on;
            if is_on || (is_rise && (y == top || y == bottom)) {
                self.light(x, y);
            }
        }
    }

    /// Lights the rows of a column, a cell at a time.
    fn solid(&mut self, x: i64, from: i64, to: i64) {
        let (Ok(x), Ok(from), Ok(to)) =
            (usize::try_from(x), usize::try_from(from), usize::try_from(to))
        else {
            return;
        };
        if from > to || x >= self.width * DOTS.0 {
            return;
        }
        let bits = BITS[x % DOTS.0];
        for cell in from / DOTS.1..=to / DOTS.1 {
            let first = from.max(cell * DOTS.1) % DOTS.1;
            let last = to.min(cell * DOTS.1 + DOTS.1 - 1) % DOTS.1;
            let lit = bits[first..=last].iter().fold(0, |all, bit| all | bit);
            if let Some(layer) = self.layer.get_mut(cell * self.width + x / DOTS.0) {
                *layer |= lit;
            }
        }
    }

    fn light(&mut self, x: i64, y: i64) {
        self.solid(x, y, y);
    }
}

/// The character that has these dots.
fn glyph(lit: u8) -> char {
    char::from_u32(0x2800 + u32::from(lit)).unwrap_or(' ')
}

#[expect(clippy::cast_possible_truncation, reason = "a dot's number; a float saturates")]
fn whole(number: f64) -> i64 {
    number as i64
}

/// The mark before a series' name: a piece of its line.
pub(super) fn key(dash: Dash) -> String {
    let lit = match dash {
        Dash::Solid => [0x12, 0x12],
        Dash::Dashed => [0x12, 0x02],
        Dash::Dotted => [0x02, 0x02],
        Dash::Spaced => [0x12, 0x00],
        Dash::Sparse => [0x02, 0x00],
    };
    lit.map(glyph).iter().collect()
}
