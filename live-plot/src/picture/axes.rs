//! What stands at the axes of a scene: their marks, and a time as the readout writes it. Pure. Where axes begin and end is left
//! to `scene`, where marks are to `marks`, `time_marks` and `clock`.

use super::annotations::Flag;
use super::marks::{self, Marks};
use super::scale::Step;
use super::scene::{Panel, Scene};
use super::time_marks;
use crate::config::Axis;

/// The least distance between two marks, in egui's points: close enough to read a value between them, and few enough
/// lines for a processor that paints the grid without a graphics card.
const MARKS: (f64, f64) = (128.0, 72.0);

/// In a narrow picture there may be so many more marks of time than that, until there are two.
const MORE: u8 = 4;

/// A mark is pointed at from so many pixel columns away.
const NEAR: f64 = 3.0;

impl Scene {
    /// The marks of the horizontal axis on a plot of this width in points.
    #[must_use]
    pub fn x_marks(&self, width: f64) -> Marks {
        let (from, most) = (self.grid.start(), width / MARKS.0);
        // By rounding the newest may be a little beyond.
        let to = from + self.span + 1e-6 * self.grid.step;
        // One mark alone does not tell how long anything lasts.
        let step = |most: f64| match self.axis {
            Axis::Number => Step::at_least((self.span / most).max(1.0)).size(),
            _ => time_marks::step(0.0, self.span, most),
        };
        let has_two = |most: &f64| 2.0 * step(most.max(1.0)) <= self.span;
        let more = (0..=MORE).map(|more| most + f64::from(more)).find(has_two);
        let most = more.unwrap_or(most);
        match (self.axis, &self.clock) {
            (Axis::Number, _) => marks::samples(from, to, most),
            (_, Some(clock)) => clock.marks(from, to, most),
            (_, None) => time_marks::elapsed(from, to, most),
        }
    }

    /// The marks of a panel's axis on a height in points; the topmost bears the unit.
    #[must_use]
    pub fn y_marks(&self, panel: &Panel, height: f64) -> Marks {
        in_unit(panel, marks::values(panel.scale, height / MARKS.1))
    }

    /// The same, with labels that stand in rows of characters, the one of a value in `row`.
    #[must_use]
    pub fn y_marks_in_rows(&self, panel: &Panel, height: f64, row: impl Fn(f64) -> i64) -> Marks {
        in_unit(panel, marks::values(panel.scale, height / MARKS.1).in_rows(row))
    }

    /// How a time is written beside the horizontal axis, with the digits of a pixel.
    #[must_use]
    pub fn time(&self, time: f64) -> String {
        let step = self.grid.step;
        match (self.axis, &self.clock) {
            // The sample whose value holds there.
            (Axis::Number, _) => format!("sample {}", time.floor()),
            (_, Some(clock)) => clock.time(time, step),
            (_, None) => time_marks::label(time, step),
        }
    }

    /// The same, with the text of a mark that is there.
    #[must_use]
    pub fn time_and_mark(&self, time: f64) -> String {
        let text = self.time(time);
        // A mark that is pointed at.
        let near = |flag: &&Flag| (flag.time - time).abs() <= NEAR * self.grid.step;
        let distance = |flag: &&Flag| (flag.time - time).abs();
        let flags = self.flags.iter().filter(near);
        let flag = flags.min_by(|a, b| distance(a).total_cmp(&distance(b)));
        match flag {
            Some(flag) => format!("{text}  {}", flag.text()),
            None => text,
        }
    }
}

fn in_unit(panel: &Panel, marks: Marks) -> Marks {
    match &panel.unit {
        Some(unit) => marks.in_unit(unit),
        None => marks,
    }
}
