//! Pictures, compared pixel by pixel with ones in which every sample is drawn.

use clap::Parser as _;
use proptest::prelude::*;

use super::*;
use crate::args::Args;
use crate::config::{Axis, Config};
use crate::picture::decimate::Point;
use crate::picture::palette::{Rgb, WHOLE};
use crate::picture::pixels::Pixels;
use crate::picture::scene::{Extent, Scene};
use crate::series::store::{Entry, Store};
use crate::series::{Sample, Shared};

/// Three series that overlap, with gaps, and what draws them.
struct Run {
    config: Config,
    store: Shared,
    all: [Vec<f64>; 3],
}

impl Run {
    fn new(seed: u32, count: usize, args: &[&str]) -> Self {
        let args = [&["live-plot", "--png", "-", "--size", "300x200"], args].concat();
        let config = Config::try_from(Args::try_parse_from(args).unwrap()).unwrap();
        let mut state = seed;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 24)
        };
        let mut all = [const { Vec::new() }; 3];
        let mut walk = 0.0;
        for _ in 0..count {
            walk += random() - 0.5;
            all[0].push(if random() < 0.02 { f64::NAN } else { walk });
            all[1].push((random() * 7.0).floor() - 1.0);
            all[2].push(if random() < 0.01 { 50.0 } else { 0.5 });
        }
        let mut store = Store::new(100_000_000);
        store.declare(&["walk", "levels", "spikes"].map(str::to_owned));
        let times = (1..=count).map(|number| number as f64);
        for (number, time) in times.enumerate() {
            let entry = |series: usize, values: &Vec<f64>| Entry {
                series,
                sample: Sample { time, value: values[number] },
            };
            let row: Vec<Entry> =
                all.iter().enumerate().map(|(series, values)| entry(series, values)).collect();
            store.append(&row);
        }
        Self { config, store: Shared::new(store), all }
    }

    fn figure(&self) -> Figure<'_> {
        let head = self.store.hold(|store| store.head);
        let extent = Extent::newest(Axis::Number, None, head);
        let view = self.config.view(false);
        Figure::new(&self.config, &self.store, true, |size| {
            Scene::outline(&self.store, &view, extent, size, |_| false)
        })
    }

    /// Every sample of a series in runs between gaps, in the middle of its column. What has no place on the axis is a gap. A
    /// gap that is shorter than a column of several samples is not seen.
    fn runs(&self, series: usize, pixels: &Pixels, is_step: bool) -> Vec<Vec<Point>> {
        let grid = pixels.grid;
        let mut columns: Vec<(f64, Vec<f64>)> = Vec::new();
        for (time, &value) in (1_u32..).map(f64::from).zip(&self.all[series]) {
            let column = (0..grid.count).rfind(|column| grid.edge(*column) <= time).unwrap();
            let middle = grid.edge(column) + grid.step / 2.0;
            let is_gap = pixels.rows.scale.is_log && value <= 0.0;
            let value = if is_gap { f64::NAN } else { value };
            match columns.last_mut() {
                Some((at, values)) if *at == middle => values.push(value),
                _ => columns.push((middle, vec![value])),
            }
        }
        let mut runs: Vec<Vec<Point>> = vec![Vec::new()];
        for (time, mut values) in columns {
            let last = values[values.len() - 1];
            if values.len() > 2 {
                values.retain(|value| !value.is_nan());
                values.extend(Some(last).filter(|last| last.is_nan()));
            }
            for value in values {
                if let (true, Some(before)) =
                    (is_step, runs.last().and_then(|run| run.last().copied()))
                {
                    runs.last_mut().unwrap().push([time, before[1]]);
                }
                if value.is_nan() {
                    runs.push(Vec::new());
                } else {
                    runs.last_mut().unwrap().push([time, value]);
                }
            }
        }
        runs.retain(|run| !run.is_empty());
        runs
    }

    /// The picture with every sample drawn.
    fn every_sample(&self, figure: &Figure<'_>) -> Canvas {
        let mut canvas = Canvas::framed(figure).unwrap();
        let mut above = Vec::new();
        for (panel, pixels) in figure.panels() {
            for &series in &panel.series {
                let color = figure.palette.series(series);
                let mut fill = |area: Area| canvas.fill(area, pixels.area, color);
                let is_step = figure.scene.draw == Draw::Step;
                let runs = self.runs(series, &pixels, is_step);
                if !is_step {
                    let points = runs.concat();
                    points.iter().for_each(|point| pixels.dots(&[*point; 2], &mut fill));
                    continue;
                }
                let (lone, runs) = pixels.lone_dots(&runs);
                pixels.dots(&lone, |area| above.push((area, color)));
                let means = figure.trace(panel, series).means;
                for run in runs {
                    band::run(&pixels, Draw::Step, run, &means, |part| match part {
                        Part::Inside(area) => canvas.mix(area, pixels.area, color, FAINT),
                        Part::Full(area) => above.push((area, color)),
                        Part::Slope(_) => unreachable!("steps have no slopes"),
                    });
                }
            }
            above.drain(..).for_each(|(area, color)| canvas.fill(area, pixels.area, color));
        }
        canvas
    }
}

