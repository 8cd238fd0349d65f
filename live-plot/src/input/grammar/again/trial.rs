//! How a line is learned: a copy of the grammar reads it with other numbers and times.

use std::ops::Range;

use super::numbers::Numbers;
use super::skeleton::{Content, Hole, Skeleton};
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
    line: &'a [u8],
    /// What the line is read as.
    reading: Reading,
    spots: Vec<Spot>,
    /// How many lines it has read.
    pub(super) count: i64,
}

/// A number or a time of the line, and what its hole takes.
struct Spot {
    place: Range<usize>,
    content: Content,
}

impl<'a> Trial<'a> {
    /// For a line that was of this verdict.
    pub(super) fn new(before: &'a Grammar, verdict: Verdict, line: &'a [u8]) -> Self {
        let (reading, spots) = (Reading::default(), Vec::new());
        // Copies cost something, too.
        Self { before, grammar: before.clone(), verdict, line, reading, spots, count: 4 }
    }

    /// Whether the line is what the learned one was, and changes nothing else. The copy has its reading.
    fn read(&mut self, line: &[u8]) -> bool {
        self.count += 1;
        let verdict = self.grammar.line(line, 0);
        let is_like = verdict == self.verdict && self.grammar.is_like(self.before);
        if !is_like {
            self.grammar = self.before.clone();
        }
        is_like
    }

    /// The same of the line with others in these places.
    fn read_with(&mut self, others: impl Iterator<Item = (Range<usize>, Vec<u8>)>) -> bool {
        let (mut changed, mut at) = (Vec::with_capacity(2 * self.line.len()), 0);
        for (place, other) in others {
            changed.extend_from_slice(&self.line[at..place.start]);
            changed.extend_from_slice(&other);
            at = place.end;
        }
        changed.extend_from_slice(&self.line[at..]);
        self.read(&changed)
    }

    /// The line that was learned without its numbers and times, as far as the trials allow it.
    pub(super) fn learn(&mut self) -> Option<Skeleton> {
        let line = self.line;
        if !self.read(line) {
            return None;
        }
        self.reading = self.grammar.reading.clone();
        times::places(line).into_iter().for_each(|place| self.free_time(place));
        let mut numbers = Numbers::on(line);
        let is_apart = |place: &Range<usize>| {
            let mut times = self.spots.iter().map(|spot| &spot.place);
            times.all(|time| place.end <= time.start || time.end <= place.start)
        };
        let places: Vec<_> = numbers.places(line).into_iter().filter(is_apart).collect();
        self.free_numbers(&places);
        self.spots.sort_unstable_by_key(|spot| spot.place.start);
        let mut skeleton = [true, false].into_iter().find_map(|is_flexible| {
            let mut skeleton = self.skeleton(is_flexible, numbers);
            self.fits(&mut skeleton, &SHORT).then_some(skeleton)
        })?;
        for (more, samples) in [(numbers.long(), &LONG[..]), (numbers.any(), &ANY)] {
            skeleton.numbers = more;
            if !self.fits(&mut skeleton, samples) {
                break;
            }
            numbers = more;
        }
        skeleton.numbers = numbers;
        Some(skeleton)
    }

    /// The line with a hole in each spot; with flexible ones any number of blanks may be before a number.
    fn skeleton(&self, is_flexible: bool, numbers: Numbers) -> Skeleton {
        let (mut text, mut holes, mut at) = (Vec::new(), Vec::new(), 0);
        for Spot { place, content } in &self.spots {
            let before = &self.line[at..place.start];
            let has_gap = is_flexible && (before.ends_with(b" ") || place.start == 0);
            let last = before.iter().rposition(|byte| *byte != b' ' || !has_gap);
            text.extend_from_slice(&before[..last.map_or(0, |last| last + 1)]);
            holes.push(Hole { end: text.len(), has_gap, content: content.clone() });
            at = place.end;
        }
        text.extend_from_slice(&self.line[at..]);
        let (verdict, reading) = (self.verdict, self.reading.clone());
        Skeleton { verdict, reading, moments: Vec::new(), holes, text, numbers, samples: None }
    }

    /// Finds out which of the numbers may be others: all of them, or those of each half.
    fn free_numbers(&mut self, places: &[Range<usize>]) {
        if places.is_empty() || self.count > MOST {
            return;
        }
        if let Some(items) = self.items(places) {
            let contents = items.into_iter().map(Content::Number);
            let spot =
                |(place, content): (&Range<usize>, _)| Spot { place: place.clone(), content };
            self.spots.extend(places.iter().zip(contents).map(spot));
        } else if places.len() > 1 {
            let (first, second) = places.split_at(places.len() / 2);
            self.free_numbers(first);
            self.free_numbers(second);
        }
    }

    /// The cell of each of these numbers, `None` for one that is not read, if nothing else depends on them.
    fn items(&mut self, places: &[Range<usize>]) -> Option<Vec<Option<usize>>> {
        let line = self.line;
        let others = places.iter().enumerate().map(|(nth, place)| {
            let number = FIRST + STEP * nth;
            let is_own = number.to_string().as_bytes() == &line[place.clone()];
            (place.clone(), (number + usize::from(is_own)).to_string().into_bytes())
        });
        if !self.read_with(others) {
            return None;
        }
        let found = &self.grammar.reading;
        let (mut items, mut expected) = (vec![None; places.len()], self.reading.clone());
        for (item, value) in self.reading.changes(found) {
            expected.set(item, value?);
            if items.get_mut(nth(value?)?)?.replace(item).is_some() {
                return None;
            }
        }
        expected.is_same(found).then_some(items)
    }

    /// Finds out whether the time may be another one; else its date and its clock time.
    fn free_time(&mut self, place: Range<usize>) {
        if self.count > MOST {
            return;
        }
        let time = &self.line[place.clone()];
        let shape = Shape::of(time);
        let other = shape.others().find(|other| other != time);
        if let Some(other) = other
            && self.read_with([(place.clone(), other.clone())].into_iter())
            && let Some(kept) = self.reading.time_place(&self.grammar.reading, time, &other)
        {
            return self.spots.push(Spot { place, content: Content::Time(shape, kept) });
        }
        if let Some(blank) = memchr::memchr(b' ', time) {
            let rest = &time[blank..];
            let blanks = rest.len() - rest.trim_ascii_start().len();
            self.free_time(place.start..place.start + blank);
            self.free_time(place.start + blank + blanks..place.end);
        }
    }

    /// Whether the skeleton reads what the grammar reads, with these numbers in all places.
    fn fits(&mut self, skeleton: &mut Skeleton, numbers: &[&str]) -> bool {
        numbers.iter().enumerate().all(|(n, number)| {
            let line = skeleton.line(&skeleton.numbers.written(number), n, n % 2 * 2);
            skeleton.read(&line)
                && self.read(&line)
                && skeleton.reading.is_same(&self.grammar.reading)
        })
    }
}

/// Which of the numbers that were put on the line this is.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded")]
fn nth(value: f64) -> Option<usize> {
    let is_one = value >= FIRST as f64 && value < 1e9;
    is_one.then(|| (value as usize - FIRST) / STEP)
}
