//! Samples as dots: of each pixel column the rows in which a sample is. Pure.
//!
//! Four values a column, as `decimate` has them for lines, would lose the dots in between, and every sample would cost too
//! much. A bucket of samples (`pyramid`) is looked into only as long as it may light a row that is dark yet: not if all
//! its values are in one row, nor if all the rows between its minimum and maximum are lit. So a column costs some
//! comparisons for each of its rows, unless most of its rows stay dark though its samples reach over all of them: then
//! it costs one for each of its raw samples, of which `--history` keeps some eleven million.

use std::ops::Range;

use super::decimate::{Grid, Point, Trace};
use super::lit_rows::LitRows;
use super::scale::Scale;
use crate::series::pyramid::visit::Part;
use crate::series::store::Series;

/// How many parts of the pyramid are looked at under one hold of the lock: some 30 µs.
const VISITS_PER_HOLD: usize = 2048;

/// The pixel rows of a panel, from the top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rows {
    /// Where values are.
    pub scale: Scale,
    /// How many rows there are.
    pub count: usize,
}

impl Rows {
    /// The row of a value; `None` if it is outside of the panel.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a row's number")]
    pub fn row(&self, value: f64) -> Option<usize> {
        let place = self.scale.place(value);
        // The lowest value belongs to the lowest row.
        let row = ((1.0 - place) * self.count as f64).min(self.count as f64 - 1.0) as usize;
        (0.0..=1.0).contains(&place).then_some(row)
    }
}

/// Makes the dots of one series from left to right.
#[derive(Debug)]
pub struct DotTracer {
    grid: Grid,
    rows: Rows,
    /// How many columns are drawn at all.
    columns: usize,
    /// The next column, and the first sample that is in it or after it.
    next: Option<(usize, usize)>,
    lit: Lit,
    pairs: Vec<Point>,
    /// No sample will come into the columns before this one.
    settled: usize,
}

impl DotTracer {
    /// A tracer of the columns that are not settled in `known`, a trace of the same columns and rows that began no later.
    #[must_use]
    pub fn new(grid: Grid, rows: Rows, drawn_until: f64, known: Option<Trace>) -> Self {
        let columns = grid.until(drawn_until);
        let known = known.unwrap_or_default();
        let settled = usize::try_from(known.settled.saturating_sub(grid.first)).unwrap_or(0);
        let settled = settled.min(columns);
        let mut pairs = known.runs.into_iter().next().unwrap_or_default();
        // Each pair is in the middle of its column.
        pairs.truncate(pairs.partition_point(|[time, _]| *time < grid.edge(settled)));
        pairs.drain(..pairs.partition_point(|[time, _]| *time < grid.start()));
        Self { grid, rows, columns, next: None, lit: Lit::new(rows.count), pairs, settled }
    }

    /// Adds some columns; true once all are done.
    pub fn advance(&mut self, series: &Series) -> bool {
        let samples = &series.samples;
        let (mut column, mut at) = self.next.unwrap_or_else(|| {
            (self.settled, samples.seek(self.grid.edge(self.settled), 0, samples.end() / 2))
        });
        let (mut visits, mut width) = (0, 0);
        while column < self.columns && visits < VISITS_PER_HOLD {
            let next = samples.seek(self.grid.after(column), at, at + width);
            width = next - at;
            let middle = self.grid.edge(column) + self.grid.step / 2.0;
            let (lit, rows) = (&mut self.lit, self.rows);
            samples.visit(at..next, &mut |part| {
                visits += 1;
                lit.add(rows, part, middle)
            });
            self.lit.take(&mut self.pairs);
            // The last column also has its right edge: the sample there belongs to the next one, once there is one.
            let is_settled = next < samples.end() && column + 1 < self.grid.count;
            // While the lock was released, a sample may have come into a column that was done.
            self.settled += usize::from(is_settled && self.settled == column);
            (column, at, visits) = (column + 1, next, visits + 1);
        }
        self.next = Some((column, at));
        column == self.columns
    }

    /// The trace of the columns so far.
    #[must_use]
    pub fn finish(self) -> Trace {
        let settled = i64::try_from(self.settled).unwrap_or(0) + self.grid.first;
        Trace { runs: vec![self.pairs], settled, ..Trace::default() }
    }
}

/// The rows of one column that are lit, and the first point that lit each.
#[derive(Debug)]
struct Lit {
    rows: LitRows,
    points: Vec<Point>,
}

impl Lit {
    fn new(rows: usize) -> Self {
        Self { rows: LitRows::dark(rows), points: vec![[0.0; 2]; rows] }
    }

