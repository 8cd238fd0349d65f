//! What rows seem to be, and how it is written in a warning.

use std::fmt;

use super::super::shown::{copied, shown};

/// What rows seem to be, and under which name stands what tells them apart.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::input) enum Doubt {
    /// Those of so many things, which a number counts.
    Counted { count: u64, by: Vec<u8> },
    /// Those of things with these names in turn. Words before the numbers have no name, but perhaps an option that takes them
    /// as names.
    InTurn { names: Vec<u8>, by: Vec<u8>, option: Option<String> },
    /// Those of several things with one name.
    Several { name: Vec<u8>, by: Vec<u8> },
    /// Those of one thing, each called by the state it was in.
    States(Vec<u8>),
    /// Those of a table whose column of this name names them no longer: it held a number or nothing.
    Value(Vec<u8>),
    /// The same, for each of many had another name.
    Fresh(Vec<u8>),
    /// Several of one name in a column, and from the second on another one is a part of it.
    Shared { name: Vec<u8>, other: Vec<u8> },
    /// A total and its parts, which these columns tell apart.
    Parts(Vec<u8>),
    /// So many, each of another name.
    AllDifferent(u64),
}

impl Doubt {
    /// With an option that is made from the names, where these are words before the numbers.
    pub(in crate::input) fn with_option(
        mut self,
        make: impl FnOnce(&[u8]) -> Option<String>,
    ) -> Self {
        if let Self::InTurn { names, by, option } = &mut self
            && by.is_empty()
        {
            *option = make(names);
        }
        self
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Counted { count, by } => {
                let (name, by) = (shown(by), copied(by));
                format!("{name} counts {count} rows again and again: if it tells them apart, --rows {by} draws each by itself.")
            }
            Self::InTurn { names, by, option } => {
                let told = match by.is_empty() {
                    true => "the words before their numbers say".to_owned(),
                    false => format!("{} says", shown(by)),
                };
                let way_out = match option {
                    Some(option) => format!("{option} draws each by itself"),
                    None if by.is_empty() => "--match with a group (?<name>…) for those words tells them apart".to_owned(),
                    None => format!("--rows {} draws each by itself", copied(by)),
                };
                let names = shown(names);
                format!("The lines seem to be about several things in turn, as {told} ({names}), and their numbers are taken for those of one: {way_out}.")
            }
            Self::Several { name, by } => {
                let (name, told, by) = (shown(name), shown(by), copied(by));
                format!("Several rows of a table are called {name}: if {told} tells such rows apart, --rows {by} draws each by itself.")
            }
            Self::States(names) => {
                let names = shown(names);
                format!("The rows are called by their words {names}: if these are states of one thing, --rows none draws it as one series.")
            }
            Self::Value(by) => {
                let (name, by) = (shown(by), copied(by));
                format!("{name} named the rows until it held a number or nothing: it names none now, and its numbers are a series. If it does name them, --rows {by} keeps that.")
            }
            Self::Fresh(by) => {
                let (name, by) = (shown(by), copied(by));
                format!("{name} named the rows, but the first of them all have different ones: it names none now. If it does name them, --rows {by} keeps that.")
            }
            Self::Shared { name, other } => {
                let (first, second) = (shown(name), shown(other));
                let (name, other) = (copied(name), copied(other));
                format!("{first} names several rows at once, and {second} is added to the names of all but the first: --rows {name},{other} adds it to every name, --rows {name} to none.")
            }
            Self::Parts(names) => {
                let names = copied(names);
                format!("{names}: - in the first row, and numbers in the next. If these are a total and its parts, --rows {names} draws each by itself.")
            }
            Self::AllDifferent(rows) => {
                format!("Each of the {rows} rows has a name of its own, and so is a series of one sample: --rows none draws each column as a series.")
            }
        })
    }
}
