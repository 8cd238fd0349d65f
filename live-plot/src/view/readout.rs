//! The readout: the values of all series at the time under the pointer, as the curves stand, and where that is beside the
//! pointer. Pure but for its painting. What the pointer does is left to `pointer`.

use std::sync::Arc;

use eframe::egui::{
    Galley, Id, LayerId, Order, Pos2, Rect, StrokeKind, TextStyle, Ui, Vec2, pos2, vec2,
};

use super::legend::line_of;
use super::{text, theme};
use crate::config::Draw;

/// From the pointer to the readout: the line under the pointer and the dots on it stay free.
const AWAY: f32 = 14.0;

/// Between the readout's edge and what is in it, and between two parts of a row.
const PAD: f32 = 8.0;

/// Between two columns.
const GAP: f32 = 20.0;

/// How wide a name may be, and the piece of a line before it.
const NAME: f32 = 200.0;
const LINE: f32 = 18.0;

/// In less room a name says nothing.
const LEAST_NAME: f32 = 16.0;

/// A series in the readout.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) series: usize,
    pub(super) name: String,
    /// With its unit.
    pub(super) text: String,
    pub(super) value: f64,
    /// Which panel it is in, from the top.
    pub(super) panel: usize,
    /// Where its curve is at that time, if it is seen there.
    pub(super) place: Option<Pos2>,
}

/// The rows in the order of their curves, from the top; gaps come last. Of more than `most` those whose curves are nearest
/// to `height`, and how many others there are: their sign takes a row, too.
fn in_order(mut rows: Vec<Row>, most: usize, height: f32) -> (Vec<Row>, usize) {
    let count = rows.len();
    if count > most {
        let distance =
            |row: &Row| row.place.map_or(f32::INFINITY, |place| (place.y - height).abs());
        rows.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
        rows.truncate(most.saturating_sub(1));
    }
    rows.sort_by(|a, b| {
        let is_gap = |row: &Row| row.value.is_nan();
        let by_value = b.value.total_cmp(&a.value);
        a.panel.cmp(&b.panel).then(is_gap(a).cmp(&is_gap(b))).then(by_value)
    });
    let rest = count - rows.len();
    (rows, rest)
}

/// The place of something of this size beside the pointer: to its right if there is room, else to its left, and within
/// `bounds`. Where neither side has room, the wider one.
fn beside(pointer: Pos2, size: Vec2, bounds: Rect) -> Rect {
    let (right, left) = (pointer.x + AWAY, pointer.x - AWAY - size.x);
    let is_right = right + size.x <= bounds.right()
        || (left < bounds.left() && bounds.right() - pointer.x >= pointer.x - bounds.left());
    let x = if is_right { right.min(bounds.right() - size.x) } else { left };
    let y = (pointer.y - size.y / 2.0).min(bounds.bottom() - size.y);
    Rect::from_min_size(pos2(x.max(bounds.left()), y.max(bounds.top())), size)
}

/// A row as it is painted.
struct Line {
    series: usize,
    name: Arc<Galley>,
    text: Arc<Galley>,
}

/// The rows' texts beside each other within `room`. A number is never shortened, for another number would be read: where
/// there is no room the unit goes, then the name.
fn lay_out(ui: &Ui, rows: &[Row], room: f32) -> Vec<Line> {
    let palette = theme::palette(ui);
    let room = room - LINE - 2.0 * PAD;
    let text = |row: &Row| {
        let line = |text: &str| text::line(ui, text, TextStyle::Body, palette.text);
        let whole = line(&row.text);
        match row.text.split_once(' ') {
            Some((number, _)) if whole.size().x > room => line(number),
            _ => whole,
        }
    };
    let texts: Vec<_> = rows.iter().map(text).collect();
    let widest = texts.iter().map(|text| text.size().x).fold(0.0, f32::max);
    let names = NAME.min(room - widest);
    let name = |row: &Row| match names >= LEAST_NAME {
        true => text::shortened(ui, &row.name, &TextStyle::Body, palette.weak, names),
        false => text::line(ui, "", TextStyle::Body, palette.weak),
    };
    let line =
        |(row, text): (&Row, Arc<Galley>)| Line { series: row.series, name: name(row), text };
    rows.iter().zip(texts).map(line).collect()
}

/// Shows a dot on each curve.
pub(super) fn dots(ui: &Ui, rows: &[Row]) {
    let palette = theme::palette(ui);
    for (series, place) in rows.iter().filter_map(|row| Some((row.series, row.place?))) {
        ui.painter().circle(place, 4.0, palette.series(series), (1.5, palette.background));
    }
}

