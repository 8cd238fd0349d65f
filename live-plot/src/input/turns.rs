//! What only many lines show: that numbers of one name are those of several things in turn, which a text beside them tells
//! apart. `host=a load=1`, then `host=b load=2`. The text may as well be a state or a remark, so this is reported, and changes
//! nothing. Of a text whose name is that of an identity less is asked: `id=12` may be a number, and need not come in turn.
//! Pure.

use std::borrow::Cow;

use super::doubts::Count;
use super::grammar::cells::measure::Measure;
use super::grammar::title::is_name_of_a_thing;
use super::grammar::words::is_level;

/// After so many rows nothing is looked for any more.
const MOST_ROWS: u32 = 1000;

/// Rows of so many kinds, of so many texts each, are looked at.
const MOST_KINDS: usize = 16;
const MOST_TEXTS: usize = 8;

/// A longer text is no name, and more different ones than this are none.
const LONGEST: usize = 64;
const MOST_THINGS: usize = 16;

/// What things are called by, in words or numbers, and what in words alone: `sensor=512` is a value.
const IDS: [&str; 5] = ["id", "device", "dev", "node", "channel"];
const NAMES: [&str; 13] = [
    "host",
    "hostname",
    "sensor",
    "name",
    "ifname",
    "iface",
    "interface",
    "instance",
    "container",
    "pod",
    "topic",
    "room",
    "location",
];

/// The last part of a name: of `device_id` and `device.id`, too, it is `id`.
fn is_one_of(names: &[&str], key: &[u8]) -> bool {
    let last = key.rsplit(|byte| b"._-".contains(byte)).next().unwrap_or_default();
    names.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(last))
}

/// Whether the name is that of what tells things apart.
pub(super) fn is_identity(key: &[u8]) -> bool {
    is_one_of(&IDS, key) || is_one_of(&NAMES, key)
}

/// A whole number that tells things apart, as its name says.
pub(super) fn numbered(key: &[u8], measure: Measure) -> Option<Vec<u8>> {
    let Measure { value, unit: None } = measure else { return None };
    let is_id = is_one_of(&IDS, key) && value >= 0.0 && value.fract() == 0.0;
    is_id.then(|| value.to_string().into_bytes())
}

/// What the rows seem to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn<'a> {
    /// Those of things with these names, which stand under this key; it is empty for the words before the numbers.
    Named(&'a [u8], String),
    /// Those of so many things, which their first number counts from 0 or 1.
    Counted(u64),
}

/// What the rows so far have shown.
#[derive(Debug, Default)]
pub(super) struct Turns {
    rows: u32,
    kinds: Vec<Kind>,
    is_reported: bool,
}

/// The rows whose first number has one name.
#[derive(Debug, Default)]
struct Kind {
    name: Vec<u8>,
    texts: Vec<Text>,
    count: Count,
}

/// What stands under one key.
#[derive(Debug, Default)]
struct Text {
    key: Vec<u8>,
    /// Each text, and how often it came.
    values: Vec<(Vec<u8>, u32)>,
    last: usize,
    /// How often it was another one than in the row before, and how often the same.
    changes: u32,
    stays: u32,
    /// One came again after another.
    is_back: bool,
}

impl Turns {
    /// Whether rows are still to be looked at.
    pub(super) fn is_open(&self) -> bool {
        !self.is_reported && self.rows < MOST_ROWS
    }

    /// Passes over a row that has no names of its own.
    pub(super) fn pass(&mut self) {
        self.rows += 1;
    }

