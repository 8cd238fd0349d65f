//! From lines to samples: what is accepted, what is rejected and what is said about it. Pure: the reader
//! gives the times and does the talking.

use std::time::{Duration, Instant};

use common::throttle::Throttle;

use super::counters::Counters;
use super::grammar::{self, Cell, Key};
use super::schema::{MOST, Role, Schema};
use super::splitter::{LONGEST, Line};
use super::timestamp::Timestamps;
use crate::config::Rules;
use crate::series::Sample;
use crate::series::store::{Counts, Entry};

/// Bad lines told one by one each second; the rest is counted.
const TOLD: u32 = 10;

/// So long a series that was chosen may take to come before one is told.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is said of a line that has no number in it.
const NO_NUMBER: &str = "Input must be a number.";

/// The samples of the lines taken in since the last [`Sampler::clear`].
#[derive(Debug)]
pub(super) struct Sampler {
    pub(super) schema: Schema,
    pub(super) counts: Counts,
    entries: Vec<Entry>,
    /// The lines with numbers.
    rows: Vec<Row>,
    /// The line's own time, if there is one.
    timestamps: Option<Timestamps>,
    /// The latest time that a line told.
    latest: f64,
    /// If rates are wanted.
    counters: Option<Counters>,
    complaints: Vec<String>,
    throttle: Throttle,
    told_too_long: bool,
    told_too_many: bool,
    told_missing: bool,
    /// The first line, while nothing of it has been drawn.
    missing_since: Option<Instant>,
    /// Lines are typed at a prompt, where their number says nothing.
    typed: bool,
}

impl Sampler {
    pub(super) fn new(rules: Rules, typed: bool) -> Self {
        Self {
            timestamps: rules.naming.time.is_some().then(Timestamps::default),
            schema: Schema::new(rules.naming),
            latest: f64::NEG_INFINITY,
            counters: rules.rate.then(Counters::default),
            counts: Counts::default(),
            entries: Vec::new(),
            rows: Vec::new(),
            complaints: Vec::new(),
            throttle: Throttle::new(TOLD, Duration::from_secs(1)),
            told_too_long: false,
            told_too_many: false,
            told_missing: false,
            missing_since: None,
            typed,
        }
    }

    /// Takes in a 0 at time 0, in the first column.
    pub(super) fn begin_at_zero(&mut self) {
        self.schema.begin_numbers(1);
        if let Role::Series(series) = self.schema.role(Key::Column(0, 1), true) {
            self.entries.push(Entry { series, sample: Sample { time: 0.0, value: 0.0 } });
        }
    }

    pub(super) fn line(&mut self, line: &Line<'_>, now: Instant) {
        self.counts.lines += 1;
        match line {
            Line::Text(text) => self.text(text, now),
            Line::TooLong => self.skip(),
        }
    }

    fn text(&mut self, text: &[u8], now: Instant) {
        let before = self.entries.len();
        let mut found = Found {
            schema: &mut self.schema,
            timestamps: &mut self.timestamps,
            entries: &mut self.entries,
            time: None,
            has_number: false,
            in_vain: Vec::new(),
        };
        match grammar::number(text) {
            // The most common line is one number: nothing else needs to be looked for.
            Some(value) => found.take(Key::Column(0, 1), Cell::Number(value)),
            None => grammar::line(text, |key, cell| found.take(key, cell)),
        }
        let Found { time, has_number, in_vain, .. } = found;
        for line in in_vain {
            self.reject(NO_NUMBER, line, now);
        }
        match self.row(text, has_number, time) {
            Ok(Some(row)) => self.rows.push(row),
            Ok(None) => self.entries.truncate(before),
            Err(problem) => {
                self.entries.truncate(before);
                self.reject(problem, self.counts.lines, now);
            }
        }
        if self.schema.overflowed && !std::mem::replace(&mut self.told_too_many, true) {
            self.complaints.push(format!("There are more than {MOST} series: the others are not drawn. --only NAME,… chooses."));
        }
        // While nothing at all is drawn, one wants to know why, and not only at the end. Yet names may come one a line.
        if self.schema.names().is_empty() {
            let since = *self.missing_since.get_or_insert(now);
            if now.saturating_duration_since(since) >= PATIENCE {
                self.tell_missing();
            }
        }
    }

