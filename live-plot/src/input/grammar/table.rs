//! The tables of the input: the header in force, how many cells a row has, and what its columns are called. Pure state: lines
//! in, cells out. Which line is a header is found by `candidates`; the rows of one are read by `headed`, those without one by
//! `plain`.

mod candidates;
mod headed;
pub(super) mod header;
mod places;
mod plain;
pub(in crate::input) mod row;
pub(in crate::input) mod row_names;

use std::borrow::Cow;

use super::cells::comma;
use super::cells::delimiter::Delimiter;
use super::reading::Reading;
use headed::Table;
use header::{Candidate, Header};
use row_names::Shown;

use crate::config::Naming;

/// Of how many tables the names of their rows are kept, while another one is in force.
const MOST_FORMER: usize = 8;

/// A mark that has two readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::input) enum OpenMark {
    /// It parts two cells, or is a decimal point: `0,5`.
    Comma,
    /// The same behind points: `1.234,5`.
    CommaBehindPoints,
    /// It is a decimal point, or parts thousands: `1.500;2.500`.
    Point,
    /// It parts two numbers, or the groups of one: `x: 1 234 567`.
    Blank,
}

/// The table in force, and what is known of others.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::input) struct Tables {
    /// The names that the user gave to the first columns.
    given: Vec<Vec<u8>>,
    /// The names of `--time`, and those of `--rows`.
    time: Vec<String>,
    row_names: Vec<String>,
    /// No column names the rows, as the user wants it.
    are_nameless: bool,
    table: Option<Table>,
    /// How many headers have been put in force.
    pub(in crate::input) begun: u64,
    /// Tables that were in force before.
    former: Vec<Table>,
    /// What the columns are called by number; filled as it is needed.
    numbered: Vec<Vec<u8>>,
    /// The first row was a number by itself: its column is called `value`, not `c1`.
    is_single: bool,
    candidates: Vec<Candidate>,
    known: Vec<Vec<u8>>,
    follows_empty: bool,
    has_numbers: bool,
    /// The lines have titles: a number is looked at closely, too.
    is_titled: bool,
    /// How many cells a row without header has, and what parts them.
    width: usize,
    delimiter: Option<Delimiter>,
    /// How many cells the last line had, if it was refused for that.
    refused: Option<usize>,
    /// The word behind a lone number.
    word: Vec<u8>,
    /// Blanks part the numbers behind a label, as a line has shown: they part no groups of one.
    blanks_part: bool,
    /// A mark in the first row may mean something else than it was read as.
    pub(in crate::input) open_mark: Option<OpenMark>,
    /// What the rows have shown of their names, to be reported.
    pub(in crate::input) shown: Option<Shown>,
    /// With `--marks`: what can be no header is a mark.
    pub(in crate::input) has_marks: bool,
    /// Lines that may have been headers and are none, with their number.
    not_headers: Vec<(u64, Vec<u8>)>,
}

/// A line that may be a header: how far it is indented, and the titles above it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Above<'a> {
    pub(super) line: &'a [u8],
    pub(super) indent: usize,
    pub(super) title: &'a [u8],
}

impl Tables {
    /// How many rows there are, if they are many, and each of these lines is one of another name. A list that a program
    /// prints for people, `df`, has blanks between its columns.
    pub(in crate::input) fn all_different(&self, lines: u64) -> Option<u64> {
        let table = self.table.as_ref().filter(|table| !table.header.delimiter.is_blanks())?;
        table.rows.all_different(lines)
    }

    pub(super) fn new(naming: &Naming) -> Self {
        Self {
            given: naming.names.iter().map(|name| name.clone().into_bytes()).collect(),
            time: naming.time.iter().cloned().chain(naming.time_with_comma()).collect(),
            row_names: naming.rows.clone(),
            are_nameless: naming.has_nameless_rows(),
            table: None,
            begun: 0,
            former: Vec::new(),
            numbered: Vec::new(),
            is_single: false,
            candidates: Vec::new(),
            known: Vec::new(),
            follows_empty: false,
            has_numbers: false,
            is_titled: false,
            width: 0,
            delimiter: None,
            refused: None,
            word: Vec::new(),
            blanks_part: false,
            open_mark: None,
            shown: None,
            has_marks: false,
            not_headers: Vec::new(),
        }
    }

    /// What a column is called, counted from 0.
    pub(in crate::input) fn name(&mut self, column: usize) -> &[u8] {
        // Borrowed again below, where it is returned.
        if !self.own_name(column).is_empty() {
            return self.own_name(column);
        }
        if self.is_single && column == 0 {
            return b"value";
        }
        while self.numbered.len() <= column {
            self.numbered.push(numbered(self.numbered.len()));
        }
        &self.numbered[column]
    }

