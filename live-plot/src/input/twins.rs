//! Rows of one name in one block of a table, as squeue(1) prints jobs of one partition: they are one series, and nothing on
//! them says whether they are of one thing. The next block does: a column whose cells are all different there, and are those
//! of the block before, tells the rows apart. Where there is no next block, a column of different words may do. Pure.

/// Blocks of more rows are not looked at: they are of many samples.
const MOST_ROWS: usize = 64;

/// After so many blocks nothing is looked for any more.
const MOST_BLOCKS: u32 = 4;

/// The rows of the block that has begun, and those of the one before.
#[derive(Debug, Default)]
pub(super) struct Twins {
    block: u64,
    blocks: u32,
    rows: Vec<Row>,
    before: Vec<Row>,
}

#[derive(Debug, PartialEq)]
struct Row {
    name: Vec<u8>,
    cells: Vec<Cell>,
}

/// A cell as a text, and its column.
#[derive(Debug, PartialEq)]
pub(super) struct Cell {
    pub(super) column: usize,
    pub(super) text: Vec<u8>,
    /// It may be a name.
    pub(super) is_word: bool,
}

impl Twins {
    /// Whether rows are still to be looked at.
    pub(super) fn is_open(&self) -> bool {
        self.blocks < MOST_BLOCKS
    }

    /// Whether more rows like those before can show nothing.
    pub(super) fn are_settled(&self) -> bool {
        !self.is_open() || self.rows.is_empty()
    }

    /// Takes a row of a block, its name and its cells. The column that tells rows of one name apart, if this row shows it.
    pub(super) fn row(
        &mut self,
        block: u64,
        name: &[u8],
        cells: impl Iterator<Item = Cell>,
    ) -> Option<usize> {
        if std::mem::replace(&mut self.block, block) != block && !self.rows.is_empty() {
            self.before = std::mem::take(&mut self.rows);
            self.blocks += 1;
        }
        self.rows.push(Row { name: name.to_vec(), cells: cells.collect() });
        if self.rows.len() > MOST_ROWS {
            self.blocks = MOST_BLOCKS;
        }
        let is_whole = self.rows.len() == self.before.len();
        if !self.is_open() || !is_whole || self.twin().is_none() {
            return None;
        }
        let column = columns(&self.rows).find(|column| {
            let (mut here, mut before) = (texts(&self.rows, *column), texts(&self.before, *column));
            here.sort_unstable();
            before.sort_unstable();
            here == before && are_distinct(&here)
        })?;
        self.blocks = MOST_BLOCKS;
        Some(column)
    }

    /// The column of words that is another one in each row of the block so far.
    pub(super) fn words(&self) -> Option<usize> {
        columns(&self.rows).find(|column| {
            let is_word = |row: &Row| row.cell(*column).is_some_and(|cell| cell.is_word);
            let mut texts = texts(&self.rows, *column);
            texts.sort_unstable();
            self.rows.iter().all(is_word) && are_distinct(&texts)
        })
    }

    /// At the end of the input, after one block: a name of several rows, and the column of words that tells them apart.
    pub(super) fn finish(&self) -> Option<(&[u8], usize)> {
        let is_first = self.is_open() && self.blocks == 0;
        Some((self.twin().filter(|_| is_first)?, self.words()?))
    }

    /// A name of several rows.
    fn twin(&self) -> Option<&[u8]> {
        let mut names: Vec<&[u8]> = self.rows.iter().map(|row| &row.name[..]).collect();
        names.sort_unstable();
        names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
    }
}

impl Row {
    fn cell(&self, column: usize) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.column == column)
    }
}

/// The columns of the first row.
fn columns(rows: &[Row]) -> impl Iterator<Item = usize> {
    rows.iter().take(1).flat_map(|row| &row.cells).map(|cell| cell.column)
}

/// The cells of a column.
fn texts(rows: &[Row], column: usize) -> Vec<&[u8]> {
    rows.iter().map(|row| row.cell(column).map_or(&b""[..], |cell| &cell.text)).collect()
}

/// Whether none of the sorted texts comes twice.
fn are_distinct(sorted: &[&[u8]]) -> bool {
    sorted.windows(2).all(|pair| pair[0] != pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes a row like `batch 1234 R`, of which the first is the name.
    fn take(twins: &mut Twins, block: u64, row: &str) -> Option<usize> {
        let mut cells = row.split(' ');
        let name = cells.next().unwrap_or_default();
        let cell = |(column, text): (usize, &str)| Cell {
            column,
            text: text.into(),
            is_word: text.parse::<f64>().is_err(),
        };
        twins.row(block, name.as_bytes(), cells.enumerate().map(cell))
    }

    /// The column that is found in these blocks, and in which of them.
    fn found(blocks: &[&[&str]]) -> Option<(usize, usize)> {
        let mut twins = Twins::default();
        blocks.iter().enumerate().find_map(|(block, rows)| {
            rows.iter().find_map(|row| Some((block, take(&mut twins, block as u64, row)?)))
        })
    }

    #[test]
    fn a_column_whose_cells_come_back_tells_rows_of_one_name_apart() {
        let jobs = ["batch 5 1234", "batch 5 1235", "long 5 1236"];
        let later = ["batch 9 1235", "batch 8 1236", "long 6 1234"];
        assert_eq!(found(&[&jobs, &later]), Some((1, 1)));
        assert_eq!(found(&[&jobs, &jobs[1..], &jobs, &jobs]), Some((3, 1)), "jobs come and go");
    }

    #[test]
    fn samples_of_one_thing_are_no_twins() {
        for blocks in [
            [["tank 1 50", "tank 2 50"], ["tank 3 50", "tank 4 50"]],
            [["tank 0 50", "tank 0 50"], ["tank 0 50", "tank 0 50"]],
            [["sda 1 50", "sdb 2 51"], ["sda 1 50", "sdb 2 51"]],
        ] {
            assert_eq!(found(&[&blocks[0], &blocks[1]]), None, "{blocks:?}");
        }
    }

    #[test]
    fn words_that_differ_in_each_row_are_found_at_once() {
        let mut twins = Twins::default();
        for row in ["tmpfs 5 on /run", "tmpfs 6 on /tmp"] {
            assert_eq!(take(&mut twins, 0, row), None);
        }
        assert_eq!(twins.words(), Some(2));
        assert_eq!(twins.finish(), Some((&b"tmpfs"[..], 2)));
        assert!(!twins.are_settled());
        for _ in 0..MOST_ROWS {
            take(&mut twins, 0, "tmpfs 5 on /run");
        }
        assert!(twins.are_settled() && twins.words().is_none());
    }
}
