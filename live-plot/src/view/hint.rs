//! What stands in the middle of an empty plot: why it is empty.

use eframe::egui::{self, Align, Rect, TextStyle, Ui, text::LayoutJob};

use super::status::Status;
use super::theme;

/// Around the text, so that no line of the grid touches it, and from there to the plot's edges.
const MARGIN: f32 = 8.0;

/// Shows the hint within `plot`, in as many lines as it needs.
pub(super) fn show(ui: &Ui, plot: Rect, status: &Status) {
    let palette = theme::palette(ui);
    let font = TextStyle::Heading.resolve(ui.style());
    let width = (plot.width() - 4.0 * MARGIN).max(1.0);
    let text = status.emptiness();
    let mut job = LayoutJob::simple(text.to_owned(), font, palette.weak.into(), width);
    job.halign = Align::Center;
    let text = ui.painter().layout_job(job);
    let top = plot.center() - egui::vec2(0.0, text.size().y / 2.0);
    let place = text.rect.translate(top.to_vec2());
    ui.painter().rect_filled(place.expand(MARGIN), 0.0, palette.background);
    ui.painter().galley(top, text, palette.weak.into());
}
