//! A number as people and programs write it, with everything that belongs to the digits: sign, fraction, exponent,
//! `1_000`, digit groups. What follows it is left to `measure`.

use std::str;

/// Ten to these powers is exact in a double, and so is a product or quotient of two exact doubles, once rounded
/// (Clinger 1990).
pub(in crate::input) const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// The value with fifteen digits, which is as many as a double holds for sure: what a calculation has left behind them is no
/// part of the result.
pub(in crate::input) fn rounded(value: f64) -> f64 {
    let scale = POWERS.iter().find(|power| value.abs() * **power >= 1e14);
    scale.map_or(value, |scale| (value * scale).round() / scale)
}

/// U+2212, the minus sign of typography, and U+2013, the dash that is often put in its place.
const MINUSES: [&[u8]; 2] = ["\u{2212}".as_bytes(), "\u{2013}".as_bytes()];

/// The number that the text begins with, and its length. `nan` is one; what a double cannot hold is infinite.
pub(in crate::input) fn prefix(text: &[u8]) -> Option<(f64, usize)> {
    let (is_negative, start) = sign(text);
    let mut digits = Digits { text, at: start, mantissa: 0, count: 0, has_underscore: false };
    let whole = digits.take();
    let mut fraction = 0;
    if text.get(digits.at) == Some(&b'.') {
        digits.at += 1;
        fraction = digits.take();
    }
    if whole + fraction == 0 {
        return special(text, start)
            .map(|(value, end)| (if is_negative { -value } else { value }, end));
    }
    let end = digits.at;
    let (exponent, end) = exponent(text, end);
    let power = exponent - i64::from(fraction);
    let exact = (digits.count <= 19 && digits.mantissa < 1 << 53)
        .then(|| usize::try_from(power.unsigned_abs()).ok().and_then(|power| POWERS.get(power)))
        .flatten();
    let magnitude = match exact {
        Some(scale) if power < 0 => digits.mantissa as f64 / scale,
        Some(scale) => digits.mantissa as f64 * scale,
        None => parsed(&text[start..end], digits.has_underscore),
    };
    Some((if is_negative { -magnitude } else { magnitude }, end))
}

/// Whether there is a minus, and where the digits begin.
fn sign(text: &[u8]) -> (bool, usize) {
    match text.first() {
        Some(b'-') => (true, 1),
        Some(b'+') => (false, 1),
        Some(0xe2) if MINUSES.iter().any(|minus| text.starts_with(minus)) => (true, 3),
        _ => (false, 0),
    }
}

/// Reads digits; an underscore may stand between two of them.
struct Digits<'a> {
    text: &'a [u8],
    at: usize,
    mantissa: u64,
    /// How many digits there were, leading zeros apart.
    count: u32,
    has_underscore: bool,
}

impl Digits<'_> {
    /// How many digits follow.
    fn take(&mut self) -> u32 {
        let mut taken = 0;
        while let Some(byte) = self.text.get(self.at) {
            match byte {
                b'0'..=b'9' => {
                    self.mantissa =
                        self.mantissa.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
                    self.count += u32::from(self.count > 0 || *byte != b'0');
                    taken += 1;
                }
                b'_' if taken > 0 && self.text.get(self.at + 1).is_some_and(u8::is_ascii_digit) => {
                    self.has_underscore = true;
                }
                _ => break,
            }
            self.at += 1;
        }
        taken
    }
}