    /// Takes a row: the name of its first number, that number if others follow, and its texts with their keys.
    pub(super) fn row<'a>(
        &mut self,
        name: &[u8],
        first: Option<f64>,
        texts: impl Iterator<Item = (&'a [u8], Cow<'a, [u8]>)>,
    ) -> Option<Turn<'a>> {
        self.rows += 1;
        let kinds = &mut self.kinds;
        let kind = known_or_new(kinds, MOST_KINDS, |kind| &mut kind.name, name)?;
        let mut turn = kind.count.take(first).map(Turn::Counted);
        for (key, value) in texts {
            if value.len() > LONGEST || key.len() > LONGEST || is_level(&value) {
                continue;
            }
            let text = known_or_new(&mut kind.texts, MOST_TEXTS, |text| &mut text.key, key);
            if let Some(text) = text
                && text.are_in_turn(&value)
                && turn.is_none()
            {
                turn = Some(Turn::Named(key, text.names()));
            }
        }
        self.is_reported = turn.is_some();
        turn
    }

    /// At the end of input: what the rows are of if each has another name, as in one round of several things.
    pub(super) fn finish(&self) -> Option<Turn<'_>> {
        let texts = self.kinds.iter().flat_map(|kind| &kind.texts);
        let text = texts.filter(|_| !self.is_reported).find(|text| text.are_single())?;
        Some(Turn::Named(&text.key, text.names()))
    }
}

/// The one with this name, which begins if there are not too many.
fn known_or_new<'a, T: Default>(
    all: &'a mut Vec<T>,
    most: usize,
    name_of: impl Fn(&mut T) -> &mut Vec<u8>,
    name: &[u8],
) -> Option<&'a mut T> {
    let known = all.iter_mut().position(|one| name_of(one) == name);
    if known.is_none() && all.len() < most {
        let mut one = T::default();
        name_of(&mut one).extend_from_slice(name);
        all.push(one);
        return all.last_mut();
    }
    all.get_mut(known?)
}

impl Text {
    /// Takes a text. They are in turn once each has come twice, hardly ever one behind itself: a state stays for some rows. Of
    /// an identity two that come back are enough.
    fn are_in_turn(&mut self, value: &[u8]) -> bool {
        let known = self.values.iter().position(|(known, _)| known == value);
        let place = known.unwrap_or(self.values.len());
        if place > MOST_THINGS {
            return false;
        }
        if !self.values.is_empty() {
            let is_same = place == self.last;
            *(if is_same { &mut self.stays } else { &mut self.changes }) += 1;
            self.is_back |= !is_same && known.is_some();
        }
        self.last = place;
        match self.values.get_mut(place) {
            Some((_, count)) => *count += 1,
            None => self.values.push((value.to_vec(), 1)),
        }
        let come_twice = self.values.iter().filter(|(_, count)| *count > 1).count();
        let are_in_turn = || come_twice == self.values.len() && 4 * self.stays <= self.changes;
        self.are_several()
            && come_twice > 1
            && ((self.is_back && is_identity(&self.key)) || are_in_turn())
    }

    fn are_several(&self) -> bool {
        (2..=MOST_THINGS).contains(&self.values.len())
    }

    /// Whether each has come once, and is a name: a key says so, or they stand before the numbers as grep(1) puts the file.
    /// `step1:` and `step2:` count.
    fn are_single(&self) -> bool {
        let letters = |(value, _): &(Vec<u8>, u32)| {
            value.iter().filter(|byte| byte.is_ascii_alphabetic()).copied().collect::<Vec<_>>()
        };
        let are_names = match self.key.is_empty() {
            true => {
                self.values.iter().all(|(value, _)| is_name_of_a_thing(value))
                    && self.values.iter().any(|value| letters(value) != letters(&self.values[0]))
            }
            false => is_one_of(&NAMES, &self.key),
        };
        self.are_several() && are_names && self.values.iter().all(|(_, count)| *count == 1)
    }

