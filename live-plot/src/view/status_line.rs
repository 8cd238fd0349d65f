//! The status line below the plot: whether more input is expected, and what has come. Its words are left to `status`. In
//! a narrow window its facts leave one by one, the least important first; the state stays.

use std::sync::Arc;

use eframe::egui::text::LayoutJob;
use eframe::egui::{
    Align, Galley, Label, Layout, RichText, Sense, TextFormat, TextStyle, Ui, vec2,
};

use super::status::{Mood, Status};
use super::theme;
use crate::picture::palette::Rgb;

/// Between two facts.
const BETWEEN: &str = "  ·  ";

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
    let room = ui.available_width() - GAP;
    let text = |count: usize| row(ui, &facts[..count], palette.weak);
    let fits = |text: &Arc<Galley>| text.size().x <= room;
    // Mostly all of them fit.
    if let Some(text) = (1..=facts.len()).rev().map(text).find(fits) {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.label(text));
    }
}

/// Facts side by side.
fn row(ui: &Ui, facts: &[(String, Rgb)], weak: Rgb) -> Arc<Galley> {
    let mut job = LayoutJob::default();
    let format = |color: Rgb| TextFormat::simple(TextStyle::Body.resolve(ui.style()), color.into());
    for (number, (text, color)) in facts.iter().enumerate() {
        if number > 0 {
            job.append(BETWEEN, 0.0, format(weak));
        }
        job.append(text, 0.0, format(*color));
    }
    ui.painter().layout_job(job)
}

fn dot(ui: &mut Ui, color: Rgb) {
    let (rect, _) = ui.allocate_exact_size(vec2(8.0, 8.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.0, color);
}
