//! From lines to samples: has a line read, and decides what becomes of it.
//!
//! ```text
//! flood      bare numbers, many at once
//! again      a line like an earlier one
//! row        a row: samples   (time: its own time; row_name: its name with --rows; gaps: cells that are no numbers)
//! marking    a line without a number, with --marks
//! refusing   a line that is not drawn: the report
//! checking   a line that may be meant otherwise: the warning; warnings: all others that come once
//! stamp      at the end of a block: the times of its samples
//! ```
//!
//! Pure: the caller passes the time and prints the warnings.

mod again;
mod checking;
mod flood;
mod gaps;
mod marking;
mod refusing;
mod row;
mod row_name;
mod stamp;
mod time;
mod warnings;

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::apart::Apart;
use super::checks::Checks;
use super::counters::Counters;
use super::gaps::Gaps;
use super::grammar::again::Again;
use super::grammar::{Grammar, Verdict};
use super::marks::Marks;
use super::problems::Problems;
use super::scales::Scales;
use super::schema::{MAX_SERIES, Name, Role, Schema};
use super::splitter::Line;
use super::timestamp::Timestamps;
use crate::config::Rules;
use crate::series::store::{Counts, Entry};
use crate::series::{Annotation, Sample};
use crate::zone;

/// While nothing is drawn: how long a series that was chosen may take to come before a warning says that it is missing.
const MISSING_AFTER: Duration = Duration::from_secs(1);

/// Takes lines and holds their samples until [`Sampler::clear`].
#[derive(Debug)]
pub(super) struct Sampler {
    grammar: Grammar,
    again: Again,
    pub(super) schema: Schema,
    scales: Scales,
    pub(super) counts: Counts,
    entries: Vec<Entry>,
    /// The lines with numbers: one for each, in order.
    rows: Vec<Row>,
    /// The series of each cell of the last row that has one, and the place of the cell.
    cells: Vec<(usize, usize)>,
    /// The places of the cells that are the time of the last row.
    time_cells: Vec<usize>,
    /// Reads the lines' own times, if they have any.
    timestamps: Option<Timestamps>,
    /// The latest timestamp.
    latest: f64,
    /// With `--marks`.
    marks: Option<Marks>,
    /// The samples have times, and not only numbers.
    has_seconds: bool,
    has_ended: bool,
    /// With `--rate`.
    counters: Option<Counters>,
    problems: Problems,
    apart: Apart,
    checks: Checks,
    gaps: Gaps,
    once: Once,
    /// When the first line came of which nothing is drawn, or not under the name that is meant.
    nothing_since: Option<Instant>,
}

/// Which warnings have been given that come once.
#[derive(Debug, Default)]
struct Once {
    too_long: bool,
    too_many: bool,
    missing: bool,
    no_time: bool,
    infinite: bool,
    time_column: bool,
    two_units: bool,
    thousandths: bool,
    blank: bool,
    unsure: bool,
}

impl Sampler {
    /// `has_seconds`: the samples have times, and not only numbers.
    pub(super) fn new(rules: Rules, has_seconds: bool, is_typed: bool) -> Self {
        let mut grammar = Grammar::new(&rules.naming, rules.pattern, is_typed);
        grammar.tables.has_marks = rules.marks;
        Self {
            timestamps: (!rules.naming.time.is_empty()).then(|| Timestamps::new(zone::local())),
            grammar,
            again: Again::default(),
            schema: Schema::new(rules.naming),
            scales: Scales::default(),
            latest: f64::NEG_INFINITY,
            marks: rules.marks.then(Marks::default),
            has_seconds,
            has_ended: false,
            counters: rules.rate.then(|| Counters::new(has_seconds)),
            counts: Counts::default(),
            entries: Vec::new(),
            rows: Vec::new(),
            cells: Vec::new(),
            time_cells: Vec::new(),
            problems: Problems::new(is_typed),
            apart: Apart::default(),
            checks: Checks::default(),
            gaps: Gaps::default(),
            once: Once::default(),
            nothing_since: None,
        }
    }

