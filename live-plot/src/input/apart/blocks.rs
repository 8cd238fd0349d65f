//! Rows of a table that stand side by side. Several of one name in one block, as squeue(1) prints jobs of one partition, are
//! one series, and nothing on them says whether they are of one thing. The next block does: a column whose cells are all
//! different there, and are those of the block before, tells the rows apart. Where there is no next block, a column of
//! different words may do. And rows of which a few names come in no order, `ok`, `ok`, `fail`, `ok`, are those of one thing.

use super::super::grammar::cells::moment::Moment;
use super::super::grammar::reading::Cell;
use super::super::grammar::vocabulary::{is_number_of_a_thing, is_state};
use super::doubt::Doubt;
use super::kinds::known_or_new;
use super::row::Row;
use super::texts::Texts;

/// The cells of longer blocks are not looked at, for they are of many samples, nor are those of later ones, nor of further
/// columns.
const MOST_ROWS: usize = 64;
const MOST_BLOCKS: u32 = 4;
const MOST_COLUMNS: usize = 256;

/// The block that has begun, and the one before.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    table: u64,
    ended: u32,
    here: Block,
    before: Block,
}

/// The rows of a block that have names.
#[derive(Debug, Default)]
struct Block {
    rows: usize,
    names: Texts,
    columns: Vec<(Vec<u8>, Column)>,
}

#[derive(Debug, Default)]
struct Column {
    texts: Texts,
    /// Not all of them may be names.
    has_others: bool,
}

impl Blocks {
    /// Whether more rows of this table, like those before, can show nothing.
    pub(super) fn are_settled(&self, table: u64) -> bool {
        let Block { rows, names, .. } = &self.here;
        let is_long = !self.is_open() && names.are_no_states();
        self.table == table && (*rows == 0 || is_long)
    }

    /// Whether the cells are still looked at.
    fn is_open(&self) -> bool {
        self.ended < MOST_BLOCKS && self.here.rows <= MOST_ROWS
    }

    /// Takes a row.
    pub(super) fn row(&mut self, row: &Row<'_>) -> Option<Doubt> {
        let table = row.tables.begun;
        if std::mem::replace(&mut self.table, table) != table && self.here.rows > 0 {
            self.before = std::mem::take(&mut self.here);
            self.ended += 1;
        }
        let name = row.items.first().map_or(&b""[..], |item| row.name(item));
        if name.is_empty() || !row.is_of_table() {
            return None;
        }
        self.here.rows += 1;
        self.here.names.take(name);
        if self.is_open() {
            self.here.cells(row);
            if let Some(doubt) = self.twins() {
                return Some(doubt);
            }
        }
        self.here.names.are_states().then(|| match self.here.words() {
            Some(by) => Doubt::Several { name: name.to_vec(), by: by.to_vec() },
            None => Doubt::States(self.here.names.list()),
        })
    }

    /// A column that tells rows of one name apart in this block, as in the one before.
    fn twins(&self) -> Option<Doubt> {
        let Self { here, before, .. } = self;
        let twin = here.names.twin().filter(|_| here.rows == before.rows)?;
        let (by, _) = here.columns.iter().find(|(name, Column { texts, .. })| {
            let before = before.columns.iter().find(|(known, _)| known == name);
            texts.are_different(here.rows)
                && before.is_some_and(|(_, before)| texts.are_those(&before.texts))
        })?;
        Some(Doubt::Several { name: twin.to_vec(), by: by.clone() })
    }

    /// At the end of the input, after one block: the column of words that tells rows of one name apart.
    pub(super) fn finish(&self) -> Option<Doubt> {
        let twin = self.here.names.twin().filter(|_| self.ended == 0)?;
        Some(Doubt::Several { name: twin.to_vec(), by: self.here.words()?.to_vec() })
    }
}

impl Block {
    /// Takes the cells of a row in which something else stands than a time.
    fn cells(&mut self, row: &Row<'_>) {
        for item in row.items {
            let (key, text) = (row.key(item), row.text(item));
            let is_text = matches!(item.cell, Cell::Text(_));
            if item.cell == Cell::Empty || (is_text && Moment::whole(&text).is_some()) {
                continue;
            }
            if let Some(column) = known_or_new(&mut self.columns, MOST_COLUMNS, &key) {
                column.texts.take(&text);
                column.has_others |= match is_text {
                    true => !may_be_name(&text) || is_state(&key),
                    false => !is_number_of_a_thing(&key),
                };
            }
        }
    }

    /// The column of names, or of numbers by which things are called, that is another one in each row.
    fn words(&self) -> Option<&[u8]> {
        let is_one = |column: &Column| !column.has_others && column.texts.are_different(self.rows);
        self.columns.iter().find(|(_, column)| is_one(column)).map(|(name, _)| &name[..])
    }
}

/// Whether a text in a row may be the name of a thing: it has a letter and is no measure of an unknown unit, as `45.0c`; or it
/// is an address with its port, which `0:01.23` is not.
fn may_be_name(text: &[u8]) -> bool {
    let has_letter = text.iter().any(u8::is_ascii_alphabetic);
    let host = memchr::memrchr(b':', text).map(|end| &text[..end]);
    let is_address = host.is_some_and(|host| !host.iter().all(u8::is_ascii_digit));
    is_address || (has_letter && !text[0].is_ascii_digit())
}
