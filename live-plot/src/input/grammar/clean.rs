//! What no author of a line means is taken out of it, once, before the forms look at it: a byte order mark, the escape
//! sequences of terminals, NUL and other control bytes, invisible characters, brackets round the whole line. Between two
//! digits a control byte parts numbers.

use std::borrow::Cow;

use super::cells::groups;
use super::cells::measure::{self, Measure};

/// The line without control bytes and escape sequences. A clean line, nearly every one, is only looked at.
pub(in crate::input) fn clean(line: &[u8]) -> Cow<'_, [u8]> {
    // One pass without branches, which the compiler turns into vector code.
    let is_suspect = line.iter().fold(false, |suspect, byte| {
        let is_control = ((*byte < b' ') & (*byte != b'\t')) | (*byte == 0x7f);
        suspect | is_control | (*byte == 0xef) | (*byte == 0xe2) | (*byte == 0xc2)
    });
    let is_foreign = |at: usize| {
        (line[at].is_ascii_control() && line[at] != b'\t') || character(&line[at..]).is_some()
    };
    if is_suspect && (0..line.len()).any(is_foreign) {
        Cow::Owned(cleaned(line))
    } else {
        Cow::Borrowed(line)
    }
}

/// How long the character is that the text begins with and nobody sees, and whether it is a blank: a byte order mark, a mark
/// of direction, one without a width, or a blank at which no line is broken.
fn character(text: &[u8]) -> Option<(bool, usize)> {
    match text {
        // U+00A0, U+2009 and U+202F part the groups of a number.
        [0xc2, 0xa0, ..] => Some((true, 2)),
        [0xe2, 0x80, 0x89 | 0xaf, ..] => Some((true, 3)),
        [0xe2, 0x80, 0x8b..=0x8f | 0xaa..=0xae, ..]
        | [0xe2, 0x81, 0xa0 | 0xa6..=0xa9, ..]
        | [0xef, 0xbb, 0xbf, ..] => Some((false, 3)),
        _ => None,
    }
}

fn cleaned(line: &[u8]) -> Vec<u8> {
    let mut clean = Vec::with_capacity(line.len());
    let mut rest = line;
    let mut is_parted = false;
    while let Some((first, after)) = rest.split_first() {
        if let Some((is_blank, length)) = character(rest) {
            let after = &rest[length..];
            rest = if is_blank { after_blank(after, &mut clean) } else { after };
            continue;
        }
        rest = match first {
            0x1b => {
                let (length, moves) = escape(after);
                if moves && !clean.is_empty() {
                    clean.push(b' ');
                }
                &after[length..]
            }
            // A form feed or a vertical tab parts what it stands between.
            0x0b | 0x0c => {
                clean.push(b' ');
                after
            }
            0..b' ' | 0x7f if *first != b'\t' => {
                is_parted = true;
                after
            }
            _ => {
                // As `find -print0` parts its records: two numbers are not to become one.
                if is_parted
                    && first.is_ascii_digit()
                    && clean.last().is_some_and(u8::is_ascii_digit)
                {
                    clean.push(b' ');
                }
                is_parted = false;
                clean.push(*first);
                after
            }
        };
    }
    clean
}

/// What follows a no-break blank: three digits after a digit are a group of the same number, and the comma behind such
/// groups is a decimal point.
fn after_blank<'a>(rest: &'a [u8], clean: &mut Vec<u8>) -> &'a [u8] {
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits != 3 || !clean.last().is_some_and(u8::is_ascii_digit) {
        clean.push(b' ');
        return rest;
    }
    clean.extend_from_slice(&rest[..3]);
    match rest[3..] {
        [b',', b'0'..=b'9', ..] => {
            clean.push(b'.');
            &rest[4..]
        }
        _ => &rest[3..],
    }
}

/// How long the escape sequence is after its ESC, and whether it moves the cursor: what follows then stands elsewhere
/// on the screen, so it is parted from what came before (ECMA-48 section 5.4; `console_codes(4)`).
fn escape(after: &[u8]) -> (usize, bool) {
    let run = |from: usize, wanted: fn(&u8) -> bool| {
        after.get(from..).unwrap_or_default().iter().take_while(|byte| wanted(byte)).count()
    };
    match after.first() {
        // CSI: parameters, intermediates, one final byte.
        Some(b'[') => {
            let parameters = 1 + run(1, |byte| (b' '..=b'?').contains(byte));
            let last = after.get(parameters).copied().unwrap_or_default();
            (
                after.len().min(parameters + 1),
                matches!(last, b'A'..=b'H' | b'`' | b'a' | b'd' | b'e' | b'f'),
            )
        }
        // A string, of the window's title for example, up to BEL or ESC \.
        Some(b']' | b'P' | b'X' | b'^' | b'_') => {
            let text = run(0, |byte| !matches!(byte, 0x07 | 0x1b));
            let end = match after.get(text) {
                Some(0x1b) => text + 2,
                _ => text + 1,
            };
            (after.len().min(end), false)
        }
        // Two bytes, or more with intermediates: ESC ( B.
        Some(_) => (after.len().min(run(0, |byte| (b' '..=b'/').contains(byte)) + 1), false),
        None => (0, false),
    }
}

