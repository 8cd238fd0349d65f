//! How a line is learned: a copy of the grammar reads it with other numbers and times.

use super::numbers::Numbers;
use super::skeleton::{Content, Contents, Hole, Skeleton};
use super::times::{self, Shape};
use crate::input::grammar::reading::Reading;
use crate::input::grammar::{Grammar, Verdict};

/// Numbers that stand for all others of up to eight digits: of several widths, and those that may be groups of digits.
const SHORT: [&str; 9] = ["7", "0", "-30.25", "42", "123", "4242", "0.5", "42424242", "1.234"];

/// And for those of up to fifteen, among which are times since 1970.
const LONG: [&str; 3] = ["1763886080", "123456789012345", "-1763886080.125"];

/// And for any others: those with an exponent, or with more digits.
const ANY: [&str; 4] = ["1.5e-03", "7E+10", "123456789012345678901", "-0.1234567890123456789"];

/// After so many trials no more numbers and times are told from what is none.
const MOST: i64 = 100;

/// The nth number that is put in the place of another one: each is told by its value.
const FIRST: usize = 30_471;
const STEP: usize = 16;

/// A copy of the grammar, which reads lines that never came.
pub(super) struct Trial<'a> {
    before: &'a Grammar,
    grammar: Grammar,
    verdict: Verdict,
    /// How many lines it has read.
    pub(super) count: i64,
}

/// A number or a time of the line, and what its hole takes.
struct Spot {
    start: usize,
    end: usize,
    content: Content,
}

impl<'a> Trial<'a> {
    /// For a line of this verdict. To begin costs as much as `count` lines.
    pub(super) fn new(before: &'a Grammar, verdict: Verdict, count: i64) -> Self {
        Self { before, grammar: before.clone(), verdict, count }
    }

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

    /// The line that was learned without its numbers and times, as far as the trials allow it.
    pub(super) fn learn(&mut self, line: &[u8]) -> Option<Skeleton> {
        let reading = self.read(line)?.clone();
        let numbers = Numbers::on(line);
        let mut spots = Vec::new();
        for place in times::places(line) {
            self.free_time(line, &reading, place, &mut spots);
        }
        let is_apart = |(start, end): &(usize, usize)| {
            spots.iter().all(|spot| *end <= spot.start || spot.end <= *start)
        };
        let places: Vec<_> = numbers.places(line).into_iter().filter(is_apart).collect();
        self.free_numbers(line, &reading, &places, &mut spots);
        spots.sort_unstable_by_key(|spot| spot.start);
        let verdict = self.verdict;
        let make = |is_flexible| {
            let (mut text, mut holes, mut at) = (Vec::new(), Vec::new(), 0);
            for Spot { start, end, content } in &spots {
                let before = &line[at..*start];
                let has_gap = is_flexible && (before.ends_with(b" ") || *start == 0);
                let last = before.iter().rposition(|byte| *byte != b' ' || !has_gap);
                text.extend_from_slice(&before[..last.map_or(0, |last| last + 1)]);
                holes.push(Hole { end: text.len(), has_gap, content: content.clone() });
                at = *end;
            }
            text.extend_from_slice(&line[at..]);
            let reading = reading.clone();
            Skeleton { verdict, reading, holes, text, numbers, samples: None }
        };
        let mut skeleton = [true, false]
            .into_iter()
            .map(make)
            .find_map(|mut skeleton| self.fits(&mut skeleton, &SHORT).then_some(skeleton))?;
        let short = skeleton.numbers;
        for (numbers, samples) in [(short.long(), &LONG[..]), (short.any(), &ANY)] {
            let before = std::mem::replace(&mut skeleton.numbers, numbers);
            if !self.fits(&mut skeleton, samples) {
                skeleton.numbers = before;
                break;
            }
        }
        Some(skeleton)
    }

