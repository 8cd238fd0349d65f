//! Blocks: lines one after the other, and a flood of bare numbers at once. Such a number is taken as `line` would take it,
//! but what all of them share, their series above all, is looked up once.

use std::time::Instant;

use super::super::schema::{Name, Role};
use super::super::splitter::Splitter;
use super::{Row, Sampler};
use crate::input::grammar::cells::bare;
use crate::series::Sample;
use crate::series::store::Entry;

/// After another line so many bytes are read line by line, so that a look for bare numbers costs nothing.
const BETWEEN: usize = 4 << 10;

impl Sampler {
    /// Takes the lines that the block ends.
    pub(in crate::input) fn block(&mut self, splitter: &mut Splitter, block: &[u8], now: Instant) {
        let mut rest = block;
        while !rest.is_empty() {
            if splitter.is_between_lines() {
                rest = &rest[self.bare_numbers(rest)..];
            }
            // Of an unfinished line the end comes first.
            let least = if splitter.is_between_lines() { BETWEEN } else { 0 };
            let end = rest.get(least..).and_then(|rest| memchr::memchr(b'\n', rest));
            let (lines, after) = rest.split_at(end.map_or(rest.len(), |end| least + end + 1));
            splitter.feed(lines, |line| self.line(&line, now));
            rest = after;
        }
    }

    /// Takes the bare numbers that the text begins with, and returns where the next line begins.
    fn bare_numbers(&mut self, text: &[u8]) -> usize {
        let Some(mut next) = bare::line(text) else { return 0 };
        let is_waiting = self.timestamps.is_some() || self.grammar.is_waiting();
        if is_waiting || !self.grammar.tables.takes_bare_number() {
            return 0;
        }
        let name = Name::bare(self.grammar.tables.name(0));
        let Role::Series(series) = self.schema.role(name, true) else { return 0 };
        if !self.scales.is_of(series, None) {
            return 0;
        }
        let mut at = 0;
        loop {
            let (value, length) = next;
            at += length;
            self.entries.push(Entry { series, sample: Sample { time: f64::NAN, value } });
            self.rows.push(Row { end: self.entries.len(), time: f64::NAN });
            self.counts.lines += 1;
            match bare::line(&text[at..]) {
                Some(another) => next = another,
                None => return at,
            }
        }
    }
}
