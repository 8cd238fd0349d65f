//! How a header is laid out: its names stand over the cells of the rows, and what does not is a sentence or a title. Which
//! words are names is left to `names`.

use std::ops::Range;

use super::super::places::{spans, starts, touch};
use super::{Candidate, Header};
use crate::input::grammar::cells::delimiter::Delimiter;
use crate::input::grammar::cells::number;
use crate::input::grammar::cells::{self, Kind};

impl Candidate {
    /// The header that it is if some of its names hold single blanks: two or more part the columns, and each name stands
    /// where its cell begins. Where single blanks may part columns as well, it is none: `A B   C` over `1 2   3`.
    pub(super) fn fits_over(&self, row: &[u8]) -> Option<Header> {
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

    /// The header that it is if the first column has no name, as pandas, R and numastat print tables: each name stands over
    /// one of the other cells.
    pub(super) fn fits_right_of_index(&self, row: &[u8]) -> Option<Header> {
        if self.indent == 0 || self.is_comment || self.line.contains(&b'\t') || row.contains(&b'\t')
        {
            return None;
        }
        let (own, words) = (self.spans(), spans(0, row).collect::<Vec<_>>());
        // The name of a row may hold blanks: `Mazda RX4` of R.
        let (index, cells) = words.split_at_checked(words.len().checked_sub(own.len())?)?;
        let is_right = index.last().is_some_and(|index| index.end <= self.indent)
            && own.iter().zip(cells).all(|(name, cell)| touch(name, cell));
        if !is_right {
            return None;
        }
        let line = [&b"\"\" "[..], &self.line].concat();
        let header = Self { line, ..Self::default() };
        if index.len() == 1 {
            return header.fits_with(Delimiter::Blanks, row);
        }
        let cells = Delimiter::Blanks.cells(row).skip(index.len()).collect::<Vec<_>>().join(&b' ');
        header.fits_with(Delimiter::Blanks, &[b"x ", &cells[..]].concat())
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
        let (own, cells) = (self.spans(), spans(0, row).collect::<Vec<_>>());
        own.len() == cells.len()
            && own.iter().zip(&cells).enumerate().any(|(at, (name, cell))| {
                let is_shifted = || is_laid_out && own[at..].iter().any(|later| touch(later, cell));
                !touch(name, cell) && (start > self.indent || is_prose || is_shifted())
            })
    }

    /// Where the names of the header that it is stand, if it is indented or more than single blanks part them.
    pub(in crate::input) fn places(&self, header: &Header) -> Vec<Range<usize>> {
        let are_words = header.delimiter.is_blanks() && header.label.is_none();
        if !are_words || self.is_comment || self.line.contains(&b'\t') {
            return Vec::new();
        }
        let mut places = self.spans();
        if header.delimiter == Delimiter::WideBlanks {
            places = places.chunk_by(|one, other| other.start == one.end + 1).map(whole).collect();
        }
        let is_wide = places.windows(2).any(|pair| pair[1].start > pair[0].end + 1);
        let is_laid_out = is_wide || self.indent > 0;
        if header.names.len() == places.len() + 1 && header.names[0].is_empty() {
            places.insert(0, 0..self.indent);
        }
        let are_all = places.len() == header.names.len();
        if are_all && is_laid_out { places } else { Vec::new() }
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
