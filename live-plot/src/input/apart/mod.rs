//! What tells things apart. Rows that are read as those of one thing may be of several in turn, and rows of several names may
//! be of one thing. Only many rows show that, and no line waits for the next ones to be drawn: so it is reported, once, and
//! changes nothing.
//!
//! ```text
//! row      what is seen of a row
//! kinds    rows of one kind: does a number or a text on them say in turn what they are of?
//! blocks   rows of a table: does a column tell those of one name apart, or are the names states?
//! texts    what both remember of the texts under one name; count: of a number
//! doubt    what was found, and the warning
//! ```
//!
//! Which words name the rows of a table is decided by `grammar::table::row_names`, before anything is drawn. Pure.

mod blocks;
mod count;
mod doubt;
mod kinds;
mod row;
mod texts;

use blocks::Blocks;
pub(super) use doubt::Doubt;
use kinds::Kinds;
pub(super) use row::Row;

use super::grammar::table::Tables;
use super::grammar::table::row_names::Shown;

/// After so many rows what tells them apart has shown itself, or does not come in turn.
const MOST_ROWS: u32 = 1000;

/// What the rows so far have shown.
#[derive(Debug, Default)]
pub(super) struct Apart {
    rows: u32,
    kinds: Kinds,
    blocks: Blocks,
    is_reported: bool,
    /// The names of the rows are of several words: they are no states.
    is_shared: bool,
}

impl Apart {
    /// Whether every row is still to be looked at.
    pub(super) fn is_open(&self) -> bool {
        !self.is_reported && self.rows < MOST_ROWS
    }

    /// Whether, once that is over, more rows of the nth table, like those before, can show nothing.
    pub(super) fn is_settled(&self, table: u64) -> bool {
        self.is_reported || self.blocks.are_settled(table)
    }

    /// Takes a row: what it shows of those so far.
    pub(super) fn row(&mut self, row: &Row<'_>) -> Option<Doubt> {
        if self.is_reported {
            return None;
        }
        let is_state = |doubt: &Doubt| matches!(doubt, Doubt::States(_));
        let mut doubt = self.blocks.row(row).filter(|doubt| !(self.is_shared && is_state(doubt)));
        if doubt.is_none() && self.is_open() {
            self.rows += 1;
            doubt = self.kinds.row(row);
        }
        self.is_reported = doubt.is_some();
        doubt
    }

    /// Takes what the rows of a table have shown of their names by themselves.
    pub(super) fn names(&mut self, shown: Shown, tables: &Tables) -> Doubt {
        self.is_reported |= matches!(shown, Shown::Parts(_));
        self.is_shared |= matches!(shown, Shown::Shared(..));
        let name = |column| tables.any_name(column).into_owned();
        match shown {
            Shown::Value(column) => Doubt::Value(name(column)),
            Shown::Fresh(column) => Doubt::Fresh(name(column)),
            Shown::Shared(column, other) => {
                Doubt::Shared { name: name(column), other: name(other) }
            }
            Shown::Parts(columns) => {
                Doubt::Parts((0..columns).map(name).collect::<Vec<_>>().join(&b','))
            }
        }
    }

    /// What all lines, so many, show at the end of the input.
    pub(super) fn finish(&self, tables: &Tables, lines: u64) -> Option<Doubt> {
        let of_rows = || self.blocks.finish().or_else(|| self.kinds.finish());
        let doubt = of_rows().or_else(|| tables.all_different(lines).map(Doubt::AllDifferent));
        doubt.filter(|_| !self.is_reported)
    }
}

#[cfg(test)]
mod tests {
    use super::super::grammar::{Grammar, Verdict};
    use super::*;
    use crate::config::Naming;

    /// What these lines show, and after how many; at the end of all it is 0.
    fn doubt(lines: &[&str]) -> Option<(usize, Doubt)> {
        let (mut grammar, mut apart) =
            (Grammar::new(&Naming::default(), None, false), Apart::default());
        for (number, line) in (1..).zip(lines) {
            if grammar.line(line.as_bytes(), number as u64) == Verdict::Read {
                let Grammar { reading, tables, .. } = &grammar;
                let rows = reading.rows().map(|items| Row { items, reading, tables });
                if let Some(doubt) = rows.filter_map(|row| apart.row(&row)).next() {
                    return Some((number, doubt));
                }
            }
        }
        Some((0, apart.finish(&grammar.tables, lines.len() as u64)?))
    }

    fn several(name: &str, by: &str) -> Doubt {
        Doubt::Several { name: name.into(), by: by.into() }
    }

    fn in_turn(names: &str, by: &str) -> Doubt {
        Doubt::InTurn { names: names.into(), by: by.into(), option: None }
    }

    #[test]
    fn names_and_values_of_several_things_are_told_apart_by_a_number_or_a_text() {
        let counted = |by: &str| Doubt::Counted { count: 2, by: by.into() };
        for (lines, number, found) in [
            (&["cpu=0 v=5", "cpu=1 v=6", "cpu=0 v=7", "cpu=1 v=8"][..], 4, counted("cpu")),
            (&["0 5", "1 6", "0 7", "1 8"], 4, counted("c1")),
            (&["host=a v=1", "host=b v=2", "host=a v=3", "host=b v=4"], 4, in_turn("a, b", "host")),
            (
                &["id=12 v=1", "id=12 v=2", "id=77 v=1", "id=12 v=2", "id=77 v=5"],
                5,
                in_turn("12, 77", "id"),
            ),
            (&["ifname=lo v=1", "ifname=eth0 v=2"], 0, in_turn("lo, eth0", "ifname")),
        ] {
            assert_eq!(doubt(lines), Some((number, found)), "{lines:?}");
        }
    }

    #[test]
    fn rows_of_one_name_are_told_apart_by_a_column_and_states_by_nothing() {
        let header = "part job n";
        let states = Doubt::States("ok, fail".into());
        for (lines, number, found) in [
            (
                &[header, "p 17 5", "p 12 6", "q 13 7", header, "p 12 5", "p 13 5", "q 17 5"][..],
                0,
                several("p", "job"),
            ),
            (&["part job user n", "p fit ada 5", "p fit bob 6"], 0, several("p", "user")),
            (&["state v w", "ok 1 5", "ok 2 5", "fail 2 5", "ok 3 5"], 5, states),
        ] {
            assert_eq!(doubt(lines), Some((number, found)), "{lines:?}");
        }
    }

    #[test]
    fn what_may_be_samples_of_one_thing_is_not_doubted() {
        for lines in [
            &["on=0 v=5", "on=1 v=6", "on=0 v=7", "on=1 v=8"][..],
            &["sensor=512 v=1", "sensor=513 v=1", "sensor=512 v=1", "sensor=513 v=1"],
            &["id=0.5 v=1", "id=1.5 v=1", "id=0.5 v=1", "id=1.5 v=1"],
            &["t=5 topic=a", "h=6 topic=b", "t=7 topic=a", "h=8 topic=b"],
            &["msg=a v=1", "msg=b v=2"],
            &["tank level w", "tank 1 5", "tank 2 5"],
            &["dev r w", "sda 1 50", "sdb 2 51", "dev r w", "sda 1 50", "sdb 2 51"],
        ] {
            assert_eq!(doubt(lines), None, "{lines:?}");
        }
    }
}
