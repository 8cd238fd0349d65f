//! The objects of an array that has been read: their members, and how they are called. What they are to each other is left
//! to `array`.

use std::ops::Range;

use super::super::reading::{Cell, Item, Key, Reading};

/// So many members of an object are looked at, whether they may be its name or its time.
pub(super) const MOST: usize = 16;

/// An array of objects that has been read, each with its number in its names.
pub(super) struct Objects<'a> {
    /// The names on the way to it; there is no number behind an empty one.
    pub(super) path: &'a [u8],
    /// The items of each object.
    pub(super) each: &'a [Range<usize>],
}

impl Objects<'_> {
    /// How long what stands before the names in an object is.
    fn prefix(&self, number: usize) -> usize {
        if self.path.is_empty() { 0 } else { self.path.len() + number.to_string().len() + 2 }
    }

    /// The members of an object: their places, names and cells.
    pub(super) fn members<'r>(
        &self,
        number: usize,
        reading: &'r Reading,
    ) -> impl Iterator<Item = (usize, &'r [u8], Cell)> {
        let (prefix, range) = (self.prefix(number), self.each[number].clone());
        let items = reading.items()[range.clone()].iter();
        range.zip(items).filter_map(move |(place, item)| match *item {
            Item { row, key: Key::Name(name), cell } if reading.text(row).is_empty() => {
                Some((place, reading.text(name).get(prefix..)?, cell))
            }
            _ => None,
        })
    }

    /// The cell of a member in each object, if all have it.
    pub(super) fn column(&self, key: &[u8], reading: &Reading) -> Option<Vec<(usize, Cell)>> {
        let cell = |number| {
            let member = self.members(number, reading).find(|(_, name, _)| *name == key);
            member.map(|(place, _, cell)| (place, cell))
        };
        (0..self.each.len()).map(cell).collect()
    }

    /// Puts the name of an object in the place of its number, or nothing.
    pub(super) fn rename(&self, number: usize, name: Option<&[u8]>, reading: &mut Reading) {
        let prefix = self.prefix(number);
        let parts = [self.path, name.unwrap_or_default()];
        let base = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        let base = base.join(&b'.');
        let named = reading.keep(if name.is_some() { &base } else { b"" });
        for place in self.each[number].clone() {
            let Item { row, key: Key::Name(key), .. } = reading.items()[place] else { continue };
            let is_in_row = !reading.text(row).is_empty();
            let rest = reading.text(if is_in_row { row } else { key })[prefix..].to_vec();
            let under = [&base, &b"."[..], &rest].concat();
            let (row, key) = match name {
                _ if is_in_row => (reading.keep(&under), key),
                Some(_) => (named, reading.keep(&rest)),
                None => (row, reading.keep(&under)),
            };
            reading.rename(place, row, Key::Name(key));
        }
    }
}
