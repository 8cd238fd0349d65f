//! What the rows of a table are called: by the first word of each, as in `sda 5 6`. Where that is the name of several, by
//! more of the row: by its second word, by the number of its process.

use std::collections::HashMap;

use crate::input::grammar::cells::delimiter::Delimiter;
use crate::input::grammar::cells::measure::Measure;
use crate::input::grammar::cells::{self, Kind};
use crate::input::grammar::vocabulary::{
    is_command, is_own_name, is_process_id, is_remark, is_state, is_unit,
};

/// So many rows, each at another time and of another name, have no names: what never comes again names nothing.
const MOST_FRESH: u32 = 8;

/// So many lines beside the rows of a table are its header, and lines about it.
const MOST_OTHERS: u64 = 3;

/// A command with its arguments is a name up to here. Two that begin alike are told apart by their processes.
const MOST_OF_COMMAND: usize = 40;

/// So many names are known; further ones are written out.
const MOST_NAMES: usize = 4096;

/// The columns that tell the rows apart, and which row each name is for.
#[derive(Debug, Default, Clone, PartialEq)]
pub(in crate::input) struct RowNames {
    /// The column whose cells are the names.
    pub(in crate::input) column: Option<usize>,
    /// Another column of words.
    other: Option<usize>,
    /// The names begin the row: what stands there later is one, too, though it be a number.
    is_first: bool,
    process: Option<usize>,
    owners: HashMap<Vec<u8>, Owner>,
    name: Vec<u8>,
    /// So many times the header has come, or another time than that of the row before.
    moment: u64,
    /// The time of the last row.
    time: Vec<u8>,
    /// How many rows have come, each behind another time and of another name; `None` once one has not.
    fresh: Option<u32>,
    /// A row has come again under the same header and time, as do those of one thing in another state. So it does where names
    /// stand behind the things that they are of.
    is_again: bool,
    is_told: bool,
    pub(in crate::input) shown: Option<Shown>,
}

/// What the rows have shown of the columns that tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::input) enum Shown {
    /// This one names them no longer: it held a number or nothing.
    Value(usize),
    /// This one names them no longer: each of many had another name.
    Fresh(usize),
    /// Several have one name in the first of these, and from the second row on the other one is a part of it.
    Shared(usize, usize),
    /// A total has come, and the first of its parts: it seems that so many at the beginning do.
    Parts(usize),
}

/// The row that a name is for, as it last came.
#[derive(Debug, Default, Clone, PartialEq)]
struct Owner {
    other: Vec<u8>,
    process: Vec<u8>,
    moment: u64,
    /// Rows of this name come side by side.
    is_shared: bool,
}

/// What a row says of itself.
#[derive(Clone, Copy)]
struct Row<'a> {
    other: &'a [u8],
    process: &'a [u8],
}

impl RowNames {
    /// The next block of the table begins.
    pub(in crate::input) fn begin_block(&mut self) {
        self.moment += u64::from(!self.owners.is_empty());
    }

    /// Takes the columns of a block from its first row: its words, and the names of its header. So many columns at the
    /// beginning are a time. In a table of processes the last word is what runs.
    pub(in crate::input) fn choose(&mut self, words: &[usize], header: &[Vec<u8>], times: usize) {
        let is_called =
            |column: usize, is: fn(&[u8]) -> bool| header.get(column).is_some_and(|name| is(name));
        // `PID` is also what a car's values are called.
        let process = header.iter().position(|name| is_process_id(name));
        self.process = process.filter(|column| !words.contains(column));
        let mut words: Vec<usize> =
            words.iter().copied().filter(|column| !is_called(*column, is_remark)).collect();
        // A unit is shared by many rows.
        words.sort_by_key(|column| is_called(*column, is_unit));
        words.sort_by_key(|column| !is_called(*column, is_own_name));
        let names_process = |name: &[u8]| is_own_name(name) || is_command(name);
        let command = words.iter().filter(|column| is_called(**column, names_process)).max();
        (self.column, self.other) = match self.process {
            Some(_) => (command.or(words.iter().max()).copied(), None),
            None => {
                // A state is another one in the next block.
                let is_state = |column: &&usize| is_called(**column, is_state);
                (
                    words.first().copied(),
                    words.iter().skip(1).find(|column| !is_state(column)).copied(),
                )
            }
        };
        self.is_first = self.column == Some(times);
        self.is_again |= self.other.is_some() && self.other < self.column;
        self.fresh = self.column.filter(|column| times > 0 && *column >= times).map(|_| 0);
    }

