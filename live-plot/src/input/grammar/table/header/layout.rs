//! How a header is laid out: its names stand over the cells of the rows, and what does not is a sentence or a title. Which
//! words are names is left to `names`.

use std::ops::Range;

use super::super::places::{self, spans, touch, words};
use super::super::row;
use super::{Candidate, Header, is_of_years};
use crate::input::grammar::cells::delimiter::Delimiter;
use crate::input::grammar::cells::measure;
use crate::input::grammar::cells::number;
use crate::input::grammar::cells::{self, Kind};
use crate::input::grammar::vocabulary::{is_command, is_level};

/// A name, and where it stands.
type Name<'a> = (&'a [u8], Range<usize>);

impl Candidate {
    /// The header that it is if its names, which two blanks or more part, or a rule, stand over the cells of the row.
    pub(super) fn fits_by_columns(&self, row: &[u8]) -> Option<Header> {
        let run = |place: &Range<usize>| self.rule.iter().find(|run| touch(run, place));
        let ruled = self.names(|one, other| run(one).is_some() && run(one) == run(other));
        let ruled = ruled.into_iter().map(|(name, place)| Some((name, run(&place)?.clone())));
        let ruled = ruled.collect::<Option<_>>().and_then(|names| self.over_places(row, names));
        let joins = memchr::memmem::find(&self.line, b"  ").is_some()
            && !is_command(words(&self.line).last()?);
        let is_one = |one: &_, other: &_| joins && is_next(one, other);
        let header = ruled.or_else(|| self.over_places(row, self.names(is_one)))?;
        let cells = places::cells(row, &header.places).unwrap_or_default();
        let below = header.names.iter().zip(header.places.iter().zip(&cells));
        let several: Vec<_> = below.filter(|(name, _)| name.contains(&b' ')).collect();
        let filled = several.iter().filter(|(_, (_, cell))| !cell.is_empty());
        let torn: Vec<_> = filled
            .clone()
            .filter(|(name, (place, cell))| is_torn((name, place), (cell, &places::of(row, cell))))
            .collect();
        // A lone number may stand below a word of its name by chance; all of them do not. Where nothing stands below any,
        // `Pool Origin Data%` of lvs may be three.
        let is_chance = torn.iter().all(|(_, (_, cell))| !cell.contains(&b' '));
        let are_names = several.is_empty() || (is_chance && torn.len() < filled.count());
        are_names.then(|| header.clone())
    }

    /// The header that it is if its words, each a name, stand over the cells of the row. Two are one name where a text stands
    /// below both, or only below the first: `Mounted on`. Single blanks part the words of a sentence, too: without a rule most
    /// names have to begin or end where their numbers do.
    pub(super) fn fits_by_words(&self, row: &[u8]) -> Option<Header> {
        let texts: Vec<_> = spans(0, row).zip(words(row)).collect();
        let last = self.spans().pop()?;
        let below = |name: &Range<usize>| -> Vec<_> {
            texts.iter().filter(|(place, _)| touch(name, place)).collect()
        };
        let is_one = |one: &Range<usize>, other: &Range<usize>| {
            let (left, right) = (below(one), below(other));
            let is_text = !left.is_empty() && left.iter().all(|(_, word)| !is_number(word));
            let mut are_in_both = right.iter().map(|(place, _)| touch(one, place));
            let is_below_both = match *other == last {
                true => right.is_empty() || are_in_both.any(|is_in_both| is_in_both),
                false => are_in_both.all(|is_in_both| is_in_both),
            };
            is_next(one, other) && is_text && is_below_both
        };
        let header = self.over_places(row, self.names(is_one))?;
        let cells = places::cells(row, &header.places).unwrap_or_default();
        let numbers =
            header.places.iter().zip(&cells).filter(|(_, cell)| measure::whole(cell).is_some());
        let (aligned, beside): (Vec<_>, Vec<_>) = numbers.partition(|(name, cell)| {
            let cell = places::of(row, cell);
            name.start == cell.start || name.end == cell.end
        });
        (!self.rule.is_empty() || cells.is_empty() || aligned.len() > beside.len())
            .then(|| header.clone())
    }

    /// The header with these names if each cell of the row stands below one of them. Nothing may stand below some, and left of
    /// all names there may be a column without one, as pandas, R and numastat print tables.
    fn over_places(&self, row: &[u8], names: Vec<Name<'_>>) -> Option<Header> {
        let (mut names, mut places): (Vec<&[u8]>, Vec<_>) = names.into_iter().unzip();
        let is_wide = memchr::memmem::find(&self.line, b"  ").is_some();
        let is_other = self.is_comment || row.contains(&b'\t') || self.line.contains(&b'\t');
        let is_labelled = row::label(&self.line, Delimiter::Blanks).0.is_some();
        let has_index = spans(0, row).next()?.end <= self.indent;
        // Numbers are no names, but years are. A line with a decimal comma, `269  1957  a 1,5`, may have been kept as words.
        let has_numbers = names.iter().any(|name| is_number(name)) && !is_of_years(&self.line);
        if is_other || is_labelled || has_numbers || is_level(names.first()?) {
            return None;
        }
        if !is_wide && !has_index {
            return None;
        }
        let is_command = is_command(names[names.len() - 1]);
        let rest = if is_command { places::with_rest(row, &places) } else { None };
        if has_index && rest.is_none() {
            places.insert(0, 0..self.indent);
            names.insert(0, b"");
        }
        let cells = rest.or_else(|| places::cells(row, &places))?;
        let is_none = |cell: &&[u8]| goes_on(cell) || (!is_wide && cell.contains(&b' '));
        // `Mem:` is a label, and stands in no column.
        let label = cells[0].strip_suffix(b":").filter(|_| has_index);
        let is_label = label.is_some_and(|label| !is_number(label));
        // `1795720080: 1.5` of rrdtool is no index.
        let is_index = !(has_index && goes_on(cells[0]) && cells[0].contains(&b' '));
        let mut named = cells.iter().skip(usize::from(has_index));
        if names.len() < 2 || is_label || !is_index || named.any(is_none) {
            return None;
        }
        let is_time = |name| cells::kind(name, Delimiter::Blanks) == Kind::Time;
        let is_of_words = names.iter().any(|name| name.contains(&b' ') && !is_time(name));
        let delimiter = if is_of_words { Delimiter::WideBlanks } else { Delimiter::Blanks };
        let is_by_place = !delimiter.cells(row).eq(cells.iter().copied());
        let header = self.over(&names, &cells, delimiter)?;
        Some(Header { places, is_by_place, ..header })
    }

