//! Which series a number belongs to: that of its name, behind the name of its row. A series begins with its first number.
//! The same name under another title is another series: it bears that title. What a user has asked for and what has not come
//! is left to `missing`.

mod missing;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, Hash};

use common::escape::escape;

use crate::config::Naming;
use crate::series::store::MOST_COUNTED;

/// More series than this are not drawn; a warning says so once.
pub(super) const MAX_SERIES: usize = 256;

/// How many names are kept for a warning.
const MAX_OTHERS: usize = 12;

/// A name is shown with at most so many bytes.
const LONGEST_NAME: usize = 64;

/// What a name is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Series(usize),
    /// A part of the time: `--time date,clock` has two.
    Time(usize),
    /// Without a number so far.
    Unknown,
    /// Not chosen, or beyond the limit.
    None,
}

impl Role {
    fn series(self) -> Option<usize> {
        match self {
            Self::Series(series) => Some(series),
            _ => None,
        }
    }
}

/// The names and series so far.
#[derive(Debug, Default)]
pub(super) struct Schema {
    naming: Naming,
    by_name: HashMap<Vec<u8>, Known>,
    /// The last name of a series, and which that is if it is all of the name: a line may be full of one.
    last: (Vec<u8>, Option<usize>),
    series: Vec<String>,
    /// Each name of a column once, and which of them a series has.
    columns: Vec<Vec<u8>>,
    column_of: Vec<usize>,
    /// The hashes of the names of series beyond the limit, [`MOST_COUNTED`] at most.
    others_hashed: HashSet<u64>,
    /// Which of the names in `--only` have come.
    found: Vec<bool>,
    /// Some names of series that were not chosen.
    others: Vec<String>,
    /// Some names of any kind.
    seen: Vec<String>,
    has_time: bool,
    /// Which of the names in `--rows` have come.
    has_rows: Vec<bool>,
    /// How many rows have begun.
    row: u64,
    /// The last row with a number of each series, and how many the row has had of it.
    taken: Vec<(u64, usize)>,
}

/// What a cell is called.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name<'a> {
    /// The titles above its line.
    pub(super) title: &'a [u8],
    /// The name of its row.
    pub(super) row: &'a [u8],
    /// Its own, or that of its column.
    pub(super) name: &'a [u8],
}

impl<'a> Name<'a> {
    /// A name by itself.
    pub(super) fn bare(name: &'a [u8]) -> Self {
        Self { title: b"", row: b"", name }
    }
}

/// What a name is for, and the title under which it began.
#[derive(Debug)]
struct Known {
    role: Role,
    title: Vec<u8>,
}

impl Schema {
    pub(super) fn new(naming: Naming) -> Self {
        let found = vec![false; naming.only.len()];
        let has_rows = vec![naming.has_nameless_rows(); naming.rows.len()];
        Self { naming, found, has_rows, ..Self::default() }
    }

    /// The names of the series, in the order in which they began.
    pub(super) fn names(&self) -> &[String] {
        &self.series
    }

    /// The names that the user gave to the columns.
    pub(super) fn given(&self) -> &[String] {
        &self.naming.names
    }

    /// Whether `--only` chooses among the series.
    pub(super) fn has_choice(&self) -> bool {
        !self.naming.only.is_empty()
    }

    /// The column of a series: all that have the same name, whatever their row.
    pub(super) fn column(&self, series: usize) -> usize {
        self.column_of[series]
    }

    /// What follows belongs to the next row.
    pub(super) fn begin_row(&mut self) {
        self.row += 1;
    }

    /// The series of a cell of the row, with the number in it. The same name again on one row is another source, `name.2`, as
    /// it is in a header; but a word or nothing is a gap of the series, and no other source.
    pub(super) fn series(&mut self, name: Name<'_>, number: Option<f64>) -> Option<usize> {
        let is_finite = number.is_some_and(f64::is_finite);
        let is_bare = name.row.is_empty() && name.title.is_empty();
        let series = match self.last {
            (ref last, Some(series)) if is_bare && is_same(last, name.name) => series,
            _ => {
                let series = self.role(name, is_finite).series()?;
                self.last.0.clear();
                self.last.0.extend_from_slice(name.name);
                self.last.1 = is_bare.then_some(series);
                series
            }
        };
        if number.is_none() {
            return Some(series);
        }
        if self.taken.len() <= series {
            self.taken.resize(series + 1, (0, 0));
        }
        let (last, times) = &mut self.taken[series];
        *times = if std::mem::replace(last, self.row) == self.row { *times + 1 } else { 1 };
        match *times {
            1 => Some(series),
            times @ ..=MAX_SERIES => {
                let numbered = [name.name, format!(".{times}").as_bytes()].concat();
                self.role(Name { name: &numbered, ..name }, is_finite).series()
            }
            times => self.leave_out((name.title, name.row, name.name, times)).series(),
        }
    }

