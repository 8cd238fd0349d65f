//! JSON that is printed in many lines is kept until its last bracket, and then read as if it stood on one line. Two things
//! do not wait so long: an object that has a time, in an array within another object, is read at its own bracket, for the
//! array may grow for hours (`mpstat -o JSON 1`); and so is each object of an array around everything.
//!
//! A line that can be no part of what is open ends it: what was kept is then left to be reported.

use std::ops::Range;

use super::super::json;
use super::string::string;
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
                b'"' | b'\'' if self.is_open() => string(&line[at..])?.1,
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
mod tests;
