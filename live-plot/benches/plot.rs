//! What a picture costs: `cargo bench -p live-plot --bench plot`. Medians of several runs, on the machine at hand.
//! `… --bench plot -- 5000000` takes fewer samples. How fast lines are read is measured in `shapes`.
#![expect(clippy::print_stdout, reason = "a benchmark's figures are its output")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::time::Instant;

use live_plot::config::{Axis, Draw, Panels, Values, View};
use live_plot::picture::decimate::{Grid, Trace, trace};
use live_plot::picture::scene::{Extent, Scene, Size};
use live_plot::series::store::{Entry, Store};
use live_plot::series::{Sample, Shared};
use live_plot::view::plot;

/// The history that live-plot keeps by default.
const HISTORY: usize = 256 << 20;

fn main() {
    let wanted = std::env::args().filter_map(|argument| argument.parse().ok()).next();
    let samples = wanted.unwrap_or(100_000_000);
    spikes(samples);
    frames(samples);
}

fn median<T: Ord + Copy>(runs: usize, run: impl FnMut() -> T) -> T {
    let mut all: Vec<T> = std::iter::repeat_with(run).take(runs).collect();
    all.sort_unstable();
    all[runs / 2]
}

/// A store of `series` series of so many samples, with the values of `value`.
fn store(series: usize, samples: usize, value: impl Fn(usize) -> f64) -> Store {
    let mut store = Store::new(HISTORY);
    let names: Vec<String> = (0..series).map(|number| format!("s{number}")).collect();
    store.declare(&names);
    let mut batch = Vec::with_capacity(4096);
    for number in 0..samples {
        let sample = Sample { time: number as f64, value: value(number) };
        batch.extend((0..series).map(|series| Entry { series, sample }));
        if batch.len() >= 4096 {
            store.append(&batch);
            batch.clear();
        }
    }
    store.append(&batch);
    store
}

/// A hundred spikes in zeros, a thousand pixels wide: how many are lit, at most a pixel off.
fn spikes(samples: usize) {
    // Knuth's multiplicative hashing: places that keep to no power of two.
    let places: Vec<usize> =
        (1..=100_usize).map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15) % samples).collect();
    let mut sorted = places.clone();
    sorted.sort_unstable();
    let store =
        store(1, samples, |number| f64::from(u8::from(sorted.binary_search(&number).is_ok())));
    let grid = Grid::showing(samples as f64, samples as f64, 1000.0);
    let trace = trace(&store.series()[0], grid, Draw::Step, samples as f64);
    let lit: Vec<f64> =
        trace.runs.iter().flatten().filter(|point| point[1] == 1.0).map(|point| point[0]).collect();
    let is_lit =
        |place: &&usize| lit.iter().any(|time| (time - **place as f64).abs() <= 2.0 * grid.step);
    println!(
        "spikes      in {samples} zeros on 1000 pixels: {} of 100 lit",
        places.iter().filter(is_lit).count()
    );
}

/// What our part of a frame costs, four series on 1,920 pixels, few samples and many: the snapshot under the
/// lock, decimation, and the shapes that egui is given.
fn frames(samples: usize) {
    let cost = |samples: usize| {
        let store = Shared::new(store(4, samples, |number| (number as f64 * 1e-3).sin()));
        let (axis, draw) = (Axis::Number, Draw::Step);
        let view = View {
            axis,
            draw,
            values: Values::Fitted,
            is_log: false,
            panels: Panels::One,
            zone: None,
        };
        let size = Size { width: 1920.0, height: 1000.0, scale: 1.0 };
        let extent = Extent::newest(Axis::Number, None, samples as f64);
        let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1920.0, 1080.0));
        let ctx = egui::Context::default();
        let mut points = 0;
        let time = median(301, || {
            let input = egui::RawInput { screen_rect: Some(screen), ..Default::default() };
            let begin = Instant::now();
            let scene = Scene::of(&store, &view, extent, size, |_| false);
            let drawn = ctx.run_ui(input, |ui| drop(plot::show(ui, &scene)));
            let passed = begin.elapsed();
            assert!(!drawn.shapes.is_empty());
            let length = |trace: &Trace| trace.runs.iter().map(Vec::len).sum();
            points = scene.traces.iter().map(length).max().unwrap_or(0);
            passed
        });
        println!(
            "frame       4 series of {samples} samples on 1920 pixels: {:.0} µs, {:.2} points a pixel and series; the lock, held: {:?}",
            time.as_secs_f64() * 1e6,
            points as f64 / 1920.0,
            store.hold_times(),
        );
        time
    };
    let (few, many) = (cost(100_000), cost(samples));
    println!("            ratio {:.2}", many.as_secs_f64() / few.as_secs_f64());
}
