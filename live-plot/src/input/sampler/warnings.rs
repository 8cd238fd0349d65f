//! The warnings of the sampler that come once. Those that come with every line are left to `problems`.

use std::borrow::Cow;

use common::words::quoted;

use super::super::doubts::{Doubt, is_state};
use super::super::grammar::metrics;
use super::super::grammar::reading::Reading;
use super::super::grammar::reading::{Cell, Item, Key, Span};
use super::super::grammar::table::OpenMark;
use super::super::grammar::table::row_names::Lost;
use super::super::problems::Problem;
use super::super::splitter::LONGEST;
use super::super::timestamp::compact;
use super::super::turns::{Turn, is_identity, numbered};
use super::super::twins;
use super::{Sampler, name};
use crate::input::grammar::cells::foreign::is_hexadecimal;
use crate::input::grammar::cells::measure::Measure;
use crate::input::grammar::cells::moment::Moment;
use crate::input::grammar::cells::unit::Unit;

/// How many characters of a name or cell a warning shows: binary noise has them in any number.
const SHOWN: usize = 32;

/// The longest name that a warning shows whole.
const LONGEST_NAME: usize = 120;

/// A name or a cell in a warning.
pub(super) fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let text = common::escape::escape(&text);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

/// The warning that rows are those of things in turn, which a number counts.
fn counted(count: u64, by: &[u8], line: u64) -> String {
    let (name, by) = (shown(by), copied(by));
    format!(
        "{name} counts {count} rows again and again: if it tells them apart, --rows {by} draws each by itself. (line {line})"
    )
}

/// The warning that lines are about several things in turn; a count is that of the first number, which has this name.
fn in_turn(turn: Turn<'_>, first: &[u8], line: u64) -> String {
    let (key, names) = match turn {
        Turn::Counted(count) => return counted(count, first, line),
        Turn::Named(key, names) => (key, shown(names.as_bytes())),
    };
    let (told, way_out) = match key {
        b"" => (
            "the words before their numbers say".to_owned(),
            "--match with a group (?<name>…) for those words tells them apart".to_owned(),
        ),
        _ => {
            (format!("{} says", shown(key)), format!("--rows {} draws each by itself", copied(key)))
        }
    };
    format!(
        "The lines seem to be about several things in turn, as {told} ({names}), and their numbers are taken for those of one: {way_out}. (line {line})"
    )
}

/// The warning that several rows have the name of this one, and by which column they are told apart.
fn several(name: &[u8], column: &[u8], line: u64) -> String {
    let (name, by, column) = (shown(name), shown(column), copied(column));
    format!(
        "Several rows of a table are called {name}: if {by} tells such rows apart, --rows {column} draws each by itself. (line {line})"
    )
}

/// A name that is to be copied to a command line: whole, if it is no noise.
fn copied(name: &[u8]) -> String {
    let name = match str::from_utf8(name) {
        Ok(text) if text.len() <= LONGEST_NAME => common::escape::escape(text).into_owned(),
        _ => shown(name),
    };
    quoted(&name).into_owned()
}

impl Sampler {
    pub(super) fn warn_infinite(&mut self) {
        if !std::mem::replace(&mut self.once.infinite, true) {
            let line = self.counts.lines;
            self.problems.warn(format!(
                "An infinite number cannot be drawn: it is a gap, and so will be any other. (line {line})"
            ));
        }
    }

    /// Warns once of a hexadecimal number in a series that had others.
    pub(super) fn warn_hexadecimal(&mut self, series: usize, text: &[u8]) {
        if !is_hexadecimal(text) || std::mem::replace(&mut self.once.hexadecimal, true) {
            return;
        }
        let (name, line) = (&self.schema.names()[series], self.counts.lines);
        let (text, way_out) = (shown(text), Problem::HEXADECIMAL);
        self.problems.warn(format!(
            "{name}: {text} is a hexadecimal number, and a gap, as will be any other; {way_out}. (line {line})"
        ));
    }

