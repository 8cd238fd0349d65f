//! The plain numbers of a line, and where they may stand.

use std::ops::Range;

use crate::input::grammar::cells::{bare, number};

/// The numbers that a hole takes. None begins with a zero too many, or ends in its point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    point: u8,
    longest: usize,
    /// Longer ones, too, and those with an exponent.
    are_any: bool,
}

impl Numbers {
    /// Those on a line. Semicolons part numbers whose point is a comma.
    pub(super) fn on(line: &[u8]) -> Self {
        let point = if line.contains(&b';') { b',' } else { b'.' };
        Self { point, longest: 8, are_any: false }
    }

    pub(super) fn long(self) -> Self {
        Self { longest: usize::MAX, ..self }
    }

    pub(super) fn any(self) -> Self {
        Self { are_any: true, ..self.long() }
    }

    /// The number as it is written here.
    pub(super) fn written(self, number: &str) -> Vec<u8> {
        let point = |byte| if byte == b'.' { self.point } else { byte };
        number.bytes().map(point).collect()
    }

    /// The number that begins at `at`, and where it ends.
    #[inline]
    pub(super) fn at(self, line: &[u8], at: usize) -> Option<(f64, usize)> {
        let digits = &line[at + usize::from(line.get(at)? == &b'-')..];
        if matches!(digits, [b'0', b'0'..=b'9', ..]) || !digits.first()?.is_ascii_digit() {
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

    /// Where the numbers of a line stand that are no part of a word or a time.
    pub(super) fn places(self, line: &[u8]) -> Vec<Range<usize>> {
        let end = |at| self.any().at(line, at).map(|(_, end)| end);
        places(line, |at| end(at).filter(|end| ends(&line[*end..])))
    }
}

/// Where something stands by itself; `end` finds where it ends that begins there.
pub(super) fn places(line: &[u8], end: impl Fn(usize) -> Option<usize>) -> Vec<Range<usize>> {
    let (mut places, mut at) = (Vec::new(), 0);
    while at < line.len() {
        match begins(&line[..at]).then(|| end(at)).flatten() {
            Some(end) => {
                places.push(at..end);
                at = end;
            }
            None => at += 1,
        }
    }
    places
}

/// Whether a number or a time may begin after this: a colon or a slash behind a digit is one of a time.
fn begins(before: &[u8]) -> bool {
    match before {
        [.., b'0'..=b'9', b':' | b'/'] => false,
        [.., last] => !last.is_ascii_alphanumeric() && last.is_ascii() && !b"_.-+".contains(last),
        [] => true,
    }
}

/// Whether a number may end before this.
pub(super) fn ends(after: &[u8]) -> bool {
    !matches!(after, [b'.' | b'_' | b':' | b'/' | b'-' | b'+' | b'=' | b'0'..=b'9', ..])
}
