//! The lines that may be headers, and which of them is the one of a row. Whether one fits a row is left to `header`.

use super::super::reading::Reading;
use super::headed::Table;
use super::header::{Candidate, Header};
use super::{Above, Tables, places};

/// How many lines before the first number may be the header.
const MOST_CANDIDATES: usize = 8;

/// How many headers, and titles above them, are known again.
const MOST_KNOWN: usize = 32;

impl Tables {
    /// Whether the line was a header before.
    pub(super) fn is_known(&self, line: &[u8]) -> bool {
        self.known.iter().any(|known| known == line)
    }

    /// Whether the line may be a header though there are numbers in it.
    pub(in super::super) fn may_head(&self, line: &[u8]) -> bool {
        !self.has_numbers || self.is_known(line)
    }

    /// The number of the newest line that may be a header.
    pub(in crate::input) fn newest_candidate(&self) -> Option<u64> {
        self.candidates.last().map(|candidate| candidate.number)
    }

    /// Keeps a line without a number that may be a header; false if it is to be reported already now.
    pub(in super::super) fn keep(
        &mut self,
        line: Above<'_>,
        number: u64,
        is_comment: bool,
    ) -> bool {
        let Above { line, indent, title } = line;
        let is_known = self.is_known(line);
        let follows_empty = self.follows_empty;
        // A comment may stand between an empty line and a header.
        self.follows_empty &= is_comment;
        // A rule under a header is a part of it.
        if !line.iter().any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii()) {
            let Some(last) = self.candidates.last_mut() else { return false };
            last.rule = places::spans(indent, line).collect();
            return true;
        }
        let last = self.candidates.last();
        let follows_title = last.is_some_and(|last| last.may_begin && !last.is_comment);
        let mut candidate = Candidate::default();
        if self.candidates.len() == MOST_CANDIDATES {
            // Its space is used again.
            candidate = self.candidates.remove(0);
            self.report(&candidate);
        }
        candidate.line.clear();
        candidate.line.extend_from_slice(line);
        candidate.rule.clear();
        candidate.title.clear();
        candidate.title.extend_from_slice(title);
        (candidate.indent, candidate.number, candidate.is_comment) = (indent, number, is_comment);
        candidate.may_begin = is_known
            || follows_empty
            || self.shares_names(line)
            || (!is_comment && (follows_title || candidate.has_label()));
        let is_silent = !self.has_numbers || candidate.may_begin;
        // No word is due about a comment, but with --marks one between numbers is a mark.
        candidate.is_reported = !is_silent || (is_comment && !self.is_for_marks());
        // The last resort is for no comment, and for no line that is drawn as a mark already.
        if is_silent || !(is_comment || self.has_marks) {
            self.candidates.push(candidate);
        }
        is_silent
    }

    /// Whether names of the header in force stand in the line, as in that of another table behind it: `cat a.csv b.csv`. Between
    /// blanks one may be a word of a sentence.
    fn shares_names(&self, line: &[u8]) -> bool {
        let Some(Table { header: Header { names, delimiter, .. }, .. }) = &self.table else {
            return false;
        };
        let is_name = |cell: &&[u8]| names.iter().any(|name| name.eq_ignore_ascii_case(cell));
        let cells = delimiter.cells(delimiter.trimmed(line));
        cells.filter(is_name).count() > usize::from(delimiter.is_blanks())
    }

    pub(super) fn report(&mut self, candidate: &Candidate) {
        if !candidate.is_reported && !self.known.contains(&candidate.line) {
            self.not_headers.push((candidate.number, candidate.line.clone()));
        }
    }

    /// The lines that turned out to be no headers.
    pub(in super::super) fn take_not_headers(&mut self) -> Vec<(u64, Vec<u8>)> {
        std::mem::take(&mut self.not_headers)
    }

    /// At the end of input no row follows any more.
    pub(in crate::input) fn finish(&mut self) {
        for candidate in std::mem::take(&mut self.candidates) {
            self.report(&candidate);
        }
    }

    /// A number has been read: what was kept before it is no header.
    pub(in super::super) fn number_read(&mut self) {
        self.has_numbers = true;
        self.follows_empty = false;
        if !self.candidates.is_empty() {
            self.finish();
        }
    }

    /// For each line that was kept the header that it is, if it is that of this line. What only looks like one is reported.
    pub(in super::super) fn headers_over(&mut self, line: &[u8]) -> Vec<Option<Header>> {
        // In a flood of words no line is a row, and each would be held against each candidate.
        let has_digits = || line.iter().any(u8::is_ascii_digit);
        if self.candidates.is_empty() || !has_digits() {
            return Vec::new();
        }
        if let Some(header) = self.same_header_over(line) {
            let above = vec![None; self.candidates.len() - 1];
            return above.into_iter().chain([Some(header.clone())]).collect();
        }
        let (has_marks, has_numbers) = (self.has_marks, self.has_numbers);
        let is_mark = |candidate: &Candidate| {
            has_marks && (has_numbers || !candidate.is_comment) && candidate.is_word()
        };
        let mut headers: Vec<Option<Header>> = Vec::with_capacity(self.candidates.len());
        for candidate in std::mem::take(&mut self.candidates) {
            let header = candidate.fits(line);
            if header.is_some() && is_mark(&candidate) {
                self.report(&candidate);
            } else {
                let is_row = header.as_ref().is_some_and(|header| {
                    let mut above = headers.iter().flatten();
                    candidate.lacks_values() && above.any(|above| header.is_as_wide_as(above))
                });
                self.candidates.push(candidate);
                headers.push(header.filter(|_| !is_row));
            }
        }
        headers
    }

    /// The header in force, if its line has come again and this one has as many cells: a tool that prints it every few rows is
    /// read as fast as one that prints it once.
    fn same_header_over(&self, line: &[u8]) -> Option<&Header> {
        let header = &self.table.as_ref()?.header;
        let is_same = self.candidates.last()?.line == header.line && !self.has_marks;
        let is_by_count = !header.is_by_place && header.label.is_none();
        let cells = || header.delimiter.cells(header.delimiter.trimmed(line)).count();
        (is_same && is_by_count && cells() == header.names.len()).then_some(header)
    }

    /// Begins a table if a line that was kept is the header of this one. As a last resort, for a line that would not be
    /// read at all, any line directly before it will do.
    pub(in super::super) fn begin(
        &mut self,
        line: &[u8],
        headers: &mut Vec<Option<Header>>,
        is_last_resort: bool,
        reading: &mut Reading,
    ) -> bool {
        let mut both = self.candidates.iter().zip(&*headers);
        let may_begin =
            |candidate: &Candidate| !self.has_numbers || candidate.may_begin || is_last_resort;
        let found = both.rposition(|(candidate, header)| header.is_some() && may_begin(candidate));
        let Some(last) = found else { return false };
        let headers = std::mem::take(headers);
        let Some(mut header) = headers[last].clone() else { return false };
        let mut first = last;
        if header.are_units
            && let [.., above, units] = &self.candidates[..=last]
            && let Some(names) = above.fits_over_units(units, line)
        {
            (first, header) = (last - 1, names);
        }
        // The same line names its columns as it did before: a gap in this row says nothing about that.
        let mut known = self.former.iter().chain(&self.table).map(|table| &table.header);
        header = known.find(|known| known.line == header.line).cloned().unwrap_or(header);
        let candidates = std::mem::take(&mut self.candidates);
        let title = candidates[first].title.clone();
        self.know(&candidates[first..=last]);
        // Above its header a table may have titles. What stands below it is none.
        for (candidate, header) in candidates[..first].iter().zip(&headers) {
            let is_title = !candidate.is_comment && !self.is_for_marks();
            if is_title && header.is_none() {
                self.know(std::slice::from_ref(candidate));
            } else {
                self.report(candidate);
            }
        }
        candidates[last + 1..].iter().for_each(|candidate| self.report(candidate));
        let has_row_names = self.has_row_names(&header);
        self.replace_table(Table::new(header, &title, has_row_names));
        self.width = 0;
        self.delimiter = None;
        self.refused = None;
        self.read_row(line, reading)
    }

    /// Keeps lines that are to be known again.
    pub(super) fn know(&mut self, lines: &[Candidate]) {
        for candidate in lines {
            if self.known.len() < MOST_KNOWN && !self.is_known(&candidate.line) {
                self.known.push(candidate.line.clone());
            }
        }
    }
}