    /// Warns of rows that seem to be a total and its parts.
    pub(super) fn warn_parts(&mut self) {
        let Some(columns) = self.grammar.tables.parts.take() else { return };
        if std::mem::replace(&mut self.once.parts, true) {
            return;
        }
        let names = (0..columns).map(|column| self.grammar.tables.name(column).to_vec());
        let names = copied(&names.collect::<Vec<_>>().join(&b','));
        let line = self.counts.lines;
        self.problems.warn(format!("{names}: - in the first row, and numbers in the next. If these are a total and its parts, --rows {names} draws each by itself. (line {line})"));
    }

    /// Warns that a column does not name the rows any more.
    pub(super) fn warn_lost_names(&mut self) {
        let Some((column, lost)) = self.grammar.tables.lost_names.take() else { return };
        let name = self.grammar.tables.name(column);
        let (name, column, line) = (shown(name), copied(name), self.counts.lines);
        let why = match lost {
            Lost::Value => {
                " until it held a number or nothing: it names none now, and its numbers are a series"
            }
            Lost::Fresh => ", but the first of them all have different ones: it names none now",
        };
        self.problems.warn(format!("{name} named the rows{why}. If it does name them, --rows {column} keeps that. (line {line})"));
    }

    /// Warns of a row whose marks may mean something else than they are read as.
    pub(super) fn warn_open_marks(&mut self) {
        let Some(mark) = self.grammar.tables.open_mark.take() else { return };
        let line = self.counts.lines;
        self.problems.warn(match mark {
            OpenMark::Comma => format!("The line is read as two numbers; {}. (line {line})", Problem::COMMA),
            OpenMark::CommaBehindPoints => format!("The line is read as two numbers; {}. (line {line})", Problem::COMMA_BEHIND_POINTS),
            OpenMark::Blank if std::mem::replace(&mut self.once.blank, true) => return,
            OpenMark::Blank => format!(r"The line is read as several numbers; if blanks part the groups of one, put sed -uE ':a;s/([0-9]) ([0-9]{{3}})\b/\1\2/;ta' before live-plot. (line {line})"),
            OpenMark::Point => format!("The points of the line are read as decimal points; if they part thousands, put sed -u 's/[.]//g' before live-plot. (line {line})"),
        });
    }

    /// Warns once of what the rows of a table seem to be.
    pub(super) fn warn_doubt(&mut self, row: &[Item], reading: &Reading) {
        let [Item { key: Key::Column(_), row: name_of_row, .. }, _, ..] = row else { return };
        if self.schema.names_rows() {
            return;
        }
        let mut numbers = row.iter().filter(|item| matches!(item.cell, Cell::Number(_)));
        let Some(first) = numbers.next() else { return };
        let number = match first.cell {
            Cell::Number(Measure { value, unit: None }) => Some(value),
            _ => None,
        };
        let table = self.grammar.tables.begun;
        let name_of_row = reading.text(*name_of_row);
        self.warn_twins(table, name_of_row, row, reading);
        let Some(doubt) = self.doubts.row(table, name_of_row, number) else {
            return;
        };
        let line = self.counts.lines;
        self.problems.warn(match doubt {
            Doubt::InTurn(count) => {
                let column = name(first, reading, &mut self.grammar.tables).name;
                if is_state(column) {
                    return;
                }
                counted(count, column, line)
            }
            Doubt::States(_) if let Some(column) = self.twins.words() => {
                several(name_of_row, self.grammar.tables.name(column), line)
            }
            Doubt::States(names) => format!("The rows are called by their words {}: if these are states of one thing, --rows none draws it as one series. (line {line})", shown(names.as_bytes())),
        });
    }

