//! The window's state and each of its frames: copies what is shown from the store, draws it, acts on keys and the pointer,
//! and requests the next frame of a scrolling plot. What the pointer does is left to `pointer`. Frames for new samples are
//! requested by the reader (`repaint`).

use std::sync::Arc;
use std::time::Instant;

use common::clock;
use common::escape::escape;
use eframe::egui::accesskit::Role;
use eframe::egui::{
    self, Align, Context, Label, Layout, Popup, RichText, TextStyle, Theme, Ui, UiBuilder,
    ViewportCommand, WidgetInfo,
};

use super::buttons::Buttons;
use super::controls::Controls;
use super::copy::{Clipboard, Seen};
use super::digits::Digits;
use super::keys::{self, Action};
use super::legend::{self, Click, Legend};
use super::overlay::Overlay;
use super::plot::{self, Shown};
use super::pointer;
use super::repaint::{Cost, Rate, Repaint};
use super::save;
use super::status::{Beside, Status};
use super::status_line::StatusLine;
use super::theme;
use super::visual_order::visual_order;
use super::{help, hint};
use crate::config::{Config, Draw};
use crate::picture::scene::{Extent, Scene, Size};
use crate::series::Shared;

/// The window's state.
pub(super) struct App {
    config: Config,
    store: Shared,
    started: Instant,
    repaint: Arc<Repaint>,
    rate: Rate,
    cost: Cost,
    controls: Controls,
    /// The plot's size as of the last frame.
    size: Option<Size>,
    /// The last picture.
    scene: Option<Scene>,
    /// How the values of each series are written as of the last frame.
    digits: Vec<Digits>,
    legend: Legend,
    /// The unit of all series, if an option names one.
    unit: Option<String>,
    /// The time under the pointer.
    pointed: Option<f64>,
    help: bool,
    overlay: Overlay,
    saved: save::Message,
    clipboard: Clipboard,
    buttons: Buttons,
    status_line: StatusLine,
}