/// The exponent that may begin at `at`, and where it ends.
fn exponent(text: &[u8], at: usize) -> (i64, usize) {
    if !matches!(text.get(at), Some(b'e' | b'E')) {
        return (0, at);
    }
    let is_negative = text.get(at + 1) == Some(&b'-');
    let start = at + 1 + usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
    let length =
        text[start.min(text.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let digits = &text[start.min(text.len())..][..length];
    let value = digits
        .iter()
        .fold(0_i64, |value, digit| (value * 10 + i64::from(digit - b'0')).min(1_000_000));
    match length {
        0 => (0, at),
        _ => (if is_negative { -value } else { value }, start + length),
    }
}

/// The slow way, exact for any number of digits.
fn parsed(text: &[u8], has_underscore: bool) -> f64 {
    let text = str::from_utf8(text).unwrap_or_default();
    let value = if has_underscore { text.replace('_', "").parse() } else { text.parse() };
    value.unwrap_or(f64::NAN)
}

/// `nan`, `inf` or `infinity`, as a word of its own.
fn special(text: &[u8], start: usize) -> Option<(f64, usize)> {
    let rest = &text[start..];
    // Words come here all the time.
    if !rest.first().is_some_and(|first| matches!(first | 0x20, b'n' | b'i')) {
        return None;
    }
    let length =
        rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let word = &rest[..length];
    let is = |name: &[u8]| word.eq_ignore_ascii_case(name);
    if is(b"nan") {
        Some((f64::NAN, start + length))
    } else if is(b"inf") || is(b"infinity") {
        Some((f64::INFINITY, start + length))
    } else {
        None
    }
}

/// Whether there may be a number in the text: a digit, or `nan` or `inf` in any letters. One pass without branches, which
/// the compiler turns into vector code.
pub(in crate::input) fn is_possible(text: &[u8]) -> bool {
    let has_digit = text.iter().fold(false, |has_digit, byte| has_digit | byte.is_ascii_digit());
    let is_special = |three: &[u8; 3]| {
        let [a, b, c] = three.map(|byte| byte | 0x20);
        ((a == b'n') & (b == b'a') & (c == b'n')) | ((a == b'i') & (b == b'n') & (c == b'f'))
    };
    has_digit
        || text.array_windows().fold(false, |has_special, three| has_special | is_special(three))
}

/// The mark between groups of digits that stands here, and its length: a comma, or an apostrophe as the Swiss write it.
fn group_mark(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [mark @ (b',' | b'\''), ..] => Some((*mark, 1)),
        [0xe2, 0x80, 0x99, ..] => Some((b'\'', 3)),
        _ => None,
    }
}

/// The number in groups of three digits that the text begins with, as `1,234,567.5`, and its length; only if there is a
/// comma in it, or an apostrophe: `1'234'567.5`.
pub(in crate::input) fn grouped(text: &[u8]) -> Option<(f64, usize)> {
    let (_, start) = sign(text);
    let digits = |from: usize| {
        text.get(from..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let mut end = start + digits(start);
    if !(start + 1..=start + 3).contains(&end) {
        return None;
    }
    // `0,128` has a decimal comma.
    if text[start] == b'0' && end == start + 1 {
        return None;
    }
    let (mark, _) = group_mark(&text[end..])?;
    let group = |end: usize| {
        let (_, length) = group_mark(&text[end..]).filter(|(other, _)| *other == mark)?;
        Some((length, digits(end + length)))
    };
    let mut plain = text[..end].to_vec();
    while let Some((length, 3)) = group(end) {
        end += length + 3;
        plain.extend_from_slice(&text[end - 3..end]);
    }
    // Another comma and digits: a list, not groups.
    if plain.len() < start + 4 || group(end).is_some_and(|(_, digits)| digits > 0) {
        return None;
    }
    if text.get(end) == Some(&b'.') {
        let fraction = 1 + digits(end + 1);
        plain.extend_from_slice(&text[end..end + fraction]);
        end += fraction;
    }
    prefix(&plain).map(|(value, _)| (value, end))
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
        let are_digits = |word: &[u8]| word.iter().all(u8::is_ascii_digit);
        let fraction = memchr::memchr(b'.', text).unwrap_or(text.len());
        let (whole, fraction) = text.split_at(fraction);
        let mut groups = whole.split(|byte| *byte == b' ');
        let first = groups.next()?;
        let begins = matches!(first.len(), 1..=3) && first[0] != b'0' && are_digits(first);
        if !begins || !(fraction.is_empty() || are_digits(&fraction[1..])) {
            return None;
        }
        let (mut joined, mut count, mut are_sure) = (first.to_vec(), 1, false);
        for group in groups {
            if group.len() != 3 || !are_digits(group) {
                return None;
            }
            joined.extend_from_slice(group);
            count += 1;
            are_sure |= group[0] == b'0';
        }
        joined.extend_from_slice(fraction);
        let are_likely = count > 2 || !fraction.is_empty();
        (count > 1).then_some(Self { joined, are_sure, are_likely })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn assert_read(text: &str, value: f64, rest: &str) {
        let (read, length) = prefix(text.as_bytes()).unwrap();
        assert!(read == value || (read.is_nan() && value.is_nan()), "{text}: {read}");
        assert_eq!(&text[length..], rest, "{text}");
    }

    #[test]
    fn digits_may_have_a_sign_a_fraction_an_exponent_and_underscores() {
        for (text, value, rest) in [
            ("12.5", 12.5, ""),
            ("-3e2x", -300.0, "x"),
            ("+.5", 0.5, ""),
            ("5. ", 5.0, " "),
            ("0001,", 1.0, ","),
            ("\u{2212}4", -4.0, ""),
            ("1_000_000", 1e6, ""),
            ("1_", 1.0, "_"),
            ("5e", 5.0, "e"),
            ("5e+", 5.0, "e+"),
            ("0x10", 0.0, "x10"),
            ("1e999", f64::INFINITY, ""),
            ("-Inf ", f64::NEG_INFINITY, " "),
            ("-nan", f64::NAN, ""),
            ("123456789012345678901234567890", 123_456_789_012_345_678_901_234_567_890.0, ""),
        ] {
            assert_read(text, value, rest);
        }
        for text in ["", "-", ".", "+.", "e5", "_1", "nano", "info", "x", "--1"] {
            assert_eq!(prefix(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn fifteen_digits_are_left() {
        for (value, expected) in [
            (62.233999999999995, 62.234),
            (64_999_999.999_999_99, 65e6),
            (-0.1 - 0.2, -0.3),
            (1.0 / 3.0, 0.333_333_333_333_333),
            (0.0, 0.0),
            (1e300, 1e300),
            (1.5e-300, 1.5e-300),
            (9_007_199_254_740_993.0, 9_007_199_254_740_993.0),
            (f64::INFINITY, f64::INFINITY),
        ] {
            assert_eq!(rounded(value), expected, "{value}");
        }
        assert!(rounded(f64::NAN).is_nan());
    }

    #[test]
    fn a_number_is_possible_where_there_is_a_digit_or_one_of_two_words() {
        for text in ["a5", "NaN", "x -inf y", "Infinity"] {
            assert!(is_possible(text.as_bytes()), "{text}");
        }
        for text in ["", "na", "an in", "a word"] {
            assert!(!is_possible(text.as_bytes()), "{text}");
        }
    }

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

    proptest! {
        #[test]
        fn what_is_written_is_read_to_the_last_bit(value in any::<f64>()) {
            prop_assume!(value.is_finite());
            for text in [format!("{value}"), format!("{value:e}"), format!("{value:.6}")] {
                let expected: f64 = text.parse().unwrap();
                prop_assert_eq!(prefix(text.as_bytes()), Some((expected, text.len())));
            }
        }

        #[test]
        fn any_text_is_read_as_the_standard_library_reads_what_was_taken(text in "[-+]?[0-9]{0,25}[.]?[0-9]{0,25}(e[-+]?[0-9]{1,4})?") {
            if let Some((value, length)) = prefix(text.as_bytes()) {
                prop_assert_eq!(value, text[..length].parse::<f64>().unwrap());
            }
        }
    }
}
