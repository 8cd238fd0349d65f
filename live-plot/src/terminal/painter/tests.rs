//! The characters of a picture, decoded into dots again and held against every sample.

use std::collections::{BTreeMap, BTreeSet};

use clap::Parser as _;
use proptest::prelude::*;

use super::*;
use crate::args::Args;
use crate::config::View;
use crate::picture::palette::Dash;
use crate::picture::scene::Extent;
use crate::series::Sample;
use crate::series::Shared;
use crate::series::store::{End, Entry as Stored, Store};
use crate::view::controls::Controls;
use crate::view::status::Beside;

/// A dot's column and row.
type Dot = (i64, i64);

fn config(args: &[&str]) -> Config {
    let args = ["live-plot", "--time", "t"].iter().chain(args);
    // All of it is shown.
    Config { is_whole: true, ..Config::try_from(Args::parse_from(args)).unwrap() }
}

fn store(series: &[(&str, &[f64])]) -> Shared {
    let mut store = Store::new(10_000_000);
    store.declare(&series.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>());
    for (series, (_, values)) in series.iter().enumerate() {
        for (time, &value) in (0_u32..).map(f64::from).zip(*values) {
            store.append(&[Stored { series, sample: Sample { time, value } }]);
        }
    }
    Shared::new(store)
}

/// The scene and the screen of `extent`, or of all that there is.
fn picture(
    config: &Config,
    store: &Shared,
    size: (usize, usize),
    extent: Option<Extent>,
) -> (Scene, Cells) {
    let painter = Painter { config, size, depth: Depth::True, status_rows: Some(1) };
    let controls = Controls::new(config, false);
    let whole = store.hold(|store| controls.extent(store, 0.0));
    let view = View { zone: None, ..controls.view.clone() };
    let make = |size| {
        let scene = Scene::of(store, &view, extent.unwrap_or(whole), size, |_| false);
        let status = store.hold(|store| Status::of(store, &scene, &controls, Beside::default()));
        (scene, status)
    };
    let (scene, status, _) = painter.compose(None, make);
    let (cells, _) = painter.paint(&scene, &status);
    (scene, cells)
}

/// The dots of a series; the first column of the plot is that after the axis.
fn dots(cells: &Cells, series: usize) -> BTreeSet<Dot> {
    let mut dots = BTreeSet::new();
    let axis = |y: usize| cells.row(y).iter().position(|cell| matches!(cell.glyph, '│' | '┤'));
    let Some(left) = (0..cells.height).find_map(axis).map(|axis| axis + 1) else { return dots };
    let rows: Vec<usize> = (0..cells.height).filter(|y| axis(*y).is_some()).collect();
    for (row, &y) in (0_i64..).zip(&rows) {
        for (column, cell) in (0_i64..).zip(&cells.row(y)[left..]) {
            let bits = u32::from(cell.glyph).wrapping_sub(0x2800);
            if bits > 0xff || cell.ink != Ink::Series(series) {
                continue;
            }
            // Unicode numbers the dots of braille down the left column, down the right one, then the lowest row.
            let places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)];
            let lit = places.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
            dots.extend(lit.map(|(_, (x, y))| (column * 2 + x, row * 4 + y)));
        }
    }
    dots
}

fn text(cells: &Cells) -> String {
    let row = |y| cells.row(y).iter().map(|cell| cell.glyph).collect::<String>();
    (0..cells.height).map(row).map(|row| row.trim_end().to_owned() + "\n").collect()
}

/// How many rows of dots the plot of a screen has.
fn height(cells: &Cells) -> f64 {
    let has_axis = |y: &usize| cells.row(*y).iter().any(|cell| matches!(cell.glyph, '│' | '┤'));
    (0..cells.height).filter(has_axis).count() as f64 * 4.0
}

/// The place of a sample, by its definition.
fn dot(scene: &Scene, height: f64, (time, value): (f64, f64)) -> Dot {
    let column = scene.grid.until(time).checked_sub(1);
    let place = scene.panels[0].scale.place(value);
    let below = (1.0 - place) * height;
    // Each row begins at its number, and the last one has its lower edge, too.
    let row = (0..).find(|row| below < f64::from(row + 1) || f64::from(row + 1) == height);
    (i64::try_from(column.unwrap_or(0)).unwrap(), i64::from(row.unwrap_or(0)))
}

/// Some values, gaps among them if so wished, with repeats and spikes.
fn values(gaps: bool) -> impl Strategy<Value = Vec<f64>> {
    let gap = if gaps { Just(f64::NAN).boxed() } else { Just(3.0).boxed() };
    let value = prop_oneof![
        4 => (-5..5_i32).prop_map(f64::from),
        2 => -50.0..50.0_f64,
        1 => Just(1000.0),
        1 => gap,
    ];
    prop::collection::vec(value, 1..300)
}

