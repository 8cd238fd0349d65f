//! Names and values: `name=value`, `name = value`, `name: value`, wherever they stand on a line; beside these `name:value`. One pass from left to
//! right; what stands in parentheses after a blank or between quotes is skipped. What a value is called is left to `names`, the
//! values to `value`, several numbers behind a name to `numbers`.

mod names;
mod numbers;
mod value;

use std::ops::Range;

use super::cells::moment::Moment;
use super::cells::{is_not_available, measure};
use super::glued;
use super::nested;
use super::reading::{Cell, Key, Reading, Span};
use super::vocabulary::is_level;
use super::words::{Message, begins_name, is_name, loop_word, progress, without_leader};

/// More bytes in brackets are no unit: not looked at, or a line of brackets would take the square of its length.
const LONGEST_UNIT: usize = 32;

/// What was found on the line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Pairs,
    /// No pairs, but a label and several numbers: a row of a table. The label, and where the numbers begin.
    Row(Range<usize>, usize),
    Nothing,
}

/// Reads the pairs of the line, those within objects, too; one that is indented names no row.
pub(super) fn read(line: &[u8], is_indented: bool, reading: &mut Reading) -> Found {
    if memchr::memchr2(b'=', b':', line).is_none() {
        return Found::Nothing;
    }
    let flat = nested::flat(line);
    let text = flat.as_deref().unwrap_or(line);
    if glued::read(text, is_indented, reading) {
        return Found::Pairs;
    }
    reading.clear();
    match scan(text, is_indented, reading) {
        Found::Row(..) if flat.is_some() => Found::Nothing,
        found => found,
    }
}

fn scan(line: &[u8], is_indented: bool, reading: &mut Reading) -> Found {
    let message = Message::of(line);
    let start = message.start;
    let is_first = start == 0 || message.thing.is_some();
    let mut scan = Scan {
        line,
        at: start,
        name_start: Some(start),
        words: 0,
        message,
        can_name_row: is_first && !is_indented,
        is_first,
        row_label: None,
        owner: None,
        row: None,
        found: None,
        group: None,
        last_word: None,
        value_end: start,
        glued: 0,
        lacks: [false; 4],
        reading,
    };
    while scan.step() {}
    if let Some(found) = scan.found {
        return found;
    }
    if !scan.reading.has_number() || scan.glued == scan.reading.items().len() {
        return Found::Nothing;
    }
    scan.message.keep_time(line, scan.reading);
    Found::Pairs
}

/// Whether the line may be one name without a value, `t=N/A`: a gap, though there is no number on the line.
pub(super) fn is_gap(line: &[u8]) -> bool {
    nested::label(line).is_some_and(|(_, length)| is_not_available(&line[length..]))
}

struct Scan<'a> {
    line: &'a [u8],
    at: usize,
    /// Where a name with blanks would begin: at the line's start, or after a comma.
    name_start: Option<usize>,
    /// How many words there were before the first pair.
    words: usize,
    message: Message,
    /// The message begins the line, or nothing but a tag stands before it.
    is_first: bool,
    can_name_row: bool,
    /// A word with a colon that begins the message: it names the row if pairs follow.
    row_label: Option<Range<usize>>,
    /// A label with a number, and whether that has more behind it: `SET: 5 requests per second, p50=1`, where the pairs that
    /// follow are about the same thing.
    owner: Option<(Range<usize>, bool)>,
    /// What the first word names, once the first pair has come.
    row: Option<Span>,
    /// What the line is, if the rest of it need not be looked at: a row, or nothing where a name has several values, for the others
    /// would be lost in silence.
    found: Option<Found>,
    /// The words before the last word of a name, how many names came before it, and whether that is an axis: `Acceleration X`.
    group: Option<(Range<usize>, usize, bool)>,
    /// Where the last word begins that was passed over.
    last_word: Option<usize>,
    /// Where the last value ended.
    value_end: usize,
    /// How many pairs had no blank behind their colon.
    glued: usize,
    /// No more `)`, `"`, `'` or `]` follow: not looked for again, or a line of them would take the square of its length.
    lacks: [bool; 4],
    reading: &'a mut Reading,
}

