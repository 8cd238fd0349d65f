//! An entry of the legend: a piece of the series' line, its name, its newest value and, while there are few, what is visible
//! of it. Each part has a place as wide as the widest one that any entry has had. Where the entries stand is left to `grid`.

use std::sync::Arc;

use eframe::egui::accesskit::Role;
use eframe::egui::{
    Galley, Id, Rect, Response, Sense, Shape, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, pos2,
    vec2,
};

use crate::config::Draw;
use crate::picture::palette::{Dash, Rgb};
use crate::view::status::{self, Entry};
use crate::view::text::{self, baseline};
use crate::view::theme;

/// Between two parts.
const GAP: f32 = 7.0;

/// The least room for a name, in a window that is narrow.
const NAME: f32 = 40.0;

/// How wide the piece of a line is: longer once there are dashes to be told apart.
const LINE: (f32, f32) = (14.0, 28.0);

/// How far above its line a text is struck through, as a part of its height.
const STRUCK: f32 = 0.3;

/// The parts: name, value, unit, and of what is visible the least value, the greatest and the mean.
const PARTS: usize = 6;
const NAMES: usize = 0;
const VALUES: usize = 1;
const UNITS: usize = 2;
const RANGE: usize = 3;

/// What all entries have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look<'a> {
    /// The unit of all series, if an option names one.
    pub(super) unit: Option<&'a str>,
    pub(super) draw: Draw,
    /// Values are large, as there are few of them.
    pub(super) is_large: bool,
    /// What is visible stands beside the value.
    pub(super) has_range: bool,
    pub(super) has_dashes: bool,
    /// The most room for a name.
    pub(super) names: f32,
    /// The most room for a unit.
    pub(super) units: f32,
}

impl Look<'_> {
    fn values(&self) -> TextStyle {
        if self.is_large { TextStyle::Heading } else { TextStyle::Body }
    }

    /// The height of a row of entries.
    pub(super) fn row(&self, ui: &Ui) -> f32 {
        (ui.text_style_height(&self.values()) + 3.0).round()
    }

    fn line(&self) -> f32 {
        if self.has_dashes { LINE.1 } else { LINE.0 }
    }
}

/// The widest parts there have been. They never shrink: each entry that moved would move all after it.
#[derive(Debug, Default)]
pub(super) struct Widths([f32; PARTS]);

/// The parts of an entry as they are painted.
pub(super) struct Texts([Option<Arc<Galley>>; PARTS]);

impl Widths {
    /// Lays out the parts of entries, each of which is as wide as `room` at most.
    pub(super) fn lay_out(
        &mut self,
        ui: &Ui,
        entries: &[Entry],
        look: Look<'_>,
        room: f32,
    ) -> Vec<Texts> {
        entries.iter().map(|entry| self.texts(ui, entry, look, room)).collect()
    }

    fn texts(&mut self, ui: &Ui, entry: &Entry, look: Look<'_>, room: f32) -> Texts {
        let palette = theme::palette(ui);
        let weak = palette.weak;
        let strong = if entry.hidden { weak } else { palette.text };
        let text = |text: &str, style, color| Some(text::line(ui, text, style, color));
        let unit = look.unit.or(entry.unit.as_deref());
        let value = entry.digits.text(entry.value);
        let mut texts = [const { None }; PARTS];
        texts[VALUES] = text(&value, look.values(), strong);
        texts[UNITS] =
            unit.map(|unit| text::shortened(ui, unit, &TextStyle::Body, weak, look.units));
        if let Some(seen) = &entry.seen {
            // The newest value may become as wide as any that is visible.
            let widest = [seen.min, seen.max].map(|value| entry.digits.text(value));
            let widest = widest.into_iter().max_by_key(String::len);
            let widest = widest.filter(|widest| widest.len() > value.len());
            let widest = widest.and_then(|widest| text(&widest, look.values(), strong));
            self.widen(VALUES, widest.as_ref());
        }
        if let Some(range) = entry.range().filter(|_| look.is_large) {
            for (part, range) in texts[RANGE..].iter_mut().zip(&range) {
                *part = text(range, TextStyle::Small, weak);
            }
        }
        for (part, text) in texts.iter().enumerate() {
            self.widen(part, text.as_ref());
        }
        let most = self.names_room(look, room);
        texts[NAMES] = Some(text::shortened(ui, &entry.name, &TextStyle::Body, weak, most));
        self.widen(NAMES, texts[NAMES].as_ref());
        Texts(texts)
    }

    fn widen(&mut self, part: usize, text: Option<&Arc<Galley>>) {
        let wide = text.map_or(0.0, |text| text.size().x.ceil());
        self.0[part] = self.0[part].max(wide);
    }

    /// How wide units have been.
    pub(super) fn units(&self) -> f32 {
        self.0[UNITS]
    }

    /// What an entry takes beside its name.
    pub(super) fn beside_name(&self, look: Look<'_>) -> f32 {
        let [_, value, unit, rest @ ..] = self.0;
        let unit = if unit > 0.0 { GAP / 2.0 + unit } else { 0.0 };
        // Before the range, for its dots and for the word.
        let range = (2.0 + 2.5 + 6.0) * GAP + rest.iter().sum::<f32>();
        let range = if look.has_range && rest[0] > 0.0 { range } else { 0.0 };
        look.line() + GAP + GAP + value + unit + range
    }

    fn names_room(&self, look: Look<'_>, room: f32) -> f32 {
        (room - self.beside_name(look)).min(look.names).max(NAME)
    }