    /// Takes the column for one of values from now on, if it has no name for this row, but a number or nothing: `1,bad`, then
    /// `2,5`. Where names begin the rows, only a fraction is none: `all`, `0`, `1` of mpstat are. Nor does it name rows if none
    /// had the name of another.
    pub(in crate::input) fn lose(&mut self, cells: &[&[u8]], first: usize) {
        let Some(column) = self.column.filter(|_| self.process.is_none()) else { return };
        let cell = column.checked_sub(first).and_then(|place| cells.get(place));
        let is_number = |cell: &&[u8]| matches!(cells::kind(cell, Delimiter::Tab), Kind::Number(_));
        let is_lost = match cell.map(|cell| cells::kind(cell, Delimiter::Tab)) {
            Some(Kind::Number(_)) if !self.is_first => true,
            Some(Kind::Number(Measure { value, unit: None })) => value.fract() != 0.0,
            Some(Kind::Empty) => !self.is_first && cells.iter().any(is_number),
            _ => false,
        };
        let is_fresh = self.fresh.is_some_and(|rows| rows >= MOST_FRESH);
        if is_lost || is_fresh {
            self.shown = Some(if is_lost { Shown::Value(column) } else { Shown::Fresh(column) });
            (self.column, self.other, self.fresh) = (None, None, None);
        }
    }

    /// How many rows there are, if they are many, a column names them, and each of so many lines is one of another name.
    pub(in crate::input) fn all_different(&self, lines: u64) -> Option<u64> {
        let names = self.owners.len() as u64;
        let are_many = self.column.is_some() && names >= MOST_FRESH.into();
        (are_many && names + MOST_OTHERS >= lines).then_some(names)
    }

    /// The name of the row with these cells, the first of them in column `first`; `times` of them tell when it was.
    /// Empty if it has none.
    pub(in crate::input) fn name(&mut self, cells: &[&[u8]], first: usize, times: usize) -> &[u8] {
        if self.column.is_none() {
            return b"";
        }
        let cell = |column: Option<usize>| {
            let place = column.and_then(|column| column.checked_sub(first));
            place.and_then(|place| cells.get(place).copied()).unwrap_or_default()
        };
        let word = |column| {
            let cell = cell(column);
            let is_word = cells::kind(cell, Delimiter::Blanks) == Kind::Word;
            if is_word { cell } else { b"" }
        };
        let time = if first == 0 { cells.get(..times).unwrap_or_default() } else { &[] };
        let time = time.last().copied().unwrap_or_default();
        let row = Row { other: word(self.other), process: cell(self.process) };
        let name = cell(self.column);
        copy(if self.process.is_some() { short(name) } else { name }, &mut self.name);
        let is_later = self.time != time;
        if is_later {
            self.moment += 1;
            copy(time, &mut self.time);
        }
        if let Some(rows) = self.fresh {
            let is_fresh = is_later && !self.owners.contains_key(&self.name);
            self.fresh = is_fresh.then_some(rows + 1);
        }
        let mut is_shared = false;
        for more in [row.other, row.process] {
            if self.name.is_empty() || self.is_for(row) {
                break;
            }
            if !more.is_empty() {
                is_shared |= more == row.other;
                self.name.push(b'.');
                self.name.extend_from_slice(more);
            }
        }
        if is_shared && self.is_again && !std::mem::replace(&mut self.is_told, true) {
            let both = self.column.zip(self.other);
            self.shown = both.map(|(column, other)| Shown::Shared(column, other));
        }
        &self.name
    }

