//! A row that was read becomes samples: each number goes to the series of its name, in the unit of that series. The row's
//! time is left to `time`, its name with `--rows` to `row_name`, cells that are no numbers to `gaps`.

use std::time::Instant;

use super::{Row, Sampler};
use crate::input::grammar::cells::measure::Measure;
use crate::input::grammar::reading::{Cell, Item, Key, Reading};
use crate::input::grammar::refusal::Refusal;
use crate::input::grammar::table::Tables;
use crate::input::grammar::{clean, remark};
use crate::input::marks::Place;
use crate::input::schema::{Name, Role};
use crate::series::Sample;
use crate::series::store::Entry;

impl Sampler {
    /// Takes the rows that the grammar has read.
    pub(super) fn take_rows(&mut self, line: &[u8], now: Instant) {
        self.hint_at_time();
        self.warn_open_marks();
        let reading = std::mem::take(&mut self.grammar.reading);
        // What --match takes is as the user wants it.
        let is_checked = !self.grammar.has_pattern() && self.checks.look();
        self.warn_unsure(&reading);
        if is_checked {
            self.warn_unread(line, &reading);
            self.warn_behind(line, &reading);
        }
        for row in reading.rows() {
            if reading.is_json && !self.has_number_or_gap(row, &reading) {
                continue;
            }
            if let Err(refusal) = self.take_row(line, row, &reading, is_checked) {
                // A group of --match may match nothing.
                self.once.no_time |= refusal == Refusal::NoTime && !self.grammar.has_pattern();
                self.reject(refusal, self.counts.lines, now);
            }
        }
        self.grammar.reading = reading;
    }

    /// Takes a row: its time, its name and its numbers.
    fn take_row(
        &mut self,
        line: &[u8],
        row: &[Item],
        reading: &Reading,
        is_checked: bool,
    ) -> Result<(), Refusal> {
        self.warn_apart(line, row, reading);
        let (time, name) = (self.time(row, reading), self.row_name(row, reading));
        let (time, name) = (time?, name?);
        let (before, series) = (self.entries.len(), self.schema.names().len());
        self.numbers(row, name.as_deref(), reading);
        self.report_gaps(line, row, reading);
        // What --match and --rows take is as the user wants it.
        let is_guessed = !self.grammar.has_pattern() && name.is_none();
        if is_guessed && self.schema.names().len() > series {
            self.warn_changing(line, row, reading);
        }
        if is_guessed && is_checked {
            self.warn_mixed(line, row, reading);
        }
        // With --marks: no number but its time.
        if self.entries.len() == before && self.marks.is_some() && !time.is_nan() {
            self.add_mark(remark::rest(clean(line).trim_ascii()), Place::At(time));
        } else {
            self.rows.push(Row { end: self.entries.len(), time });
        }
        Ok(())
    }

    /// Whether a row of JSON says something: it has a number, or a word where a series has its numbers.
    fn has_number_or_gap(&mut self, row: &[Item], reading: &Reading) -> bool {
        row.iter().any(|item| {
            let name = name(item, reading, &mut self.grammar.tables);
            item.cell.is_number() || matches!(self.schema.role(name, false), Role::Series(_))
        })
    }

    /// Takes the numbers of a row, which has another name than its own with `--rows`.
    fn numbers(&mut self, row: &[Item], row_name: Option<&[u8]>, reading: &Reading) {
        self.schema.begin_row();
        self.cells.clear();
        for (place, item) in row.iter().enumerate() {
            if row_name.is_some() && self.names_row(item, reading) {
                continue;
            }
            let measure = self.measure(item, reading);
            let name = name(item, reading, &mut self.grammar.tables);
            let name = Name { row: row_name.unwrap_or(name.row), ..name };
            let number = measure.map(|measure| measure.value);
            let known = self.schema.names().len();
            let series = self.schema.series(name, number);
            if self.schema.names().len() > known {
                self.gaps.begin(name.name);
            }
            if let Cell::Text(text) = item.cell
                && (series.is_some() || !self.schema.has_choice())
            {
                self.look_at_gap(item, reading.text(text), series.is_some(), reading);
            }
            if let Some(series) = series {
                self.cells.push((series, place));
                self.push(series, measure);
            }
        }
    }

    /// The number in a cell.
    fn measure(&mut self, item: &Item, reading: &Reading) -> Option<Measure> {
        let Cell::Number(measure) = item.cell else { return None };
        if measure.value.is_infinite() {
            self.warn_infinite();
        }
        match measure.unit {
            None => Some(measure),
            Some(_) => Some(measure.in_column(name(item, reading, &mut self.grammar.tables).name)),
        }
    }

    /// Takes a number in the unit of its series; what cannot be drawn there is a gap.
    pub(super) fn push(&mut self, series: usize, measure: Option<Measure>) {
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
}

/// What a cell is called.
pub(super) fn name<'a>(item: &Item, reading: &'a Reading, tables: &'a mut Tables) -> Name<'a> {
    let name = match item.key {
        Key::Name(name) => reading.text(name),
        Key::Column(column) => tables.name(column),
    };
    Name { title: &reading.title, row: reading.text(item.row), name }
}
