//! The legend above the plot: each series with its newest value, in columns that stand still (`grid`). Those that have no
//! place there are in a list, which the sign after the last one opens. What an entry looks like is left to `entry`, what a
//! click does to `controls`, and bringing the curve of the one that is pointed at to the front to `plot`.

mod entry;
mod grid;

use std::ops::Range;

use eframe::egui::style::ScrollStyle;
use eframe::egui::{
    Align, Button, Layout, Popup, PopupCloseBehavior, Pos2, Rect, Response, RichText, ScrollArea,
    Sense, TextStyle, Ui, UiBuilder, vec2,
};
use unicode_width::UnicodeWidthStr;

use super::status::{Entry, Status};
use super::{overlay, text, theme};
use crate::config::Draw;
use crate::picture::palette::WHOLE;
pub(super) use entry::line_of;
use entry::{Look, Widths};
use grid::Grid;

/// So many series have large values, and what is visible of them.
const FEW: usize = 3;

/// How wide a name may be, and which part of the window.
const NAME: (f32, f32) = (180.0, 0.2);

/// A name that is no wider is never shortened for the sake of the others.
const SHORT: f32 = 90.0;

/// Nor is one that is longer than most by no more than this factor.
const LONGER: f32 = 1.3;

/// Between the first row and the buttons.
const APART: f32 = 12.0;

/// The legend, as far as it depends on the frames before.
#[derive(Debug, Default)]
pub(super) struct Legend {
    widths: Widths,
    /// Those of the list: what stands there moves nothing above the plot.
    listed: Widths,
    is_large: bool,
    /// How many series there were in the frame before, and of them the one with the longest name and one than whose name
    /// only a quarter is longer.
    names: (usize, [usize; 2]),
    /// How many entries had a place in the frame before.
    shown: usize,
}

/// What the legend shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Content<'a> {
    pub(super) status: &'a Status,
    /// The unit of all series, if an option names one.
    pub(super) unit: Option<&'a str>,
    pub(super) draw: Draw,
}

/// What has been done to the legend, and what it shows.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) click: Option<Click>,
    /// The series whose curve is to be seen in front of the others.
    pub(super) pointed: Option<usize>,
    /// Whether each series has a place in it.
    pub(super) is_whole: bool,
}

/// What a click on a series asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Click {
    /// It is hidden, or shown again.
    Toggle(usize),
    /// It is shown alone, or all are again.
    Alone(usize),
}

impl Legend {
    /// Shows the series in some rows at the top of `ui`, the first of them beside the buttons.
    pub(super) fn show(&mut self, ui: &mut Ui, buttons: Rect, content: Content<'_>) -> Answer {
        let count = content.status.series.len();
        let room = ui.available_rect_before_wrap();
        let first = (buttons.left() - APART - room.left()).max(1.0);
        let look = self.look(ui, content, first, room.width());
        let row = look.row(ui);
        // As many as had a place in the frame before, and one more.
        let known = 0..count.min(self.shown.max(FEW) + 1);
        let series = &content.status.series;
        let mut texts = self.widths.lay_out(ui, &series[known.clone()], look, room.width());
        let wide = self.widths.entry(look, room.width()).min(room.width());
        let grid = Grid::new(count, wide, (first, room.width()), most_rows(ui, row));
        if grid.shown > known.end {
            let more = &series[known.end..grid.shown];
            texts.extend(self.widths.lay_out(ui, more, look, room.width()));
            // They may need wider columns.
            ui.ctx().request_repaint();
        }
        self.shown = grid.shown;
        // Below the buttons.
        let second = row.max(buttons.height().ceil());
        let top = |number: usize| match number.checked_sub(1) {
            Some(number) => second + number as f32 * row,
            None => 0.0,
        };
        let corner = |(x, number): (f32, usize)| room.min + vec2(x, top(number));
        let mut answer = Answer { is_whole: grid.shown == count, ..Answer::default() };
        for (number, texts) in texts.into_iter().take(grid.shown).enumerate() {
            let place = Rect::from_min_size(corner(grid.place(number)), vec2(wide, row));
            let entry = &series[number];
            let response = self.widths.show(ui, place, (number, entry), texts, look);
            answer.note(number, entry, &response);
        }
        if !answer.is_whole {
            self.sign(ui, corner(grid.place(grid.shown)), content, look, &mut answer);
        }
        let size = vec2(room.width(), top(grid.rows));
        ui.allocate_rect(Rect::from_min_size(room.min, size), Sense::hover());
        answer
    }

