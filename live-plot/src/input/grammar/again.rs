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

use super::reading::{Cell, Item, Key, Reading};
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
const MOST_PRICE: i64 = 64 * PRICE;

/// After so many lines that are like none all are forgotten, and trials cost twice as much: each line may be another one.
const MOST_MISSES: u32 = 500;

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
    /// The one that fitted the last line, and the numbers in its holes.
    found: usize,
    numbers: Vec<f64>,
    /// The grammar has its reading.
    is_lent: bool,
    /// What there is for trials, in lines, and what one costs.
    pub(in crate::input) credit: i64,
    price: i64,
    /// How many lines since the last one were like none that was learned.
    misses: u32,
}

impl Default for Again {
    fn default() -> Self {
        Self {
            skeletons: Vec::new(),
            grammar: None,
            is_current: false,
            next: 0,
            found: 0,
            numbers: Vec::new(),
            is_lent: false,
            credit: FREE * PRICE,
            price: PRICE,
            misses: 0,
        }
    }
}

impl Again {
    /// What the line is, if one like it was learned.
    pub(in crate::input) fn read(&mut self, line: &[u8], grammar: &mut Grammar) -> Option<Verdict> {
        if std::mem::take(&mut self.is_lent) {
            std::mem::swap(&mut self.skeletons[self.found].reading, &mut grammar.reading);
        }
        let Self { skeletons, next, numbers, .. } = self;
        let mut places = (*next..skeletons.len()).chain(0..*next);
        let found = places.find(|place| skeletons[*place].read(line, numbers))?;
        if !self.is_current {
            let then = self.grammar.as_mut()?;
            // Not what a line is, but whether it is the next of a table, depends on how many there were.
            then.tables.begun = grammar.tables.begun;
            self.is_current = then.is_like(grammar);
            self.is_current.then_some(())?;
        }
        *next = if found + 1 < skeletons.len() { found + 1 } else { 0 };
        self.misses = 0;
        self.found = found;
        Some(skeletons[found].verdict)
    }

    /// Gives the grammar the reading of the last line, until the next one comes.
    pub(in crate::input) fn lend(&mut self, grammar: &mut Grammar) {
        let skeleton = &mut self.skeletons[self.found];
        skeleton.fill(&self.numbers);
        std::mem::swap(&mut skeleton.reading, &mut grammar.reading);
        self.is_lent = true;
    }

    /// The samples of the last line, of each the series and the value, if there are so many series as when they were
    /// learned, and what its rows seem to be is settled.
    pub(in crate::input) fn samples(
        &self,
        series: usize,
        are_settled: bool,
    ) -> Option<impl Iterator<Item = (usize, f64)>> {
        let numbers = &self.numbers;
        let known = self.skeletons[self.found].samples.as_ref()?;
        let fits = known.series == series && (are_settled || !known.is_row);
        (fits && numbers.iter().all(|number| number.is_finite())).then(|| {
            let value = |hole: usize| numbers.get(hole).copied().unwrap_or(f64::NAN);
            known.each.iter().map(move |(series, hole)| (*series, value(*hole)))
        })
    }

    /// Learns the samples of the last line: of each the series and the place of its cell. If one is of a number that stands
    /// in no hole, the line stays with its reading.
    pub(in crate::input) fn learn_samples(
        &mut self,
        series: usize,
        cells: &[(usize, usize)],
        reading: &Reading,
    ) {
        let Skeleton { holes, samples, .. } = &mut self.skeletons[self.found];
        let items = reading.items();
        let each = |(series, place): &(usize, usize)| {
            let hole = holes.iter().position(|hole| hole.item == Some(*place));
            let is_number = matches!(items[*place].cell, Cell::Number(_));
            (hole.is_some() == is_number).then_some((*series, hole.unwrap_or(usize::MAX)))
        };
        let is_row = matches!(items.first(), Some(Item { key: Key::Column(_), .. }));
        *samples = cells.iter().map(each).collect::<Option<_>>().map(|each| Samples {
            series,
            is_row,
            each,
        });
    }

    /// Learns a line that was read the slow way, if there is credit for it and it can be.
    pub(in crate::input) fn learn(&mut self, line: &[u8], verdict: Verdict, grammar: &Grammar) {
        self.is_current = false;
        self.credit += 1;
        self.misses += 1;
        if self.misses == MOST_MISSES {
            (self.misses, self.next) = (0, 0);
            self.skeletons.clear();
            self.price = (2 * self.price).min(MOST_PRICE);
        }
        if self.credit < 0 || line.len() > LONGEST || grammar.has_pattern() {
            return;
        }
        // Copies cost something, too.
        let mut trial = Trial { before: grammar, grammar: grammar.clone(), verdict, count: 4 };
        let skeleton = Skeleton::of(line, &mut trial);
        self.credit -= trial.count * self.price;
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
    samples: Option<Samples>,
}

/// The samples of a line.
#[derive(Debug)]
struct Samples {
    /// How many series there are.
    series: usize,
    /// They are a row of a table.
    is_row: bool,
    /// The series of each, and its hole; a gap has none.
    each: Vec<(usize, usize)>,
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
    /// The numbers of the line, if it is like the one that was learned.
    fn read(&self, line: &[u8], numbers: &mut Vec<f64>) -> bool {
        let last = &self.text[self.holes.last().map_or(0, |hole| hole.end)..];
        if !last.is_empty() && !line.ends_with(last) {
            return false;
        }
        numbers.clear();
        let (mut at, mut start) = (0, 0);
        for Hole { end, has_gap, .. } in &self.holes {
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
            numbers.push(value);
            at = after;
            start = *end;
        }
        is_same(&line[at..], &self.text[start..])
    }

    /// Puts the numbers into its reading.
    fn fill(&mut self, numbers: &[f64]) {
        for (Hole { item, .. }, number) in self.holes.iter().zip(numbers) {
            item.iter().for_each(|item| self.reading.set(*item, *number));
        }
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
            let reading = reading.clone();
            Self { verdict, reading, holes, text, numbers, samples: None }
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
        let mut read = Vec::new();
        numbers.iter().enumerate().all(|(n, number)| {
            let line = self.line(&self.numbers.written(number), n % 2 * 2);
            let is_read = self.read(&line, &mut read);
            self.fill(&read);
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
