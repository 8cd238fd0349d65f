//! Words and numbers that alternate over a whole line are names and values: `cpu 45% mem 1.5G`, or a word and one number.

use super::cells::comma;
use super::cells::delimiter::Delimiter;
use super::cells::duration;
use super::cells::measure::{self, Measure};
use super::cells::{self, Kind};
use super::reading::{Cell, Item, Key, Reading, Span};
use super::table::row;
use super::words::{Message, is_name};

/// Reads the line, if it is such a one.
pub(super) fn read(line: &[u8], reading: &mut Reading) -> bool {
    // The line begins with a word; most that do not come here are rows of numbers.
    let before = Message::of(line);
    let message = &line[before.start..];
    if !is_name(message) && message.first() != Some(&b'"') {
        return false;
    }
    if !read_duration(message, reading) && !read_any(message, reading) {
        return false;
    }
    before.describe(line, b"", reading);
    true
}

/// Reads the message, if some delimiter parts it so.
fn read_any(message: &[u8], reading: &mut Reading) -> bool {
    let parts = |delimiter: &Delimiter| {
        delimiter.is_in(message) && (*delimiter != Delimiter::Comma || !comma::halves(message))
    };
    Delimiter::ALL.into_iter().filter(parts).any(|delimiter| {
        [false, true].into_iter().any(|units| alternates(message, delimiter, units, reading))
    })
}

/// A name and a duration of several words: `up 6 hours, 51 minutes`.
fn read_duration(line: &[u8], reading: &mut Reading) -> bool {
    let begins = |pair: &[u8]| pair[0].is_ascii_whitespace() && pair[1].is_ascii_digit();
    let Some(start) = line.windows(2).position(begins).map(|at| at + 1) else { return false };
    let name = line[..start].trim_ascii_end();
    let is_word = is_name(name) && !name.contains(&b'=') && !name.ends_with(b":");
    match duration::prefix(&line[start..]).filter(|_| is_word) {
        Some((value, unit, length)) if start + length == line.len() => {
            let name = reading.keep(name);
            let measure = Measure { value, unit: Some(unit) };
            reading.push(Span::default(), Key::Name(name), Cell::Number(measure));
            true
        }
        _ => false,
    }
}

/// Reads the line. A word behind a number that may be a unit is one only with `units`.
fn alternates(line: &[u8], delimiter: Delimiter, units: bool, reading: &mut Reading) -> bool {
    reading.clear();
    let mut cells = delimiter.cells(delimiter.without_last(line)).map(without_mark).peekable();
    while let Some(name) = cells.next() {
        // In `CPU(s) list: 0,1` the first cell is a label with its first value.
        let is_part = name.contains(&b'=')
            || memchr::memmem::find(name, b": ").is_some()
            || row::is_sign_apart(name);
        let is_word = is_name(name) && !is_part && cells::kind(name, delimiter) == Kind::Word;
        let Some(value) = cells.next().filter(|_| is_word) else { return false };
        let Kind::Number(measure) = cells::kind(value, delimiter) else { return false };
        let unit = |cell: &&[u8]| {
            let (unit, length) = measure::after_blank(cell)?;
            (length == cell.len()).then_some(unit)
        };
        let unit = cells.peek().filter(|_| units && measure.unit.is_none()).and_then(unit);
        if unit.is_some() {
            cells.next();
        }
        // Of `sort 1.23 us 1.22 us 560` it is the unit twice.
        let is_again =
            |item: &Item| matches!(item.key, Key::Name(known) if reading.text(known) == name);
        if measure::after_blank(name).is_some() && reading.items().iter().any(is_again) {
            return false;
        }
        let name = reading.keep(name);
        let measure = Measure { unit: measure.unit.or(unit), ..measure };
        reading.push(Span::default(), Key::Name(name), Cell::Number(measure));
    }
    reading.has_number()
}

/// A cell without the comma or semicolon that parts two pairs.
fn without_mark(cell: &[u8]) -> &[u8] {
    cell.strip_suffix(b",").or_else(|| cell.strip_suffix(b";")).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::super::shown::shown;
    use super::*;

    #[test]
    fn words_and_numbers_that_alternate_are_pairs_and_nothing_else_is() {
        for (line, expected) in [
            ("cpu 45% mem 1.5G", "cpu=45% mem=1.5G"),
            ("cpu 45 %, mem 1.5 G", "cpu=45% mem=1.5G"),
            ("A 1 B 2 C 3", "A=1 B=2 C=3"),
            ("node_load1 0.5", "node_load1=0.5"),
            ("real\t0m1.5s", "real=1.5s"),
            ("took 1d 12h", "took=1.5d"),
            ("up 6 hours, 51 minutes", "up=6.85h"),
            ("CPU usage\t5", "CPU usage=5"),
            ("Boston,1", "Boston=1"),
            ("17:00:01 INFO depth 5", "depth=5"),
            ("[kitchen] temp 21.5 hum 40", "kitchen.temp=21.5 kitchen.hum=40"),
            ("took 12 ms", "took=12ms"),
            ("sort/1024 1.23 us 1.22 us 560000", ""),
            ("cpu 10 20", ""),
            ("5 users", ""),
            ("hello world", ""),
            ("queue 5 waiting", ""),
            ("CPU usage 5", ""),
            ("a b 1 2", ""),
            ("temp=21,5", ""),
            ("x 12,5", ""),
            ("US,-   0.001kg", ""),
            ("Core 0,45.5", "Core 0=45.5"),
        ] {
            let mut reading = Reading::default();
            let found =
                if read(line.as_bytes(), &mut reading) { shown(&reading) } else { String::new() };
            assert_eq!(found, expected, "{line}");
        }
    }
}
