//! How the readings of two lines differ in a number or a time, and puts another one there: for `again`, which learns from
//! that which cell a number of a line goes to.

use super::{Cell, Item, Reading, Span};
use crate::input::grammar::cells::moment::Written;

impl Item {
    /// A gap is the same as another one.
    fn is_same(&self, other: &Self) -> bool {
        let is_cell = match (self.cell, other.cell) {
            (Cell::Number(one), Cell::Number(other)) => {
                (one.value.to_bits(), one.unit) == (other.value.to_bits(), other.unit)
            }
            (one, other) => one == other,
        };
        is_cell && (self.row, self.key) == (other.row, other.key)
    }
}

impl Reading {
    /// Puts another number into a cell that has one.
    pub(in super::super) fn set(&mut self, place: usize, value: f64) {
        if let Some(Item { cell: Cell::Number(measure), .. }) = self.items.get_mut(place) {
            measure.value = value;
        }
    }

    /// Puts another text into the place of one that is as long.
    pub(in super::super) fn set_text(&mut self, place: usize, text: &[u8]) {
        self.text[place..place + text.len()].copy_from_slice(text);
    }

    /// The cells that are not the same, and the numbers in those of the other reading.
    pub(in super::super) fn changes(
        &self,
        other: &Self,
    ) -> impl Iterator<Item = (usize, Option<f64>)> {
        let both = self.items.iter().zip(&other.items).enumerate();
        both.filter(|(_, (one, other))| !one.is_same(other)).map(|(place, (_, other))| {
            let Cell::Number(measure) = other.cell else { return (place, None) };
            (place, Some(measure.value))
        })
    }

    /// Where a time is kept that is another one in the other reading: nowhere, or as all of a cell or one of the words before
    /// the names. `None` if it is kept elsewhere, or more than that changes.
    pub(in super::super) fn time_place(
        &self,
        other: &Self,
        own: &[u8],
        new: &[u8],
    ) -> Option<Option<usize>> {
        let changed = |(one, other): (&u8, &u8)| one != other;
        let mut expected = self.clone();
        let mut place = None;
        if let Some(at) = self.text.iter().zip(&other.text).position(changed) {
            let start = at.checked_sub(own.iter().zip(new).position(changed)?)?;
            let holds = |span: Span| span.start <= start && start + own.len() <= span.end;
            let is_cell = self.items.iter().any(|item| {
                matches!(item.cell, Cell::Text(span) if holds(span) && Written::of(self.text(span)).is_some())
            });
            (is_cell || holds(self.before)).then_some(())?;
            expected.set_text(start, new);
            place = Some(start);
        }
        expected.is_same(other).then_some(place)
    }

    /// Whether all is the same, to the last bit.
    pub(in super::super) fn is_same(&self, other: &Self) -> bool {
        self.items.len() == other.items.len()
            && self.changes(other).next().is_none()
            && (&self.title, &self.text, &self.rows) == (&other.title, &other.text, &other.rows)
            && self.before == other.before
    }
}
