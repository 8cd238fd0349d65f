//! The cells of a row as they are put into a reading, each in its column, with the row's name.

use crate::input::grammar::cells::comma;
use crate::input::grammar::cells::delimiter::Delimiter;
use crate::input::grammar::cells::measure::{self, Measure};
use crate::input::grammar::cells::moment::Moment;
use crate::input::grammar::cells::number;
use crate::input::grammar::cells::{self, Kind};
use crate::input::grammar::reading::{Cell, Key, Reading, Span};
use crate::input::grammar::vocabulary::{is_level, is_no_value};

/// The label that a row or header begins with and what follows its colon, as in `Mem: 1 2`. Under other delimiters than
/// blanks it is a cell like any other.
pub(in crate::input) fn label(line: &[u8], delimiter: Delimiter) -> (Option<&[u8]>, &[u8]) {
    let end = if delimiter == Delimiter::Blanks { memchr::memchr(b':', line) } else { None };
    let label = end.and_then(|end| {
        let name = line[..end].trim_ascii();
        let is_apart = line.get(end + 1).is_some_and(u8::is_ascii_whitespace);
        let is_name = name.first().is_some_and(|first| !first.is_ascii_digit() && *first != b'"');
        (is_apart && is_name).then_some((name, end))
    });
    match label {
        Some((name, end)) => (Some(name), &line[end + 1..]),
        None => (None, line),
    }
}

/// The cells of a line, its label apart, in a table of `width` columns.
pub(in crate::input) fn split(line: &[u8], delimiter: Delimiter, width: usize) -> Vec<&[u8]> {
    let mut cells: Vec<&[u8]> = Vec::with_capacity(width + 1);
    cells.extend(delimiter.cells(line));
    if cells.len() > width && delimiter == Delimiter::Blanks {
        join(line, &mut cells, width);
    } else if cells.len() == width + 1 && cells.last().is_some_and(|last| last.is_empty()) {
        cells.pop();
    }
    cells
}

/// The cells with those joined that are one in a table of `width` columns: a date and a clock time, a clock time and AM or
/// PM, a number and its unit. They are cells of `line`.
pub(in crate::input) fn join<'a>(line: &'a [u8], cells: &mut Vec<&'a [u8]>, width: usize) {
    let mut at = 0;
    while at + 1 < cells.len() && cells.len() > width {
        let end = offset(line, cells[at + 1]) + cells[at + 1].len();
        let both = &line[offset(line, cells[at])..end];
        if measure::whole(both).is_some() || Moment::whole(both).is_some() {
            cells[at] = both;
            cells.remove(at + 1);
        } else {
            at += 1;
        }
    }
}

/// Where a part of the line begins in it.
pub(in crate::input) fn offset(line: &[u8], part: &[u8]) -> usize {
    part.as_ptr().addr().saturating_sub(line.as_ptr().addr())
}

/// What a row is made of besides its cells.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::input) struct Layout<'a> {
    /// The column of the first cell.
    pub(in crate::input) first: usize,
    pub(in crate::input) label: Option<&'a [u8]>,
    /// The name of the row; empty if it has none.
    pub(in crate::input) name: &'a [u8],
    /// The column whose cells name the rows.
    pub(in crate::input) names: Option<usize>,
}

/// What the cells of a row turned out to be.
#[derive(Debug, Default)]
pub(in crate::input) struct Content {
    pub(in crate::input) numbers: usize,
    /// The columns of words that may be names.
    pub(in crate::input) words: Vec<usize>,
    /// How many cells at the beginning are a time.
    pub(in crate::input) times: usize,
}

/// What the cells are, without reading them; `is_time` tells a column that holds times by the user's word.
pub(in crate::input) fn content(
    cells: &[&[u8]],
    first: usize,
    delimiter: Delimiter,
    is_time: impl Fn(usize) -> bool,
) -> Content {
    let mut content = Content::default();
    let mut ids = Vec::new();
    let mut was_time = false;
    for (column, cell) in cells.iter().enumerate() {
        let kind = cells::kind(cell, delimiter);
        let is_half = was_time && is_half_of_day(cell);
        was_time = kind == Kind::Time;
        match kind {
            Kind::Number(_) => content.numbers += 1,
            Kind::Time => content.times = column + 1,
            Kind::Word if is_time(first + column) => {}
            Kind::Word if is_half => content.times = column + 1,
            Kind::Word if column > content.times && is_no_value(cell) => {}
            Kind::Word if delimiter == Delimiter::Blanks && is_count(cell) => {}
            Kind::Word if is_id(cell, column == content.times) => ids.push(first + column),
            Kind::Word if is_name(cell) => content.words.push(first + column),
            Kind::Word => {}
            Kind::Figures | Kind::Empty => {}
        }
    }
    // They are names only where there is no other word.
    if content.words.is_empty() {
        content.words = ids;
    }
    content
}

