//! The status line below the plot: whether more input is expected, and what has come. Its words are left to `status`.

use eframe::egui::{self, Align, Layout, RichText, Sense, Ui};

use super::status::{Mood, Status};
use super::theme;
use crate::picture::palette::Rgb;

/// The status line: whether more input is expected, and what has come.
pub(super) fn show(ui: &mut Ui, status: &Status) {
    let palette = theme::palette(ui);
    let color = |mood| match mood {
        Mood::Live => palette.live,
        Mood::Warn => palette.warn,
        Mood::Plain => palette.text,
    };
    let (mood, text) = status.state();
    dot(ui, color(mood));
    ui.label(RichText::new(text).color(color(mood)));
    if let Some((mood, text)) = status.note() {
        ui.label(RichText::new(text).color(color(mood)));
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.add_space(8.0);
        ui.weak(status.facts().join("  ·  "));
        if let Some(text) = status.passed_over() {
            ui.weak(text + "  ·");
        }
        for text in status.losses().into_iter().rev() {
            ui.label(RichText::new(text + "  ·").color(palette.warn));
        }
    });
}

fn dot(ui: &mut Ui, color: Rgb) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(8.0, 8.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.0, color);
}