    /// Warns once of rows of one name in one block of a table.
    fn warn_twins(&mut self, table: u64, name: &[u8], row: &[Item], reading: &Reading) {
        if name.is_empty() || !self.twins.is_open() {
            return;
        }
        let cell = |item: &Item| {
            let Key::Column(column) = item.key else { return None };
            let (text, is_word) = match item.cell {
                Cell::Text(text) if Moment::whole(reading.text(text)).is_some() => return None,
                Cell::Text(text) => {
                    let text = reading.text(text).to_vec();
                    let is_name = text.iter().any(u8::is_ascii_alphabetic);
                    (text, is_name && !is_state(self.grammar.tables.own_name(column)))
                }
                Cell::Number(measure) => (measure.value.to_string().into_bytes(), false),
                Cell::Empty => return None,
            };
            Some(twins::Cell { column, text, is_word })
        };
        let found = self.twins.row(table, name, row.iter().filter_map(cell));
        if let Some(column) = found {
            let warning = several(name, self.grammar.tables.name(column), self.counts.lines);
            self.problems.warn(warning);
        }
    }

    /// Warns at the end of the input of rows of one name in the only block of a table.
    pub(super) fn warn_single_twins(&mut self) {
        if let Some((name, column)) = self.twins.finish() {
            let warning = several(name, self.grammar.tables.name(column), self.counts.lines);
            self.problems.warn(warning);
        }
    }

    /// Warns of rows of which each has another name, and so is a series of one sample.
    pub(super) fn warn_all_different(&mut self) {
        let is_decided = self.schema.names_rows() || self.grammar.has_pattern();
        let rows = self.grammar.tables.all_different(self.counts.lines).filter(|_| !is_decided);
        if let Some(rows) = rows {
            self.problems.warn(format!("Each of the {rows} rows has a name of its own, and so is a series of one sample: --rows none draws each column as a series."));
        }
    }

    /// Warns once of numbers of one name that seem to be those of several things in turn.
    pub(super) fn warn_turn(&mut self, row: &[Item], reading: &Reading) {
        self.grammar.keeps_before = self.turns.is_open();
        let is_decided = self.grammar.has_pattern() || self.schema.names_rows();
        if !self.turns.is_open() || is_decided {
            return;
        }
        let is_row = matches!(row, [Item { key: Key::Column(_), .. }, ..]);
        // What the rows of a table are called by is told by `warn_doubt`.
        if is_row && (row[0].row != Span::default() || self.doubts.is_reported) {
            return self.turns.pass();
        }
        let tables = &self.grammar.tables;
        let key = |item: &Item| match item.key {
            Key::Name(key) => reading.text(key),
            Key::Column(column) => tables.own_name(column),
        };
        let mut numbers = row.iter().filter(|item| matches!(item.cell, Cell::Number(_)));
        let (Some(first), last) = (numbers.next(), numbers.next_back()) else {
            return self.turns.pass();
        };
        let number = match first.cell {
            Cell::Number(Measure { value, unit: None }) if !is_row => last.map(|_| value),
            _ => None,
        };
        // What stands in another row is no text of this one.
        let own = reading.text(first.row);
        let text = |item: &Item| match item.cell {
            _ if reading.text(item.row) != own => None,
            Cell::Text(text) if !is_row || is_identity(key(item)) => {
                Some((key(item), Cow::Borrowed(reading.text(text))))
            }
            Cell::Number(measure) if last.is_some() => {
                numbered(key(item), measure).map(|number| (key(item), Cow::Owned(number)))
            }
            _ => None,
        };
        let before = reading.text(reading.before).trim_ascii();
        let before = (!before.is_empty()).then_some((&b""[..], Cow::Borrowed(before)));
        let texts = row.iter().filter_map(text).chain(before);
        let kind = [&reading.title, reading.text(first.row), key(first)];
        let Some(turn) = self.turns.row(&kind.join(&b'.'), number, texts) else { return };
        let line = self.counts.lines;
        let is_state = matches!(turn, Turn::Counted(_)) && is_state(kind[2]);
        let warning = in_turn(turn, kind[2], line);
        if !is_state {
            self.problems.warn(warning);
        }
    }

    /// Warns at the end of the input of numbers of one name that are those of several things, each of which came once.
    pub(super) fn warn_single_turn(&mut self) {
        let line = self.counts.lines;
        if let Some(turn) = self.turns.finish() {
            let warning = in_turn(turn, b"", line);
            self.problems.warn(warning);
        }
    }

