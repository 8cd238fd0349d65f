//! Objects in an array that only their places tell apart, `satellites.0`: a place is a name as long as the array has as many
//! objects, and what tells them apart stays in its place.

use super::super::grammar::cells::measure::Measure;
use super::super::grammar::reading::{Cell, Item, Key, Placed, Reading};
use super::super::grammar::vocabulary;

/// So many arrays are looked at, of so many objects, and so many members of each.
const MOST_ARRAYS: usize = 16;
const MOST_OBJECTS: usize = 256;
const MOST_MEMBERS: usize = 16;

/// The arrays of the lines so far.
#[derive(Debug, Default)]
pub(in crate::input) struct Places {
    known: Vec<Array>,
    is_reported: bool,
}

/// What an array had on its last line.
#[derive(Debug)]
struct Array {
    path: Vec<u8>,
    objects: usize,
    members: Vec<Member>,
}

/// The words and whole numbers under one key, one of each object.
#[derive(Debug)]
struct Member {
    key: Vec<u8>,
    values: Vec<Vec<u8>>,
}

/// What has changed its place.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::input) struct Moved {
    pub(in crate::input) path: Vec<u8>,
    /// What tells the objects apart, if that is known.
    pub(in crate::input) key: Option<Vec<u8>>,
}

impl Places {
    /// Takes a line. An array whose places are no names any more is found once.
    pub(in crate::input) fn line(&mut self, reading: &Reading) -> Option<Moved> {
        if self.is_reported {
            return None;
        }
        let arrays = reading.placed.iter().filter(|placed| placed.objects <= MOST_OBJECTS);
        let moved = arrays.filter_map(|placed| self.array(Array::of(*placed, reading))).next();
        self.is_reported = moved.is_some();
        moved
    }

    fn array(&mut self, array: Array) -> Option<Moved> {
        let Some(before) = self.known.iter_mut().find(|known| known.path == array.path) else {
            if self.known.len() < MOST_ARRAYS {
                self.known.push(array);
            }
            return None;
        };
        let is_as_long = before.objects == array.objects;
        let moved = || array.members.iter().filter(|member| before.has_other(member));
        let named = moved().find(|member| is_of_thing(&member.key));
        let key = named.or_else(|| moved().find(|_| !is_as_long)).map(|member| member.key.clone());
        let found = (key.is_some() || !is_as_long).then(|| Moved { path: array.path.clone(), key });
        *before = array;
        found
    }
}

impl Array {
    fn of(placed: Placed, reading: &Reading) -> Self {
        let path = reading.text(placed.path);
        let mut members: Vec<Member> = Vec::new();
        for item in reading.items() {
            let Some((key, value)) = member(path, item, reading) else { continue };
            match members.iter().position(|member| member.key == key) {
                Some(known) => members[known].values.push(value),
                None if members.len() < MOST_MEMBERS => {
                    members.push(Member { key: key.to_vec(), values: vec![value] });
                }
                None => {}
            }
        }
        members.retain(|member| member.is_name(placed.objects));
        Self { path: path.to_vec(), objects: placed.objects, members }
    }

    /// Whether what stands under this key was in other places before: it tells objects apart that have moved.
    fn has_other(&self, now: &Member) -> bool {
        let Some(before) = self.members.iter().find(|member| member.key == now.key) else {
            return false;
        };
        let place = |value: &Vec<u8>| before.values.iter().position(|known| known == value);
        let mut places = now.values.iter().enumerate().map(|(at, value)| (at, place(value)));
        places.clone().any(|(_, before)| before.is_some())
            && places.any(|(at, before)| before != Some(at))
    }
}

impl Member {
    /// Whether each object has another value here.
    fn is_name(&self, objects: usize) -> bool {
        let mut values: Vec<&Vec<u8>> = self.values.iter().collect();
        values.sort_unstable();
        values.dedup();
        values.len() == objects && self.values.len() == objects
    }
}

/// Whether the key is one of what tells things apart: `id`, `pid`, `hex`.
fn is_of_thing(key: &[u8]) -> bool {
    vocabulary::is_identity(key) || vocabulary::is_process_id(key) || vocabulary::is_code(key)
}

/// The key and the value of an object's member, if this item is one and may tell objects apart.
fn member<'r>(path: &[u8], item: &Item, reading: &'r Reading) -> Option<(&'r [u8], Vec<u8>)> {
    let Key::Name(name) = item.key else { return None };
    let rest = reading.text(name).strip_prefix(path)?.strip_prefix(b".")?;
    let (_, key) = rest.split_at_checked(1 + rest.iter().position(|byte| *byte == b'.')?)?;
    let value = match item.cell {
        Cell::Text(text) => reading.text(text).to_vec(),
        Cell::Number(Measure { value, unit: None }) if value.fract() == 0.0 => {
            value.to_string().into_bytes()
        }
        _ => return None,
    };
    Some((key, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Naming;
    use crate::input::grammar::Grammar;

    /// What has moved on these lines, and on which.
    fn moved(lines: &[&str]) -> Option<(usize, Option<String>)> {
        let mut grammar = Grammar::new(&Naming::default(), None, false);
        let mut places = Places::default();
        lines.iter().enumerate().find_map(|(number, line)| {
            grammar.line(line.as_bytes(), 0);
            let found = places.line(&grammar.reading)?;
            let key = found.key.map(|key| String::from_utf8(key).unwrap());
            Some((number, key))
        })
    }

    #[test]
    fn objects_that_leave_their_places_are_found() {
        let key = |key: &str| Some((1, Some(key.to_owned())));
        for (lines, expected) in [
            (
                [
                    r#"{"s":[{"prn":5,"v":1.5},{"prn":12,"v":2.5}]}"#,
                    r#"{"s":[{"prn":12,"v":2.6}]}"#,
                ],
                key("prn"),
            ),
            (
                [
                    r#"{"s":[{"hex":"3c6444","v":1},{"hex":"4b1814","v":2}]}"#,
                    r#"{"s":[{"hex":"4b1814","v":1},{"hex":"a00001","v":3}]}"#,
                ],
                key("hex"),
            ),
            (
                [
                    r#"{"s":[{"pid":1,"v":1},{"pid":2,"v":2}]}"#,
                    r#"{"s":[{"pid":2,"v":1},{"pid":3,"v":2}]}"#,
                ],
                key("pid"),
            ),
            ([r#"{"s":[{"v":1.5},{"v":2.5}]}"#, r#"{"s":[{"v":2.5}]}"#], Some((1, None))),
            ([r#"{"s":[{"v":1},{"v":2}]}"#, r#"{"s":[{"v":2},{"v":1}]}"#], None),
            (
                [
                    r#"{"s":[{"id":1,"v":1},{"id":2,"v":2}]}"#,
                    r#"{"s":[{"id":1,"v":5},{"id":2,"v":6}]}"#,
                ],
                None,
            ),
            ([r#"{"s":[{"v":1},{"v":2}]}"#, r#"{"x":5}"#], None),
        ] {
            assert_eq!(moved(&lines), expected, "{lines:?}");
        }
    }
}
