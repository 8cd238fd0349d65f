//! A line without its numbers and times, and what it looks like with others.

use super::numbers::Numbers;
use super::times::{Shape, Time};
use crate::input::grammar::Verdict;
use crate::input::grammar::cells::moment::{Moment, Written};
use crate::input::grammar::reading::Reading;

/// A line without its numbers and times.
#[derive(Debug)]
pub(super) struct Skeleton {
    pub(super) verdict: Verdict,
    pub(super) reading: Reading,
    pub(super) holes: Vec<Hole>,
    /// What stands between the numbers, and after the last.
    pub(super) text: Vec<u8>,
    pub(super) numbers: Numbers,
    pub(super) samples: Option<Samples>,
}

/// The samples of a line.
#[derive(Debug)]
pub(super) struct Samples {
    /// How many series there are.
    pub(super) series: usize,
    /// They are a row of a table.
    pub(super) is_row: bool,
    /// The series of each, and its hole; a gap has none.
    pub(super) each: Vec<(usize, usize)>,
    /// The holes that have held 0 alone: their series have no unit yet.
    pub(super) zeros: Vec<usize>,
    /// The hole that is the time of the line, if one is alone, and how it was written.
    pub(super) time: Option<(usize, Written)>,
}

/// What is known of a line whose samples were learned.
#[derive(Debug, Clone, Copy)]
pub(in crate::input) struct Known<'a> {
    pub(super) samples: &'a Samples,
    pub(super) contents: &'a Contents,
}

impl Known<'_> {
    /// Whether it is a row of a table.
    pub(in crate::input) fn is_row(self) -> bool {
        self.samples.is_row
    }

    /// Its time, as it stands there.
    pub(in crate::input) fn time(self) -> Option<Written> {
        let (hole, written) = self.samples.time?;
        let number = self.contents.numbers[hole];
        Some(match written {
            Written::Moment(_) => Written::Moment(self.contents.moment),
            Written::Number(_) => Written::Number(number),
            Written::Counted(_, unit) => Written::Counted(number, unit),
        })
    }

    /// Of each sample the series and the value.
    pub(in crate::input) fn samples(self) -> impl Iterator<Item = (usize, f64)> {
        let Self { samples, contents } = self;
        let value = |hole: usize| contents.numbers.get(hole).copied().unwrap_or(f64::NAN);
        samples.each.iter().map(move |(series, hole)| (*series, value(*hole)))
    }
}

/// The place of a number or a time.
#[derive(Debug)]
pub(super) struct Hole {
    /// Where the text before it ends.
    pub(super) end: usize,
    /// Before it come blanks, any number of them, but none only where the line begins.
    pub(super) has_gap: bool,
    pub(super) content: Content,
}

/// What a hole takes.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// A number, and the place of its cell in the reading; `None` if it is not read.
    Number(Option<usize>),
    /// A time that is written so, and its place in the reading's text; `None` if it is not kept.
    Time(Shape, Option<usize>),
}

/// What stands in the holes of a line.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// Of each hole; 0 for a moment.
    pub(super) numbers: Vec<f64>,
    /// The texts of the times, one after the other.
    times: Vec<u8>,
    /// The last moment.
    moment: Moment,
}

impl Skeleton {
    /// The numbers and times of the line, if it is like the one that was learned.
    pub(super) fn read(&self, line: &[u8], contents: &mut Contents) -> bool {
        let last = &self.text[self.holes.last().map_or(0, |hole| hole.end)..];
        if !last.is_empty() && !line.ends_with(last) {
            return false;
        }
        contents.numbers.clear();
        contents.times.clear();
        let (mut at, mut start) = (0, 0);
        for Hole { end, has_gap, content } in &self.holes {
            let text = &self.text[start..*end];
            if !begins_with(&line[at..], text) {
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
            let value = match content {
                Content::Number(_) => {
                    let Some((value, after)) = self.numbers.at(line, at) else { return false };
                    at = after;
                    value
                }
                Content::Time(shape, _) => {
                    let Some(time) = shape.at(line, at) else { return false };
                    contents.times.extend_from_slice(&line[at..at + shape.len()]);
                    at += shape.len();
                    match time {
                        Time::Epoch(number) => number,
                        Time::Moment(moment) => {
                            contents.moment = moment;
                            0.0
                        }
                    }
                }
            };
            contents.numbers.push(value);
            start = *end;
        }
        at + last.len() == line.len()
    }

    /// Puts the numbers and times into its reading.
    pub(super) fn fill(&mut self, contents: &Contents) {
        let mut times = &contents.times[..];
        for (Hole { content, .. }, number) in self.holes.iter().zip(&contents.numbers) {
            match content {
                Content::Number(item) => {
                    item.iter().for_each(|item| self.reading.set(*item, *number));
                }
                Content::Time(shape, place) => {
                    let (time, rest) = times.split_at(shape.len());
                    place.iter().for_each(|place| self.reading.set_text(*place, time));
                    times = rest;
                }
            }
        }
    }

    /// The line with this number in the place of all numbers, other times, and so many blanks more than needed before each.
    pub(super) fn line(&self, number: &[u8], nth: usize, blanks: usize) -> Vec<u8> {
        let (mut line, mut start) = (Vec::new(), 0);
        for Hole { end, has_gap, content } in &self.holes {
            line.extend_from_slice(&self.text[start..*end]);
            let least = usize::from(!line.is_empty());
            line.extend(std::iter::repeat_n(b' ', if *has_gap { least + blanks } else { 0 }));
            match content {
                Content::Number(_) => line.extend_from_slice(number),
                Content::Time(shape, _) => line.extend(shape.other(nth)),
            }
            start = *end;
        }
        line.extend_from_slice(&self.text[start..]);
        line
    }
}

/// As [`slice::starts_with`]: memcmp(3) is slower for a few bytes, and for none (see `schema::is_same`).
fn begins_with(line: &[u8], text: &[u8]) -> bool {
    const FEW: usize = 16;
    match text.len() {
        0..FEW => line.len() >= text.len() && line.iter().zip(text).all(|(one, own)| one == own),
        _ => line.starts_with(text),
    }
}