    /// Adds what a part of the pyramid is certain to light. Whether it may light more.
    fn add(&mut self, rows: Rows, part: Part<'_>, middle: f64) -> bool {
        match part {
            Part::Sample(sample) => self.light(rows, [middle, sample.value]),
            Part::Bucket(summary) | Part::Last(summary) if summary.count > 0 => {
                self.light(rows, [middle, summary.min]);
                self.light(rows, [middle, summary.max]);
                return matches!(part, Part::Bucket(_))
                    && self.has_dark(rows, summary.min, summary.max);
            }
            Part::Bucket(_) | Part::Last(_) => {}
        }
        false
    }

    fn light(&mut self, rows: Rows, point: Point) {
        let Some(row) = rows.row(point[1]) else { return };
        if self.rows.insert(row) {
            self.points[row] = point;
        }
    }

    /// Whether a row between two values is dark.
    fn has_dark(&self, rows: Rows, min: f64, max: f64) -> bool {
        let scale = rows.scale;
        if max < scale.low || min > scale.high {
            return false;
        }
        let top = rows.row(max).unwrap_or(0);
        let bottom = rows.row(min).unwrap_or(rows.count - 1);
        self.rows.has_dark(top..bottom + 1)
    }

    /// Moves the lit rows into pairs, the lowest and the highest of each group of neighbours, and darkens them.
    fn take(&mut self, pairs: &mut Vec<Point>) {
        let pair = |run: Range<usize>| [self.points[run.end - 1], self.points[run.start]];
        self.rows.take(|run| pairs.extend(pair(run)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::Sample;
    use crate::series::store::{Entry, Store};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// The rows that are lit in each column.
    fn drawn(store: &Store, grid: Grid, rows: Rows, drawn_until: f64) -> BTreeSet<(i64, usize)> {
        let mut tracer = DotTracer::new(grid, rows, drawn_until, None);
        while !tracer.advance(&store.series()[0]) {}
        #[expect(clippy::cast_possible_truncation, reason = "a column's number")]
        let column = |time: f64| (time / grid.step).floor() as i64;
        let run = |run: &[Point]| {
            let (low, high) = (rows.row(run[0][1]).unwrap(), rows.row(run[1][1]).unwrap());
            let column = column(run[0][0]);
            (high..=low).map(move |row| (column, row))
        };
        tracer.finish().runs[0].chunks_exact(2).flat_map(run).collect()
    }

    proptest! {
        #[test]
        fn the_rows_of_every_sample_are_lit_and_no_others(
            levels in prop_oneof![Just(7_u32), Just(400), Just(1_000_000)],
            count in 1_usize..10_000,
            seed in any::<u32>(),
            rows in 1_usize..300,
            pixels in 1_u32..200,
            is_log in any::<bool>(),
            beyond in any::<bool>(),
        ) {
            let mut state = seed;
            let mut random = || { state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223); state >> 8 };
            let all: Vec<Sample> = (0..count).map(|number| Sample {
                time: number as f64,
                value: if random() % 50 == 0 { f64::NAN } else { f64::from(random() % levels) },
            }).collect();
            let mut store = Store::new(100_000_000);
            store.declare(&["all".to_owned()]);
            store.append(&all.iter().map(|sample| Entry { series: 0, sample: *sample }).collect::<Vec<_>>());
            let high = f64::from(levels) / if beyond { 2.0 } else { 1.0 };
            let rows = Rows { scale: Scale { low: if is_log { 0.5 } else { 0.0 }, high, is_log }, count: rows };
            let grid = Grid::showing(count as f64, count as f64, f64::from(pixels));
            let column = |time: f64| {
                let column = (0..grid.count).rfind(|column| grid.edge(*column) <= time)?;
                Some(grid.first + i64::try_from(column).unwrap())
            };
            let expected: BTreeSet<_> = all
                .iter()
                .filter_map(|sample| Some((column(sample.time)?, rows.row(sample.value)?)))
                .collect();
            prop_assert_eq!(drawn(&store, grid, rows, count as f64), expected);
        }
    }

    #[test]
    fn what_is_forgotten_keeps_its_minima_and_maxima() {
        let mut store = Store::new(1 << 20);
        store.declare(&["all".to_owned()]);
        for number in 0..200_000 {
            let value = if number == 1234 { 9.0 } else { 0.0 };
            store.append(&[Entry { series: 0, sample: Sample { time: f64::from(number), value } }]);
        }
        let rows = Rows { scale: Scale::linear((-10.0, 10.0)), count: 100 };
        let seen = drawn(&store, Grid::showing(2e5, 2e5, 100.0), rows, 2e5);
        assert!(seen.contains(&(0, rows.row(9.0).unwrap())));
        assert_eq!(seen.len(), 101);
    }
}
