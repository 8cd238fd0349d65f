//! A row as it is seen here: its name, and its cells, each with what it is called and what stands in it.

use std::borrow::Cow;

use super::super::grammar::reading::{Cell, Item, Key, Reading};
use super::super::grammar::table::Tables;

/// The cells of a row, and what explains them.
#[derive(Debug, Clone, Copy)]
pub(in crate::input) struct Row<'a> {
    pub(in crate::input) items: &'a [Item],
    pub(in crate::input) reading: &'a Reading,
    pub(in crate::input) tables: &'a Tables,
}

impl<'a> Row<'a> {
    /// Whether its cells stand in columns, and have no names beside them.
    pub(super) fn is_of_table(&self) -> bool {
        matches!(self.items, [Item { key: Key::Column(_), .. }, ..])
    }

    /// The name of the row that the cell is of: names and values of several may stand on one line.
    pub(super) fn name(&self, item: &Item) -> &'a [u8] {
        self.reading.text(item.row)
    }

    /// What the cell is called.
    pub(super) fn key(&self, item: &Item) -> Cow<'a, [u8]> {
        match item.key {
            Key::Name(name) => self.reading.text(name).into(),
            Key::Column(column) => self.tables.any_name(column),
        }
    }

    /// What stands in the cell.
    pub(super) fn text(&self, item: &Item) -> Cow<'a, [u8]> {
        match item.cell {
            Cell::Text(text) => self.reading.text(text).into(),
            Cell::Number(measure) => measure.value.to_string().into_bytes().into(),
            Cell::Empty => b"".into(),
        }
    }

    /// The cells with a number in them.
    pub(super) fn numbers(&self) -> impl DoubleEndedIterator<Item = &'a Item> {
        self.items.iter().filter(|item| matches!(item.cell, Cell::Number(_)))
    }
}
