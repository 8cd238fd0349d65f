//! From samples to the few points that draw them: one pixel column at a time, at most four points each.
//!
//! A column's edges are multiples of a pixel's duration in absolute time, so a column that has scrolled is
//! the same column. A column of more samples than `EXACT` becomes its first, least, greatest and last
//! value (M4, VLDB 2014), which light the same pixels as all of them would.

use super::pyramid::Hull;
use super::store::Series;

/// Columns of at most as many samples are drawn sample by sample.
const EXACT: usize = 2;

/// How the samples are joined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Draw {
    /// A value holds until the next one.
    #[default]
    Step,
    /// A straight line from each value to the next.
    Line,
    /// A dot for each value.
    Points,
}

/// The pixel columns of a picture, cut at multiples of `step` in time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// The absolute number of the first column.
    pub first: i64,
    /// How many there are.
    pub count: usize,
    /// How long a column lasts.
    pub step: f64,
}

impl Grid {
    /// The columns that show `span` on so many pixels, the last of which holds `end`.
    #[must_use]
    pub fn showing(end: f64, span: f64, pixels: f64) -> Self {
        let step = span / pixels;
        let count = pixels.ceil();
        // A hair less: an end that is a column's edge, but for rounding, belongs to the column before.
        let last = (end / step - 1e-6).ceil();
        Self {
            first: whole(last - count),
            count: usize::try_from(whole(count)).unwrap_or(1).max(1),
            step,
        }
    }

    /// Where the column begins that is `offset` columns from the first.
    #[must_use]
    pub fn edge(&self, offset: usize) -> f64 {
        (self.first as f64 + offset as f64) * self.step
    }

    /// Where the picture begins.
    #[must_use]
    pub fn start(&self) -> f64 {
        self.edge(0)
    }

    /// Where the picture ends.
    #[must_use]
    pub fn end(&self) -> f64 {
        self.edge(self.count)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a column's number; a float saturates")]
fn whole(number: f64) -> i64 {
    number as i64
}

/// A point of a picture: time and value.
pub type Point = [f64; 2];

/// A series as it is drawn: lines interrupted where there are gaps.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trace {
    /// The points of each uninterrupted line.
    pub runs: Vec<Vec<Point>>,
    /// What is visible.
    pub hull: Option<Hull>,
}

/// Draws one series from left to right.
#[derive(Debug)]
pub struct Tracer<'a> {
    series: &'a Series,
    grid: Grid,
    draw: Draw,
    runs: Vec<Vec<Point>>,
    run: Vec<Point>,
    hull: Hull,
}

/// The trace of a series up to `head`, beyond which nothing is known yet.
#[must_use]
pub fn trace(series: &Series, grid: Grid, draw: Draw, head: f64) -> Trace {
    let mut tracer =
        Tracer { series, grid, draw, runs: Vec::new(), run: Vec::new(), hull: Hull::EMPTY };
    let mut at = tracer.enter();
    for column in (0..grid.count).take_while(|column| grid.edge(*column) <= head) {
        let next = series.samples.seek(grid.edge(column + 1), at);
        if next > at {
            tracer.column(column, at, next);
        }
        at = next;
    }
    tracer.leave(at, head);
    tracer.end_run();
    Trace { hull: (tracer.hull.count > 0).then_some(tracer.hull), runs: tracer.runs }
}

/// The value that holds at `time`; NaN in a gap and before the first.
#[must_use]
pub fn value_at(series: &Series, time: f64) -> f64 {
    let after = series.samples.seek(time.next_up(), 0);
    after.checked_sub(1).map_or(f64::NAN, |last| series.samples.hull(last..after).last)
}

impl Tracer<'_> {
    /// Begins at the left edge with what was there before it; the number of the first sample inside.
    fn enter(&mut self) -> usize {
        let at = self.series.samples.seek(self.grid.start(), 0);
        let Some(before) = at.checked_sub(1) else {
            return at;
        };
        match self.draw {
            Draw::Step => {
                let held = self.series.samples.hull(before..at).last;
                self.point(self.grid.start(), held);
                self.hull.add(held);
            }
            Draw::Line => self.exact(before),
            Draw::Points => {}
        }
        at
    }

    /// The samples `from..to`, which are all in one column.
    fn column(&mut self, column: usize, from: usize, to: usize) {
        let hull = self.series.samples.hull(from..to);
        self.hull.merge(&hull);
        if to - from <= EXACT && self.series.samples.sample(from).is_some() {
            (from..to).for_each(|number| self.exact(number));
            return;
        }
        let x = self.grid.edge(column) + self.grid.step / 2.0;
        if self.draw != Draw::Step || self.run.is_empty() {
            let first = self.series.samples.sample(from);
            self.point(x, first.map_or(hull.min, |sample| sample.value));
        } else if let Some([_, held]) = self.run.last().copied() {
            self.point(x, held);
        }
        if hull.count > 0 {
            self.point(x, hull.min);
            self.point(x, hull.max);
        }
        self.point(x, hull.last);
    }

    /// One sample, where and what it is.
    fn exact(&mut self, number: usize) {
        let Some(sample) = self.series.samples.sample(number) else {
            return;
        };
        if let (Draw::Step, Some([_, held])) = (self.draw, self.run.last().copied()) {
            self.point(sample.time, held);
        }
        self.point(sample.time, sample.value);
    }

    /// Ends at the head, or one sample beyond the right edge.
    fn leave(&mut self, at: usize, head: f64) {
        match (self.draw, self.run.last().copied()) {
            (Draw::Step, Some([_, held])) => self.point(head.min(self.grid.end()), held),
            (Draw::Line, _) => self.exact(at),
            _ => {}
        }
    }

    /// A gap ends the line; the next value begins another.
    fn point(&mut self, time: f64, value: f64) {
        if value.is_nan() {
            self.end_run();
        } else {
            self.run.push([time, value]);
        }
    }

    fn end_run(&mut self) {
        if !self.run.is_empty() {
            self.runs.push(std::mem::take(&mut self.run));
        }
    }
}