impl Scan<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.line.get(at).copied()
    }

    fn skip_blanks(&self, at: usize) -> usize {
        let rest = &self.line[at..];
        at + rest.len() - rest.trim_ascii_start().len()
    }

    /// Where the closing byte of a kind follows.
    fn find(&mut self, kind: usize, from: usize) -> Option<usize> {
        if self.lacks[kind] {
            return None;
        }
        let found = memchr::memchr(b")\"']"[kind], self.line.get(from..)?).map(|end| from + end);
        self.lacks[kind] = found.is_none();
        found
    }

    /// Looks at the next word; false at the line's end.
    fn step(&mut self) -> bool {
        let before = self.at;
        self.at = self.skip_blanks(before);
        // What parts two pairs may part names, too: `Threads: 5  Slow queries: 0`.
        let gap = &self.line[before..self.at];
        if self.row.is_some() && (gap.len() > 1 || gap == b"\t") {
            self.name_start = Some(self.at);
        }
        let Some(byte) = self.byte(self.at) else { return false };
        let is_dash = byte == b'-' && self.byte(self.at + 1).is_none_or(|next| next == b' ');
        match byte {
            b'[' if self.ends_name(3) => {}
            b'(' if self.ends_name(0) => {}
            b'(' => match self.find(0, self.at) {
                Some(end) => self.pass(end + 1),
                None => self.at += 1,
            },
            b'"' => self.quoted(1),
            b'\'' => self.quoted(2),
            _ if b",;|=[]{})<>".contains(&byte) || is_dash => {
                self.at += 1;
                self.name_start = Some(self.skip_blanks(self.at));
            }
            _ => self.word(),
        }
        self.found.is_none()
    }

    /// Takes what stands in brackets as the end of a name, if a colon or a sign follows: `Temp [C]: 5`, `lat (ms,95%): 5`. Of
    /// `phase (60%): 5` it is a value.
    fn ends_name(&mut self, kind: usize) -> bool {
        let start = self.name_start.or(self.last_word).filter(|start| *start < self.at);
        let (Some(start), Some(end)) = (start, self.find(kind, self.at)) else { return false };
        let inside = &self.line[self.at + 1..end];
        let is_word = kind == 3 || begins_name(inside) || !inside.iter().any(u8::is_ascii_digit);
        let is_unit =
            inside.len() < LONGEST_UNIT && !inside.iter().any(|byte| b"=:\"".contains(byte));
        let is_name = matches!(self.byte(self.skip_blanks(end + 1)), Some(b'=' | b':'));
        let is_end = is_word && is_unit && is_name;
        if is_end {
            self.maybe_pair(start..self.at, end + 1);
        }
        is_end
    }

    fn quoted(&mut self, kind: usize) {
        let Some(end) = self.find(kind, self.at + 1) else {
            self.at += 1;
            return;
        };
        let name = self.at + 1..end;
        let after = self.skip_blanks(end + 1);
        match self.byte(after) {
            Some(b'=' | b':') => self.pair(name, after + 1),
            _ => self.pass(end + 1),
        }
    }

    /// A word that is no name is passed over.
    fn pass(&mut self, end: usize) {
        self.at = end.min(self.line.len());
        self.words += usize::from(self.row.is_none());
        self.owner.iter_mut().for_each(|(_, is_sure)| *is_sure = true);
    }

    fn word(&mut self) {
        let rest = &self.line[self.at..];
        let ends = |byte: &u8| {
            byte.is_ascii_whitespace() || matches!(byte, b',' | b';' | b'=' | b'"' | b'|')
        };
        let end = self.at + rest.iter().position(ends).unwrap_or(rest.len());
        if self.last_word.replace(self.at).is_some() || !self.glued(end) {
            self.maybe_pair(self.at..end, end);
        }
    }

    /// Takes `hum:40`, which follows a value or begins the message, and no other word: a colon within a word also stands in
    /// times, addresses and paths. A line of nothing else is left to `glued`.
    fn glued(&mut self, end: usize) -> bool {
        let word = &self.line[self.at..end];
        let Some(colon) = memchr::memchr(b':', word) else { return false };
        let (name, value) = (self.at..self.at + colon, self.at + colon + 1);
        let is_name =
            begins_name(word) && !word[..colon].iter().any(|byte| b"./\\[]<>".contains(byte));
        // `CEF:0|` is a header of its own.
        let is_pair = is_name
            && self.byte(end) != Some(b'|')
            && measure::prefix(&self.line[value..]).is_some();
        if is_pair {
            self.glued += 1;
            self.pair(name, value);
        }
        is_pair
    }

    /// A word, from which a name may reach back to `name_start`; its value would follow `end`.
    fn maybe_pair(&mut self, word: Range<usize>, end: usize) {
        let text = &self.line[word.start..end];
        let next = self.skip_blanks(end);
        let is_colon = |at: usize| {
            self.byte(at) == Some(b':')
                && self.byte(at + 1).is_none_or(|next| next.is_ascii_whitespace())
        };
        if let Some((name, end)) = self.bound(word.start, text) {
            let text = self.reading.keep(&self.line[name.end..end]);
            self.take(name, Cell::Text(text), end);
        } else if self.byte(next) == Some(b'=') {
            // Of `=~5` and `=>5` the mark belongs to the number.
            let is_bound = self.byte(next + 2).is_some_and(|byte| byte.is_ascii_digit());
            let is_operator = self.byte(next + 1) == Some(b'=')
                || (matches!(self.byte(next + 1), Some(b'>' | b'~')) && !is_bound)
                || matches!(text.last(), Some(b'!' | b'<' | b'>' | b'~'));
            match self.name_before_equals(&word, end).filter(|_| !is_operator) {
                Some(name) => self.equals(name, next + 1),
                None => {
                    self.pass(next + 1 + usize::from(is_operator));
                    self.name_start = None;
                }
            }
        } else if text.len() > 1 && text.ends_with(b":") {
            self.maybe_label(word.start, end - 1, end);
        } else if is_colon(next) {
            self.maybe_label(word.start, end, next + 1);
        } else {
            self.pass(end);
        }
    }

    /// A label with a colon at `end`; its value would begin at `after`.
    fn maybe_label(&mut self, word: usize, end: usize, after: usize) {
        let start = self.name_start.unwrap_or_else(|| self.name_behind_value(word..end));
        let start = start + progress(&self.line[start..end]);
        let end = start + without_leader(&self.line[start..end]).len();
        let name = &self.line[start..end];
        let value = self.skip_blanks(after);
        if is_name(name) && !is_level(name) && !name.contains(&b':') {
            let measure = measure::prefix(&self.line[value..]);
            self.owner = None;
            if let Some((first, length)) = measure
                && self.row.is_none()
            {
                if numbers::are_all(first, &self.line[value + length..]) {
                    // A tag stays a part of it.
                    let start = if self.message.thing.is_some() { 0 } else { start };
                    self.found = Some(Found::Row(start..end, value));
                    return;
                }
                if self.counts(start..end, value) {
                    return;
                }
                let has_leader = self.line[end..after].contains(&b'.');
                self.owner = Some((start..end, has_leader)).filter(|_| loop_word(name) == 0);
            }
            let rest = &self.line[value..];
            let is_quoted = matches!(rest.first(), Some(b'"' | b'\''));
            if is_quoted || measure.is_some() || Moment::prefix(rest).is_some() {
                return self.pair(start..end, value);
            }
            let first = nested::label(rest).map_or(0, |(name, _)| name.len());
            if self.row.is_some() && first > 0 && rest[first] == b'=' {
                // A second label: `heater: temp=5, fan: temp=6`.
                self.row = Some(self.keep_row(start..end));
            }
            let is_word = self.words == 0 || (self.words == 1 && name.ends_with(b")"));
            let begins = self.is_first && start == self.message.start;
            if begins && is_word && !name.contains(&b'[') {
                self.row_label = Some(start..end);
            }
            // A word where a series may expect a number, or a number that is not read: `98/100`.
            let is_last = !rest.iter().any(|byte| byte.is_ascii_whitespace() || *byte == b'=');
            if rest.first().is_some_and(|first| is_last || first.is_ascii_digit()) {
                return self.pair(start..end, value);
            }
        }
        self.pass(after);
        // Behind `model   : ` one word is the value.
        let is_padded = self.byte(end).is_some_and(|byte| byte.is_ascii_whitespace());
        let word = &self.line[value..];
        let word = &word[..word.iter().position(u8::is_ascii_whitespace).unwrap_or(0)];
        let is_value = is_padded && !word.iter().any(|byte| b"=:".contains(byte));
        let skipped = if is_value { word.len() } else { 0 };
        self.name_start = Some(self.skip_blanks(value + skipped));
        if skipped > 0 {
            self.pass(value + skipped);
        }
    }

    /// Takes a pair: its name, its value, and where that ends.
    fn take(&mut self, name: Range<usize>, cell: Cell, end: usize) {
        let row = match self.row {
            Some(row) => row,
            None => self.first_row(name.start),
        };
        let name = self.keep_name(name);
        self.reading.push(row, Key::Name(name), cell);
        self.at = end;
        self.name_start = None;
        self.last_word = None;
        self.value_end = end;
    }
}

#[cfg(test)]
mod tests;