/// Whether a word is a long number in hexadecimal digits, as `docker` and `git` name things, or, behind the first column, may
/// be another number: `1000Mhz`, `32f5`. An address is a name.
fn is_id(word: &[u8], is_first: bool) -> bool {
    let is_long = word.len() >= 7 && word.iter().any(u8::is_ascii_digit);
    let unsigned = word.strip_prefix(b"+").or_else(|| word.strip_prefix(b"-")).unwrap_or(word);
    let begins = unsigned.first().is_some_and(u8::is_ascii_digit);
    let may_be_number = || begins && !word.contains(&b':') && !is_address(word);
    (is_long && word.iter().all(u8::is_ascii_hexdigit)) || (!is_first && may_be_number())
}

/// Whether words stand behind a number, as in `2 weeks ago`, or in `3 Nov 23` where two columns have run together.
fn is_count(cell: &[u8]) -> bool {
    number::prefix(cell).is_some_and(|(_, length)| cell.get(length) == Some(&b' '))
}

/// Whether a word can name a row: it has a letter, is no pair, and is no number in parentheses. `--:--:--` of curl and
/// `$1.50` are none; `/` is a path, and an address is a name.
fn is_name(word: &[u8]) -> bool {
    let has_letter = || String::from_utf8_lossy(word).chars().any(char::is_alphabetic);
    let is_number = word.strip_prefix(b"(").is_some_and(|inner| number::prefix(inner).is_some());
    // A command may have arguments: `cc -O=2`.
    let is_pair =
        word.split(|byte| *byte == b' ').next().is_some_and(|first| first.contains(&b'='));
    word == b"/" || (!is_pair && !is_number && (has_letter() || is_address(word)))
}

/// Whether a word is four numbers with points between them, behind a mark perhaps: `*192.168.1.1` of ntpq.
fn is_address(word: &[u8]) -> bool {
    let start = word.iter().position(u8::is_ascii_digit).unwrap_or(word.len());
    let is_part = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let parts = || word[start..].split(|byte| *byte == b'.');
    start < 2 && parts().count() == 4 && parts().all(is_part)
}

/// AM or PM, of the clock time in the cell before.
pub(in crate::input) fn is_half_of_day(cell: &[u8]) -> bool {
    matches!(cell, b"AM" | b"PM" | b"am" | b"pm")
}

/// Reads the cells.
pub(in crate::input) fn read(
    cells: &[&[u8]],
    layout: Layout<'_>,
    delimiter: Delimiter,
    reading: &mut Reading,
) {
    let row = match (layout.label, Some(layout.name).filter(|name| !name.is_empty())) {
        (Some(label), Some(name)) => reading.keep(&[label, b".", name].concat()),
        (Some(one), None) | (None, Some(one)) => reading.keep(one),
        (None, None) => Span::default(),
    };
    for (column, text) in cells.iter().enumerate() {
        let column = column + layout.first;
        if layout.names == Some(column) {
            continue;
        }
        let cell = match cells::kind(text, delimiter) {
            Kind::Number(measure) => Cell::Number(measure),
            Kind::Empty => Cell::Empty,
            Kind::Time | Kind::Figures | Kind::Word => Cell::Text(reading.keep(text)),
        };
        reading.push(row, Key::Column(column), cell);
    }
}

/// Whether a word may name a row without a header: a log level, a part of a pair, and what begins with a digit or ends in a
/// counter or a sign do not. Addresses do.
fn is_row_name(word: &[u8]) -> bool {
    // In `CPU(s) list: 0,1` it is a label with its first value.
    let is_label = word.ends_with(b":") || memchr::memmem::find(word, b": ").is_some();
    // `eth0:123`, where a wide counter touches the name's colon.
    let is_counter = || {
        let mut parts = word.splitn(2, |byte| *byte == b':');
        let host = parts.next().unwrap_or_default();
        let is_digits = |port: &[u8]| port.iter().all(u8::is_ascii_digit);
        parts.next().is_some_and(is_digits) && !host.contains(&b'.')
    };
    let is_address =
        || word.contains(&b':') || word.iter().filter(|byte| **byte == b'.').count() == 3;
    let is_value = word[0] == b'@' || (word[0].is_ascii_digit() && !is_address());
    let is_part = is_label || word.contains(&b'=') || is_sign_apart(word);
    !is_value && !is_part && !is_level(word) && !is_counter()
}

