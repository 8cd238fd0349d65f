//! What stands around the plot: above it each series with its newest value, and the buttons; below it
//! whether more is coming and what has come; over it the list of keys.

use common::text::escape;
use eframe::egui::accesskit::Role;
use eframe::egui::{self, Align, Color32, Layout, RichText, Sense, Ui, WidgetInfo};

use super::keys::{Action, KEYS};
use super::look::Palette;
use super::scale;
use crate::series::Hull;
use crate::series::store::{Counts, End};

/// What the bars show.
#[derive(Debug)]
pub(super) struct Status {
    pub(super) counts: Counts,
    pub(super) end: Option<End>,
    pub(super) samples: u64,
    pub(super) gaps: u64,
    pub(super) live: bool,
    /// Frames and lines in the last second.
    pub(super) rates: Option<(u32, u64)>,
    pub(super) series: Vec<Entry>,
    pub(super) told: Option<String>,
}

/// What the legend shows of a series.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) value: f64,
    pub(super) hidden: bool,
    /// What is visible of it.
    pub(super) seen: Option<Hull>,
}

/// The series, with their newest values; a click hides one or shows it again. Returns which was clicked.
pub(super) fn legend(ui: &mut Ui, status: &Status, unit: Option<&str>) -> Option<usize> {
    let mut clicked = None;
    ui.spacing_mut().item_spacing.x = 7.0;
    for (number, entry) in status.series.iter().enumerate() {
        if series(ui, number, entry, unit, status.series.len() <= 3).clicked() {
            clicked = Some(number);
        }
        ui.add_space(10.0);
    }
    clicked
}

fn series(
    ui: &mut Ui,
    number: usize,
    entry: &Entry,
    unit: Option<&str>,
    in_full: bool,
) -> egui::Response {
    let palette = Palette::of(ui.visuals());
    let color = if entry.hidden { palette.grid } else { palette.series(number) };
    let value = format!(
        "{}{}",
        scale::value(entry.value),
        unit.map(|unit| format!(" {unit}")).unwrap_or_default()
    );
    let shown = ui.horizontal(|ui| {
        dot(ui, color);
        ui.label(RichText::new(&entry.name).color(palette.weak));
        let text = RichText::new(&value).heading();
        ui.label(if entry.hidden { text.color(palette.grid) } else { text.strong() });
        if let (true, Some(seen)) = (in_full && !entry.hidden, &entry.seen) {
            ui.label(RichText::new(range(seen)).small().color(palette.weak));
        }
    });
    let id = ui.scope_id().with(("series", number));
    let response = ui.interact(shown.response.rect, id, Sense::click());
    let label = format!("{} {value}", entry.name);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, !entry.hidden, &label));
    let seen = entry.seen.as_ref().map(range).unwrap_or_default();
    response.on_hover_text(format!("{label}\n{seen}\nClick to hide or show."))
}

fn range(seen: &Hull) -> String {
    let mean = seen.sum / seen.count as f64;
    format!("{} … {}   mean {}", scale::value(seen.min), scale::value(seen.max), scale::value(mean))
}

/// The buttons; what was asked for.
pub(super) fn buttons(ui: &mut Ui, live: bool) -> Option<Action> {
    let palette = Palette::of(ui.visuals());
    let mut wanted = None;
    let pause = if live { "Pause" } else { "Follow" };
    for (text, hint, action) in [
        ("?", "Keys (?)", Action::Help),
        ("CSV", "Save the samples (c)", Action::SaveTable),
        ("PNG", "Save the picture (s)", Action::SavePicture),
        ("Fit", "Fit the values (a)", Action::Fit),
        (pause, "Pause, or follow the newest (Space)", Action::Pause),
    ] {
        let button = egui::Button::new(RichText::new(text).color(palette.weak)).frame(false);
        if ui.add(button).on_hover_text(hint).clicked() {
            wanted = Some(action);
        }
    }
    wanted
}

/// Whether more is coming, and what has come.
pub(super) fn state(ui: &mut Ui, status: &Status) {
    let palette = Palette::of(ui.visuals());
    let (color, text) = match (&status.end, status.live) {
        (Some(End::Input), _) => (palette.warn, "stream ended".to_owned()),
        (Some(End::Error(problem)), _) => (palette.warn, format!("input failed: {problem}")),
        (None, true) => (palette.live, "live".to_owned()),
        (None, false) => (palette.warn, "paused; End follows again".to_owned()),
    };
    dot(ui, color);
    ui.label(RichText::new(text).color(color));
    if let Some(told) = &status.told {
        ui.label(escape(told));
    } else if status.counts.buffered && status.end.is_none() {
        let hint = "the producer buffers its output: start it with  stdbuf -oL";
        ui.label(RichText::new(hint).color(palette.warn));
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.add_space(8.0);
        ui.weak(facts(status));
        if status.counts.rejected > 0 {
            let text = format!("{} rejected  ·", status.counts.rejected);
            ui.label(RichText::new(text).color(palette.warn));
        }
    });
}

fn facts(status: &Status) -> String {
    let plural =
        |count: u64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let mut facts = vec![plural(status.samples, "sample")];
    if status.gaps > 0 {
        facts.push(plural(status.gaps, "gap"));
    }
    if let (None, true, Some((frames, lines))) = (&status.end, status.live, status.rates) {
        facts.push(format!("{lines} lines/s"));
        facts.push(format!("{frames} frames/s"));
    }
    facts.join("  ·  ")
}

fn dot(ui: &mut Ui, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(8.0, 8.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.0, color);
}

/// What an empty plot is waiting for.
pub(super) fn hint(ui: &Ui, plot: egui::Rect, status: &Status) {
    let text = match status.end {
        None => "Waiting for the first number…",
        Some(_) => "The input ended without a number.",
    };
    let font = egui::TextStyle::Heading.resolve(ui.style());
    let color = Palette::of(ui.visuals()).weak;
    ui.painter().text(plot.center(), egui::Align2::CENTER_CENTER, text, font, color);
}

/// The list of keys.
pub(super) fn help(ui: &Ui) {
    let window = egui::Window::new("Keys").anchor(egui::Align2::CENTER_CENTER, [0.0, 0.0]);
    window.resizable(false).collapsible(false).show(ui.ctx(), |ui| {
        egui::Grid::new("keys").spacing([24.0, 6.0]).show(ui, |ui| {
            for (_, key, _, does) in KEYS.iter().filter(|(_, key, ..)| !key.is_empty()) {
                ui.label(RichText::new(*key).strong());
                ui.label(*does);
                ui.end_row();
            }
        });
    });
}
