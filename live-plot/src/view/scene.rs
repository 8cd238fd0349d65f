//! One picture, whoever draws it: the window or an export. Pure.

use super::scale;
use crate::args::{View, YRange};
use crate::series::columns::{self, Draw, Grid, Trace};
use crate::series::store::{Axis, Store};

/// What a picture shows.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) grid: Grid,
    /// From the picture's left to its right edge, in time.
    pub(crate) span: f64,
    /// Where the picture's values begin and end.
    pub(crate) y: (f64, f64),
    pub(crate) draw: Draw,
    pub(crate) axis: Axis,
    /// The newest moment that is known.
    pub(crate) head: f64,
    /// A trace a series.
    pub(crate) traces: Vec<Trace>,
}

/// Which part of the axis a picture shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    /// The newest moment that is known.
    pub(crate) head: f64,
    /// Nothing later is drawn.
    pub(crate) drawn: f64,
    /// Where the picture ends.
    pub(crate) end: f64,
    /// How much it shows.
    pub(crate) span: f64,
}

impl Extent {
    /// The newest `window`, or everything.
    pub(crate) fn newest(axis: Axis, window: Option<f64>, head: f64) -> Self {
        let whole = head - axis.begin();
        let span = window.unwrap_or(whole);
        let span = if span > 0.0 { span } else { 1.0 };
        Self { head, drawn: head, end: head.max(axis.begin() + span), span }
    }
}

impl Scene {
    /// The picture of `extent` on so many pixels; hidden series have empty traces.
    pub(crate) fn of(
        store: &Store,
        view: View,
        extent: Extent,
        pixels: f64,
        is_hidden: impl Fn(usize) -> bool,
    ) -> Self {
        let Extent { drawn, end, span, .. } = extent;
        let grid = Grid::showing(end, span, pixels);
        let trace = |(number, series)| match is_hidden(number) {
            true => Trace::default(),
            false => columns::trace(series, grid, view.draw, drawn),
        };
        let traces: Vec<Trace> = store.series().iter().enumerate().map(trace).collect();
        let y = range(&traces, view.y_range);
        Self { grid, span, y, draw: view.draw, axis: view.axis, head: drawn, traces }
    }

    /// The step between the marks of the horizontal axis, at most so many.
    pub(crate) fn x_step(&self, most: f64) -> f64 {
        match self.axis {
            Axis::Number => scale::step(self.span, most).max(1.0),
            Axis::Arrival | Axis::Told => scale::time_step(self.span, most),
        }
    }

    /// How the horizontal axis is marked at `x`.
    pub(crate) fn x_label(axis: Axis, x: f64, step: f64) -> String {
        match axis {
            Axis::Number => scale::label(x, step),
            Axis::Arrival | Axis::Told => scale::time_label(x, step),
        }
    }

    /// The step between the marks of the vertical axis, at most so many.
    pub(crate) fn y_step(&self, most: f64) -> f64 {
        scale::step(self.y.1 - self.y.0, most)
    }
}

fn range(traces: &[Trace], wanted: Option<YRange>) -> (f64, f64) {
    let hulls = traces.iter().filter_map(|trace| trace.hull);
    let both = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.max(b.1));
    let values = hulls.map(|hull| (hull.min, hull.max)).reduce(both);
    match wanted {
        Some(YRange::Fixed(low, high)) => (low, high),
        Some(YRange::Auto) => scale::auto_range(values),
        None => scale::default_range(values),
    }
}