/// Shows a time and the values of that time beside the pointer, within `bounds`, and a dot on each of their curves.
pub(super) fn show(ui: &Ui, pointer: Pos2, bounds: Rect, time: &str, rows: Vec<Row>, draw: Draw) {
    let palette = theme::palette(ui);
    let high = ui.text_style_height(&TextStyle::Body) + 3.0;
    let room = bounds.size() - vec2(2.0 * PAD, 2.0 * PAD);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number")]
    let most = ((room.y / high) as usize).saturating_sub(1).max(1);
    // On the wider side of the pointer.
    let side = (pointer.x - bounds.left()).max(bounds.right() - pointer.x) - AWAY - 2.0 * PAD;
    let width = |lines: &[Line]| {
        let widest = |of: fn(&Line) -> f32| lines.iter().map(of).fold(0.0, f32::max);
        let (name, text) = (widest(|line| line.name.size().x), widest(|line| line.text.size().x));
        (LINE + PAD + name + PAD + text).ceil()
    };
    let all: Vec<Row> = rows.clone();
    let (mut rows, mut rest) = in_order(rows, 2 * most, pointer.y);
    let mut lines = lay_out(ui, &rows, side);
    if rows.len() > most && 2.0 * width(&lines) + GAP > side {
        (rows, rest) = in_order(all, most, pointer.y);
        lines = lay_out(ui, &rows, side);
    }
    dots(ui, &rows);
    let more = (rest > 0)
        .then(|| text::line(ui, &format!("… {rest} more"), TextStyle::Body, palette.weak));
    let time = text::shortened(ui, time, &TextStyle::Body, palette.weak, side.min(room.x));
    let places = lines.len() + usize::from(more.is_some());
    let columns = places.div_ceil(most).max(1);
    let down = places.div_ceil(columns);
    let wide = width(&lines);
    let across = if lines.is_empty() { 0.0 } else { columns as f32 * (wide + GAP) - GAP };
    let size = vec2(across.max(time.size().x), (down + 1) as f32 * high);
    let place = beside(pointer, size + vec2(2.0 * PAD, 2.0 * PAD), bounds);
    let painter = ui.ctx().layer_painter(LayerId::new(Order::Tooltip, Id::unique("readout")));
    painter.rect(place, 4.0, palette.background, (1.0, palette.grid), StrokeKind::Inside);
    let corner = place.min + vec2(PAD, PAD);
    painter.galley(corner, time, palette.weak.into());
    let at = |number: usize| {
        let (column, row) = (number / down, number % down + 1);
        corner + vec2(column as f32 * (wide + GAP), row as f32 * high)
    };
    if let Some(more) = more {
        painter.galley(at(lines.len()), more, palette.weak.into());
    }
    for (number, line) in lines.into_iter().enumerate() {
        let at = at(number);
        let color = palette.series(line.series);
        let key = Rect::from_min_size(at, vec2(LINE, line.name.size().y));
        painter.extend(line_of(key, line.series, draw, color));
        painter.galley(at + vec2(LINE + PAD, 0.0), line.name, palette.weak.into());
        let text = at + vec2(wide - line.text.size().x, 0.0);
        painter.galley(text, line.text, palette.text.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(series: usize, value: f64, panel: usize, height: f32) -> Row {
        let (name, text, place) = (format!("s{series}"), String::new(), Some(pos2(0.0, height)));
        Row { series, name, text, value, panel, place }
    }

    fn order(rows: &[Row], most: usize) -> (Vec<usize>, usize) {
        let (rows, rest) = in_order(rows.to_vec(), most, 100.0);
        (rows.into_iter().map(|row| row.series).collect(), rest)
    }

    #[test]
    fn rows_stand_as_the_curves_do() {
        let rows = [
            row(0, 1.0, 0, 109.0),
            row(1, 7.0, 0, 99.0),
            row(2, f64::NAN, 0, 150.0),
            row(3, -7.0, 0, 103.0),
            row(4, 99.0, 1, 102.0),
        ];
        assert_eq!(order(&rows, 5), (vec![1, 0, 3, 2, 4], 0));
        // Those that are nearest to the pointer are kept; how many others there are takes a row.
        assert_eq!(order(&rows, 4), (vec![1, 3, 4], 2));
    }

    #[test]
    fn a_number_is_never_shortened_however_narrow_the_window() {
        let mut names = Vec::new();
        let harness = egui_kittest::Harness::new_ui(|ui| {
            for room in (40..400_u16).step_by(9).map(f32::from) {
                let text = |text: &str| Row { text: text.to_owned(), ..row(46, 1.0, 0, 0.0) };
                let rows = [text("467.25 °C"), text("-1.2345e-300")];
                let lines = lay_out(ui, &rows, room);
                assert!(lines[0].text.text().starts_with("467.25"), "{room}");
                assert_eq!(lines[1].text.text(), "-1.2345e-300", "{room}");
                names.push(lines[0].name.text().to_owned());
            }
        });
        drop(harness);
        assert_eq!(names.first().map(String::as_str), Some(""));
        assert_eq!(names.last().map(String::as_str), Some("s46"));
    }

    proptest! {
        #[test]
        fn it_is_within_the_window_and_covers_nothing_at_the_time_that_it_shows(
            (x, y) in (0.0..1.0_f32, 0.0..1.0_f32), (wide, high) in (10.0..300.0_f32, 10.0..300.0_f32), (width, height) in (640.0..2000.0_f32, 320.0..2000.0_f32),
        ) {
            let bounds = Rect::from_min_size(pos2(5.0, 40.0), vec2(width, height));
            let pointer = bounds.min + vec2(x * width, y * height);
            let place = beside(pointer, vec2(wide, high), bounds);
            prop_assert!(bounds.expand(0.01).contains_rect(place), "{place:?}");
            prop_assert!(place.left() > pointer.x || place.right() < pointer.x, "{place:?} {pointer:?}");
        }
    }
}
