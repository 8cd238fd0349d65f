//! A table with a header: whether a line is a row of it, and its cells. Which table is in force is left to `table`.

use super::super::cells::{self, Kind};
use super::super::reading::{Cell, Item, Key, Reading, Span};
use super::header::Header;
use super::places;
use super::row;
use super::row_names::{RowNames, Shown};
use crate::input::grammar::cells::delimiter::Delimiter;
use crate::input::grammar::vocabulary::{is_command, is_no_value, is_total};

/// A table with a header.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Table {
    pub(super) header: Header,
    /// The titles above the header, and its label.
    pub(super) title: Vec<u8>,
    pub(super) rows: RowNames,
    /// How many columns at the beginning hold a time.
    times: usize,
    /// Which columns held a number in the first row, or in the first that had a cell there.
    numbers: Vec<Option<bool>>,
    /// The first row has a label before its colon.
    is_labelled: bool,
    is_begun: bool,
    /// Where the first row began, if its name is of several words and has no name above it.
    indent: Option<usize>,
    /// A row had an empty cell, or blanks in one.
    is_by_place: bool,
    /// Two words were one cell of a row: a date and a clock time, a number and its unit.
    is_joined: bool,
    /// The user has named the columns that name the rows: no word does that.
    has_row_names: bool,
    /// In how many columns at the beginning the first row had `-`: it may be a total.
    totals: usize,
    /// An empty line has come since the last row: what follows may be something else.
    pub(super) is_doubtful: bool,
}

impl Table {
    pub(super) fn new(header: Header, title: &[u8], has_row_names: bool) -> Self {
        let label = header.label.as_deref().unwrap_or_default();
        let dot: &[u8] = if title.is_empty() || label.is_empty() { b"" } else { b"." };
        Self {
            title: [title, dot, label].concat(),
            is_by_place: header.is_by_place,
            header,
            has_row_names,
            ..Self::default()
        }
    }

    /// Whether a row has come.
    pub(super) fn is_begun(&self) -> bool {
        self.is_begun
    }

    /// Reads the line, if it is a row of the table.
    pub(super) fn read(&mut self, line: &[u8], time: &[String], reading: &mut Reading) -> bool {
        self.header.delimiter = self.header.delimiter.with_sign_of(line);
        let Header { delimiter, ref label, ref names, .. } = self.header;
        let width = names.len();
        let (whole, start) = (line, line.len() - line.trim_ascii_start().len());
        let line = delimiter.trimmed(line);
        let (mut own, body) = row::label(line, delimiter);
        let mut cells = row::split(body, delimiter, width, self.is_joined);
        let mut is_by_place = false;
        let is_counted = cells.len() == width && !self.is_by_place;
        let is_shifted = is_counted && places::are_shifted(whole, &self.header.places);
        // A colon may stand within a cell: `nginx: worker`.
        if own.is_none_or(|label| label.contains(&b' ')) && (!is_counted || is_shifted) {
            match self.by_place(whole) {
                Some(placed) => (own, cells, is_by_place) = (None, placed, true),
                None if is_shifted => return false,
                None => {}
            }
        }
        // Of two words that name a row, the first may be left out where it is that of the row above, as pandas does.
        if self.indent.is_some_and(|indent| start > indent) {
            return false;
        }
        let first = match own {
            // sar writes `Average:` in the column of the times.
            Some(_) if self.times > 0 && cells.len() + self.times == width => self.times,
            Some(own) if width < 2 || label.as_ref().is_some_and(|label| label != own) => {
                return false;
            }
            _ => 0,
        };
        // `Swap:` of free has the first cells only.
        let is_short = own.is_some() && self.is_labelled && (2..width).contains(&cells.len());
        if cells.len() + first != width && !is_short {
            return false;
        }
        if self.begins_otherwise(&cells) {
            return false;
        }
        if is_short && cells.iter().any(|cell| is_number(cell, delimiter) != Some(true)) {
            return false;
        }
        if self.is_begun {
            self.rows.lose(&cells, first);
        } else {
            let is_time = |column: usize| {
                let is_called = |name: &Vec<u8>| time.iter().any(|time| time.as_bytes() == name);
                names.get(column).is_some_and(is_called)
            };
            let (words, times) = row::words(&cells, delimiter, is_time);
            if !self.has_row_names {
                self.rows.choose(&words, names, times);
            }
            self.times = times;
        }
        reading.clear();
        let row = match (own, self.rows.name(&cells, first, self.times)) {
            (Some(label), b"") => reading.keep(label),
            (Some(label), name) => reading.keep(&[label, b".", name].concat()),
            (None, b"") => Span::default(),
            (None, name) => reading.keep(name),
        };
        row::read(&cells, first, row, self.rows.column, delimiter, reading);
        if delimiter == Delimiter::Blanks && self.is_prose(reading) {
            return false;
        }
        let is_row = reading.has_number();
        if is_row {
            self.is_by_place |= is_by_place;
            self.learn(&cells, first, own.is_some(), start);
        }
        is_row || (delimiter != Delimiter::Blanks && self.is_of_gaps(&cells, first))
    }

    /// Whether a row has nothing in all columns of numbers: `10:00:03,,` of sensors that say nothing for a while.
    fn is_of_gaps(&self, cells: &[&[u8]], first: usize) -> bool {
        let here = kinds(cells, first, self.header.delimiter);
        let mut then = self.numbers.iter().zip(here).filter(|(then, _)| **then == Some(true));
        self.is_begun && first == 0 && then.all(|(_, now)| now.is_none())
    }

