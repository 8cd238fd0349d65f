//! What the objects of an array are to each other: things with names, samples one after the other, or, where neither is to
//! be seen, things that are told apart by their numbers.

use std::ops::Range;

use super::super::cells::moment::Moment;
use super::super::metrics::is_epoch;
use super::super::reading::{Cell, Item, Key, Reading, Span};
use super::super::words::is_name;

/// So many members of an object are looked at, whether they may be its name or its time.
const MOST: usize = 16;

/// So many objects that only their numbers tell apart are more likely to follow each other.
const MANY: usize = 10;

/// A filter of jq(1) for the objects of the array with this path, each on a line: `.hosts[].statistics[]`.
pub(in crate::input) fn filter(path: &[u8]) -> String {
    let mut filter = String::new();
    for name in String::from_utf8_lossy(path).split('.') {
        let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        match name.bytes().all(|byte| byte.is_ascii_digit()) {
            true => filter.push_str("[]"),
            false if is_plain => filter.extend([".", name]),
            false => filter.extend([".\"", name, "\""]),
        }
    }
    filter + "[]"
}

/// An array of objects that has been read, each with its number in its names.
pub(super) struct Array<'a> {
    /// The names on the way to it; there is no number behind an empty one.
    pub(super) path: &'a [u8],
    /// The items of each object.
    pub(super) objects: &'a [Range<usize>],
    /// No object has another one in it.
    pub(super) is_flat: bool,
    /// The items whose number stands in quotes, and what stands there.
    pub(super) quoted: &'a [(usize, Span)],
}

