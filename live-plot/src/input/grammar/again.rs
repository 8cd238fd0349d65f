//! A line that differs from an earlier one in its plain numbers alone is read as that one was, without a look at the forms.
//!
//! Of a line that was read the slow way a skeleton is kept: what stands between its numbers, and to which cell each number
//! went. No form tells that, nor whether it depends on the numbers: it is found by trial. A copy of the grammar reads the
//! line with another number in the place of each, and what changes in the reading is that number's cell. Then it reads the
//! line with short and long numbers in all places, with a sign, a point, more blanks before them or fewer, and the skeleton
//! has to read the same; else the line is left to the forms. The line is learned only if the copy is as before after each
//! of these, and the skeleton is used only while the grammar is as it was then.
//!
//! The law, which is tested in `sampler`: with and without skeletons all is the same, but for the time that it takes.

use super::reading::Reading;
use super::{Grammar, Verdict, bare, number};
use crate::input::schema::is_same;

/// So many skeletons are kept: lines of several kinds come in turn.
const MOST: usize = 8;

/// Longer lines, and those with more numbers, are not learned.
const LONGEST: usize = 1024;
const MOST_NUMBERS: usize = 64;

/// How many lines are read the slow way for each trial; so many trials are free.
const PRICE: i64 = 64;
const FREE: i64 = 250;

/// Numbers that stand for all others of up to eight digits: of several widths, and those that may be groups of digits.
const SHORT: [&str; 9] = ["7", "0", "-30.25", "42", "123", "4242", "0.5", "42424242", "1.234"];

/// And for those of up to fifteen, among which are times since 1970.
const LONG: [&str; 3] = ["1763886080", "123456789012345", "-1763886080.125"];

/// And for any others: those with an exponent, or with more digits.
const ANY: [&str; 4] = ["1.5e-03", "7E+10", "123456789012345678901", "-0.1234567890123456789"];

/// The lines that were learned.
#[derive(Debug)]
pub(in crate::input) struct Again {
    skeletons: Vec<Skeleton>,
    /// The grammar that they hold for.
    grammar: Option<Grammar>,
    /// The grammar is still like that.
    is_current: bool,
    /// The skeleton that is likely to fit next.
    next: usize,
    /// The one whose reading the grammar has.
    lent: Option<usize>,
    /// What there is for trials, in lines.
    pub(in crate::input) credit: i64,
}

impl Default for Again {
    fn default() -> Self {
        Self {
            skeletons: Vec::new(),
            grammar: None,
            is_current: false,
            next: 0,
            lent: None,
            credit: FREE * PRICE,
        }
    }
}

impl Again {
    /// Reads the line, if one like it was learned. The numbers are then in the grammar's reading.
    pub(in crate::input) fn read(&mut self, line: &[u8], grammar: &mut Grammar) -> Option<Verdict> {
        let Self { skeletons, next, lent, .. } = self;
        if let Some(lent) = lent.take() {
            std::mem::swap(&mut skeletons[lent].reading, &mut grammar.reading);
        }
        let mut places = (*next..skeletons.len()).chain(0..*next);
        let found = places.find(|place| skeletons[*place].read(line))?;
        if !self.is_current {
            let then = self.grammar.as_mut()?;
            // Not what a line is, but whether it is the next of a table, depends on how many there were.
            then.tables.begun = grammar.tables.begun;
            self.is_current = then.is_like(grammar);
            self.is_current.then_some(())?;
        }
        *next = if found + 1 < skeletons.len() { found + 1 } else { 0 };
        *lent = Some(found);
        std::mem::swap(&mut skeletons[found].reading, &mut grammar.reading);
        Some(skeletons[found].verdict)
    }

    /// Learns a line that was read the slow way, if there is credit for it and it can be.
    pub(in crate::input) fn learn(&mut self, line: &[u8], verdict: Verdict, grammar: &Grammar) {
        self.is_current = false;
        self.credit += 1;
        if self.credit < 0 || line.len() > LONGEST || grammar.has_pattern() {
            return;
        }
        // Copies cost something, too.
        let mut trial = Trial { before: grammar, grammar: grammar.clone(), verdict, count: 4 };
        let skeleton = Skeleton::of(line, &mut trial);
        self.credit -= trial.count * PRICE;
        let Some(skeleton) = skeleton else { return };
        if !self.grammar.as_ref().is_some_and(|then| then.is_like(grammar)) {
            self.skeletons.clear();
            self.grammar = Some(grammar.clone());
        }
        if self.skeletons.len() == MOST {
            self.skeletons.remove(0);
        }
        self.skeletons.push(skeleton);
        self.next = 0;
    }
}

