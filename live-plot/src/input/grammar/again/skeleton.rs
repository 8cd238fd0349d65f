//! A line without its numbers and times, and what it is read as with others.

use super::numbers::Numbers;
use super::times::Shape;
use crate::input::grammar::Verdict;
use crate::input::grammar::cells::moment::Moment;
use crate::input::grammar::reading::Reading;

/// A line without its numbers and times.
#[derive(Debug)]
pub(super) struct Skeleton {
    pub(super) verdict: Verdict,
    /// With the numbers and times of the last line.
    pub(super) reading: Reading,
    pub(super) moments: Vec<Moment>,
    pub(super) holes: Vec<Hole>,
    /// What stands between the numbers, and after the last.
    pub(super) text: Vec<u8>,
    pub(super) numbers: Numbers,
    pub(super) samples: Option<Samples>,
}

/// What became of a line, to be done again with the next one like it.
#[derive(Debug)]
pub(in crate::input) struct Samples {
    /// How many series there were: one more may be that of a cell without one.
    pub(in crate::input) series: usize,
    /// Of each sample the series, and the place of its cell.
    pub(in crate::input) cells: Vec<(usize, usize)>,
    /// The places that have held 0 alone: their series have no unit yet.
    pub(in crate::input) zeros: Vec<usize>,
    /// The cells that are its time, if it has one, and whether that is the only moment on the line.
    pub(in crate::input) time: Vec<usize>,
    pub(in crate::input) is_moment: bool,
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

impl Skeleton {
    /// Whether the line is like the one that was learned: then its numbers and times are in the reading.
    pub(super) fn read(&mut self, line: &[u8]) -> bool {
        let last = &self.text[self.holes.last().map_or(0, |hole| hole.end)..];
        if !last.is_empty() && !line.ends_with(last) {
            return false;
        }
        self.moments.clear();
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
            match content {
                Content::Number(item) => {
                    let Some((value, after)) = self.numbers.at(line, at) else { return false };
                    item.iter().for_each(|item| self.reading.set(*item, value));
                    at = after;
                }
                Content::Time(shape, place) => {
                    let Some((time, moment)) = shape.at(line, at) else { return false };
                    self.moments.extend(moment);
                    place.iter().for_each(|place| self.reading.set_text(*place, time));
                    at += time.len();
                }
            }
            start = *end;
        }
        at + last.len() == line.len()
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
                Content::Time(shape, _) => {
                    line.extend(shape.others().cycle().nth(nth).unwrap_or_default());
                }
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
