//! A number as people and programs write it, with everything that belongs to the digits: sign, fraction, exponent,
//! `1_000`. What parts them into groups is left to `groups`, what follows them to `measure`.

use std::str;

use super::bare::{self, POWERS};

/// The value with fifteen digits, which is as many as a double holds for sure: what a calculation has left behind them is no
/// part of the result.
pub(in crate::input) fn rounded(value: f64) -> f64 {
    let scale = POWERS.iter().find(|power| value.abs() * **power >= 1e14);
    scale.map_or(value, |scale| (value * scale).round() / scale)
}

/// The number that the text begins with, and its length. `nan` is one; what a double cannot hold is infinite.
pub(in crate::input) fn prefix(text: &[u8]) -> Option<(f64, usize)> {
    let plain = bare::number(text, 0, b'.').filter(|(_, end)| text.get(*end) != Some(&b'_'));
    if plain.is_some_and(|(_, end)| !matches!(text.get(end), Some(b'e' | b'E'))) {
        return plain;
    }
    let (is_negative, start) = sign(text);
    let signed = |magnitude: f64| if is_negative { -magnitude } else { magnitude };
    let Some(mut end) = plain.map(|(_, end)| end).or_else(|| mantissa(text, start)) else {
        return special(text, start).map(|(value, end)| (signed(value), end));
    };
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let exponent = end + 1 + usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        let after = digits(text, exponent);
        end = if after > exponent { after } else { end };
    }
    let written = str::from_utf8(&text[start..end]).ok()?;
    let magnitude = written.parse().or_else(|_| written.replace('_', "").parse()).ok()?;
    Some((signed(magnitude), end))
}

/// Where the digits of a number end, its fraction included.
fn mantissa(text: &[u8], start: usize) -> Option<usize> {
    let whole = digits(text, start);
    let end = if text.get(whole) == Some(&b'.') { digits(text, whole + 1) } else { whole };
    (whole > start || end > whole + 1).then_some(end)
}

/// Whether there is a minus, and where the digits begin. U+2212 is the minus sign of typography, and U+2013 the dash that is
/// often put in its place.
pub(super) fn sign(text: &[u8]) -> (bool, usize) {
    match text {
        [b'-', ..] => (true, 1),
        [b'+', ..] => (false, 1),
        [0xe2, 0x88, 0x92, ..] | [0xe2, 0x80, 0x93, ..] => (true, 3),
        _ => (false, 0),
    }
}

/// Where the digits end that begin at `at`; an underscore may stand between two of them.
fn digits(text: &[u8], at: usize) -> usize {
    let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    let is_between =
        |at: usize| text.get(at) == Some(&b'_') && is_digit(at - 1) && is_digit(at + 1);
    (at..).find(|here| !is_digit(*here) && (*here == at || !is_between(*here))).unwrap_or(at)
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
    let value = match &rest[..length].to_ascii_lowercase()[..] {
        b"nan" => f64::NAN,
        b"inf" | b"infinity" => f64::INFINITY,
        _ => return None,
    };
    Some((value, start + length))
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
