//! What is level or upright, drawn on whole pixels: the grid, and step lines. egui softens the edges of every line,
//! which takes three times the triangles, and without a graphics card the processor paints each of them; here there
//! is nothing to soften. Which pixel column a sample falls on depends on its time alone, so that a line keeps its
//! pixels as it scrolls.

use eframe::egui::{Color32, Mesh, Rect, pos2};
use egui_plot::{PlotPoint, PlotTransform};

use crate::series::columns::{Grid, Point};

/// Rectangles on the pixels of a plot.
pub(super) struct Crisp<'a> {
    transform: &'a PlotTransform,
    grid: Grid,
    /// Pixels in a point, egui's unit.
    scale: f32,
    mesh: Mesh,
}

impl<'a> Crisp<'a> {
    pub(super) fn new(transform: &'a PlotTransform, grid: Grid, scale: f32) -> Self {
        Self { transform, grid, scale, mesh: Mesh::default() }
    }

    pub(super) fn into_mesh(self) -> Mesh {
        self.mesh
    }

    /// A line of the grid, as high as the plot.
    pub(super) fn upright(&mut self, time: f64, color: Color32) {
        let (frame, left) = (*self.transform.frame() * self.scale, self.column(time));
        self.fill([left, frame.top(), left + self.scale.round(), frame.bottom()], color);
    }

    /// A line of the grid, as wide as the plot.
    pub(super) fn level(&mut self, value: f64, color: Color32) {
        let (frame, width) = (*self.transform.frame() * self.scale, self.scale.round());
        let top = (self.row(value) - width / 2.0).round();
        self.fill([frame.left(), top, frame.right(), top + width], color);
    }

    /// A line through points of which each is level with the last one or upright of it.
    pub(super) fn steps(&mut self, points: &[Point], width: f32, color: Color32) {
        let width = (width * self.scale).round().max(1.0);
        let before = ((width - 1.0) / 2.0).floor();
        let place = |[time, value]: Point| {
            (self.column(time) - before, (self.row(value) - width / 2.0).round())
        };
        let mut places = points.iter().map(|point| place(*point)).collect::<Vec<_>>().into_iter();
        let Some((mut x, mut y)) = places.next() else { return };
        // What has been drawn of this column.
        let (mut top, mut bottom) = (y, y);
        for (next, row) in places {
            if next != x {
                self.fill([x, top, x + width, bottom + width], color);
                self.fill([x, y, next + width, y + width], color);
                (top, bottom) = (y, y);
            }
            (x, y) = (next, row);
            (top, bottom) = (top.min(y), bottom.max(y));
        }
        self.fill([x, top, x + width, bottom + width], color);
    }

    /// The pixel column of a time, from the screen's left.
    #[expect(clippy::cast_possible_truncation, reason = "a pixel's number, as egui has it")]
    fn column(&self, time: f64) -> f32 {
        let frame = *self.transform.frame() * self.scale;
        let column = (time / self.grid.step).floor() - self.grid.first as f64;
        let width = f64::from(frame.width()) / (self.transform.bounds().width() / self.grid.step);
        (f64::from(frame.left()) + column * width).round() as f32
    }

    /// The place of a value in pixels, from the screen's top.
    fn row(&self, value: f64) -> f32 {
        self.transform.position_from_point(&PlotPoint::new(0.0, value)).y * self.scale
    }

    fn fill(&mut self, [left, top, right, bottom]: [f32; 4], color: Color32) {
        let place = Rect::from_min_max(pos2(left, top), pos2(right, bottom));
        self.mesh.add_colored_rect(place / self.scale, color);
    }
}
