//! Lines of text as egui lays them out, for what is painted in columns: the legend and the readout.

use std::sync::Arc;

use eframe::egui::{Galley, TextStyle, Ui};

use super::visual_order::visual_order;
use crate::picture::elide::without_middle;
use crate::picture::palette::Rgb;

/// A text in one line.
pub(super) fn line(ui: &Ui, text: &str, style: TextStyle, color: Rgb) -> Arc<Galley> {
    let text = visual_order(text).into_owned();
    ui.painter().layout_no_wrap(text, style.resolve(ui.style()), color.into())
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

#[cfg(test)]
mod tests {
    use eframe::egui::{Context, RawInput};

    use super::*;

    #[test]
    fn words_are_laid_out_in_their_visual_order_and_shortened_in_their_own() {
        let heat = "\u{62d}\u{631}\u{627}\u{631}\u{629}";
        let water = "\u{627}\u{644}\u{645}\u{627}\u{621}";
        let (text, color) = (format!("{heat} {water}"), Rgb(0, 0, 0));
        let mut laid_out = Vec::new();
        let mut drawn = Context::default().run_ui(RawInput::default(), |ui| {
            let whole = line(ui, &text, TextStyle::Body, color);
            let room = whole.size().x * 0.8;
            let short = shortened(ui, &text, &TextStyle::Body, color, room);
            laid_out = [whole, short].map(|text| text.text().to_owned()).to_vec();
        });
        // No painter takes them.
        drawn.textures_delta.clear();
        assert_eq!(laid_out[0], format!("{water} {heat}"));
        // The middle that is left out is that of the text as it is read.
        assert!(laid_out[1].contains('…'), "{laid_out:?}");
        assert!(
            laid_out[1].contains(&heat[..4]) && laid_out[1].contains(&water[6..]),
            "{laid_out:?}"
        );
    }
}
