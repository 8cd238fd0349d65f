//! The dashes of a line, the same for every painter. They are counted in pixel columns from time 0: so a line keeps them as
//! it scrolls, and has one pattern however many parts it is drawn in. A rise that a gap could hide is counted along itself.
//! Which series has which dash is left to `palette`, painting to `view` and `export`. Pure.

use super::palette::Dash;
use super::pixels::{Area, Pixels};

/// The dashes of a line on some pixels.
struct Dashes {
    /// How much is drawn, and after how much it begins again.
    on: i32,
    period: i32,
    /// Where the left edge of the picture is in a period.
    begin: i32,
}

impl Dashes {
    fn new(pixels: &Pixels, dash: Dash) -> Option<Self> {
        let (on, period) = dash.lengths()?;
        let (on, period) = (pixels.wide(on), pixels.wide(period));
        let first = pixels.grid.first.rem_euclid(i64::from(period));
        let begin = i32::try_from(first).unwrap_or(0) - pixels.area[0];
        Some(Self { on, period, begin })
    }

    /// Whether a rise by so many rows may be as long as a gap.
    fn is_rise(&self, rows: f64) -> bool {
        rows > f64::from(self.period - self.on)
    }

    /// What is drawn of a length that begins `phase` after a dash does.
    fn of(&self, phase: i32, length: i32) -> impl Iterator<Item = [i32; 2]> + use<> {
        let (on, period) = (self.on, self.period);
        let begins =
            (-phase.rem_euclid(period)..length).step_by(usize::try_from(period).unwrap_or(1));
        begins.map(move |at| [at.max(0), (at + on).min(length)]).filter(|[from, to]| from < to)
    }
}

impl Pixels {
    /// The parts of a rectangle that a dash leaves.
    pub fn dashed(&self, area: Area, dash: Dash, mut fill: impl FnMut(Area)) {
        let Some(dashes) = Dashes::new(self, dash) else { return fill(area) };
        let [left, top, right, bottom] = area;
        let phase = dashes.begin.wrapping_add(left);
        if right - left <= bottom - top && dashes.is_rise(f64::from(bottom - top)) {
            for [from, to] in dashes.of(phase, bottom - top) {
                fill([left, top + from, right, top + to]);
            }
        } else {
            for [from, to] in dashes.of(phase, right - left) {
                fill([left + from, top, left + to, bottom]);
            }
        }
    }

