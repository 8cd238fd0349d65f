//! The numbers of a line as a reader sees them, whatever form has read it: where they stand, and whether each may be
//! one that is to be drawn. Within a word, a quoted text or a comment there are none.

use super::super::grammar::metrics::is_epoch;
use crate::input::grammar::cells::measure;
use crate::input::grammar::cells::moment::Moment;
use crate::input::grammar::cells::number;

/// A number on the line.
#[derive(Debug, PartialEq)]
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) value: f64,
    /// It bears a unit, a percent sign apart: it was measured, and is no place and no number of a thing.
    pub(super) has_unit: bool,
    /// It belongs to no name, text or parentheses.
    pub(super) is_free: bool,
}

/// The numbers of a line that stand by themselves, or behind `=` or a colon.
pub(super) fn numbers(line: &[u8]) -> Vec<Found> {
    let mut scan = Scan { line, at: 0, bracketed: 0, is_text: false, found: Vec::new() };
    while scan.at < line.len() {
        scan.step();
    }
    scan.found
}

struct Scan<'a> {
    line: &'a [u8],
    at: usize,
    /// Up to here the line is in brackets.
    bracketed: usize,
    /// A name with a text has come: `statement: SELECT 1`.
    is_text: bool,
    found: Vec<Found>,
}

impl Scan<'_> {
    fn step(&mut self) {
        let (line, at) = (self.line, self.at);
        let before = line[..at].last().copied();
        let is_blank = |byte: Option<u8>| byte.is_none_or(|byte| byte.is_ascii_whitespace());
        match line[at] {
            quote @ (b'"' | b'\'') if !before.is_some_and(|byte| byte.is_ascii_alphanumeric()) => {
                if let Some(length) = memchr::memchr(quote, &line[at + 1..]) {
                    return self.quoted(at + 1, at + 1 + length);
                }
            }
            // The exemplar of OpenMetrics.
            b'#' if is_blank(before) && line.get(at + 1) == Some(&b' ') => {
                self.at = line.len();
                return;
            }
            b'(' | b'[' | b'{' if is_blank(before) || matches!(before, Some(b')' | b']')) => {
                self.bracket();
            }
            b':' if is_blank(line.get(at + 1).copied()) => {
                let value = line[at + 1..].trim_ascii_start().first();
                self.is_text = value.is_some_and(u8::is_ascii_alphabetic);
            }
            b'=' | b',' | b';' | b'|' | b'\t' => self.is_text = false,
            _ => {}
        }
        let begins =
            before.is_none_or(|byte| byte.is_ascii_whitespace() || b",|=:>".contains(&byte));
        if begins && let Some((value, start, length, has_unit)) = number_at(&line[at..]) {
            let (start, end) = (at + start, at + start + length);
            let is_named = start == at
                && (before == Some(b'=')
                    || (before == Some(b':') && !is_glued(&line[..at], value)));
            let is_part = is_named || word_before(line, at) == b"of" || is_told(line, start, end);
            let is_free = at >= self.bracketed && !is_part && !self.is_text;
            if !value.is_nan() {
                self.found.push(Found { start, end, value, has_unit, is_free });
            }
            self.at = end;
            return;
        }
        self.at += match Moment::prefix(&line[at..]).filter(|_| begins) {
            Some((_, length)) => length,
            None => 1,
        };
    }

    fn quoted(&mut self, start: usize, end: usize) {
        if let Some(measure) = measure::whole(&self.line[start..end]) {
            let value = measure.value;
            self.found.push(Found { start, end, value, has_unit: false, is_free: false });
        }
        self.at = end + 1;
    }

    /// What stands in brackets is a remark, unless it is the value of a name.
    fn bracket(&mut self) {
        let close = match self.line[self.at] {
            b'(' => b')',
            b'[' => b']',
            _ => b'}',
        };
        let before = self.line[..self.at].trim_ascii_end().last();
        if !matches!(before, Some(b'=' | b':'))
            && let Some(length) = memchr::memchr(close, &self.line[self.at..])
        {
            self.bracketed = self.bracketed.max(self.at + length);
        }
    }
}

/// Whether a number behind a word and its colon may be that word's value: `hum:40`. A whole number of four digits may as well
/// be a port, `host:8080`.
fn is_glued(before: &[u8], value: f64) -> bool {
    let word = before.split(|byte| byte.is_ascii_whitespace() || b",|".contains(byte)).next_back();
    let name = word.and_then(|word| word.strip_suffix(b":")).unwrap_or_default();
    let is_port = value >= 1024.0 && value.fract() == 0.0;
    !name.is_empty() && name.iter().all(u8::is_ascii_alphabetic) && !is_port
}

/// The number that the text begins with: its value, where it begins, its length, and whether it bears a unit. One behind its
/// time, `1436509052.249:98.5`, is such, too.
fn number_at(text: &[u8]) -> Option<(f64, usize, usize, bool)> {
    if let Some((measure, length)) = measure::prefix(text) {
        let unit = measure
            .unit
            .or_else(|| Some(measure::after_blank(text[length..].strip_prefix(b" ")?)?.0));
        let has_unit = unit.is_some_and(|unit| unit.to_string() != "%");
        return Some((measure.value, 0, length, has_unit));
    }
    let (value, length) = number::prefix(text)?;
    let rest = &text[length..];
    let (measure, end) = measure::prefix(rest.strip_prefix(b":").filter(|_| is_epoch(value))?)?;
    Some((measure.value, length + 1, end, false))
}

/// Whether the number is told in a sentence, between words: `bytes in 5 blocks`.
fn is_told(line: &[u8], start: usize, end: usize) -> bool {
    let is_word = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_alphabetic);
    let last = word_before(line, start);
    let before = line[..start].trim_ascii_end();
    let last_but_one = word_before(before, before.len() - last.len());
    let mut after = line[end..].split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    is_word(last) && is_word(last_but_one) && after.next().is_some_and(is_word)
}

/// The word that ends before this place.
pub(super) fn word_before(line: &[u8], at: usize) -> &[u8] {
    let before = line[..at].trim_ascii_end();
    let start = before.iter().rposition(u8::is_ascii_whitespace).map_or(0, |blank| blank + 1);
    &before[start..]
}