fn assert_same(canvas: &Canvas, expected: &Canvas) -> Result<(), TestCaseError> {
    let differing = canvas.pixels.iter().zip(&expected.pixels).enumerate();
    let places = differing.filter(|(_, (one, other))| one != other);
    let places: Vec<_> =
        places.map(|(at, _)| (at / canvas.height, at % canvas.height)).take(9).collect();
    prop_assert!(places.is_empty(), "{places:?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn dots_and_steps_are_where_every_sample_is(
        seed in any::<u32>(),
        count in 1_usize..6_000,
        draw in prop_oneof![Just("step"), Just("points")],
        range in prop_oneof![Just("auto"), Just("log"), Just("-2:3")],
        panels in prop_oneof![Just(&[][..]), Just(&["--panels"][..]), Just(&["--panels=walk;levels,spikes"][..])],
    ) {
        let run = Run::new(seed, count, &[&["-d", draw, "-y", range], panels].concat());
        let figure = run.figure();
        assert_same(&paint(&figure).unwrap(), &run.every_sample(&figure))?;
    }

    #[test]
    fn a_sloping_line_covers_what_every_sample_would(seed in any::<u32>(), count in 2_usize..6_000) {
        let run = Run::new(seed, count, &["-d", "line"]);
        let figure = run.figure();
        let (panel, pixels) = figure.panels()[0];
        let covers = |runs: &[Vec<Point>]| {
            let (width, height) = (usize::from(run.config.size.0), usize::from(run.config.size.1));
            let mut canvas = Canvas { width, height, pixels: vec![[0; 3]; width * height] };
            let mut stroke = Stroke::new(size(pixels.area));
            let mut draw = |run: &Vec<Point>| stroke.draw(&mut canvas, &pixels.line(run), pixels, Rgb(255, 0, 0));
            runs.iter().for_each(&mut draw);
            canvas
        };
        for series in 0..3 {
            let (drawn, every) = (covers(&figure.trace(panel, series).runs), covers(&run.runs(series, &pixels, false)));
            // A sample may be drawn in the middle of its column.
            for (one, other) in [(&drawn, &every), (&every, &drawn)] {
                for (at, cover) in one.pixels.iter().map(|pixel| pixel[0]).enumerate().filter(|(_, cover)| *cover > 178) {
                    let near = [-1, 0, 1].into_iter().filter_map(|dx: isize| {
                        let column = at.checked_add_signed(dx * isize::try_from(one.height).unwrap())?;
                        other.pixels.get(column.saturating_sub(1)..column + 2)
                    });
                    let most = near.flatten().map(|pixel| pixel[0]).max().unwrap_or(0);
                    prop_assert!(most > 76, "{cover} and {most} at {:?}", (at / one.height, at % one.height));
                }
            }
        }
    }
}

#[test]
fn a_dot_that_stands_for_several_samples_is_the_same_whichever_comes_first() {
    let run = Run::new(2_969_174_708, 1237, &["-d", "step", "-y", "log"]);
    let figure = run.figure();
    assert_same(&paint(&figure).unwrap(), &run.every_sample(&figure)).unwrap();
}

#[test]
fn a_png_reads_back_as_it_was_painted() {
    let run = Run::new(1, 1000, &[]);
    let figure = run.figure();
    let file = png(&figure).unwrap();
    let read = resvg::tiny_skia::Pixmap::decode_png(&file).unwrap();
    let canvas = paint(&figure).unwrap();
    for (at, pixel) in read.pixels().iter().enumerate() {
        let (x, y) = (at % canvas.width, at / canvas.width);
        let painted = canvas.pixels[x * canvas.height + y];
        assert_eq!([pixel.red(), pixel.green(), pixel.blue()], painted, "{x} {y}");
    }
}

