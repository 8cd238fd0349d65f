//! From lines to samples: which lines are accepted, which are rejected, and the warnings about them. Pure: the caller
//! passes the time and prints the warnings.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use common::throttle::Throttle;

use super::counters::Counters;
use super::grammar::{self, Cell, Key};
use super::schema::{MAX_SERIES, Role, Schema};
use super::splitter::{LONGEST, Line};
use super::timestamp::Timestamps;
use crate::config::Rules;
use crate::series::Sample;
use crate::series::store::{Counts, Entry};

/// How many bad lines a second are reported one by one; the others are counted.
const MAX_REPORTED: u32 = 10;

/// While nothing is drawn: how long a series that was chosen may take to come before a warning says that it is missing.
const MISSING_AFTER: Duration = Duration::from_secs(1);

/// The warning about a line without a number.
const NO_NUMBER: &str = "Input must be a number.";

/// Takes lines and holds their samples until [`Sampler::clear`].
#[derive(Debug)]
pub(super) struct Sampler {
    pub(super) schema: Schema,
    pub(super) counts: Counts,
    entries: Vec<Entry>,
    /// The lines with numbers: one for each, in order.
    rows: Vec<Row>,
    /// Reads the lines' own times, if they have any.
    timestamps: Option<Timestamps>,
    /// The latest timestamp.
    latest: f64,
    /// With `--rate`.
    counters: Option<Counters>,
    warnings: Vec<String>,
    throttle: Throttle,
    warned_too_long: bool,
    warned_too_many: bool,
    warned_missing: bool,
    /// When the first line came of which nothing is drawn.
    nothing_since: Option<Instant>,
    /// Lines are typed at a prompt, where a line's number is of no use.
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
            warnings: Vec::new(),
            throttle: Throttle::new(MAX_REPORTED, Duration::from_secs(1)),
            warned_too_long: false,
            warned_too_many: false,
            warned_missing: false,
            nothing_since: None,
            typed,
        }
    }

    /// Takes a 0 at time 0, in the first column.
    pub(super) fn begin_at_zero(&mut self) {
        self.schema.first_row(1);
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
            not_headers: Vec::new(),
        };
        match grammar::number(text) {
            // The most common line is one number: nothing else needs to be looked for.
            Some(value) => found.take(Key::Column(0, 1), Cell::Number(value)),
            None => grammar::line(text, |key, cell| found.take(key, cell)),
        }
        let Found { time, has_number, not_headers, .. } = found;
        for line in not_headers {
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
        if self.schema.overflowed && !std::mem::replace(&mut self.warned_too_many, true) {
            self.warnings.push(format!("There are more than {MAX_SERIES} series: the others are not drawn. --only NAME,… chooses."));
        }
        // Nothing is drawn at all: warn before the end of input. But not at once, for each line may bring one more name.
        if self.schema.names().is_empty() {
            let since = *self.nothing_since.get_or_insert(now);
            if now.saturating_duration_since(since) >= MISSING_AFTER {
                self.warn_missing();
            }
        }
    }

    /// The row that the line is; `None` for a header, an error for a bad line.
    fn row(
        &mut self,
        text: &[u8],
        has_number: bool,
        time: Option<f64>,
    ) -> Result<Option<Row>, &'static str> {
        let end = self.entries.len();
        if !has_number {
            let is_header = self.schema.repeats_header(text)
                || (!self.typed && self.schema.may_be_header(text, self.counts.lines));
            return if is_header { Ok(None) } else { Err(NO_NUMBER) };
        }
        if self.timestamps.is_none() {
            return Ok(Some(Row { end, time: f64::NAN }));
        }
        let time = time.ok_or("The line has no time in the column of --time.")?;
        if time < self.latest {
            return Err("The line's time is before the last one's.");
        }
        self.latest = time;
        Ok(Some(Row { end, time }))
    }

    fn reject(&mut self, problem: &str, line: u64, now: Instant) {
        self.counts.rejected += 1;
        self.warn_suppressed(now);
        if self.throttle.admit(now) {
            let place = if self.typed { String::new() } else { format!(" (line {line})") };
            self.warnings.push(format!("{problem}{place}"));
        }
    }

    fn skip(&mut self) {
        self.counts.rejected += 1;
        if !std::mem::replace(&mut self.warned_too_long, true) {
            let (line, limit) = (self.counts.lines, LONGEST >> 10);
            let text = format!(
                "Line {line} is longer than {limit} KiB: skipped, and so will be any other."
            );
            self.warnings.push(text);
        }
    }

    /// Warns how many bad lines were not reported, once their second is over.
    pub(super) fn warn_suppressed(&mut self, now: Instant) {
        if let Some(count) = self.throttle.take_suppressed(now) {
            self.warnings.push(format!("Input must be a number. ({count} more such lines)"));
        }
    }

    /// The input has ended: adds the warnings that waited for that.
    pub(super) fn finish(&mut self, now: Instant) {
        let not_headers =
            if self.schema.awaits_first_row() { self.schema.take_headers() } else { Vec::new() };
        for line in not_headers {
            self.reject(NO_NUMBER, line, now);
        }
        self.warn_suppressed(now + Duration::from_secs(1));
        self.warn_missing();
    }

    /// Warns once that a series which the user chose is missing.
    fn warn_missing(&mut self) {
        if !self.warned_missing
            && let Some(missing) = self.schema.missing()
        {
            self.warned_missing = true;
            self.warnings.push(missing);
        }
    }

    /// The warnings since the last call.
    pub(super) fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }

    /// When the first timestamp was, if it tells one of a calendar.
    pub(super) fn began(&self) -> Option<DateTime<Utc>> {
        self.timestamps.as_ref()?.began()
    }

    /// Sets the samples' times: those of their lines, else spread evenly after `from`, the last one at `to`.
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

    /// How many lines with numbers there are.
    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.rows.clear();
    }
}

/// A line with numbers: its samples end at `end` in the entries.
#[derive(Debug)]
struct Row {
    end: usize,
    time: f64,
}

/// What has been found on one line so far.
struct Found<'a> {
    schema: &'a mut Schema,
    timestamps: &'a mut Option<Timestamps>,
    entries: &'a mut Vec<Entry>,
    time: Option<f64>,
    has_number: bool,
    /// Numbers of lines that were kept as possible headers and are none.
    not_headers: Vec<u64>,
}

impl Found<'_> {
    fn take(&mut self, key: Key<'_>, cell: Cell<'_>) {
        let value = cell.number();
        self.has_number |= value.is_some();
        if value.is_some() && self.schema.awaits_first_row() {
            let width = if let Key::Column(_, width) = key { width } else { 0 };
            self.not_headers = self.schema.first_row(width);
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
