//! The warnings of the sampler that come once. Those that come with every line are left to `problems`.

use std::fmt;

use super::super::apart::Row;
use super::super::counters::Counters;
use super::super::grammar::reading::Reading;
use super::super::grammar::reading::{Cell, Item, Key};
use super::super::grammar::refusal;
use super::super::grammar::table::OpenMark;
use super::super::grammar::{clean, metrics};
use super::super::proposal::by_words;
use super::super::shown::copied;
use super::super::splitter::LONGEST;
use super::super::timestamp::compact;
use super::Sampler;
use crate::input::grammar::cells::measure::Measure;
use crate::input::grammar::cells::moment::Moment;
use crate::input::grammar::cells::unit::Unit;
use crate::series::store::Counts;

impl Sampler {
    /// Warns of the line that has come last.
    pub(super) fn warn(&mut self, text: impl fmt::Display) {
        self.problems.warn(format!("{text} (line {})", self.counts.lines));
    }

    pub(super) fn warn_infinite(&mut self) {
        if !std::mem::replace(&mut self.once.infinite, true) {
            self.warn("An infinite number cannot be drawn: it is a gap, and so will be any other.");
        }
    }

    /// Warns of a row whose marks may mean something else than they are read as.
    pub(super) fn warn_open_marks(&mut self) {
        let Some(mark) = self.grammar.tables.open_mark.take() else { return };
        let text = match mark {
            OpenMark::Comma => format!("The line is read as two numbers; {}.", refusal::COMMA),
            OpenMark::CommaBehindPoints => format!("The line is read as two numbers; {}.", refusal::COMMA_BEHIND_POINTS),
            OpenMark::Blank if std::mem::replace(&mut self.once.blank, true) => return,
            OpenMark::Blank => format!("The line is read as several numbers; {}.", refusal::BLANKS),
            OpenMark::Point => "The points of the line are read as decimal points; if they part thousands, put sed -u 's/[.]//g' before live-plot.".to_owned(),
        };
        self.warn(text);
    }

    /// Whether the user says which lines are of which thing.
    fn is_told_apart(&self) -> bool {
        self.schema.names_rows() || self.grammar.has_pattern()
    }

    /// Warns once of what the rows so far seem to be.
    pub(super) fn warn_apart(&mut self, line: &[u8], items: &[Item], reading: &Reading) {
        self.grammar.keeps_before = self.apart.is_open();
        if let Some(shown) = self.grammar.tables.shown.take() {
            let doubt = self.apart.names(shown, &self.grammar.tables);
            self.warn(doubt);
        }
        if self.is_told_apart() {
            return;
        }
        let row = Row { items, reading, tables: &self.grammar.tables };
        if let Some(doubt) = self.apart.row(&row) {
            let words = reading.text(reading.before).trim_ascii();
            self.warn(doubt.with_option(|names| by_words(&clean(line), words, names)));
        }
    }

    /// Gives the warnings that only the end of the input allows.
    pub(super) fn warn_at_the_end(&mut self) {
        self.warn_missing();
        let doubt = self.apart.finish(&self.grammar.tables, self.counts.lines);
        if let Some(doubt) = doubt.filter(|_| !self.is_told_apart()) {
            self.problems.warn(doubt.to_string());
        }
        self.schema.only_time().into_iter().for_each(|text| self.problems.warn(text));
        if self.counters.as_ref().is_some_and(Counters::have_forgotten_all) {
            self.problems.warn("--rate: all lines were there before anybody looked, so their times are not known. --time NAME takes a line's own time, and in a FILE a change is that from one sample to the next.".to_owned());
        }
        if self.grammar.has_commented && self.schema.names().is_empty() {
            self.problems.warn("Lines that begin with # are comments, and these have numbers: put sed -u 's/^ *#//' before live-plot to draw them.".to_owned());
        }
        let Counts { passed_over, lines, .. } = self.counts;
        if passed_over > 0 && passed_over == lines {
            self.problems.warn(format!("No line matches --match ({lines} lines)."));
        }
    }

    pub(super) fn warn_unit(&mut self, series: usize, measure: Measure) {
        let unit =
            |unit: Option<Unit>| unit.map_or("no known unit".to_owned(), |unit| unit.to_string());
        let (before, now) = (unit(self.scales.unit(series)), unit(measure.unit));
        let name = &self.schema.names()[series];
        self.warn(format!(
            "{name} was in {before}, and now is in {now}: a gap, as will be any other such value."
        ));
    }

    /// Warns once of two series of one kind in different units.
    pub(super) fn warn_two_units(&mut self) {
        let Some(both) = self.scales.beside() else { return };
        if std::mem::replace(&mut self.once.two_units, true) {
            return;
        }
        let [(one, unit), (other, other_unit)] = [both.0, both.1].map(|series| {
            let unit = self.scales.unit(series);
            let unit = unit.map_or("no unit".to_owned(), |unit| unit.to_string());
            (&self.schema.names()[series], unit)
        });
        self.problems.warn(format!("{one} is in {unit}, {other} in {other_unit}, and their numbers stand as they are: an option of their program may choose one unit for all, --panels gives each an axis of its own."));
    }

    /// Warns that numbers before this one were read by 1000s, and now are by 1024s.
    pub(super) fn warn_1024s(&mut self) {
        let Some(Measure { value, unit }) = self.scales.take_late() else { return };
        let unit = unit.map(|unit| unit.to_string()).unwrap_or_default();
        self.warn(format!("{value}{unit} shows that a K, M or G is 1024 of the one before: they are read so from here on, and were read as 1000."));
    }

    /// Warns once that `m` is read as thousandths.
    pub(super) fn warn_thousandths(&mut self) {
        if self.scales.has_thousandths && !std::mem::replace(&mut self.once.thousandths, true) {
            self.warn(r"Numbers with an m are read as thousandths of those without; if m is minutes, put sed -uE 's/([0-9])m\b/\1min/g' before live-plot.");
        }
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
            let missing = self.schema.missing(self.once.no_time);
            self.once.missing = !missing.is_empty();
            missing.into_iter().for_each(|text| self.problems.warn(text));
        }
    }
}
