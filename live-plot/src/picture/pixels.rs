//! Grid lines, steps and dots as rectangles on whole pixels, the same for the window and for PNG. Steps have horizontal and
//! vertical parts only, so they need no smooth edges. The pixel column of a sample follows from its time alone, so a line
//! keeps its shape as it scrolls. Pure; the shape of a dot is left to `discs`, dashes to `dashes`, how a rectangle is
//! filled to the painter, sloping lines too.

use super::decimate::{Grid, Point};
use super::discs::Discs;
use super::dots::Rows;

/// How far outside of a panel a point may be, in heights of it.
const FAR: f64 = 1e9;

/// How wide a series' line is, in points.
pub const WIDTH: f64 = 1.8;

/// A rectangle in pixels: left, top, right, bottom; the last two are outside of it.
pub type Area = [i32; 4];

/// The place of a panel on the pixels of a picture.
#[derive(Debug, Clone, Copy)]
pub struct Pixels {
    /// The columns.
    pub grid: Grid,
    /// From the left to the right edge, in time.
    pub span: f64,
    /// The rows.
    pub rows: Rows,
    /// The panel's place.
    pub area: Area,
    /// How many pixels a point has, the unit of widths.
    pub scale: f64,
}

impl Pixels {
    fn width(&self) -> f64 {
        f64::from(self.area[2] - self.area[0])
    }

    fn height(&self) -> f64 {
        f64::from(self.area[3] - self.area[1])
    }

    /// Where a point is. A value far outside of the panel has a place nearer to it: painters have no larger numbers.
    #[must_use]
    pub fn point(&self, [time, value]: Point) -> [f64; 2] {
        let x = (time - self.grid.start()) / self.span * self.width();
        let y = (1.0 - self.rows.scale.place(value).clamp(-FAR, FAR)) * self.height();
        [f64::from(self.area[0]) + x, f64::from(self.area[1]) + y]
    }

    /// A sloping line, cut off one height above and below the panel: a value far outside would make it too long for a
    /// painter, and a nearer place for that value would change its slope. What is outside is joined there.
    #[must_use]
    pub fn line(&self, run: &[Point]) -> Vec<[f64; 2]> {
        let (top, height) = (f64::from(self.area[1]), self.height());
        let (least, most) = (top - height, top + 2.0 * height);
        let points = run.iter().map(|point| self.point(*point));
        let is_inside = |[_, y]: [f64; 2]| (least..=most).contains(&y);
        let mut line = Vec::with_capacity(run.len());
        let mut last: Option<[f64; 2]> = None;
        for to in points {
            if let Some(from) = last {
                // Where the line crosses the two edges on its way to this point.
                let crossing = |edge: f64| {
                    let part = (edge - from[1]) / (to[1] - from[1]);
                    let is_crossed = (0.0..=1.0).contains(&part) && from[1] != to[1];
                    is_crossed.then_some([from[0] + (to[0] - from[0]) * part, edge])
                };
                let edges = if from[1] < to[1] { [least, most] } else { [most, least] };
                line.extend(edges.into_iter().filter_map(crossing));
            }
            if is_inside(to) {
                line.push(to);
            }
            last = Some(to);
        }
        line
    }

    /// The left edge of a time's pixel column. The panel's right edge belongs to the last column.
    #[must_use]
    pub fn column(&self, time: f64) -> i32 {
        let column = self.grid.column(time).min(self.grid.count as f64 - 1.0);
        // 1, but for the first frame after a resize.
        let wide = self.width() * self.grid.step / self.span;
        self.area[0] + whole(column * wide)
    }

    /// The time at the left edge of a pixel column.
    #[must_use]
    pub fn time(&self, column: i32) -> f64 {
        self.grid.start() + f64::from(column - self.area[0]) / self.width() * self.span
    }

    /// The upper edge of a line of this width at a value. A value outside of the panel gets a place just outside of it.
    #[must_use]
    pub fn row(&self, value: f64, width: i32) -> i32 {
        let outside = 2.0 * f64::from(width) / self.height();
        let place = self.rows.scale.place(value).clamp(-outside, 1.0 + outside);
        self.area[1] + whole((1.0 - place) * self.height() - f64::from(width) / 2.0)
    }

    /// A width in points as whole pixels.
    #[must_use]
    pub fn wide(&self, points: f64) -> i32 {
        whole(points * self.scale).max(1)
    }

    /// A line as high as the panel.
    #[must_use]
    pub fn vertical(&self, time: f64) -> Area {
        let left = self.column(time);
        [left, self.area[1], left + self.wide(1.0), self.area[3]]
    }

    /// A line as wide as the panel.
    #[must_use]
    pub fn horizontal(&self, value: f64) -> Area {
        let width = self.wide(1.0);
        let top = self.row(value, width);
        [self.area[0], top, self.area[2], top + width]
    }

