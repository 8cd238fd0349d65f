//! Which series a number belongs to: by its name, or by its column's. A series begins with its first
//! number.

use std::collections::HashMap;

use common::escape::escape;

use super::grammar::{Key, cells, unquoted};
use crate::config::Naming;

/// More series than this are not drawn; that there are more is told once.
pub(super) const MOST: usize = 256;

/// A name is cut to so many bytes.
const LONGEST_NAME: usize = 64;

/// Names remembered of what was not chosen, to be told.
const OTHERS: usize = 12;

/// Header lines remembered while no number has come.
const PREAMBLE: usize = 8;

/// What a column or key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Series(usize),
    Time,
    /// Not chosen, not yet begun, or one too many.
    None,
}

/// The columns and series met so far.
#[derive(Debug)]
pub(super) struct Schema {
    naming: Naming,
    header: Vec<String>,
    by_column: Vec<Role>,
    by_name: HashMap<String, Role>,
    series: Vec<String>,
    /// The first line of numbers had one cell: it is `value`, not `c1`.
    alone: bool,
    /// Lines before the first number that may be headers.
    preamble: Vec<(u64, Vec<u8>)>,
    begun: bool,
    /// There were more series than are drawn.
    pub(super) overflowed: bool,
    /// Some names of numbers that were not chosen.
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
            alone: false,
            preamble: Vec::new(),
            begun: false,
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

    /// Decides about a key that has no role yet. Only roles are remembered: of a stranger's names, but a few.
    fn begin(&mut self, key: Key<'_>, is_number: bool) -> Role {
        if matches!(key, Key::Column(MOST.., _)) {
            self.overflowed |= is_number;
            return Role::None;
        }
        let name = self.name(key);
        let role = if self.naming.time.as_ref() == Some(&name) {
            Role::Time
        } else if !is_number {
            return Role::None;
        } else if !(self.naming.only.is_empty() || self.naming.only.contains(&name)) {
            if self.others.len() < OTHERS && !self.others.contains(&name) {
                self.others.push(name);
            }
            return Role::None;
        } else if self.series.len() == MOST {
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
                    None if self.alone && column == 0 => "value".to_owned(),
                    None => format!("c{}", column + 1),
                }
            }
        }
    }

    /// Whether a line without a number may turn out to be a header; it is then kept until a number comes.
    pub(super) fn may_name(&mut self, line: &[u8], number: u64) -> bool {
        let fits = !self.begun && self.preamble.len() < PREAMBLE && cells(line).nth(1).is_some();
        if fits {
            self.preamble.push((number, line.to_vec()));
        }
        fits
    }

    /// Whether a line without a number repeats a header.
    pub(super) fn is_header(&self, line: &[u8]) -> bool {
        self.begun && self.preamble.iter().any(|(_, header)| header == line)
    }

    /// The first line of numbers has come, of so many cells: the line before it names its columns if it has
    /// as many. Returns the numbers of the lines that were kept in vain.
    pub(super) fn begin_numbers(&mut self, width: usize) -> Vec<u64> {
        if std::mem::replace(&mut self.begun, true) {
            return Vec::new();
        }
        self.alone = width == 1;
        match self.preamble.last().and_then(|(_, last)| header(last, width)) {
            Some(names) => self.header = names,
            None => return self.give_up(),
        }
        Vec::new()
    }

    /// No header: the numbers of the lines that were kept in vain.
    pub(super) fn give_up(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.preamble).into_iter().map(|(number, _)| number).collect()
    }

    /// What is to be said when nothing is called what the user chose, while there are numbers of other names.
    pub(super) fn missing(&self) -> Option<String> {
        let met = |name: &&String| !self.series.contains(name);
        let missing: Vec<&str> = self.naming.only.iter().filter(met).map(String::as_str).collect();
        let more = if self.others.len() == OTHERS { ", …" } else { "" };
        (!missing.is_empty() && !self.others.is_empty()).then(|| {
            let (missing, others) = (missing.join(" or "), self.others.join(", "));
            format!("Nothing is called {missing} (--only); not chosen: {others}{more}.")
        })
    }

    /// Whether the first line of numbers is still to come.
    pub(super) fn is_waiting(&self) -> bool {
        !self.begun
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

/// A name as it may be shown: harmless, and not too long.
fn clean(name: &str) -> String {
    let mut name = escape(name).into_owned();
    name.truncate(name.floor_char_boundary(LONGEST_NAME));
    name
}
