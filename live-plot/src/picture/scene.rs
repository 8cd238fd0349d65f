//! One picture as data: its columns, and its panels with the scale of each, the same for the window and for files. Pure. Its
//! traces are left to `traces`, the marks of its axes to `axes`, painting to `view` and `export`.

use std::time::Duration;

use common::escape::escape;

use super::annotations::{self, Flag};
use super::clock::Clock;
use super::decimate::{self, Grid, Trace};
use super::panels::{self, Spacing};
use super::pixels::Area;
use super::scale::{self, Scale};
use crate::config::{Axis, Draw, Values, View};
use crate::series::{Shared, Summary};

/// How many samples are summed up under one hold of the lock on a logarithmic axis.
const SAMPLES_PER_HOLD: usize = 1 << 14;

/// The most characters of a unit that stands at an axis.
const LONGEST_UNIT: usize = 8;

/// The size of the plot that a picture is made for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// In pixels.
    pub width: f64,
    /// In pixels.
    pub height: f64,
    /// What its panels need of the height.
    pub spacing: Spacing,
}

impl Size {
    /// A size in pixels, of which a point has `scale`.
    #[must_use]
    pub fn pixels(width: f64, height: f64, scale: f64) -> Self {
        Self { width, height, spacing: Spacing::pixels(scale) }
    }
}

/// What a picture shows.
#[derive(Debug)]
pub struct Scene {
    /// The pixel columns.
    pub grid: Grid,
    /// From the picture's left to its right edge, in time.
    pub span: f64,
    /// The panels, from the top; there is one at least.
    pub panels: Vec<Panel>,
    /// How many pixel rows each panel has.
    pub rows: usize,
    /// How the samples are joined.
    pub draw: Draw,
    /// What the horizontal axis is.
    pub axis: Axis,
    /// What the clock shows along that axis, if times are shown so.
    pub clock: Option<Clock>,
    /// Nothing later is drawn.
    pub drawn_until: f64,
    /// The trace of each series.
    pub traces: Vec<Trace>,
    /// The names of the series.
    pub names: Vec<String>,
    /// The units that their numbers bear, if they do.
    pub units: Vec<Option<String>>,
    /// The value of each series at the newest moment that is drawn.
    pub newest: Vec<f64>,
    /// How many visible values are not drawn, because a logarithmic axis has no place for them.
    pub left_out: u64,
    /// The marks of `--marks`, at most one a pixel column.
    pub flags: Vec<Flag>,
    /// There has been a mark: their texts have a row above the plot.
    pub is_annotated: bool,
}

/// A part of the picture with a vertical axis of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// The series in it.
    pub series: Vec<usize>,
    /// Its axis.
    pub scale: Scale,
    /// What its values are counted in, if all are in one unit.
    pub unit: Option<String>,
}

/// Which part of the horizontal axis a picture shows.
#[derive(Debug, Clone, Copy, PartialEq)]
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
        // A single sample is in the middle.
        let is_single = window.is_none() && whole == 0.0;
        let end = if is_single { head + span / 2.0 } else { head.max(axis.begin() + span) };
        Self { head, drawn_until: head, end, span, is_whole: window.is_none() }
    }
}

impl Scene {
    /// The picture of `extent` on a plot of this size, all but the traces (`traces`). Hidden series have no panel to
    /// themselves.
    #[must_use]
    pub fn outline(
        store: &Shared,
        view: &View,
        extent: Extent,
        size: Size,
        is_hidden: impl Fn(usize) -> bool,
    ) -> Self {
        let Extent { drawn_until, end, .. } = extent;
        let (grid, span) = columns(view.axis, extent, size.width);
        let (names, (units, newest)): (Vec<String>, (Vec<_>, Vec<f64>)) = store.hold(|store| {
            let newest = |series| decimate::value_at(series, drawn_until.min(end));
            let series = store.series().iter();
            series
                .map(|series| (series.name.clone(), (series.unit.clone(), newest(series))))
                .unzip()
        });
        let shown: Vec<usize> = (0..names.len()).filter(|number| !is_hidden(*number)).collect();
        let mut traces = vec![Trace::default(); names.len()];
        let mut left_out = 0;
        for &number in &shown {
            let (summary, others) = visible(store, number, grid, view, drawn_until);
            traces[number].visible = (summary.count > 0).then_some(summary);
            left_out += others;
        }
        let most = panels::most(size.height, size.spacing);
        let groups = panels::groups(&view.panels, &names, shown, most);
        let mut panels: Vec<Panel> = Vec::with_capacity(groups.len());
        for series in groups {
            let scale = scale_of(&traces, &series, view);
            let unit = unit_of(&units, &series, view);
            panels.push(Panel { series, scale, unit });
        }
        let rows = panels::height(size.height, panels.len(), size.spacing);
        let (draw, axis) = (view.draw, view.axis);
        let began = store.hold(|store| store.began).filter(|_| axis != Axis::Number);
        let is_annotated = !store.hold(|store| store.annotations.is_empty());
        let flags = annotations::visible(store, grid, drawn_until);
        let clock = began.zip(view.zone.clone()).map(|(began, zone)| Clock::new(began, zone));
        Self {
            grid,
            span,
            panels,
            rows,
            draw,
            axis,
            clock,
            drawn_until,
            traces,
            names,
            units,
            newest,
            left_out,
            flags,
            is_annotated,
        }
    }