    /// Takes from a row what is to be known of the next ones.
    fn learn(&mut self, cells: &[&[u8]], first: usize, is_labelled: bool, start: usize) {
        let delimiter = self.header.delimiter;
        self.is_doubtful = false;
        self.is_joined |= cells.iter().any(|cell| cell.contains(&b' '));
        if self.totals > 0 {
            let columns = std::mem::take(&mut self.totals);
            let is_number = |cell: &&[u8]| cell.iter().all(u8::is_ascii_digit);
            if cells.iter().take(columns).all(is_number) {
                self.rows.shown = Some(Shown::Parts(columns));
            }
        }
        if !self.is_begun {
            (self.is_begun, self.is_labelled) = (true, is_labelled);
            let has_two_words = self.header.names[0].is_empty() && cells[0].contains(&b' ');
            self.indent = has_two_words.then_some(start);
            if first == 0 && !self.has_row_names {
                self.totals = cells.iter().take_while(|cell| **cell == b"-").count();
            }
            self.numbers = kinds(cells, first, delimiter);
        } else if self.is_by_place {
            let here = kinds(cells, first, delimiter);
            self.numbers.iter_mut().zip(here).for_each(|(then, now)| *then = then.or(now));
        }
    }

    /// The cells of a row that has an empty one, or blanks in one, as they stand below their names. Numbers stand where
    /// rows before had them.
    fn by_place<'a>(&self, line: &'a [u8]) -> Option<Vec<&'a [u8]>> {
        let Header { ref names, ref places, .. } = self.header;
        if places.is_empty() || line.contains(&b'\t') {
            return None;
        }
        let is_like = |(cell, then): (&&[u8], &Option<bool>)| {
            then.zip(is_number(cell, Delimiter::Tab)).is_none_or(|(then, now)| then == now)
        };
        let is_named = |cells: &Vec<&[u8]>| {
            self.rows
                .column
                .is_none_or(|column| cells.get(column).is_some_and(|cell| !cell.is_empty()))
        };
        let are_like =
            |cells: &Vec<&[u8]>| is_named(cells) && cells.iter().zip(&self.numbers).all(is_like);
        let is_command = names.last().is_some_and(|name| is_command(name));
        let rest = || places::with_rest(line, places).filter(are_like);
        let placed = || places::cells(line, places).filter(are_like);
        if is_command {
            return rest().or_else(placed);
        }
        let is_text = self.numbers.last() == Some(&Some(false));
        placed().or_else(|| rest().filter(|_| is_text))
    }

    /// Whether a word or a time stands where the first row began with a number: `error 5 6` under `us sy id` is no row. Where
    /// something else than blanks parts the cells, a bad one is a gap, but `Total,9` is no row either.
    fn begins_otherwise(&self, cells: &[&[u8]]) -> bool {
        let Some(cell) = cells.first() else { return false };
        let is_blanks = self.header.delimiter == Delimiter::Blanks;
        match (self.numbers.first(), cells::kind(cell, self.header.delimiter)) {
            (Some(Some(true)), Kind::Word) => is_blanks || is_total(cell),
            (Some(Some(true)), Kind::Time) => is_blanks,
            // powerstat writes `Average` in the column of the times.
            (Some(Some(false)), Kind::Word) => self.times > 0 && is_total(cell),
            _ => false,
        }
    }

    /// Whether a line that is no row begins as the rows do, up to their last number: pairs behind that are a part of a cell,
    /// `users:(("sshd",pid=1,fd=3))` of ss(8).
    pub(super) fn is_cut_short(&self, line: &[u8]) -> bool {
        let delimiter = self.header.delimiter;
        let end = self.numbers.iter().rposition(|is| *is == Some(true)).map_or(0, |last| last + 1);
        let cells: Vec<&[u8]> = delimiter.cells(line).take(end).collect();
        end > 2 && !self.is_doubtful && kinds(&cells, 0, delimiter) == self.numbers[..end]
    }

    /// Whether words stand in most of the columns of numbers: `PING: 5 requests per second` is a sentence.
    fn is_prose(&self, reading: &Reading) -> bool {
        let is_number = |column: usize| self.numbers.get(column) == Some(&Some(true));
        let is_word = |item: &&Item| match (item.key, item.cell) {
            (Key::Column(column), Cell::Text(text)) => {
                is_number(column) && reading.text(text).iter().any(u8::is_ascii_alphabetic)
            }
            _ => false,
        };
        let words = reading.items().iter().filter(is_word).count();
        words > 1 && 2 * words > self.numbers.iter().filter(|is| **is == Some(true)).count()
    }
}

/// Which columns hold a number; of an empty one that is not known.
fn kinds(cells: &[&[u8]], first: usize, delimiter: Delimiter) -> Vec<Option<bool>> {
    let cells = cells.iter().map(|cell| is_number(cell, delimiter));
    std::iter::repeat_n(Some(false), first).chain(cells).collect()
}

/// Whether the cell is a number; of one that says that there is none, that is not known.
fn is_number(cell: &[u8], delimiter: Delimiter) -> Option<bool> {
    match cells::kind(cell, delimiter) {
        Kind::Number(_) => Some(true),
        Kind::Empty => None,
        _ if is_no_value(cell) => None,
        _ => Some(false),
    }
}
