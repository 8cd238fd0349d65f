//! Lines like earlier ones: their numbers and times are taken for the same series, without a look at names and warnings.
//! Which lines are like earlier ones is left to `grammar::again`.

use std::time::Instant;

use super::time::written_in;
use super::{Row, Sampler};
use crate::input::grammar::Verdict;
use crate::input::grammar::again::Samples;
use crate::input::grammar::cells::measure::Measure;
use crate::input::grammar::cells::moment::Written;
use crate::input::grammar::reading::{Cell, Item, Key};
use crate::series::Sample;
use crate::series::store::Entry;

impl Sampler {
    /// Takes a line like an earlier one.
    pub(super) fn take_again(&mut self, verdict: Verdict, text: &[u8], now: Instant) {
        if self.take_known(now) {
            return;
        }
        self.again.lend(&mut self.grammar);
        let (rows, series) = (self.rows.len(), self.schema.names().len());
        let is_new = self.again.known(series).is_none();
        self.take(verdict, text, now);
        let is_one = self.grammar.reading.rows().nth(1).is_none() && self.rows.len() == rows + 1;
        if is_new
            && is_one
            && verdict == Verdict::Read
            && self.marks.is_none()
            && !self.schema.names_rows()
        {
            self.learn(series);
        }
    }

    /// Learns the samples of the last line, if each is in the unit of its series. 0 is the same in all units.
    fn learn(&mut self, series: usize) {
        let Self { again, scales, cells, time_cells, grammar, .. } = self;
        let reading = &grammar.reading;
        let items = reading.items();
        let mut zeros = Vec::new();
        for (series, place) in &*cells {
            match items[*place].cell {
                Cell::Number(measure) if scales.is_of(*series, measure.unit) => {}
                Cell::Number(Measure { value: 0.0, unit: None }) => zeros.push(*place),
                Cell::Number(measure) if !measure.value.is_nan() => return,
                Cell::Number(_) | Cell::Empty | Cell::Text(_) => {}
            }
        }
        let written = written_in(time_cells, items, reading, &mut grammar.tables);
        let is_moment = written.is_some() && again.moment().map(Written::Moment) == written;
        let (cells, time) = (cells.clone(), time_cells.clone());
        again.learn_samples(Samples { series, cells, zeros, time, is_moment });
    }

    /// Takes the samples of a line if they are known from one like it, and nothing more can show itself.
    fn take_known(&mut self, now: Instant) -> bool {
        let Self { again, apart, checks, entries, grammar, .. } = self;
        let Some((known, reading)) = again.known(self.schema.names().len()) else { return false };
        let items = reading.items();
        let is_row = matches!(items, [Item { key: Key::Column(_), .. }, ..]);
        if apart.is_open() || (is_row && !apart.is_settled(grammar.tables.begun)) {
            return false;
        }
        let number = |place: usize| match items[place].cell {
            Cell::Number(measure) => measure.value,
            Cell::Empty | Cell::Text(_) => f64::NAN,
        };
        let is_infinite = (0..items.len()).any(|place| number(place).is_infinite());
        let has_unit = known.zeros.iter().any(|place| number(*place) != 0.0);
        if is_infinite || has_unit || !checks.pass() {
            return false;
        }
        let before = entries.len();
        entries.extend(known.cells.iter().map(|(series, place)| {
            let sample = Sample { time: f64::NAN, value: number(*place) };
            Entry { series: *series, sample }
        }));
        let written = match again.moment().filter(|_| known.is_moment) {
            Some(moment) => Some(Written::Moment(moment)),
            None => written_in(&known.time, items, reading, &mut grammar.tables),
        };
        match self.timed(written) {
            Ok(time) => self.rows.push(Row { end: self.entries.len(), time }),
            Err(refusal) => {
                self.entries.truncate(before);
                self.reject(refusal, self.counts.lines, now);
            }
        }
        true
    }
}