/// A copy of the grammar, which reads lines that never came.
struct Trial<'a> {
    before: &'a Grammar,
    grammar: Grammar,
    verdict: Verdict,
    count: i64,
}

impl Trial<'_> {
    /// The reading of the line, if it is what the learned one was and changes nothing else.
    fn read(&mut self, line: &[u8]) -> Option<&Reading> {
        self.count += 1;
        let verdict = self.grammar.line(line, 0);
        if verdict == self.verdict && self.grammar.is_like(self.before) {
            return Some(&self.grammar.reading);
        }
        self.grammar = self.before.clone();
        None
    }
}

/// A line without its numbers.
#[derive(Debug)]
struct Skeleton {
    verdict: Verdict,
    reading: Reading,
    holes: Vec<Hole>,
    /// What stands between the numbers, and after the last.
    text: Vec<u8>,
    numbers: Numbers,
}

/// The place of a number.
#[derive(Debug)]
struct Hole {
    /// Where the text before it ends.
    end: usize,
    /// Before the number come blanks, any number of them, but none only where the line begins.
    has_gap: bool,
    /// The place of its cell in the reading; `None` for a number that is not read.
    item: Option<usize>,
}

impl Skeleton {
    /// Reads the line, if it is like the one that was learned.
    fn read(&mut self, line: &[u8]) -> bool {
        let last = &self.text[self.holes.last().map_or(0, |hole| hole.end)..];
        if !last.is_empty() && !line.ends_with(last) {
            return false;
        }
        let (mut at, mut start) = (0, 0);
        for Hole { end, has_gap, item } in &self.holes {
            let text = &self.text[start..*end];
            // Between two numbers there is often nothing but blanks; of an empty text see `schema::is_same`.
            if !text.is_empty() && !line[at..].starts_with(text) {
                return false;
            }
            at += text.len();
            if *has_gap {
                let blanks = line[at..].iter().take_while(|byte| **byte == b' ').count();
                if blanks == 0 && at > 0 {
                    return false;
                }
                at += blanks;
            }
            let Some((value, after)) = self.numbers.at(line, at) else { return false };
            if let Some(item) = item {
                self.reading.set(*item, value);
            }
            at = after;
            start = *end;
        }
        is_same(&line[at..], &self.text[start..])
    }

    /// The line that was learned without its numbers, as far as the trials allow it.
    fn of(line: &[u8], trial: &mut Trial<'_>) -> Option<Self> {
        let reading = trial.read(line)?.clone();
        let numbers = Numbers::on(line);
        let mut places = Vec::new();
        for (start, end) in numbers.places(line) {
            let (other, value) = match &line[start..end] {
                b"30471" => ("295", 295.0),
                _ => ("30471", 30471.0),
            };
            let changed = [&line[..start], other.as_bytes(), &line[end..]].concat();
            let Some(found) = trial.read(&changed) else { continue };
            let item = reading.difference(found);
            let mut expected = reading.clone();
            item.iter().for_each(|item| expected.set(*item, value));
            if expected.is_same(found) {
                places.push((start, end, item));
            }
        }
        let verdict = trial.verdict;
        let make = |is_flexible| {
            let (mut text, mut holes, mut at) = (Vec::new(), Vec::new(), 0);
            for (start, end, item) in &places {
                let before = &line[at..*start];
                let has_gap = is_flexible && (before.ends_with(b" ") || *start == 0);
                let last = before.iter().rposition(|byte| *byte != b' ' || !has_gap);
                text.extend_from_slice(&before[..last.map_or(0, |last| last + 1)]);
                holes.push(Hole { end: text.len(), has_gap, item: *item });
                at = *end;
            }
            text.extend_from_slice(&line[at..]);
            Self { verdict, reading: reading.clone(), holes, text, numbers }
        };
        let mut skeleton = [true, false]
            .into_iter()
            .map(make)
            .find_map(|mut skeleton| skeleton.fits(&SHORT, trial).then_some(skeleton))?;
        let short = skeleton.numbers;
        for (numbers, samples) in [(short.long(), &LONG[..]), (short.any(), &ANY)] {
            let before = std::mem::replace(&mut skeleton.numbers, numbers);
            if !skeleton.fits(samples, trial) {
                skeleton.numbers = before;
                break;
            }
        }
        Some(skeleton)
    }

