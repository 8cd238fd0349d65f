//! A number with the unit that follows it, and where both end.

use super::duration;
use super::foreign::Foreign;
use super::groups;
use super::number;
use super::unit::Unit;

/// More bytes than this are no unit.
const LONGEST_UNIT: usize = 12;

/// A number, and its unit if it bears one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::input) struct Measure {
    /// NaN for a gap; infinite if a double cannot hold it.
    pub(in crate::input) value: f64,
    pub(in crate::input) unit: Option<Unit>,
}

/// Columns of memory in KiB, which `m`, `g` and `t` are multiples of: top(1), also that of busybox.
const OF_KIB: [&[u8]; 5] = [b"VIRT", b"RES", b"SHR", b"VSZ", b"RSS"];

impl Measure {
    /// The number in a column of this name: `1.0g` of top is 1048576, as its other numbers are KiB.
    pub(in crate::input) fn in_column(self, name: &[u8]) -> Self {
        match self.unit.filter(|_| OF_KIB.contains(&name)).and_then(Unit::of_top) {
            Some(many) => Self { value: number::rounded(self.value * many), unit: None },
            None => self,
        }
    }
}

/// The measure that the text begins with, and its length, if what follows ends it: nothing, a blank or punctuation.
/// A comma between digits ends it only where digit groups end; directly before a unit it is a decimal point: `1,1Gi`.
pub(in crate::input) fn prefix(text: &[u8]) -> Option<(Measure, usize)> {
    let is_word = |first: &u8| first.is_ascii_alphabetic() && !matches!(first | 0x20, b'n' | b'i');
    if text.first().is_none_or(is_word) {
        return money(text);
    }
    let Some((value, length)) = groups::grouped(text).or_else(|| number::prefix(text)) else {
        return money(text);
    };
    let rest = &text[length..];
    // Dates and clock times come here all the time.
    if matches!(rest.first(), Some(b'-' | b':')) {
        return None;
    }
    if may_go_on(rest)
        && let Some((value, unit, length)) = duration::prefix(text)
    {
        let end = length + usize::from(text[length..].starts_with(b"."));
        return is_ended(&text[end..]).then_some((Measure { value, unit: Some(unit) }, end));
    }
    if rest.first() == Some(&b',') && rest.get(1).is_some_and(u8::is_ascii_digit) {
        return with_decimal_comma(text, length);
    }
    let letters = if is_ended(rest) { 0 } else { word_length(rest) };
    let end = length + letters;
    // The full stop of a sentence.
    let word = rest[..letters].strip_suffix(b".").unwrap_or(&rest[..letters]);
    // `01131C` is the number of a thing, in hexadecimal digits.
    let is_padded = text[0] == b'0' && text.get(1).is_some_and(u8::is_ascii_digit);
    let is_hexadecimal = is_padded && word.iter().all(|byte| matches!(byte, b'A'..=b'F'));
    if word.is_empty() {
        return is_ended(&text[end..]).then_some((Measure { value, unit: None }, end));
    }
    if !is_ended(&text[end..]) || is_hexadecimal {
        return None;
    }
    Unit::named(word).map(|unit| (Measure { value, unit: Some(unit) }, end))
}

/// Whether what follows a number may be a unit of time, and another part of a duration.
fn may_go_on(rest: &[u8]) -> bool {
    let word = rest.trim_ascii_start();
    let letters = word.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    word.first().is_some_and(|first| b"wdhms".contains(first))
        && matches!(word.get(letters), Some(b' ' | b',' | b'0'..=b'9'))
}

/// The amount of money in brackets, as accountants write what is below zero: `($345.00)`, `(345.00)`.
pub(in crate::input) fn below_zero(cell: &[u8]) -> Option<Measure> {
    let inner = cell.strip_prefix(b"(")?.strip_suffix(b")")?;
    let has_cents = matches!(inner, [.., b'.', b'0'..=b'9', b'0'..=b'9']);
    let is_money = |measure: &Measure| measure.unit.map_or(has_cents, Unit::is_money);
    let measure = whole(inner).filter(is_money)?;
    Some(Measure { value: -measure.value, ..measure })
}

/// The amount that its currency stands before: `-$5.20`, `$-5.20`, `USD 5`.
fn money(text: &[u8]) -> Option<(Measure, usize)> {
    // Nearly every text is a word: one byte tells.
    if !matches!(text.first()?, b'$' | b'-' | b'+' | 0xc2 | 0xe2 | b'U' | b'E' | b'G') {
        return None;
    }
    let (is_negative, start) = number::sign(text);
    let amount = &text[start..];
    let currencies = ["$", "€", "£", "¥", "USD ", "EUR ", "GBP "];
    let currency = currencies.into_iter().find(|sign| amount.starts_with(sign.as_bytes()))?;
    let amount = &amount[currency.len()..];
    let digits = if start == 0 { amount.strip_prefix(b"-").unwrap_or(amount) } else { amount };
    let has_digits = digits.first().is_some_and(u8::is_ascii_digit);
    let (measure, length) = has_digits.then(|| prefix(amount))??;
    let value = if is_negative { -measure.value } else { measure.value };
    // `$1.2K` is thousands of them.
    let many = measure.unit.map_or(Some(value), |unit| unit.many(value))?;
    let unit = Unit::named(currency.trim_end().as_bytes());
    Some((Measure { value: many, unit }, text.len() - amount.len() + length))
}

