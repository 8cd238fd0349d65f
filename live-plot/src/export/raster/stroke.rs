//! A sloping line in pixels. A line never turns back in time. So what it covers of an upright cut through the picture is one
//! interval of rows, however many points it has there: a pixel column is made of a few such intervals, and costs the same
//! for any number of samples. Only rows at the ends of an interval are covered in part and must be mixed with what is below.

use std::ops::Range;

use super::canvas::{Canvas, blend, index};
use crate::picture::palette::Rgb;
use crate::picture::pixels::{Pixels, WIDTH};

/// So many cuts a pixel column: as finely the edge of an upright line is shaded.
const CUTS: usize = 4;

/// How far a line reaches from its middle.
const REACH: f64 = WIDTH / 2.0;

/// What a line covers of an upright cut: from `top` to `bottom`, in rows.
#[derive(Debug, Clone, Copy)]
struct Cut {
    top: f64,
    bottom: f64,
}

impl Cut {
    const EMPTY: Self = Self { top: f64::INFINITY, bottom: f64::NEG_INFINITY };

    /// Both, and what is between them.
    fn hull(self, other: Self) -> Self {
        Self { top: self.top.min(other.top), bottom: self.bottom.max(other.bottom) }
    }

    fn common(self, other: Self) -> Self {
        Self { top: self.top.max(other.top), bottom: self.bottom.min(other.bottom) }
    }

    /// How much of a row is covered.
    fn cover(self, row: usize) -> f64 {
        let row = row as f64;
        (self.bottom.min(row + 1.0) - self.top.max(row)).max(0.0)
    }
}

/// The cuts of a panel, empty between two lines.
pub(super) struct Stroke {
    cuts: Vec<Cut>,
    height: usize,
}

impl Stroke {
    /// For a panel of this size in pixels.
    pub(super) fn new([width, height]: [usize; 2]) -> Self {
        Self { cuts: vec![Cut::EMPTY; width * CUTS], height }
    }

    /// Draws a line through some places in the picture.
    pub(super) fn draw(
        &mut self,
        canvas: &mut Canvas,
        line: &[[f64; 2]],
        pixels: Pixels,
        color: Rgb,
    ) {
        let [left, top] = [pixels.area[0], pixels.area[1]].map(f64::from);
        let points = line.iter().map(|[x, y]| [x - left, y - top]);
        let mut last = None;
        let mut touched: Option<Range<usize>> = None;
        for point in points {
            let cuts = self.segment(last.unwrap_or(point), point);
            touched = Some(match touched {
                Some(touched) => touched.start.min(cuts.start)..touched.end.max(cuts.end),
                None => cuts,
            });
            last = Some(point);
        }
        let Some(touched) = touched else { return };
        let columns = touched.start / CUTS..touched.end.div_ceil(CUTS);
        self.paint(canvas, columns, pixels, color);
        self.cuts[touched].fill(Cut::EMPTY);
    }

    /// Adds a straight line with round ends to the cuts that it reaches. Returns which.
    fn segment(&mut self, from: [f64; 2], to: [f64; 2]) -> Range<usize> {
        // By rounding it may go back by a part of a pixel.
        let ([ax, ay], [bx, by]) = if from[0] <= to[0] { (from, to) } else { (to, from) };
        let (dx, dy) = (bx - ax, by - ay);
        // An upright line has its highest and its lowest point at the same place.
        let (slope, lean, high, low) = match dx > 1e-9 {
            true => (dy / dx, REACH * dy / dx.hypot(dy), ay, ay),
            false => (0.0, 0.0, ay.min(by), ay.max(by)),
        };
        let end = index((bx + REACH) * CUTS as f64 + 0.5).min(self.cuts.len());
        let first = index(((ax - REACH) * CUTS as f64 - 0.5).ceil()).min(end);
        for (number, cut) in (first..end).zip(&mut self.cuts[first..end]) {
            let x = (number as f64 + 0.5) / CUTS as f64;
            // The edge of the line is that of the disc around one of its points.
            let edge = |y: f64, lean: f64, side: f64| {
                let at = (x - lean).clamp(ax, bx);
                let half = (REACH * REACH - (x - at) * (x - at)).max(0.0).sqrt();
                y + (at - ax) * slope + side * half
            };
            *cut = cut.hull(Cut { top: edge(high, lean, -1.0), bottom: edge(low, -lean, 1.0) });
        }
        first..end
    }

