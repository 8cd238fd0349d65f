//! Objects in an array that only their places tell apart, `satellites.0`: a place is a name as long as the array has as many
//! objects, and what tells them apart stays in its place.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::grammar::cells::measure::Measure;
use super::super::grammar::reading::{Cell, Item, Key, Reading};
use super::super::grammar::vocabulary;
use super::super::shown::{copied, shown};

/// So many arrays are looked at, of so many objects.
const MOST_ARRAYS: usize = 16;
const MOST_OBJECTS: usize = 256;

/// The arrays of the last lines, by their names.
#[derive(Debug, Default)]
pub(in crate::input) struct Places {
    known: HashMap<Vec<u8>, Array>,
    is_reported: bool,
}

#[derive(Debug)]
struct Array {
    objects: usize,
    /// The words and whole numbers under each key, if every object has another one.
    members: BTreeMap<Vec<u8>, Vec<Vec<u8>>>,
}

impl Places {
    /// Takes a line. Of an array whose places are no names any more it warns once.
    pub(in crate::input) fn line(&mut self, reading: &Reading) -> Option<String> {
        if self.is_reported {
            return None;
        }
        let arrays = reading.placed.iter().filter(|placed| placed.objects <= MOST_OBJECTS);
        for placed in arrays {
            let path = reading.text(placed.path);
            if self.known.len() == MOST_ARRAYS && !self.known.contains_key(path) {
                continue;
            }
            let array = Array::of(path, placed.objects, reading);
            let warning = self.known.get(path).and_then(|before| array.warning(path, before));
            self.known.insert(path.to_vec(), array);
            if warning.is_some() {
                self.is_reported = true;
                return warning;
            }
        }
        None
    }
}

impl Array {
    fn of(path: &[u8], objects: usize, reading: &Reading) -> Self {
        let mut members: BTreeMap<Vec<u8>, Vec<Vec<u8>>> = BTreeMap::new();
        for (key, value) in reading.items().iter().filter_map(|item| member(path, item, reading)) {
            members.entry(key.to_vec()).or_default().push(value);
        }
        members.retain(|_, values| {
            let distinct: BTreeSet<_> = values.iter().collect();
            values.len() == objects && distinct.len() == objects
        });
        Self { objects, members }
    }

    /// The warning if objects have changed their places since the line before, with what tells them apart, if that is known.
    fn warning(&self, path: &[u8], before: &Self) -> Option<String> {
        let is_as_long = before.objects == self.objects;
        let moved = self.members.iter().filter(|member| before.has_moved(member));
        let moved: Vec<_> = moved.map(|(key, _)| key).collect();
        let named = moved.iter().find(|key| is_of_thing(key));
        let way_out = match named.or(moved.first().filter(|_| !is_as_long)) {
            Some(key) => {
                let key = [path, key].join(&b'.');
                format!("--rows {} draws each by itself", copied(&key))
            }
            None if is_as_long => return None,
            None => "let their program print names for them".to_owned(),
        };
        let path = shown(path);
        Some(format!(
            "The objects of {path} are called by their places in the array, and now others stand there: {way_out}."
        ))
    }

    /// Whether some of what stands under this key was here before, but in other places: it tells objects apart.
    fn has_moved(&self, (key, values): &(&Vec<u8>, &Vec<Vec<u8>>)) -> bool {
        let Some(before) = self.members.get(*key) else { return false };
        let is_known = values.iter().any(|value| before.contains(value));
        is_known && values.iter().enumerate().any(|(at, value)| before.get(at) != Some(value))
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
            let text = places.line(&grammar.reading)?;
            let key = text.split_once("--rows s.").and_then(|(_, key)| key.split_once(" draws"));
            Some((number, key.map(|(key, _)| key.to_owned())))
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