    /// Finds out which of the numbers may be others: all of them, or those of each half.
    fn free_numbers(
        &mut self,
        line: &[u8],
        reading: &Reading,
        places: &[(usize, usize)],
        spots: &mut Vec<Spot>,
    ) {
        if places.is_empty() || self.count > MOST {
            return;
        }
        if let Some(items) = self.items(line, reading, places) {
            let spot = |((start, end), item): (&(usize, usize), _)| Spot {
                start: *start,
                end: *end,
                content: Content::Number(item),
            };
            spots.extend(places.iter().zip(items).map(spot));
        } else if places.len() > 1 {
            let (first, second) = places.split_at(places.len() / 2);
            self.free_numbers(line, reading, first, spots);
            self.free_numbers(line, reading, second, spots);
        }
    }

    /// The cell of each of these numbers, `None` for one that is not read, if nothing else depends on them.
    fn items(
        &mut self,
        line: &[u8],
        reading: &Reading,
        places: &[(usize, usize)],
    ) -> Option<Vec<Option<usize>>> {
        let (mut changed, mut at) = (Vec::with_capacity(2 * line.len()), 0);
        for (nth, (start, end)) in places.iter().enumerate() {
            let mut other = (FIRST + STEP * nth).to_string();
            if other.as_bytes() == &line[*start..*end] {
                other = (FIRST + STEP * nth + 1).to_string();
            }
            changed.extend_from_slice(&line[at..*start]);
            changed.extend_from_slice(other.as_bytes());
            at = *end;
        }
        changed.extend_from_slice(&line[at..]);
        let found = self.read(&changed)?;
        let (mut items, mut expected) = (vec![None; places.len()], reading.clone());
        for (item, value) in reading.changes(found) {
            expected.set(item, value?);
            if items.get_mut(nth(value?)?)?.replace(item).is_some() {
                return None;
            }
        }
        expected.is_same(found).then_some(items)
    }

    /// Finds out whether the time may be another one; else its date and its clock time.
    fn free_time(
        &mut self,
        line: &[u8],
        reading: &Reading,
        (start, end): (usize, usize),
        spots: &mut Vec<Spot>,
    ) {
        if self.count > MOST {
            return;
        }
        let time = &line[start..end];
        let shape = Shape::of(time);
        let other = shape.others().find(|other| other != time);
        if let Some(other) = other {
            let changed = [&line[..start], &other, &line[end..]].concat();
            let place = self.read(&changed).and_then(|found| {
                let place = reading.time_place(found, time, &other)?;
                let mut expected = reading.clone();
                place.iter().for_each(|place| expected.set_text(*place, &other));
                expected.is_same(found).then_some(place)
            });
            if let Some(place) = place {
                return spots.push(Spot { start, end, content: Content::Time(shape, place) });
            }
        }
        if let Some(blank) = memchr::memchr(b' ', time) {
            self.free_time(line, reading, (start, start + blank), spots);
            let rest = &time[blank..];
            let blanks = rest.len() - rest.trim_ascii_start().len();
            self.free_time(line, reading, (start + blank + blanks, end), spots);
        }
    }

    /// Whether the skeleton reads what the grammar reads, with these numbers in all places.
    fn fits(&mut self, skeleton: &mut Skeleton, numbers: &[&str]) -> bool {
        let mut contents = Contents::default();
        numbers.iter().enumerate().all(|(n, number)| {
            let line = skeleton.line(&skeleton.numbers.written(number), n, n % 2 * 2);
            let is_read = skeleton.read(&line, &mut contents);
            if is_read {
                skeleton.fill(&contents);
            }
            let found = self.read(&line);
            is_read && found.is_some_and(|found| found.is_same(&skeleton.reading))
        })
    }
}

/// Which of the numbers that were put on the line this is.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded")]
fn nth(value: f64) -> Option<usize> {
    let is_one = value >= FIRST as f64 && value < 1e9;
    is_one.then(|| (value as usize - FIRST) / STEP)
}
