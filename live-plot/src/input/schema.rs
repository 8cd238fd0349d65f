//! Which series a number belongs to: that of its name, or of its column's name. A series begins with its first number.

use std::collections::HashMap;

use common::escape::escape;

use super::grammar::{Key, cells, unquoted};
use crate::config::Naming;

/// More series than this are not drawn; a warning says so once.
pub(super) const MAX_SERIES: usize = 256;

/// A name is cut to so many bytes.
const LONGEST_NAME: usize = 64;

/// How many names of series that were not chosen are kept for the warning.
const MAX_OTHERS: usize = 12;

/// How many lines are kept as possible headers before the first row.
const MAX_HEADERS: usize = 8;

/// What a column or key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Series(usize),
    Time,
    /// Not chosen, without a number so far, or beyond the limit.
    None,
}

/// The columns, names and series so far.
#[derive(Debug)]
pub(super) struct Schema {
    naming: Naming,
    /// The columns' names by the header.
    header: Vec<String>,
    by_column: Vec<Role>,
    by_name: HashMap<String, Role>,
    series: Vec<String>,
    /// The first row had one cell: its column is called `value`, not `c1`.
    is_single: bool,
    /// Lines before the first row that may be headers: number and text.
    headers: Vec<(u64, Vec<u8>)>,
    /// A line with a number has come.
    has_rows: bool,
    /// There were more series than are drawn.
    pub(super) overflowed: bool,
    /// Some names of series that were not chosen.
    others: Vec<String>,
}

impl Schema {
    pub(super) fn new(naming: Naming) -> Self {
        Self {
            naming,
            header: Vec::new(),
            by_column: Vec::new(),
            by_name: HashMap::new(),
            series: Vec::new(),
            is_single: false,
            headers: Vec::new(),
            has_rows: false,
            overflowed: false,
            others: Vec::new(),
        }
    }

    /// The names of the series, in the order in which they began.
    pub(super) fn names(&self) -> &[String] {
        &self.series
    }

    /// What `key` is for; a number there begins a series, a gap does not.
    pub(super) fn role(&mut self, key: Key<'_>, is_number: bool) -> Role {
        let known = match key {
            Key::Column(column, _) => self.by_column.get(column).copied(),
            Key::Name(name) => self.by_name.get(name).copied(),
        };
        match known {
            Some(Role::None) | None => self.begin(key, is_number),
            Some(role) => role,
        }
    }

    /// Decides about a key that has no role yet. A name without a role is not remembered: a stranger may send any number
    /// of them.
    fn begin(&mut self, key: Key<'_>, is_number: bool) -> Role {
        if matches!(key, Key::Column(MAX_SERIES.., _)) {
            self.overflowed |= is_number;
            return Role::None;
        }
        let name = self.name(key);
        let role = if self.naming.time.as_ref() == Some(&name) {
            Role::Time
        } else if !is_number {
            return Role::None;
        } else if !(self.naming.only.is_empty() || self.naming.only.contains(&name)) {
            if self.others.len() < MAX_OTHERS && !self.others.contains(&name) {
                self.others.push(name);
            }
            return Role::None;
        } else if self.series.len() == MAX_SERIES {
            self.overflowed = true;
            return Role::None;
        } else {
            self.series.push(name);
            Role::Series(self.series.len() - 1)
        };
        match key {
            Key::Column(column, _) => {
                if self.by_column.len() <= column {
                    self.by_column.resize(column + 1, Role::None);
                }
                self.by_column[column] = role;
            }
            Key::Name(name) => drop(self.by_name.insert(name.to_owned(), role)),
        }
        role
    }

    fn name(&mut self, key: Key<'_>) -> String {
        match key {
            Key::Name(name) => clean(name),
            Key::Column(column, _) => {
                let named = self.naming.names.get(column).or(self.header.get(column));
                match named.filter(|name| !name.is_empty()) {
                    Some(name) => name.clone(),
                    None if self.is_single && column == 0 => "value".to_owned(),
                    None => format!("c{}", column + 1),
                }
            }
        }
    }

    /// Whether a line without a number may be a header; it is then kept until the first row decides.
    pub(super) fn may_be_header(&mut self, line: &[u8], number: u64) -> bool {
        let fits =
            !self.has_rows && self.headers.len() < MAX_HEADERS && cells(line).nth(1).is_some();
        if fits {
            self.headers.push((number, line.to_vec()));
        }
        fits
    }

    /// Whether a line without a number repeats a header.
    pub(super) fn repeats_header(&self, line: &[u8]) -> bool {
        self.has_rows && self.headers.iter().any(|(_, header)| header == line)
    }

    /// The first row has come, and has `width` cells: the line before it is the header if it has as many. If there is
    /// no header, returns the numbers of the lines that were kept as possible ones.
    pub(super) fn first_row(&mut self, width: usize) -> Vec<u64> {
        if std::mem::replace(&mut self.has_rows, true) {
            return Vec::new();
        }
        self.is_single = width == 1;
        match self.headers.last().and_then(|(_, last)| header(last, width)) {
            Some(names) => self.header = names,
            None => return self.take_headers(),
        }
        Vec::new()
    }

    /// Drops the lines that were kept as possible headers and returns their numbers.
    pub(super) fn take_headers(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.headers).into_iter().map(|(number, _)| number).collect()
    }

    /// The warning that there is no series of a name that the user chose, while there are numbers of other names.
    pub(super) fn missing(&self) -> Option<String> {
        let is_missing = |name: &&String| !self.series.contains(name);
        let missing: Vec<&str> =
            self.naming.only.iter().filter(is_missing).map(String::as_str).collect();
        let more = if self.others.len() == MAX_OTHERS { ", …" } else { "" };
        (!missing.is_empty() && !self.others.is_empty()).then(|| {
            let (missing, others) = (missing.join(" or "), self.others.join(", "));
            format!("Nothing is called {missing} (--only); not chosen: {others}{more}.")
        })
    }

    /// Whether the first row is still to come.
    pub(super) fn awaits_first_row(&self) -> bool {
        !self.has_rows
    }
}

/// The names in a header of `width` columns; between commas a name may have blanks in it.
fn header(line: &[u8], width: usize) -> Option<Vec<String>> {
    let names = |cells: Vec<&[u8]>| {
        let text = |cell: &&[u8]| {
            let text = String::from_utf8_lossy(unquoted(cell.trim_ascii()));
            clean(&text.replace("\"\"", "\""))
        };
        (width >= 2 && cells.len() == width).then(|| cells.iter().map(text).collect())
    };
    names(cells(line).collect()).or_else(|| names(line.split(|byte| *byte == b',').collect()))
}

/// A name as it is shown: escaped, and not too long.
fn clean(name: &str) -> String {
    let mut name = escape(name).into_owned();
    name.truncate(name.floor_char_boundary(LONGEST_NAME));
    name
}
