//! What was found on a line: cells with their names, in order. The space is used again for each line. Which series a cell
//! belongs to is left to `schema`, how two readings differ to `changes`.

mod changes;

use std::ops::Range;

use super::cells::measure::{self, Measure};
use super::cells::{is_empty, is_not_available};

/// A part of [`Reading`]'s text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::input) struct Span {
    start: usize,
    end: usize,
}

impl Span {
    /// Without its last bytes.
    pub(super) fn without_last(self, bytes: usize) -> Self {
        Self { end: self.end.saturating_sub(bytes).max(self.start), ..self }
    }
}

/// What a cell is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::input) enum Key {
    Name(Span),
    /// In this column of the table, counted from 0.
    Column(usize),
}

/// What stands in a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::input) enum Cell {
    /// A number; NaN if the line itself says that there is none.
    Number(Measure),
    /// Nothing.
    Empty,
    /// Anything else; it may be a time.
    Text(Span),
}

impl Cell {
    pub(in crate::input) const GAP: Self = Self::Number(Measure { value: f64::NAN, unit: None });

    pub(in crate::input) fn is_number(self) -> bool {
        matches!(self, Self::Number(_))
    }
}

/// A cell with its name, and that of its row: empty if there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::input) struct Item {
    pub(in crate::input) row: Span,
    pub(in crate::input) key: Key,
    pub(in crate::input) cell: Cell,
}

/// An array of so many items that each have a series of their own, by their places, though they may follow each other.
#[derive(Debug, Clone, Copy)]
pub(in crate::input) struct Unsure {
    pub(in crate::input) path: Span,
    /// A filter of jq(1) that makes each a sample.
    pub(in crate::input) filter: Span,
    pub(in crate::input) items: usize,
}

/// An array of objects that only their places tell apart.
#[derive(Debug, Clone, Copy)]
pub(in crate::input) struct Placed {
    pub(in crate::input) path: Span,
    pub(in crate::input) objects: usize,
}

/// The cells of a line.
#[derive(Debug, Default, Clone)]
pub(in crate::input) struct Reading {
    /// The titles above the line.
    pub(in crate::input) title: Vec<u8>,
    /// The words before the names, which are no part of them.
    pub(in crate::input) before: Span,
    /// Whether those words, and the time before them, are of use to anybody: a line that has them is slower to learn.
    pub(super) keeps_before: bool,
    pub(super) keeps_time: bool,
    /// An array of JSON that may be meant otherwise.
    pub(in crate::input) unsure: Option<Unsure>,
    /// The arrays whose objects are told apart by their places alone.
    pub(in crate::input) placed: Vec<Placed>,
    /// It is JSON, whose indent and names of rows say nothing about the lines around it.
    pub(in crate::input) is_json: bool,
    text: Vec<u8>,
    items: Vec<Item>,
    /// Where each row ends in the items, if the line has several: JSON objects side by side.
    rows: Vec<usize>,
}

impl Reading {
    pub(in crate::input) fn clear(&mut self) {
        self.title.clear();
        self.before = Span::default();
        self.unsure = None;
        self.placed.clear();
        self.is_json = false;
        self.text.clear();
        self.items.clear();
        self.rows.clear();
    }

    pub(in crate::input) fn text(&self, span: Span) -> &[u8] {
        &self.text[span.start..span.end]
    }

    pub(in crate::input) fn items(&self) -> &[Item] {
        &self.items
    }

    /// The rows of the line, each with its items.
    pub(in crate::input) fn rows(&self) -> impl Iterator<Item = &[Item]> {
        let ends = self.rows.iter().copied().chain([self.items.len()]);
        let mut start = 0;
        ends.map(move |end| &self.items[std::mem::replace(&mut start, end)..end])
            .filter(|row| !row.is_empty())
    }

    pub(super) fn has_number(&self) -> bool {
        self.items.iter().any(|item| item.cell.is_number())
    }

