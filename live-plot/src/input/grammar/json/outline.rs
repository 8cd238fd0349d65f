//! JSON that is printed in many lines is kept until its last bracket, and then read as if it stood on one line. Two things
//! do not wait so long: a sample in an array within another object is read at its own bracket, for the array may grow for
//! hours (`mpstat -o JSON 1`); and so is each item of an array around everything. A sample begins with its time and has no
//! name. What is around it has to be named by then, for what follows is read without what came before.
//!
//! A line that can be no part of what is open ends it: what was kept is then left to be reported.

use super::super::json;
use super::super::vocabulary;
use super::names::{self, Things};
use super::samples::is_time;
use super::string::string;
use crate::input::grammar::cells::has_number;
use crate::input::grammar::cells::moment::Moment;
use crate::input::grammar::reading::Reading;
use crate::input::grammar::words::is_name;

/// More levels, or more bytes, are not kept.
const DEEPEST: usize = 64;
const LONGEST: usize = 4 << 20;

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
    /// Of what did not end the first line with a number, and the line on which it began.
    torn: Option<(u64, Vec<u8>)>,
}

/// A bracket that is open.
#[derive(Debug, Default, Clone, PartialEq)]
struct Level {
    open: u8,
    /// How many names have come in it; the last one, and the member that names it, as they stand in the text.
    names: usize,
    key: Vec<u8>,
    name: Vec<u8>,
    /// It begins with a time, and with no name so far.
    is_sample: bool,
}

impl Outline {
    /// Whether something has begun.
    pub(in crate::input) fn is_open(&self) -> bool {
        !self.levels.is_empty()
    }

    /// Whether an array has begun whose first item is not there yet.
    fn is_before_item(&self) -> bool {
        self.outer > 0 && self.last == b'['
    }

    /// Whether a number by itself may be a part of it.
    pub(in crate::input) fn may_go_on(&self) -> bool {
        self.is_open() || self.is_before_item()
    }

    /// Reads the line, which has this number, as a part of the outline: `false` if what it is a part of is not read yet, or has
    /// no number; `None` if it is no part of it.
    pub(in crate::input) fn read(
        &mut self,
        line: &[u8],
        number: u64,
        things: &mut Things,
        reading: &mut Reading,
    ) -> Option<bool> {
        if self.is_open() && !self.goes_on(line) {
            self.finish();
        }
        let is_item = self.is_before_item() && line.first().is_some_and(begins_value);
        if !self.is_open() && !is_item && !begins(line) {
            self.last = 0;
            return None;
        }
        let (was_open, outer) = (self.is_open(), self.outer);
        if self.take(line, number, things, reading).is_none() {
            match was_open {
                true => self.finish(),
                false => self.close(),
            }
            (self.outer, self.last) = (outer, 0);
            return None;
        }
        Some(reading.has_number())
    }

    /// Nothing more follows what is open.
    pub(in crate::input) fn finish(&mut self) {
        if self.is_open() {
            let is_lost = self.is_lost;
            let mut lines = self.text.split(|byte| *byte == b'\n');
            let line = lines.find(|line| is_lost || has_number(line));
            self.torn = line.map(|line| (self.began, line.to_vec()));
        }
        self.close();
    }

    /// Of what did not end the first line with a number, and the number of the line on which it began.
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
        let is_value = begins_value(first) || begins(b"{[(");
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
    fn take(
        &mut self,
        line: &[u8],
        number: u64,
        things: &mut Things,
        reading: &mut Reading,
    ) -> Option<()> {
        let mut at = 0;
        while let Some(byte) = line.get(at) {
            let length = match byte {
                b'"' | b'\'' if self.may_go_on() => string(&line[at..])?.1,
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
                // The array is one of values: it is read at its own bracket.
                _ if self.is_before_item() && !self.is_open() && begins_value(byte) => {
                    (self.outer, self.began) = (self.outer - 1, number);
                    self.open(b'[')?;
                    self.keep(bytes);
                }
                _ if !self.is_open() => return None,
                b'}' | b')' | b']' => self.end(*byte, things, reading)?,
                b'"' | b'\'' => self.string(bytes),
                // What it parts from may have been read.
                b',' if self.text.ends_with(b"[") => {}
                _ => self.keep(bytes),
            }
            if !byte.is_ascii_whitespace() {
                self.last = *byte;
            }
        }
        self.keep(b"\n");
        Some(())
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.is_lost |= self.text.len() + bytes.len() > LONGEST;
        if self.is_open() && !self.is_lost {
            self.text.extend_from_slice(bytes);
        }
    }

    fn open(&mut self, open: u8) -> Option<()> {
        self.levels.push(Level { open, ..Level::default() });
        self.keep(&[open]);
        (self.levels.len() <= DEEPEST).then_some(())
    }

    /// Keeps a string: the name of a member, or its value, which may be a time or the name of the object.
    fn string(&mut self, quoted: &[u8]) {
        self.keep(quoted);
        let inner = &quoted[1..quoted.len() - 1];
        let Some(top) = self.levels.last_mut().filter(|top| top.open == b'{') else { return };
        if self.last != b':' {
            top.key = quoted.to_vec();
            top.names += 1;
            return;
        }
        // Where no string came before the colon there is none.
        let key = top.key.get(1..top.key.len().saturating_sub(1)).unwrap_or_default();
        if top.names == 1 {
            top.is_sample = is_time(key) && Moment::whole(inner).is_some();
        }
        if is_name(inner) {
            top.is_sample &= !vocabulary::is_identity(key);
            if top.name.is_empty() && names::is_name(key) {
                top.name = [&top.key, &b":"[..], quoted, b","].concat();
            }
        }
    }

    /// Closes a bracket, and reads what ends with it.
    fn end(&mut self, close: u8, things: &mut Things, reading: &mut Reading) -> Option<()> {
        let level = self.levels.pop()?;
        (closing(level.open) == close).then_some(())?;
        if self.levels.is_empty() {
            self.text.push(close);
            let is_read = !self.is_lost
                && match self.outer {
                    1 => json::document(&[b"[", &self.text[..], b"]"].concat(), things, reading),
                    // Objects of an array in an array are samples of one thing.
                    _ => json::document(&self.text, things, reading),
                }
                .is_some();
            if !is_read {
                self.levels.push(level);
                return None;
            }
            self.text.clear();
            return Some(());
        }
        self.keep(&[close]);
        let is_named = |pair: &[Level]| pair[0].open != b'[' || !pair[1].name.is_empty();
        let is_item = self.levels.last().is_some_and(|array| array.open == b'[');
        let is_sample = level.is_sample && level.name.is_empty() && is_item && !self.is_lost;
        if is_sample && self.levels.windows(2).all(is_named) {
            self.flush(things, reading)
        } else {
            Some(())
        }
    }

    /// Reads what is there so far. Of that only the names stay that lead to what follows.
    fn flush(&mut self, things: &mut Things, reading: &mut Reading) -> Option<()> {
        let mut whole = self.text.clone();
        whole.extend(self.levels.iter().rev().map(|level| closing(level.open)));
        json::document(&whole, things, reading)?;
        self.text.clear();
        for Level { open, name, key, .. } in &self.levels {
            self.text.push(*open);
            self.text.extend_from_slice(name);
            if !key.is_empty() {
                self.text.extend_from_slice(&[key, &b":"[..]].concat());
            }
        }
        Some(())
    }
}

/// Whether a value that is no array or object may begin so.
fn begins_value(byte: &u8) -> bool {
    byte.is_ascii_digit() || b"\"'-ntfNTFI".contains(byte)
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