impl Array<'_> {
    /// Puts names in the place of the numbers, or makes each object a row of its own.
    pub(super) fn arrange(&self, reading: &mut Reading) {
        if let Some(names) = self.names(reading).filter(|_| !reading.rows_are_given) {
            for (number, (place, name)) in names.into_iter().enumerate() {
                let text = reading.text(name).to_vec();
                self.rename(number, Some(&text), reading);
                reading.replace(place, Cell::Text(name));
            }
        } else if !self.path.is_empty() && self.are_samples(reading) {
            for (number, Range { start, end }) in self.objects.iter().enumerate() {
                self.rename(number, None, reading);
                reading.split_row(*start);
                reading.split_row(*end);
            }
        } else if !self.path.is_empty() && self.objects.len() >= MANY {
            reading.numbered = reading.keep(self.path);
        }
    }

    /// How long what stands before the names in an object is.
    fn prefix(&self, number: usize) -> usize {
        if self.path.is_empty() { 0 } else { self.path.len() + number.to_string().len() + 2 }
    }

    /// The members of an object: their places, names and cells.
    fn members<'r>(
        &self,
        number: usize,
        reading: &'r Reading,
    ) -> impl Iterator<Item = (usize, &'r [u8], Cell)> {
        let (prefix, range) = (self.prefix(number), self.objects[number].clone());
        let items = reading.items()[range.clone()].iter();
        range.zip(items).filter_map(move |(place, item)| match *item {
            Item { row, key: Key::Name(name), cell } if reading.text(row).is_empty() => {
                Some((place, reading.text(name).get(prefix..)?, cell))
            }
            _ => None,
        })
    }

    /// The cell of a member in each object, if all have it.
    fn column(&self, key: &[u8], reading: &Reading) -> Option<Vec<(usize, Cell)>> {
        let cell = |number| {
            let member = self.members(number, reading).find(|(_, name, _)| *name == key);
            member.map(|(place, _, cell)| (place, cell))
        };
        (0..self.objects.len()).map(cell).collect()
    }

    /// The names of the objects: `name`, `ifname` or `metadata.name`; else, of objects side by side, the first member with
    /// another word in each.
    fn names(&self, reading: &Reading) -> Option<Vec<(usize, Span)>> {
        let depth = |key: &[u8]| key.iter().filter(|byte| **byte == b'.').count();
        let keys = |is: &dyn Fn(&[u8]) -> bool| -> Vec<&[u8]> {
            let all = self.members(0, reading).filter(|(_, key, cell)| {
                is(key) && matches!(cell, Cell::Text(_) | Cell::Number(_))
            });
            all.map(|(_, key, _)| key).take(MOST).collect()
        };
        let named = keys(&|key| depth(key) == 0 && key.ends_with(b"name"));
        let within = keys(&|key| depth(key) == 1 && key.ends_with(b".name"));
        let others = match self.is_flat && self.objects.len() > 1 {
            true => keys(&|key| depth(key) == 0),
            false => Vec::new(),
        };
        let mut all = named.into_iter().chain(within).chain(others);
        all.find_map(|key| self.names_under(key, reading))
    }

    /// The names that stand under this key, if they are words, and all different. A number in quotes may be among them: the
    /// processors of mpstat are `all`, `0`, `1`.
    fn names_under(&self, key: &[u8], reading: &Reading) -> Option<Vec<(usize, Span)>> {
        let mut has_word = false;
        let name = |(place, cell): (usize, Cell)| match cell {
            Cell::Text(text) => {
                has_word = true;
                let word = reading.text(text);
                (is_name(word) && Moment::whole(word).is_none()).then_some((place, text))
            }
            _ => {
                let at = self.quoted.binary_search_by_key(&place, |(place, _)| *place).ok()?;
                Some(self.quoted[at])
            }
        };
        let names: Vec<(usize, Span)> =
            self.column(key, reading)?.into_iter().map(name).collect::<Option<_>>()?;
        let mut different: Vec<&[u8]> = names.iter().map(|(_, name)| reading.text(*name)).collect();
        different.sort_unstable();
        different.dedup();
        (has_word && different.len() == names.len()).then_some(names)
    }

    /// Whether each object has a time: a date or a clock time, or under a name for it seconds since 1970, or a number that
    /// grows from object to object, from about 0 on. Streams side by side begin at nearly the same number. Objects of one
    /// moment are several things.
    fn are_samples(&self, reading: &Reading) -> bool {
        const NAMES: [&[u8]; 8] =
            [b"time", b"timestamp", b"ts", b"t", b"dt", b"date", b"epoch", b"start"];
        let is_named = |key: &[u8]| {
            let last = key.rsplit(|byte| *byte == b'.').next();
            last.is_some_and(|last| NAMES.contains(&last))
        };
        let is_time = |(_, key, cell): (usize, &[u8], Cell)| match cell {
            Cell::Text(text) => Moment::whole(reading.text(text)).is_some(),
            Cell::Number(measure) => is_epoch(measure.value) && is_named(key),
            Cell::Empty => false,
        };
        let grows = |key: &[u8]| {
            let value = |(_, cell)| match cell {
                Cell::Number(measure) => measure.value,
                _ => f64::NAN,
            };
            let column = self.column(key, reading).unwrap_or_default();
            let values: Vec<f64> = column.into_iter().map(value).collect();
            let steps = values.windows(2).map(|pair| pair[1] - pair[0]);
            let least = steps.reduce(f64::min).unwrap_or_default();
            least > 0.0 && values[0] <= 2.0 * least
        };
        let mut times = self.members(0, reading).filter(|(_, key, _)| is_named(key)).take(MOST);
        let all = 0..self.objects.len();
        let found = all.map(|number| self.members(number, reading).find(|member| is_time(*member)));
        let cells = found.map(|time| time.map(|(_, _, cell)| cell)).collect::<Option<Vec<Cell>>>();
        cells.is_some_and(|cells| differ(&cells, reading)) || times.any(|(_, key, _)| grows(key))
    }

    /// Puts the name of an object in the place of its number, or nothing.
    fn rename(&self, number: usize, name: Option<&[u8]>, reading: &mut Reading) {
        let prefix = self.prefix(number);
        let mut base = self.path.to_vec();
        if let Some(name) = name {
            base.extend_from_slice(if base.is_empty() { b"" } else { b"." });
            base.extend_from_slice(name);
        }
        let under = |rest: &[u8]| [&base, &b"."[..], rest].concat();
        let row = reading.keep(if name.is_some() { &base } else { b"" });
        for place in self.objects[number].clone() {
            let Item { row: own, key: Key::Name(key), .. } = reading.items()[place] else {
                continue;
            };
            let (row, key) = match reading.text(own) {
                b"" if name.is_some() => (row, reading.text(key)[prefix..].to_vec()),
                b"" => (row, under(&reading.text(key)[prefix..])),
                own => {
                    let own = under(&own[prefix..]);
                    (reading.keep(&own), reading.text(key).to_vec())
                }
            };
            let key = Key::Name(reading.keep(&key));
            reading.rename(place, row, key);
        }
    }
}

/// Whether these are not all the same time.
fn differ(times: &[Cell], reading: &Reading) -> bool {
    let is_same = |pair: &[Cell]| match (pair[0], pair[1]) {
        (Cell::Number(one), Cell::Number(other)) => one.value == other.value,
        (Cell::Text(one), Cell::Text(other)) => reading.text(one) == reading.text(other),
        _ => false,
    };
    times.len() < 2 || !times.windows(2).all(is_same)
}

#[cfg(test)]
mod tests {
    use super::super::super::shown::shown;
    use super::super::document;
    use super::*;

    /// The rows of a text.
    fn rows(text: &str) -> Vec<String> {
        let mut reading = Reading::default();
        document(text.as_bytes(), &mut reading).unwrap();
        let rows: Vec<usize> = reading.rows().map(<[_]>::len).collect();
        let all = shown(&reading);
        let mut items = all.split(' ');
        rows.iter().map(|count| items.by_ref().take(*count).collect::<Vec<_>>().join(" ")).collect()
    }

    #[track_caller]
    fn assert_rows(text: &str, expected: &[&str]) {
        assert_eq!(rows(text), expected, "{text}");
    }

