//! How a header is laid out: its names stand over the cells of the rows, and what does not is a sentence or a title. Which
//! words are names is left to `names`.

use std::ops::Range;

use super::super::places::{self, spans, starts, touch, words};
use super::super::row;
use super::{Candidate, Header};
use crate::input::grammar::cells::delimiter::Delimiter;
use crate::input::grammar::cells::measure;
use crate::input::grammar::cells::number;
use crate::input::grammar::cells::{self, Kind};
use crate::input::grammar::vocabulary::{is_command, is_level};

impl Candidate {
    /// The header that it is if some of its names hold single blanks: two or more part the columns, and each name stands
    /// where its cell begins, or over one word each. Where single blanks may part columns as well, it is none: `A B   C` over
    /// `1 2   3`.
    pub(super) fn fits_over(&self, row: &[u8]) -> Option<Header> {
        let line = self.line.trim_ascii();
        let has_wide = memchr::memmem::find(line, b"  ").is_some() && !self.is_comment;
        let is_single = |three: &[u8]| three[1] == b' ' && three[0] != b' ' && three[2] != b' ';
        if !has_wide
            || !line.windows(3).any(is_single)
            || !(starts(line).eq(starts(row.trim_ascii())) || self.is_over_words(row))
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

    /// Whether it has three names or more, as many as the row has words, and each stands over its word, a number but for the
    /// first: `Freq Skew`. The last may be two, of which one has nothing below it: `errors syscall`.
    fn is_over_words(&self, row: &[u8]) -> bool {
        let (names, cells) = (self.places(Delimiter::WideBlanks), spans(0, row));
        let cells: Vec<_> = cells.collect();
        let is_over = |at: usize| {
            (0..names.len()).all(|name| touch(&names[name], &cells[at]) == (name == at))
        };
        let are_numbers = words(row).skip(1).all(|word| measure::whole(word).is_some());
        names.len() > 2
            && names.len() == cells.len()
            && are_numbers
            && (0..names.len()).all(is_over)
    }

    /// The header that it is if each cell of the row stands below one of its names. Nothing may stand below some, and left of
    /// all names there may be a column without one, as pandas, R and numastat print tables.
    pub(in crate::input) fn fits_by_place(&self, row: &[u8]) -> Option<Header> {
        let mut places = self.places(Delimiter::Blanks);
        let mut names: Vec<&[u8]> = words(&self.line).collect();
        let is_labelled = row::label(&self.line, Delimiter::Blanks).0.is_some();
        let is_other = row.contains(&b'\t') || self.line.contains(&b'|') || is_labelled;
        if places.is_empty() || is_other || is_level(names[0]) {
            return None;
        }
        let header = |names: &[&[u8]], places: Vec<_>, cells: &[&[u8]]| {
            let header = self.over(names, cells, Delimiter::Blanks)?;
            Some(Header { places, is_by_place: true, ..header })
        };
        if is_command(names[names.len() - 1])
            && let Some(cells) = places::with_rest(row, &places)
        {
            return header(&names, places, &cells);
        }
        let has_index = spans(0, row).next()?.end <= self.indent;
        if has_index {
            places.insert(0, 0..self.indent);
            names.insert(0, b"");
        }
        self.join(row, &mut names, &mut places);
        let cells = places::cells(row, &places)?;
        // Only single blanks part the words of a sentence, too.
        let is_wide = memchr::memmem::find(&self.line, b"  ").is_some();
        let is_one_word = |cell: &&[u8]| words(cell).count() == 1;
        let is_laid_out = is_wide || (has_index && cells[1..].iter().all(is_one_word));
        if !is_laid_out {
            return None;
        }
        // What begins with a number and goes on behind the last name is no cell: `0 PCI-MSIX 0-edge` of /proc/interrupts.
        let last = cells.last()?;
        let number = words(last).next().filter(|word| word.len() < last.len());
        let number = number.map(|word| word.strip_suffix(b":").unwrap_or(word));
        let goes_on = measure::whole(last).is_none()
            && number.is_some_and(|word| measure::whole(word).is_some());
        if goes_on || names.len() < 2 { None } else { header(&names, places, &cells) }
    }

    /// Joins names that a single blank parts and that are one: a text stands below both, or only below the first,
    /// `Mounted on`; or a number and its unit do, `RAW USE`.
    fn join<'a>(&'a self, row: &[u8], names: &mut Vec<&'a [u8]>, places: &mut Vec<Range<usize>>) {
        let texts: Vec<_> = spans(0, row).zip(words(row)).collect();
        for at in (1..names.len()).rev() {
            let (one, other) = (places[at - 1].clone(), places[at].clone());
            let below = |name| texts.iter().filter(move |(place, _)| touch(name, place));
            let is_text = |word| !matches!(cells::kind(word, Delimiter::Blanks), Kind::Number(_));
            let is_in_both = |(place, _): &(Range<usize>, _)| touch(&one, place);
            let is_text = below(&one).next().is_some()
                && below(&one).all(|(_, word)| is_text(word))
                && (below(&other).all(is_in_both)
                    || (at + 1 == names.len() && below(&other).any(is_in_both)));
            let is_with_unit = || {
                let ends = below(&one).next_back().zip(below(&other).next());
                ends.is_some_and(|((first, number), (second, unit))| {
                    let start = row::offset(row, number);
                    let whole = &row[start..row::offset(row, unit) + unit.len()];
                    second.start == first.end + 1 && measure::whole(whole).is_some()
                })
            };
            if other.start == one.end + 1 && (is_text || is_with_unit()) {
                let start = row::offset(&self.line, names[at - 1]);
                let end = row::offset(&self.line, names[at]) + names[at].len();
                names[at - 1] = &self.line[start..end];
                places[at - 1].end = other.end;
                names.remove(at);
                places.remove(at);
            }
        }
    }