    /// When a picture that follows the time has moved by a pixel column, after time 0; `None` if it does not follow the time,
    /// or has nothing in it that would move.
    #[must_use]
    pub fn moves_after(&self) -> Option<Duration> {
        let is_empty = self.names.is_empty() && !self.is_annotated;
        if self.axis != Axis::Arrival || is_empty {
            return None;
        }
        let next = ((self.drawn_until / self.grid.step).floor() + 1.0) * self.grid.step;
        Some(Duration::from_secs_f64(next.max(0.0)))
    }

    /// The places of the panels in the plot's.
    #[must_use]
    pub fn places(&self, plot: Area, scale: f64) -> Vec<Area> {
        panels::places(plot, self.panels.len(), Spacing::pixels(scale))
    }
}

/// The pixel columns that show an extent, and how much time a picture of them shows.
fn columns(axis: Axis, extent: Extent, pixels: f64) -> (Grid, f64) {
    let Extent { drawn_until, end, span, is_whole, .. } = extent;
    // Everything may begin in the middle of a column, and columns have absolute places: it needs one column more.
    let span = if is_whole { span * pixels / (pixels - 1.0).max(1.0) } else { span };
    let mut grid = Grid::showing(end, span, pixels);
    // Until the window is full, the first sample is in it, and the last column is empty.
    let begin = axis.begin();
    let is_short = grid.start() > begin && grid.start() - grid.step <= begin;
    if is_short && drawn_until < grid.edge(grid.count - 1) {
        grid.first -= 1;
    }
    (grid, span)
}

/// The summary of what is visible of a series, and how many values a logarithmic axis has no place for.
fn visible(
    store: &Shared,
    number: usize,
    grid: Grid,
    view: &View,
    drawn_until: f64,
) -> (Summary, u64) {
    let range = store
        .hold(|store| decimate::visible(&store.series()[number], grid, view.draw, drawn_until));
    let piece = if view.is_log { SAMPLES_PER_HOLD } else { usize::MAX };
    let (mut summary, mut left_out) = (Summary::EMPTY, 0);
    let mut at = range.start;
    while at < range.end {
        let end = at.saturating_add(piece).min(range.end);
        let (part, others) =
            store.hold(|store| decimate::summary(&store.series()[number], at..end, view.is_log));
        summary.merge(&part);
        (at, left_out) = (end, left_out + others);
    }
    (summary, left_out)
}

/// The unit of some series, if they have one: what does not bear one has no place beside what does. A long one has no room
/// at the axis.
fn unit_of(units: &[Option<String>], series: &[usize], view: &View) -> Option<String> {
    let own = || {
        let mut units = series.iter().map(|number| units[*number].as_ref());
        let first = units.next()??;
        units.all(|unit| unit == Some(first)).then_some(first)
    };
    let unit = view.unit.as_ref().or_else(own)?;
    (unit.chars().count() <= LONGEST_UNIT).then(|| escape(unit).into_owned())
}

