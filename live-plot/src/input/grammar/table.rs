//! The tables of the input: the header in force and the lines that may be one, how many cells a row has, and what its
//! columns are called. Pure state: lines in, cells out.

use super::cells::{self, Delimiter, Kind};
use super::comma;
use super::header::{Candidate, Header};
use super::measure::{self, Measure};
use super::number;
use super::reading::{Cell, Key, Reading, Span};
use super::row::{self, Layout};

/// How many lines before the first number may be the header.
const MOST_CANDIDATES: usize = 8;

/// How many headers, and titles above them, are known again.
const MOST_KNOWN: usize = 32;

/// Why a line of numbers is no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It has another number of cells than its table.
    Cells,
    /// `1,234` may be one number or two.
    Groups,
    /// `1,5` may be one number or two.
    Comma,
    /// It is no row at all.
    NoRow,
}

/// The table in force, and what is known of others.
#[derive(Debug)]
pub(in crate::input) struct Tables {
    /// The names that the user gave to the first columns.
    given: Vec<Vec<u8>>,
    /// The names of `--time`.
    time: Vec<String>,
    table: Option<Table>,
    /// What the columns are called by number; filled as it is needed.
    numbered: Vec<Vec<u8>>,
    /// The first row was a number by itself: its column is called `value`, not `c1`.
    is_single: bool,
    candidates: Vec<Candidate>,
    known: Vec<Vec<u8>>,
    follows_empty: bool,
    has_numbers: bool,
    /// How many cells a row without header has, and what parts them.
    width: usize,
    delimiter: Option<Delimiter>,
    /// How many cells the last line had, if it was refused for that.
    refused: Option<usize>,
    /// The word behind a lone number.
    word: Vec<u8>,
    /// The first row had two cells whose comma may be a decimal point.
    pub(in crate::input) doubt: bool,
    /// Lines that may have been headers and are none, with their number.
    not_headers: Vec<(u64, Vec<u8>)>,
}

/// A table with a header.
#[derive(Debug)]
struct Table {
    header: Header,
    /// The column whose cells name the rows.
    row_names: Option<usize>,
    /// How many columns at the beginning hold a time.
    times: usize,
    is_begun: bool,
}

impl Tables {
    pub(super) fn new(given: &[String], time: &[String]) -> Self {
        Self {
            given: given.iter().map(|name| name.clone().into_bytes()).collect(),
            time: time.to_vec(),
            table: None,
            numbered: Vec::new(),
            is_single: false,
            candidates: Vec::new(),
            known: Vec::new(),
            follows_empty: false,
            has_numbers: false,
            width: 0,
            delimiter: None,
            refused: None,
            word: Vec::new(),
            doubt: false,
            not_headers: Vec::new(),
        }
    }

    /// What a column is called, counted from 0.
    pub(in crate::input) fn name(&mut self, column: usize) -> &[u8] {
        let header = self.table.as_ref().and_then(|table| table.header.names.get(column));
        let named = self.given.get(column).filter(|name| !name.is_empty());
        if let Some(name) = named.or_else(|| header.filter(|name| !name.is_empty())) {
            return name;
        }
        if self.is_single && column == 0 {
            return b"value";
        }
        while self.numbered.len() <= column {
            self.numbered.push(format!("c{}", self.numbered.len() + 1).into_bytes());
        }
        &self.numbered[column]
    }

    /// Whether a line of names is in force: alternating words and numbers are then a row.
    pub(super) fn has_header(&self) -> bool {
        self.table.is_some()
    }

    /// Whether a column of the table in force names its rows.
    pub(in crate::input) fn names_rows(&self) -> bool {
        self.table.as_ref().is_some_and(|table| table.row_names.is_some())
    }

    /// Whether commas part the cells of the rows.
    pub(super) fn has_commas(&self) -> bool {
        let header = self.table.as_ref().map(|table| table.header.delimiter);
        header.or(self.delimiter) == Some(Delimiter::Comma)
    }

    /// Whether a bare number needs no look at headers and names: it is then taken.
    pub(super) fn takes_bare_number(&mut self) -> bool {
        let takes = self.table.is_none() && self.candidates.is_empty() && self.has_numbers;
        if takes {
            self.follows_empty = false;
            self.refused = None;
            self.width = self.width.max(1);
        }
        takes
    }

