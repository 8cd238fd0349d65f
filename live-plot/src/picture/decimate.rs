//! From samples to the few points that draw them: one pixel column at a time, at most four points each.
//!
//! A column's edges are multiples of a pixel's duration in absolute time, so a column that has scrolled is
//! the same column. A column of more samples than `EXACT` becomes its first, least, greatest and last
//! value (M4, VLDB 2014), which light the same pixels as all of them would.

use std::ops::Range;

use crate::config::Draw;
use crate::series::pyramid::{Pyramid, Summary};
use crate::series::store::Series;

/// Columns of at most as many samples are drawn sample by sample.
const EXACT: usize = 2;

/// A part of a column so small that it comes from rounding.
const EPSILON: f64 = 1e-6;

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
        let last = (end / step - EPSILON).ceil();
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

    /// Where the samples begin that are after the column `offset` columns from the first. The last column has its
    /// right edge, too: there is the newest sample of a picture that ends with it, or a hair beyond by rounding.
    #[must_use]
    pub fn after(&self, offset: usize) -> f64 {
        let is_last = offset + 1 == self.count;
        self.edge(offset + 1) + if is_last { 2.0 * EPSILON * self.step } else { 0.0 }
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
    pub visible: Option<Summary>,
}

/// Draws one series from left to right, as many columns at a time as its caller wants to hold a lock for.
#[derive(Debug)]
pub struct Tracer {
    grid: Grid,
    draw: Draw,
    /// Beyond it nothing is known yet.
    head: f64,
    /// The next column, and the first sample that is in or after it; `None` before the first.
    next: Option<(usize, usize)>,
    runs: Vec<Vec<Point>>,
    run: Vec<Point>,
    visible: Summary,
}

/// The trace of a series up to `head`.
#[must_use]
pub fn trace(series: &Series, grid: Grid, draw: Draw, head: f64) -> Trace {
    let mut tracer = Tracer::new(grid, draw, head);
    tracer.advance(series, usize::MAX);
    tracer.finish()
}

/// The value that holds at `time`; NaN in a gap and before the first.
#[must_use]
pub fn value_at(series: &Series, time: f64) -> f64 {
    let middle = series.samples.end() / 2;
    let after = series.samples.seek(time.next_up(), 0, middle);
    after.checked_sub(1).map_or(f64::NAN, |last| series.samples.summary(last..after).last)
}

impl Tracer {
    /// A tracer that has drawn nothing yet.
    #[must_use]
    pub fn new(grid: Grid, draw: Draw, head: f64) -> Self {
        Self {
            grid,
            draw,
            head,
            next: None,
            runs: Vec::new(),
            run: Vec::new(),
            visible: Summary::EMPTY,
        }
    }

    /// Draws at most so many columns more; true once there are none left. The samples of the columns drawn
    /// before may be forgotten between two calls.
    pub fn advance(&mut self, series: &Series, columns: usize) -> bool {
        let samples = &series.samples;
        let (from, mut at) = self.next.unwrap_or_else(|| (0, self.enter(samples)));
        // How many samples the column before had: a good guess for the next.
        let mut width = 0;
        let to = from.saturating_add(columns).min(self.grid.count);
        for column in from..to {
            if self.grid.edge(column) > self.head {
                self.leave(samples, at);
                return true;
            }
            let next = samples.seek(self.grid.after(column), at, at + width);
            width = next - at;
            if next > at {
                self.column(samples, column, at..next);
            }
            at = next;
        }
        self.next = Some((to, at));
        let is_complete = to == self.grid.count;
        if is_complete {
            self.leave(samples, at);
        }
        is_complete
    }

    /// What has been drawn.
    #[must_use]
    pub fn finish(mut self) -> Trace {
        self.end_run();
        Trace { visible: (self.visible.count > 0).then_some(self.visible), runs: self.runs }
    }

    /// Begins at the left edge with what was there before it; the number of the first sample inside.
    fn enter(&mut self, samples: &Pyramid) -> usize {
        let at = samples.seek(self.grid.start(), 0, samples.end() / 2);
        // Of a paused picture, what is looked at may not have come yet.
        let is_known = self.grid.start() <= self.head;
        let Some(before) = at.checked_sub(1).filter(|_| is_known) else {
            return at;
        };
        match self.draw {
            Draw::Step => {
                let held = samples.summary(before..at).last;
                self.point(self.grid.start(), held);
                self.visible.add(held);
            }
            Draw::Line => self.exact(samples, before),
            Draw::Points => {}
        }
        at
    }

    /// Some samples that are all in one column.
    fn column(&mut self, samples: &Pyramid, column: usize, range: Range<usize>) {
        let summary = samples.summary(range.clone());
        self.visible.merge(&summary);
        let first = samples.sample(range.start);
        if range.len() <= EXACT && first.is_some() {
            range.for_each(|number| self.exact(samples, number));
            return;
        }
        let x = self.grid.edge(column) + self.grid.step / 2.0;
        if self.draw != Draw::Step || self.run.is_empty() {
            self.point(x, first.map_or(summary.min, |sample| sample.value));
        } else if let Some([_, held]) = self.run.last().copied() {
            self.point(x, held);
        }
        if summary.count > 0 {
            self.point(x, summary.min);
            self.point(x, summary.max);
        }
        self.point(x, summary.last);
    }

    /// One sample, where and what it is.
    fn exact(&mut self, samples: &Pyramid, number: usize) {
        let Some(sample) = samples.sample(number) else {
            return;
        };
        if let (Draw::Step, Some([_, held])) = (self.draw, self.run.last().copied()) {
            self.point(sample.time, held);
        }
        self.point(sample.time, sample.value);
    }

    /// Ends at the head, or one sample beyond the right edge.
    fn leave(&mut self, samples: &Pyramid, at: usize) {
        match (self.draw, self.run.last().copied()) {
            (Draw::Step, Some([_, held])) => {
                self.point(self.head.min(self.grid.end()), held);
            }
            (Draw::Line, _) => self.exact(samples, at),
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

#[cfg(test)]
mod tests;
