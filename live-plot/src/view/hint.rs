//! What stands in the middle of an empty plot.

use eframe::egui::{self, Rect, TextStyle, Ui};

use super::status::Status;
use super::theme;

/// Says why the plot is empty.
pub(super) fn show(ui: &Ui, plot: Rect, status: &Status) {
    let font = TextStyle::Heading.resolve(ui.style());
    let color = theme::palette(ui).weak.into();
    ui.painter().text(plot.center(), egui::Align2::CENTER_CENTER, status.emptiness(), font, color);
}
