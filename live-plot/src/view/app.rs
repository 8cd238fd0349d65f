//! The window's state and each of its frames: copies what is shown from the store, draws it, acts on keys and the pointer,
//! and requests the next frame of a scrolling plot. What the pointer does is left to `pointer`. Frames for new samples are
//! requested by the reader (`repaint`).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::clock;
use common::escape::escape;
use eframe::egui::accesskit::Role;
use eframe::egui::{
    self, Align, Context, Layout, RichText, TextStyle, Ui, UiBuilder, ViewportCommand, WidgetInfo,
};

use super::keys::{self, Action};
use super::panels::{self, Entry, Status};
use super::plot::{self, Shown};
use super::pointer;
use super::repaint::{Cost, Rate, Repaint};
use super::save;
use super::theme;
use super::viewport::{self, Viewport};
use crate::config::{Axis, Config, Panels, Values, View};
use crate::picture::scale;
use crate::picture::scene::{Extent, Scene, Size};
use crate::series::Shared;
use crate::series::store::Series;

/// The window's state.
pub(super) struct App {
    config: Config,
    store: Shared,
    started: Instant,
    repaint: Arc<Repaint>,
    rate: Rate,
    cost: Cost,
    viewport: Viewport,
    /// How the values are shown at the start.
    initial: View,
    /// How they are shown now.
    view: View,
    /// The plot's size as of the last frame.
    size: Option<Size>,
    /// The last picture.
    scene: Option<Scene>,
    hidden: BTreeSet<usize>,
    help: bool,
    saved: save::Message,
}

impl App {
    pub(super) fn new(config: Config, store: Shared, is_typed: bool, started: Instant) -> Self {
        let view = config.view(is_typed);
        Self {
            store,
            started,
            repaint: Arc::new(Repaint::new(started)),
            rate: Rate::new(started),
            cost: Cost::default(),
            viewport: Viewport::new(config.window().map(|window| window.as_secs_f64())),
            initial: view.clone(),
            view,
            size: None,
            scene: None,
            hidden: BTreeSet::new(),
            help: false,
            saved: save::Message::default(),
            config,
        }
    }

    /// Through which the reader requests frames.
    pub(super) fn repaint(&self) -> Arc<Repaint> {
        Arc::clone(&self.repaint)
    }

    /// Draws a frame.
    pub(super) fn draw(&mut self, ui: &mut Ui, now: Instant) {
        self.repaint.begin_frame();
        let extent = self.extent(now);
        let scale = ui.pixels_per_point();
        let whole = ui.available_size() * scale;
        let first = Size { width: whole.x.into(), height: whole.y.into(), scale: scale.into() };
        let size = self.size.unwrap_or(first);
        let is_hidden = |number| self.hidden.contains(&number);
        let before = self.scene.take();
        let scene = Scene::after(before, &self.store, &self.view, extent, size, is_hidden);
        let status = self.status(&scene);
        self.rate.count(now, status.counts.lines);
        let mut wanted = keys::pressed(ui.ctx());
        let plain = |panel: egui::Panel| {
            panel
                .frame(egui::Frame::NONE.inner_margin(egui::Margin::symmetric(12, 5)))
                .show_separator_line(false)
        };
        plain(egui::Panel::top("series")).show(ui, |ui| self.top(ui, &status, &mut wanted));
        plain(egui::Panel::bottom("status"))
            .show(ui, |ui| ui.horizontal(|ui| panels::state(ui, &status)));
        let margin = egui::Margin { left: 4, right: 18, top: 8, bottom: 2 };
        let center = egui::CentralPanel::no_frame().frame(egui::Frame::NONE.inner_margin(margin));
        center.show(ui, |ui| {
            let shown = plot::show(ui, &scene);
            if self.size.replace(shown.size) != Some(shown.size) {
                // The next picture has the right columns.
                ui.ctx().request_repaint();
            }
            describe(&shown, &status);
            if status.series.is_empty() {
                panels::hint(ui, shown.response.rect, &status);
            }
            pointer::act(ui, &shown, extent, self.view.axis, &mut self.viewport);
            pointer::readout(ui, &shown, &self.store, &self.hidden, &scene);
        });
        if self.help {
            panels::help(ui);
        }
        let is_changed = !wanted.is_empty();
        self.schedule(ui.ctx(), &scene, status.end.is_some());
        for action in wanted {
            self.act(ui.ctx(), action, extent);
        }
        if is_changed {
            // The change is seen in the next frame.
            ui.ctx().request_repaint();
        }
        self.scene = Some(scene);
    }

    /// The part of the axis that is shown now.
    fn extent(&self, now: Instant) -> Extent {
        let axis = self.config.axis();
        let (newest, is_ended) = self.store.hold(|store| (store.head, store.end.is_some()));
        let is_moving = axis == Axis::Arrival && !is_ended;
        let head = if is_moving { now.duration_since(self.started).as_secs_f64() } else { newest };
        self.viewport.extent(axis, head)
    }

    /// What the panels show, copied.
    fn status(&self, scene: &Scene) -> Status {
        let entry = |(number, series): (usize, &Series)| Entry {
            name: series.name.clone(),
            unit: series.unit.clone(),
            value: match self.viewport.is_live() {
                true => series.total.last,
                // Of the moment that is shown.
                false => scene.newest.get(number).copied().unwrap_or(f64::NAN),
            },
            hidden: self.hidden.contains(&number),
            seen: scene.traces.get(number).and_then(|trace| trace.visible),
        };
        self.store.hold(|store| Status {
            counts: store.counts,
            end: store.end.clone(),
            samples: store.series().iter().map(|series| series.total.count).sum(),
            gaps: store.series().iter().map(|series| series.gaps).sum(),
            left_out: scene.left_out,
            live: self.viewport.is_live(),
            rates: self.rate.last,
            series: store.series().iter().enumerate().map(entry).collect(),
            message: self.saved.lock().clone(),
        })
    }

