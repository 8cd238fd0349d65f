//! Lines of text as egui lays them out, for what is painted in columns: the legend and the readout.

use std::sync::Arc;

use eframe::egui::{Galley, TextStyle, Ui};

use crate::picture::elide::without_middle;
use crate::picture::palette::Rgb;

/// A text in one line.
pub(super) fn line(ui: &Ui, text: &str, style: TextStyle, color: Rgb) -> Arc<Galley> {
    ui.painter().layout_no_wrap(text.to_owned(), style.resolve(ui.style()), color.into())
}

/// The same, without its middle if it is wider than `room`.
pub(super) fn shortened(
    ui: &Ui,
    text: &str,
    style: &TextStyle,
    color: Rgb,
    room: f32,
) -> Arc<Galley> {
    let whole = line(ui, text, style.clone(), color);
    if whole.size().x <= room {
        return whole;
    }
    // To begin with as many letters as would fit if all were of one width: to lay out each try costs too much in every frame.
    let mut letters = text.chars().count() as f32 * (room / whole.size().x);
    loop {
        let fits = |text: &str| text.chars().count() as f32 <= letters;
        let text = line(ui, &without_middle(text, fits), style.clone(), color);
        if text.size().x <= room || letters < 1.0 {
            return text;
        }
        letters -= 1.0;
    }
}

/// How far below its top a text stands.
pub(super) fn baseline(text: &Galley) -> f32 {
    let row = text.rows.first();
    let glyph = row.and_then(|row| Some(row.pos.y + row.row.glyphs.first()?.pos.y));
    glyph.unwrap_or_default()
}