    /// Whether the row is indented further, and begins with a word: then the line is a title, and each row a name and its
    /// numbers. A table's rows begin where its header does, but numbers stand at the right of their columns.
    pub(super) fn is_title_of(&self, row: &[u8]) -> bool {
        let start = row.len() - row.trim_ascii_start().len();
        start > self.indent && row.get(start).is_some_and(u8::is_ascii_alphabetic)
    }

    /// Whether its words do not stand over the cells of the row, as names do. Then progress stands under a sentence, or a
    /// name holds a blank and the cells stand under later words: `Name/IP address`. Nor does a sentence that is indented stand
    /// over one that is not. Bare numbers are often not aligned with their names, and so is what single blanks part.
    pub(in crate::input) fn is_beside(&self, row: &[u8]) -> bool {
        let has = |line: &[u8], blanks: &[u8]| memchr::memmem::find(line, blanks).is_some();
        let is_bare = |word: &[u8]| number::prefix(word).is_some_and(|(_, end)| end == word.len());
        if self.is_comment
            || has(&self.line, b"\t")
            || has(row, b"\t")
            || Delimiter::Blanks.cells(row).all(is_bare)
        {
            return false;
        }
        let start = row.len() - row.trim_ascii_start().len();
        let is_laid_out = has(&self.line, b"  ") && has(&row[start..], b"  ");
        let is_prose = self.indent > start && !has(&self.line, b"  ") && !has(&row[start..], b"  ");
        let own = self.spans();
        let cells = row::split(row, Delimiter::Blanks, own.len(), false);
        let cells: Vec<_> = cells.iter().map(|cell| places::of(row, cell)).collect();
        own.len() == cells.len()
            && own.iter().zip(&cells).enumerate().any(|(at, (name, cell))| {
                let is_shifted = || is_laid_out && own[at..].iter().any(|later| touch(later, cell));
                !touch(name, cell) && (start > self.indent || is_prose || is_shifted())
            })
    }

    /// Where its names stand, if blanks part them, and it is indented or more than single ones do.
    pub(super) fn places(&self, delimiter: Delimiter) -> Vec<Range<usize>> {
        if !delimiter.is_blanks() || self.is_comment || self.line.contains(&b'\t') {
            return Vec::new();
        }
        let mut places = self.spans();
        if delimiter == Delimiter::WideBlanks {
            places = places.chunk_by(|one, other| other.start == one.end + 1).map(whole).collect();
        }
        let is_wide = places.windows(2).any(|pair| pair[1].start > pair[0].end + 1);
        if is_wide || self.indent > 0 { places } else { Vec::new() }
    }

    /// Where its words stand.
    pub(super) fn spans(&self) -> Vec<Range<usize>> {
        spans(self.indent, &self.line).collect()
    }
}

/// From the first of the places to the last.
fn whole(places: &[Range<usize>]) -> Range<usize> {
    let ends = places.first().zip(places.last());
    ends.map_or(0..0, |(first, last)| first.start..last.end)
}

#[cfg(test)]
mod tests {
    use super::super::tests::candidate;

    #[test]
    fn progress_stands_under_a_sentence_and_a_tables_cells_under_its_names() {
        let is_over = |line: &str, row: &str| candidate(line).is_beside(row.as_bytes());
        for figures in ["         32,768", "      1,234,567", "  1,123,456,789"] {
            let row = format!("{figures}  12%    1.17MB/s    0:00:10");
            assert!(is_over("sending incremental file list", &row), "{row}");
            assert!(is_over("my long name some-file.tar.gz", &row), "{row}");
        }
        assert!(!is_over(
            "sending incremental file list",
            "             0.5    1.5    2.5     3.5"
        ));
        let chrony = "MS Name/IP address      Stratum  Poll";
        assert!(is_over(chrony, "^- 192.168.1.1                3     7ms  x"));
        assert!(is_over("     Running benches/my_bench.rs (my_bench-1234)", "Benchmarking fib 20"));
        assert!(!is_over("name cpu mem", "abcdefg 5% 3%"), "single blanks part anything");
        assert!(!is_over("  tps    kB_read/s  Device", "  1.20        10.2k  sda"));
        assert!(!is_over("  tps    kB_read/s  Device", "11.20     120010.2k  sda"));
    }
}