    /// The title, the series and the buttons.
    fn top(&mut self, ui: &mut Ui, status: &Status, wanted: &mut Vec<Action>) {
        if let Some(title) = &self.config.title {
            ui.vertical_centered(|ui| ui.label(RichText::new(escape(title)).heading().strong()));
        }
        let mut row = ui.available_rect_before_wrap();
        row.set_height(ui.text_style_height(&TextStyle::Heading));
        let right = UiBuilder::new().max_rect(row).layout(Layout::right_to_left(Align::Center));
        let buttons = ui.scope_builder(right, |ui| panels::buttons(ui, status.live));
        wanted.extend(buttons.inner);
        row.set_right(buttons.response.rect.left() - 12.0);
        row.set_height(panels::legend_height(ui));
        let left = UiBuilder::new().max_rect(row);
        ui.scope_builder(left, |ui| {
            if status.series.is_empty() {
                let color = theme::palette(ui).weak;
                ui.label(RichText::new("live-plot").heading().color(color));
            }
            if let Some(number) = panels::legend(ui, status, self.config.unit.as_deref())
                && !self.hidden.remove(&number)
            {
                self.hidden.insert(number);
            }
        });
    }

    fn act(&mut self, ctx: &Context, action: Action, seen: Extent) {
        let axis = self.view.axis;
        match action {
            Action::Pause => self.viewport.pause(seen),
            Action::Live => self.viewport.follow(),
            Action::Oldest => self.viewport.go_to_begin(axis, seen),
            Action::Back => self.viewport.go_back(axis, seen, seen.span / 4.0),
            Action::Forward => self.viewport.go_back(axis, seen, seen.span / -4.0),
            Action::Closer => self.viewport.zoom(axis, seen, 0.5, viewport::middle(seen)),
            Action::Farther => self.viewport.zoom(axis, seen, 2.0, viewport::middle(seen)),
            Action::All => self.viewport.show_all(axis, seen),
            Action::Fit => {
                self.view.values = match (self.view.values, self.initial.values) {
                    (Values::Fitted, Values::Fitted) => Values::Seed,
                    (Values::Fitted, initial) => initial,
                    _ => Values::Fitted,
                };
            }
            Action::Log => self.view.is_log = !self.view.is_log,
            Action::Panels => {
                self.view.panels = match (&self.view.panels, &self.initial.panels) {
                    (Panels::One, Panels::One) => Panels::Each,
                    (Panels::One, initial) => initial.clone(),
                    _ => Panels::One,
                };
            }
            Action::Elapsed => {
                let zone = self.initial.zone.clone();
                self.view.zone = zone.filter(|_| self.view.zone.is_none());
            }
            Action::Help => self.help = !self.help,
            Action::CloseHelp => self.help = false,
            Action::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            Action::SavePicture => {
                let picture = save::Picture {
                    store: self.store.clone(),
                    view: self.view.clone(),
                    extent: seen,
                    hidden: self.hidden.clone(),
                    is_dark: ctx.global_style().visuals.dark_mode,
                };
                save::picture(picture, &self.config, Arc::clone(&self.saved), wake(ctx));
            }
            Action::SaveTable => {
                let saved = Arc::clone(&self.saved);
                save::table(self.store.clone(), &self.config, saved, wake(ctx));
            }
        }
    }

    /// Requests the next frame of a scrolling plot, for when it has moved a pixel but not before a frame is due.
    fn schedule(&self, ctx: &Context, scene: &Scene, ended: bool) {
        let now = clock::now();
        self.repaint.end_frame(now);
        if !self.viewport.is_live() {
            self.repaint.suspend();
        } else if scene.axis == Axis::Arrival && !ended {
            let next = ((scene.drawn_until / scene.grid.step).floor() + 1.0) * scene.grid.step;
            let moved = self.started + Duration::from_secs_f64(next.max(0.0));
            let delay = moved.saturating_duration_since(now).max(self.repaint.delay(now));
            ctx.request_repaint_after(delay);
        }
    }
}

impl eframe::App for App {
    /// The only background: painting the whole window once more would cost time at every frame.
    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    fn logic(&mut self, ctx: &Context, _: &mut eframe::Frame) {
        if self.config.exit && self.store.hold(|store| store.end.is_some()) {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        self.repaint.pace();
        self.cost.begin(self.store.waited());
        self.draw(ui, clock::now());
        self.cost.end(self.store.waited());
    }

    fn on_exit(&mut self, _: Option<&eframe::glow::Context>) {
        let Cost { times, waits, .. } = &self.cost;
        tracing::debug!(
            "{} frames, each of our processor time: {times:?}; waiting for the lock: {waits:?}. The lock, held: {:?}.",
            times.count(),
            self.store.hold_times()
        );
    }
}

/// Describes the plot for a screen reader.
fn describe(shown: &Shown, status: &Status) {
    let values =
        status.series.iter().map(|entry| format!(", {} {}", entry.name, scale::value(entry.value)));
    let label = format!("Plot{}", values.collect::<String>());
    shown.response.widget_info(|| WidgetInfo::labeled(Role::GraphicsDocument, true, &label));
}

/// Requests a frame, once something has been saved.
fn wake(ctx: &Context) -> impl FnOnce() + Send + 'static {
    let ctx = ctx.clone();
    move || ctx.request_repaint()
}

#[cfg(test)]
mod tests;
