//! What is level or upright, drawn on whole pixels: the grid, and step lines. egui softens the edges of every line,
//! which takes three times the triangles, and without a graphics card the processor paints each of them; here there
//! is nothing to soften. Which pixel column a sample falls on depends on its time alone, so that a line keeps its
//! pixels as it scrolls.

use eframe::egui::{Color32, Mesh, Rect, Shape, pos2};
use egui_plot::PlotTransform;

use crate::picture::decimate::{Grid, Point};

/// Rectangles on the pixels of a plot.
pub(super) struct StepMesh {
    grid: Grid,
    /// The plot's place, in pixels.
    frame: Rect,
    /// How many pixels a column of the grid is wide: one, but for the first frame after a resize.
    column: f64,
    /// The lowest value, and how many pixels one more is higher.
    rise: (f64, f64),
    /// Pixels in a point, egui's unit.
    scale: f32,
    mesh: Mesh,
}

impl StepMesh {
    pub(super) fn new(transform: &PlotTransform, grid: Grid, scale: f32) -> Self {
        let frame = *transform.frame() * scale;
        let (bounds, (width, height)) = (transform.bounds(), (frame.width(), frame.height()));
        Self {
            grid,
            frame,
            column: f64::from(width) * grid.step / bounds.width(),
            rise: (bounds.min()[1], f64::from(height) / bounds.height()),
            scale,
            mesh: Mesh::default(),
        }
    }

    pub(super) fn into_shape(self) -> Shape {
        Shape::mesh(self.mesh)
    }

    /// A line of the grid, as high as the plot.
    pub(super) fn vertical(&mut self, time: f64, color: Color32) {
        let left = self.left(time);
        let (top, bottom) = (self.frame.top(), self.frame.bottom());
        self.fill([left, top, left + self.scale.round(), bottom], color);
    }

    /// A line of the grid, as wide as the plot.
    pub(super) fn horizontal(&mut self, value: f64, color: Color32) {
        let width = self.scale.round();
        let top = self.top(value, width);
        self.fill([self.frame.left(), top, self.frame.right(), top + width], color);
    }

    /// A line through points of which each is level with the last one or upright of it.
    pub(super) fn steps(&mut self, points: &[Point], width: f32, color: Color32) {
        let width = (width * self.scale).round().max(1.0);
        let before = ((width - 1.0) / 2.0).floor();
        let Some(([time, value], rest)) = points.split_first() else { return };
        let (mut x, mut y) = (self.left(*time) - before, self.top(*value, width));
        // What the line has met of this column.
        let (mut top, mut bottom) = (y, y);
        for [time, value] in rest {
            let next = self.left(*time) - before;
            if next != x {
                self.fill([x, top, x + width, bottom + width], color);
                // Neighbours touch at this height.
                if next > x + width {
                    self.fill([x + width, y, next, y + width], color);
                }
                (top, bottom) = (y, y);
            }
            (x, y) = (next, self.top(*value, width));
            (top, bottom) = (top.min(y), bottom.max(y));
        }
        self.fill([x, top, x + width, bottom + width], color);
    }

    /// Where the pixel column of a time begins, from the screen's left. On the right edge it is the last one.
    #[expect(clippy::cast_possible_truncation, reason = "a pixel's number, as egui has it")]
    fn left(&self, time: f64) -> f32 {
        let column = (time / self.grid.step).floor() - self.grid.first as f64;
        let column = column.min(self.grid.count as f64 - 1.0);
        (f64::from(self.frame.left()) + column * self.column).round() as f32
    }

    /// Where a line of this width begins at a value, from the screen's top; a little outside if that is far away.
    #[expect(clippy::cast_possible_truncation, reason = "a pixel's number, as egui has it")]
    fn top(&self, value: f64, width: f32) -> f32 {
        let above = ((value - self.rise.0) * self.rise.1) as f32;
        let outside = 2.0 * width;
        let row = self.frame.bottom() - above.clamp(-outside, self.frame.height() + outside);
        (row - width / 2.0).round()
    }

    fn fill(&mut self, [left, top, right, bottom]: [f32; 4], color: Color32) {
        let place = Rect::from_min_max(pos2(left, top), pos2(right, bottom));
        self.mesh.add_colored_rect(place / self.scale, color);
    }
}