/// The number whose comma stands at `comma`, if a unit follows its digits.
fn with_decimal_comma(text: &[u8], comma: usize) -> Option<(Measure, usize)> {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || *byte == b',';
    let after = &text[comma + 1..];
    let end = comma + 1 + after.iter().position(ends).unwrap_or(after.len());
    let mut pointed = text[..end].to_vec();
    pointed[comma] = b'.';
    prefix(&pointed).filter(|(measure, _)| measure.unit.is_some())
}

/// The measure that is all of the text, a known unit after a blank included.
pub(in crate::input) fn whole(text: &[u8]) -> Option<Measure> {
    let (measure, length) = prefix(text)?;
    match text[length..].trim_ascii_start() {
        b"" => Some(measure),
        rest if length < text.len() && text[length].is_ascii_whitespace() => {
            measure.unit.is_none().then(|| after_blank(rest)).flatten().and_then(|(unit, end)| {
                (end == rest.len()).then_some(Measure { unit: Some(unit), ..measure })
            })
        }
        _ => None,
    }
}

/// Whether the text is a number and what may be a unit that is not known: `12furlong/h`, `0.5 mSv/h`. Digits that follow are
/// those of an address or a version, and letters up to f those of a hexadecimal number.
pub(in crate::input) fn has_unknown_unit(text: &[u8]) -> bool {
    let Some((_, length)) = number::prefix(text) else { return false };
    let unit = text[length..].trim_ascii_start();
    let is_apart = length + unit.len() < text.len();
    let count = |is: fn(&u8) -> bool| unit.iter().filter(|byte| is(byte)).count();
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || !byte.is_ascii() || *byte == b'*';
    let is_mark = |byte: &u8| is_letter(byte) || byte.is_ascii_digit() || b"/%^.".contains(byte);
    text[0] != b'n'
        && text[0] != b'i'
        && unit.len() <= LONGEST_UNIT
        && unit.iter().all(is_mark)
        && unit.iter().any(is_letter)
        && count(u8::is_ascii_digit) < 2
        && (!is_apart || unit.contains(&b'/'))
        && !unit.iter().all(u8::is_ascii_hexdigit)
        && Foreign::of(text).is_none()
}

/// Whether the text is a number with something else, and not read: `98/100`, `5'2`, `<5ms`, `[1`. A path, an address, a
/// version and a date are none.
pub(in crate::input) fn is_with_more(text: &[u8]) -> bool {
    let shown = String::from_utf8_lossy(text);
    let bare = shown.trim_start_matches(|mark| "<>=~≤≥≈[".contains(mark)).as_bytes();
    if !bare.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    if bare.len() < text.len() && whole(bare).is_some() {
        return true;
    }
    let Some((_, length)) = number::prefix(bare) else { return false };
    matches!(&bare[length..], [b'/' | b'\'', digit, rest @ ..] if digit.is_ascii_digit() && !rest.contains(&b'/'))
}

/// The known unit that is the text's first word, and that word's length. Single letters that are more often words or
/// names than units have to follow their number directly.
pub(in crate::input) fn after_blank(text: &[u8]) -> Option<(Unit, usize)> {
    // What follows is nearly always the next number, or a word.
    if text.first().is_none_or(|first| first.is_ascii_digit() || matches!(first, b'-' | b'.')) {
        return None;
    }
    let length = word_length(text);
    let word = text[..length].strip_suffix(b".").unwrap_or(&text[..length]);
    // At the end no number follows which that letter would name. Thousandths are not written apart.
    if length == text.len() && matches!(word, b"m" | b"h" | b"d" | b"w") {
        let unit = Unit::of_time(word).unwrap_or(Unit::METRE);
        return Some((unit, word.len()));
    }
    let is_likely =
        !matches!(word, b"m" | b"u" | b"n" | b"x" | b"X" | b"d" | b"w" | b"h" | b"b" | b"t");
    (is_likely && !word.contains(&b'=') && is_ended(&text[length..]))
        .then(|| Unit::named(word))
        .flatten()
        .map(|unit| (unit, word.len()))
}

/// Whether a number may end before `rest`.
fn is_ended(rest: &[u8]) -> bool {
    match rest {
        [] => true,
        // Digits follow of a list, or of one number as the Swiss write it.
        [b',' | b'\'', digit, ..] if digit.is_ascii_digit() => false,
        // `§` in UTF-8: Teleplot puts a unit behind it.
        [0xc2, 0xa7, ..] => true,
        [b',' | b';' | b')' | b']' | b'}' | b'>' | b'"' | b'\'' | b'|', ..] => true,
        [first, ..] => first.is_ascii_whitespace(),
    }
}