    /// A line through points, each of which is straight left, right, above or below of the last one.
    pub fn steps(&self, points: &[Point], mut fill: impl FnMut(Area)) {
        let width = self.wide(WIDTH);
        let before = (width - 1) / 2;
        let Some(([time, value], rest)) = points.split_first() else { return };
        let (mut x, mut y) = (self.column(*time) - before, self.row(*value, width));
        let mut last = *time;
        // The highest and the lowest place of the line in this column.
        let (mut top, mut bottom) = (y, y);
        for [time, value] in rest {
            // A column has many points.
            let next = if *time == last { x } else { self.column(*time) - before };
            last = *time;
            if next != x {
                fill([x, top, x + width, bottom + width]);
                // The horizontal part up to the next column.
                if next > x + width {
                    fill([x + width, y, next, y + width]);
                }
                (top, bottom) = (y, y);
            }
            (x, y) = (next, self.row(*value, width));
            (top, bottom) = (top.min(y), bottom.max(y));
        }
        fill([x, top, x + width, bottom + width]);
    }

    /// The runs of a line or of steps that are no longer than the line is wide, as dots: a sample between gaps would hardly be
    /// seen otherwise. And the other runs.
    #[must_use]
    pub fn lone_dots<'a>(&self, runs: &'a [Vec<Point>]) -> (Vec<Point>, Vec<&'a [Point]>) {
        let width = self.wide(WIDTH);
        let is_lone = |run: &&[Point]| {
            let (column, row) = (self.column(run[0][0]), self.row(run[0][1], width));
            let is_near = |[time, value]: &Point| {
                self.column(*time) - column <= width && self.row(*value, width) == row
            };
            // Most runs are long: their end tells.
            run.last().is_some_and(is_near) && run.iter().all(is_near)
        };
        let (lone, others): (Vec<_>, Vec<_>) = runs.iter().map(Vec::as_slice).partition(is_lone);
        // The rows of a dot are not those of a line: from the lowest to the highest, whichever came first.
        let dot = |run: &[Point]| {
            let values = || run.iter().map(|[_, value]| *value);
            let [low, high] = [values().reduce(f64::min), values().reduce(f64::max)];
            [low, high].map(|value| [run[0][0], value.unwrap_or(f64::NAN)])
        };
        (lone.into_iter().flat_map(dot).collect(), others)
    }

    /// Dots, given as pairs from left to right: the lowest and the highest in a column, between which all rows are lit.
    pub fn dots(&self, pairs: &[Point], fill: impl FnMut(Area)) {
        let mut discs = Discs::new(self.area, whole(1.6 * self.scale), fill);
        let mut place = (f64::NAN, 0);
        for [[time, low], [_, high]] in pairs.as_chunks().0 {
            // A column has many pairs.
            if place.0 != *time {
                place = (*time, self.column(*time));
            }
            if let (Some(low), Some(high)) = (self.rows.row(*low), self.rows.row(*high)) {
                discs.add(place.1, high..low + 1);
            }
        }
        discs.finish();
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a pixel's number; a float saturates")]
fn whole(number: f64) -> i32 {
    number.round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::scale::Scale;
    use proptest::prelude::*;

    #[test]
    fn a_line_to_a_far_value_keeps_its_slope_and_its_length_is_bounded() {
        let rows = Rows { scale: Scale::linear((0.0, 1.0)), count: 100 };
        let grid = Grid::showing(100.0, 100.0, 100.0);
        let pixels = Pixels { grid, span: 100.0, rows, area: [0, 0, 100, 100], scale: 1.0 };
        let line = pixels.line(&[[0.0, 0.0], [10.0, 20.0], [90.0, -20.0]]);
        assert_eq!(line, [[0.0, 100.0], [1.0, -100.0], [46.0, -100.0], [52.0, 200.0]]);
    }

    proptest! {
        #[test]
        fn a_cut_line_lies_on_the_whole_one(values in prop::collection::vec(-1e6..1e6_f64, 2..20)) {
            let rows = Rows { scale: Scale::linear((-1e3, 1e3)), count: 100 };
            let grid = Grid::showing(100.0, 100.0, 100.0);
            let pixels = Pixels { grid, span: 100.0, rows, area: [0, 0, 100, 100], scale: 1.0 };
            let run: Vec<Point> = (0_u32..).map(f64::from).zip(values).map(|(x, y)| [x * 5.0, y]).collect();
            let whole: Vec<[f64; 2]> = run.iter().map(|point| pixels.point(*point)).collect();
            for [x, y] in pixels.line(&run) {
                let at = whole.windows(2).find(|pair| (pair[0][0]..=pair[1][0]).contains(&x)).unwrap();
                let part = (x - at[0][0]) / (at[1][0] - at[0][0]);
                prop_assert!((at[0][1] + (at[1][1] - at[0][1]) * part - y).abs() < 1e-3);
                prop_assert!((-100.0..=200.0).contains(&y));
            }
        }
    }
}
