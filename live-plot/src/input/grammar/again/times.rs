//! The times of a line, and others that are written as they are: the same but for their digits. What is a time `moment`
//! knows.

use crate::input::grammar::cells::moment::Moment;

/// Each field of another time is filled with two digits, from the right. Not all of these make a time.
const FIELDS: [[u8; 2]; 5] = [*b"11", *b"01", *b"10", *b"12", *b"09"];

/// How a time is written, with a zero for each digit.
#[derive(Debug, Clone)]
pub(super) struct Shape(Vec<u8>);

impl Shape {
    pub(super) fn of(time: &[u8]) -> Self {
        Self(time.iter().map(|byte| if byte.is_ascii_digit() { b'0' } else { *byte }).collect())
    }

    /// The time at this place of the line, if there is one that is written so.
    pub(super) fn at<'a>(&self, line: &'a [u8], at: usize) -> Option<&'a [u8]> {
        let text = line.get(at..at + self.0.len())?;
        let is_alike = |(byte, own): (&u8, &u8)| {
            if *own == b'0' { byte.is_ascii_digit() } else { byte == own }
        };
        let is_time = text.iter().zip(&self.0).all(is_alike) && Moment::whole(text).is_some();
        is_time.then_some(text)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Another time that is written so, each number another one.
    pub(super) fn other(&self, nth: usize) -> Vec<u8> {
        let count = self.others().count().max(1);
        self.others().nth(nth % count).unwrap_or_default()
    }

    /// Other times that are written so.
    pub(super) fn others(&self) -> impl Iterator<Item = Vec<u8>> {
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
        FIELDS.into_iter().map(other).filter(|text| Moment::whole(text).is_some())
    }
}

/// Where the times of a line begin and end: those that begin with a digit, and no word or number.
pub(super) fn places(line: &[u8]) -> Vec<(usize, usize)> {
    let (mut places, mut at) = (Vec::new(), 0);
    while at < line.len() {
        let may_begin = line[at].is_ascii_digit() && super::numbers::begins(&line[..at]);
        match may_begin.then(|| Moment::prefix(&line[at..])).flatten() {
            Some((_, length)) => {
                places.push((at, at + length));
                at += length;
            }
            None => at += 1,
        }
    }
    places
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
    }

    #[test]
    fn others_of_each_shape_are_times() {
        for (time, first, count) in [
            ("2026-11-25T17:00:01.500Z", "1111-11-11T11:11:11.111Z", 5),
            ("17:00", "11:11", 5),
            ("5/11/2026", "1/11/1111", 4),
            ("9:05:01 PM", "1:11:11 PM", 4),
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
            places.into_iter().map(|(start, end)| line[start..end].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            found("2026-11-25T17:00:01Z [17:00] t=10:00:01,5 26 Nov 2026 x1:00 1:2"),
            ["2026-11-25T17:00:01Z", "17:00", "10:00:01,5", "26 Nov 2026"]
        );
    }
}
