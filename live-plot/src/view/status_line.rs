//! The status line below the plot: whether more input is expected, and what has come. Its words are left to `status`. In
//! a narrow window its facts leave one by one, the least important first; the state stays.

use eframe::egui::{self, Align, Label, Layout, RichText, Sense, TextStyle, Ui};

use super::buttons::fitting;
use super::status::{Mood, Status};
use super::theme;
use crate::picture::palette::Rgb;

/// Between two facts.
const BETWEEN: &str = "·";

/// On each side of it.
const SPACE: f32 = 7.0;

/// Between what is on the left and what is on the right, at least.
const GAP: f32 = 16.0;

/// Shows the state, a note, and as many facts as there is room for.
pub(super) fn show(ui: &mut Ui, status: &Status) {
    let palette = theme::palette(ui);
    let color = |mood| match mood {
        Mood::Live => palette.live,
        Mood::Warn => palette.warn,
        Mood::Plain => palette.text,
    };
    let losses = status.losses().into_iter().map(|text| (text, palette.warn));
    let others = status.passed_over().into_iter().chain(status.facts());
    let facts: Vec<(String, Rgb)> = losses.chain(others.map(|text| (text, palette.weak))).collect();
    let (mood, state) = status.state();
    dot(ui, color(mood));
    ui.add(Label::new(RichText::new(state).color(color(mood))).truncate());
    if let Some((mood, note)) = status.note() {
        ui.add(Label::new(RichText::new(note).color(color(mood))).truncate());
    }
    let between = width(ui, BETWEEN) + 2.0 * SPACE;
    let widths: Vec<f32> = facts.iter().map(|(text, _)| width(ui, text) + between).collect();
    let count = fitting(&widths, ui.available_width() - GAP);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = SPACE;
        for (number, (text, color)) in facts.into_iter().enumerate().take(count).rev() {
            ui.label(RichText::new(text).color(color));
            if number > 0 {
                ui.weak(BETWEEN);
            }
        }
    });
}

fn width(ui: &Ui, text: &str) -> f32 {
    let font = TextStyle::Body.resolve(ui.style());
    ui.painter().layout_no_wrap(text.to_owned(), font, egui::Color32::WHITE).size().x
}

fn dot(ui: &mut Ui, color: Rgb) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(8.0, 8.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.0, color);
}