fn sizes() -> impl Strategy<Value = (usize, usize)> {
    (20..120_usize, 6..40_usize)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn every_value_is_a_dot_and_every_dot_is_a_value(values in values(true), size in sizes()) {
        let store = store(&[("a", &values)]);
        let (scene, cells) = picture(&config(&["-d", "points"]), &store, size, None);
        let samples = (0_u32..).map(f64::from).zip(values).filter(|(_, value)| !value.is_nan());
        let wanted: BTreeSet<Dot> =
            samples.map(|sample| dot(&scene, height(&cells), sample)).collect();
        prop_assert_eq!(dots(&cells, 0), wanted, "{}", text(&cells));
    }

    #[test]
    fn steps_light_the_dots_that_all_samples_would_light(values in values(false), size in sizes()) {
        let store = store(&[("a", &values)]);
        let (scene, cells) = picture(&config(&["-d", "step"]), &store, size, None);
        let place = |sample| dot(&scene, height(&cells), sample);
        let mut wanted = BTreeSet::new();
        let (mut x, mut y) = place((0.0, values[0]));
        wanted.insert((x, y));
        for sample in (0_u32..).map(f64::from).zip(values) {
            let (column, row) = place(sample);
            wanted.extend((x..=column).map(|x| (x, y)));
            wanted.extend((y.min(row)..=y.max(row)).map(|y| (column, y)));
            (x, y) = (column, row);
        }
        prop_assert_eq!(dots(&cells, 0), wanted, "{}", text(&cells));
    }

    #[test]
    fn a_line_passes_every_value_and_no_row_beyond_its_neighbours(
        values in values(true),
        size in sizes(),
        draw in prop_oneof![Just("line"), Just("step")],
    ) {
        let store = store(&[("a", &values)]);
        let (scene, cells) = picture(&config(&["-d", draw]), &store, size, None);
        let lit = dots(&cells, 0);
        let place = |sample| dot(&scene, height(&cells), sample);
        let samples: Vec<Dot> = (0_u32..)
            .map(f64::from)
            .zip(values)
            .filter(|(_, value)| !value.is_nan())
            .map(place)
            .collect();
        for sample in &samples {
            prop_assert!(lit.contains(sample), "{:?} is dark\n{}", sample, text(&cells));
        }
        // A dot lies between the values of its column and of the nearest ones on both sides.
        let mut columns: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        samples.iter().for_each(|(x, y)| columns.entry(*x).or_default().push(*y));
        for (x, y) in &lit {
            let before = columns.range(..x).next_back();
            let near = before.into_iter().chain(columns.range(x..).take(2)).flat_map(|(_, rows)| rows);
            let rows: Vec<i64> = near.copied().collect();
            let is_near = rows.iter().min() <= Some(y) && Some(y) <= rows.iter().max();
            prop_assert!(is_near, "({}, {}) is stray\n{}", x, y, text(&cells));
        }
    }

    #[test]
    fn every_size_holds_a_picture_of_any_number_of_series(
        size in (1..220_usize, 1..60_usize),
        count in 0..41_usize,
        panels in any::<bool>(),
        depth in prop_oneof![Just(Depth::None), Just(Depth::Sixteen), Just(Depth::True)],
    ) {
        let names: Vec<String> = (0..count).map(|number| format!("series {number}")).collect();
        let series: Vec<(&str, &[f64])> =
            names.iter().map(|name| (name.as_str(), &[1.0, 2.0, 1.5][..])).collect();
        let store = store(&series);
        let config = config(if panels { &["--panels"] } else { &[] });
        let controls = Controls::new(&config, false);
        let extent = store.hold(|store| controls.extent(store, 0.0));
        let painter = Painter { config: &config, size, depth, status_rows: Some(1) };
        let make = |size| {
            let scene = Scene::of(&store, &controls.view, extent, size, |_| false);
            let status = store.hold(|store| Status::of(store, &scene, &controls, Beside::default()));
            (scene, status)
        };
        let (scene, status, made_for) = painter.compose(None, make);
        prop_assert_eq!(painter.layout(&scene, &status).size(), made_for);
        let layout = painter.layout(&scene, &status);
        let (top, height) = *layout.panels.last().unwrap();
        prop_assert!(top + height <= layout.line.or(layout.times).or(layout.status.map(|(row, _)| row)).unwrap_or(size.1.max(top + height)));
        painter.paint(&scene, &status);
    }
}

