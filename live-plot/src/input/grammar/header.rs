//! Headers: which line of names fits the row after it.

use super::cells::{self, Delimiter, Kind};
use super::number;
use super::row;

/// A line of names that fits a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) delimiter: Delimiter,
    /// What stands apart before its colon: `avg-cpu`.
    pub(super) label: Option<Vec<u8>>,
    pub(super) names: Vec<Vec<u8>>,
}

/// A line without a number, which may be a header.
#[derive(Debug, Default)]
pub(super) struct Candidate {
    pub(super) line: Vec<u8>,
    /// How far it is indented.
    pub(super) indent: usize,
    /// The titles above it.
    pub(super) title: Vec<u8>,
    /// Its place in the input.
    pub(super) number: u64,
    /// It stood behind a `#`: if it is no header, it is a comment.
    pub(super) is_comment: bool,
    /// It may begin another table, after the first number: it repeats a header or follows an empty line.
    pub(super) may_begin: bool,
    /// It has been reported as a line without a number.
    pub(super) is_reported: bool,
}

impl Candidate {
    /// The header that it is, if it has as many names as the row has cells.
    pub(super) fn fits(&self, row: &[u8]) -> Option<Header> {
        if self.line.contains(&b'|') || self.is_title_of(row) {
            return None;
        }
        if let Some(header) = self.fits_over(row) {
            return Some(header);
        }
        let first = Delimiter::of(&self.line);
        let header = self.fits_with(first, row);
        // Tabs may be blanks to the author.
        header.or_else(|| {
            (first == Delimiter::Tab).then(|| self.fits_with(Delimiter::Blanks, row))?
        })
    }

    /// The header that it is if some of its names hold single blanks: two or more part the columns, and each name stands
    /// where its cell begins. Where single blanks may part columns as well, it is none: `A B   C` over `1 2   3`.
    fn fits_over(&self, row: &[u8]) -> Option<Header> {
        let line = self.line.trim_ascii();
        let has_wide = memchr::memmem::find(line, b"  ").is_some() && !self.is_comment;
        let is_single = |three: &[u8]| three[1] == b' ' && three[0] != b' ' && three[2] != b' ';
        if !has_wide
            || !line.windows(3).any(is_single)
            || !starts(line).eq(starts(row.trim_ascii()))
        {
            return None;
        }
        let words = |cell| Delimiter::Blanks.cells(cell);
        let may_be_several = |(name, cell)| {
            let is_number = |word| matches!(cells::kind(word, Delimiter::Blanks), Kind::Number(_));
            let count = words(cell).count();
            count > 1
                && count == words(name).count()
                && words(cell).any(is_number)
                && !is_number(cell)
        };
        let delimiter = Delimiter::WideBlanks;
        let mut both = delimiter.cells(line).zip(delimiter.cells(row));
        if both.any(may_be_several) { None } else { self.fits_with(delimiter, row) }
    }

    /// Whether the row is indented further, and begins with a word: then the line is a title, and each row a name and its
    /// numbers. A table's rows begin where its header does, but numbers stand at the right of their columns.
    fn is_title_of(&self, row: &[u8]) -> bool {
        let start = row.len() - row.trim_ascii_start().len();
        start > self.indent && row.get(start).is_some_and(u8::is_ascii_alphabetic)
    }

    /// Whether progress stands under the line, which is a sentence then: its figures begin right of the second word. Bare
    /// numbers are often not aligned with their names.
    pub(super) fn is_over_progress(&self, row: &[u8]) -> bool {
        let (start, line) = (row.len() - row.trim_ascii_start().len(), &self.line);
        if start <= self.indent || self.is_comment {
            return false;
        }
        let Some(end) = line.iter().position(u8::is_ascii_whitespace) else { return false };
        let second = line.len() - line[end..].trim_ascii_start().len();
        let is_bare = |word: &[u8]| number::prefix(word).is_some_and(|(_, end)| end == word.len());
        start > self.indent + second && !Delimiter::Blanks.cells(row).all(is_bare)
    }

