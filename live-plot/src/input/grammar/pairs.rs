//! Names and values: `name=value`, `name = value`, `name: value`, wherever they stand on a line. One pass from left to
//! right; what stands in parentheses after a blank or between quotes is skipped. The values are left to `value`, several
//! numbers behind a name to `numbers`.

mod value;

use std::ops::Range;

use super::measure;
use super::moment::Moment;
use super::numbers;
use super::reading::{Cell, Key, Reading, Span};
use super::words::{begins_name, is_level, is_name, message_start};

/// What was found on the line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Pairs,
    /// No pairs, but a label and several numbers: a row of a table. The label, and where the numbers begin.
    Row(Range<usize>, usize),
    Nothing,
}

/// Reads the pairs of the line; one that is indented names no row.
pub(super) fn read(line: &[u8], is_indented: bool, reading: &mut Reading) -> Found {
    if memchr::memchr2(b'=', b':', line).is_none() {
        return Found::Nothing;
    }
    let start = message_start(line);
    let mut scan = Scan {
        line,
        at: start,
        name_start: Some(start),
        words: 0,
        can_name_row: start == 0 && !is_indented,
        row_label: None,
        row: None,
        label: None,
        lacks: [false; 3],
        is_refused: false,
        reading,
    };
    while scan.step() {}
    if scan.is_refused {
        return Found::Nothing;
    }
    if let Some((label, numbers)) = scan.label {
        return Found::Row(label, numbers);
    }
    if scan.reading.has_number() { Found::Pairs } else { Found::Nothing }
}