    /// What a cell of this name is for; a number in it begins a series, a gap does not.
    pub(super) fn role(&mut self, name: Name<'_>, is_number: bool) -> Role {
        let Name { title, row, name } = name;
        let full: Cow<'_, [u8]> = match row.is_empty() {
            true => name.into(),
            false => [row, b".", name].concat().into(),
        };
        let known = self.by_name.get(&*full);
        if let Some(known) = known.filter(|known| title.is_empty() || known.title == title) {
            return known.role;
        }
        // `--only TITLE.NAME` means that one, whatever has come before.
        let entitled = [title, b".", &full].concat();
        let is_wanted = self.naming.only.iter().any(|only| only.as_bytes() == entitled);
        if known.is_none() && (title.is_empty() || !is_wanted) {
            return self.begin(full.into_owned(), name, title, is_number);
        }
        match self.by_name.get(&entitled) {
            Some(known) => known.role,
            None => self.begin(entitled, name, title, is_number),
        }
    }

    /// Decides about a name that has no role yet. A name without a role is not kept: a stranger may send any number of
    /// them.
    fn begin(&mut self, full: Vec<u8>, name: &[u8], title: &[u8], is_number: bool) -> Role {
        let shown = clean(&full);
        remember(&mut self.seen, &shown);
        // The comma may as well be a part of one name.
        if let Some(whole) = self.naming.time_with_comma()
            && (whole.as_bytes() == full || whole.as_bytes() == name)
        {
            self.naming.time = vec![whole];
        }
        // As `--only` does, `--time` names a column in every row.
        let is_time = |time: &String| time.as_bytes() == full || time.as_bytes() == name;
        if let Some(part) = self.naming.time.iter().position(is_time) {
            self.has_time = true;
            return Role::Time(part);
        }
        if !is_number {
            return Role::Unknown;
        }
        let role = if !self.is_chosen(&shown, name) {
            remember(&mut self.others, &shown);
            Role::None
        } else if self.series.len() == MAX_SERIES {
            return self.leave_out(&full);
        } else {
            let shown = self.shortened(shown);
            self.series.push(shown);
            let known = self.columns.iter().position(|known| known == name);
            self.column_of.push(known.unwrap_or(self.columns.len()));
            if known.is_none() {
                self.columns.push(name.to_vec());
            }
            Role::Series(self.series.len() - 1)
        };
        self.by_name.insert(full, Known { role, title: title.to_vec() });
        role
    }

    /// What a series is for that is beyond the limit.
    fn leave_out(&mut self, name: impl Hash) -> Role {
        if self.others_hashed.len() < MOST_COUNTED {
            self.others_hashed.insert(self.by_name.hasher().hash_one(name));
        }
        Role::None
    }

    /// How many series are beyond the limit.
    pub(super) fn other_series(&self) -> usize {
        self.others_hashed.len()
    }

    /// Whether `--only` names the series, or its column in every row.
    fn is_chosen(&mut self, full: &str, name: &[u8]) -> bool {
        let shown = clean(name);
        let mut is_chosen = self.naming.only.is_empty();
        for (only, found) in self.naming.only.iter().zip(&mut self.found) {
            if only == full || *only == shown || only.as_bytes() == name {
                *found = true;
                is_chosen = true;
            }
        }
        is_chosen
    }

    /// A name that fits a legend, and is that of no other series.
    fn shortened(&self, name: String) -> String {
        if name.len() <= LONGEST_NAME {
            return name;
        }
        let cut = |end: &str| {
            let length = name.floor_char_boundary(LONGEST_NAME - "…".len() - end.len());
            format!("{}…{end}", &name[..length])
        };
        let mut shown = cut("");
        let mut number = 1;
        while self.series.contains(&shown) {
            number += 1;
            shown = cut(&format!("~{number}"));
        }
        shown
    }

    /// Whether a name of `--rows` has not come.
    pub(super) fn lacks_rows(&self) -> bool {
        self.has_rows.contains(&false)
    }

    /// Whether `--rows` names the rows.
    pub(super) fn names_rows(&self) -> bool {
        !self.naming.rows.is_empty()
    }

    /// Whether no row has a name, as the user wants it.
    pub(super) fn has_nameless_rows(&self) -> bool {
        self.naming.has_nameless_rows()
    }

    /// Which name of `--rows` the column or key has.
    pub(super) fn row_part(&mut self, name: &[u8]) -> Option<usize> {
        let mut rows = self.naming.rows.iter().filter(|_| !self.has_nameless_rows());
        let part = rows.position(|meant| meant.as_bytes() == name)?;
        self.has_rows[part] = true;
        Some(part)
    }

    /// How many names make up the time; 0 without `--time`.
    pub(super) fn time_parts(&self) -> usize {
        self.naming.time.len()
    }
}

/// Whether two names are the same. Two empty ones are not handed to memcmp(3): with AVX-512 it loads from where an empty
/// vector points, with all bytes masked, and the processor takes some 80 ns to find that nothing is there.
pub(super) fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && (one.is_empty() || one == other)
}

/// A name as it is shown: one of blanks stands in quotes.
fn clean(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    let shown = escape(&name);
    if name.trim().is_empty() { format!("'{shown}'") } else { shown.into_owned() }
}

/// Keeps a name for a warning.
fn remember(names: &mut Vec<String>, name: &str) {
    if names.len() < MAX_OTHERS && !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

#[cfg(test)]
mod tests;
