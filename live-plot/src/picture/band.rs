//! Lines and steps as what a painter fills. Where a line has many samples a pixel column it lights an area; in one colour that
//! would hide what is inside, and other series. So it is faint but for its edge and its mean. A spike is all edge, for what is
//! near it is dark; so is a line of few samples, which has no mean. What is inside is left to `columns`, painting to `view` and
//! `export`, sloping lines too. Pure. A terminal has no band: its dots are lit or dark.

mod columns;

use super::decimate::Point;
use super::pixels::{Area, Pixels, WIDTH};
use crate::config::Draw;
use columns::{Columns, Group, NONE, Rows};

/// How much of its colour a line keeps inside of an area.
pub const FAINT: f64 = 0.35;

/// A part of a line.
#[derive(Debug)]
pub enum Part<'a> {
    /// The inside of an area. No two of a run overlap.
    Inside(Area),
    /// An edge of an area, or its mean, or steps.
    Full(Area),
    /// A sloping line.
    Slope(&'a [Point]),
}

/// Draws a run of a trace. `means` are the trace's.
pub fn run<'a>(
    pixels: &Pixels,
    draw: Draw,
    run: &'a [Point],
    means: &[Point],
    mut paint: impl FnMut(Part<'a>),
) {
    let until = |points: &[Point], end: f64| points.partition_point(|[time, _]| *time <= end);
    let before = |points: &[Point], end: f64| points.partition_point(|[time, _]| *time < end);
    let (Some([begin, _]), Some([end, _])) = (run.first(), run.last()) else { return };
    let means = &means[before(means, *begin)..until(means, *end)];
    if draw == Draw::Step {
        return match means {
            [] => pixels.steps(run, |area| paint(Part::Full(area))),
            _ => dense(pixels, run, means, &mut paint),
        };
    }
    // Where neighbouring columns have means it does not slope.
    let is_next = |[a, _]: &Point, [b, _]: &Point| b - a < 1.5 * pixels.grid.step;
    let mut done = 0;
    for means in means.chunk_by(is_next) {
        let first = before(run, means[0][0]);
        let after = until(run, means[means.len() - 1][0]);
        if done < first {
            paint(Part::Slope(&run[done..=first]));
        }
        dense(pixels, &run[first..after], means, &mut paint);
        done = after - 1;
    }
    if done + 1 < run.len() {
        paint(Part::Slope(&run[done..]));
    }
}

/// Draws a run that stays in its pixel columns, or steps from one to the next.
fn dense<'a>(pixels: &Pixels, run: &[Point], means: &[Point], paint: &mut impl FnMut(Part<'a>)) {
    let wide = pixels.wide(WIDTH);
    let columns = Columns::of(pixels, run);
    let mut means = means.iter().peekable();
    let mut inside = Merged::new(Part::Inside);
    let [mut upper, mut lower, mut middle] = [const { Merged::new(Part::Full) }; 3];
    // The row of the last group's mean.
    let mut before = None;
    // Of a line that is no wider all is edge.
    for Group { left, right, inside: [from, to] } in columns.groups(pixels, (wide + 1) / 2) {
        let end = pixels.time(right);
        let (mut sum, mut count) = (0.0, 0);
        while let Some([_, mean]) = means.next_if(|[time, _]| *time < end) {
            (sum, count) = (sum + mean, count + 1);
        }
        // Between columns of few samples one of many is nothing to look into. But the last one may get more.
        let is_last = right + 1 >= columns.end();
        let is_dense = count >= right - left - i32::from(is_last) && from < to;
        let mean = (count > 0).then(|| pixels.row(sum / f64::from(count), wide));
        let row = mean.or(before).filter(|_| is_dense).map(|row| row.clamp(from, to));
        if let Some(row) = row {
            let end = (row + wide).min(to);
            inside.add(left, right, [from, to], paint);
            if let Some(before) = before.filter(|before| *before != row) {
                let [top, bottom] =
                    columns.rows(left, left + 1).next().map_or(NONE, |(_, rows)| rows);
                let joint = [row.min(before).max(top), end.max(before).min(bottom)];
                middle.add(left, left + 1, joint, paint);
            }
            middle.add(left, right, [row, end], paint);
        }
        for (x, [top, bottom]) in columns.rows(left, right) {
            let [above, below] =
                if row.is_some() { [[top, from], [to, bottom]] } else { [[top, bottom], NONE] };
            upper.add(x, x + 1, above, paint);
            lower.add(x, x + 1, below, paint);
        }
        before = row;
    }
    [inside, upper, lower, middle].into_iter().for_each(|part| part.finish(paint));
}

/// Makes one rectangle of neighbouring columns with the same rows.
struct Merged {
    part: fn(Area) -> Part<'static>,
    area: Area,
}

impl Merged {
    const fn new(part: fn(Area) -> Part<'static>) -> Self {
        Self { part, area: [0; 4] }
    }

    fn add<'a>(
        &mut self,
        left: i32,
        right: i32,
        [top, bottom]: Rows,
        paint: &mut impl FnMut(Part<'a>),
    ) {
        let [_, above, end, below] = &mut self.area;
        if [*end, *above, *below] == [left, top, bottom] {
            *end = right;
            return;
        }
        let area = if top < bottom { [left, top, right, bottom] } else { [0; 4] };
        std::mem::replace(self, Self { area, ..*self }).finish(paint);
    }

    fn finish<'a>(self, paint: &mut impl FnMut(Part<'a>)) {
        if self.area[0] < self.area[2] {
            paint((self.part)(self.area));
        }
    }
}

#[cfg(test)]
mod tests;
