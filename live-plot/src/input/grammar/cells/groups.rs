//! Digits that a mark parts into groups: `1,234,567.5`, `1'234`, `1 234`, `1.234`, `1,23,456`. Which mark may be one in a
//! text the callers know.

use super::number::{self, sign};

/// The digits without the marks between their groups.
#[derive(Debug)]
pub(super) struct Groups {
    pub(super) joined: Vec<u8>,
    /// How many groups there are.
    pub(super) count: usize,
    /// Where they end in the text.
    pub(super) end: usize,
}

impl Groups {
    /// The digits that begin at `start`, in groups of three; `None` if one of the marks and other digits follow.
    pub(super) fn of(text: &[u8], start: usize, marks: &[&str]) -> Option<Self> {
        let digits =
            |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let next = |end: usize| {
            let mark = marks.iter().find(|mark| text[end..].starts_with(mark.as_bytes()))?;
            Some((end + mark.len(), digits(end + mark.len())))
        };
        let first = digits(start);
        let end = start + first;
        let mut groups = Self { joined: text[..end].to_vec(), count: 1, end };
        while (1..=3).contains(&first)
            && let Some((group, 3)) = next(groups.end)
        {
            groups.end = group + 3;
            groups.joined.extend_from_slice(&text[group..groups.end]);
            groups.count += 1;
        }
        // `0,128` has a decimal comma.
        let fits = first > 0 && (groups.count == 1 || text[start] != b'0');
        (fits && next(groups.end).is_none_or(|(_, digits)| digits == 0)).then_some(groups)
    }
}

/// The number in groups of three digits that the text begins with, as `1,234,567.5`, and its length; only if there is a
/// comma in it, or an apostrophe as the Swiss write it: `1'234'567.5`.
pub(in crate::input) fn grouped(text: &[u8]) -> Option<(f64, usize)> {
    let (_, start) = sign(text);
    let after = text[start..].iter().find(|byte| !byte.is_ascii_digit())?;
    if !matches!(after, b',' | b'\'' | 0xe2) {
        return None;
    }
    let any = |marks: &[&str]| Groups::of(text, start, marks).filter(|groups| groups.count > 1);
    let Groups { mut joined, mut end, .. } = any(&[","]).or_else(|| any(&["'", "’"]))?;
    let fraction = text[end..].iter().enumerate();
    let is_of_it =
        |(at, byte): &(usize, &u8)| if *at == 0 { **byte == b'.' } else { byte.is_ascii_digit() };
    let length = fraction.take_while(is_of_it).count();
    joined.extend_from_slice(&text[end..end + length]);
    end += length;
    number::prefix(&joined).map(|(value, _)| (value, end))
}

/// Digits that blanks may part into the groups of one number: `1 234 567.5`.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::input) struct BlankGroups {
    /// The number without them.
    pub(in crate::input) joined: Vec<u8>,
    /// A group begins with a zero: `1 000 000`. Nobody writes a lone number so.
    pub(in crate::input) are_sure: bool,
    /// There are three groups or more, or the last has a fraction: `12 345` is as often two numbers.
    pub(in crate::input) are_likely: bool,
}

impl BlankGroups {
    /// Those that are all of the text.
    pub(in crate::input) fn of(text: &[u8]) -> Option<Self> {
        let (whole, fraction) = text.split_at(memchr::memchr(b'.', text).unwrap_or(text.len()));
        let Groups { mut joined, count, end } = Groups::of(whole, 0, &[" "])?;
        let is_fraction = fraction.iter().skip(1).all(u8::is_ascii_digit);
        if count < 2 || end < whole.len() || !is_fraction {
            return None;
        }
        joined.extend_from_slice(fraction);
        let are_sure = memchr::memmem::find(whole, b" 0").is_some();
        Some(Self { joined, are_sure, are_likely: count > 2 || !fraction.is_empty() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digit_groups_are_three_digits_each() {
        assert_eq!(grouped(b"1,234,567 kB"), Some((1_234_567.0, 9)));
        assert_eq!(grouped(b"-12,345.5"), Some((-12_345.5, 9)));
        assert_eq!(grouped(b"1'234'567.5 x"), Some((1_234_567.5, 11)));
        assert_eq!(grouped("12’345".as_bytes()), Some((12_345.0, 8)));
        for text in [
            "0,128",
            "1234",
            "1,23",
            "1234,567",
            "1,234,5",
            "1,234,5678",
            ",123",
            "1,2345",
            "5'2",
            "5'",
        ] {
            assert_eq!(grouped(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn blanks_may_part_groups_of_three_digits() {
        for (text, expected) in [
            ("1 000 000", Some(("1000000", true, true))),
            ("12 034", Some(("12034", true, false))),
            ("12 345", Some(("12345", false, false))),
            ("1 234 567", Some(("1234567", false, true))),
            ("1 234.50", Some(("1234.50", false, true))),
            ("1 0 0", None),
            ("0 000", None),
            ("x 000", None),
            ("1 234 5", None),
            ("1.5 234", None),
            ("1  234", None),
            ("1234", None),
        ] {
            let found = BlankGroups::of(text.as_bytes());
            let expected = expected.map(|(joined, are_sure, are_likely)| BlankGroups {
                joined: joined.as_bytes().to_vec(),
                are_sure,
                are_likely,
            });
            assert_eq!(found, expected, "{text}");
        }
    }
}
