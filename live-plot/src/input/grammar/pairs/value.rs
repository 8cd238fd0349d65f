//! The value of a name: a number with its unit, several numbers, a text. Where names are is left to `pairs`.

use std::ops::Range;

use super::super::reading::{Cell, Key, Span};
use super::numbers;
use super::{Found, Scan};
use crate::input::grammar::cells::measure::{self, Measure};
use crate::input::grammar::cells::moment::Moment;
use crate::input::grammar::cells::unit::Unit;
use crate::input::grammar::words::{begins_name, is_on_earth};

impl Scan<'_> {
    /// `Tasks: 123 total, 1 running`: numbers with their names behind them are a row with these names, also if one looks
    /// like a unit (`us` of top).
    pub(super) fn counts(&mut self, label: Range<usize>, at: usize) -> bool {
        let Some(parts) = numbers::counts(&self.line[at..]) else { return false };
        let row = self.keep_row(label);
        self.row = Some(row);
        for (measure, word) in parts {
            let name = self.reading.keep(&word);
            self.reading.push(row, Key::Name(name), Cell::Number(measure));
        }
        self.at = self.line.len();
        true
    }

    /// A pair: the name, and where its value is looked for.
    pub(super) fn pair(&mut self, name: Range<usize>, after: usize) {
        match self.value(self.skip_blanks(after)) {
            (Cell::Number(measure), end) => self.number(name, measure, end),
            (cell, end) => self.take(name, cell, end),
        }
    }

    /// Takes a number, the one behind `±` as `NAME.±`, and one in a unit of another kind, `21.5°C 70.7°F`, as `NAME.°F`.
    /// Others that follow are no values of a pair.
    pub(super) fn number(&mut self, name: Range<usize>, measure: Measure, end: usize) {
        let (measure, end) = self.directed(&name, measure, end);
        let rest = &self.line[end..];
        // Nearly always the next name follows, or nothing.
        let next = self.byte(self.skip_blanks(end));
        if next.is_none_or(|byte| byte.is_ascii_alphabetic() && !matches!(byte | 0x20, b'n' | b'i'))
        {
            self.take(name, Cell::Number(measure), end);
        } else if let Some((deviation, length)) = numbers::deviation(rest) {
            let (deviation, end) = self.with_unit(deviation, end + length);
            self.two(name, [measure, deviation], "±", end);
        } else if let Some((other, unit, end)) = self.in_another_unit(measure, end) {
            self.two(name, [measure, other], &unit.to_string(), end);
        } else if numbers::goes_on(measure, rest) {
            // Of a check of Nagios what stands before the bar is text, and says the same.
            match memchr::memchr(b'|', rest) {
                Some(bar) => {
                    self.pass(end + bar);
                    self.owner = None;
                }
                None => self.found = Some(Found::Nothing),
            }
        } else {
            self.take(name, Cell::Number(measure), end);
        }
    }

    /// The number behind another one, if both bear units, of kinds that cannot be turned into each other; and where it ends.
    fn in_another_unit(&self, first: Measure, end: usize) -> Option<(Measure, Unit, usize)> {
        let start = self.skip_blanks(end);
        let (other, length) = measure::prefix(&self.line[start..])?;
        let (other, end) = self.with_unit(other, start + length);
        let (first, unit) = (first.unit?, other.unit?);
        let is_name = matches!(self.byte(self.skip_blanks(end)), Some(b'=' | b':'));
        (!is_name && unit.turned_into(1.0, first).is_none()).then_some((other, unit, end))
    }

    /// The degrees of a latitude or longitude, whose sign `S` and `W` behind them turn; `0.02 W` is no power there.
    fn directed(&self, name: &Range<usize>, measure: Measure, end: usize) -> (Measure, usize) {
        if !is_on_earth(&self.line[name.clone()]) {
            return (measure, end);
        }
        let west = Unit::named(b"W").filter(|watt| measure.unit == Some(*watt)).map(|_| b'W');
        let rest = self.line[end..].trim_ascii_start();
        let ends = rest.get(1).is_none_or(|next| !next.is_ascii_alphanumeric());
        let after = rest.first().filter(|mark| ends && b"NESW".contains(mark)).copied();
        let (value, unit) = match west.or(after) {
            Some(b'S' | b'W') => (-measure.value, measure.unit.filter(|_| west.is_none())),
            _ => (measure.value, measure.unit),
        };
        let length =
            if west.is_none() && after.is_some() { self.line.len() - rest.len() + 1 } else { end };
        (Measure { value, unit }, length)
    }

    /// Takes two numbers of one name: the second is called by that and what it is.
    fn two(&mut self, name: Range<usize>, numbers: [Measure; 2], what: &str, end: usize) {
        let [first, second] = numbers.map(Cell::Number);
        self.take(name.clone(), first, end);
        let name = self.reading.keep(&[&self.line[name], b".", what.as_bytes()].concat());
        self.reading.push(self.row.unwrap_or_default(), Key::Name(name), second);
    }

    /// Where a bound stands in the place of a value, `time<1ms`, `load>=5`: its name in the word that begins at `start`, and
    /// where all of it ends.
    pub(super) fn bound(&self, start: usize, word: &[u8]) -> Option<(Range<usize>, usize)> {
        let name = memchr::memchr2(b'<', b'>', word)?;
        let mark = start + name;
        let number = mark + 1 + usize::from(self.byte(mark + 1) == Some(b'='));
        let (_, length) = measure::prefix(self.line.get(number..)?)?;
        // `a->5` is an arrow, and `List<5>` a type.
        let is_name = begins_name(word) && word[name - 1] != b'-';
        let is_bound = is_name && self.byte(number + length) != Some(b'>');
        is_bound.then_some((start..mark, number + length))
    }

    /// The value that begins at `at`, and where it ends.
    fn value(&mut self, at: usize) -> (Cell, usize) {
        let byte = self.byte(at);
        if byte == Some(b'(') {
            let end = self.find(0, at).map_or(at + 1, |end| end + 1);
            return (Cell::Text(Span::default()), end);
        }
        if matches!(byte, Some(b'"' | b'\''))
            && let Some(end) = self.find(if byte == Some(b'"') { 1 } else { 2 }, at + 1)
        {
            return (self.reading.cell(&self.line[at + 1..end]), end + 1);
        }
        let rest = &self.line[at..];
        if let Some((measure, length)) = measure::prefix(rest) {
            let (measure, end) = self.with_unit(measure, at + length);
            return (Cell::Number(measure), end);
        }
        let length = match Moment::prefix(rest) {
            Some((_, length)) => length,
            // Of `a=1,2,3` all is one value.
            None => {
                let ends = |(at, byte): (usize, &u8)| match byte {
                    b',' => {
                        ![0, at + 1].iter().all(|at| rest.get(*at).is_some_and(u8::is_ascii_digit))
                    }
                    _ => byte.is_ascii_whitespace() || b";|".contains(byte),
                };
                rest.iter().enumerate().position(ends).unwrap_or(rest.len())
            }
        };
        (self.reading.cell(&rest[..length]), at + length)
    }

    /// The measure with the known unit that may follow it after a blank, unless that is the next name.
    pub(super) fn with_unit(&self, measure: Measure, end: usize) -> (Measure, usize) {
        let next = self.skip_blanks(end);
        if measure.unit.is_none()
            && next > end
            && let Some((unit, length)) = measure::after_blank(&self.line[next..])
            && !matches!(self.byte(self.skip_blanks(next + length)), Some(b'=' | b':'))
        {
            return (Measure { unit: Some(unit), ..measure }, next + length);
        }
        (measure, end)
    }
}