    fn names(&self) -> String {
        let names = self.values.iter().map(|(value, _)| String::from_utf8_lossy(value));
        names.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What rows of one kind with these texts under one key seem to be, and after how many.
    fn named(texts: &str) -> Option<(usize, String)> {
        let mut turns = Turns::default();
        texts.split(' ').enumerate().find_map(|(number, text)| {
            let texts = [(&b"state"[..], text.as_bytes().into())].into_iter();
            match turns.row(b"load", None, texts)? {
                Turn::Named(b"state", names) => Some((number + 1, names)),
                other => panic!("{other:?}"),
            }
        })
    }

    #[test]
    fn texts_that_change_from_row_to_row_and_come_back_are_in_turn() {
        for (texts, expected) in [
            ("a b a b", Some((4, "a, b"))),
            ("a b c a c b", Some((6, "a, b, c"))),
            ("a b", None),
            ("on on on off off on off on", None),
            ("info warn info warn", None),
            ("a b c d e f g h i j k l m n o p q a b c d e f g h i j k l m n o p q", None),
        ] {
            let expected = expected.map(|(number, names)| (number, names.to_owned()));
            assert_eq!(named(texts), expected, "{texts}");
        }
    }

    /// What rows seem to be that have these texts under a key, and after how many; at the end it is 0.
    fn under(key: &str, texts: &str) -> Option<(usize, String)> {
        let mut turns = Turns::default();
        let mut all = texts.split(' ').enumerate();
        let found = all.find_map(|(number, text)| {
            let texts = [(key.as_bytes(), text.as_bytes().into())].into_iter();
            turns.row(b"load", None, texts).map(|turn| (number + 1, turn))
        });
        match found.or_else(|| Some((0, turns.finish()?)))? {
            (number, Turn::Named(_, names)) => Some((number, names)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_identity_need_not_come_in_turn() {
        let found = |number, names: &str| Some((number, names.to_owned()));
        assert_eq!(under("id", "12 12 77 12 77"), found(5, "12, 77"));
        assert_eq!(under("device_id", "12 12 77 77 5 12"), found(6, "12, 77, 5"));
        assert_eq!(under("id", "1 2 3 4 5 6 7 8"), None, "numbers of lines");
        assert_eq!(under("id", "12 12 77 77"), None, "another one now");
        assert_eq!(under("size", "12 12 77 12 77"), None);
    }

    #[test]
    fn names_that_each_came_once_are_found_at_the_end() {
        let found = |names: &str| Some((0, names.to_owned()));
        assert_eq!(under("ifname", "lo eth0"), found("lo, eth0"));
        assert_eq!(
            under("", "/proc/pressure/cpu:some /proc/pressure/io:some").map(|it| it.0),
            Some(0)
        );
        assert_eq!(under("", "started stopped"), None);
        assert_eq!(under("", "step1: step2:"), None);
        assert_eq!(under("", "[0] [1]"), None);
        assert_eq!(under("msg", "a b"), None);
        assert_eq!(under("ifname", "lo"), None);
        assert_eq!(under("ifname", "lo lo eth0"), None);
    }

    #[test]
    fn a_value_is_no_identity() {
        let number = |key: &str, value| numbered(key.as_bytes(), Measure { value, unit: None });
        assert_eq!(number("id", 12.0).as_deref(), Some(&b"12"[..]));
        for (key, value) in [("sensor", 512.0), ("cpu", 12.0), ("id", 0.5), ("id", -1.0)] {
            assert_eq!(number(key, value), None, "{key} {value}");
        }
    }

    #[test]
    fn rows_of_other_names_are_not_merged() {
        let mut turns = Turns::default();
        for (name, text) in [("t", "a"), ("h", "b")].repeat(5) {
            let texts = [(&b"topic"[..], text.as_bytes().into())].into_iter();
            assert_eq!(turns.row(name.as_bytes(), None, texts), None);
        }
    }

    #[test]
    fn a_first_number_that_counts_up_twice_tells_things_apart() {
        let mut turns = Turns::default();
        let found: Vec<_> = [0.0, 1.0, 0.0, 1.0]
            .map(|number| turns.row(b"cpu", Some(number), std::iter::empty()).is_some())
            .into();
        assert_eq!(found, [false, false, false, true]);
        assert!(!turns.is_open());
    }
}
