//! The window and its frames: when one is drawn, and what stands around the plot.
//!
//! A frame is drawn when something has moved a pixel. While the plot scrolls that is known in advance;
//! otherwise the reader asks for one, once for however many batches arrive before it is drawn.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use common::exit;
use common::text::escape;
use eframe::egui::{
    self, Align, Color32, Context, Layout, RichText, Sense, ThemePreference, Ui, ViewportCommand,
};
use parking_lot::Mutex;

use super::look::{self, Palette};
use super::plot;
use super::scale;
use super::scene::{Extent, Scene};
use crate::args::{Config, Theme};
use crate::error::Error;
use crate::input::feed::{Feed, Source};
use crate::input::reader::Reader;
use crate::series::store::{Axis, Counts, End, Store};
use crate::signals::Signals;

/// The shortest time between two frames: no eye wants more, whatever the display could do.
const FRAME: Duration = Duration::from_nanos(1_000_000_000 / 60);

/// Opens the window and stays until it is closed.
///
/// # Errors
/// When there is no display, or none that can be drawn on.
pub fn run(config: Config, source: Source, signals: Signals) -> Result<u8, Error> {
    let display = display().ok_or(Error::NoDisplay)?;
    let title = config.title.as_deref().map_or("live-plot".into(), escape);
    let (width, height) = config.size;
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title(title.into_owned())
            .with_app_id("live-plot")
            .with_inner_size([f32::from(width), f32::from(height)])
            .with_min_inner_size([320.0, 200.0]),
        // Noise against banding has no use without gradients, and costs on every pixel.
        dithering: false,
        ..eframe::NativeOptions::default()
    };
    let start = |cc: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, _> {
        Ok(Box::new(start(config, source, signals, &cc.egui_ctx)?))
    };
    let window = eframe::run_native("live-plot", options, Box::new(start));
    let problem = |error: eframe::Error| error.to_string().replace('\n', " ");
    window.map_err(|error| Error::Window { display, problem: problem(error) })?;
    Ok(exit::OK)
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
    ctx.set_theme(match config.theme {
        Theme::System => ThemePreference::System,
        Theme::Dark => ThemePreference::Dark,
        Theme::Light => ThemePreference::Light,
    });
    let feed = Feed::new(source, config.rules.clone(), config.axis());
    let app = App::new(config, feed.started());
    let (window, dirty) = (ctx.clone(), Arc::clone(&app.dirty));
    let notify = move || {
        if !dirty.swap(true, Ordering::AcqRel) {
            window.request_repaint_after(FRAME);
        }
    };
    Reader::new(feed, Arc::clone(&app.store), notify).start()?;
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
    fn new(config: Config, started: Instant) -> Self {
        Self {
            store: Arc::new(Mutex::new(Store::new(config.history))),
            config,
            started,
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
        let is_live = self.config.axis() == Axis::Arrival && store.end.is_none();
        let head =
            if is_live { now.duration_since(self.started).as_secs_f64() } else { store.head };
        let window = self.config.window.map(|window| window.as_secs_f64());
        let extent = Extent::newest(self.config.axis(), window, head);
        Scene::of(&store, &self.config, extent, pixels, |_| false)
    }

    /// Asks for the next frame: when the newest moment has moved a pixel, but not before it is due.
    fn schedule(&mut self, ctx: &Context, now: Instant, scene: &Scene, ended: bool) {
        self.due = (self.due + FRAME).max(now);
        if scene.axis != Axis::Arrival || ended {
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