    #[test]
    fn objects_with_names_are_called_by_them() {
        assert_rows(r#"[{"n":"a","v":1},{"n":"b","v":2}]"#, &["a.n='a' a.v=1", "b.n='b' b.v=2"]);
        assert_rows(
            r#"{"d":[{"up":"x","name":"a","p":{"v":1}},{"up":"y","name":"b","p":{"v":2}}]}"#,
            &["d.a.up='x' d.a.name='a' d.a.p.v=1 d.b.up='y' d.b.name='b' d.b.p.v=2"],
        );
        assert_rows(
            r#"{"l":[{"cpu":"all","u":1},{"cpu":"0","u":2}]}"#,
            &["l.all.cpu='all' l.all.u=1 l.0.cpu='0' l.0.u=2"],
        );
        assert_rows(
            r#"{"i":[{"kind":"p","metadata":{"name":"a"},"v":1},{"kind":"q","metadata":{"name":"b"},"v":2}]}"#,
            &[
                "i.a.kind='p' i.a.metadata.name='a' i.a.v=1 i.b.kind='q' i.b.metadata.name='b' i.b.v=2",
            ],
        );
        assert_rows(
            r#"{"a":[{"name":"x","b":[{"name":"y","v":1}]}]}"#,
            &["a.x.name='x' a.x.b.y.name='y' a.x.b.y.v=1"],
        );
    }

    #[test]
    fn objects_with_times_follow_each_other() {
        assert_rows(
            r#"{"n":2,"s":[{"time":"10:00:01","v":1},{"time":"10:00:02","v":2}],"m":3}"#,
            &["n=2", "s.time='10:00:01' s.v=1", "s.time='10:00:02' s.v=2", "m=3"],
        );
        assert_rows(
            r#"{"i":[{"p":[{"start":0,"v":1},{"start":0,"v":2}],"sum":{"start":0}},{"p":[{"start":1.01,"v":3},{"start":1.02,"v":4}],"sum":{"start":1}}]}"#,
            &[
                "i.p.0.start=0 i.p.0.v=1 i.p.1.start=0 i.p.1.v=2 i.sum.start=0",
                "i.p.0.start=1.01 i.p.0.v=3 i.p.1.start=1.02 i.p.1.v=4 i.sum.start=1",
            ],
        );
        assert_rows(
            r#"{"s":[{"ts":1763886080,"v":1},{"ts":1763886080,"v":2},{"ts":1763886081,"v":3}]}"#,
            &["s.ts=1763886080 s.v=1", "s.ts=1763886080 s.v=2", "s.ts=1763886081 s.v=3"],
        );
        // Two meters.
        assert_rows(
            r#"{"s":[{"ts":1763886080,"v":1},{"ts":1763886080,"v":2}]}"#,
            &["s.0.ts=1763886080 s.0.v=1 s.1.ts=1763886080 s.1.v=2"],
        );
    }

    #[test]
    fn other_objects_have_numbers() {
        for (text, row) in [
            (r#"{"c":[{"u":1},{"u":2}]}"#, "c.0.u=1 c.1.u=2"),
            (
                r#"{"c":[{"s":"ok","u":1},{"s":"ok","u":2}]}"#,
                "c.0.s='ok' c.0.u=1 c.1.s='ok' c.1.u=2",
            ),
            (r#"{"c":[{"s":"ok","u":1}]}"#, "c.0.s='ok' c.0.u=1"),
            (r#"{"c":[{"id":"1","u":1},{"id":"2","u":1}]}"#, "c.0.id=1 c.0.u=1 c.1.id=2 c.1.u=1"),
            (r#"{"c":[{"b":1600000000},{"b":1700000000}]}"#, "c.0.b=1600000000 c.1.b=1700000000"),
            (r#"{"c":[{"u":1},2]}"#, "c.0.u=1 c.1=2"),
        ] {
            assert_rows(text, &[row]);
        }
    }

    #[test]
    fn many_that_only_numbers_tell_apart_are_remembered() {
        let numbered = |count: usize| {
            let objects = vec![r#"{"p":{"v":1}}"#; count].join(",");
            let mut reading = Reading::default();
            let text = format!(r#"{{"h":[{{"name":"a","a-b":[{objects}]}}]}}"#);
            document(text.as_bytes(), &mut reading).unwrap();
            String::from_utf8_lossy(reading.text(reading.numbered)).into_owned()
        };
        assert_eq!([numbered(MANY - 1), numbered(MANY)], ["", "h.0.a-b"]);
        assert_eq!(filter(b"h.0.a-b"), r#".h[]."a-b"[]"#);
    }

    #[test]
    fn rows_that_the_user_names_are_not_named() {
        let mut reading = Reading::default();
        reading.rows_are_given = true;
        document(br#"[{"n":"a","v":1},{"n":"b","v":2}]"#, &mut reading).unwrap();
        assert_eq!(shown(&reading), "n='a' v=1 n='b' v=2");
    }
}