    fn paint(&self, canvas: &mut Canvas, columns: Range<usize>, pixels: Pixels, color: Rgb) {
        let [left, top] = [pixels.area[0], pixels.area[1]].map(|edge| index(edge.into()));
        let whole = Cut { top: 0.0, bottom: self.height as f64 };
        let cuts = &self.cuts.as_chunks::<CUTS>().0[columns.clone()];
        for (number, column) in cuts.iter().enumerate() {
            let hull = column.iter().copied().fold(Cut::EMPTY, Cut::hull).common(whole);
            let rows = index(hull.top)..index(hull.bottom.ceil());
            let full = column.iter().copied().fold(whole, Cut::common);
            let full = index(full.top.ceil())..index(full.bottom);
            let full = if full.is_empty() { rows.end..rows.end } else { full };
            let cover = |row| column.iter().map(|cut| cut.cover(row)).sum::<f64>() / CUTS as f64;
            let column = canvas.column(left + columns.start + number, top, top + self.height);
            let (before, after) = (rows.start..rows.end.min(full.start), full.end..rows.end);
            for row in before.chain(after) {
                blend(&mut column[row], color, cover(row));
            }
            column.get_mut(full).unwrap_or_default().fill(color.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::decimate::Grid;
    use crate::picture::dots::Rows;
    use crate::picture::scale::Scale;
    use proptest::prelude::*;

    const SIZE: usize = 40;

    /// How much of each pixel a line through these places covers, from 0 to 255.
    fn covers(places: &[[f64; 2]]) -> Vec<u8> {
        let size = SIZE as f64;
        let rows = Rows { scale: Scale::linear((0.0, size)), count: SIZE };
        let (grid, edge) = (Grid::showing(size, size, size), i32::try_from(SIZE).unwrap());
        let pixels = Pixels { grid, span: size, rows, area: [0, 0, edge, edge], scale: 1.0 };
        let mut canvas = Canvas { width: SIZE, height: SIZE, pixels: vec![[0; 3]; SIZE * SIZE] };
        Stroke::new([SIZE, SIZE]).draw(&mut canvas, places, pixels, Rgb(255, 0, 0));
        canvas.pixels.into_iter().map(|pixel| pixel[0]).collect()
    }

    /// The distance of a place from a straight line.
    fn distance([x, y]: [f64; 2], [ax, ay]: [f64; 2], [bx, by]: [f64; 2]) -> f64 {
        let (dx, dy) = (bx - ax, by - ay);
        let square = dx * dx + dy * dy;
        let part = if square > 0.0 { ((x - ax) * dx + (y - ay) * dy) / square } else { 0.0 };
        let part = part.clamp(0.0, 1.0);
        (x - ax - part * dx).hypot(y - ay - part * dy)
    }

    proptest! {
        #[test]
        fn a_pixel_is_covered_by_what_of_it_is_near_the_line(
            mut places in prop::collection::vec(prop::array::uniform2(-5.0..45.0_f64), 1..8),
            upright in any::<bool>(),
        ) {
            places.sort_by(|a, b| a[0].total_cmp(&b[0]));
            if upright && places.len() > 1 {
                places[1][0] = places[0][0];
            }
            let covers = covers(&places);
            for (at, cover) in covers.into_iter().enumerate() {
                let (x, y) = ((at / SIZE) as f64, (at % SIZE) as f64);
                let parts = (0..64).map(|part| [x + f64::from(part % 8) / 8.0 + 0.0625, y + f64::from(part / 8) / 8.0 + 0.0625]);
                let is_near = |place: &[f64; 2]| {
                    places.windows(2).any(|pair| distance(*place, pair[0], pair[1]) <= REACH)
                        || distance(*place, places[0], places[0]) <= REACH
                };
                let expected = parts.filter(is_near).count() as f64 / 64.0;
                // A cut is a fourth of a pixel.
                prop_assert!((f64::from(cover) / 255.0 - expected).abs() < 0.26, "{} and {} at {:?}", cover, expected, (x, y));
            }
        }
    }
}
