//! Rows of one kind, those whose first number has one name: a number that counts 0, 1, 0, 1, or a text that comes in turn,
//! tells them apart. `host=a load=1`, then `host=b load=2`. The text may as well be a state or a remark. Of one whose name is
//! that of an identity less is asked: `id=12` may be a number, and need not come in turn.

use std::borrow::Cow;

use super::super::grammar::cells::measure::Measure;
use super::super::grammar::cells::moment::Moment;
use super::super::grammar::reading::Cell;
use super::super::grammar::vocabulary::{
    is_id, is_identity, is_level, is_name, is_process_id, is_state, is_unit,
};
use super::super::schema::is_same;
use super::count::Count;
use super::doubt::Doubt;
use super::row::Row;
use super::texts::Texts;

/// Rows of so many kinds, of so many texts each, are looked at.
const MOST_KINDS: usize = 16;
const MOST_TEXTS: usize = 8;

/// So many cells of a row are looked at: what a row is of stands at its beginning.
const MOST_CELLS: usize = 256;

/// A longer text is no name.
const LONGEST: usize = 64;

/// The kinds so far, by their names.
#[derive(Debug, Default)]
pub(super) struct Kinds(Vec<(Vec<u8>, Kind)>);

/// What the rows of one kind have shown: of their first number, and of the texts under each name.
#[derive(Debug, Default)]
struct Kind {
    count: Count,
    texts: Vec<(Vec<u8>, Texts)>,
}

impl Kinds {
    /// Takes a row.
    pub(super) fn row(&mut self, row: &Row<'_>) -> Option<Doubt> {
        let mut numbers = row.numbers();
        let (first, others) = (numbers.next()?, numbers.next().is_some());
        let (own, by) = (row.name(first), row.key(first));
        let name = [&row.reading.title, own, &by].join(&b'.');
        let kind = known_or_new(&mut self.0, MOST_KINDS, &name)?;
        let number = match first.cell {
            Cell::Number(Measure { value, unit: None }) if others && !is_state(&by) => Some(value),
            _ => None,
        };
        if let Some(count) = kind.count.take(number) {
            return Some(Doubt::Counted { count, by: by.into() });
        }
        let told = row.items.iter().take(MOST_CELLS).filter_map(|item| {
            let key = row.key(item);
            let may_tell = match item.cell {
                // What stands in another row is no text of this one.
                _ if !is_same(row.name(item), own) => false,
                Cell::Text(_) => !row.is_of_table() || is_identity(&key),
                Cell::Number(measure) => {
                    others && (is_id(&key) || is_process_id(&key)) && is_whole(measure)
                }
                Cell::Empty => false,
            };
            may_tell.then(|| (key, row.text(item)))
        });
        let before = row.reading.text(row.reading.before).trim_ascii();
        let before = (!before.is_empty()).then_some((b"".into(), before.into()));
        told.chain(before).find_map(|(key, text)| kind.text(key, &text))
    }

    /// At the end of the input: what the rows are of if several names of things have come, though not in turn.
    pub(super) fn finish(&self) -> Option<Doubt> {
        let mut texts = self.0.iter().flat_map(|(_, kind)| &kind.texts);
        let (by, texts) = texts.find(|(key, texts)| is_name(key) && texts.are_several())?;
        Some(Doubt::InTurn { names: texts.list(), by: by.clone(), option: None })
    }
}

impl Kind {
    /// Takes a text of a row; the name of the words before the numbers is empty.
    fn text(&mut self, key: Cow<'_, [u8]>, text: &[u8]) -> Option<Doubt> {
        if text.len() > LONGEST
            || key.len() > LONGEST
            || is_level(text)
            || Moment::whole(text).is_some()
        {
            return None;
        }
        let texts = known_or_new(&mut self.texts, MOST_TEXTS, &key)?;
        texts.take(text);
        // What was in degrees Celsius is in Fahrenheit now.
        let is_other_unit = is_unit(&key) && texts.texts().count() > 1;
        let are_in_turn =
            is_other_unit || texts.are_in_turn(is_identity(&key) || is_process_id(&key));
        are_in_turn.then(|| Doubt::InTurn { names: texts.list(), by: key.into(), option: None })
    }
}

/// Whether the number counts or numbers things.
fn is_whole(Measure { value, unit }: Measure) -> bool {
    unit.is_none() && value >= 0.0 && value.fract() == 0.0
}

/// The one with this name, which begins if there are not too many.
pub(super) fn known_or_new<'a, T: Default>(
    all: &'a mut Vec<(Vec<u8>, T)>,
    most: usize,
    name: &[u8],
) -> Option<&'a mut T> {
    let known = all.iter().position(|(known, _)| known == name);
    if known.is_none() && all.len() < most {
        all.push((name.to_vec(), T::default()));
        return all.last_mut().map(|(_, one)| one);
    }
    all.get_mut(known?).map(|(_, one)| one)
}
