//! The buttons above the plot. What each does is left to `app`.

use eframe::egui::{self, RichText, Ui};

use super::keys::Action;
use super::theme;

/// The buttons; returns what was asked for.
pub(super) fn show(ui: &mut Ui, live: bool) -> Option<Action> {
    let palette = theme::palette(ui);
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
        // Its two words have one width: the series beside it stay where they are.
        let width = if action == Action::Pause { 44.0 } else { 0.0 };
        if ui.add(button.min_size(egui::vec2(width, 0.0))).on_hover_text(hint).clicked() {
            wanted = Some(action);
        }
    }
    wanted
}
