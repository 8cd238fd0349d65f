//! The warnings of the sampler that come once. Those that come with every line are left to `problems`.

use super::super::doubts::Doubt;
use super::super::grammar::cells::{begins_with_number, is_fortran};
use super::super::grammar::measure::Measure;
use super::super::grammar::metrics;
use super::super::grammar::moment::Moment;
use super::super::grammar::reading::Reading;
use super::super::grammar::reading::{Cell, Item, Key};
use super::super::grammar::table::OpenMark;
use super::super::grammar::unit::Unit;
use super::super::problems::Problem;
use super::super::splitter::LONGEST;
use super::super::timestamp::compact;
use super::{Sampler, name};

/// How many characters of a name or cell a warning shows: binary noise has them in any number.
const SHOWN: usize = 32;

/// A name or a cell in a warning.
fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let text = common::escape::escape(&text);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
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

    /// Warns once of a cell that is a gap, and would be a number if its comma were a decimal point, or if it ended earlier.
    pub(super) fn warn_text(&mut self, item: &Item, text: &[u8], reading: &Reading) {
        let has_comma = self.grammar.note_comma(text);
        let is_column = matches!(item.key, Key::Column(_));
        let (once, way_out) = if has_comma {
            let way_out = "if its comma is a decimal point, run its program with LC_ALL=C or put sed -u y/,/./ before live-plot";
            (&mut self.once.comma, way_out)
        } else if is_column && is_fortran(text) {
            (&mut self.once.begun, Problem::FORTRAN)
        } else if is_column && begins_with_number(text) {
            let way_out = "--match 'took (?<ms>[0-9.]+)' says which of a line's numbers to draw";
            (&mut self.once.begun, way_out)
        } else {
            return;
        };
        if std::mem::replace(once, true) {
            return;
        }
        let name = shown(name(item, reading, &mut self.grammar.tables).name);
        let (text, line) = (shown(text), self.counts.lines);
        self.problems.warn(format!(
            "{name}: {text} is no number, but a gap, as will be any other such cell; {way_out}. (line {line})"
        ));
    }

    /// Warns of a row whose marks may mean something else than they are read as.
    pub(super) fn warn_open_marks(&mut self) {
        let Some(mark) = self.grammar.tables.open_mark.take() else { return };
        let line = self.counts.lines;
        self.problems.warn(match mark {
            OpenMark::Comma => format!("The line is read as two numbers; if its comma is a decimal point, run its program with LC_ALL=C or put sed -u y/,/./ before live-plot. (line {line})"),
            OpenMark::Point => format!("The points of the line are read as decimal points; if they part thousands, put sed -u 's/[.]//g' before live-plot. (line {line})"),
        });
    }

    /// Warns once of what the rows of a table seem to be.
    pub(super) fn warn_doubt(&mut self, row: &[Item], reading: &Reading) {
        let [Item { key: Key::Column(_), row: name_of_row, .. }, _, ..] = row else { return };
        let mut numbers = row.iter().filter(|item| matches!(item.cell, Cell::Number(_)));
        let Some(first) = numbers.next() else { return };
        let number = match first.cell {
            Cell::Number(Measure { value, unit: None }) => Some(value),
            _ => None,
        };
        let table = self.grammar.tables.begun;
        let Some(doubt) = self.doubts.row(table, reading.text(*name_of_row), number) else {
            return;
        };
        let line = self.counts.lines;
        self.problems.warn(match doubt {
            Doubt::InTurn(count) => {
                let column = shown(name(first, reading, &mut self.grammar.tables).name);
                format!("The rows seem to be those of {count} things in turn, counted by {column}: --match with a group (?<name>[0-9]+) for that number draws each by itself. (line {line})")
            }
            Doubt::States(names) => format!("The rows are called by their words {}: if these are states of one thing, --match 'took (?<ms>[0-9.]+)' draws it as one series. (line {line})", shown(names.as_bytes())),
        });
    }

    pub(super) fn warn_unit(&mut self, series: usize, measure: Measure) {
        let unit = |unit: Option<Unit>| unit.map_or("no unit".to_owned(), |unit| unit.to_string());
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
        let [(one, unit), (other, other_unit)] = [both.0, both.1].map(|series| {
            let unit = self.scales.unit(series).map(|unit| unit.to_string()).unwrap_or_default();
            (&self.schema.names()[series], unit)
        });
        self.problems.warn(format!(
            "{one} is in {unit}, {other} in {other_unit}, and their numbers are drawn as they stand: --panels gives each an axis of its own."
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
            // Whole, for it is to be copied.
            let name = String::from_utf8_lossy(self.grammar.tables.name(0)).into_owned();
            let name = common::escape::escape(&name);
            let is_plain = |c: char| c.is_alphanumeric() || "_-./%".contains(c);
            let quote = if name.chars().all(is_plain) { "" } else { "'" };
            self.problems.warn(format!(
                "The first column looks like a time: --time {quote}{name}{quote} takes it as such."
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
        if !self.once.missing
            && let Some(missing) = self.schema.missing()
        {
            self.once.missing = true;
            self.problems.warn(missing);
        }
    }
}