    /// The cells that are no numbers.
    pub(super) fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.items.iter().filter_map(|item| match item.cell {
            Cell::Text(text) => Some(self.text(text)),
            _ => None,
        })
    }

    /// How many bytes it takes.
    pub(super) fn size(&self) -> usize {
        self.text.len() + size_of_val(self.items.as_slice())
    }

    /// Keeps a text and returns where.
    pub(super) fn keep(&mut self, text: &[u8]) -> Span {
        let start = self.text.len();
        self.text.extend_from_slice(text);
        Span { start, end: self.text.len() }
    }

    /// Keeps the words before the names.
    pub(super) fn keep_before(&mut self, words: &[u8]) {
        if self.keeps_before {
            self.before = self.keep(words);
        }
    }

    pub(super) fn push(&mut self, row: Span, key: Key, cell: Cell) {
        self.push_item(Item { row, key, cell });
    }

    pub(super) fn push_item(&mut self, item: Item) {
        self.items.push(item);
    }

    /// Adds a cell to the last row, also behind its end.
    pub(super) fn push_to_last(&mut self, key: Key, cell: Cell) {
        let before = self.items.len();
        self.push(Span::default(), key, cell);
        if let Some(end) = self.rows.last_mut().filter(|end| **end == before) {
            *end += 1;
        }
    }

    /// Puts another cell in the place of the last one.
    pub(super) fn replace_last(&mut self, cell: Cell) {
        self.replace(self.items.len().wrapping_sub(1), cell);
    }

    /// Puts another cell in this place.
    pub(super) fn replace(&mut self, place: usize, cell: Cell) {
        if let Some(item) = self.items.get_mut(place) {
            item.cell = cell;
        }
    }

    /// The cell that `text` is, all of it: a number with or without a unit, nothing, or a text.
    pub(super) fn cell(&mut self, text: &[u8]) -> Cell {
        if is_not_available(text) {
            return Cell::GAP;
        }
        if is_empty(text) {
            return Cell::Empty;
        }
        match measure::whole(text) {
            Some(measure) => Cell::Number(measure),
            None => Cell::Text(self.keep(text)),
        }
    }

    /// Gives all cells the name of a row.
    pub(super) fn name_rows(&mut self, name: &[u8]) {
        let row = self.keep(name);
        self.set_row(row);
    }

    pub(super) fn set_row(&mut self, row: Span) {
        self.items.iter_mut().for_each(|item| item.row = row);
    }

    /// Calls a cell otherwise.
    pub(super) fn rename(&mut self, place: usize, row: Span, key: Key) {
        if let Some(item) = self.items.get_mut(place) {
            (item.row, item.key) = (row, key);
        }
    }

    /// Takes out the cells from this place on.
    pub(super) fn take_from(&mut self, start: usize) -> Vec<Item> {
        self.items.split_off(start)
    }

    /// How many rows have ended.
    pub(super) fn ended(&self) -> usize {
        self.rows.len()
    }

    /// Puts the cells that are of all rows into each of those that ended after so many and begin at `start` or later.
    pub(super) fn share(
        &mut self,
        ended: usize,
        start: usize,
        is_of_all: impl Fn(&Self, &Item) -> bool,
    ) {
        let mut ends = self.rows.split_off(ended);
        ends.sort_unstable();
        ends.push(self.items.len());
        let items = self.items.split_off(start);
        let shared: Vec<&Item> = items.iter().filter(|item| is_of_all(self, item)).collect();
        let mut begun = start;
        for end in ends {
            let row = &items[begun - start..end - start];
            let missing = shared.iter().filter(|item| !row.is_empty() && !row.contains(item));
            self.items.extend(row.iter().chain(missing.copied()));
            self.end_row();
            begun = end;
        }
    }

    /// Makes a row of these cells. The ends of rows may come in any order, until they are sorted.
    pub(super) fn split_row(&mut self, cells: &Range<usize>) {
        self.rows.extend([cells.start, cells.end]);
    }

    pub(super) fn sort_rows(&mut self) {
        self.rows.sort_unstable();
    }

    /// What follows belongs to the next row.
    pub(super) fn end_row(&mut self) {
        self.rows.push(self.items.len());
    }
}
