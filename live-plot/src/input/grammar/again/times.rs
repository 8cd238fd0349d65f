//! The times of a line, and others that are written as they are: the same but for their digits. What is a time `moment`
//! knows, and of whole numbers `metrics`.

use std::ops::Range;

use super::numbers;
use crate::input::grammar::cells::bare;
use crate::input::grammar::cells::moment::Moment;
use crate::input::grammar::metrics;

/// Each field of another time is filled with two digits, from the right. Not all of these make a time.
const FIELDS: [[u8; 2]; 5] = [*b"11", *b"01", *b"10", *b"12", *b"09"];

/// How a time is written: with a zero for each digit.
#[derive(Debug, Clone)]
pub(super) struct Shape(Vec<u8>);

impl Shape {
    pub(super) fn of(time: &[u8]) -> Self {
        let zero = |byte: &u8| if byte.is_ascii_digit() { b'0' } else { *byte };
        Self(time.iter().map(zero).collect())
    }

    /// The time at this place of the line, if there is one that is written so; a moment, if it is no epoch.
    pub(super) fn at<'a>(&self, line: &'a [u8], at: usize) -> Option<(&'a [u8], Option<Moment>)> {
        let end = at + self.0.len();
        let text = line.get(at..end)?;
        let is_alike = |byte: u8, own: u8| {
            if own == b'0' { byte.is_ascii_digit() } else { byte == own }
        };
        // Without branches, which the compiler turns into vector code.
        let both = text.iter().zip(&self.0);
        let are_alike = both.fold(true, |are, (byte, own)| are & is_alike(*byte, *own));
        let moment = || match end_of_epoch(line, at) == Some(end) {
            true => Some(None),
            false => Moment::whole(text).map(Some),
        };
        are_alike.then(moment)?.map(|moment| (text, moment))
    }

    /// Other times that are written so.
    pub(super) fn others(&self) -> impl Iterator<Item = Vec<u8>> + Clone {
        let other = |field: [u8; 2]| {
            let (mut text, mut digits) = (self.0.clone(), 0);
            for byte in text.iter_mut().rev() {
                let is_digit = *byte == b'0';
                if is_digit {
                    *byte = field[1 - digits % 2];
                }
                digits = if is_digit { digits + 1 } else { 0 };
            }
            text
        };
        FIELDS.into_iter().map(other).filter(|text| self.at(text, 0).is_some())
    }
}

/// Where the seconds since 1970, or parts of them, that begin at `at` end.
fn end_of_epoch(line: &[u8], at: usize) -> Option<usize> {
    let (number, end) = bare::digits(line, at)?;
    metrics::is_epoch(number as f64).then_some(end)
}

/// Where the times of a line stand: those that begin with a digit, and are no part of a word or a number.
pub(super) fn places(line: &[u8]) -> Vec<Range<usize>> {
    let moment = |at| Moment::prefix(&line[at..]).map(|(_, length)| at + length);
    let epoch = |at| end_of_epoch(line, at).filter(|end| numbers::ends(&line[*end..]));
    numbers::places(line, |at| {
        line[at].is_ascii_digit().then(|| moment(at).or_else(|| epoch(at))).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_another_one_if_only_its_digits_differ() {
        let shape = Shape::of(b"2026-11-25T17:00:01.5Z");
        let at = |text: &str| shape.at(text.as_bytes(), 1).is_some();
        assert!(at("[1999-12-31T23:59:59.9Z] took 5"));
        for other in [
            "[1999-12-31 23:59:59.9Z]",
            "[1999-13-31T23:59:59.9Z]",
            "[1999-12-31T23:59:59.95Z]",
            "[",
        ] {
            assert!(!at(other), "{other}");
        }
        let shape = Shape::of(b"1763886080");
        let is_one = |text: &[u8]| shape.at(text, 0).is_some();
        assert!(is_one(b"1763886081 x"));
        for other in [&b"5763886080"[..], b"176388608", b"17638860810", b"1763886o80"] {
            assert!(!is_one(other), "{}", String::from_utf8_lossy(other));
        }
    }

    #[test]
    fn others_of_each_shape_are_times() {
        for (time, first, count) in [
            ("2026-11-25T17:00:01.500Z", "1111-11-11T11:11:11.111Z", 5),
            ("17:00", "11:11", 5),
            ("5/11/2026", "1/11/1111", 4),
            ("9:05:01 PM", "1:11:11 PM", 4),
            ("1763886080", "1111111111", 4),
            ("1763886080000", "1111111111111", 3),
            ("1763886080000000", "1111111111111111", 4),
            ("1763886080000000000", "1111111111111111111", 3),
        ] {
            let others: Vec<_> = Shape::of(time.as_bytes()).others().collect();
            assert_eq!(String::from_utf8_lossy(&others[0]), first);
            assert_eq!(others.len(), count, "{time}");
        }
    }

    #[test]
    fn times_are_found_where_they_stand_by_themselves() {
        let found = |line: &str| {
            let places = places(line.as_bytes());
            places.into_iter().map(|place| line[place].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            found(
                "2026-11-25T17:00:01Z [17:00] t=10:00:01,5 26 Nov 2026 x1:00 1:2 1763886080 1763886080.5 17638860800"
            ),
            ["2026-11-25T17:00:01Z", "17:00", "10:00:01,5", "26 Nov 2026", "1763886080"]
        );
    }
}
