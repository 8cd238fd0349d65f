//! Paints a scene and what is said around it into the cells of a screen: the third painter beside the window's and the
//! files'. Pure. Where things stand is left to `layout`, the dots of the series to `braille`.

use common::escape::escape;

use super::braille::{Canvas, DOTS};
use super::cells::{Cells, Ink, shortened, width};
use super::colors::Depth;
use super::layout::{self, Layout};
use super::legend::Legend;
use super::status_line::StatusLine;
use crate::config::{Config, Draw};
use crate::picture::annotations::{self, Spacing};
use crate::picture::dots::Rows;
use crate::picture::marks::Marks;
use crate::picture::scene::{Panel, Scene, Size};
use crate::view::status::Status;

/// The line of a mark, in each row.
const FLAG: char = '┊';

/// Between the legend and what stands beside it.
const GAP: usize = 3;

/// How far the texts of marks are apart.
const TEXTS: Spacing = Spacing { gap: 2.0, least: 12.0, most: 30.0 };

/// How often a scene is made again because its labels or panels need other room.
const ROUNDS: usize = 8;

/// A picture in cells.
pub(crate) struct Painter<'a> {
    pub(crate) config: &'a Config,
    /// The screen's width and height.
    pub(crate) size: (usize, usize),
    /// The colours that tell series apart; beyond them, or without any, their dashes do.
    pub(crate) depth: Depth,
    /// How many rows the status line has at least: what comes and goes there does not move the plot each time. A still has
    /// none, and no state.
    pub(crate) status_rows: Option<usize>,
}

impl Painter<'_> {
    /// The scene that `make` makes for a plot of a size, and that size, which `last` guesses: mostly it is that of the
    /// frame before. The scene is made again until its labels fit.
    pub(crate) fn compose(
        &self,
        last: Option<Size>,
        make: impl Fn(Size) -> (Scene, Status),
    ) -> (Scene, Status, Size) {
        let mut size = last.unwrap_or_else(|| layout::first(self.size));
        let (mut scene, mut status) = make(size);
        for _ in 0..ROUNDS {
            let fitting = self.layout(&scene, &status).size();
            if fitting == size {
                break;
            }
            size = fitting;
            (scene, status) = make(size);
        }
        (scene, status, size)
    }

    /// Paints a scene that was composed, and tells how many rows the status line has.
    pub(crate) fn paint(&self, scene: &Scene, status: &Status) -> (Cells, usize) {
        let mut cells = Cells::new(self.size.0, self.size.1);
        let layout = self.layout(scene, status);
        if let (Some(row), Some(title)) = (layout.title, &self.config.title) {
            let title = shortened(&escape(title), self.size.0);
            cells.write(((self.size.0 - width(&title)) / 2, row), &title, Ink::Plain);
        }
        let times = scene.x_marks(layout.plot_points());
        for (number, panel) in scene.panels.iter().enumerate() {
            self.panel(&mut cells, (scene, status), (panel, number), &layout);
        }
        if status.series.is_empty() {
            let (x, across) = layout.plot;
            let row = layout.panels.first().map_or(0, |(top, height)| top + height / 2);
            let text = shortened(status.emptiness(), across);
            cells.write((x + (across - width(&text)) / 2, row), &text, Ink::Weak);
        }
        label_times(&mut cells, scene, &layout, &times);
        label_flags(&mut cells, scene, &layout);
        if let Some(place) = layout.status {
            self.status_line(status).write(&mut cells, place);
        }
        (cells, layout.status.map_or(0, |(_, rows)| rows))
    }

    fn status_line(&self, status: &Status) -> StatusLine {
        StatusLine::new(status, self.size.0, self.status_rows.is_some())
    }

    fn layout(&self, scene: &Scene, status: &Status) -> Layout {
        let all = scene.panels.first().map_or(&[][..], |panel| &panel.series);
        let rows = self.legend(status, all).rows(self.size.0);
        let least = self.status_rows.unwrap_or(1);
        let below = self.status_line(status).rows().max(least);
        Layout::new(scene, self.size, self.config.title.is_some(), (rows, below))
    }

    /// A panel: its heading, its axis, the grid, its series.
    fn panel(
        &self,
        cells: &mut Cells,
        (scene, status): (&Scene, &Status),
        (panel, number): (&Panel, usize),
        layout: &Layout,
    ) {
        let (top, height) = layout.panels[number];
        let (left, across) = layout.plot;
        let marks = layout::y_marks(scene, panel, height);
        let rows = Rows { scale: panel.scale, count: height * DOTS.1 };
        let mut canvas = Canvas::new((across, height), scene.grid, rows);
        for (place, &series) in panel.series.iter().enumerate() {
            let dash = self.depth.dash(series, place);
            for run in &scene.traces[series].runs {
                match scene.draw {
                    Draw::Step => canvas.steps(run, dash),
                    Draw::Line => canvas.line(run, dash),
                    Draw::Points => canvas.dots(run),
                }
            }
            canvas.finish(Ink::Series(series));
        }
        if self.depth != Depth::None {
            // In a low panel so many lines would hide the series.
            let is_low = height < 2 * marks.marks.len();
            let lines = marks.marks.iter().filter(|mark| mark.is_strong || !is_low);
            let rows: Vec<i64> = lines.map(|mark| canvas.row(mark.at)).collect();
            canvas.grid(&rows);
        }
        for (x, y) in (0..height).flat_map(|y| (0..across).map(move |x| (x, y))) {
            if let Some((glyph, ink)) = canvas.cell((x, y)) {
                cells.put((left + x, top + y), glyph, ink);
            }
        }
        for flag in &scene.flags {
            let x = cell(scene, layout, flag.time);
            for y in (top..top + height).filter(|y| !canvas.has_series((x - left, y - top))) {
                cells.put((x, y), FLAG, Ink::Mark);
            }
        }
        if layout.labels > 0 {
            label_values(cells, &canvas, &marks, layout.labels, (top, height));
        }
        let heading = match (number, layout.legend) {
            (0, legend) => legend,
            (_, Some(_)) => Some((top - 1, 1)),
            _ => None,
        };
        if let Some((row, rows)) = heading {
            let offset = marks.offset.filter(|_| layout.labels > 0).unwrap_or_default();
            let right = self.size.0 - width(&offset).min(self.size.0);
            cells.write((right, row), &offset, Ink::Weak);
            let room = if offset.is_empty() { right } else { right.saturating_sub(GAP) };
            self.legend(status, &panel.series).write(cells, (row, rows), room);
        }
    }

    fn legend(&self, status: &Status, series: &[usize]) -> Legend {
        let unit = self.config.unit.as_deref().map(escape);
        let dash = |series, place| self.depth.dash(series, place);
        Legend::new(status, series, unit.as_deref(), self.size.0, dash)
    }
}