    /// Whether the name is this row's. Another process is another row; another word is, if rows with both came side by side.
    fn is_for(&mut self, row: Row<'_>) -> bool {
        let Some(owner) = self.owners.get_mut(&self.name) else {
            if self.owners.len() == MOST_NAMES {
                return false;
            }
            let (other, process) = (row.other.to_vec(), row.process.to_vec());
            let owner = Owner { other, process, moment: self.moment, is_shared: false };
            self.owners.insert(self.name.clone(), owner);
            return true;
        };
        if owner.process != row.process {
            return false;
        }
        let is_beside = owner.moment == self.moment;
        if owner.other == row.other {
            self.is_again |= is_beside;
        } else if !owner.other.is_empty() && !row.other.is_empty() {
            owner.is_shared |= is_beside;
            if owner.is_shared {
                return false;
            }
            copy(row.other, &mut owner.other);
        }
        owner.moment = self.moment;
        true
    }
}

/// Copies a text into the space of another one.
fn copy(text: &[u8], into: &mut Vec<u8>) {
    into.clear();
    into.extend_from_slice(text);
}

/// A command with so many of its arguments that the name of a column has room behind it.
fn short(command: &[u8]) -> &[u8] {
    if command.len() <= MOST_OF_COMMAND {
        return command;
    }
    match memchr::memrchr(b' ', &command[..MOST_OF_COMMAND]) {
        Some(end) => command[..end].trim_ascii_end(),
        // A long path: its last part.
        None => {
            let end = memchr::memchr(b' ', command).unwrap_or(command.len());
            let start = memchr::memrchr(b'/', &command[..end]).map_or(0, |slash| slash + 1);
            &command[start..end]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(header: &str, words: &[usize], times: usize, rows: &[&str]) -> Vec<String> {
        let header: Vec<Vec<u8>> = header.split(' ').map(|name| name.as_bytes().to_vec()).collect();
        let mut names = RowNames::default();
        let mut found = Vec::new();
        for row in rows {
            if row.is_empty() || found.is_empty() {
                names.begin_block();
                names.choose(words, &header, times);
            }
            let cells: Vec<&[u8]> = row.split(' ').map(str::as_bytes).collect();
            if !row.is_empty() {
                found.push(String::from_utf8(names.name(&cells, 0, times).to_vec()).unwrap());
            }
        }
        found
    }

    #[test]
    fn the_first_word_names_a_row() {
        let rows = ["sda 5", "sdb 6", "", "sdb 7", "sda 8", "sda 9"];
        assert_eq!(named("Device r/s", &[0], 0, &rows), ["sda", "sdb", "sdb", "sda", "sda"]);
    }

    #[test]
    fn processes_are_named_by_what_runs_and_told_apart_by_their_numbers() {
        let rows = ["1 root init", "3 me bash", "4 me bash", "", "4 me bash", "3 me bash"];
        assert_eq!(
            named("PID USER COMMAND", &[1, 2], 0, &rows),
            ["init", "bash", "bash.4", "bash.4", "bash"]
        );
    }

    #[test]
    fn a_column_called_name_goes_before_other_words() {
        assert_eq!(named("ID S NAME", &[1, 2], 0, &["1 R web", "2 R db"]), ["web", "db"]);
        assert_eq!(named("NAME STATUS PID", &[0, 1], 0, &["web up 5", "db up 6"]), ["web", "db"]);
    }

    #[test]
    fn a_long_command_is_a_name_by_its_beginning() {
        for (command, expected) in [
            ("sh -c date", "sh -c date"),
            (
                "python3 /srv/application/server.py --port=8000",
                "python3 /srv/application/server.py",
            ),
            ("/usr/lib/a/very/long/path/to/some/programs/rustc --crate-name x", "rustc"),
        ] {
            assert_eq!(short(command.as_bytes()), expected.as_bytes());
        }
    }

    #[test]
    fn rows_of_one_name_side_by_side_are_told_apart_by_their_second_words() {
        let rows = ["EU apples 5", "EU pears 6", "US apples 7", "EU apples 8", "US pears 9"];
        assert_eq!(
            named("region product sales", &[0, 1], 0, &rows),
            ["EU", "EU.pears", "US", "EU", "US.pears"]
        );
        let rows = ["10:00 web ok 5", "10:01 web slow 6", "10:01 db ok 7"];
        assert_eq!(named("time host state ms", &[1, 2], 1, &rows), ["web", "web", "db"]);
    }

    #[test]
    fn a_column_of_remarks_names_no_row_and_one_of_units_only_if_there_is_no_other() {
        assert_eq!(named("v msg", &[1], 0, &["1 start", "2 stop"]), ["", ""]);
        assert_eq!(named("v unit event", &[1, 2], 0, &["1 ms cpu", "2 - mem"]), ["cpu", "mem"]);
        assert_eq!(named("v unit", &[1], 0, &["1 ms"]), ["ms"]);
    }

    #[test]
    fn a_column_that_holds_numbers_names_no_row_unless_it_begins_it() {
        let header = [b"v".to_vec(), b"w".to_vec()];
        let lost = |column: usize, times: usize, row: [&[u8]; 2]| {
            let mut names = RowNames::default();
            names.choose(&[column], &header, times);
            names.lose(&row, 0);
            names.shown == Some(Shown::Value(column))
        };
        assert!(lost(1, 0, [b"2", b"5"]));
        assert!(lost(1, 0, [b"2", b""]));
        assert!(lost(0, 0, [b"20.5", b"5"]));
        assert!(!lost(1, 0, [b"bad", b""]));
        assert!(!lost(0, 0, [b"", b"5"]));
        assert!(!lost(1, 0, [b"2", b"bad"]));
        assert!(!lost(0, 0, [b"0", b"5"]), "mpstat: all, 0, 1");
        assert!(!lost(1, 1, [b"10:00:01", b"0"]));
    }

    #[test]
    fn names_of_which_none_comes_again_are_none_behind_times() {
        let lost = |times: usize, rows: &[(&str, &str)]| {
            let mut names = RowNames::default();
            names.choose(&[1], &[], times);
            rows.iter().position(|(time, name)| {
                let cells = [time.as_bytes(), name.as_bytes(), b"5"];
                names.lose(&cells, 0);
                let is_lost = names.shown == Some(Shown::Fresh(1));
                names.name(&cells, 0, times);
                is_lost
            })
        };
        let rows: Vec<(String, String)> =
            (0..20).map(|n| (format!("10:00:{n:02}"), format!("n{n}"))).collect();
        let mut rows: Vec<(&str, &str)> = rows.iter().map(|(t, n)| (&t[..], &n[..])).collect();
        assert_eq!(lost(1, &rows), Some(8));
        assert_eq!(lost(0, &rows), None, "a list");
        rows[5].1 = "n4";
        assert_eq!(lost(1, &rows), None, "one came again");
        rows[5] = (rows[4].0, "n5");
        assert_eq!(lost(1, &rows), None, "two at one time");
    }

    #[test]
    fn a_flood_of_names_is_written_out_and_not_kept() {
        let mut names = RowNames::default();
        names.choose(&[0], &[], 0);
        for number in 0..2 * MOST_NAMES {
            let name = format!("n{number}");
            assert_eq!(names.name(&[name.as_bytes()], 0, 0), name.as_bytes());
        }
        assert_eq!(names.owners.len(), MOST_NAMES);
    }
}
