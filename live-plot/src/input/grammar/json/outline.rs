//! JSON that is printed in many lines is kept until its last bracket, and then read as if it stood on one line. Two things
//! do not wait so long: an object that has a time, in an array within another object, is read at its own bracket, for the
//! array may grow for hours (`mpstat -o JSON 1`); and so is each object of an array around everything.
//!
//! A line that can be no part of what is open ends it: what was kept is then left to be reported.

use std::ops::Range;

use super::super::json;
use crate::input::grammar::cells::moment::Moment;
use crate::input::grammar::reading::Reading;
use crate::input::grammar::words::is_name;

/// More levels, or more bytes, are not kept.
const DEEPEST: usize = 64;
const LONGEST: usize = 4 << 20;

/// So much of what is left to be reported is kept.
const LONGEST_TORN: usize = 1 << 10;

/// What is open.
#[derive(Debug, Default, Clone, PartialEq)]
pub(in crate::input) struct Outline {
    text: Vec<u8>,
    levels: Vec<Level>,
    /// How many arrays are open around everything.
    outer: usize,
    /// The last byte that is no blank.
    last: u8,
    /// The line on which it began.
    began: u64,
    /// It is too long to be kept.
    is_lost: bool,
    /// What did not end, and where it began.
    torn: Option<(u64, Vec<u8>)>,
}

/// A bracket that is open.
#[derive(Debug, Clone, PartialEq)]
struct Level {
    open: u8,
    /// The last name in it, and the member that names it, as they stand in the text.
    key: Range<usize>,
    name: Option<Range<usize>>,
    has_time: bool,
}

/// What a line is to an outline.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::input) enum Part {
    Read,
    /// A part of what is not read yet, or has no number.
    Silent,
    /// Not a part of it.
    Other,
}

impl Outline {
    /// Whether something has begun.
    pub(in crate::input) fn is_open(&self) -> bool {
        !self.levels.is_empty()
    }

    /// Reads the line, which has this number, as a part of the outline.
    pub(in crate::input) fn read(
        &mut self,
        line: &[u8],
        number: u64,
        reading: &mut Reading,
    ) -> Part {
        if self.is_open() && !self.goes_on(line) {
            self.finish();
        }
        if !self.is_open() && !begins(line) {
            return Part::Other;
        }
        let (was_open, outer) = (self.is_open(), self.outer);
        if self.take(line, number, reading).is_none() {
            match was_open {
                true => self.finish(),
                false => self.close(),
            }
            self.outer = outer;
            return Part::Other;
        }
        if reading.has_number() { Part::Read } else { Part::Silent }
    }

    /// Nothing more follows what is open.
    pub(in crate::input) fn finish(&mut self) {
        if self.is_open() {
            let mut text = std::mem::take(&mut self.text);
            text.truncate(LONGEST_TORN);
            self.torn = Some((self.began, text));
        }
        self.close();
    }

    /// What did not end, and the number of its first line.
    pub(in crate::input) fn take_torn(&mut self) -> Option<(u64, Vec<u8>)> {
        self.torn.take()
    }

    fn close(&mut self) {
        self.levels.clear();
        self.text.clear();
        self.is_lost = false;
    }

    /// Whether the line may be the next one of what is open.
    fn goes_on(&self, line: &[u8]) -> bool {
        let (Some(first), Some(level)) = (line.first(), self.levels.last()) else { return false };
        let begins = |bytes: &[u8]| bytes.contains(first);
        let is_value = first.is_ascii_digit() || begins(b"\"'{[(-ntfNTFI");
        // Python's keys may be numbers.
        let is_member =
            level.open != b'{' || begins(b"\"'") || (line.contains(&b':') && !begins(b"{[("));
        match self.last {
            b':' => is_value,
            b',' | b'{' | b'[' | b'(' => begins(b"}])") || (is_value && is_member),
            _ => begins(b"}]),"),
        }
    }