    fn fits_with(&self, delimiter: Delimiter, line: &[u8]) -> Option<Header> {
        let line = delimiter.trimmed(line);
        let (label, names) = row::label(delimiter.trimmed(&self.line), delimiter);
        let names: Vec<&[u8]> = delimiter.cells(names).collect();
        if delimiter.is_blanks()
            && names.iter().any(|name| is_address(name, delimiter) || is_torn(name))
        {
            return None;
        }
        // `21.5ºC`, of which the unit is not known, is no name.
        if names.len() == 1 && names[0].first().is_some_and(u8::is_ascii_digit) {
            return None;
        }
        let cells = cells(line, delimiter, names.len(), label)?;
        if are_siblings(&names, &cells, delimiter) {
            return None;
        }
        let kinds = || cells.iter().map(|cell| cells::kind(cell, delimiter));
        let is_number = |kind: Kind| matches!(kind, Kind::Number(_));
        // A comment of several words is a header only of numbers: vnlog's. With a time and a name beside them it is that
        // of pidstat -h.
        let is_row = if self.is_comment && delimiter == Delimiter::Blanks {
            let numbers = kinds().filter(|kind| is_number(*kind)).count();
            let is_mostly_numbers = cells.len() >= 5 && numbers >= cells.len() - 2;
            (kinds().all(|kind| is_number(kind) || kind == Kind::Empty) && numbers > 0)
                || is_mostly_numbers
        } else {
            kinds().any(is_number)
        };
        is_row.then(|| Header {
            delimiter,
            label: label.map(<[u8]>::to_vec),
            names: distinct(&names, delimiter),
        })
    }

    /// Whether its names follow a label, which the next line may repeat: /proc/net/snmp. One name is a remark: `note: moved`.
    pub(super) fn has_label(&self) -> bool {
        let delimiter = Delimiter::of(&self.line);
        let (label, names) = row::label(&self.line, delimiter);
        label.is_some() && delimiter.cells(names).count() > 1
    }
}

/// Where the columns of a line begin that two blanks or more part, in characters.
fn starts(line: &[u8]) -> impl Iterator<Item = usize> {
    let (mut place, mut blanks) = (0, 2);
    line.iter().filter_map(move |byte| {
        let is_start = *byte != b' ' && blanks > 1;
        blanks = if *byte == b' ' { blanks + 1 } else { 0 };
        // The further bytes of a character in UTF-8.
        place += usize::from(byte & 0xc0 != 0x80);
        is_start.then_some(place)
    })
}

/// Whether the line is one like the row, and not its header: `Max cpu time unlimited` and `Max stack size 8388608` share a
/// word, `Name: cat` and `Umask: 0022` are pairs.
fn are_siblings(names: &[&[u8]], cells: &[&[u8]], delimiter: Delimiter) -> bool {
    if delimiter != Delimiter::Blanks {
        let is_label = |cells: &[&[u8]]| cells.first().is_some_and(|cell| cell.ends_with(b":"));
        if is_label(names) && is_label(cells) {
            return true;
        }
    }
    if !delimiter.is_blanks() {
        return false;
    }
    let is_shared = |(name, cell): (&&[u8], &&[u8])| {
        name == cell && cell.iter().filter(|byte| byte.is_ascii_alphabetic()).count() > 2
    };
    names.iter().zip(cells).any(is_shared)
}

/// Whether a bracket in the word is left open, or closed without being opened: `[ ID]`, `<not supported>` are two words,
/// and no names of columns.
fn is_torn(word: &[u8]) -> bool {
    let count = |wanted: u8| word.iter().filter(|byte| **byte == wanted).count();
    [(b'(', b')'), (b'[', b']'), (b'<', b'>')]
        .into_iter()
        .any(|(open, close)| count(open) != count(close))
}

/// Whether a word has digits and no letter, as in `PING 127.0.0.1 56(84) bytes`: nobody calls a column so.
fn is_address(word: &[u8], delimiter: Delimiter) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || !byte.is_ascii();
    word.iter().any(u8::is_ascii_digit)
        && !word.iter().any(is_letter)
        && cells::kind(word, delimiter) != Kind::Time
}

/// The cells of a row of `width` columns, its label apart.
fn cells<'a>(
    line: &'a [u8],
    delimiter: Delimiter,
    width: usize,
    header: Option<&[u8]>,
) -> Option<Vec<&'a [u8]>> {
    let (label, body) = row::label(line, delimiter);
    // A single name before a label is a title: `Readings`, then `temp: 5`.
    if label.is_some() && (width < 2 || header.is_some_and(|header| Some(header) != label)) {
        return None;
    }
    let mut cells: Vec<&[u8]> = delimiter.cells(body).collect();
    if cells.len() > width && delimiter == Delimiter::Blanks {
        row::join(body, &mut cells, width);
    } else if cells.len() == width + 1 && cells.last().is_some_and(|last| last.is_empty()) {
        cells.pop();
    }
    // A unit is no cell: `fan1: 1200 RPM` is no row of two.
    let count = cells.len();
    if label.is_some() && delimiter == Delimiter::Blanks {
        row::join(body, &mut cells, 1);
    }
    (count == width && cells.len() == count).then_some(cells)
}

