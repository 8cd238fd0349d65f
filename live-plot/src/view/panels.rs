//! The legend above the plot: each series with its newest value. What a click does is left to `app`.

use std::sync::Arc;

use eframe::egui::accesskit::Role;
use eframe::egui::{self, Rect, Sense, Shape, TextStyle, Ui, WidgetInfo};

use super::status::{self, Entry, Status};
use super::theme;
use crate::picture::palette::{Dash, Rgb};

/// Room between a series' name and its value.
const GAP: f32 = 7.0;

/// Between two rows of the legend.
const BETWEEN_ROWS: f32 = 2.0;

/// How high the legend may be: however many series there are, most of the window is left for the plot.
pub(super) fn legend_height(ui: &Ui) -> f32 {
    let row = ui.text_style_height(&TextStyle::Heading) + BETWEEN_ROWS;
    let height = ui.ctx().content_rect().height();
    (row * 5.0).max(height * 0.15).min(height * 0.3 - row)
}

/// The series, with their newest values; a click hides one or shows it again. Returns which was clicked.
pub(super) fn legend(ui: &mut Ui, status: &Status, unit: Option<&str>) -> Option<usize> {
    let mut clicked = None;
    // Whoever has more series sees that there are more.
    ui.spacing_mut().scroll = egui::style::ScrollStyle::thin();
    let area = egui::ScrollArea::vertical().max_height(legend_height(ui)).min_scrolled_height(0.0);
    area.show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::vec2(18.0, BETWEEN_ROWS);
            for (number, entry) in status.series.iter().enumerate() {
                if series(ui, number, entry, unit, status.series.len() <= 3).clicked() {
                    clicked = Some(number);
                }
            }
        });
    });
    clicked
}

fn series(
    ui: &mut Ui,
    number: usize,
    entry: &Entry,
    unit: Option<&str>,
    in_full: bool,
) -> egui::Response {
    let palette = theme::palette(ui);
    let color = if entry.hidden { palette.grid } else { palette.series(number) };
    let value = entry.text(unit);
    let text = |text: &str, style: TextStyle, color: Rgb| {
        ui.painter().layout_no_wrap(text.to_owned(), style.resolve(ui.style()), color.into())
    };
    let value_color = if entry.hidden { palette.grid } else { palette.text };
    let mut texts = vec![
        text(&entry.name, TextStyle::Body, palette.weak),
        text(&value, TextStyle::Heading, value_color),
    ];
    if let (true, Some(seen)) = (in_full && !entry.hidden, entry.range()) {
        texts.push(text(&status::range(&seen), TextStyle::Small, palette.weak));
    }
    // The width must be known first: `horizontal_wrapped` begins a new row by it.
    let key_width = if Dash::of(number) == Dash::Solid { 8.0 } else { 26.0 };
    let width = |texts: &[Arc<egui::Galley>]| {
        key_width + texts.iter().map(|text| GAP + text.size().x).sum::<f32>()
    };
    // What is wider than a row would run into the buttons.
    while texts.len() > 2 && width(&texts) > ui.max_rect().width() {
        texts.pop();
    }
    // A series keeps its widest place: each other one that moved would move the plot when it begins a new row.
    let id = egui::Id::unique(("legend", number, texts.len()));
    let width = ui.data_mut(|data| {
        let widest = data.get_temp_mut_or_default::<f32>(id);
        *widest = widest.max(width(&texts));
        *widest
    });
    let height = ui.text_style_height(&TextStyle::Heading);
    let (place, response) = ui.allocate_exact_size(egui::vec2(width, height), Sense::click());
    let mut x = place.left() + key_width;
    key(ui, place.with_max_x(x), number, color);
    for text in texts {
        x += GAP;
        let (size, at) = (text.size(), egui::pos2(x, place.center().y - text.size().y / 2.0));
        ui.painter().galley(at, text, palette.text.into());
        x += size.x;
    }
    let label = format!("{} {value}", entry.name);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, !entry.hidden, &label));
    let seen = entry.range().as_ref().map(status::range).unwrap_or_default();
    response.on_hover_text(format!("{label}\n{seen}\nClick to hide or show."))
}

/// The mark before a series' name: a dot of its colour, or a piece of its line if that is dashed.
fn key(ui: &Ui, place: Rect, number: usize, color: Rgb) {
    let line = [place.left_center(), place.right_center()];
    let shapes = match Dash::of(number).lengths() {
        None => vec![Shape::circle_filled(place.center(), 4.0, color)],
        Some((on, period)) => {
            #[expect(clippy::cast_possible_truncation, reason = "a few points")]
            let [on, off] = [on as f32, (period - on) as f32];
            Shape::dashed_line(&line, (2.0, color), on, off)
        }
    };
    ui.painter().extend(shapes);
}

/// How many rows of values a window has room for, beside the one of their time.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float saturates")]
pub(super) fn rows(ui: &Ui) -> usize {
    let row = ui.text_style_height(&TextStyle::Body) + ui.spacing().item_spacing.y;
    let margin = ui.style().spacing.window_margin.sum().y;
    (((ui.ctx().content_rect().height() - margin) / row) as usize).saturating_sub(1)
}
