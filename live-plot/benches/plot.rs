//! What a picture costs: `cargo bench -p live-plot --bench plot`. Medians of several runs, on the machine at hand. Times are
//! of a processor: other programs change them little. `… --bench plot -- 5000000` takes fewer samples. How fast lines are
//! read is measured in `shapes`, a real window in `tests/benches/windows.rs`.
#![expect(clippy::print_stdout, reason = "a benchmark's figures are its output")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock and sleeps")]
#![expect(clippy::unwrap_used, reason = "a benchmark may fail")]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::ops::Range;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use common::histogram::Histogram;
use live_plot::config::{Axis, Draw, Panels, Values, View};
use live_plot::picture::decimate::{Grid, Trace, trace};
use live_plot::picture::scene::{Extent, Scene, Size};
use live_plot::series::store::{Entry, Store};
use live_plot::series::{Sample, Shared};
use live_plot::view::plot;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use nix::time::{ClockId, clock_gettime};

/// The history that live-plot keeps by default.
const HISTORY: usize = 256 << 20;

fn main() {
    let wanted = std::env::args().filter_map(|argument| argument.parse().ok()).next();
    let samples = wanted.unwrap_or(100_000_000);
    spikes(samples);
    frames(samples);
    [Draw::Line, Draw::Step, Draw::Points].into_iter().for_each(flood);
    pictures();
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

/// What a frame costs this thread, few samples and many: the snapshot under the lock, decimation, the shapes that egui is
/// given, and the triangles that it makes of them. What paints these is left out.
fn frames(samples: usize) {
    let cost = |samples: usize| {
        let store = Shared::new(store(4, samples, |number| (number as f64 * 1e-3).sin()));
        let extent = Extent::newest(Axis::Number, None, samples as f64);
        let mut window = Window::new(Axis::Number, Draw::Step, 1920, 1000);
        let time = median(301, || window.frame(&store, extent));
        println!(
            "frame       4 series of {samples} samples on 1920 pixels: {:.0} µs, {:.2} points a pixel and series; the lock, held: {:?}",
            time.as_secs_f64() * 1e6,
            window.points() as f64 / 1920.0,
            store.hold_times(),
        );
        time
    };
    let (few, many) = (cost(100_000), cost(samples));
    println!("            ratio {:.2}", many.as_secs_f64() / few.as_secs_f64());
}

/// Ten seconds of frames, sixty a second, while a reader appends 200,000 random samples a second: what each costs this
/// thread, and how long it waits for the lock.
fn flood(draw: Draw) {
    /// Samples a millisecond.
    const RATE: usize = 200;
    const SPAN: f64 = 10.0;
    let mut random = Random(1);
    // The window is full at the beginning.
    let first = 10_000 * RATE;
    let mut store = Store::new(HISTORY);
    store.declare(&["all".to_owned()]);
    let sample = |number: usize, random: &mut Random| Sample {
        time: number as f64 / RATE as f64 / 1e3,
        value: random.share(),
    };
    let mut batch = |numbers: Range<usize>| -> Vec<Entry> {
        numbers.map(|number| Entry { series: 0, sample: sample(number, &mut random) }).collect()
    };
    store.append(&batch(0..first));
    let store = Shared::new(store);
    let begin = Instant::now();
    let is_over = AtomicBool::new(false);
    let (mut times, mut waits) = (Histogram::default(), Histogram::default());
    thread::scope(|scope| {
        let reader = store.clone();
        let is_over = &is_over;
        scope.spawn(move || {
            let mut at = first;
            while !is_over.load(Ordering::Relaxed) {
                // As a pipe has them: some thousand lines at once.
                let due = first + usize::try_from(begin.elapsed().as_millis()).unwrap() * RATE;
                while at + 1000 <= due {
                    let batch = batch(at..at + 1000);
                    reader.hold(|store| store.append(&batch));
                    at += 1000;
                }
                thread::sleep(Duration::from_millis(1));
            }
        });
        let mut window = Window::new(Axis::Arrival, draw, 1206, 641);
        let frames = 600_u32;
        for number in 0..frames {
            let due = begin + Duration::from_secs(1) * number / 60;
            thread::sleep(due.saturating_duration_since(Instant::now()));
            let head = SPAN + begin.elapsed().as_secs_f64();
            let before = store.waited();
            let time = window.frame(&store, Extent::newest(Axis::Arrival, Some(SPAN), head));
            // The first one looks at all samples.
            if number > 0 {
                times.add(time);
                waits.add(store.waited() - before);
            }
        }
        is_over.store(true, Ordering::Relaxed);
    });
    println!(
        "flood       {draw:?}, 200,000 random samples a second on 1206 pixels: {times:?}; waiting for the lock: {waits:?}"
    );
}

/// The window's thread, without a display.
struct Window {
    view: View,
    ctx: egui::Context,
    /// The plot's.
    size: egui::Vec2,
    scene: Option<Scene>,
}

impl Window {
    fn new(axis: Axis, draw: Draw, width: u16, height: u16) -> Self {
        let (values, panels) = (Values::Fitted, Panels::One);
        let view = View { axis, draw, values, is_log: false, panels, zone: None, unit: None };
        let size = egui::vec2(width.into(), height.into());
        Self { view, ctx: egui::Context::default(), size, scene: None }
    }

    /// Makes a frame; how long this thread was on a processor for it.
    fn frame(&mut self, store: &Shared, extent: Extent) -> Duration {
        let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, self.size);
        let input = egui::RawInput { screen_rect: Some(screen), ..Default::default() };
        let size = Size::pixels(self.size.x.into(), self.size.y.into(), 1.0);
        let begin = processor_time();
        let scene = Scene::after(self.scene.take(), store, &self.view, extent, size, |_| false);
        let mut drawn = self.ctx.run_ui(input, |ui| drop(plot::show(ui, &scene, None)));
        // No painter takes them.
        drawn.textures_delta.clear();
        let triangles = self.ctx.tessellate(drawn.shapes, drawn.pixels_per_point);
        let passed = processor_time() - begin;
        assert!(!triangles.is_empty());
        self.scene = Some(scene);
        passed
    }

    /// How many points the largest trace has.
    fn points(&self) -> usize {
        let length = |trace: &Trace| trace.runs.iter().map(Vec::len).sum();
        self.scene.iter().flat_map(|scene| &scene.traces).map(length).max().unwrap_or(0)
    }
}