/// How long the run of bytes is that may be a unit.
fn word_length(text: &[u8]) -> usize {
    (0..text.len()).find(|at| is_ended(&text[*at..]) || text[*at] == b',').unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(f64, String)> {
        let measure = whole(text.as_bytes())?;
        Some((measure.value, measure.unit.map(|unit| unit.to_string()).unwrap_or_default()))
    }

    #[test]
    fn a_number_may_bear_a_known_unit_also_after_a_blank() {
        for (text, value, unit) in [
            ("12", 12.0, ""),
            ("12ms", 12.0, "ms"),
            ("12 ms", 12.0, "ms"),
            ("45%", 45.0, "%"),
            ("-4°C", -4.0, "°C"),
            ("3.4GB", 3.4, "GB"),
            ("1,234,567 kB", 1_234_567.0, "kB"),
            ("1m30s", 1.5, "min"),
            ("1d 12h", 1.5, "d"),
            ("6 hours, 51 minutes", 6.85, "h"),
            ("$1,234.56", 1234.56, "$"),
            ("-€5", -5.0, "€"),
            ("$1.2K", 1200.0, "$"),
            ("-$3M", -3e6, "$"),
            ("USD 5", 5.0, "$"),
            ("–7", -7.0, ""),
            ("1234.56 €", 1234.56, "€"),
            ("2m", 2.0, "m"),
            ("123.4 m", 123.4, "m"),
            ("980 g", 980.0, "g"),
            ("1.5e-3s", 0.0015, "s"),
            ("5.", 5.0, ""),
            ("5ms.", 5.0, "ms"),
            ("1,1Gi", 1.1, "Gi"),
            ("1'234.50", 1234.5, ""),
            ("1'234 kB", 1234.0, "kB"),
            ("0,128ms", 0.128, "ms"),
        ] {
            assert_eq!(read(text), Some((value, unit.to_owned())), "{text}");
        }
    }

    #[test]
    fn at_the_end_a_letter_behind_a_blank_may_be_a_unit() {
        for (text, expected) in [("1 h", "h"), ("1.5 d", "d"), ("2 w", "w"), ("2 m", "m")] {
            assert_eq!(read(text).map(|(_, unit)| unit).as_deref(), Some(expected), "{text}");
        }
        for text in ["1 x", "1 u", "1 5 h", "5% h", "h", " h"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(after_blank(b"m 3"), None);
    }

    #[test]
    fn in_columns_of_top_prefixes_are_multiples_of_a_kibibyte() {
        let read = |text: &str, column: &str| {
            let Measure { value, unit } =
                whole(text.as_bytes()).unwrap().in_column(column.as_bytes());
            format!("{value}{}", unit.map(|unit| unit.to_string()).unwrap_or_default())
        };
        assert_eq!([read("1.0g", "RES"), read("138m", "VSZ")], ["1048576", "141312"]);
        assert_eq!([read("1.1t", "VIRT"), read("987652", "RES")], ["1181116006.4", "987652"]);
        assert_eq!([read("1.0g", "weight"), read("1.5G", "RES")], ["1g", "1.5G"]);
    }

    #[test]
    fn a_word_behind_a_number_may_be_a_unit_that_is_not_known() {
        for text in ["12furlong/h", "0.5 mSv/h", "12.1kn", "9.8 m/s^2", "5y", "7m³"] {
            assert!(has_unknown_unit(text.as_bytes()), "{text}");
        }
        for text in [
            "1.2.3",
            "4.19.0-amd64",
            "10.0.0.1:80",
            "0x1F",
            "0xee",
            "3f2b1c",
            "12ab",
            "2026-11-26",
            "12:30",
            "5 of 10",
            "5 requests",
            "13729/0",
            "26/Nov/2026",
            "none",
            "",
        ] {
            assert!(!has_unknown_unit(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_number_with_something_else_is_known() {
        for text in ["98/100", "5'2", "<5", "~0.5", "[1", "<1ms", ">=5", "≤5 %"] {
            assert!(is_with_more(text.as_bytes()), "{text}");
        }
        for text in ["5", "10.0.0.1/24", "/5", "1.2.3", "2026-11-26", "5/a", "0x1F", "<a>", ""] {
            assert!(!is_with_more(text.as_bytes()), "{text}");
        }
        assert_eq!(prefix(b"5'2"), None);
    }

    #[test]
    fn what_only_begins_like_a_number_is_none() {
        for text in [
            "1.2.3",
            "0x1f",
            "01131C",
            "12:30",
            "2026-11-25",
            "5 waiting",
            "12ab",
            "3rd",
            "1,2",
            "1,23",
            "30s1m",
            "$ 5",
            "1m",
            "5ms3",
            "12 ms 3",
            "",
        ] {
            // A lone m is a thousandth.
            if text != "1m" {
                assert_eq!(read(text), None, "{text}");
            }
        }
        assert_eq!(prefix(b"5, 6").map(|(measure, end)| (measure.value, end)), Some((5.0, 1)));
        assert_eq!(prefix(b"5,6"), None);
    }
}