    /// The names of the line, of which each is one word, or several that are one name, and where they stand.
    fn names(&self, is_one: impl Fn(&Range<usize>, &Range<usize>) -> bool) -> Vec<Name<'_>> {
        let words: Vec<Name<'_>> = words(&self.line).zip(self.spans()).collect();
        let names = words.chunk_by(|one, other| is_one(&one.1, &other.1));
        let whole = |words: &[Name<'_>]| {
            let ((first, start), (last, end)) = (&words[0], &words[words.len() - 1]);
            let range = row::offset(&self.line, first)..row::offset(&self.line, last) + last.len();
            (range, start.start..end.end)
        };
        names.map(whole).map(|(range, place)| (&self.line[range], place)).collect()
    }

    /// Whether its words do not stand over the cells of the row, as names do. Then progress stands under a sentence, or one
    /// sentence under another. Bare numbers are often not aligned with their names, and so is what single blanks part.
    pub(super) fn is_beside(&self, row: &[u8]) -> bool {
        let is_bare = |word: &[u8]| number::prefix(word).is_some_and(|(_, end)| end == word.len());
        if self.is_comment
            || self.line.contains(&b'\t')
            || row.contains(&b'\t')
            || words(row).all(is_bare)
        {
            return false;
        }
        let start = row.len() - row.trim_ascii_start().len();
        let is_wide = |line: &[u8]| memchr::memmem::find(line, b"  ").is_some();
        let is_laid_out = is_wide(&self.line) && is_wide(row.trim_ascii());
        let own = self.spans();
        let cells = row::split(row, Delimiter::Blanks, own.len(), false);
        let cells: Vec<_> = cells.iter().map(|cell| places::of(row, cell)).collect();
        let is_elsewhere = |cell: &Range<usize>| match is_laid_out {
            true => own.iter().any(|other| touch(other, cell)),
            false => start != self.indent,
        };
        own.len() == cells.len()
            && own.iter().zip(&cells).any(|(name, cell)| !touch(name, cell) && is_elsewhere(cell))
    }

    /// Where its names stand, if blanks part them, and it is indented or more than single ones do.
    pub(super) fn places(&self, delimiter: Delimiter) -> Vec<Range<usize>> {
        if !delimiter.is_blanks() || self.is_comment || self.line.contains(&b'\t') {
            return Vec::new();
        }
        let places = self.spans();
        let is_wide = places.windows(2).any(|pair| !is_next(&pair[0], &pair[1]));
        if is_wide || self.indent > 0 { places } else { Vec::new() }
    }

    /// Where its words stand.
    pub(super) fn spans(&self) -> Vec<Range<usize>> {
        spans(self.indent, &self.line).collect()
    }
}

/// Whether a single blank parts two words.
fn is_next(one: &Range<usize>, other: &Range<usize>) -> bool {
    other.start == one.end + 1
}

fn is_number(word: &[u8]) -> bool {
    matches!(cells::kind(word, Delimiter::Blanks), Kind::Number(_))
}

/// Whether the cell begins with a number and goes on as no cell does: `0   IO-APIC` of /proc/interrupts, `640: 100%` of a bar
/// of progress.
fn goes_on(cell: &[u8]) -> bool {
    let first = words(cell).next().unwrap_or_default();
    let label = first.strip_suffix(b":");
    is_number(label.unwrap_or(first))
        && (label.is_some() || memchr::memmem::find(cell, b"  ").is_some())
}

/// Whether the words below a name of several may be several cells, `1 2` below `A B`, and no text or measure, or one stands
/// below a word of it: `5` below `SIZE` of `SIZE USED`.
fn is_torn((name, over): (&[u8], &Range<usize>), (cell, below): (&[u8], &Range<usize>)) -> bool {
    let starts =
        |text, place: &Range<usize>| spans(place.start, text).map(|word| word.start).skip(1);
    let are_below_words =
        || starts(cell, below).all(|start| starts(name, over).any(|over| over == start));
    let are_as_many = || words(cell).count() == words(name).count() && words(cell).any(is_number);
    let shares = |name: &Range<usize>| name.start == below.start || name.end == below.end;
    let is_below_word = || !shares(over) && spans(over.start, name).any(|word| shares(&word));
    match cell.contains(&b' ') {
        false => is_number(cell) && is_below_word(),
        true if measure::whole(cell).is_some() => false,
        true => memchr::memmem::find(cell, b"  ").is_some() || are_below_words() || are_as_many(),
    }
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
