//! What a value is called: which of the words before `=` or `:` are its name, and which name its row. Where pairs begin is
//! left to `pairs`.

use std::ops::Range;

use super::super::cells::measure;
use super::super::reading::{Key, Span};
use super::super::words::{begins_name, names_row, progress};
use super::Scan;

/// Of more names on a line the first are looked at.
const MOST_NAMES: usize = 256;

impl Scan<'_> {
    /// The name before an equals sign: the last word, or all of them if that one is none by itself, as in `Value 1=5`.
    /// Where blanks stand before the sign, too, a name has them as it has before a colon: `load time = 5`; and so it has in a
    /// list, behind the comma after a value: `BPM=5, Avg BPM=6`. The unit of a number is no name: `5 MB in 2 s = 2.5 MB/s`.
    pub(super) fn name_before_equals(
        &self,
        word: &Range<usize>,
        end: usize,
    ) -> Option<Range<usize>> {
        let text = &self.line[word.start..end];
        let is_address = text.contains(&b'?') || memchr::memmem::find(text, b"//").is_some();
        if begins_name(text) {
            let is_apart = self.byte(end).is_some_and(|byte| byte.is_ascii_whitespace());
            let is_unit = measure::after_blank(text).is_some_and(|(_, end)| end == text.len());
            let before = self.line[..word.start].trim_ascii_end().last();
            if is_apart && is_unit && before.is_some_and(u8::is_ascii_digit) {
                return None;
            }
            let words = self.words_before(word.start);
            let sign = self.line.get(self.value_end..words).unwrap_or_default().trim_ascii();
            let last = self.reading.items().last().is_some_and(|item| item.cell.is_number());
            let is_item = last && matches!(sign, b"," | b";");
            let start = match self.name_start {
                Some(start) if is_apart => start,
                _ if is_item => words,
                _ => self.name_that_comes_again(word.start, text).unwrap_or(word.start),
            };
            let start = start + progress(&self.line[start..end]);
            let words = &self.line[start..word.start];
            let start = if are_plain_words(words) { start } else { word.start };
            // Of fio's `[r(1)][50.0%][r=5MiB/s]` the name is in the last brackets.
            let inner = memchr::memmem::rfind(text, b"][").map_or(start, |at| word.start + at + 2);
            return (!is_address).then_some(inner..end);
        }
        let is_number = text.first().is_some_and(|first| first.is_ascii_digit() || *first == b'(');
        let start = self.name_start.filter(|start| is_number && *start < word.start)?;
        begins_name(&self.line[start..]).then_some(start..end)
    }

    /// Where a name begins that ends in this word, behind a value: `Size: 5 Max Memory Used: 6` has three capital letters.
    pub(super) fn name_behind_value(&self, word: Range<usize>) -> usize {
        let start = self.words_before(word.start);
        let mut words = self.line[start..word.start].split(u8::is_ascii_whitespace);
        let is_capital = |word: &[u8]| word.first().is_none_or(u8::is_ascii_uppercase);
        let are_letters = |word: &[u8]| word.iter().all(u8::is_ascii_alphabetic);
        if words.all(|word| is_capital(word) && are_letters(word)) {
            return start;
        }
        self.name_that_comes_again(word.start, &self.line[word.clone()]).unwrap_or(word.start)
    }

    /// Where the name begins that ends in this word, as one before did: in `acc x=1 gyro x=2` it has two words.
    fn name_that_comes_again(&self, at: usize, word: &[u8]) -> Option<usize> {
        let start = self.words_before(at);
        (start < at && self.comes_again(word, MOST_NAMES)).then_some(start)
    }

    /// Where the plain words begin that stand between the last value and this place.
    fn words_before(&self, end: usize) -> usize {
        let before = &self.line[self.value_end.min(end)..end];
        let words = before.rsplit(u8::is_ascii_whitespace).take_while(|word| are_plain_words(word));
        let length = words.map(|word| word.len() + 1).sum::<usize>();
        self.skip_blanks(end - length.min(before.len()))
    }

    /// Whether one of the first so many names ends in this word.
    fn comes_again(&self, word: &[u8], names: usize) -> bool {
        self.reading.items().iter().take(names.min(MOST_NAMES)).any(|item| {
            let Key::Name(name) = item.key else { return false };
            self.reading.text(name).rsplit(|byte| *byte == b' ').next() == Some(word)
        })
    }

    /// A pair with an equals sign, whose value is looked for at `after`.
    pub(super) fn equals(&mut self, name: Range<usize>, after: usize) {
        if let Some((owner, true)) = self.owner.take() {
            self.row = Some(self.keep_row(owner));
        }
        // `db0:keys=1,expires=0`
        let text = &self.line[name.clone()];
        if self.row.is_none()
            && self.is_first
            && name.start == self.message.start
            && let Some(colon) = memchr::memchr(b':', text)
            && begins_name(&text[colon + 1..])
            && memchr::memchr(b':', &self.line[after..]).is_none()
        {
            self.row = Some(self.keep_row(name.start..name.start + colon));
            return self.pair(name.start + colon + 1..name.end, after);
        }
        self.pair(name, after);
    }

    /// What the one word before the first pair names.
    pub(super) fn first_row(&mut self, name: usize) -> Span {
        let message = self.message.start;
        let before = &self.line[message.min(name)..name];
        let word = before.split(u8::is_ascii_whitespace).next().unwrap_or_default();
        let is_apart = word.len() < before.len();
        let word = word.strip_suffix(b":").unwrap_or(word);
        let is_row = self.words == 1 && is_apart && self.can_name_row && names_row(word);
        let row = match self.row_label.clone() {
            Some(label) if self.words == 1 + usize::from(self.line[label.end - 1] == b')') => {
                self.keep_row(label)
            }
            _ if is_row => self.keep_row(message..message + word.len()),
            _ => {
                self.message.keep_before(self.line, before, self.reading);
                self.keep_row(0..0)
            }
        };
        self.row = Some(row);
        row
    }

    /// The name of a row, behind that of the thing whose tag begins the line.
    pub(super) fn keep_row(&mut self, name: Range<usize>) -> Span {
        let (thing, name) = (self.message.thing.clone(), &self.line[name]);
        match thing.map(|thing| &self.line[thing]) {
            Some(thing) if name.is_empty() => self.reading.keep(thing),
            Some(thing) => self.reading.keep(&[thing, b".", name].concat()),
            None => self.reading.keep(name),
        }
    }

    /// The name as it is kept. Of `Acceleration X: 0, Y: 1` both are of the acceleration; and so is, of `in temp: 1 hum: 2 out temp: 3
    /// hum: 4`, the name that comes again.
    pub(super) fn keep_name(&mut self, name: Range<usize>) -> Span {
        let text = &self.line[name.clone()];
        let is_axis = |word: &[u8]| word.len() == 1 && b"XYZxyz".contains(&word[0]);
        let last = text.iter().rposition(u8::is_ascii_whitespace).map(|at| name.start + at + 1);
        if let Some(last) = last {
            let has_axes = is_axis(&self.line[last..name.end]);
            self.group = Some((name.start..last, self.reading.items().len(), has_axes));
        } else if let Some((words, names, has_axes)) = self.group.clone()
            && ((has_axes && is_axis(text)) || self.comes_again(text, names))
        {
            return self.reading.keep(&[&self.line[words], text].concat());
        }
        self.reading.keep(text)
    }
}

/// Whether nothing but words stands before the last word of a name; a number counts something.
fn are_plain_words(words: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b" _-./%".contains(byte);
    let mut all = words.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    words.iter().all(is_plain) && all.all(begins_name)
}