    /// Takes a 0 at time 0, as if it were the first line.
    pub(super) fn begin_at_zero(&mut self) {
        self.grammar.tables.begin_single();
        if let Role::Series(series) = self.schema.role(Name::bare(b"value"), true) {
            self.entries.push(Entry { series, sample: Sample { time: 0.0, value: 0.0 } });
        }
    }

    pub(super) fn line(&mut self, line: &Line<'_>, now: Instant) {
        self.counts.lines += 1;
        match line {
            Line::Text(text) => self.text(text, now),
            Line::TooLong => self.skip(),
        }
        self.counts.other_series = self.schema.other_series();
        if self.counts.other_series > 0 && !std::mem::replace(&mut self.once.too_many, true) {
            self.problems.warn(format!("There are more than {MAX_SERIES} series: the others are not drawn. --only NAME,… chooses."));
        }
        // Nothing is drawn at all, or under a name that is not meant: warn before the end of input. But not at once, for each
        // line may bring one more name.
        if self.schema.names().is_empty() || self.schema.lacks_rows() {
            let since = *self.nothing_since.get_or_insert(now);
            if now.saturating_duration_since(since) >= MISSING_AFTER {
                self.warn_missing();
            }
        }
    }

    fn text(&mut self, text: &[u8], now: Instant) {
        if self.takes_numbered_mark(text) {
            return;
        }
        if let Some(verdict) = self.again.read(text, &mut self.grammar) {
            return self.take_again(verdict, text, now);
        }
        let verdict = self.grammar.line(text, self.counts.lines);
        self.reject_headers(now);
        self.take(verdict, text, now);
        self.again.learn(text, verdict, &self.grammar);
    }

    /// Takes a line that the grammar has looked at.
    fn take(&mut self, verdict: Verdict, text: &[u8], now: Instant) {
        match verdict {
            Verdict::Read => self.take_rows(text, now),
            Verdict::PassedOver => self.counts.passed_over += 1,
            Verdict::Silent if self.grammar.reading.is_json => self.take_rows(text, now),
            Verdict::Silent => self.wait_for_header(),
            verdict if self.is_mark(verdict, text) => self.mark(text, now),
            Verdict::Comment => {}
            Verdict::Refused(refusal) => self.refuse(refusal, text, self.counts.lines, now),
        }
    }

    /// Warns how many bad lines were not reported, once their second is over.
    pub(super) fn warn_suppressed(&mut self, now: Instant) {
        self.problems.report_suppressed(now);
    }

    /// The input has ended: adds the warnings that waited for that.
    pub(super) fn finish(&mut self, now: Instant) {
        self.has_ended = true;
        self.grammar.finish();
        self.reject_headers(now);
        self.warn_suppressed(now + Duration::from_secs(1));
        self.warn_at_the_end();
    }

    /// The warnings since the last call.
    pub(super) fn take_warnings(&mut self) -> Vec<String> {
        self.problems.take()
    }

    /// When the first timestamp was, if the timestamps are those of a calendar.
    pub(super) fn began(&self) -> Option<DateTime<Utc>> {
        self.timestamps.as_ref()?.began()
    }

    /// The unit of each series, as it is shown; empty for none.
    pub(super) fn units(&self) -> impl Iterator<Item = Option<String>> {
        let is_rate = self.counters.as_ref().is_some_and(|counters| counters.has_seconds);
        let rate = if is_rate { "/s" } else { "" };
        let series = 0..self.schema.names().len();
        series.map(move |series| self.scales.unit(series).map(|unit| format!("{unit}{rate}")))
    }

    /// The samples, in the order of their lines.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The marks.
    pub(super) fn annotations(&self) -> &[Annotation] {
        self.marks.as_ref().map_or(&[], Marks::stamped)
    }

    /// How many lines with numbers there are.
    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.rows.clear();
        self.marks.iter_mut().for_each(Marks::clear);
    }
}

/// A row: its samples end at `end` in the entries.
#[derive(Debug)]
struct Row {
    end: usize,
    time: f64,
}

#[cfg(test)]
mod tests;