    pub(super) fn warn_unit(&mut self, series: usize, measure: Measure) {
        let unit =
            |unit: Option<Unit>| unit.map_or("no known unit".to_owned(), |unit| unit.to_string());
        let (before, now) = (unit(self.scales.unit(series)), unit(measure.unit));
        let (name, line) = (&self.schema.names()[series], self.counts.lines);
        self.problems.warn(format!("{name} was in {before}, and now is in {now}: a gap, as will be any other such value. (line {line})"));
    }

    /// Warns once of two series of one kind in different units.
    pub(super) fn warn_two_units(&mut self) {
        let Some(both) = self.scales.beside() else { return };
        if std::mem::replace(&mut self.once.two_units, true) {
            return;
        }
        let unit = |series| self.scales.unit(series);
        let is_size =
            unit(both.0).is_some_and(|unit| unit.is_large_prefix() || unit.of_top().is_some());
        let [(one, unit), (other, other_unit)] = [both.0, both.1].map(|series| {
            let unit = unit(series).map(|unit| unit.to_string()).unwrap_or_default();
            (&self.schema.names()[series], unit)
        });
        let way_out = match self.is_drawn {
            true => "drawn as they stand: --panels gives each an axis of its own.",
            false if is_size => {
                "written as they stand: let their program print one unit, as free -m and df -k do."
            }
            false => "written as they stand.",
        };
        self.problems.warn(format!(
            "{one} is in {unit}, {other} in {other_unit}, and their numbers are {way_out}"
        ));
    }

    /// Warns that numbers before this one were read by 1000s, and now are by 1024s.
    pub(super) fn warn_1024s(&mut self) {
        let Some(Measure { value, unit }) = self.scales.take_late() else { return };
        let (unit, line) =
            (unit.map(|unit| unit.to_string()).unwrap_or_default(), self.counts.lines);
        self.problems.warn(format!(
            "{value}{unit} shows that a K, M or G is 1024 of the one before: they are read so from here on, and were read as 1000. (line {line})"
        ));
    }

    /// Hints once that the first column looks like a time.
    pub(super) fn hint_at_time(&mut self) {
        if self.timestamps.is_some() || self.once.time_column {
            return;
        }
        let reading = &self.grammar.reading;
        let Some(Item { key: Key::Column(0), cell, row }) = reading.items().first() else { return };
        let is_time = match cell {
            Cell::Number(Measure { value, unit: None }) => {
                // Behind a label a counter may have that size.
                let is_alone = reading.text(*row).is_empty() || self.grammar.tables.names_rows();
                let is_time = metrics::is_epoch(*value) || compact(*value).is_some();
                is_alone && reading.items().len() > 1 && is_time
            }
            Cell::Text(text) => {
                Moment::whole(reading.text(*text)).is_some_and(|moment| moment.date.is_some())
            }
            _ => false,
        };
        // Only the first row tells: later ones are as it is.
        self.once.time_column = true;
        if is_time {
            let name = copied(self.grammar.tables.name(0));
            self.problems.warn(format!(
                "The first column looks like a time: --time {name} takes it as such."
            ));
        }
    }

    pub(super) fn skip(&mut self) {
        self.counts.rejected += 1;
        if !std::mem::replace(&mut self.once.too_long, true) {
            let (line, limit) = (self.counts.lines, LONGEST >> 10);
            let text = format!(
                "Line {line} is longer than {limit} KiB: skipped, and so will be any other."
            );
            self.problems.warn(text);
        }
    }

    /// Warns once that a series which the user chose is missing.
    pub(super) fn warn_missing(&mut self) {
        if !self.once.missing {
            // A later line may have the time.
            let time = self.once.no_time.then(|| self.schema.missing_time()).flatten();
            let missing = [self.schema.missing(), self.schema.missing_rows(), time];
            self.once.missing = missing.iter().any(Option::is_some);
            missing.into_iter().flatten().for_each(|text| self.problems.warn(text));
        }
    }
}
