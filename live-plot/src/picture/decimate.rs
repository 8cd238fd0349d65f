//! From samples to the few points that draw them: one pixel column after the other, at most four points each.
//!
//! The columns have absolute places: column n lasts from n·step to (n+1)·step, where step is the duration of a pixel. As
//! the picture scrolls, a sample so stays in its column until that leaves the picture. Cut from the picture's edge
//! instead, the columns would move past the samples, and the line would flicker.
//!
//! A column with more than `EXACT` samples is drawn by four of their values: first, minimum, maximum and last. They
//! light the same pixels as all of them would (M4: Jugel and others, VLDB 2014). That holds for lines and steps, on a
//! logarithmic axis too: the logarithm of the minimum is the minimum of the logarithms. Dots are left to `dots`.

use std::ops::Range;

use crate::config::Draw;
use crate::series::pyramid::Pyramid;
use crate::series::pyramid::visit::Part;
use crate::series::store::Series;
use crate::series::{Sample, Summary};

/// A column with at most this many samples is drawn sample by sample.
const EXACT: usize = 2;

/// Rounding moves a time by less than this part of a column.
const EPSILON: f64 = 1e-6;

/// The pixel columns of a picture, cut at multiples of `step` in time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// The number of the first column, counted from time 0.
    pub first: i64,
    /// How many there are.
    pub count: usize,
    /// How long a column lasts.
    pub step: f64,
}

impl Grid {
    /// The columns that show `span` on so many pixels; the last one contains `end`.
    #[must_use]
    pub fn showing(end: f64, span: f64, pixels: f64) -> Self {
        let step = span / pixels;
        let count = pixels.ceil();
        // An end on the edge of a column belongs to the column before, also if rounding puts it a little beyond.
        let last = (end / step - EPSILON).ceil();
        Self {
            first: integer(last - count),
            count: usize::try_from(integer(count)).unwrap_or(1).max(1),
            step,
        }
    }

    /// Where the column begins that is `offset` columns after the first.
    #[must_use]
    pub fn edge(&self, offset: usize) -> f64 {
        (self.first as f64 + offset as f64) * self.step
    }

    /// Where the column ends that is `offset` columns after the first. The last column also contains its right edge:
    /// the newest sample may be there, or a little beyond by rounding.
    #[must_use]
    pub fn after(&self, offset: usize) -> f64 {
        let is_last = offset + 1 == self.count;
        self.edge(offset + 1) + if is_last { 2.0 * EPSILON * self.step } else { 0.0 }
    }

