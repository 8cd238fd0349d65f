//! Lines like earlier ones: if nothing but their numbers and their time can be new, these are taken without a look at names,
//! units and warnings. Which lines are like earlier ones is left to `grammar::again`.

use std::time::Instant;

use super::{Row, Sampler};
use crate::input::grammar::Verdict;
use crate::series::Sample;
use crate::series::store::Entry;

impl Sampler {
    /// Takes a line like an earlier one.
    pub(super) fn again(&mut self, verdict: Verdict, text: &[u8], now: Instant) {
        let series = self.schema.names().len();
        let may_learn =
            verdict == Verdict::Read && self.marks.is_none() && !self.schema.names_rows();
        let known = self.again.known(series);
        let is_known = known.is_some();
        if let Some(known) = known.filter(|_| !self.apart.is_open())
            && (!known.is_row() || self.apart.is_settled(self.grammar.tables.begun))
            && (self.timestamps.is_none() || known.time().is_some())
            && self.checks.pass()
        {
            match self.timed(known.time()) {
                Ok(time) => {
                    self.take_known();
                    self.rows.push(Row { end: self.entries.len(), time });
                }
                Err(problem) => self.reject(problem, self.counts.lines, now),
            }
            return;
        }
        self.again.lend(&mut self.grammar);
        let rows = self.rows.len();
        self.take(verdict, text, now);
        let reading = &self.grammar.reading;
        let is_one = reading.rows().nth(1).is_none() && self.rows.len() == rows + 1;
        if may_learn && !is_known && is_one {
            let is_unit_of = |unit, series| self.scales.is_of(series, unit);
            let time = self.time_cell;
            self.again.learn_samples(series, &self.cells, time, is_unit_of, reading);
        }
    }

    /// Takes the samples of a line like an earlier one, if they are known.
    pub(super) fn take_known(&mut self) -> bool {
        let Some(known) = self.again.known(self.schema.names().len()) else { return false };
        let entry = |(series, value)| Entry { series, sample: Sample { time: f64::NAN, value } };
        self.entries.extend(known.samples().map(entry));
        true
    }
}
