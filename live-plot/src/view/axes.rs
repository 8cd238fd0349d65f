//! The axes of the plot: the room that their labels need, and the labels. Which marks an axis has is left to
//! `picture::axes`, the lines at them and the curves to `plot`.

use std::sync::Arc;

use eframe::egui::{Color32, Galley, Rect, TextStyle, Ui, pos2, vec2};

use super::{text, theme};
use crate::picture::annotations::{self, BESIDE, Spacing};
use crate::picture::marks::Marks;
use crate::picture::pixels::{Area, Pixels};
use crate::picture::scene::Scene;

/// The least room for the labels of the values, in points. It grows by steps, so that the plot seldom moves.
const LABELS: (f32, f32) = (52.0, 12.0);

/// Between a label and the plot.
const PAD: f32 = 6.0;

/// The room for the labels of the horizontal axis, and below them for what they all share.
const BELOW: f32 = 20.0;
const SHARED: f32 = 12.0;

/// The room for the texts of marks, once there are any.
const ABOVE: f32 = 18.0;

/// Where the plot is, and the marks and labels around it.
pub(super) struct Axes {
    room: Rect,
    /// The plot's place, and the same in whole pixels.
    pub(super) plot: Rect,
    pub(super) pixels: Area,
    pub(super) times: Marks,
    /// The marks of each panel, and their labels as they are painted.
    values: Vec<(Marks, Vec<Arc<Galley>>)>,
}

impl Axes {
    /// The axes of a scene in so much room.
    pub(super) fn new(ui: &Ui, scene: &Scene, room: Rect) -> Self {
        let above = if scene.is_annotated { ABOVE } else { 0.0 };
        // Whether all labels share something hardly depends on how many there are.
        let is_shared = scene.x_marks(room.width().into()).offset.is_some();
        let below = if is_shared { BELOW + SHARED } else { BELOW };
        let height = (room.height() - below - above).max(1.0);
        let part = height / scene.panels.len().max(1) as f32;
        let color = theme::palette(ui).weak;
        let values: Vec<_> = scene
            .panels
            .iter()
            .map(|panel| {
                let marks = scene.y_marks(panel, part.into());
                let text = |label: &str| text::line(ui, label, TextStyle::Body, color);
                let labels = marks.marks.iter().map(|mark| text(&mark.label)).collect();
                (marks, labels)
            })
            .collect();
        let all = values.iter().flat_map(|(_, labels): &(_, Vec<Arc<Galley>>)| labels);
        let widest = all.map(|label| label.size().x).fold(0.0, f32::max) + PAD;
        let (least, step) = LABELS;
        let left =
            (least + ((widest - least) / step).ceil().max(0.0) * step).min(room.width() / 2.0);
        let plot = Rect::from_min_max(
            room.min + vec2(left, above),
            pos2(room.right().max(room.left() + left + 1.0), room.top() + above + height),
        );
        let scale = ui.pixels_per_point();
        let pixels = pixels(plot, scale);
        let plot = on_screen(pixels, scale);
        Self { room, plot, pixels, times: scene.x_marks(plot.width().into()), values }
    }

    /// The marks of a panel's values.
    pub(super) fn values(&self, panel: usize) -> &Marks {
        &self.values[panel].0
    }

    /// The labels of a panel's values, and what is to be added to all of them.
    pub(super) fn label_values(&self, ui: &Ui, panel: usize, pixels: Pixels) {
        let (marks, labels) = &self.values[panel];
        let (palette, place) = (theme::palette(ui), rect(&pixels));
        for (mark, label) in marks.marks.iter().zip(labels) {
            let [_, y] = pixels.point([0.0, mark.at]);
            let middle = single(y) / single(pixels.scale);
            let at = pos2(place.left() - PAD - label.size().x, middle - label.size().y / 2.0);
            ui.painter().galley(at, Arc::clone(label), palette.weak.into());
        }
        if let Some(offset) = &marks.offset {
            // No grid line and no curve goes through it.
            let text = text::line(ui, offset, TextStyle::Small, palette.weak);
            let at = place.left_top() + vec2(PAD, 2.0);
            let behind = Rect::from_min_size(at, text.size()).expand2(vec2(3.0, 1.0));
            let painter = ui.painter().with_clip_rect(place);
            painter.rect_filled(behind, 2.0, Color32::from(palette.background));
            painter.galley(at, text, palette.weak.into());
        }
    }