    /// Reads a line of bare numbers that is like the last one: then no form needs to be looked for.
    pub(super) fn read_again(&mut self, line: &[u8], reading: &mut Reading) -> bool {
        let Some(delimiter) = self.delimiter else { return false };
        if self.table.is_some() || self.width < 2 || !self.candidates.is_empty() {
            return false;
        }
        let mut cells = 0;
        for text in delimiter.cells(line) {
            let Some((value, length)) = number::prefix(text) else { return false };
            if length < text.len() {
                return false;
            }
            let cell = Cell::Number(Measure { value, unit: None });
            reading.push(Span::default(), Key::Column(cells), cell);
            cells += 1;
        }
        cells == self.width
    }

    /// The first row is a number by itself.
    pub(in crate::input) fn begin_single(&mut self) {
        self.is_single = true;
        self.has_numbers = true;
    }

    pub(super) fn empty_line(&mut self) {
        self.follows_empty = true;
    }

    /// Keeps a line without a number that may be a header; false if it is to be reported already now.
    pub(super) fn keep(&mut self, line: &[u8], number: u64, is_comment: bool) -> bool {
        let is_known = self.known.iter().any(|known| known == line);
        let follows_empty = std::mem::take(&mut self.follows_empty);
        // A rule under a header is a part of it.
        if !line.iter().any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii()) {
            return !self.candidates.is_empty();
        }
        let last = self.candidates.last();
        let follows_title = last.is_some_and(|last| last.may_begin && !last.is_comment);
        let mut candidate = Candidate {
            line: line.to_vec(),
            number,
            is_comment,
            may_begin: is_known || is_comment || follows_empty || follows_title,
            is_reported: false,
        };
        candidate.may_begin |= candidate.has_label();
        let is_silent = !self.has_numbers || candidate.may_begin;
        candidate.is_reported = !is_silent;
        if self.candidates.len() == MOST_CANDIDATES {
            let oldest = self.candidates.remove(0);
            self.report(oldest);
        }
        self.candidates.push(candidate);
        is_silent
    }

    fn report(&mut self, candidate: Candidate) {
        if !candidate.is_comment && !candidate.is_reported && !self.known.contains(&candidate.line)
        {
            self.not_headers.push((candidate.number, candidate.line));
        }
    }

    /// The lines that turned out to be no headers.
    pub(super) fn take_not_headers(&mut self) -> Vec<(u64, Vec<u8>)> {
        std::mem::take(&mut self.not_headers)
    }

    /// At the end of input no row follows any more.
    pub(in crate::input) fn finish(&mut self) {
        for candidate in std::mem::take(&mut self.candidates) {
            self.report(candidate);
        }
    }

    /// A number has been read: what was kept before it is no header.
    pub(super) fn number_read(&mut self) {
        self.has_numbers = true;
        self.follows_empty = false;
        if !self.candidates.is_empty() {
            self.finish();
        }
    }

    /// Begins a table if a line that was kept is the header of this one. As a last resort, for a line that would not be
    /// read at all, any line directly before it will do.
    pub(super) fn begin(
        &mut self,
        line: &[u8],
        is_last_resort: bool,
        reading: &mut Reading,
    ) -> bool {
        // In a flood of words no line is a row, and each would be held against each candidate.
        let has_digits = || line.iter().any(u8::is_ascii_digit);
        if self.candidates.is_empty() || !has_digits() {
            return false;
        }
        let may_begin =
            |candidate: &&Candidate| !self.has_numbers || candidate.may_begin || is_last_resort;
        let header = self
            .candidates
            .iter()
            .rev()
            .filter(may_begin)
            .find_map(|candidate| candidate.fits(line));
        let Some(header) = header else { return false };
        for candidate in std::mem::take(&mut self.candidates) {
            if self.known.len() < MOST_KNOWN && !candidate.is_comment {
                self.known.push(candidate.line);
            }
        }
        self.table = Some(Table { header, row_names: None, times: 0, is_begun: false });
        self.width = 0;
        self.delimiter = None;
        self.refused = None;
        self.read_row(line, reading)
    }

    /// Reads the line as a row of the table in force, if it has as many cells, a number among them.
    pub(super) fn read_row(&mut self, line: &[u8], reading: &mut Reading) -> bool {
        let Some(table) = &mut self.table else { return false };
        if !table.read(line, &self.time, reading) {
            return false;
        }
        self.refused = None;
        true
    }

    /// Reads the line as a row of the columns that the user has named, if it has as many cells.
    pub(super) fn read_named(&mut self, line: &[u8], reading: &mut Reading) -> bool {
        if self.given.len() < 2 || self.table.is_some() {
            return false;
        }
        let line = line.trim_ascii();
        let delimiter =
            self.delimiter.filter(|delimiter| delimiter.is_in(line)).unwrap_or(Delimiter::of(line));
        let header = Header { delimiter, label: None, names: self.given.clone() };
        let mut table = Table { header, row_names: None, times: 0, is_begun: false };
        if row::label(line, delimiter).0.is_some() || !table.read(line, &self.time, reading) {
            return false;
        }
        self.table = Some(table);
        true
    }

    /// Reads a line that no header names. In brackets a number and a word are a remark: `(2 rows)`.
    pub(super) fn read_plain(
        &mut self,
        line: &[u8],
        is_bracketed: bool,
        reading: &mut Reading,
    ) -> Result<(), Refusal> {
        reading.clear();
        if let Some(measure) = measure::whole(line) {
            let is_open = comma::may_be_decimal(line)
                || (measure.unit.is_none() && number::grouped(line).is_some());
            if !is_open || self.joins_commas(line)? {
                return self.take(
                    1,
                    false,
                    None,
                    |reading| {
                        reading.push(Span::default(), Key::Column(0), Cell::Number(measure));
                    },
                    reading,
                );
            }
        }
        let is_settled = self.table.is_some() || self.width > 1 || !self.given.is_empty();
        if !is_settled && number::may_have_blank_groups(line) {
            return Err(Refusal::Groups);
        }
        let last = self.delimiter;
        let all =
            last.into_iter().chain(Delimiter::ALL.into_iter().filter(|other| Some(*other) != last));
        for delimiter in all.filter(|delimiter| delimiter.is_in(line)) {
            reading.clear();
            let delimiter = delimiter.with_sign_of(line);
            if let Some(plain) = row::read_plain(line, delimiter, reading) {
                let was_one = self.table.is_none() && (self.is_single || self.width == 1);
                if was_one
                    && plain.cells == 2
                    && delimiter == Delimiter::Comma
                    && comma::is_within(line)
                {
                    return Err(Refusal::Comma);
                }
                self.doubt |= !is_settled && comma::may_be_fraction(line);
                return self.take(plain.cells, plain.is_named, Some(delimiter), |_| {}, reading);
            }
        }
        reading.clear();
        self.read_with_gaps(line, reading).or_else(|refusal| {
            let is_read = !is_bracketed && self.read_before_word(line, reading).is_some();
            if is_read { Ok(()) } else { Err(refusal) }
        })
    }

    /// Whether a comma is part of a number: what other lines, or the user's names, have shown.
    fn joins_commas(&self, line: &[u8]) -> Result<bool, Refusal> {
        if self.given.len() > 1 || self.delimiter == Some(Delimiter::Comma) {
            Ok(false)
        } else if self.given.len() == 1
            || self.is_single
            || self.width == 1
            || !line.contains(&b',')
        {
            Ok(true)
        } else if comma::may_be_decimal(line) {
            Err(Refusal::Comma)
        } else {
            Err(Refusal::Groups)
        }
    }

    /// Takes a row of so many cells, unless its table has fewer: two rows in a row have to agree then.
    fn take(
        &mut self,
        cells: usize,
        is_named: bool,
        delimiter: Option<Delimiter>,
        read: impl FnOnce(&mut Reading),
        reading: &mut Reading,
    ) -> Result<(), Refusal> {
        let fits = match &self.table {
            // Under a header only numbers, whatever parts them.
            Some(table) => {
                !is_named && table.row_names.is_none() && cells == table.header.names.len()
            }
            // A row with a name has a width of its own, and a lone number begins no table.
            None => is_named || self.width < 2 || cells <= self.width || !self.given.is_empty(),
        };
        if !fits && self.refused.replace(cells) != Some(cells) {
            reading.clear();
            return Err(Refusal::Cells);
        }
        if !fits {
            self.table = None;
            self.width = 0;
        }
        self.refused = None;
        if self.table.is_some() {
            read(reading);
            return Ok(());
        }
        if !is_named {
            self.width = self.width.max(cells);
            self.is_single |= !self.has_numbers && cells == 1;
        }
        if delimiter.is_some() && cells > 1 {
            self.delimiter = delimiter;
        }
        read(reading);
        Ok(())
    }

    /// A row of a table without header that has begun, with a cell that is no number: a gap in its own column.
    fn read_with_gaps(&self, line: &[u8], reading: &mut Reading) -> Result<(), Refusal> {
        let Some(delimiter) = self.delimiter.filter(|_| self.table.is_none()) else {
            return Err(Refusal::NoRow);
        };
        let cells: Vec<&[u8]> = delimiter.cells(delimiter.without_last(line)).collect();
        let content = row::content(&cells, 0, delimiter, |_| false);
        let begins =
            cells.iter().map(|cell| cells::kind(cell, delimiter)).find(|kind| *kind != Kind::Time);
        if cells.len() != self.width
            || content.numbers == 0
            || !matches!(begins, Some(Kind::Number(_)))
        {
            return Err(Refusal::NoRow);
        }
        row::read(&cells, Layout::default(), delimiter, reading);
        Ok(())
    }

    /// A number and one word behind it, which is passed over as long as it stays the same.
    fn read_before_word(&mut self, line: &[u8], reading: &mut Reading) -> Option<()> {
        let cells: Vec<&[u8]> = Delimiter::Blanks.cells(line).collect();
        let [number, word] = cells[..] else { return None };
        let measure = measure::whole(number).filter(|_| !self.has_header() && self.width < 2)?;
        if cells::kind(word, Delimiter::Blanks) != Kind::Word
            || !(self.word.is_empty() || self.word == word)
        {
            return None;
        }
        self.word = word.to_vec();
        self.is_single |= !self.has_numbers;
        reading.push(Span::default(), Key::Column(0), Cell::Number(measure));
        Some(())
    }

    /// Reads the numbers behind a label that no header names.
    pub(super) fn read_labelled(
        &mut self,
        label: &[u8],
        line: &[u8],
        reading: &mut Reading,
    ) -> Result<(), Refusal> {
        reading.clear();
        let delimiter = if line.contains(&b',') { Delimiter::Comma } else { Delimiter::Blanks };
        if row::read_plain(line, delimiter, reading).is_none_or(|plain| plain.is_named) {
            return Err(Refusal::NoRow);
        }
        if self.table.is_some() {
            let cells = reading.items().len();
            self.take(cells, true, None, |_| {}, reading)?;
        }
        reading.name_rows(label);
        Ok(())
    }
}

