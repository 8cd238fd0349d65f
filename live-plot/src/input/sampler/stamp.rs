//! The samples and marks of a block get their times.

use super::{Row, Sampler};
use crate::input::counters::Counters;

impl Sampler {
    /// Nobody knows when this block came, so its changes a second are not known.
    pub(in crate::input) fn forget_arrival(&mut self) {
        self.counters.iter_mut().for_each(Counters::forget_arrival);
    }

    /// Sets the samples' times: those of their lines, else spread evenly after `from`, the last one at `to`.
    pub(in crate::input) fn stamp(&mut self, from: f64, to: f64) {
        let each = (to - from) / self.rows.len() as f64;
        let has_own = self.timestamps.is_some();
        let time = |(number, row): (usize, &Row)| match has_own {
            true => row.time,
            false => from + each * (number + 1) as f64,
        };
        // A mark is with the next row. Arrival goes on without one; the number or the time of a row that never comes is none.
        let is_known = self.has_ended || (self.has_seconds && !has_own);
        let end = if has_own { self.latest.max(0.0) } else { to };
        let mark = |after| match self.rows.get(after) {
            Some(row) => Some(time((after, row))),
            None => is_known.then_some(end),
        };
        self.marks.iter_mut().for_each(|marks| marks.stamp(mark));
        let mut start = 0;
        for row in self.rows.iter().enumerate() {
            let (time, end) = (time(row), row.1.end);
            self.entries[start..end].iter_mut().for_each(|entry| entry.sample.time = time);
            start = end;
        }
        if let Some(counters) = &mut self.counters {
            counters.rates(&mut self.entries);
        }
    }
}