    /// Whether what is visible fits beside the value of an entry, and the whole name.
    pub(super) fn has_range(&self, look: Look<'_>, room: f32) -> bool {
        let look = Look { has_range: true, ..look };
        look.is_large && self.beside_name(look) + self.0[NAMES] <= room
    }

    /// The width of an entry in so much room.
    pub(super) fn entry(&self, look: Look<'_>, room: f32) -> f32 {
        self.beside_name(look) + self.0[NAMES].min(self.names_room(look, room))
    }

    /// Paints an entry.
    pub(super) fn show(
        &self,
        ui: &Ui,
        place: Rect,
        (number, entry): (usize, &Entry),
        texts: Texts,
        look: Look<'_>,
    ) -> Response {
        let response = ui.interact(place, Id::unique(("legend", number)), Sense::click());
        let label = || format!("{} {}", entry.name, entry.text(look.unit));
        response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, !entry.hidden, label()));
        let palette = theme::palette(ui);
        let around = place.expand2(vec2(4.0, 0.0));
        if response.hovered() || response.has_focus() {
            let color = ui.visuals().widgets.hovered.weak_bg_fill;
            ui.painter().rect_filled(around, 3.0, color);
        }
        if response.has_focus() {
            let stroke = ui.visuals().widgets.active.bg_stroke;
            ui.painter().rect_stroke(around, 3.0, stroke, StrokeKind::Inside);
        }
        let color = if entry.hidden { palette.grid } else { palette.series(number) };
        let line = Rect::from_min_size(place.min, vec2(look.line(), place.height()));
        ui.painter().extend(line_of(line, number, look.draw, color));
        self.paint(ui, place, texts, look, entry.hidden);
        response.on_hover_ui(|ui| {
            ui.label(label());
            if let Some(range) = &entry.range() {
                ui.label(status::range(range));
            }
            ui.weak("Click: hide it, or show it. Ctrl-click: it alone, or all again.");
        })
    }

    /// The name of a series that is hidden is struck through: which one it is has to be read, too.
    fn paint(&self, ui: &Ui, place: Rect, Texts(texts): Texts, look: Look<'_>, is_hidden: bool) {
        let [name, value, unit, low, high, mean] = texts;
        let [_, wide_value, wide_unit, wide_low, wide_high, _] = self.0;
        let weak = theme::palette(ui).weak;
        // All on the line that the value stands on.
        let line = value
            .as_ref()
            .map_or(0.0, |text| place.center().y - text.size().y / 2.0 + baseline(text));
        let put = |x: f32, text: Option<Arc<Galley>>| {
            if let Some(text) = text {
                let at = pos2(x, line - baseline(&text));
                ui.painter().galley(at, text, weak.into());
            }
        };
        let put_right = |x: f32, wide: f32, text: Option<Arc<Galley>>| {
            let left = text.as_ref().map_or(0.0, |text| wide - text.size().x);
            put(x + left, text);
            x + wide
        };
        let mut x = place.left() + look.line() + GAP;
        if let Some(name) = name.as_ref().filter(|_| is_hidden) {
            let y = line - baseline(name) * STRUCK;
            ui.painter().hline(x..=x + name.size().x, y, Stroke::new(1.0, weak));
        }
        put(x, name);
        x = place.right() - (self.beside_name(look) - look.line() - GAP) + GAP;
        x = put_right(x, wide_value, value);
        put(x + GAP / 2.0, unit);
        if look.has_range && low.is_some() {
            let small = |text: &str| Some(text::line(ui, text, TextStyle::Small, weak));
            x += if wide_unit > 0.0 { GAP / 2.0 + wide_unit } else { 0.0 };
            x = put_right(x + 2.0 * GAP, wide_low, low);
            put(x + GAP / 2.0, small("…"));
            x += 2.5 * GAP;
            put(x, high);
            x = put_right(x + wide_high, 6.0 * GAP, small("mean "));
            put(x, mean);
        }
    }
}

/// A piece of a series' line as the plot has it, or one of its dots.
pub(crate) fn line_of(place: Rect, number: usize, draw: Draw, color: Rgb) -> Vec<Shape> {
    let ends = [place.left_center(), place.right_center()];
    match (draw, Dash::of(number).lengths()) {
        (Draw::Points, _) => vec![Shape::circle_filled(place.center(), 3.5, color)],
        (_, None) => vec![Shape::line_segment(ends, Stroke::new(3.0, color))],
        (_, Some((on, period))) => {
            #[expect(clippy::cast_possible_truncation, reason = "a few points")]
            let [on, off] = [on as f32, (period - on) as f32];
            Shape::dashed_line(&ends, Stroke::new(2.0, color), on, off)
        }
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::{Context, RawInput};

    use super::*;

    #[test]
    fn digits_are_of_one_width() {
        for scale in [1.0, 1.25, 2.0] {
            let ctx = Context::default();
            theme::apply(&ctx);
            ctx.set_pixels_per_point(scale);
            let mut widths = Vec::new();
            let mut drawn = ctx.run_ui(RawInput::default(), |ui| {
                for style in [TextStyle::Heading, TextStyle::Body, TextStyle::Small] {
                    let wide =
                        |text: String| text::line(ui, &text, style.clone(), Rgb(0, 0, 0)).size().x;
                    widths =
                        (0..10).map(|digit| wide(format!("-{digit}{digit}.{digit}"))).collect();
                }
            });
            // No painter takes them.
            drawn.textures_delta.clear();
            assert!(widths.iter().all(|wide| *wide == widths[0]), "{widths:?} at {scale}");
        }
    }
}