#[test]
fn a_sample_alone_is_a_dot_however_it_is_drawn() {
    let alone = [
        vec![7.0],
        // Between gaps: a pixel has five samples.
        (0..1000).map(|number| if number == 500 { 7.0 } else { f64::NAN }).collect(),
    ];
    for (draw, values) in ["step", "line", "points"]
        .iter()
        .flat_map(|draw| alone.iter().map(move |values| (draw, values)))
    {
        let run = Run::new(1, 0, &["-d", draw, "-y", "0:10"]);
        let mut store = Store::new(1 << 20);
        // The last has dashes.
        store.declare(&(0..=WHOLE).map(|number| number.to_string()).collect::<Vec<_>>());
        for (time, &value) in (1_u32..).map(f64::from).zip(values) {
            store.append(&[Entry { series: WHOLE, sample: Sample { time, value } }]);
        }
        let run = Run { store: Shared::new(store), ..run };
        let figure = run.figure();
        let (drawn, without) = (paint(&figure).unwrap(), Canvas::framed(&figure).unwrap());
        let lit: Vec<(usize, usize)> = (0..drawn.pixels.len())
            .filter(|at| drawn.pixels[*at] != without.pixels[*at])
            .map(|at| (at / drawn.height, at % drawn.height))
            .collect();
        let [left, top, right, bottom] =
            figure.panels()[0].1.area.map(|edge| usize::try_from(edge).unwrap());
        let near = |(x, y): &(usize, usize)| {
            let (middle, row) = (left.midpoint(right), top + (bottom - top) * 3 / 10);
            x.abs_diff(middle) <= 5 && y.abs_diff(row) <= 3
        };
        assert!(lit.iter().all(near), "{draw}: {lit:?}");
        assert!(lit.len() >= 12, "{draw}: {lit:?}");
    }
}

#[test]
fn dashes_are_even_however_many_samples_a_pixel_has() {
    let (on, period) = Dash::of(WHOLE).lengths().unwrap();
    for (draw, count) in ["line", "step"]
        .iter()
        .flat_map(|draw| [300_u32, 900, 1200, 2000, 20_000].map(|n| (draw, n)))
    {
        let run = Run::new(1, 0, &["-d", draw, "-y", "0:10", "--size", "1280x200"]);
        let mut store = Store::new(1 << 20);
        store.declare(&(0..=WHOLE).map(|number| number.to_string()).collect::<Vec<_>>());
        for time in (1..=count).map(f64::from) {
            store.append(&[Entry { series: WHOLE, sample: Sample { time, value: 5.0 } }]);
        }
        let run = Run { store: Shared::new(store), ..run };
        let figure = run.figure();
        let (drawn, without) = (paint(&figure).unwrap(), Canvas::framed(&figure).unwrap());
        let pixels = figure.panels()[0].1;
        let row = usize::try_from(pixels.row(5.0, 1)).unwrap();
        let is_lit = |x: i32| {
            let at = usize::try_from(x).unwrap() * drawn.height + row;
            drawn.pixels[at] != without.pixels[at]
        };
        // But for the first sample, the last, and the round ends of a dash.
        for x in pixels.column(2.0) + 3..pixels.column(f64::from(count)) - 3 {
            let place =
                ((pixels.grid.first as f64) + f64::from(x - pixels.area[0])).rem_euclid(period);
            let is_inside = (1.0..on - 2.0).contains(&place);
            let is_between = (on + 1.0..period - 2.0).contains(&place);
            assert!(!is_inside || is_lit(x), "{draw} {count}: no dash at {x}");
            assert!(!is_between || !is_lit(x), "{draw} {count}: no gap at {x}");
        }
    }
}

#[test]
fn the_legend_shows_what_the_series_is_drawn_with() {
    for (draw, is_dot) in [("points", true), ("line", false), ("step", false)] {
        let run = Run::new(1, 10, &["-d", draw]);
        assert_eq!(run.figure().frame().contains("h0\""), is_dot, "{draw}");
    }
}