    /// Takes the line; `None` if it is no JSON.
    fn take(&mut self, line: &[u8], number: u64, reading: &mut Reading) -> Option<()> {
        let mut at = 0;
        while let Some(byte) = line.get(at) {
            let length = match byte {
                b'"' | b'\'' if self.is_open() => json::string(&line[at..])?.1,
                _ => 1,
            };
            let bytes = &line[at..at + length];
            at += length;
            match byte {
                _ if byte.is_ascii_whitespace() => self.keep(b" "),
                b'{' | b'(' | b'[' if self.is_open() || *byte == b'{' => {
                    if !self.is_open() {
                        self.began = number;
                    }
                    self.open(*byte)?;
                }
                b'[' => self.outer += 1,
                b']' if !self.is_open() => self.outer = self.outer.saturating_sub(1),
                b',' if !self.is_open() => {}
                b'}' if !self.is_open() && is_lone(line) => {}
                _ if !self.is_open() => return None,
                b'}' | b')' | b']' => self.end(*byte, reading)?,
                b'"' | b'\'' => self.string(bytes),
                // What it parts from may have been read.
                b',' if self.text.ends_with(b"[") => {}
                _ => self.keep(bytes),
            }
            if !byte.is_ascii_whitespace() {
                self.last = *byte;
            }
        }
        self.keep(b" ");
        Some(())
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.is_lost |= self.text.len() + bytes.len() > LONGEST;
        if self.is_open() && !self.is_lost {
            self.text.extend_from_slice(bytes);
        }
    }

    fn open(&mut self, open: u8) -> Option<()> {
        self.levels.push(Level { open, key: 0..0, name: None, has_time: false });
        self.keep(&[open]);
        (self.levels.len() <= DEEPEST).then_some(())
    }

    /// Keeps a string: the name of a member, or its value, which may be a time or the name of the object.
    fn string(&mut self, quoted: &[u8]) {
        let start = self.text.len();
        let (last, is_object) = (self.last, self.levels.last().is_some_and(|top| top.open == b'{'));
        self.keep(quoted);
        let range = start..self.text.len();
        let inner = &quoted[1..quoted.len() - 1];
        let Some(top) = self.levels.last_mut().filter(|_| is_object) else { return };
        if last != b':' {
            top.key = range;
            return;
        }
        let key = self.text.get(top.key.clone()).unwrap_or_default();
        if top.name.is_none() && is_key_of_name(key) && is_name(inner) {
            top.name = Some(top.key.start..range.end);
        }
        if Moment::whole(inner).is_some() {
            let is_item = |at: &usize| *at > 0 && self.levels[at - 1].open == b'[';
            let item = (0..self.levels.len()).rev().find(is_item);
            item.into_iter().for_each(|at| self.levels[at].has_time = true);
        }
    }

    /// Closes a bracket, and reads what ends with it.
    fn end(&mut self, close: u8, reading: &mut Reading) -> Option<()> {
        let level = self.levels.pop()?;
        (closing(level.open) == close).then_some(())?;
        if self.levels.is_empty() {
            self.text.push(close);
            let is_read = !self.is_lost
                && match self.outer {
                    0 => json::document(&self.text, reading).is_some(),
                    _ => json::document(&[b"[", &self.text[..], b"]"].concat(), reading).is_some(),
                };
            if !is_read {
                self.levels.push(level);
                return None;
            }
            self.text.clear();
            return Some(());
        }
        self.keep(&[close]);
        let is_sample = level.has_time && level.name.is_none() && !self.is_lost;
        match self.levels.last() {
            Some(array) if array.open == b'[' && is_sample => self.flush(reading),
            _ => Some(()),
        }
    }

    /// Reads what is there so far. Of that only the names stay that lead to what follows.
    fn flush(&mut self, reading: &mut Reading) -> Option<()> {
        let mut whole = self.text.clone();
        whole.extend(self.levels.iter().rev().map(|level| closing(level.open)));
        json::document(&whole, reading)?;
        let text = std::mem::take(&mut self.text);
        for Level { open, key, name, .. } in &mut self.levels {
            self.text.push(*open);
            for (range, end) in name.iter_mut().zip([b',']).chain([(key, b':')]) {
                if range.start < range.end {
                    let start = self.text.len();
                    self.text.extend_from_slice(&text[range.clone()]);
                    *range = start..self.text.len();
                    self.text.push(end);
                }
            }
        }
        Some(())
    }
}

