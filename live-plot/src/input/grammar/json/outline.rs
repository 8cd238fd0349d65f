//! JSON that is printed in many lines: `"cpu": {` begins a part whose names are `cpu.…`, up to its `}`. Several may begin
//! on one line: `"disks": [{`.

use super::super::json;
use crate::input::grammar::reading::Reading;

/// More levels, or longer names of them, are not kept.
const DEEPEST: usize = 64;
const LONGEST: usize = 1024;

/// The parts that are open.
#[derive(Debug, Default, Clone, PartialEq)]
pub(in crate::input) struct Outline {
    path: Vec<u8>,
    levels: Vec<Level>,
}

#[derive(Debug, Clone, PartialEq)]
struct Level {
    /// How long the path was outside.
    outside: usize,
    /// The number of the next item of an array.
    next: Option<usize>,
}

/// What a line is to an outline.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::input) enum Part {
    Read,
    /// A bracket, a name, or a member without a number.
    Silent,
    /// Not a part of one.
    Other,
}

impl Outline {
    /// Whether a part has begun.
    pub(in crate::input) fn is_open(&self) -> bool {
        !self.levels.is_empty()
    }

    /// Reads the line as a part of the outline.
    pub(in crate::input) fn read(&mut self, line: &[u8], reading: &mut Reading) -> Part {
        let first = line.first().copied().unwrap_or_default();
        // Nearly every line of other input is told by its first byte.
        if self.levels.is_empty() && !b"{}[]\"'".contains(&first) {
            return Part::Other;
        }
        let is_bracket = |byte: &u8| b"{}[], \t".contains(byte);
        if first != b',' && line.iter().all(is_bracket) && line != b"{}" && line != b"[]" {
            line.iter().for_each(|byte| self.bracket(*byte, b""));
            return Part::Silent;
        }
        if let Some((outer, name, inner)) = part(line) {
            outer.iter().for_each(|byte| self.bracket(*byte, b""));
            let inner = inner.iter().filter(|byte| !byte.is_ascii_whitespace());
            for (number, byte) in inner.enumerate() {
                self.bracket(*byte, if number == 0 { &name } else { b"" });
            }
            return Part::Silent;
        }
        if self.levels.is_empty() {
            return Part::Other;
        }
        let before = self.path.len();
        let is_item = self.levels.last_mut().is_some_and(|level| level.next.is_some());
        if is_item {
            self.number();
        }
        // An array that no name leads to holds plain lines.
        let is_named = !self.path.is_empty() || !is_item;
        let is_part = is_named && json::part(line, is_item, &self.path, reading).is_some();
        self.path.truncate(before);
        if !is_part {
            if is_named {
                *self = Self::default();
            }
            return Part::Other;
        }
        if reading.has_number() { Part::Read } else { Part::Silent }
    }

    fn bracket(&mut self, byte: u8, name: &[u8]) {
        match byte {
            b'{' | b'[' => {
                let outside = self.path.len();
                self.number();
                self.descend(name);
                let next = (byte == b'[').then_some(0);
                self.levels.push(Level { outside, next });
            }
            b'}' | b']' => {
                if let Some(level) = self.levels.pop() {
                    self.path.truncate(level.outside);
                }
            }
            _ => {}
        }
        if self.levels.len() > DEEPEST || self.path.len() > LONGEST {
            *self = Self::default();
        }
    }

    /// Descends to the next item of the array that is open. Those of the outermost one are rows, without a name.
    fn number(&mut self) {
        let is_outermost = self.path.is_empty();
        let Some(next) = self.levels.last_mut().and_then(|level| level.next.as_mut()) else {
            return;
        };
        let number = std::mem::replace(next, *next + 1);
        if !is_outermost {
            self.descend(number.to_string().as_bytes());
        }
    }

    fn descend(&mut self, name: &[u8]) {
        if !self.path.is_empty() && !name.is_empty() {
            self.path.push(b'.');
        }
        self.path.extend_from_slice(name);
    }
}

/// The name of `{"name": [{`, and the brackets before it and after it.
fn part(line: &[u8]) -> Option<(&[u8], Vec<u8>, &[u8])> {
    line.last().filter(|last| matches!(last, b'{' | b'['))?;
    let is_open = |byte: &u8| b"{[ \t".contains(byte);
    let (outer, rest) = line.split_at(line.iter().take_while(|byte| is_open(byte)).count());
    let (name, length) = json::string(rest)?;
    let inner = rest[length..].trim_ascii_start().strip_prefix(b":")?;
    inner.iter().all(is_open).then_some((outer, name, inner))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::grammar::shown::shown;

    fn read(text: &str) -> Vec<String> {
        let (mut outline, mut found) = (Outline::default(), Vec::new());
        for line in text.lines() {
            let mut reading = Reading::default();
            match outline.read(line.trim().as_bytes(), &mut reading) {
                Part::Read => found.push(shown(&reading)),
                Part::Silent => {}
                Part::Other => found.push(format!("other {line}")),
            }
        }
        found
    }

    #[test]
    fn members_are_called_by_the_parts_that_they_stand_in() {
        let text = "{\n \"a\": 1,\n \"cpu\": {\n  \"user\": 2,\n  \"name\": \"x\",\n  \"load\": [\n   0.5,\n   0.25\n  ]\n },\n \"b\": [1, 2],\n \"ok\": true\n}";
        assert_eq!(
            read(text),
            ["a=1", "cpu.user=2", "cpu.load.0=0.5", "cpu.load.1=0.25", "b.0=1 b.1=2"]
        );
        let text = "[\n {\n  \"a\": 1\n },\n {\n  \"a\": 2\n }\n]\n5";
        assert_eq!(read(text), ["a=1", "a=2", "other 5"]);
        let text = "\"disks\": [\n{\n\"r\": 1\n}, {\n\"r\": 2\n}\n]";
        assert_eq!(read(text), ["disks.0.r=1", "disks.1.r=2"]);
    }

    #[test]
    fn another_line_ends_the_outline() {
        assert_eq!(read("{\n\"a\": {\nhello\n\"b\": 5"), ["other hello", "other \"b\": 5"]);
        assert_eq!(read("5\na=1\n\"a\": 1"), ["other 5", "other a=1", "other \"a\": 1"]);
    }
}