    /// How the entries look in so much room. The columns begin anew when values become smaller, as there are more.
    fn look<'a>(&mut self, ui: &Ui, content: Content<'a>, first: f32, room: f32) -> Look<'a> {
        let Content { unit, draw, status, .. } = content;
        let count = status.series.len();
        let (is_large, has_dashes) = (count <= FEW, count > WHOLE && draw != Draw::Points);
        if self.is_large != is_large {
            self.is_large = is_large;
            (self.widths, self.listed) = Default::default();
        }
        let most = (room * NAME.1).min(NAME.0);
        let [names, units] = [most, most / 2.0];
        let look = Look { unit, draw, is_large, has_range: false, has_dashes, names, units };
        let [longest, usual] = self.name_widths(ui, &status.series);
        let usual = (usual * LONGER).max(SHORT).min(most);
        let is_one_row = |name: f32, more: f32| {
            let wide = self.widths.beside_name(look) + more + name + grid::GAP;
            wide * count as f32 - grid::GAP <= first
        };
        // A few long names do not make all columns wide, unless there is room for that.
        let names = if is_one_row(longest.min(most), 0.0) { most } else { usual };
        let look = Look { names, ..look };
        // Nor does a long unit.
        let whole = unit_width(ui, content);
        let more = (whole - self.widths.units()).max(0.0);
        let has_range = |room: f32| self.widths.has_range(look, room);
        let is_whole =
            is_one_row(longest.min(names), more) && has_range(first) == has_range(first - more);
        let units = if is_whole { units.max(whole) } else { units };
        Look { has_range: has_range(first), units, ..look }
    }

    /// The width of the longest name, and of one than which only a quarter is longer.
    fn name_widths(&mut self, ui: &Ui, series: &[Entry]) -> [f32; 2] {
        if self.names.0 != series.len() {
            let mut order: Vec<usize> = (0..series.len()).collect();
            order.sort_by_key(|number| UnicodeWidthStr::width(&*series[*number].name));
            let last = series.len().saturating_sub(1);
            self.names = (series.len(), [last, last * 3 / 4].map(|place| order[place]));
        }
        let color = theme::palette(ui).weak;
        let width = |number: usize| {
            text::line(ui, &series[number].name, TextStyle::Body, color).size().x.ceil()
        };
        self.names.1.map(width)
    }

    /// The sign that says how many more series there are; it opens the list of them.
    fn sign(
        &mut self,
        ui: &mut Ui,
        corner: Pos2,
        content: Content<'_>,
        look: Look<'_>,
        answer: &mut Answer,
    ) {
        let rest = self.shown..content.status.series.len();
        let place =
            Rect::from_min_size(corner, vec2(ui.max_rect().right() - corner.x, look.row(ui)));
        let text = RichText::new(format!("+{} more", rest.len())).color(theme::palette(ui).text);
        let add = |ui: &mut Ui| ui.add(Button::new(text).small());
        let middle = UiBuilder::new().max_rect(place).layout(Layout::left_to_right(Align::Center));
        let sign = ui.scope_builder(middle, add).inner;
        let popup = Popup::from_toggle_button_response(&sign);
        popup.close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
            overlay::hold(ui, Some(sign.id));
            self.list(ui, rest, sign.rect.bottom(), content, look, answer);
        });
    }

    /// The list of the series that have no place above the plot.
    fn list(
        &mut self,
        ui: &mut Ui,
        rest: Range<usize>,
        top: f32,
        content: Content<'_>,
        look: Look<'_>,
        answer: &mut Answer,
    ) {
        let window = ui.ctx().content_rect().size();
        let (row, room) = (look.row(ui), window.x - 80.0);
        ui.spacing_mut().scroll = ScrollStyle::solid();
        let height = (window.y - top - 60.0).max(row * 3.0);
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            let series = &content.status.series;
            let texts = self.listed.lay_out(ui, &series[rest.clone()], look, room);
            let wide = self.listed.entry(look, room);
            let grid = Grid::new(rest.len(), wide, (room, room), usize::MAX);
            let size = vec2(grid.width(), grid.rows as f32 * row);
            let (all, _) = ui.allocate_exact_size(size, Sense::hover());
            for ((place, number), texts) in rest.enumerate().zip(texts) {
                let (x, line) = grid.place(place);
                let corner = all.min + vec2(x, line as f32 * row);
                let place = Rect::from_min_size(corner, vec2(wide, row));
                let entry = &series[number];
                let response = self.listed.show(ui, place, (number, entry), texts, look);
                answer.note(number, entry, &response);
                if response.gained_focus() {
                    ui.scroll_to_rect(place, None);
                }
            }
        });
    }
}

impl Answer {
    /// Notes what is done to an entry.
    fn note(&mut self, number: usize, entry: &Entry, response: &Response) {
        // The pointer before the keyboard.
        if response.hovered() || (response.has_focus() && self.pointed.is_none()) {
            self.pointed = Some(number).filter(|_| !entry.hidden);
        }
        if response.clicked() {
            let modifiers = response.ctx.input(|input| input.modifiers);
            // Some window managers keep clicks with Alt to themselves.
            let is_alone = modifiers.alt || modifiers.command;
            self.click = Some(if is_alone { Click::Alone(number) } else { Click::Toggle(number) });
        }
    }
}

/// The width of the unit of all series, or of the longest of a few.
fn unit_width(ui: &Ui, Content { status, unit, .. }: Content<'_>) -> f32 {
    let few = status.series.iter().take(FEW).filter_map(|entry| entry.unit.as_deref());
    let color = theme::palette(ui).weak;
    let width = |unit: &str| text::line(ui, unit, TextStyle::Body, color).size().x.ceil();
    unit.map_or_else(|| few.map(width).fold(0.0, f32::max), width)
}

/// How many rows there may be: however many series there are, most of the window is left for the plot.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number")]
fn most_rows(ui: &Ui, row: f32) -> usize {
    let height = ui.ctx().content_rect().height();
    ((height * 0.15).max(row * 5.0).min(height * 0.25) / row).max(2.0) as usize
}