/// Whether the member with this name, in quotes, names its object: `name`, `ifname`.
fn is_key_of_name(quoted: &[u8]) -> bool {
    quoted.len() > 2 && quoted[1..quoted.len() - 1].ends_with(b"name")
}

fn closing(open: u8) -> u8 {
    match open {
        b'{' => b'}',
        b'[' => b']',
        _ => b')',
    }
}

/// Whether the line is nothing but brackets.
fn is_lone(line: &[u8]) -> bool {
    line.iter().all(|byte| b"{}[], \t".contains(byte))
}

/// Whether JSON of many lines may begin so: an object, or an array of them. Lone brackets say nothing.
fn begins(line: &[u8]) -> bool {
    if is_lone(line) {
        return !line.starts_with(b",") && line != b"{}" && line != b"[]";
    }
    let is_outer = |byte: &u8| *byte == b'[' || byte.is_ascii_whitespace();
    let outer = line.iter().take_while(|byte| is_outer(byte)).count();
    let inner = line[outer..].strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    inner.is_some_and(|inner| matches!(inner.first(), Some(b'"' | b'\'')))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::input::grammar::shown::shown;

    fn read(text: &str) -> Vec<String> {
        let (mut outline, mut found) = (Outline::default(), Vec::new());
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty()) {
            let mut reading = Reading::default();
            let part = outline.read(line.trim().as_bytes(), number, &mut reading);
            found.extend(outline.take_torn().map(|(line, _)| format!("torn {line}")));
            match part {
                Part::Read => found.push(shown(&reading)),
                Part::Silent => {}
                Part::Other => found.push(format!("other {line}")),
            }
        }
        outline.finish();
        found.extend(outline.take_torn().map(|(line, _)| format!("torn {line}")));
        found
    }

    #[test]
    fn what_is_printed_in_many_lines_is_read_as_on_one() {
        let text = "{\n \"a\": 1,\n \"cpu\": {\n  \"user\": 2,\n  \"name\": \"x\",\n  \"load\": [\n   0.5,\n   0.25\n  ]\n },\n \"b\": [1, 2],\n \"ok\": true\n}";
        assert_eq!(
            read(text),
            ["a=1 cpu.user=2 cpu.name='x' cpu.load.0=0.5 cpu.load.1=0.25 b.0=1 b.1=2"]
        );
        assert_eq!(read("{'a': 1,\n 'b': (2,\n 3)}"), ["a=1 b.0=2 b.1=3"]);
        assert_eq!(read("{\"a\":\n{\n\"b\": 1\n}}\n{\"a\": {\n\"b\": 2}}"), ["a.b=1", "a.b=2"]);
    }

    #[test]
    fn objects_of_an_array_around_everything_do_not_wait_for_its_end() {
        assert_eq!(
            read("[\n {\n  \"a\": 1\n },\n {\n  \"a\": 2\n }\n]\n5"),
            ["a=1", "a=2", "other 5"]
        );
        let text =
            "[ {\n\"ifname\": \"lo\",\n\"mtu\": 5\n},{\n\"ifname\": \"eth0\",\n\"mtu\": 6\n} ]";
        assert_eq!(read(text), ["lo.ifname='lo' lo.mtu=5", "eth0.ifname='eth0' eth0.mtu=6"]);
    }

    #[test]
    fn an_object_with_a_time_does_not_wait_for_the_end_of_its_array() {
        let text = "{\"h\": [\n{\n\"nodename\": \"web\",\n\"n\": 2,\n\"s\": [\n{\n\"timestamp\": \"10:00:01\",\n\"l\": [{\"c\": \"all\", \"u\": 1},\n{\"c\": \"0\", \"u\": 2}]\n},\n{\n\"timestamp\": \"10:00:02\",\n\"l\": [{\"c\": \"all\", \"u\": 3},\n{\"c\": \"0\", \"u\": 4}]\n}\n],\n\"end\": 5\n}\n]}";
        assert_eq!(
            read(text),
            [
                "h.web.nodename='web' h.web.n=2 h.web.s.timestamp='10:00:01' h.web.s.l.all.c='all' h.web.s.l.all.u=1 h.web.s.l.0.c='0' h.web.s.l.0.u=2",
                "h.web.nodename='web' h.web.s.timestamp='10:00:02' h.web.s.l.all.c='all' h.web.s.l.all.u=3 h.web.s.l.0.c='0' h.web.s.l.0.u=4",
                "h.web.nodename='web' h.web.end=5",
            ]
        );
    }

    #[test]
    fn another_line_ends_the_outline() {
        assert_eq!(read("{\n\"a\": 1,\nhello\n5"), ["torn 1", "other hello", "other 5"]);
        assert_eq!(read("{\"a\": 1, \"b\n{\n\"a\": 2\n}"), ["other {\"a\": 1, \"b", "a=2"]);
        assert_eq!(read("{\"a\": 1,\n{\"a\": 2,\n\"b\": 3}"), ["torn 1", "a=2 b=3"]);
        assert_eq!(read("{\"a\": 1}}\n}"), ["other {\"a\": 1}}"]);
        assert_eq!(read("{\n5\n6"), ["torn 1", "other 5", "other 6"]);
        assert_eq!(read("{\n\"a\": 1\n\"b\": 2"), ["torn 1", "other \"b\": 2"]);
        assert_eq!(
            read("5\na=1\n\"a\": 1\n[1 2]\n{a=5"),
            ["other 5", "other a=1", "other \"a\": 1", "other [1 2]", "other {a=5"]
        );
        assert_eq!(read("{\"a\": [1,\n2},\n5"), ["torn 1", "other 2},", "other 5"]);
    }

    #[test]
    fn what_is_too_long_is_torn() {
        let item = format!("\"{}\",\n", "x".repeat(1 << 16));
        let text = format!("{{\"a\": [\n{}1]}}\n5", item.repeat(70));
        assert_eq!(read(&text), ["torn 1", "other 1]}", "other 5"]);
        // A few bytes each, but with their name more than any memory has.
        let text = format!("{{\"{}\": [\n{}\n1]}}\n5", "x".repeat(1 << 20), "1,".repeat(1 << 20));
        assert_eq!(read(&text), ["torn 1", "other 1]}", "other 5"]);
    }

    /// JSON in which a line may end at each `~`.
    fn value() -> impl Strategy<Value = String> {
        let leaf = prop::sample::select(vec!["1", "-2.5", "null", "true", r#""a""#, r#""3""#])
            .prop_map(str::to_owned);
        leaf.prop_recursive(4, 24, 4, |inner| {
            let keys = prop::sample::select(vec!["name", "v", "w", "ts"]);
            prop_oneof![
                object(keys, inner.clone()),
                prop::collection::vec(inner, 0..4)
                    .prop_map(|items| format!("[~{}~]", items.join(",~"))),
            ]
        })
    }

    fn object(
        keys: impl Strategy<Value = &'static str>,
        value: impl Strategy<Value = String>,
    ) -> impl Strategy<Value = String> {
        prop::collection::btree_map(keys, value, 1..4).prop_map(|members| {
            let members = members.iter().map(|(key, value)| format!("\"{key}\": {value}"));
            format!("{{~{}~}}", members.collect::<Vec<_>>().join(",~"))
        })
    }

    proptest! {
        #[test]
        fn where_the_lines_end_changes_nothing(
            text in object(prop::sample::select(vec!["x", "y"]), value()),
            ends in prop::collection::vec(any::<bool>(), 64),
        ) {
            let mut ends = ends.iter().cycle();
            let mut broken = String::new();
            for c in text.chars() {
                match c {
                    '~' if *ends.next().unwrap() => broken.push('\n'),
                    '~' => {}
                    other => broken.push(other),
                }
            }
            let mut reading = Reading::default();
            json::document(text.replace('~', "").as_bytes(), &mut reading).unwrap();
            let expected = if reading.has_number() { vec![shown(&reading)] } else { vec![] };
            prop_assert_eq!(read(&broken), expected, "{}", broken);
        }
    }
}