    /// How many columns begin at `time` or before.
    #[must_use]
    pub fn until(&self, time: f64) -> usize {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low.midpoint(high);
            if self.edge(middle) <= time { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// The column of a time, counted from the first one; outside of the picture too. A quotient alone may round to the
    /// column before or after: what decides is where the columns begin.
    #[must_use]
    pub fn column(&self, time: f64) -> f64 {
        let near = (time / self.step).floor();
        let begun = [near + 1.0, near].into_iter().find(|column| column * self.step <= time);
        begun.unwrap_or(near - 1.0) - self.first as f64
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
fn integer(number: f64) -> i64 {
    number as i64
}

/// A point of a picture: time and value.
pub type Point = [f64; 2];

/// A series as it is drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trace {
    /// The points of a line for each run of values between gaps. Of dots there is one run of pairs: the lowest and the
    /// highest of neighbouring rows in a pixel column, all of which are lit.
    pub runs: Vec<Vec<Point>>,
    /// Of a line, the mean of each column that has more samples than are drawn one by one, in the middle of the column.
    pub means: Vec<Point>,
    /// The summary of what is visible; `None` if no value is.
    pub visible: Option<Summary>,
    /// Of dots: no sample will come into the columns before this one.
    pub settled: i64,
}

/// Which samples of a series are visible in the columns of a grid, up to `drawn_until`. Of a step also the last one before:
/// its value holds at the left edge.
#[must_use]
pub fn visible(series: &Series, grid: Grid, draw: Draw, drawn_until: f64) -> Range<usize> {
    let samples = &series.samples;
    let Some(last) = grid.until(drawn_until).checked_sub(1) else { return 0..0 };
    let first = samples.seek(grid.start(), 0, samples.end() / 2);
    let end = samples.seek(grid.after(last), first, first);
    if draw == Draw::Step { first.saturating_sub(1)..end } else { first..end }
}

/// The summary of a series' samples. With `is_log` only of the positive ones, and how many are not.
#[must_use]
pub fn summary(series: &Series, range: Range<usize>, is_log: bool) -> (Summary, u64) {
    match is_log {
        true => positive(&series.samples, range),
        false => (series.samples.summary(range), 0),
    }
}

/// The summary of the positive samples, and how many are not. The last one is a gap if it is not positive.
fn positive(samples: &Pyramid, range: Range<usize>) -> (Summary, u64) {
    let (mut summary, mut others) = (Summary::EMPTY, 0);
    let last = samples.summary(range.end.saturating_sub(1).max(range.start)..range.end).last;
    samples.visit(range, &mut |part| {
        match part {
            Part::Sample(sample) if sample.value > 0.0 => summary.add(sample.value),
            Part::Sample(sample) => others += u64::from(!sample.value.is_nan()),
            Part::Bucket(bucket) | Part::Last(bucket) if bucket.min > 0.0 => summary.merge(bucket),
            // The greatest is all that is certain of forgotten values on both sides of 0.
            Part::Last(bucket) if bucket.max > 0.0 => summary.add(bucket.max),
            Part::Bucket(bucket) if bucket.max > 0.0 => return true,
            Part::Bucket(bucket) | Part::Last(bucket) => others += bucket.count,
        }
        false
    });
    summary.last = on_log(last);
    (summary, others)
}

/// A value as a logarithmic axis shows it: what is not positive is a gap.
fn on_log(value: f64) -> f64 {
    if value > 0.0 { value } else { f64::NAN }
}

/// Makes the line or steps of one series from left to right, some columns at a time, so that its caller can release the lock in
/// between.
#[derive(Debug)]
pub struct Tracer {
    grid: Grid,
    draw: Draw,
    is_log: bool,
    /// Nothing later is drawn.
    drawn_until: f64,
    /// The next column, and the first sample that is in it or after it; `None` before the first call.
    next: Option<(usize, usize)>,
    runs: Vec<Vec<Point>>,
    run: Vec<Point>,
    means: Vec<Point>,
}

/// The trace of a series up to `drawn_until`.
#[must_use]
pub fn trace(series: &Series, grid: Grid, draw: Draw, drawn_until: f64) -> Trace {
    let mut tracer = Tracer::new(grid, draw, false, drawn_until);
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

/// The sample whose value holds at `time`, if it has not been forgotten.
#[must_use]
pub fn sample_at(series: &Series, time: f64) -> Option<Sample> {
    let after = series.samples.seek(time.next_up(), 0, series.samples.end() / 2);
    series.samples.sample(after.checked_sub(1)?)
}

impl Tracer {
    /// A tracer that has drawn nothing yet.
    #[must_use]
    pub fn new(grid: Grid, draw: Draw, is_log: bool, drawn_until: f64) -> Self {
        let (runs, run, means) = (Vec::new(), Vec::new(), Vec::new());
        Self { grid, draw, is_log, drawn_until, next: None, runs, run, means }
    }

    /// Adds at most `columns` columns; true once all are done. Between two calls the store may forget samples of the
    /// columns that are done.
    pub fn advance(&mut self, series: &Series, columns: usize) -> bool {
        let samples = &series.samples;
        let (from, mut at) = self.next.unwrap_or_else(|| (0, self.enter(samples)));
        // How many samples the last column had: a good guess for the next one.
        let mut width = 0;
        let to = from.saturating_add(columns).min(self.grid.count);
        for column in from..to {
            if self.grid.edge(column) > self.drawn_until {
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

    /// The trace of the columns so far.
    #[must_use]
    pub fn finish(mut self) -> Trace {
        self.end_run();
        Trace { runs: self.runs, means: self.means, ..Trace::default() }
    }

    /// Begins at the left edge with the last sample before it. Returns the number of the first sample inside.
    fn enter(&mut self, samples: &Pyramid) -> usize {
        let at = samples.seek(self.grid.start(), 0, samples.end() / 2);
        // A paused picture may show a time that had not come when it was paused.
        let is_known = self.grid.start() <= self.drawn_until;
        let Some(before) = at.checked_sub(1).filter(|_| is_known) else {
            return at;
        };
        match self.draw {
            Draw::Step => {
                let previous = samples.summary(before..at).last;
                self.point(self.grid.start(), previous);
            }
            Draw::Line => self.exact(samples, before),
            Draw::Points => {}
        }
        at
    }

    /// Adds the samples of one column.
    fn column(&mut self, samples: &Pyramid, column: usize, range: Range<usize>) {
        let first = samples.sample(range.start);
        if range.len() <= EXACT && first.is_some() {
            range.for_each(|number| self.exact(samples, number));
            return;
        }
        let summary = match self.is_log {
            true => positive(samples, range).0,
            false => samples.summary(range),
        };
        let x = self.grid.edge(column) + self.grid.step / 2.0;
        if summary.count == 0 {
            // Gaps alone have no minimum.
            if let (Draw::Step, Some([_, previous])) = (self.draw, self.run.last().copied()) {
                self.point(x, previous);
            }
            return self.end_run();
        }
        self.means.push([x, summary.sum / summary.count as f64]);
        if self.draw != Draw::Step || self.run.is_empty() {
            self.point(x, first.map_or(summary.min, |sample| sample.value));
        } else if let Some([_, previous]) = self.run.last().copied() {
            self.point(x, previous);
        }
        self.point(x, summary.min);
        self.point(x, summary.max);
        self.point(x, summary.last);
    }

    /// Adds one sample at its own time.
    fn exact(&mut self, samples: &Pyramid, number: usize) {
        let Some(sample) = samples.sample(number) else {
            return;
        };
        if let (Draw::Step, Some([_, previous])) = (self.draw, self.run.last().copied()) {
            self.point(sample.time, previous);
        }
        self.point(sample.time, sample.value);
    }

    /// Ends the trace: a step where the drawing ends, a line at the first sample beyond the right edge.
    fn leave(&mut self, samples: &Pyramid, at: usize) {
        match (self.draw, self.run.last().copied()) {
            (Draw::Step, Some([_, previous])) => {
                self.point(self.drawn_until.min(self.grid.end()), previous);
            }
            (Draw::Line, _) => self.exact(samples, at),
            _ => {}
        }
    }

    /// Adds a point; a gap ends the line, and the next value begins another.
    fn point(&mut self, time: f64, value: f64) {
        let value = if self.is_log { on_log(value) } else { value };
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