#[test]
fn a_value_at_the_end_of_a_fixed_axis_is_seen_and_one_beyond_it_is_not() {
    let store = store(&[("a", &[0.0, 10.0, 0.0, 20.0, 0.0])]);
    let (scene, cells) = picture(&config(&["-y", "0:10", "-d", "points"]), &store, (40, 12), None);
    let rows: BTreeSet<i64> = dots(&cells, 0).into_iter().map(|(_, row)| row).collect();
    let lowest = dot(&scene, height(&cells), (0.0, 0.0)).1;
    assert_eq!(rows, BTreeSet::from([0, lowest]), "{}", text(&cells));
    assert_eq!(dots(&cells, 0).len(), 4, "{scene:?}");
    let (_, cells) = picture(&config(&["-y", "0:10"]), &store, (40, 12), None);
    // The step to 20 goes up to the edge, and there is nothing along it.
    let top = dots(&cells, 0).into_iter().filter(|(_, row)| *row == 0).count();
    assert!(top > 4, "{}", text(&cells));
}

#[test]
fn the_legend_has_each_series_its_newest_value_and_its_unit() {
    let store = store(&[("cpu", &[1.0, 2.5]), ("memory", &[0.0, f64::NAN])]);
    let args = ["--unit", "%", "--title", "A host"];
    let (_, cells) = picture(&config(&args), &store, (60, 14), None);
    let text = text(&cells);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0].trim(), "A host");
    assert_eq!(lines[1], "⠒⠒ cpu 2.5 %     ⠒⠒ memory gap %");
    assert!(lines.last().unwrap().starts_with("● live"), "{text}");
    assert!(lines.last().unwrap().ends_with("? keys"), "{text}");
}

#[test]
fn without_colours_the_dashes_of_a_panel_tell_its_series_apart() {
    let config = config(&["--panels=a,b;c"]);
    let painter =
        Painter { config: &config, size: (60, 20), depth: Depth::None, status_rows: None };
    assert_eq!(
        [0, 1, 2].map(|place| painter.depth.dash(7, place)),
        [Dash::Solid, Dash::Dashed, Dash::Dotted]
    );
}

#[test]
fn a_dash_never_hides_a_spike() {
    let mut values = vec![0.0; 2000];
    values[1234] = 9.0;
    let quiet = [0.0; 2000];
    // The ninth series is the first with a dash.
    let mut series: Vec<(&str, &[f64])> = vec![("x", &quiet); 8];
    series.push(("spike", &values));
    let store = store(&series);
    let (scene, cells) = picture(&config(&["--only", "spike"]), &store, (80, 24), None);
    let spike = dot(&scene, height(&cells), (1234.0, 9.0));
    assert!(dots(&cells, 8).contains(&spike), "{spike:?}\n{}", text(&cells));
}

#[test]
fn a_sample_alone_has_no_line_of_the_grid_beside_it() {
    // On a line of the grid, and of a series with dashes.
    for (number, draw) in [(0, "step"), (8, "step"), (8, "line"), (0, "points")] {
        let quiet: &[f64] = &[f64::NAN];
        let mut series = vec![("x", quiet); number];
        series.push(("one", &[5.0]));
        let config = config(&["-y", "0:10", "-d", draw]);
        let (scene, cells) = picture(&config, &store(&series), (60, 20), None);
        assert_eq!(dots(&cells, number).len(), 1, "{}", text(&cells));
        let (x, y) = dot(&scene, height(&cells), (0.0, 5.0));
        assert!(dots(&cells, number).contains(&(x, y)));
        let is_lit = |row: &str| row.chars().filter(|glyph| ('\u{2801}'..).contains(glyph)).count();
        let rows = text(&cells);
        let row = rows.lines().find(|row| row.contains("5┤")).unwrap();
        assert!((40..53).contains(&is_lit(row)), "{row}");
    }
}

#[test]
fn an_error_is_read_to_its_end_in_a_narrow_terminal_too_and_what_comes_and_goes_moves_the_plot_once()
 {
    let store = store(&[("a", &[1.0, 2.0])]);
    let config = config(&[]);
    let paint = |rows, end: Option<End>| {
        store.hold(|store| store.end = end);
        let controls = Controls::new(&config, false);
        let extent = store.hold(|store| controls.extent(store, 0.0));
        let painter = Painter {
            config: &config,
            size: (50, 20),
            depth: Depth::True,
            status_rows: Some(rows),
        };
        let make = |size| {
            let scene = Scene::of(&store, &controls.view, extent, size, |_| false);
            let status =
                store.hold(|store| Status::of(store, &scene, &controls, Beside::default()));
            (scene, status)
        };
        let (scene, status, _) = painter.compose(None, make);
        painter.paint(&scene, &status)
    };
    let problem = "Input/output error, with a long way out at its end: unplug it, plug it in again, or else name a FILE";
    let (cells, rows) = paint(1, Some(End::Error(problem.to_owned())));
    let shown = text(&cells).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(rows == 3 && shown.contains(problem), "{}", text(&cells));
    let (cells, rows) = paint(3, None);
    assert_eq!(rows, 3);
    assert!(text(&cells).contains("● live") && text(&cells).contains("? keys"), "{}", text(&cells));
}