/// The axis of values and its labels.
fn label_values(
    cells: &mut Cells,
    canvas: &Canvas,
    marks: &Marks,
    room: usize,
    (top, height): (usize, usize),
) {
    (top..top + height).for_each(|y| cells.put((room, y), '│', Ink::Grid));
    for mark in &marks.marks {
        let Ok(dot) = usize::try_from(canvas.row(mark.at)) else { continue };
        let row = dot / DOTS.1;
        if row < height {
            let label = shortened(&mark.label, room);
            cells.write((room - width(&label), top + row), &label, Ink::Weak);
            cells.put((room, top + row), '┤', Ink::Grid);
        }
    }
}

/// The horizontal axis and its labels, none cut off and none over another; what all of them lack stands at its end.
fn label_times(cells: &mut Cells, scene: &Scene, layout: &Layout, times: &Marks) {
    let (left, across) = layout.plot;
    let right = left + across;
    let cell = |at: f64| cell(scene, layout, at);
    let offset = times.offset.as_deref().unwrap_or_default();
    let mut free_to = cells.width;
    if let Some(row) = layout.line {
        (left..right).for_each(|x| cells.put((x, row), '─', Ink::Grid));
        if layout.labels > 0 {
            cells.put((left - 1, row), '└', Ink::Grid);
        }
        times.marks.iter().for_each(|mark| cells.put((cell(mark.at), row), '┬', Ink::Grid));
        if !offset.is_empty() && width(offset) + 2 < across {
            let x = cells.width - width(offset) - 1;
            cells.write((x - 1, row), &format!(" {offset} "), Ink::Weak);
        }
    } else if let (Some(row), false) = (layout.times, offset.is_empty()) {
        free_to = cells.width - width(offset).min(cells.width);
        cells.write((free_to, row), offset, Ink::Weak);
        free_to = free_to.saturating_sub(1);
    }
    let Some(row) = layout.times else { return };
    let mut free_from = 0;
    for mark in &times.marks {
        let wide = width(&mark.label);
        let x = (cell(mark.at) + 1).saturating_sub(wide.div_ceil(2)).max(left.saturating_sub(1));
        let x = x.min(free_to.saturating_sub(wide));
        if x >= free_from && wide <= free_to {
            free_from = cells.write((x, row), &mark.label, Ink::Weak) + 2;
        }
    }
}

/// The texts of the marks, above the plot.
fn label_flags(cells: &mut Cells, scene: &Scene, layout: &Layout) {
    let Some(row) = layout.flags else { return };
    let (left, across) = layout.plot;
    let flags = scene.flags.iter().map(|flag| (cell(scene, layout, flag.time) as f64, flag));
    let room = left as f64..(left + across) as f64;
    for label in annotations::labels(flags, room, TEXTS, |text| width(text) as f64) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a cell's number"
        )]
        cells.write((label.left as usize, row), &label.text, Ink::Mark);
    }
}

/// The column of cells of a time.
fn cell(scene: &Scene, layout: &Layout, at: f64) -> usize {
    let (left, across) = layout.plot;
    let column = (scene.grid.column(at) / DOTS.0 as f64).clamp(0.0, (across - 1) as f64);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cell's number")]
    let column = column as usize;
    left + column
}

#[cfg(test)]
mod tests;
