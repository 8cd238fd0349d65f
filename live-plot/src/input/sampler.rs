//! From lines to samples: which lines are accepted. Those that are not are reported by `refusing`, or are marks (`marking`,
//! with `--marks`); what is to be known of others by `warnings`. A row's own time is found by `time`, its name with `--rows`
//! by `rows`, cells that are no numbers by `gaps`, what was read otherwise than it was meant by `checking`; lines like
//! earlier ones are taken by `again`, a flood of bare numbers by `flood`. Pure: the caller passes the time and prints the
//! warnings.

mod again;
mod checking;
mod flood;
mod gaps;
mod marking;
mod refusing;
mod rows;
mod time;
mod warnings;

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::apart::Apart;
use super::checks::Checks;
use super::counters::Counters;
use super::gaps::Gaps;
use super::grammar::again::Again;
use super::grammar::cells::measure::Measure;
use super::grammar::cells::moment::Written;
use super::grammar::reading::{Cell, Item, Key, Reading};
use super::grammar::table::Tables;
use super::grammar::{Grammar, Verdict, clean, remark};
use super::marks::{Marks, Place};
use super::problems::{Problem, Problems};
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
    /// There will be a picture, in which series share an axis.
    is_drawn: bool,
    pub(super) counts: Counts,
    entries: Vec<Entry>,
    /// The lines with numbers: one for each, in order.
    rows: Vec<Row>,
    /// The series of each cell of the last row that has one, and the place of the cell.
    cells: Vec<(usize, usize)>,
    /// The place of the cell that is the time of the last row, and what it was.
    time_cell: Option<(usize, Written)>,
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
    comma: bool,
    fortran: bool,
    hexadecimal: bool,
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
            is_drawn: rules.is_drawn,
            latest: f64::NEG_INFINITY,
            marks: rules.marks.then(Marks::default),
            has_seconds,
            has_ended: false,
            counters: rules.rate.then(|| Counters::new(has_seconds)),
            counts: Counts::default(),
            entries: Vec::new(),
            rows: Vec::new(),
            cells: Vec::new(),
            time_cell: None,
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
        if let Role::Series(series) = self.schema.role(0, Name::bare(b"value"), true) {
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
            return self.again(verdict, text, now);
        }
        if self.timestamps.is_none()
            && let Some(value) = self.grammar.bare_number(text)
        {
            return self.bare_number(value);
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
            Verdict::Comment if !self.is_mark(verdict, text) => {}
            verdict if self.is_mark(verdict, text) => self.mark(text, now),
            verdict => self.refuse(verdict, text, self.counts.lines, now),
        }
    }

    /// Takes a number that is all of its line.
    fn bare_number(&mut self, value: f64) {
        if value.is_infinite() {
            self.warn_infinite();
        }
        let is_number = value.is_finite();
        let name = self.grammar.tables.name(0);
        if let Role::Series(series) = self.schema.role(0, Name::bare(name), is_number) {
            self.push(series, Some(Measure { value, unit: None }));
        }
        self.rows.push(Row { end: self.entries.len(), time: f64::NAN });
    }

    /// Takes the rows that the grammar has read.
    fn take_rows(&mut self, line: &[u8], now: Instant) {
        self.hint_at_time();
        self.warn_open_marks();
        let reading = std::mem::take(&mut self.grammar.reading);
        // What --match and --rows take is as the user wants it.
        let is_guessed = !self.grammar.has_pattern();
        let is_checked = is_guessed && self.checks.look();
        self.warn_unsure(&reading);
        if is_checked {
            self.warn_unread(line, &reading);
            self.warn_behind(line, &reading);
            self.warn_moved(&reading);
        }
        for row in reading.all_rows() {
            if reading.is_json && !self.has_number_or_gap(row, &reading) {
                continue;
            }
            self.warn_apart(line, row, &reading);
            let time = self.time(row, &reading);
            let name = self.row_name(row, &reading);
            match time.and_then(|time| Ok((time, name?))) {
                Ok((time, name)) => {
                    let (before, series) = (self.entries.len(), self.schema.names().len());
                    if !self.take_known() {
                        self.row(row, name.as_deref(), &reading);
                        self.report_gaps(line, row, &reading);
                    }
                    let is_guessed = is_guessed && name.is_none();
                    if is_guessed && self.schema.names().len() > series {
                        self.warn_changing(line, row, &reading);
                    }
                    if is_guessed && is_checked {
                        self.warn_mixed(line, row, &reading);
                    }
                    // With --marks: no number but its time.
                    if self.entries.len() == before && self.marks.is_some() && !time.is_nan() {
                        self.add_mark(remark::rest(clean(line).trim_ascii()), Place::At(time));
                        continue;
                    }
                    self.rows.push(Row { end: self.entries.len(), time });
                }
                Err(problem) => {
                    // A group of --match may match nothing.
                    self.once.no_time |= problem == Problem::NoTime && !self.grammar.has_pattern();
                    self.reject(problem, self.counts.lines, now);
                }
            }
        }
        self.grammar.reading = reading;
    }

    /// Whether a row of JSON says something: it has a number, or a word where a series has its numbers.
    fn has_number_or_gap(&mut self, row: &[Item], reading: &Reading) -> bool {
        row.iter().enumerate().any(|(place, item)| {
            let name = name(item, reading, &mut self.grammar.tables);
            item.cell.is_number() || matches!(self.schema.role(place, name, false), Role::Series(_))
        })
    }

    /// Takes the numbers of a row, which has another name than its own with `--rows`.
    fn row(&mut self, row: &[Item], row_name: Option<&[u8]>, reading: &Reading) {
        self.schema.begin_row();
        self.cells.clear();
        for (place, item) in row.iter().enumerate() {
            if row_name.is_some() && self.names_row(item, reading) {
                continue;
            }
            let name = name(item, reading, &mut self.grammar.tables);
            let name = Name { row: row_name.unwrap_or(name.row), ..name };
            let measure = match item.cell {
                Cell::Number(measure) => Some(measure.in_column(name.name)),
                Cell::Empty | Cell::Text(_) => None,
            };
            let number = measure.map(|measure| measure.value);
            let known = self.schema.names().len();
            let series = self.schema.series(place, name, number);
            if self.schema.names().len() > known {
                self.gaps.begin(name.name);
            }
            if number.is_some_and(f64::is_infinite) {
                self.warn_infinite();
            }
            if let Cell::Text(text) = item.cell
                && (series.is_some() || !self.schema.has_choice())
            {
                self.look_at_gap(item, reading.text(text), series.is_some(), reading);
            }
            if let Some(series) = series {
                if let Cell::Text(text) = item.cell {
                    self.warn_hexadecimal(series, reading.text(text));
                }
                self.cells.push((series, place));
                self.push(series, measure);
            }
        }
    }

    /// Takes a number in the unit of its series; what cannot be drawn there is a gap.
    fn push(&mut self, series: usize, measure: Option<Measure>) {
        let value = match measure {
            None => f64::NAN,
            Some(measure) if measure.value.is_infinite() => f64::NAN,
            Some(measure) => match self.scales.value(series, self.schema.column(series), measure) {
                Ok(value) => value,
                Err(mismatch) => {
                    if mismatch.is_new {
                        self.warn_unit(series, measure);
                    }
                    f64::NAN
                }
            },
        };
        self.entries.push(Entry { series, sample: Sample { time: f64::NAN, value } });
        self.warn_1024s();
        self.warn_two_units();
        self.warn_thousandths();
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

    /// Nobody knows when this block came, so its changes a second are not known.
    pub(super) fn forget_arrival(&mut self) {
        self.counters.iter_mut().for_each(Counters::forget_arrival);
    }

    /// Sets the samples' times: those of their lines, else spread evenly after `from`, the last one at `to`.
    pub(super) fn stamp(&mut self, from: f64, to: f64) {
        let each = (to - from) / self.rows.len() as f64;
        // A mark is with the next row. Arrival goes on without one; the number or the time of a row that never comes is none.
        let has_own = self.timestamps.is_some();
        let is_known = self.has_ended || (self.has_seconds && !has_own);
        let end = if has_own { self.latest.max(0.0) } else { to };
        let mark = |after: usize| match self.rows.get(after) {
            Some(row) if has_own => Some(row.time),
            Some(_) => Some(from + each * (after + 1) as f64),
            None => is_known.then_some(end),
        };
        self.marks.iter_mut().for_each(|marks| marks.stamp(mark));
        let mut start = 0;
        for (number, row) in self.rows.iter().enumerate() {
            let spread = || from + each * (number + 1) as f64;
            let time = if self.timestamps.is_some() { row.time } else { spread() };
            self.entries[start..row.end].iter_mut().for_each(|entry| entry.sample.time = time);
            start = row.end;
        }
        if let Some(counters) = &mut self.counters {
            counters.rates(&mut self.entries);
        }
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

/// What a cell is called.
fn name<'a>(item: &Item, reading: &'a Reading, tables: &'a mut Tables) -> Name<'a> {
    let name = match item.key {
        Key::Name(name) => reading.text(name),
        Key::Column(column) => tables.name(column),
    };
    Name { title: &reading.title, row: reading.text(item.row), name }
}

/// A line with numbers: its samples end at `end` in the entries.
#[derive(Debug)]
struct Row {
    end: usize,
    time: f64,
}

#[cfg(test)]
mod tests;
