//! One picture as data: its columns, axes and traces, the same for the window and for files. Pure; painting is left to
//! `view` and `export`.

use super::scale;
use crate::config::{Axis, Draw, View, YRange};
use crate::picture::decimate::{Grid, Trace, Tracer};
use crate::series::Shared;

/// How many pixel columns are copied under one hold of the lock: some 30 µs, for which the reader may have to wait.
const COLUMNS_PER_HOLD: usize = 32;

/// The least distance between two marks, in egui's points: close enough to read a value between them, and few enough
/// lines for a processor that paints the grid without a graphics card.
const MARKS: (f64, f64) = (128.0, 72.0);

/// What a picture shows.
#[derive(Debug)]
pub struct Scene {
    /// The pixel columns.
    pub grid: Grid,
    /// From the picture's left to its right edge, in time.
    pub span: f64,
    /// Where the picture's values begin and end.
    pub y: (f64, f64),
    /// How the samples are joined.
    pub draw: Draw,
    /// What the horizontal axis is.
    pub axis: Axis,
    /// Nothing later is drawn.
    pub drawn_until: f64,
    /// The trace of each series.
    pub traces: Vec<Trace>,
}

/// Which part of the horizontal axis a picture shows.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    /// The newest moment that is known.
    pub head: f64,
    /// Nothing later is drawn: the head, or in a paused picture what that was at the pause.
    pub drawn_until: f64,
    /// Where the picture ends.
    pub end: f64,
    /// How much it shows.
    pub span: f64,
    /// Whether it shows everything, from the first sample to the newest.
    pub is_whole: bool,
}

impl Extent {
    /// The newest `window` up to `head`, or everything.
    #[must_use]
    pub fn newest(axis: Axis, window: Option<f64>, head: f64) -> Self {
        let whole = head - axis.begin();
        let span = window.unwrap_or(whole);
        let span = if span > 0.0 { span } else { 1.0 };
        let end = head.max(axis.begin() + span);
        Self { head, drawn_until: head, end, span, is_whole: window.is_none() }
    }
}

impl Scene {
    /// The picture of `extent`, `pixels` wide; hidden series have empty traces.
    #[must_use]
    pub fn of(
        store: &Shared,
        view: View,
        extent: Extent,
        pixels: f64,
        is_hidden: impl Fn(usize) -> bool,
    ) -> Self {
        let Extent { drawn_until, end, span, is_whole, .. } = extent;
        // Everything may begin in the middle of a column, and columns have absolute places: it needs one column more.
        let span = if is_whole { span * pixels / (pixels - 1.0).max(1.0) } else { span };
        let grid = Grid::showing(end, span, pixels);
        let series = store.hold(|store| store.series().len());
        let trace = |number| match is_hidden(number) {
            true => Trace::default(),
            false => trace(store, number, Tracer::new(grid, view.draw, drawn_until)),
        };
        let traces: Vec<Trace> = (0..series).map(trace).collect();
        let y = y_range(&traces, view.y_range);
        Self { grid, span, y, draw: view.draw, axis: view.axis, drawn_until, traces }
    }

    /// The steps between the marks of the two axes, on a plot of this width and height in egui's points.
    #[must_use]
    pub fn steps(&self, width: f64, height: f64) -> (f64, f64) {
        let (columns, rows) = (width / MARKS.0, height / MARKS.1);
        let x_step = match self.axis {
            Axis::Number => scale::step(self.span, columns).max(1.0),
            Axis::Arrival | Axis::Timestamp => scale::time_step(self.span, columns),
        };
        (x_step, scale::step(self.y.1 - self.y.0, rows))
    }

    /// The label at `x` of a horizontal axis that is marked every `step`.
    #[must_use]
    pub fn x_label(axis: Axis, x: f64, step: f64) -> String {
        match axis {
            Axis::Number => scale::label(x, step),
            Axis::Arrival | Axis::Timestamp => scale::time_label(x, step),
        }
    }
}

/// The trace of one series, made while the lock is released again and again: columns that are done do not change.
fn trace(store: &Shared, number: usize, mut tracer: Tracer) -> Trace {
    while !store.hold(|store| tracer.advance(&store.series()[number], COLUMNS_PER_HOLD)) {}
    tracer.finish()
}

fn y_range(traces: &[Trace], wanted: Option<YRange>) -> (f64, f64) {
    let visible = traces.iter().filter_map(|trace| trace.visible);
    let both = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.max(b.1));
    let values = visible.map(|summary| (summary.min, summary.max)).reduce(both);
    match wanted {
        Some(YRange::Fixed(low, high)) => (low, high),
        Some(YRange::Auto) => scale::auto_range(values),
        None => scale::default_range(values),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::Sample;
    use crate::series::store::{Entry, Store};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_newest_is_seen_and_of_everything_the_first(
            number in 1_u32..5000,
            pixels in prop_oneof![Just(512.0), Just(1192.0), 50.0..4000.0_f64],
            time in prop_oneof![Just(None), (1e-3..1e3_f64).prop_map(Some)],
            window in prop_oneof![Just(None), (1e-3..1e3_f64).prop_map(Some)],
        ) {
            let axis = if time.is_some() { Axis::Timestamp } else { Axis::Number };
            let mut store = Store::new(10_000_000);
            store.declare(&["all".to_owned()]);
            let entries: Vec<_> = (1..=number)
                .map(f64::from)
                .map(|value| Sample { time: value * time.unwrap_or(1.0), value })
                .map(|sample| Entry { series: 0, sample })
                .collect();
            store.append(&entries);
            let extent = Extent::newest(axis, window, store.head);
            let view = View { axis, draw: Draw::Step, y_range: None };
            let scene = Scene::of(&Shared::new(store), view, extent, pixels, |_| false);
            let summary = scene.traces[0].visible.unwrap();
            prop_assert_eq!(summary.max, f64::from(number));
            prop_assert!(window.is_some() || summary.min == 1.0, "{:?}", summary);
        }
    }
}