impl App {
    pub(super) fn new(config: Config, store: Shared, is_typed: bool, started: Instant) -> Self {
        Self {
            store,
            started,
            repaint: Arc::new(Repaint::new(started)),
            rate: Rate::new(started),
            cost: Cost::default(),
            controls: Controls::new(&config, is_typed),
            size: None,
            scene: None,
            digits: Vec::new(),
            legend: Legend::default(),
            unit: config.unit.as_ref().map(|unit| escape(unit).into_owned()),
            pointed: None,
            help: false,
            overlay: Overlay::default(),
            saved: save::Message::default(),
            clipboard: Clipboard::default(),
            buttons: Buttons::default(),
            status_line: StatusLine::default(),
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
        let is_covered = self.is_covered(ui.ctx());
        self.overlay.begin(ui.ctx(), is_covered);
        let extent = self.extent(now);
        let scale = ui.pixels_per_point();
        let whole = ui.available_size() * scale;
        let first = Size::pixels(whole.x.into(), whole.y.into(), scale.into());
        let size = self.size.unwrap_or(first);
        let is_hidden = |number| self.controls.hidden.contains(&number);
        let before = self.scene.take();
        let scene = Scene::after(before, &self.store, &self.controls.view, extent, size, is_hidden);
        let (rates, message) = (self.rate.last, save::said(&self.saved, now));
        if let Some(said) = &message {
            ui.ctx().request_repaint_after(said.until().saturating_duration_since(now));
        }
        let is_live = self.controls.viewport.is_live();
        let time = self.pointed.filter(|_| !is_live).map(|time| time.min(scene.drawn_until));
        let beside = Beside { rates, message, digits: &self.digits, time };
        let status = self.store.hold(|store| Status::of(store, &scene, &self.controls, beside));
        self.digits = status.digits();
        self.rate.count(now, status.counts.lines);
        let mut wanted = keys::pressed(ui.ctx());
        let plain = |panel: egui::Panel| {
            panel
                .frame(egui::Frame::NONE.inner_margin(egui::Margin::symmetric(12, 5)))
                .show_separator_line(false)
        };
        let top = plain(egui::Panel::top("series"));
        let legend = top.show(ui, |ui| self.top(ui, &status, scene.draw, &mut wanted)).inner;
        plain(egui::Panel::bottom("status")).show(ui, |ui| self.status_line.show(ui, &status));
        let margin = egui::Margin { left: 4, right: 18, top: 8, bottom: 2 };
        let center = egui::CentralPanel::no_frame().frame(egui::Frame::NONE.inner_margin(margin));
        center.show(ui, |ui| self.center(ui, (&scene, &status), extent, &legend));
        help::show(ui, &mut self.help);
        self.overlay.end(ui.ctx(), is_covered);
        let is_changed = !wanted.is_empty();
        self.schedule(ui.ctx(), &scene, status.end.is_some());
        self.scene = Some(scene);
        for action in wanted {
            self.act(ui.ctx(), action, extent);
        }
        if is_changed {
            // The change is seen in the next frame.
            ui.ctx().request_repaint();
        }
    }

    /// Whether something lies over the window.
    fn is_covered(&self, ctx: &Context) -> bool {
        self.help || Popup::is_any_open(ctx)
    }

    /// The part of the axis that is shown now.
    fn extent(&self, now: Instant) -> Extent {
        let passed = now.duration_since(self.started).as_secs_f64();
        self.store.hold(|store| self.controls.extent(store, passed))
    }

    /// The title, the series and the buttons.
    fn top(
        &mut self,
        ui: &mut Ui,
        status: &Status,
        draw: Draw,
        wanted: &mut Vec<Action>,
    ) -> legend::Answer {
        if let Some(title) = &self.config.title {
            let title = RichText::new(visual_order(&escape(title))).heading().strong();
            let title = Label::new(title).truncate();
            ui.vertical_centered(|ui| ui.add(title));
        }
        let mut row = ui.available_rect_before_wrap();
        row.set_height(ui.text_style_height(&TextStyle::Heading));
        let right = UiBuilder::new().max_rect(row).layout(Layout::right_to_left(Align::Center));
        let row_of_buttons = ui.scope_builder(right, |ui| self.buttons.show(ui, &self.controls));
        wanted.extend(row_of_buttons.inner);
        let buttons = row_of_buttons.response.rect;
        row.set_bottom(f32::INFINITY);
        let left = UiBuilder::new().max_rect(row);
        let legend = ui.scope_builder(left, |ui| {
            if status.series.is_empty() {
                let color = theme::palette(ui).weak;
                ui.label(RichText::new("live-plot").heading().color(color));
                return legend::Answer::default();
            }
            let content = legend::Content { status, unit: self.unit.as_deref(), draw };
            self.legend.show(ui, buttons, content)
        });
        match legend.inner.click {
            Some(Click::Toggle(number)) => self.controls.toggle(number),
            Some(Click::Alone(number)) => self.controls.show_alone(number, status.series.len()),
            None => {}
        }
        legend.inner
    }

    /// The plot, and what the pointer does there.
    fn center(
        &mut self,
        ui: &mut Ui,
        (scene, status): (&Scene, &Status),
        extent: Extent,
        legend: &legend::Answer,
    ) {
        let is_live = self.controls.viewport.is_live();
        let shown = plot::show(ui, scene, legend.pointed);
        if self.size.replace(shown.size) != Some(shown.size) {
            // The next picture has the right columns.
            ui.ctx().request_repaint();
        }
        describe(&shown, status);
        if status.series.is_empty() {
            let warnings = self.store.hold(|store| store.first_warnings.clone());
            hint::show(ui, shown.response.rect, status, &warnings);
        }
        let axis = self.controls.view.axis;
        pointer::act(ui, &shown, extent, axis, &mut self.controls.viewport);
        let beside = pointer::Beside {
            store: &self.store,
            status,
            unit: self.unit.as_deref(),
            is_in_legend: !is_live && legend.is_whole,
        };
        // Nothing is read out without a series, nor over the list of keys or a menu.
        let pointed = match status.series.is_empty() || self.is_covered(ui.ctx()) {
            false => pointer::readout(ui, &shown, scene, beside),
            true => None,
        };
        if pointed != self.pointed && !is_live {
            // The legend is drawn already.
            ui.ctx().request_repaint();
        }
        self.pointed = pointed;
    }

    fn act(&mut self, ctx: &Context, action: Action, seen: Extent) {
        self.controls.act(action, seen, &self.config);
        match action {
            Action::Help => {
                self.help = !self.help;
                Popup::close_all(ctx);
            }
            Action::CloseHelp => self.help = false,
            Action::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            Action::Theme => ctx.set_theme(match is_dark(ctx) {
                true => Theme::Light,
                false => Theme::Dark,
            }),
            Action::SavePicture => {
                let picture = self.picture(ctx, seen);
                save::picture(picture, &self.config, Arc::clone(&self.saved), wake(ctx));
            }
            Action::SaveTable => {
                let saved = Arc::clone(&self.saved);
                save::table(self.store.clone(), &self.config, saved, wake(ctx));
            }
            Action::CopyPicture => {
                let (picture, saved) = (self.picture(ctx, seen), Arc::clone(&self.saved));
                self.clipboard.copy_picture(picture, &self.config, saved, wake(ctx));
            }
            Action::CopySamples => {
                let (picture, saved) = (self.picture(ctx, seen), Arc::clone(&self.saved));
                let Some(scene) = &self.scene else { return };
                let seen = Seen { picture, grid: scene.grid, drawn_until: scene.drawn_until };
                self.clipboard.copy_samples(seen, saved, wake(ctx));
            }
            _ => {}
        }
    }

    /// What is seen now, as it is saved or copied.
    fn picture(&self, ctx: &Context, seen: Extent) -> save::Picture {
        save::Picture {
            store: self.store.clone(),
            view: self.controls.view.clone(),
            extent: seen,
            hidden: self.controls.hidden.clone(),
            is_dark: is_dark(ctx),
        }
    }

    /// Requests the next frame of a scrolling plot, for when it has moved a pixel but not before a frame is due.
    fn schedule(&self, ctx: &Context, scene: &Scene, ended: bool) {
        let now = clock::now();
        self.repaint.end_frame(now);
        if !self.controls.viewport.is_live() {
            self.repaint.suspend();
        } else if let Some(moved) = scene.moves_after().filter(|_| !ended) {
            let moved = self.started + moved;
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
        self.cost.report(&self.store);
    }
}

/// Describes the plot for a screen reader.
fn describe(shown: &Shown, status: &Status) {
    let values = status.series.iter().map(|entry| format!(", {} {}", entry.name, entry.text(None)));
    let label = format!("Plot{}", values.collect::<String>());
    shown.response.widget_info(|| WidgetInfo::labeled(Role::GraphicsDocument, true, &label));
}

fn is_dark(ctx: &Context) -> bool {
    ctx.global_style().visuals.dark_mode
}

/// Requests a frame, once something has been saved.
fn wake(ctx: &Context) -> impl FnOnce() + Send + 'static {
    let ctx = ctx.clone();
    move || ctx.request_repaint()
}

#[cfg(test)]
mod tests;