    /// The texts of the marks, above the plot.
    pub(super) fn label_flags(&self, ui: &Ui, scene: &Scene, pixels: Pixels) {
        let color = theme::palette(ui).mark;
        let text = |text: &str| text::line(ui, text, TextStyle::Small, color);
        let (left, wide) = (f64::from(self.plot.left()), f64::from(self.plot.width()));
        let at = |time: f64| f64::from(pixels.column(time)) / pixels.scale;
        let flags = scene.flags.iter().map(|flag| (at(flag.time), flag));
        let width = |label: &str| f64::from(text(label).size().x) + BESIDE;
        let thick = pixels.wide(1.0) as f32 / single(pixels.scale);
        for label in annotations::labels(flags, left..left + wide, Spacing::POINTS, width) {
            let beside = if label.is_before { 0.0 } else { BESIDE };
            let place = pos2(single(label.left + beside), self.plot.top() - ABOVE + 2.0);
            ui.painter().galley(place, text(&label.text), color.into());
            // From its line up beside the text.
            let foot = pos2(single(label.at), self.plot.top());
            let pole = Rect::from_min_max(pos2(foot.x, place.y), foot + vec2(thick, 0.0));
            ui.painter().rect_filled(pole, 0.0, Color32::from(color));
        }
    }

    /// The labels of the horizontal axis, none cut off and none over another.
    pub(super) fn label_times(&self, ui: &Ui, scene: &Scene) {
        let color = theme::palette(ui).weak;
        let start = scene.grid.start();
        let mut free_from = self.plot.left() - PAD;
        for mark in &self.times.marks {
            let place = single((mark.at - start) / scene.span);
            let middle = self.plot.left() + place * self.plot.width();
            let text = text::line(ui, &mark.label, TextStyle::Body, color);
            let half = text.size().x / 2.0;
            // At an edge the label moves rather than being cut off.
            let left = (middle - half).max(self.plot.left() - PAD);
            let left = left.min(self.room.right() + PAD * 2.0 - 2.0 * half);
            if left >= free_from {
                ui.painter().galley(pos2(left, self.plot.bottom() + 4.0), text, color.into());
                free_from = left + 2.0 * half + 8.0;
            }
        }
        if let Some(offset) = &self.times.offset {
            let text = text::line(ui, offset, TextStyle::Small, color);
            let place = self.plot.right_bottom() + vec2(-text.size().x, BELOW - 2.0);
            ui.painter().galley(place, text, color.into());
        }
    }
}

/// A place on the screen in whole pixels.
#[expect(clippy::cast_possible_truncation, reason = "a pixel's number, as egui has it")]
fn pixels(place: Rect, scale: f32) -> Area {
    [place.left(), place.top(), place.right(), place.bottom()]
        .map(|edge| (edge * scale).round() as i32)
}

/// The same on the screen.
fn on_screen(pixels: Area, scale: f32) -> Rect {
    let [left, top, right, bottom] = pixels.map(|edge| edge as f32 / scale);
    Rect::from_min_max(pos2(left, top), pos2(right, bottom))
}

/// Where a panel is on the screen.
pub(super) fn rect(pixels: &Pixels) -> Rect {
    on_screen(pixels.area, single(pixels.scale))
}

/// A number as egui has it.
#[expect(
    clippy::cast_possible_truncation,
    reason = "egui has places on the screen in single precision"
)]
pub(super) fn single(number: f64) -> f32 {
    number as f32
}
