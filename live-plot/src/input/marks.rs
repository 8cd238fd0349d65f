//! With `--marks`: the lines without a number, as short texts, and where they came among the lines with numbers. Pure.
//! Which line has no number is left to `grammar`.

use std::collections::VecDeque;

use common::escape::escape;

use crate::series::Annotation;

/// A longer text is cut there, in characters.
const LONGEST: usize = 80;

/// The bytes that so many characters of UTF-8 take at most.
const BYTES: usize = 4 * LONGEST;

/// So many may wait for the next sample; the oldest go.
const MOST: usize = 100_000;

/// So many of the last lines may still turn out to be no header.
const WAITING: usize = 8;

/// Where a mark is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// In the block that is read now, after so many of its rows.
    After(usize),
    /// At this time.
    At(f64),
}

/// The marks of the block that is read now.
#[derive(Debug, Default)]
pub(super) struct Marks {
    new: VecDeque<(Place, String)>,
    stamped: Vec<Annotation>,
    /// Lines that may be headers, by their number, and where they are.
    waiting: VecDeque<(u64, Place)>,
}

impl Marks {
    /// Takes a text as a mark.
    pub(super) fn add(&mut self, text: &[u8], place: Place) {
        if self.new.len() == MOST {
            self.new.pop_front();
        }
        // Of a line of a megabyte no more is looked at than is kept.
        let begin = String::from_utf8_lossy(&text[..text.len().min(BYTES)]);
        let escaped = escape(begin.trim());
        let text = match escaped.char_indices().nth(LONGEST) {
            None => escaped.into_owned(),
            Some(_) => escaped.chars().take(LONGEST - 1).chain(['…']).collect(),
        };
        self.new.push_back((place, text));
    }

    /// A line that may be a header: if it is none, it is a mark here.
    pub(super) fn wait(&mut self, line: u64, place: Place) {
        if self.waiting.len() == WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back((line, place));
    }

    /// Where the line with this number came, if it is one that waited.
    pub(super) fn place(&self, line: u64) -> Option<Place> {
        self.waiting.iter().find(|(waiting, _)| *waiting == line).map(|(_, place)| *place)
    }

    /// Gives the marks of the block their times; `time` is that after so many rows. `None` says that the next row, which is
    /// not there yet, has it.
    pub(super) fn stamp(&mut self, time: impl Fn(usize) -> Option<f64>) {
        let at = |place| match place {
            Place::After(rows) => time(rows).map_or(Place::After(0), Place::At),
            Place::At(_) => place,
        };
        self.waiting.iter_mut().for_each(|(_, place)| *place = at(*place));
        for (place, text) in std::mem::take(&mut self.new) {
            match at(place) {
                Place::At(time) => self.stamped.push(Annotation { time, text: text.into() }),
                next => self.new.push_back((next, text)),
            }
        }
    }

    pub(super) fn stamped(&self) -> &[Annotation] {
        &self.stamped
    }

    pub(super) fn clear(&mut self) {
        self.stamped.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_harmless_and_short() {
        let mut marks = Marks::default();
        marks.add(b"deploy\x07\xe2\x80\xaeevil", Place::At(1.0));
        marks.add("温".repeat(1_000_000).as_bytes(), Place::At(2.0));
        marks.stamp(|_| None);
        let texts: Vec<&str> = marks.stamped().iter().map(|mark| &*mark.text).collect();
        assert_eq!(texts[0], "deploy\\u{7}\\u{202e}evil");
        assert_eq!(texts[1].chars().count(), LONGEST);
        assert!(texts[1].ends_with("温…"));
    }

    #[test]
    fn of_those_that_wait_the_newest_are_kept() {
        let mut marks = Marks::default();
        (0..=MOST).for_each(|number| marks.add(number.to_string().as_bytes(), Place::After(0)));
        marks.stamp(|_| None);
        assert_eq!((marks.new.len(), &*marks.new[0].1), (MOST, "1"));
    }
}
