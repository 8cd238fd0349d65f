//! From lines to samples: what is accepted, what is rejected and what is said about it. Pure: the reader
//! gives the times and does the talking.

use std::time::{Duration, Instant};

use common::throttle::Throttle;

use super::columns::Columns;
use super::lines::{LONGEST, Line};
use super::parse::{self, Field};
use crate::series::Sample;
use crate::series::store::{Counts, Entry};

/// Bad lines told one by one each second; the rest is counted.
const TOLD: u32 = 10;

/// The samples of the lines taken in since the last [`Intake::clear`].
#[derive(Debug)]
pub(super) struct Intake {
    pub(super) columns: Columns,
    pub(super) counts: Counts,
    /// The samples, their times still missing.
    entries: Vec<Entry>,
    /// Where in `entries` each line's samples end.
    rows: Vec<usize>,
    fields: Vec<Field>,
    complaints: Vec<String>,
    throttle: Throttle,
    told_too_long: bool,
    /// Lines are typed at a prompt, where their number says nothing.
    typed: bool,
}

impl Intake {
    pub(super) fn new(typed: bool) -> Self {
        Self {
            columns: Columns::default(),
            counts: Counts::default(),
            entries: Vec::new(),
            rows: Vec::new(),
            fields: Vec::new(),
            complaints: Vec::new(),
            throttle: Throttle::new(TOLD, Duration::from_secs(1)),
            told_too_long: false,
            typed,
        }
    }

    pub(super) fn line(&mut self, line: &Line<'_>, now: Instant) {
        self.counts.lines += 1;
        match line {
            Line::Text(text) if parse::line(text, &mut self.fields) => self.accept(),
            Line::Text(_) => self.reject(now),
            Line::TooLong => self.skip(),
        }
    }

    fn accept(&mut self) {
        let width = self.fields.len();
        for Field { column, value } in &self.fields {
            if let Some(series) = self.columns.series(*column, width, value.is_nan()) {
                let time = f64::NAN;
                let sample = Sample { time, value: *value };
                self.entries.push(Entry { series, sample });
            }
        }
        self.rows.push(self.entries.len());
    }

    fn reject(&mut self, now: Instant) {
        self.counts.rejected += 1;
        self.tell_held(now);
        if self.throttle.admit(now) {
            let place = match self.typed {
                true => String::new(),
                false => format!(" (line {})", self.counts.lines),
            };
            self.complaints.push(format!("Input must be a number.{place}"));
        }
    }

    fn skip(&mut self) {
        self.counts.rejected += 1;
        if !std::mem::replace(&mut self.told_too_long, true) {
            let (line, limit) = (self.counts.lines, LONGEST >> 10);
            let text = format!(
                "Line {line} is longer than {limit} KiB: skipped, and so will be any other."
            );
            self.complaints.push(text);
        }
    }

    /// Tells how many complaints were held back, once their second is over.
    pub(super) fn tell_held(&mut self, now: Instant) {
        if let Some(held) = self.throttle.take_held(now) {
            let text = format!("Input must be a number. ({held} more such lines)");
            self.complaints.push(text);
        }
    }

    /// Tells what is still held back, its second over or not.
    pub(super) fn tell_all_held(&mut self, now: Instant) {
        self.tell_held(now + Duration::from_secs(1));
    }

    /// What is to be said, once.
    pub(super) fn complaints(&mut self) -> Vec<String> {
        std::mem::take(&mut self.complaints)
    }

    /// Spreads the lines evenly over `from..=to`; the last one comes at `to`.
    pub(super) fn spread(&mut self, from: f64, to: f64) {
        let each = (to - from) / self.rows.len() as f64;
        let mut start = 0;
        for (row, end) in self.rows.iter().enumerate() {
            for entry in &mut self.entries[start..*end] {
                entry.sample.time = from + each * (row + 1) as f64;
            }
            start = *end;
        }
    }

    /// The samples, in the order of their lines.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many lines with numbers were taken in.
    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.rows.clear();
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any moment will do in a test")]
mod tests {
    use super::*;

    fn taken(lines: &[&str]) -> Intake {
        let mut intake = Intake::new(false);
        let now = Instant::now();
        for line in lines {
            intake.line(&Line::Text(line.as_bytes()), now);
        }
        intake
    }

    #[test]
    fn the_lines_of_one_read_are_spread_evenly_since_the_read_before() {
        let mut intake = taken(&["1 2", "x", "3 4"]);
        intake.spread(10.0, 11.0);
        let times: Vec<f64> = intake.entries().iter().map(|entry| entry.sample.time).collect();
        assert_eq!(times, [10.5, 10.5, 11.0, 11.0]);
    }

    #[test]
    fn a_bad_line_is_told_with_its_number_and_a_flood_of_them_is_counted() {
        let mut intake = taken(&["1", "x"]);
        assert_eq!(intake.complaints(), ["Input must be a number. (line 2)"]);
        let mut intake = taken(&["x"; 1000]);
        assert_eq!(intake.complaints().len(), 10);
        intake.tell_all_held(Instant::now());
        assert_eq!(intake.complaints(), ["Input must be a number. (990 more such lines)"]);
        assert_eq!(intake.counts, Counts { lines: 1000, rejected: 1000 });
    }

    #[test]
    fn a_lone_column_is_called_value_and_several_are_numbered() {
        assert_eq!(taken(&["1", "2 3"]).columns.names(), ["value", "c2"]);
        assert_eq!(taken(&["x 3", "1 2"]).columns.names(), ["c2", "c1"]);
    }
}
