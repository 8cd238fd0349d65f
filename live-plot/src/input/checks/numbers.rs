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
    /// It says again what stands before it, `5 GB (50%)`, or is part of a text.
    pub(super) is_remark: bool,
    /// It is told in a sentence.
    pub(super) is_told: bool,
    /// It has a point or a unit, or a name with a sign: it counts no things, and is the number of none.
    pub(super) is_measured: bool,
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
            before.is_none_or(|byte| byte.is_ascii_whitespace() || b",|=:>([{@#/~".contains(&byte));
        if begins && let Some((value, start, length, has_unit)) = number_at(&line[at..]) {
            self.number(value, at + start, at + start + length, has_unit);
            return;
        }
        self.at += match Moment::prefix(&line[at..]).filter(|_| begins) {
            Some((_, length)) => length,
            None => 1,
        };
    }

    fn number(&mut self, value: f64, start: usize, end: usize, has_unit: bool) {
        let (line, at) = (self.line, self.at);
        let before = line[..at].last().copied();
        let begins =
            before.is_none_or(|byte| byte.is_ascii_whitespace() || b",|=:>".contains(&byte));
        let is_named = start == at
            && (before == Some(b'=') || (before == Some(b':') && !is_glued(&line[..at], value)));
        let is_told = is_told(line, start, end);
        let is_part =
            is_named || is_told || word_before(line, at) == b"of" || is_fraction(&line[end..]);
        let is_bracketed = at < self.bracketed;
        let is_free = begins && !is_bracketed && !is_part && !self.is_text;
        let name = Name::before(line, start);
        let is_share = line[end - 1] == b'%';
        // Of `loss: 0.5 (0.61)` it is another number.
        let is_alone = before == Some(b'(') && line.get(end) == Some(&b')');
        let is_same = has_unit || is_share || !is_alone || !line[start..end].contains(&b'.');
        if !value.is_nan() {
            self.found.push(Found {
                start,
                end,
                value,
                has_unit,
                is_free,
                is_remark: self.is_text
                    || (is_bracketed && name == Name::None && is_same)
                    || is_progress(&line[end..]),
                is_told,
                is_measured: name == Name::Signed
                    || has_unit
                    || (line[start..end].contains(&b'.') && (!is_share || name == Name::Word)),
            });
        }
        self.at = end;
    }

    fn quoted(&mut self, start: usize, end: usize) {
        if let Some(measure) = measure::whole(&self.line[start..end]) {
            self.at = start;
            self.number(measure.value, start, end, false);
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

/// What stands before a number.
#[derive(Debug, PartialEq)]
enum Name {
    /// Nothing, or another number.
    None,
    /// A word: `max 9`, `hum(40)`, `hum@40`.
    Word,
    /// A word and a sign: `hum: (40)`, `hum->40`.
    Signed,
}

impl Name {
    fn before(line: &[u8], start: usize) -> Self {
        let is_open = |byte: &u8| b"([{\"'~".contains(byte);
        let open = line[..start].iter().rev().take_while(|byte| is_open(byte)).count();
        let before = &line[..start - open];
        let apart = before.trim_ascii_end();
        let is_sign = |byte: &u8| b"=:>".contains(byte);
        let signed = apart.iter().rev().take_while(|byte| is_sign(byte)).count();
        let word = apart[..apart.len() - signed].trim_ascii_end();
        let word = word.strip_suffix(b"-").unwrap_or(word);
        let word = word.strip_suffix(b"@").or_else(|| word.strip_suffix(b"#")).unwrap_or(word);
        // Of `01m:04s` it is another number.
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b"([{,;|".contains(byte);
        let first = word.rsplit(ends).next().and_then(<[u8]>::first);
        let is_word =
            word.last().is_some_and(|last| last.is_ascii_alphabetic() || !last.is_ascii())
                && !first.is_some_and(u8::is_ascii_digit);
        match signed {
            _ if !is_word => Self::None,
            // Of `5 GB (50%)` the unit is no name of what stands in parentheses.
            0 if open > 0 && apart.len() < before.len() => Self::None,
            0 => Self::Word,
            _ => Self::Signed,
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
    if is_fraction(rest) {
        return Some((value, 0, length, false));
    }
    let (measure, end) = measure::prefix(rest.strip_prefix(b":").filter(|_| is_epoch(value))?)?;
    Some((measure.value, length + 1, end, false))
}

/// Whether what follows a number makes it a part of one, `40/77`; of a date there are two.
fn is_fraction(rest: &[u8]) -> bool {
    let word = rest.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    word.starts_with(b"/")
        && word.get(1).is_some_and(u8::is_ascii_digit)
        && !word[1..].contains(&b'/')
}

/// Whether what follows a number is the rest of a bar of progress: `5/40 [00:10<00:12, 4.5it/s]`.
fn is_progress(rest: &[u8]) -> bool {
    let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
    is_fraction(rest) && rest[end..].trim_ascii_start().starts_with(b"[")
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