    /// The parts of a line that a dash leaves, each shorter by `end` at both ends: round ends make it as long again.
    #[must_use]
    pub fn dashed_line(&self, line: &[[f64; 2]], dash: Dash, end: f64) -> Vec<Vec<[f64; 2]>> {
        let Some(dashes) = Dashes::new(self, dash) else { return vec![line.to_vec()] };
        let [on, period, begin] = [dashes.on, dashes.period, dashes.begin].map(f64::from);
        let mut parts: Vec<Vec<[f64; 2]>> = Vec::new();
        // Whether the last part goes on.
        let mut is_open = false;
        for (a, b) in line.iter().zip(line.iter().skip(1)) {
            let [dx, dy] = [b[0] - a[0], b[1] - a[1]];
            let length = if dashes.is_rise(dy.abs()) { dx.hypot(dy) } else { dx };
            let was_open = std::mem::take(&mut is_open);
            if length <= 0.0 {
                // Upright, and no rise.
                parts.last_mut().filter(|_| was_open).into_iter().for_each(|part| part.push(*b));
                is_open = was_open;
                continue;
            }
            let at = |along: f64| [a[0] + dx * along / length, a[1] + dy * along / length];
            let mut dash = -(begin + a[0]).rem_euclid(period);
            while dash < length {
                let (from, to) = ((dash + end).max(0.0), (dash + on - end).min(length));
                if from < to {
                    match parts.last_mut() {
                        Some(part) if was_open && from == 0.0 => part.push(at(to)),
                        _ => parts.push(vec![at(from), at(to)]),
                    }
                    is_open = to == length;
                }
                dash += period;
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::decimate::Grid;
    use crate::picture::dots::Rows;
    use crate::picture::scale::Scale;
    use proptest::prelude::*;

    const SIZE: i32 = 200;
    const DASHES: [Dash; 4] = [Dash::Dashed, Dash::Dotted, Dash::Spaced, Dash::Sparse];

    fn pixels(first: i64) -> Pixels {
        let rows = Rows { scale: Scale::linear((0.0, 1.0)), count: 100 };
        let grid = Grid { first, count: 200, step: 1.0 };
        Pixels { grid, span: SIZE.into(), rows, area: [0, 0, SIZE, 100], scale: 1.0 }
    }

    /// The columns of a flat line that are drawn, if it is drawn in parts that end at these places.
    fn columns(pixels: &Pixels, ends: &[i32], dash: Dash, is_line: bool) -> Vec<i32> {
        let mut columns = Vec::new();
        for (from, to) in ends.iter().zip(&ends[1..]) {
            if is_line {
                for part in
                    pixels.dashed_line(&[[f64::from(*from), 5.0], [f64::from(*to), 5.0]], dash, 0.0)
                {
                    let inside =
                        |x: &i32| (part[0][0]..part[1][0]).contains(&(f64::from(*x) + 0.5));
                    columns.extend((*from..*to).filter(inside));
                }
            } else {
                pixels.dashed([*from, 5, *to, 7], dash, |[left, _, right, _]| {
                    columns.extend(left..right);
                });
            }
        }
        columns
    }

    proptest! {
        #[test]
        fn a_flat_line_has_even_dashes_however_many_parts_it_is_drawn_in(
            ends in prop::collection::btree_set(1..SIZE, 0..100),
            first in -1000_i64..1000,
            dash in prop::sample::select(&DASHES[..]),
            is_line in any::<bool>(),
        ) {
            let ends: Vec<i32> = [0].into_iter().chain(ends).chain([SIZE]).collect();
            let (on, period) = dash.lengths().unwrap();
            let expected: Vec<i32> =
                (0..SIZE).filter(|x| ((first + i64::from(*x)) as f64).rem_euclid(period) < on).collect();
            prop_assert_eq!(columns(&pixels(first), &ends, dash, is_line), expected);
        }

        #[test]
        fn dashes_scroll_with_the_line(
            line in prop::collection::vec((0..30_u8, 0..100_u8), 2..20),
            moved in 0_i32..100,
            dash in prop::sample::select(&DASHES[..]),
        ) {
            let mut x = 0.0;
            let line: Vec<[f64; 2]> = line.into_iter().map(|(dx, y)| {
                x += f64::from(dx);
                [x, f64::from(y)]
            }).collect();
            let shifted: Vec<_> = line.iter().map(|[x, y]| [x + f64::from(moved), *y]).collect();
            let parts = pixels(i64::from(moved)).dashed_line(&line, dash, 0.0);
            let back: Vec<Vec<_>> = pixels(0).dashed_line(&shifted, dash, 0.0).into_iter()
                .map(|part| part.into_iter().map(|[x, y]| [x - f64::from(moved), y]).collect()).collect();
            prop_assert_eq!(parts.len(), back.len());
            for (a, b) in parts.iter().flatten().zip(back.iter().flatten()) {
                prop_assert!((a[0] - b[0]).abs() < 1e-9 && (a[1] - b[1]).abs() < 1e-9);
            }
        }

        #[test]
        fn no_rise_is_hidden_in_a_gap(
            x in 0..SIZE - 2, rows in 2_i32..100, dash in prop::sample::select(&DASHES[..]),
        ) {
            let (on, period) = dash.lengths().unwrap();
            prop_assume!(f64::from(rows) > period - on);
            let mut lit = 0;
            pixels(0).dashed([x, 0, x + 2, rows], dash, |[_, top, _, bottom]| lit += bottom - top);
            prop_assert!(lit > 0);
            let place = f64::from(x);
            prop_assert!(!pixels(0).dashed_line(&[[place, 0.0], [place + 1.0, rows.into()]], dash, 0.0).is_empty());
        }
    }

    #[test]
    fn a_part_goes_on_round_a_corner() {
        let parts =
            pixels(0).dashed_line(&[[0.0, 5.0], [4.0, 6.0], [40.0, 5.0]], Dash::Dashed, 0.0);
        assert_eq!(parts.len(), 3);
        assert_eq!(parts[0][..2], [[0.0, 5.0], [4.0, 6.0]]);
        assert!((parts[0][2][0] - 9.0).abs() < 1e-9, "{parts:?}");
    }
}
