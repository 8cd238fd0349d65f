//! A line without its numbers, and what it looks like with others.

use super::numbers::Numbers;
use crate::input::grammar::Verdict;
use crate::input::grammar::reading::Reading;
use crate::input::schema::is_same;

/// A line without its numbers.
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
}

/// The place of a number.
#[derive(Debug)]
pub(super) struct Hole {
    /// Where the text before it ends.
    pub(super) end: usize,
    /// Before the number come blanks, any number of them, but none only where the line begins.
    pub(super) has_gap: bool,
    /// The place of its cell in the reading; `None` for a number that is not read.
    pub(super) item: Option<usize>,
}

impl Skeleton {
    /// The numbers of the line, if it is like the one that was learned.
    pub(super) fn read(&self, line: &[u8], numbers: &mut Vec<f64>) -> bool {
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
    pub(super) fn fill(&mut self, numbers: &[f64]) {
        for (Hole { item, .. }, number) in self.holes.iter().zip(numbers) {
            item.iter().for_each(|item| self.reading.set(*item, *number));
        }
    }

    /// The line with this number in all places, and so many blanks more than needed before it.
    pub(super) fn line(&self, number: &[u8], blanks: usize) -> Vec<u8> {
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