/// The names, each once: the same again is `name.2`. One that is empty or a time is left to the column's number.
fn distinct(cells: &[&[u8]], delimiter: Delimiter) -> Vec<Vec<u8>> {
    let mut names: Vec<Vec<u8>> = Vec::with_capacity(cells.len());
    for cell in cells {
        let mut name = plain(cell);
        if cells::kind(cell, delimiter) == Kind::Time {
            name.clear();
        }
        let mut times = 1;
        while !name.is_empty() && names.contains(&name) {
            times += 1;
            name = [&plain(cell)[..], format!(".{times}").as_bytes()].concat();
        }
        names.push(name);
    }
    names
}

/// A name with one quote for each two that CSV writes.
fn plain(cell: &[u8]) -> Vec<u8> {
    let mut name = Vec::with_capacity(cell.len());
    let mut rest = cell;
    while let Some(at) = memchr::memmem::find(rest, b"\"\"") {
        name.extend_from_slice(&rest[..=at]);
        rest = &rest[at + 2..];
    }
    name.extend_from_slice(rest);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(header: &str, row: &str) -> Option<String> {
        let (line, is_comment) = match header.strip_prefix('#') {
            Some(line) => (line, true),
            None => (header, false),
        };
        let line = line.trim().as_bytes().to_vec();
        let candidate = Candidate { line, number: 1, is_comment, ..Candidate::default() };
        let header = candidate.fits(row.as_bytes())?;
        let names: Vec<_> =
            header.names.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        Some(names.join("|"))
    }

    #[test]
    fn a_header_has_as_many_names_as_the_row_has_cells() {
        for (header, row, expected) in [
            ("us sy id", "1 2 3", "us|sy|id"),
            ("value", "1", "value"),
            ("Sensor 1,Sensor 2", "5,6", "Sensor 1|Sensor 2"),
            ("a b,\"c, \"\"d\"\"\"", "1,2", "a b|c, \"d\""),
            ("x;y", "0,5;1,5", "x|y"),
            ("total used free", "Mem: 1 2 3", "total|used|free"),
            ("avg-cpu:  %user %nice", "0.5 1", "%user|%nice"),
            ("Ip: In Out", "Ip: 1 2", "In|Out"),
            ("# time v", "0 1", "time|v"),
            ("a a a", "1 2 3", "a|a.2|a.3"),
            ("17:00:01 CPU %usr", "17:00:02 all 0.5", "|CPU|%usr"),
            ("time a", "2026-11-25 17:00:01 5", "time|a"),
            ("NAME SIZE", "x 12 GB", "NAME|SIZE"),
            ("temp,hum", "1,2,", "temp|hum"),
            ("a\t\tb", "1 2", "a|b"),
            ("ID  CPU %  MEM %", "x   5 %    1 / 2", "ID|CPU %|MEM %"),
            ("r b  free", "1 0  5", "r|b|free"),
            ("Limit           Soft Limit", "Max open files  20000", "Limit|Soft Limit"),
            ("t x v", "      0.0 1.0 2.0", "t|x|v"),
        ] {
            assert_eq!(names(header, row).as_deref(), Some(expected), "{header} / {row}");
        }
    }

    #[test]
    fn progress_right_of_the_second_word_stands_under_a_sentence() {
        let candidate =
            Candidate { line: b"sending incremental file list".to_vec(), ..Candidate::default() };
        assert!(candidate.is_over_progress(b"         32,768   0%    0.00kB/s    0:00:00"));
        assert!(!candidate.is_over_progress(b"     32,768   0%    0.00kB/s    0:00:00"));
        assert!(!candidate.is_over_progress(b"             0.5    1.5    2.5     3.5"));
    }

    #[test]
    fn other_lines_are_no_header_of_the_row() {
        for (header, row) in [
            ("hello world", "1"),
            ("booting", "1 2"),
            ("face |bytes packets", "lo: 1 2"),
            ("a b", "x y"),
            ("Adapter: ISA adapter", "fan1: 1200 RPM"),
            ("Readings", "temp: 5"),
            ("Ip: In Out", "Tcp: 1 2"),
            ("# TYPE x gauge", "x 1 1763886079"),
            ("ISA adapter", "fan1: 1200 RPM"),
            ("21.5ºC", "22.5"),
            ("[ ID] Interval Transfer", "[ 5] 0.00 35.9"),
            ("Max cpu time unlimited", "Max open files 8388608"),
            ("Name:\tcat", "Umask:\t0022"),
            ("per-node stats", "      nr_free_pages 5"),
            ("PING 10.0.0.1 56(84) bytes", "64 bytes from 10.0.0.1:"),
        ] {
            assert_eq!(names(header, row), None, "{header} / {row}");
        }
    }
}