    /// The same for a reader of this alone.
    pub(in crate::input) fn any_name(&self, column: usize) -> Cow<'_, [u8]> {
        match self.own_name(column) {
            b"" if self.is_single && column == 0 => b"value".into(),
            b"" => numbered(column).into(),
            name => name.into(),
        }
    }

    /// What the user or the header calls a column; empty if neither does.
    pub(in crate::input) fn own_name(&self, column: usize) -> &[u8] {
        let header = self.table.as_ref().and_then(|table| table.header.names.get(column));
        let named = self.given.get(column).filter(|name| !name.is_empty());
        named.or(header).map_or(b"", Vec::as_slice)
    }

    /// Whether a line of names is in force: alternating words and numbers are then a row.
    pub(in crate::input) fn has_header(&self) -> bool {
        self.table.is_some()
    }

    /// How many cells the line has, and how many its table; `None` if blanks part them, or nothing is known of the table.
    pub(in crate::input) fn widths(&self, line: &[u8]) -> Option<(Delimiter, usize, usize)> {
        let (delimiter, width) = match &self.table {
            Some(table) => (table.header.delimiter, table.header.names.len()),
            None => (self.delimiter?, self.width),
        };
        let count = delimiter.cells(delimiter.without_last(line)).count();
        (!delimiter.is_blanks() && width > 1 && count > 1).then_some((delimiter, count, width))
    }

    /// Whether a column of the table in force names its rows.
    pub(in crate::input) fn names_rows(&self) -> bool {
        self.table.as_ref().is_some_and(|table| table.rows.column.is_some())
    }

    /// Whether commas part the cells of the rows.
    pub(in crate::input) fn has_commas(&self) -> bool {
        let header = self.table.as_ref().map(|table| table.header.delimiter);
        header.or(self.delimiter) == Some(Delimiter::Comma)
    }

    /// Whether a comma in a number of the line may be a decimal point as well as part groups; between commas in a quoted cell.
    pub(super) fn is_open(&self, line: &[u8]) -> bool {
        match self.has_commas() {
            true => Delimiter::Comma.cells(line).any(comma::is_open),
            false => comma::is_open(line),
        }
    }

    /// Whether a header is in force, or a line that may be one has come: the next line may be a row.
    pub(super) fn may_take(&self) -> bool {
        self.table.is_some() || !self.candidates.is_empty()
    }

    /// Whether a bare number needs no look at headers and names: it is then taken.
    pub(in crate::input) fn takes_bare_number(&mut self) -> bool {
        let takes = self.table.is_none()
            && self.candidates.is_empty()
            && self.has_numbers
            && !self.is_titled;
        if takes {
            self.follows_empty = false;
            self.refused = None;
            self.width = self.width.max(1);
        }
        takes
    }

    /// The first row is a number by itself.
    pub(in crate::input) fn begin_single(&mut self) {
        self.is_single = true;
        self.has_numbers = true;
    }

    /// The lines of a file begin, or go on: the table that was in force there is again. The next line may be a header.
    pub(super) fn begin_file(&mut self, file: &[u8]) {
        self.finish();
        self.former.extend(self.table.take());
        let own = self.former.iter().rposition(|former| former.title == file);
        self.table = own.map(|own| self.former.remove(own));
        self.begun += 1;
        (self.width, self.delimiter, self.refused) = (0, None, None);
        (self.is_titled, self.follows_empty) = (true, true);
    }

    pub(super) fn empty_line(&mut self) {
        self.follows_empty = true;
        if let Some(table) = &mut self.table {
            table.is_doubtful = table.header.delimiter.is_blanks();
        }
    }

    /// With `--marks`: titles stand before the first number, and a line without one is a mark after it.
    pub(super) fn is_for_marks(&self) -> bool {
        self.has_marks && self.has_numbers
    }

    /// What stands above the table in force.
    pub(super) fn title(&self) -> &[u8] {
        self.table.as_ref().map_or(b"", |table| &table.title)
    }

    /// Whether `--rows` names a column of this header, or none of any.
    fn has_row_names(&self, header: &Header) -> bool {
        self.are_nameless
            || header.names.iter().enumerate().any(|(column, own)| {
                let name = self.given.get(column).filter(|name| !name.is_empty()).unwrap_or(own);
                let is_meant = |meant: &String| match name.is_empty() {
                    true => meant.as_bytes() == numbered(column),
                    false => meant.as_bytes() == name,
                };
                self.row_names.iter().any(is_meant)
            })
    }

    /// Puts a table in force. The names of its rows are those that they had when it was before.
    fn replace_table(&mut self, mut table: Table) {
        self.former.extend(self.table.take());
        let known = self.former.iter().position(|former| former.header.is_again(&table.header));
        if let Some(known) = known {
            table.rows = self.former.remove(known).rows;
        } else if self.former.len() > MOST_FORMER {
            self.former.remove(0);
        }
        table.rows.begin_block();
        self.begun += 1;
        self.table = Some(table);
    }

    /// Reads the line as a row of the table in force, if it has as many cells, a number among them.
    pub(super) fn read_row(&mut self, line: &[u8], reading: &mut Reading) -> bool {
        let Some(table) = &mut self.table else { return false };
        let is_first = !table.is_begun();
        if !table.read(line, &self.time, reading) {
            return false;
        }
        self.shown = self.shown.or(table.rows.shown.take());
        if is_first
            && table.header.delimiter == Delimiter::Semicolon
            && comma::may_be_thousands(line)
        {
            self.open_mark = Some(OpenMark::Point);
        }
        self.refused = None;
        true
    }

    /// Whether the line is a row of the table in force, and cannot be read as one.
    pub(super) fn is_cut_short(&self, line: &[u8]) -> bool {
        self.table.as_ref().is_some_and(|table| table.is_cut_short(line))
    }

    /// Reads the line as a row of the columns that the user has named, if it has as many cells.
    pub(super) fn read_named(&mut self, line: &[u8], reading: &mut Reading) -> bool {
        if self.given.len() < 2 || self.table.is_some() {
            return false;
        }
        let line = line.trim_ascii();
        let delimiter =
            self.delimiter.filter(|delimiter| delimiter.is_in(line)).unwrap_or(Delimiter::of(line));
        let names = self.given.clone();
        let header = Header { delimiter, names, ..Header::default() };
        let has_row_names = self.has_row_names(&header);
        let mut table = Table::new(header, b"", has_row_names);
        if row::label(line, delimiter).0.is_some() || !table.read(line, &self.time, reading) {
            return false;
        }
        self.table = Some(table);
        true
    }
}

/// What a column without a name is called.
fn numbered(column: usize) -> Vec<u8> {
    format!("c{}", column + 1).into_bytes()
}
