//! Rows of a table that stand side by side. Several of one name in one block, as squeue(1) prints jobs of one partition, are
//! one series, and nothing on them says whether they are of one thing. Where a column has another name in each row of the
//! block, or another number by which things are called, it may tell them apart; any other number, if the next block has the
//! same. And rows of which a few names come in no order, `ok`, `ok`, `fail`, `ok`, are those of one thing.

use super::super::grammar::cells::moment::Moment;
use super::super::grammar::reading::Cell;
use super::super::grammar::vocabulary::{is_number_of_a_thing, is_state};
use super::doubt::Doubt;
use super::kinds::known_or_new;
use super::row::Row;
use super::texts::Texts;

/// The cells of further rows are not looked at, for they are of many samples, nor are those of later blocks, nor of further
/// columns.
const MOST_ROWS: u64 = 256;
const MOST_BLOCKS: u64 = 4;
const MOST_COLUMNS: usize = 256;

/// The rows that have names.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    table: u64,
    /// How many blocks and rows there are.
    blocks: u64,
    rows: u64,
    /// The names in the block that has begun.
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
        let has_names = self.names.texts().next().is_some();
        self.table == table && (!has_names || (!self.is_open() && self.names.are_no_states()))
    }

    /// Whether the cells are still looked at.
    fn is_open(&self) -> bool {
        self.blocks <= MOST_BLOCKS && self.rows <= MOST_ROWS
    }

    /// Takes a row; the first of a block shows what the one before was.
    pub(super) fn row(&mut self, row: &Row<'_>) -> Option<Doubt> {
        let mut doubt = None;
        if std::mem::replace(&mut self.table, row.tables.begun) != row.tables.begun {
            doubt = self.finish();
            self.names = Texts::default();
        }
        let name = row.items.first().map_or(&b""[..], |item| row.name(item));
        if doubt.is_some() || name.is_empty() || !row.is_of_table() {
            return doubt;
        }
        self.blocks += u64::from(self.names.texts().next().is_none());
        self.rows += 1;
        self.names.take(name);
        if self.is_open() {
            self.cells(row);
        }
        self.names.are_states().then(|| match self.telling() {
            Some(by) => Doubt::Several { name: name.to_vec(), by: by.to_vec() },
            None => Doubt::States(self.names.list()),
        })
    }

    /// At the end of a block: the column that tells rows of one name apart.
    pub(super) fn finish(&self) -> Option<Doubt> {
        let twin = self.names.twin()?;
        Some(Doubt::Several { name: twin.to_vec(), by: self.telling()?.to_vec() })
    }

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

    /// The column whose cells are all different in each block, and the same in all of them.
    fn telling(&self) -> Option<&[u8]> {
        let is_one = |Column { texts, has_others }: &Column| {
            texts.have_come(self.blocks, self.rows) && (self.blocks > 1 || !has_others)
        };
        self.columns.iter().find(|(_, column)| is_one(column)).map(|(name, _)| &name[..])
    }
}

/// Whether a text in a row may be the name of a thing: it has a letter and is no measure of an unknown unit, as `45.0c`; or it
/// is an address with its port, which `0:01.23` is not, or a path.
fn may_be_name(text: &[u8]) -> bool {
    let has_letter = text.iter().any(u8::is_ascii_alphabetic);
    let host = memchr::memrchr(b':', text).map(|end| &text[..end]);
    let is_address = host.is_some_and(|host| !host.iter().all(u8::is_ascii_digit));
    is_address || text[0] == b'/' || (has_letter && !text[0].is_ascii_digit())
}
