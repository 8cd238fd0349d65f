//! How a line is learned: a copy of the grammar reads it with other numbers.

use super::numbers::Numbers;
use super::skeleton::{Hole, Skeleton};
use crate::input::grammar::reading::Reading;
use crate::input::grammar::{Grammar, Verdict};

/// Numbers that stand for all others of up to eight digits: of several widths, and those that may be groups of digits.
const SHORT: [&str; 9] = ["7", "0", "-30.25", "42", "123", "4242", "0.5", "42424242", "1.234"];

/// And for those of up to fifteen, among which are times since 1970.
const LONG: [&str; 3] = ["1763886080", "123456789012345", "-1763886080.125"];

/// And for any others: those with an exponent, or with more digits.
const ANY: [&str; 4] = ["1.5e-03", "7E+10", "123456789012345678901", "-0.1234567890123456789"];

/// A copy of the grammar, which reads lines that never came.
pub(super) struct Trial<'a> {
    before: &'a Grammar,
    grammar: Grammar,
    verdict: Verdict,
    /// How many lines it has read.
    pub(super) count: i64,
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

    /// The line that was learned without its numbers, as far as the trials allow it.
    pub(super) fn learn(&mut self, line: &[u8]) -> Option<Skeleton> {
        let reading = self.read(line)?.clone();
        let numbers = Numbers::on(line);
        let mut places = Vec::new();
        for (start, end) in numbers.places(line) {
            let (other, value) = match &line[start..end] {
                b"30471" => ("295", 295.0),
                _ => ("30471", 30471.0),
            };
            let changed = [&line[..start], other.as_bytes(), &line[end..]].concat();
            let Some(found) = self.read(&changed) else { continue };
            let item = reading.difference(found);
            let mut expected = reading.clone();
            item.iter().for_each(|item| expected.set(*item, value));
            if expected.is_same(found) {
                places.push((start, end, item));
            }
        }
        let verdict = self.verdict;
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

    /// Whether the skeleton reads what the grammar reads, with these numbers in all places.
    fn fits(&mut self, skeleton: &mut Skeleton, numbers: &[&str]) -> bool {
        let mut read = Vec::new();
        numbers.iter().enumerate().all(|(n, number)| {
            let line = skeleton.line(&skeleton.numbers.written(number), n % 2 * 2);
            let is_read = skeleton.read(&line, &mut read);
            skeleton.fill(&read);
            let found = self.read(&line);
            is_read && found.is_some_and(|found| found.is_same(&skeleton.reading))
        })
    }
}