impl Table {
    fn read(&mut self, line: &[u8], time: &[String], reading: &mut Reading) -> bool {
        self.header.delimiter = self.header.delimiter.with_sign_of(line);
        let Header { delimiter, ref label, ref names } = self.header;
        let width = names.len();
        let line = delimiter.trimmed(line);
        let (own, body) = row::label(line, delimiter);
        let mut cells: Vec<&[u8]> = Vec::with_capacity(width + 1);
        cells.extend(delimiter.cells(body));
        if cells.len() > width && delimiter == Delimiter::Blanks {
            row::join(body, &mut cells, width);
        } else if cells.len() == width + 1 && cells.last().is_some_and(|last| last.is_empty()) {
            cells.pop();
        }
        let first = match own {
            // sar writes `Average:` in the column of the times.
            Some(_) if self.times > 0 && cells.len() + self.times == width => self.times,
            Some(own) if width < 2 || label.as_ref().is_some_and(|label| label != own) => {
                return false;
            }
            _ => 0,
        };
        if cells.len() + first != width {
            return false;
        }
        reading.clear();
        if !self.is_begun {
            let is_time = |column: usize| {
                names
                    .get(column)
                    .is_some_and(|name| time.iter().any(|time| time.as_bytes() == name))
            };
            let content = row::content(&cells, first, delimiter, is_time);
            (self.row_names, self.times) = (content.word, content.times);
        }
        row::read(&cells, Layout { first, label: own, names: self.row_names }, delimiter, reading);
        self.is_begun |= reading.has_number();
        reading.has_number()
    }
}
