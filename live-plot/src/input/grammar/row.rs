//! The cells of a row as they are put into a reading, each in its column, with the row's name.

use super::cells::{self, Delimiter, Kind};
use super::comma;
use super::measure::{self, Measure};
use super::moment::Moment;
use super::reading::{Cell, Key, Reading, Span};
use super::words::is_level;

/// The label that a row or header begins with and what follows its colon, as in `Mem: 1 2`. Under other delimiters than
/// blanks it is a cell like any other.
pub(super) fn label(line: &[u8], delimiter: Delimiter) -> (Option<&[u8]>, &[u8]) {
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

/// The cells with those joined that are one in a table of `width` columns: a date and a clock time, a clock time and AM or
/// PM, a number and its unit. They are cells of `line`.
pub(super) fn join<'a>(line: &'a [u8], cells: &mut Vec<&'a [u8]>, width: usize) {
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
fn offset(line: &[u8], part: &[u8]) -> usize {
    part.as_ptr().addr().saturating_sub(line.as_ptr().addr())
}

/// What a row is made of besides its cells.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Layout<'a> {
    /// The column of the first cell.
    pub(super) first: usize,
    pub(super) label: Option<&'a [u8]>,
    /// The column whose cells name the rows.
    pub(super) names: Option<usize>,
}

/// What the cells of a row turned out to be.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Content {
    pub(super) numbers: usize,
    /// The column of the first word.
    pub(super) word: Option<usize>,
    /// How many cells at the beginning are a time.
    pub(super) times: usize,
}

/// What the cells are, without reading them; `is_time` tells a column that holds times by the user's word.
pub(super) fn content(
    cells: &[&[u8]],
    first: usize,
    delimiter: Delimiter,
    is_time: impl Fn(usize) -> bool,
) -> Content {
    let mut content = Content::default();
    let mut was_time = false;
    for (column, cell) in cells.iter().enumerate() {
        let kind = cells::kind(cell, delimiter);
        let is_half = was_time && is_half_of_day(cell);
        was_time = kind == Kind::Time;
        match kind {
            Kind::Number(_) => content.numbers += 1,
            Kind::Time => content.times = column + 1,
            Kind::Word if is_time(first + column) => {}
            Kind::Word if !is_half => content.word = content.word.or(Some(first + column)),
            Kind::Word => content.times = column + 1,
            Kind::Figures | Kind::Empty => {}
        }
    }
    content
}

/// AM or PM, of the clock time in the cell before.
pub(in crate::input) fn is_half_of_day(cell: &[u8]) -> bool {
    matches!(cell, b"AM" | b"PM" | b"am" | b"pm")
}

/// Reads the cells.
pub(super) fn read(
    cells: &[&[u8]],
    layout: Layout<'_>,
    delimiter: Delimiter,
    reading: &mut Reading,
) {
    let name =
        layout.names.and_then(|column| cells.get(column.checked_sub(layout.first)?)).copied();
    let row = match (layout.label, name.filter(|name| !name.is_empty())) {
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
    let mut parts = word.split(|byte| *byte == b':');
    let (host, port) = (parts.next().unwrap_or_default(), parts.next());
    let is_counter = port.is_some_and(|port| {
        parts.next().is_none() && !host.contains(&b'.') && port.iter().all(u8::is_ascii_digit)
    });
    let is_address = word.contains(&b':') || word.iter().filter(|byte| **byte == b'.').count() == 3;
    let is_value = word[0] == b'@' || (word[0].is_ascii_digit() && !is_address);
    let is_sign = matches!(word, [.., b',' | b';', b'-' | b'+']);
    !is_level(word) && !is_label && !is_counter && !is_value && !is_sign && !word.contains(&b'=')
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
pub(super) struct Plain {
    pub(super) cells: usize,
    pub(super) is_named: bool,
}

/// Reads a line that has no header: an optional time, an optional word, then only numbers, `nan` and empty cells.
pub(super) fn read_plain(
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

/// Whether the line is bytes as hexadecimal digits: `41 0C 1B 00`.
fn is_dump(line: &[u8]) -> bool {
    let mut words = line.split(u8::is_ascii_whitespace);
    let is_byte = |word: &[u8]| word.len() == 2 && word.iter().all(u8::is_ascii_hexdigit);
    line.iter().any(u8::is_ascii_alphabetic) && line.len() > 5 && words.all(is_byte)
}
