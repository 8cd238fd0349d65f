//! The window and its frames: when one is drawn, and what stands around the plot.
//!
//! A frame is drawn when something has moved a pixel. While the plot scrolls that is known in advance;
//! otherwise the reader asks for one, once for however many batches arrive before it is drawn.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use common::text::escape;
use eframe::egui::{self, Align, Color32, Context, Layout, RichText, Sense, Ui, ViewportCommand};
use parking_lot::Mutex;

use super::look::{self, Palette};
use super::plot::{self, Scene};
use super::scale;
use crate::args::{Config, YRange};
use crate::error::Error;
use crate::input::reader::{Reader, Source};
use crate::series::columns::{self, Grid};
use crate::series::store::{Counts, End, Store};
use crate::signals::Signals;

/// The shortest time between two frames: no eye wants more, whatever the display could do.
const FRAME: Duration = Duration::from_nanos(1_000_000_000 / 60);

/// What is kept of the raw samples and their buckets, in bytes.
const HISTORY: usize = 256 << 20;

/// Opens the window and stays until it is closed.
///
/// # Errors
/// When there is no display, or none that can be drawn on.
pub fn run(config: Config, source: Source, signals: Signals) -> Result<(), Error> {
    let display = display().ok_or(Error::NoDisplay)?;
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("live-plot")
            .with_app_id("live-plot")
            .with_inner_size([1280.0, 720.0])
            .with_min_inner_size([320.0, 200.0]),
        // Noise against banding has no use without gradients, and costs on every pixel.
        dithering: false,
        ..eframe::NativeOptions::default()
    };
    let start = |cc: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, _> {
        Ok(Box::new(start(config, source, signals, &cc.egui_ctx)?))
    };
    eframe::run_native("live-plot", options, Box::new(start))
        .map_err(|error| Error::Window { display, problem: error.to_string().replace('\n', " ") })
}

/// The display that winit will open: Wayland's first.
fn display() -> Option<String> {
    ["WAYLAND_DISPLAY", "WAYLAND_SOCKET", "DISPLAY"]
        .into_iter()
        .filter_map(|name| Some((name, std::env::var(name).ok()?)))
        .find(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={value}"))
}

/// Starts the threads that feed and close the window.
fn start(config: Config, source: Source, signals: Signals, ctx: &Context) -> std::io::Result<App> {
    look::apply(ctx);
    let numbered = matches!(source, Source::File(_));
    let app = App::new(config, numbered);
    let (window, dirty) = (ctx.clone(), Arc::clone(&app.dirty));
    let notify = move || {
        if !dirty.swap(true, Ordering::AcqRel) {
            window.request_repaint_after(FRAME);
        }
    };
    Reader::new(source, Arc::clone(&app.store), app.started, notify).start()?;
    let window = ctx.clone();
    signals.on_first(move || {
        window.send_viewport_cmd(ViewportCommand::Close);
        window.request_repaint();
    })?;
    Ok(app)
}

/// What is on the window.
struct App {
    config: Config,
    store: Arc<Mutex<Store>>,
    started: Instant,
    /// The axis counts samples, not seconds.
    numbered: bool,
    /// Something was committed since the last frame began.
    dirty: Arc<AtomicBool>,
    /// When the next frame may be drawn.
    due: Instant,
    rate: Rate,
}

/// Frames drawn in each whole second.
struct Rate {
    since: Instant,
    frames: u32,
    last: Option<u32>,
}

impl Rate {
    fn count(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.since).as_secs();
        if passed > 0 {
            self.last = (passed == 1).then_some(self.frames);
            (self.since, self.frames) = (now, 0);
        }
        self.frames += 1;
    }
}

/// What the bars show.
struct Status {
    counts: Counts,
    end: Option<End>,
    samples: u64,
    /// Frames drawn in the last second.
    rate: Option<u32>,
    /// Name and newest value of each series.
    values: Vec<(String, f64)>,
}

impl App {
    fn new(config: Config, numbered: bool) -> Self {
        let started = clock();
        Self {
            config,
            store: Arc::new(Mutex::new(Store::new(HISTORY))),
            started,
            numbered,
            dirty: Arc::new(AtomicBool::new(false)),
            due: started,
            rate: Rate { since: started, frames: 0, last: None },
        }
    }

    /// What the bars show, copied.
    fn status(&self) -> Status {
        let store = self.store.lock();
        let series = store.series();
        Status {
            counts: store.counts,
            end: store.end.clone(),
            rate: self.rate.last,
            samples: series.iter().map(|series| series.total.count).sum(),
            values: series.iter().map(|series| (series.name.clone(), series.total.last)).collect(),
        }
    }