/// What stands within brackets round the whole line, any number of them: `(1, 2)`, `[[1 2]` and `[3 4]]` of an array in
/// several lines. `None` if there are none.
pub(super) fn unbracketed(line: &[u8]) -> Option<&[u8]> {
    let is_open = |byte: &u8| b"([{".contains(byte);
    let is_close = |byte: &u8| b")]}".contains(byte);
    let line = line.strip_suffix(b",").unwrap_or(line);
    if !line.first().is_some_and(is_open) || !line.last().is_some_and(is_close) {
        return None;
    }
    let start = line.iter().position(|byte| !is_open(byte) && !byte.is_ascii_whitespace())?;
    let end = line.iter().rposition(|byte| !is_close(byte) && !byte.is_ascii_whitespace())? + 1;
    // `[a] 1 [b]`: the brackets are not round the whole. Of `{a=f(x)}` the first that closes is not.
    let within = line.get(start..end).filter(|within| !within.is_empty())?;
    let depth = within.iter().try_fold(0_usize, |depth, byte| match byte {
        _ if is_open(byte) => Some(depth + 1),
        _ if is_close(byte) => depth.checked_sub(1),
        _ => Some(depth),
    })?;
    let end = line.iter().enumerate().skip(end).filter(|(_, byte)| is_close(byte)).nth(depth)?.0;
    Some(line[start..end].trim_ascii())
}

/// Whether the line is a number in groups or an amount of money in brackets, as accountants write what is below zero:
/// `(1,234.50)`, `($5)`.
pub(super) fn is_below_zero(line: &[u8]) -> bool {
    let inner = line.strip_prefix(b"(").and_then(|rest| rest.strip_suffix(b")"));
    let is_grouped =
        |inner| groups::grouped(inner).is_some_and(|(_, length)| length == inner.len());
    let is_money = |measure: Measure| measure.unit.is_some();
    inner.is_some_and(is_grouped) || measure::below_zero(line).is_some_and(is_money)
}

/// Whether the line is an element of XML, or several. Its numbers are in attributes and between tags, whose names say what
/// they are: that is not read.
pub(super) fn is_markup(line: &[u8]) -> bool {
    let is_tag = |byte: &u8| byte.is_ascii_alphabetic() || b"/?!".contains(byte);
    line.starts_with(b"<") && line.get(1).is_some_and(is_tag) && line.ends_with(b">")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn colours_titles_marks_and_control_bytes_are_taken_out() {
        for (line, text) in [
            ("\x1b[32m12.5\x1b[0m", "12.5"),
            ("\x1b[1;31mtemp\x1b[m=5", "temp=5"),
            ("\x1b]0;title 7\x0712", "12"),
            ("\x1b]8;;http://x/9\x1b\\12", "12"),
            ("\x1b(B12\x1b7", "12"),
            ("1\x1b[5C2\x1b[3;4H3", "1 2 3"),
            ("\u{feff}a\u{feff}b", "ab"),
            ("\u{200b}5\u{200f} \u{2212}3", "5 \u{2212}3"),
            ("\x00\x000002,\x7f", "0002,"),
            ("5\x00\x006\x1f7\x00a\x008", "5 6 7a8"),
            ("5\x00\x1b[0m6", "5 6"),
            ("1\t2", "1\t2"),
            ("1\x0c2", "1 2"),
            ("\u{200b}5\u{200e}", "5"),
            ("temp:\u{a0}21.5\u{202f}°C", "temp: 21.5 °C"),
            ("1\u{202f}234\u{a0}567,5", "1234567.5"),
            ("1\u{a0}2", "1 2"),
            ("\x1b", ""),
            ("5\x1b[", "5"),
            ("ｅ", "ｅ"),
        ] {
            assert_eq!(String::from_utf8_lossy(&clean(line.as_bytes())), text, "{line:?}");
        }
        assert!(matches!(clean("12 °C\tµs".as_bytes()), Cow::Borrowed(_)));
    }

    #[test]
    fn brackets_round_a_whole_line_are_taken_off() {
        for (line, inner) in [
            ("(1, 2, 3)", Some("1, 2, 3")),
            ("[[1 2]", Some("1 2")),
            ("[3 4]]", Some("3 4")),
            ("{a=f(x), b=6},", Some("a=f(x), b=6")),
            ("[12:30] 5 [x]", None),
            ("(1) 2", None),
            ("{'a': int(1)}", Some("'a': int(1)")),
            ("f(1)", None),
            ("[]", None),
        ] {
            let found = unbracketed(line.as_bytes()).map(|inner| str::from_utf8(inner).unwrap());
            assert_eq!(found, inner, "{line}");
        }
    }

    #[test]
    fn a_number_in_groups_and_brackets_is_below_zero() {
        for (line, expected) in [
            ("(1,234.50)", true),
            ("(1'234)", true),
            ("($345.00)", true),
            ("(1, 2)", false),
            ("(5)", false),
            ("1,234", false),
        ] {
            assert_eq!(is_below_zero(line.as_bytes()), expected, "{line}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_leave_a_control_byte_and_cleaning_twice_changes_nothing(line in prop::collection::vec(any::<u8>(), 0..80)) {
            let once = clean(&line).into_owned();
            prop_assert!(once.iter().all(|byte| *byte == b'\t' || (*byte >= b' ' && *byte != 0x7f)));
            prop_assert_eq!(unbracketed(&once).is_none() || once.len() > 2, true);
        }
    }
}