/// Whether a word ends in the sign of the number after it: `US,-   0.001kg`.
pub(in crate::input) fn is_sign_apart(word: &[u8]) -> bool {
    matches!(word, [.., b',' | b';', b'-' | b'+'])
}

/// Two whole numbers and a slash.
fn is_ratio(cell: &[u8]) -> bool {
    let mut parts = cell.split(|byte| *byte == b'/');
    let mut are_digits = |_| {
        parts.next().is_some_and(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
    };
    (0..2).all(&mut are_digits) && parts.next().is_none()
}

/// A line of numbers alone, behind a time and a word if it has them. `None` if it is another line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::input) struct Plain {
    pub(in crate::input) cells: usize,
    pub(in crate::input) is_named: bool,
}

/// Reads a line that has no header: an optional time, an optional word, then only numbers, `nan` and empty cells.
pub(in crate::input) fn read_plain(
    line: &[u8],
    delimiter: Delimiter,
    reading: &mut Reading,
) -> Option<Plain> {
    let (mut row, mut column, mut numbers) = (Span::default(), 0, 0);
    let (mut is_named, mut was_time) = (false, false);
    let mut last: Option<Measure> = None;
    for text in delimiter.cells(delimiter.without_last(line)) {
        let kind = cells::kind(text, delimiter);
        let cell = match kind {
            Kind::Number(measure) => {
                numbers += 1;
                Cell::Number(measure)
            }
            Kind::Empty => Cell::Empty,
            Kind::Time if numbers == 0 && !is_named => Cell::Text(reading.keep(text)),
            Kind::Word if was_time && is_half_of_day(text) => Cell::Text(reading.keep(text)),
            Kind::Word if numbers == 0 && !is_named && is_row_name(text) => {
                if delimiter == Delimiter::Comma && comma::halves(line) {
                    return None;
                }
                is_named = true;
                row = reading.keep(text);
                column += 1;
                continue;
            }
            // `1/234` of /proc/loadavg.
            Kind::Figures if numbers > 0 && is_ratio(text) => Cell::Text(reading.keep(text)),
            // Between blanks a unit is no cell of its own.
            _ => {
                let (unit, length) = measure::after_blank(text)?;
                let before = last.filter(|before| before.unit.is_none() && length == text.len())?;
                reading.replace_last(Cell::Number(Measure { unit: Some(unit), ..before }));
                last = None;
                continue;
            }
        };
        last = if let Cell::Number(measure) = cell { Some(measure) } else { None };
        was_time = kind == Kind::Time;
        reading.push(row, Key::Column(column), cell);
        column += 1;
    }
    let is_row = numbers > 0 && !(delimiter == Delimiter::Blanks && is_dump(line));
    is_row.then_some(Plain { cells: column, is_named })
}

/// Whether the line is numbers in hexadecimal digits, all of one width: `41 0C 1B 00`, `028edce0 00000000 00000010`.
fn is_dump(line: &[u8]) -> bool {
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let first = words.next().map_or(0, <[u8]>::len);
    if !matches!(first, 2 | 4 | 8 | 16) {
        return false;
    }
    let mut is_sure = false;
    let is_alike = |word: &[u8]| {
        is_sure |= word.iter().any(u8::is_ascii_alphabetic) || (first > 4 && word[0] == b'0');
        word.len() == first && word.iter().all(u8::is_ascii_hexdigit)
    };
    let are_alike = line.trim_ascii().len() > 3 * first && words.all(is_alike);
    are_alike && is_sure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_hexadecimal_digits_are_known_by_their_width() {
        for (line, expected) in [
            ("41 0C 1B 00", true),
            ("028edce0 00000000 00000010", true),
            ("02468e48 00000000 00000000", true),
            ("41 10 20", false),
            ("1000 2000 3000", false),
            ("12 5B", false),
            ("5B", false),
            ("12345678 12345678 12345678", false),
        ] {
            assert_eq!(is_dump(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn counters_signs_and_what_begins_with_a_digit_name_no_row() {
        for word in ["eth0:123", "US,-", "3f2b1c4d", "@4000", "2026-W48", "INFO", "a=1", "a:"] {
            assert!(!is_row_name(word.as_bytes()), "{word}");
        }
        for word in ["eth0", "10.0.0.1", "00:1b:44:11:3a:b7", "db.local:5432", "/dev/sda", "%usr"] {
            assert!(is_row_name(word.as_bytes()), "{word}");
        }
    }
}