    /// Whether it reads what the grammar reads, with these numbers in all places.
    fn fits(&mut self, numbers: &[&str], trial: &mut Trial<'_>) -> bool {
        numbers.iter().enumerate().all(|(n, number)| {
            let line = self.line(&self.numbers.written(number), n % 2 * 2);
            let is_read = self.read(&line);
            let found = trial.read(&line);
            is_read && found.is_some_and(|found| found.is_same(&self.reading))
        })
    }

    /// The line with this number in all places, and so many blanks more than needed before it.
    fn line(&self, number: &[u8], blanks: usize) -> Vec<u8> {
        let (mut line, mut start) = (Vec::new(), 0);
        for Hole { end, has_gap, .. } in &self.holes {
            line.extend_from_slice(&self.text[start..*end]);
            let least = usize::from(!line.is_empty());
            line.extend(std::iter::repeat_n(b' ', if *has_gap { least + blanks } else { 0 }));
            line.extend_from_slice(number);
            start = *end;
        }
        line.extend_from_slice(&self.text[start..]);
        line
    }
}

/// The numbers that a hole takes. None begins with a zero too many, or ends in its point.
#[derive(Debug, Clone, Copy)]
struct Numbers {
    point: u8,
    longest: usize,
    /// Longer ones, too, and those with an exponent.
    are_any: bool,
}

impl Numbers {
    /// Those on a line. Semicolons part numbers whose point is a comma.
    fn on(line: &[u8]) -> Self {
        let point = if line.contains(&b';') { b',' } else { b'.' };
        Self { point, longest: 8, are_any: false }
    }

    fn long(self) -> Self {
        Self { longest: usize::MAX, ..self }
    }

    fn any(self) -> Self {
        Self { are_any: true, ..self.long() }
    }

    /// The number as it is written here.
    fn written(self, number: &str) -> Vec<u8> {
        let point = |byte| if byte == b'.' { self.point } else { byte };
        number.bytes().map(point).collect()
    }

    /// The number that begins at `at`, and where it ends.
    #[inline]
    fn at(self, line: &[u8], at: usize) -> Option<(f64, usize)> {
        let start = at + usize::from(line.get(at) == Some(&b'-'));
        let starts = [line.get(start)?, line.get(start + 1).unwrap_or(&0)].map(u8::is_ascii_digit);
        if !starts[0] || (line[start] == b'0' && starts[1]) {
            return None;
        }
        let found = bare::number(line, at, self.point);
        let is_whole = |end: usize| !matches!(line.get(end), Some(b'e' | b'E'));
        match found {
            Some((value, end)) if !self.are_any || is_whole(end) => {
                let is_ended = end - at <= self.longest && line[end - 1] != self.point;
                is_ended.then_some((value, end))
            }
            _ if self.are_any => {
                let (value, length) = number::prefix(&line[at..])?;
                let is_plain =
                    !line[at..at + length].contains(&b'_') && line[at + length - 1] != b'.';
                is_plain.then_some((value, at + length))
            }
            _ => None,
        }
    }

    /// Where the numbers of a line begin and end that are no part of a word, a date or a clock time.
    fn places(self, line: &[u8]) -> Vec<(usize, usize)> {
        let (mut places, mut at) = (Vec::new(), 0);
        while at < line.len() && places.len() < MOST_NUMBERS {
            let found = begins(&line[..at]).then(|| self.any().at(line, at)).flatten();
            match found.filter(|(_, end)| ends(&line[*end..])) {
                Some((_, end)) => {
                    places.push((at, end));
                    at = end;
                }
                None => at += 1,
            }
        }
        places
    }
}

/// Whether a number may begin after this: a colon or a slash behind a digit is one of a time.
fn begins(before: &[u8]) -> bool {
    match before {
        [.., b'0'..=b'9', b':' | b'/'] => false,
        [.., last] => !last.is_ascii_alphanumeric() && last.is_ascii() && !b"_.-+".contains(last),
        [] => true,
    }
}

/// Whether a number may end before this.
fn ends(after: &[u8]) -> bool {
    !matches!(after, [b'.' | b'_' | b':' | b'/' | b'-' | b'+' | b'=' | b'0'..=b'9', ..])
}