struct Scan<'a> {
    line: &'a [u8],
    at: usize,
    /// Where a name with blanks would begin: at the line's start, or after a comma.
    name_start: Option<usize>,
    /// How many words there were before the first pair.
    words: usize,
    can_name_row: bool,
    /// A word with a colon that begins the line: it names the row if pairs follow.
    row_label: Option<Range<usize>>,
    /// What the first word names, once the first pair has come.
    row: Option<Span>,
    label: Option<(Range<usize>, usize)>,
    /// No more `)`, `"` or `'` follow: not looked for again, or a line of them would take the square of its length.
    lacks: [bool; 3],
    /// A name has several values: none of the line is read, or the others would be lost in silence.
    is_refused: bool,
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
        let found = memchr::memchr(b")\"'"[kind], self.line.get(from..)?).map(|end| from + end);
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
        match byte {
            b',' | b';' | b'|' => {
                self.at += 1;
                self.name_start = Some(self.skip_blanks(self.at));
            }
            b'=' | b'[' | b']' | b'{' | b'}' | b')' | b'<' | b'>' => {
                self.at += 1;
                self.name_start = Some(self.at);
            }
            b'(' => match self.find(0, self.at) {
                Some(end) => self.after_parenthesis(end + 1),
                None => self.at += 1,
            },
            b'"' => self.quoted(1),
            b'\'' => self.quoted(2),
            b'-' if self.byte(self.at + 1).is_none_or(|next| next.is_ascii_whitespace()) => {
                self.at += 1;
                self.name_start = Some(self.skip_blanks(self.at));
            }
            _ => self.word(),
        }
        self.label.is_none() && !self.is_refused
    }

    /// What stands in parentheses is passed over, but may end a name: `Temp (C): 5`.
    fn after_parenthesis(&mut self, end: usize) {
        let inside = &self.line[self.at..end];
        let has_digits = inside.iter().any(u8::is_ascii_digit);
        match self.name_start {
            Some(start) if start < self.at && !has_digits => self.maybe_pair(start..self.at, end),
            _ => self.pass(end),
        }
    }

    fn quoted(&mut self, kind: usize) {
        let Some(end) = self.find(kind, self.at + 1) else {
            self.at += 1;
            return;
        };
        let name = self.at + 1..end;
        let after = self.skip_blanks(end + 1);
        match self.byte(after) {
            Some(b'=' | b':') if !name.is_empty() => self.pair(name, after + 1),
            _ => self.pass(end + 1),
        }
    }

    /// A word that is no name is passed over.
    fn pass(&mut self, end: usize) {
        self.at = end.min(self.line.len());
        self.words += usize::from(self.row.is_none());
    }

    fn word(&mut self) {
        let rest = &self.line[self.at..];
        let ends = |byte: &u8| {
            byte.is_ascii_whitespace() || matches!(byte, b',' | b';' | b'=' | b'"' | b'|')
        };
        let end = self.at + rest.iter().position(ends).unwrap_or(rest.len());
        self.maybe_pair(self.at..end, end);
    }

    /// A word, from which a name may reach back to `name_start`; its value would follow `end`.
    fn maybe_pair(&mut self, word: Range<usize>, end: usize) {
        let text = &self.line[word.start..end];
        let next = self.skip_blanks(end);
        let is_colon = |at: usize| {
            self.byte(at) == Some(b':')
                && self.byte(at + 1).is_none_or(|next| next.is_ascii_whitespace())
        };
        if self.byte(next) == Some(b'=') {
            let is_operator = matches!(self.byte(next + 1), Some(b'=' | b'>' | b'~'))
                || matches!(text.last(), Some(b'!' | b'<' | b'>' | b'~'));
            match self.name_before_equals(&word, end).filter(|_| !is_operator) {
                Some(name) => self.pair(name, next + 1),
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

    /// The name before an equals sign: the last word, or all of them if that one is none by itself, as in `Value 1=5`.
    fn name_before_equals(&self, word: &Range<usize>, end: usize) -> Option<Range<usize>> {
        let text = &self.line[word.start..end];
        let is_address = text.contains(&b'?') || memchr::memmem::find(text, b"//").is_some();
        if begins_name(text) {
            return (!is_address).then_some(word.start..end);
        }
        let is_number = text.first().is_some_and(|first| first.is_ascii_digit() || *first == b'(');
        let start = self.name_start.filter(|start| is_number && *start < word.start)?;
        begins_name(&self.line[start..]).then_some(start..end)
    }

    /// A label with a colon at `end`; its value would begin at `after`.
    fn maybe_label(&mut self, word: usize, end: usize, after: usize) {
        let start = self.name_start.unwrap_or(word);
        let start = start + progress(&self.line[start..end]);
        let name = &self.line[start..end];
        let value = self.skip_blanks(after);
        if is_name(name) && !is_level(name) && !name.contains(&b':') {
            let measure = measure::prefix(&self.line[value..]);
            if let Some((first, length)) = measure
                && self.row.is_none()
            {
                if numbers::are_all(first, &self.line[value + length..]) {
                    self.label = Some((start..end, value));
                    return;
                }
                if self.counts(start..end, value) {
                    return;
                }
            }
            let rest = &self.line[value..];
            if matches!(rest.first(), Some(b'"' | b'\'')) || Moment::prefix(rest).is_some() {
                return self.pair(start..end, value);
            }
            if let Some((measure, length)) = measure {
                let (measure, end_of_value) = self.with_unit(measure, value + length);
                return self.number(start..end, measure, end_of_value);
            }
            let is_word = self.words == 0 || (self.words == 1 && name.ends_with(b")"));
            if start == 0 && is_word && !name.contains(&b'[') {
                self.row_label = Some(start..end);
            }
            // A word where a series may expect a number.
            let rest = &self.line[value..];
            if !rest.is_empty()
                && !rest.iter().any(|byte| byte.is_ascii_whitespace() || *byte == b'=')
            {
                return self.pair(start..end, value);
            }
        }
        self.pass(after);
        self.name_start = Some(value);
    }

    /// Takes a pair: its name, its value, and where that ends.
    fn take(&mut self, name: Range<usize>, cell: Cell, end: usize) {
        let row = match self.row {
            Some(row) => row,
            None => self.first_row(name.start),
        };
        let name = self.reading.keep(&self.line[name]);
        self.reading.push(row, Key::Name(name), cell);
        self.at = end;
        self.name_start = None;
    }

    /// What the one word before the first pair names.
    fn first_row(&mut self, name: usize) -> Span {
        let word = self.line.split(u8::is_ascii_whitespace).next().unwrap_or_default();
        let is_apart = word.len() < name;
        let word = word.strip_suffix(b":").unwrap_or(word);
        let is_row = self.words == 1
            && is_apart
            && self.can_name_row
            && begins_name(word)
            && !is_level(word)
            && !word.iter().any(u8::is_ascii_digit);
        let row = match &self.row_label {
            Some(label) if self.words == 1 + usize::from(self.line[label.end - 1] == b')') => {
                self.reading.keep(&self.line[label.clone()])
            }
            _ if is_row => self.reading.keep(word),
            _ => Span::default(),
        };
        self.row = Some(row);
        row
    }
}

/// How long the count of a loop is that a name begins with, if more follows: in `Epoch 3 loss` the name is `loss`.
fn progress(name: &[u8]) -> usize {
    const LOOPS: [&str; 7] = ["epoch", "step", "iter", "iteration", "batch", "round", "trial"];
    let word = name.iter().position(u8::is_ascii_whitespace).unwrap_or(0);
    if !LOOPS.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(&name[..word])) {
        return 0;
    }
    let digits = |byte: &u8| byte.is_ascii_digit() || *byte == b'/';
    let start = name.len() - name[word..].trim_ascii_start().len();
    let end = start + name[start..].iter().take_while(|byte| digits(byte)).count();
    let rest = name[end..].trim_ascii_start();
    let is_count = end > start && name.get(end).is_some_and(u8::is_ascii_whitespace);
    if is_count && begins_name(rest) { name.len() - rest.len() } else { 0 }
}

#[cfg(test)]
mod tests;