/// The axis for what is visible of some series.
fn scale_of(traces: &[Trace], series: &[usize], view: &View) -> Scale {
    let visible = series.iter().filter_map(|number| traces[*number].visible);
    let both = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.max(b.1));
    let values = visible.map(|summary| (summary.min, summary.max)).reduce(both);
    match view.values {
        Values::Fixed(low, high) if view.is_log && low > 0.0 => Scale { low, high, is_log: true },
        _ if view.is_log => Scale::log(values),
        Values::Fixed(low, high) => Scale::linear((low, high)),
        Values::Fitted => Scale::linear(scale::fitted_range(values)),
        Values::Seed => Scale::linear(scale::seed_range(values)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Panels;
    use crate::series::Sample;
    use crate::series::store::{Entry, Store};
    use proptest::prelude::*;

    fn view(axis: Axis) -> View {
        let (draw, panels) = (Draw::Step, Panels::One);
        let values = Values::Seed;
        View { axis, draw, values, is_log: false, panels, zone: None, unit: None }
    }

    /// A store with these series, each with its values one second apart.
    fn store(series: &[(&str, &[f64])]) -> Shared {
        let mut store = Store::new(10_000_000);
        store.declare(&series.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>());
        for (series, (_, values)) in series.iter().enumerate() {
            for (time, &value) in (0_u32..).map(f64::from).zip(*values) {
                store.append(&[Entry { series, sample: Sample { time, value } }]);
            }
        }
        Shared::new(store)
    }

    #[test]
    fn a_series_or_group_has_a_panel_and_an_axis_of_its_own() {
        let store = store(&[("a", &[1.0, 2.0]), ("b", &[0.5, 0.6]), ("c", &[1e6, 2e6])]);
        let extent = Extent::newest(Axis::Timestamp, None, 1.0);
        let panels = |panels, hidden| {
            let view = View { panels, values: Values::Fitted, ..view(Axis::Timestamp) };
            let scene =
                Scene::of(&store, &view, extent, Size::pixels(1000.0, 600.0, 1.0), |number| {
                    Some(number) == hidden
                });
            scene.panels.into_iter().map(|panel| panel.series).collect::<Vec<_>>()
        };
        assert_eq!(panels(Panels::One, None), [vec![0, 1, 2]]);
        assert_eq!(panels(Panels::Each, Some(1)), [[0], [2]]);
        assert_eq!(panels("c".parse().unwrap(), None), [vec![2], vec![0, 1]]);
        assert_eq!(panels("c;nosuch".parse().unwrap(), Some(2)), [vec![0, 1]]);
    }

    #[test]
    fn a_narrow_picture_has_marks_of_time_to_read_by() {
        let store = store(&[("a", &[1.0; 40])]);
        for (span, end) in (5..20_u8).flat_map(|span| (20..40_u8).map(move |end| (span, end))) {
            let extent = Extent::newest(Axis::Timestamp, Some(span.into()), end.into());
            let size = Size::pixels(245.0, 60.0, 1.0);
            let scene = Scene::of(&store, &view(Axis::Timestamp), extent, size, |_| false);
            let marks = scene.x_marks(245.0).marks;
            assert!((2..=5).contains(&marks.len()), "{span} {end} {marks:?}");
        }
    }

    #[test]
    fn a_logarithmic_axis_counts_what_it_has_no_place_for() {
        let store = store(&[("a", &[1.0, 0.0, -5.0, 1000.0, f64::NAN, 10.0])]);
        let view = View { is_log: true, ..view(Axis::Timestamp) };
        let extent = Extent::newest(Axis::Timestamp, None, 5.0);
        let scene = Scene::of(&store, &view, extent, Size::pixels(1000.0, 600.0, 1.0), |_| false);
        assert_eq!(scene.left_out, 2);
        let values: Vec<Vec<f64>> = scene.traces[0]
            .runs
            .iter()
            .map(|run| run.iter().map(|point| point[1]).collect())
            .collect();
        assert_eq!(values.len(), 3, "{values:?}");
        assert!(scene.panels[0].scale.low > 0.5 && scene.panels[0].scale.high < 2000.0);
    }

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
            let size = Size::pixels(pixels, 600.0, 1.0);
            let scene = Scene::of(&Shared::new(store), &view(axis), extent, size, |_| false);
            let summary = scene.traces[0].visible.unwrap();
            prop_assert_eq!(summary.max, f64::from(number));
            prop_assert!(window.is_some() || summary.min == 1.0, "{:?}", summary);
        }
    }
}