    /// The picture at this moment, `pixels` wide.
    fn scene(&self, now: Instant, pixels: f64) -> Scene {
        let store = self.store.lock();
        let head = if self.numbered || store.end.is_some() {
            store.head
        } else {
            now.duration_since(self.started).as_secs_f64()
        };
        let begin = if self.numbered { 1.0 } else { 0.0 };
        let span = self.config.window.map_or(head - begin, |window| window.as_secs_f64());
        let span = if span > 0.0 { span } else { 1.0 };
        let grid = Grid::showing(head.max(begin + span), span, pixels);
        let traces: Vec<_> = store
            .series()
            .iter()
            .map(|series| columns::trace(series, grid, self.config.draw, head))
            .collect();
        drop(store);
        let hulls = traces.iter().filter_map(|trace| trace.hull);
        let values =
            hulls.map(|hull| (hull.min, hull.max)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        let y = match self.config.y_range {
            Some(YRange::Fixed(low, high)) => (low, high),
            Some(YRange::Auto) => scale::auto_range(values),
            None => scale::default_range(values),
        };
        Scene { grid, span, y, draw: self.config.draw, numbered: self.numbered, head, traces }
    }

    /// Asks for the next frame: when the newest moment has moved a pixel, but not before it is due.
    fn schedule(&mut self, ctx: &Context, now: Instant, scene: &Scene, ended: bool) {
        self.due = (self.due + FRAME).max(now);
        if self.numbered || ended {
            return;
        }
        let next = ((scene.head / scene.grid.step).floor() + 1.0) * scene.grid.step;
        let moved = self.started + Duration::from_secs_f64(next.max(0.0));
        ctx.request_repaint_after(self.due.max(moved).saturating_duration_since(clock()));
    }
}

impl eframe::App for App {
    /// The one background: anything painted over the whole window again would be paid for at every frame.
    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        let now = clock();
        self.dirty.store(false, Ordering::Release);
        self.rate.count(now);
        let status = self.status();
        bar(egui::Panel::top("values")).show(ui, |ui| values(ui, &status));
        bar(egui::Panel::bottom("status")).show(ui, |ui| state(ui, &status));
        let margin = egui::Margin { left: 4, right: 18, top: 8, bottom: 2 };
        let center = egui::CentralPanel::no_frame().frame(egui::Frame::NONE.inner_margin(margin));
        center.show(ui, |ui| {
            let scene = self.scene(now, plot::pixels(ui.ctx(), ui.available_width()));
            let shown = plot::show(ui, &scene);
            if status.values.is_empty() {
                hint(ui, shown.rect, &status);
            }
            self.schedule(ui.ctx(), now, &scene, status.end.is_some());
        });
    }
}

fn bar(panel: egui::Panel) -> egui::Panel {
    panel.frame(egui::Frame::NONE).show_separator_line(false)
}

/// The newest value of each series.
fn values(ui: &mut Ui, status: &Status) {
    /// More than these do not fit above the plot.
    const SHOWN: usize = 12;
    let palette = Palette::of(ui.visuals());
    ui.add_space(6.0);
    ui.horizontal_wrapped(|ui| {
        ui.add_space(8.0);
        for (number, (name, value)) in status.values.iter().take(SHOWN).enumerate() {
            dot(ui, palette.series(number));
            ui.label(RichText::new(escape(name)).color(palette.weak));
            ui.label(RichText::new(scale::value(*value)).heading().strong());
            ui.add_space(14.0);
        }
        if let Some(more @ 1..) = status.values.len().checked_sub(SHOWN) {
            ui.weak(format!("and {more} more"));
        }
        if status.values.is_empty() {
            ui.label(RichText::new("live-plot").heading().color(palette.weak));
        }
    });
}

/// Whether more is coming, and what has come.
fn state(ui: &mut Ui, status: &Status) {
    let palette = Palette::of(ui.visuals());
    ui.horizontal(|ui| {
        ui.add_space(8.0);
        let (color, text) = match &status.end {
            None => (palette.live, "live".to_owned()),
            Some(End::Input) => (palette.warn, "stream ended".to_owned()),
            Some(End::Error(problem)) => (palette.warn, format!("input failed: {problem}")),
        };
        dot(ui, color);
        ui.label(RichText::new(text).color(color));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(8.0);
            let Counts { rejected, .. } = status.counts;
            if rejected > 0 {
                ui.label(RichText::new(format!("{rejected} rejected")).color(palette.warn));
            }
            ui.weak(format!("{} samples", status.samples));
            if let (None, Some(rate)) = (&status.end, status.rate) {
                ui.weak(format!("{rate} frames/s  ·"));
            }
        });
    });
    ui.add_space(4.0);
}

fn dot(ui: &mut Ui, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(8.0, 8.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.0, color);
}

/// What an empty plot is waiting for.
fn hint(ui: &Ui, plot: egui::Rect, status: &Status) {
    let text = match status.end {
        None => "Waiting for the first number…",
        Some(_) => "The input ended without a number.",
    };
    let font = egui::TextStyle::Heading.resolve(ui.style());
    let color = Palette::of(ui.visuals()).weak;
    ui.painter().text(plot.center(), egui::Align2::CENTER_CENTER, text, font, color);
}

#[expect(clippy::disallowed_methods, reason = "the window's loop is an outermost one")]
fn clock() -> Instant {
    Instant::now()
}
