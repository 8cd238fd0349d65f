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

/// The cells of a line, its label apart, in a table of `width` columns. What may be one is joined in a row that has too many
/// words or `is_joined`, as those before are: all of it, for which of them are two is not known.
pub(in crate::input) fn split(
    line: &[u8],
    delimiter: Delimiter,
    width: usize,
    is_joined: bool,
) -> Vec<&[u8]> {
    let mut cells: Vec<&[u8]> = Vec::with_capacity(width + 1);
    cells.extend(delimiter.cells(line));
    if delimiter == Delimiter::Blanks && (is_joined || cells.len() > width) {
        // A value and its error: `1234.567 ±  12.345` of JMH.
        cells.retain(|cell| *cell != "±".as_bytes());
        if is_joined || cells.len() > width {
            join(line, &mut cells);
        }
    } else if cells.len() == width + 1 && cells.last().is_some_and(|last| last.is_empty()) {
        cells.pop();
    }
    cells
}

/// Joins the cells of `line` that may be one: a date and a clock time, a clock time and AM or PM, a number and its unit.
fn join<'a>(line: &'a [u8], cells: &mut Vec<&'a [u8]>) {
    let mut at = 0;
    while at + 1 < cells.len() {
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

/// The columns of words that may be names, and how many cells at the beginning are a time. `is_time` tells a column that
/// holds times by the user's word.
pub(in crate::input) fn words(
    cells: &[&[u8]],
    delimiter: Delimiter,
    is_time: impl Fn(usize) -> bool,
) -> (Vec<usize>, usize) {
    let (mut words, mut ids, mut times) = (Vec::new(), Vec::new(), 0);
    let mut was_time = false;
    for (column, cell) in cells.iter().enumerate() {
        let kind = cells::kind(cell, delimiter);
        let is_half = was_time && is_half_of_day(cell);
        was_time = kind == Kind::Time;
        match kind {
            Kind::Time => times = column + 1,
            Kind::Word if is_time(column) => {}
            Kind::Word if is_half => times = column + 1,
            Kind::Word if column > times && is_no_value(cell) => {}
            Kind::Word if delimiter == Delimiter::Blanks && is_count(cell) => {}
            Kind::Word if is_id(cell, column == times) => ids.push(column),
            Kind::Word if is_name(cell) => words.push(column),
            Kind::Word | Kind::Number(_) | Kind::Figures | Kind::Empty => {}
        }
    }
    // They are names only where there is no other word.
    (if words.is_empty() { ids } else { words }, times)
}

/// Whether a word is a long number in hexadecimal digits, as `docker` and `git` name things, or, behind the first column, may
/// be another number: `1000Mhz`, `32f5`. An address is a name.
fn is_id(word: &[u8], is_first: bool) -> bool {
    let is_long = word.len() >= 7 && word.iter().any(u8::is_ascii_digit);
    let unsigned = word.strip_prefix(b"+").or_else(|| word.strip_prefix(b"-")).unwrap_or(word);
    let begins = unsigned.first().is_some_and(u8::is_ascii_digit);
    let may_be_number = || begins && !is_address(word);
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

/// Whether a word is an address, behind a mark perhaps: `*192.168.1.1` of ntpq, `00:1b:44:11:3a:b7`, `127.0.0.1:80`.
fn is_address(word: &[u8]) -> bool {
    let count = |mark: u8| word.iter().filter(|byte| **byte == mark).count();
    let is_part = |byte: &u8| byte.is_ascii_hexdigit() || b".:".contains(byte);
    word.iter().any(u8::is_ascii_digit)
        && word.iter().skip(1).all(is_part)
        && (count(b'.') == 3 || count(b':') > 0)
}

/// AM or PM, of the clock time in the cell before.
pub(in crate::input) fn is_half_of_day(cell: &[u8]) -> bool {
    matches!(cell, b"AM" | b"PM" | b"am" | b"pm")
}

/// Reads the cells of a row with this name, the first of them in column `first`. Those in column `names` are its name.
pub(in crate::input) fn read(
    cells: &[&[u8]],
    first: usize,
    row: Span,
    names: Option<usize>,
    delimiter: Delimiter,
    reading: &mut Reading,
) {
    for (column, text) in (first..).zip(cells) {
        if names == Some(column) {
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
    let is_value = word[0] == b'@' || (word[0].is_ascii_digit() && !is_address(word));
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

/// Reads a line that has no header: an optional time, an optional word, then only numbers, `nan` and empty cells. The time
/// may also stand behind the word. How many cells there are, and whether the word is one; `None` if it is another line.
pub(in crate::input) fn read_plain(
    line: &[u8],
    delimiter: Delimiter,
    reading: &mut Reading,
) -> Option<(usize, bool)> {
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
            Kind::Time if numbers == 0 => Cell::Text(reading.keep(text)),
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
    is_row.then_some((column, is_named))
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
