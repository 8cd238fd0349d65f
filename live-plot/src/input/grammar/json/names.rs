//! What the objects of an array are called: by a member whose key says that it is a name, or by words that are different.
//! Once a member has named several objects of an array it names them also where one is left.

use std::collections::{BTreeMap, BTreeSet};

use super::super::cells::measure::Measure;
use super::super::cells::moment::Moment;
use super::super::reading::{Cell, Reading};
use super::super::vocabulary;
use super::super::words;
use super::objects::{MOST, Objects};
use super::samples::{are_samples, is_time};

/// So many arrays are remembered.
const MOST_KNOWN: usize = 64;

/// What is known of the objects in arrays.
#[derive(Debug, Default, Clone, PartialEq)]
pub(in crate::input) struct Things {
    /// The names of `--rows`: with them no object has another name.
    pub(super) rows: Vec<String>,
    /// The key of the names in the array with each path.
    known: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Things {
    pub(in crate::input) fn new(rows: &[String]) -> Self {
        Self { rows: rows.to_vec(), known: BTreeMap::new() }
    }
}

/// Whether the member with this key names its object: `name`, `ifname`.
pub(super) fn is_name(key: &[u8]) -> bool {
    key.ends_with(b"name")
}

/// The names of the objects, and the places where they stand: `name`, `ifname`, then `device`, then `metadata.name`; else,
/// of objects side by side, the first member with another word in each that is no state.
pub(super) fn names(
    objects: &Objects<'_>,
    things: &mut Things,
    reading: &Reading,
) -> Option<Vec<(usize, Vec<u8>)>> {
    let known = things.known.get(objects.path);
    if let Some(names) = known.and_then(|key| names_under(objects, key, reading)) {
        return Some(names);
    }
    let is_nested = !objects.path.is_empty();
    let members = || objects.members(0, reading).map(|(_, key, _)| key);
    let are_side_by_side = objects.each.len() > 1 && !members().next().is_some_and(is_time);
    // What has a time may be an event, whose id never comes again.
    let is_of_event = |key: &[u8]| {
        is_nested && key.ends_with(b"id") && key.len() <= 3 && are_samples(objects, reading)
    };
    let rank = |key| match (depth(key), vocabulary::is_identity(key)) {
        (0, _) if is_name(key) => Some(0),
        (0, true) if !is_of_event(key) => Some(1),
        (1, true) => Some(2),
        (0, _) if are_side_by_side && !vocabulary::is_state(key) && !is_of_event(key) => Some(3),
        _ => None,
    };
    let ranked = members().filter_map(|key| Some((rank(key)?, key)));
    let mut keys: Vec<(u8, &[u8])> = ranked.take(MOST).collect();
    keys.sort_by_key(|(rank, _)| *rank);
    let mut keys = keys.into_iter();
    let (key, names) =
        keys.find_map(|(_, key)| Some((key, names_under(objects, key, reading)?)))?;
    if names.len() > 1 && is_nested && things.known.len() < MOST_KNOWN {
        things.known.insert(objects.path.to_vec(), key.to_vec());
    }
    Some(names)
}

/// How many objects the member with this key is within.
fn depth(key: &[u8]) -> usize {
    memchr::memchr_iter(b'.', key).count()
}

/// The names that stand under this key, if they are words, and all different. A number may be among them: the processors of
/// mpstat are `all`, `0`, `1`. An id need not begin with a letter, but around everything is a table perhaps, whose rows have
/// an id each.
fn names_under(
    objects: &Objects<'_>,
    key: &[u8],
    reading: &Reading,
) -> Option<Vec<(usize, Vec<u8>)>> {
    let is_around_all = objects.path.is_empty();
    let is_identity = vocabulary::is_identity(key);
    let mut has_word = false;
    let name = |(place, cell): (usize, Cell)| match cell {
        Cell::Text(text) => {
            has_word = true;
            let word = reading.text(text);
            let is_row = is_around_all && vocabulary::is_id(key) && !words::names_row(word);
            let is_id = is_identity && word[0].is_ascii_digit();
            let may_be_name = words::is_name(word) || word == b"/" || is_id;
            let is_name = may_be_name && Moment::whole(word).is_none() && !is_row;
            is_name.then(|| (place, word.to_vec()))
        }
        Cell::Number(Measure { value, unit: None }) if value.fract() == 0.0 => {
            Some((place, value.to_string().into_bytes()))
        }
        _ => None,
    };
    let names: Vec<(usize, Vec<u8>)> =
        objects.column(key, reading)?.into_iter().map(name).collect::<Option<_>>()?;
    let different: BTreeSet<&[u8]> = names.iter().map(|(_, name)| &name[..]).collect();
    (has_word && different.len() == names.len()).then_some(names)
}