/// How long this thread has run on a processor: `clock_gettime(2)`.
fn processor_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap().into()
}

/// Numbers that look random: Knuth's MMIX generator.
struct Random(u64);

impl Random {
    /// From 0 to 1.
    fn share(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Pictures without a window, of random numbers: how long the program takes from its start to its end, and how much memory.
fn pictures() {
    let folder = tempfile::tempdir().unwrap();
    for (series, rows, size) in [(256, 5_000, "1280x720"), (16, 100_000, "3840x2160")] {
        let table = folder.path().join("table");
        let mut random = Random(1);
        let mut file = BufWriter::new(File::create(&table).unwrap());
        for _ in 0..rows {
            let cells: Vec<String> =
                (0..series).map(|_| format!("{:.4}", random.share())).collect();
            writeln!(file, "{}", cells.join(" ")).unwrap();
        }
        file.flush().unwrap();
        let read = picture(&[table.as_os_str(), "--summary".as_ref()]).0;
        for draw in ["line", "step", "points"] {
            let png = folder.path().join("picture.png");
            let arguments = [
                table.as_os_str(),
                "--png".as_ref(),
                png.as_os_str(),
                "--size".as_ref(),
                size.as_ref(),
                "-d".as_ref(),
                draw.as_ref(),
            ];
            let runs: Vec<(Duration, u64)> = (0..5).map(|_| picture(&arguments)).collect();
            let mut times: Vec<Duration> = runs.iter().map(|(time, _)| *time).collect();
            times.sort_unstable();
            println!(
                "picture     {series} series of {rows} as {size}, {draw}: {:.2} s, of which reading takes {:.2} s; {} MB",
                times[2].as_secs_f64(),
                read.as_secs_f64(),
                runs.iter().map(|(_, peak)| peak).max().unwrap(),
            );
        }
    }
}

/// Runs live-plot: its processor time, and the most memory that it had, in MB.
fn picture(arguments: &[&OsStr]) -> (Duration, u64) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_live-plot"));
    command.args(["--config", "none"]).args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
    let before = time_of_children();
    let mut child = command.spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        // Gone with its last thread: proc_pid_status(5).
        let text = fs::read_to_string(&status).unwrap_or_default();
        let now = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = now.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        peak = peak.max(now.unwrap_or(0));
        thread::sleep(Duration::from_millis(2));
    }
    assert!(child.wait().unwrap().success());
    (time_of_children() - before, peak * 1024 / 1_000_000)
}

/// How long all processes that have been waited for have run on a processor: getrusage(2).
fn time_of_children() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let microseconds =
        usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(microseconds.unsigned_abs())
}
