//! From lines to samples: which lines are accepted, which are rejected, and the warnings about them. Pure: the caller
//! passes the time and prints the warnings.

mod flood;
mod warnings;

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::counters::Counters;
use super::doubts::Doubts;
use super::grammar::measure::Measure;
use super::grammar::moment::Moment;
use super::grammar::reading::{Cell, Item, Key, Reading};
use super::grammar::remark;
use super::grammar::row::is_half_of_day;
use super::grammar::table::Tables;
use super::grammar::unit::Unit;
use super::grammar::{Grammar, Verdict, clean};
use super::marks::{Marks, Place};
use super::problems::{Problem, Problems};
use super::scales::Scales;
use super::schema::{MAX_SERIES, Name, Role, Schema};
use super::splitter::Line;
use super::timestamp::{Timestamps, Written};
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
    pub(super) schema: Schema,
    scales: Scales,
    /// There will be a picture, in which series share an axis.
    is_drawn: bool,
    pub(super) counts: Counts,
    entries: Vec<Entry>,
    /// The lines with numbers: one for each, in order.
    rows: Vec<Row>,
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
    doubts: Doubts,
    once: Once,
    /// When the first line came of which nothing is drawn.
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
    begun: bool,
    time_column: bool,
    two_units: bool,
}

impl Sampler {
    /// `has_seconds`: the samples have times, and not only numbers.
    pub(super) fn new(rules: Rules, has_seconds: bool, is_typed: bool) -> Self {
        let mut grammar =
            Grammar::new(&rules.naming.names, &rules.naming.time, rules.pattern, is_typed);
        grammar.tables.has_marks = rules.marks;
        Self {
            timestamps: (!rules.naming.time.is_empty()).then(|| Timestamps::new(zone::local())),
            grammar,
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
            problems: Problems::new(is_typed),
            doubts: Doubts::default(),
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
        if self.schema.overflowed && !std::mem::replace(&mut self.once.too_many, true) {
            self.problems.warn(format!("There are more than {MAX_SERIES} series: the others are not drawn. --only NAME,… chooses."));
        }
        // Nothing is drawn at all: warn before the end of input. But not at once, for each line may bring one more name.
        if self.schema.names().is_empty() {
            let since = *self.nothing_since.get_or_insert(now);
            if now.saturating_duration_since(since) >= MISSING_AFTER {
                self.warn_missing();
            }
        }
    }

    fn text(&mut self, text: &[u8], now: Instant) {
        if self.timestamps.is_none()
            && let Some(value) = self.grammar.bare_number(text)
        {
            return self.bare_number(value);
        }
        let verdict = self.grammar.line(text, self.counts.lines);
        self.reject_headers(now);
        match verdict {
            Verdict::Read => self.take_rows(text, now),
            Verdict::PassedOver => self.counts.passed_over += 1,
            Verdict::Silent => self.wait_for_header(),
            verdict if self.is_mark(verdict, text) => self.mark(text, now),
            verdict => self.refuse(verdict, self.counts.lines, now),
        }
    }

    /// With `--marks`: whether a line that is refused is one.
    fn is_mark(&self, verdict: Verdict, line: &[u8]) -> bool {
        use Verdict::{NoNames, NoNumber, NotUnderstood};
        let is_refused = matches!(verdict, NoNumber | NotUnderstood | NoNames);
        // What --match finds no number in may have some elsewhere.
        let is_wordy = || self.grammar.has_pattern() || remark::is_remark(clean(line).trim_ascii());
        self.marks.is_some() && is_refused && is_wordy()
    }

    /// Takes a line as a mark at its own time, if it has one, else where it came.
    fn mark(&mut self, line: &[u8], now: Instant) {
        let clean = clean(line);
        let line = clean.trim_ascii();
        match self.mark_place(line) {
            Ok(place) => self.add_mark(line, place),
            Err(problem) => self.reject(problem, self.counts.lines, now),
        }
    }

    fn mark_place(&mut self, line: &[u8]) -> Result<Place, Problem> {
        if self.grammar.has_pattern() {
            let reading = std::mem::take(&mut self.grammar.reading);
            let time = reading.rows().next().map(|row| self.time(row, &reading));
            self.grammar.reading = reading;
            match time {
                Some(Ok(time)) if !time.is_nan() => return Ok(Place::At(time)),
                Some(Err(problem)) if problem != Problem::NoTime => return Err(problem),
                _ => {}
            }
        }
        let own = self.timestamps.as_mut().and_then(|times| times.beside(remark::time(line)?));
        Ok(own.map_or_else(|| self.here(), Place::At))
    }

    fn add_mark(&mut self, line: &[u8], place: Place) {
        let is_timed = self.timestamps.is_some();
        if let Some(marks) = &mut self.marks {
            marks.add(line, is_timed, place);
        }
    }

    /// Where a line came: before the first timestamp at that one.
    fn here(&self) -> Place {
        match self.timestamps {
            Some(_) => Place::At(self.latest.max(0.0)),
            None => Place::After(self.rows.len()),
        }
    }

    /// Remembers where a line came that may be a header, or a mark.
    fn wait_for_header(&mut self) {
        let (line, place) = (self.counts.lines, self.here());
        if let Some(marks) = &mut self.marks
            && self.grammar.tables.newest_candidate() == Some(line)
        {
            marks.wait(line, place);
        }
    }

    /// Reports a line that the grammar refuses.
    fn refuse(&mut self, verdict: Verdict, line: u64, now: Instant) {
        let problem = match verdict {
            Verdict::Silent | Verdict::Read | Verdict::PassedOver => return,
            Verdict::NoNumber => Problem::NoNumber,
            Verdict::NotUnderstood => Problem::NotUnderstood,
            Verdict::NoNames => Problem::NoNames,
            Verdict::Cells => Problem::Cells,
            Verdict::Groups => Problem::Groups,
            Verdict::Comma => Problem::Comma,
            Verdict::Hexadecimal => Problem::Hexadecimal,
            Verdict::Fortran => Problem::Fortran,
        };
        self.reject(problem, line, now);
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
        for row in reading.rows() {
            self.warn_doubt(row, &reading);
            match self.time(row, &reading) {
                Ok(time) => {
                    let before = self.entries.len();
                    self.row(row, &reading);
                    // With --marks: no number but its time.
                    if self.entries.len() == before && self.marks.is_some() && !time.is_nan() {
                        self.add_mark(clean(line).trim_ascii(), Place::At(time));
                        continue;
                    }
                    self.rows.push(Row { end: self.entries.len(), time });
                }
                Err(problem) => {
                    // A group of --match may match nothing.
                    if problem == Problem::NoTime
                        && !self.grammar.has_pattern()
                        && !std::mem::replace(&mut self.once.no_time, true)
                        && let Some(missing) = self.schema.missing_time()
                    {
                        self.problems.warn(missing);
                    }
                    self.reject(problem, self.counts.lines, now);
                }
            }
        }
        self.grammar.reading = reading;
    }

    /// Takes the numbers of a row.
    fn row(&mut self, row: &[Item], reading: &Reading) {
        self.schema.begin_row();
        for (place, item) in row.iter().enumerate() {
            let measure = match item.cell {
                Cell::Number(measure) => Some(measure),
                Cell::Empty => None,
                Cell::Text(text) => {
                    self.warn_text(item, reading.text(text), reading);
                    None
                }
            };
            if measure.is_some_and(|measure| measure.value.is_infinite()) {
                self.warn_infinite();
            }
            let name = name(item, reading, &mut self.grammar.tables);
            let number = measure.map(|measure| measure.value);
            if let Some(series) = self.schema.series(place, name, number) {
                self.push(series, measure);
            }
        }
    }

    /// The time of a row; NaN if rows have none of their own.
    fn time(&mut self, row: &[Item], reading: &Reading) -> Result<f64, Problem> {
        let Some(timestamps) = &mut self.timestamps else { return Ok(f64::NAN) };
        let mut parts: [Option<usize>; 2] = [None; 2];
        for (place, item) in row.iter().enumerate() {
            let name = name(item, reading, &mut self.grammar.tables);
            if let Role::Time(part) = self.schema.role(place, name, false) {
                parts[part.min(1)].get_or_insert(place);
            }
        }
        let text = |place: usize| match row.get(place)?.cell {
            Cell::Text(span) => Some(reading.text(span)),
            _ => None,
        };
        let first = parts[0].ok_or(Problem::NoTime)?;
        // A date, and the clock time in the cell that is named too, or simply follows.
        let second = match self.schema.time_parts() {
            2 => Some(parts[1].ok_or(Problem::NoTime)?),
            _ => Some(first + 1).filter(|next| is_split(text(first), text(*next))),
        };
        let last = second.unwrap_or(first);
        let half = Some(last + 1).filter(|next| text(*next).is_some_and(is_half_of_day));
        let time = match (row[first].cell, second.or(half)) {
            (Cell::Number(measure), None) => {
                let name = name(&row[first], reading, &mut self.grammar.tables);
                written(measure, name.name).and_then(|written| timestamps.read(written))
            }
            (_, None) => text(first).and_then(|text| timestamps.read(Written::Text(text))),
            _ => {
                let parts = [Some(first), second, half].into_iter().flatten();
                let parts: Vec<&[u8]> =
                    parts.map(|place| text(place).unwrap_or_default()).collect();
                timestamps.read(Written::Text(&parts.join(&b' ')))
            }
        };
        if std::mem::take(&mut timestamps.guessed) {
            self.problems.warn(format!("Dates such as 05/11/2026 are read with the month first; if their day is first, put sed -uE 's,([0-9]+)/([0-9]+)/([0-9]{{4}}),\\3-\\2-\\1,' before live-plot. (line {})", self.counts.lines));
        }
        let time = time.ok_or(Problem::BadTime)?;
        if time < self.latest {
            return Err(Problem::BackInTime);
        }
        self.latest = time;
        Ok(time)
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
        if self.is_drawn {
            self.warn_two_units();
        }
    }

    fn reject(&mut self, problem: Problem, line: u64, now: Instant) {
        self.counts.rejected += 1;
        self.problems.report(problem, line, now);
    }

    /// Rejects the lines that were kept as possible headers and are none. With `--marks` they are marks where they came.
    fn reject_headers(&mut self, now: Instant) {
        for (line, text, verdict) in self.grammar.take_not_headers().collect::<Vec<_>>() {
            let place = self.marks.as_ref().and_then(|marks| marks.place(line));
            match place.filter(|_| self.is_mark(verdict, &text)) {
                Some(place) => self.add_mark(&text, place),
                None => self.refuse(verdict, line, now),
            }
        }
    }

    /// Warns how many bad lines were not reported, once their second is over.
    pub(super) fn warn_suppressed(&mut self, now: Instant) {
        self.problems.report_suppressed(now);
    }

    /// The input has ended: adds the warnings that waited for that.
    pub(super) fn finish(&mut self, now: Instant) {
        self.has_ended = true;
        self.grammar.tables.finish();
        self.reject_headers(now);
        self.warn_suppressed(now + Duration::from_secs(1));
        self.warn_missing();
        self.schema.only_time().into_iter().for_each(|text| self.problems.warn(text));
        let Counts { passed_over, lines, .. } = self.counts;
        if passed_over > 0 && passed_over == lines {
            self.problems.warn(format!("No line matches --match ({lines} lines)."));
        }
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

    /// Sets the samples' times: those of their lines, else spread evenly after `from`, the last one at `to`.
    pub(super) fn stamp(&mut self, from: f64, to: f64) {
        let each = (to - from) / self.rows.len() as f64;
        let rows = self.rows.len();
        // A mark is with the next row. Time goes on without one; the number of a sample that never comes is none.
        let is_known = self.has_seconds || self.has_ended;
        let mark = |after: usize| match after < rows {
            true => Some(from + each * (after + 1) as f64),
            false => is_known.then_some(to),
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
            self.entries.retain_mut(|entry| counters.rate(entry));
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

/// A number as a time: in its unit, or in that which the name of its column ends in: `time_ms`, `t [ms]`. `None` if that is
/// no unit of time.
fn written(measure: Measure, name: &[u8]) -> Option<Written<'static>> {
    let nanos = |unit: Unit| unit.turned_into(1e9, Unit::SECOND);
    if let Some(unit) = measure.unit {
        return nanos(unit).map(|nanos| Written::Counted(measure.value, nanos));
    }
    let mut words = name.rsplit(|byte| b"_ [](),".contains(byte)).filter(|word| !word.is_empty());
    let unit = words.next().filter(|word| word.len() < name.len()).and_then(Unit::of_time);
    Some(match unit.and_then(nanos) {
        Some(nanos) => Written::Counted(measure.value, nanos),
        None => Written::Number(measure.value),
    })
}

/// Whether a date and a clock time stand in two cells.
fn is_split(first: Option<&[u8]>, second: Option<&[u8]>) -> bool {
    let moment = |text: Option<&[u8]>| Moment::whole(text?);
    moment(first).is_some_and(|date| date.clock.is_none())
        && moment(second).is_some_and(|clock| clock.date.is_none())
}

/// A line with numbers: its samples end at `end` in the entries.
#[derive(Debug)]
struct Row {
    end: usize,
    time: f64,
}

#[cfg(test)]
mod tests;
