//! What the objects of an array are called: by a member whose key says that it is a name, or by words that are different.
//! Once a member has named several objects of an array it names them also where one is left.

use super::super::cells::moment::Moment;
use super::super::reading::{Cell, Reading, Span};
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
    /// The paths of arrays, and the keys of the names in them.
    known: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Things {
    pub(in crate::input) fn new(rows: &[String]) -> Self {
        Self { rows: rows.to_vec(), known: Vec::new() }
    }
}

/// Whether the member with this key names its object: `name`, `ifname`.
pub(super) fn is_name(key: &[u8]) -> bool {
    key.ends_with(b"name")
}

/// The names of the objects, and the places where they stand: `name`, `ifname` or `metadata.name`, then `device` or
/// `gateway.id`; else, of objects side by side, the first member with another word in each that is no state.
pub(super) fn names(
    objects: &Objects<'_>,
    things: &mut Things,
    reading: &Reading,
) -> Option<Vec<(usize, Span)>> {
    let known = things.known.iter().find(|(path, _)| path == objects.path);
    if let Some(names) = known.and_then(|(_, key)| names_under(objects, key, reading)) {
        return Some(names);
    }
    let is_nested = !objects.path.is_empty();
    let depth = |key: &[u8]| key.iter().filter(|byte| **byte == b'.').count();
    let keys = |is: &dyn Fn(&[u8]) -> bool| -> Vec<&[u8]> {
        let all = objects
            .members(0, reading)
            .filter(|(_, key, cell)| is(key) && matches!(cell, Cell::Text(_) | Cell::Number(_)));
        all.map(|(_, key, _)| key).take(MOST).collect()
    };
    let named = keys(&|key| depth(key) == 0 && is_name(key));
    let within = keys(&|key| depth(key) == 1 && key.ends_with(b".name"));
    // What has a time may be an event, whose id never comes again.
    let is_of_event = |key: &[u8]| {
        is_nested && key.ends_with(b"id") && key.len() <= 3 && are_samples(objects, reading)
    };
    let ids = keys(&|key| depth(key) == 0 && vocabulary::is_identity(key) && !is_of_event(key));
    let ids_within = keys(&|key| is_nested && depth(key) == 1 && vocabulary::is_identity(key));
    let begins_with_time =
        || objects.members(0, reading).next().is_some_and(|(_, key, _)| is_time(key));
    let others = match objects.is_flat && objects.each.len() > 1 && !begins_with_time() {
        true => keys(&|key| depth(key) == 0 && !vocabulary::is_state(key) && !is_of_event(key)),
        false => Vec::new(),
    };
    let mut all = [named, within, ids, ids_within, others].into_iter().flatten();
    let (key, names) = all.find_map(|key| Some((key, names_under(objects, key, reading)?)))?;
    if names.len() > 1 && is_nested && things.known.len() < MOST_KNOWN {
        things.known.retain(|(path, _)| path != objects.path);
        things.known.push((objects.path.to_vec(), key.to_vec()));
    }
    Some(names)
}

/// The names that stand under this key, if they are words, and all different. A number in quotes may be among them: the
/// processors of mpstat are `all`, `0`, `1`. Around everything is a table perhaps, whose rows have an id each.
fn names_under(objects: &Objects<'_>, key: &[u8], reading: &Reading) -> Option<Vec<(usize, Span)>> {
    let is_around_all = objects.path.is_empty();
    let mut has_word = vocabulary::is_identity(key) && !is_around_all;
    let name = |(place, cell): (usize, Cell)| match cell {
        Cell::Text(text) => {
            has_word = true;
            let word = reading.text(text);
            let is_row = is_around_all && vocabulary::is_id(key) && !words::names_row(word);
            let is_name = words::is_name(word) && Moment::whole(word).is_none() && !is_row;
            is_name.then_some((place, text))
        }
        _ => {
            let at = objects.quoted.binary_search_by_key(&place, |(place, _)| *place).ok()?;
            Some(objects.quoted[at])
        }
    };
    let names: Vec<(usize, Span)> =
        objects.column(key, reading)?.into_iter().map(name).collect::<Option<_>>()?;
    let mut different: Vec<&[u8]> = names.iter().map(|(_, name)| reading.text(*name)).collect();
    different.sort_unstable();
    different.dedup();
    (has_word && different.len() == names.len()).then_some(names)
}
