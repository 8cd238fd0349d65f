//! Draws the grid and step lines as rectangles on whole pixels. They have horizontal and vertical parts only, so they need
//! no smooth edges. egui smooths the edges of every line, which takes three times the triangles, and without a graphics
//! card the processor paints each triangle. The pixel column of a sample follows from its time alone, so a line keeps its
//! shape as it scrolls. Sloping and dashed lines are left to `egui_plot`.

use eframe::egui::{Color32, Mesh, Rect, Shape, pos2};
use egui_plot::PlotTransform;

use crate::picture::decimate::{Grid, Point};

/// Rectangles on the pixels of a plot, all in one mesh.
pub(super) struct StepMesh {
    grid: Grid,
    /// The plot's place on the screen, in pixels.
    frame: Rect,
    /// The width of a column in pixels: 1, but for the first frame after a resize.
    column_width: f64,
    /// The lowest value, and how many pixels a difference of 1 in value makes.
    rise: (f64, f64),
    /// How many pixels a point has, egui's unit.
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
            column_width: f64::from(width) * grid.step / bounds.width(),
            rise: (bounds.min()[1], f64::from(height) / bounds.height()),
            scale,
            mesh: Mesh::default(),
        }
    }

    pub(super) fn into_shape(self) -> Shape {
        Shape::mesh(self.mesh)
    }

    /// Adds a line as high as the plot.
    pub(super) fn vertical(&mut self, time: f64, color: Color32) {
        let left = self.left(time);
        let (top, bottom) = (self.frame.top(), self.frame.bottom());
        self.fill([left, top, left + self.scale.round(), bottom], color);
    }

    /// Adds a line as wide as the plot.
    pub(super) fn horizontal(&mut self, value: f64, color: Color32) {
        let width = self.scale.round();
        let top = self.top(value, width);
        self.fill([self.frame.left(), top, self.frame.right(), top + width], color);
    }

    /// Adds a line through points, each of which is straight left, right, above or below of the last one.
    pub(super) fn steps(&mut self, points: &[Point], width: f32, color: Color32) {
        let width = (width * self.scale).round().max(1.0);
        let before = ((width - 1.0) / 2.0).floor();
        let Some(([time, value], rest)) = points.split_first() else { return };
        let (mut x, mut y) = (self.left(*time) - before, self.top(*value, width));
        // The highest and the lowest place of the line in this column.
        let (mut top, mut bottom) = (y, y);
        for [time, value] in rest {
            let next = self.left(*time) - before;
            if next != x {
                self.fill([x, top, x + width, bottom + width], color);
                // The horizontal part up to the next column.
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

    /// The left edge of a time's pixel column on the screen. The plot's right edge belongs to the last column.
    #[expect(clippy::cast_possible_truncation, reason = "a pixel's number, as egui has it")]
    fn left(&self, time: f64) -> f32 {
        let column = (time / self.grid.step).floor() - self.grid.first as f64;
        let column = column.min(self.grid.count as f64 - 1.0);
        (f64::from(self.frame.left()) + column * self.column_width).round() as f32
    }

    /// The upper edge of a line of this width at a value. A value outside of the plot gets a place just outside of it.
    #[expect(clippy::cast_possible_truncation, reason = "a pixel's number, as egui has it")]
    fn top(&self, value: f64, width: f32) -> f32 {
        let above = ((value - self.rise.0) * self.rise.1) as f32;
        let outside = 2.0 * width;
        let row = self.frame.bottom() - above.clamp(-outside, self.frame.height() + outside);
        (row - width / 2.0).round()
    }

    /// Adds one rectangle.
    fn fill(&mut self, [left, top, right, bottom]: [f32; 4], color: Color32) {
        let place = Rect::from_min_max(pos2(left, top), pos2(right, bottom));
        self.mesh.add_colored_rect(place / self.scale, color);
    }
}