    /// Whether the line is a row of numbers, nothing to speak of (a header), or wrong.
    fn row(
        &mut self,
        text: &[u8],
        has_number: bool,
        time: Option<f64>,
    ) -> Result<Option<Row>, &'static str> {
        let end = self.entries.len();
        if !has_number {
            let is_header = self.schema.is_header(text)
                || (!self.typed && self.schema.may_name(text, self.counts.lines));
            return if is_header { Ok(None) } else { Err(NO_NUMBER) };
        }
        if self.timestamps.is_none() {
            return Ok(Some(Row { end, time: f64::NAN }));
        }
        let time = time.ok_or("The line does not tell its time.")?;
        if time < self.latest {
            return Err("The line's time is before the last one's.");
        }
        self.latest = time;
        Ok(Some(Row { end, time }))
    }

    fn reject(&mut self, problem: &str, line: u64, now: Instant) {
        self.counts.rejected += 1;
        self.tell_held(now);
        if self.throttle.admit(now) {
            let place = if self.typed { String::new() } else { format!(" (line {line})") };
            self.complaints.push(format!("{problem}{place}"));
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
            self.complaints.push(format!("Input must be a number. ({held} more such lines)"));
        }
    }

    /// There is no more input: tells what is still held back.
    pub(super) fn finish(&mut self, now: Instant) {
        let in_vain = if self.schema.is_waiting() { self.schema.give_up() } else { Vec::new() };
        for line in in_vain {
            self.reject(NO_NUMBER, line, now);
        }
        self.tell_held(now + Duration::from_secs(1));
        self.tell_missing();
    }

    /// Tells once which series that the user chose there is not.
    fn tell_missing(&mut self) {
        if !self.told_missing
            && let Some(missing) = self.schema.missing()
        {
            self.told_missing = true;
            self.complaints.push(missing);
        }
    }

    /// What is to be said, once.
    pub(super) fn complaints(&mut self) -> Vec<String> {
        std::mem::take(&mut self.complaints)
    }

    /// Gives the samples their times: the line's own, else spread evenly over `from..=to`.
    pub(super) fn stamp(&mut self, from: f64, to: f64) {
        let each = (to - from) / self.rows.len() as f64;
        let mut start = 0;
        for (number, row) in self.rows.iter().enumerate() {
            let spread = || from + each * (number + 1) as f64;
            let time = if self.timestamps.is_some() { row.time } else { spread() };
            self.entries[start..row.end].iter_mut().for_each(|entry| entry.sample.time = time);
            start = row.end;
        }
        if let Some(counters) = &mut self.counters {
            self.entries.retain_mut(|entry| counters.rate(entry));
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

/// A line's samples end at `end` in the entries.
#[derive(Debug)]
struct Row {
    end: usize,
    time: f64,
}

/// What is found on one line, as it is found.
struct Found<'a> {
    schema: &'a mut Schema,
    timestamps: &'a mut Option<Timestamps>,
    entries: &'a mut Vec<Entry>,
    time: Option<f64>,
    has_number: bool,
    /// Lines that were kept as headers and are none.
    in_vain: Vec<u64>,
}

impl Found<'_> {
    fn take(&mut self, key: Key<'_>, cell: Cell<'_>) {
        let value = cell.number();
        self.has_number |= value.is_some();
        if value.is_some() && self.schema.is_waiting() {
            let width = if let Key::Column(_, width) = key { width } else { 0 };
            self.in_vain = self.schema.begin_numbers(width);
        }
        match self.schema.role(key, value.is_some_and(|value| !value.is_nan())) {
            Role::Series(series) => {
                let sample = Sample { time: f64::NAN, value: value.unwrap_or(f64::NAN) };
                self.entries.push(Entry { series, sample });
            }
            Role::Time => self.time = self.timestamps.as_mut().and_then(|times| times.read(cell)),
            Role::None => {}
        }
    }
}

#[cfg(test)]
mod tests;
