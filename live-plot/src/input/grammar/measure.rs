//! A number with the unit that follows it, and where both end.

use super::number;
use super::unit::Unit;

/// A number, and its unit if it bears one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::input) struct Measure {
    /// NaN for a gap; infinite if a double cannot hold it.
    pub(in crate::input) value: f64,
    pub(in crate::input) unit: Option<Unit>,
}

/// The measure that the text begins with, and its length, if what follows ends it: nothing, a blank or punctuation.
/// A comma between digits ends it only where digit groups end.
pub(super) fn prefix(text: &[u8]) -> Option<(Measure, usize)> {
    let (value, length) = number::grouped(text).or_else(|| number::prefix(text))?;
    let rest = &text[length..];
    if is_ended(rest) {
        return Some((Measure { value, unit: None }, length));
    }
    let letters = word_length(rest);
    if letters == 0 {
        return None;
    }
    // The full stop of a sentence.
    let word = rest[..letters].strip_suffix(b".").unwrap_or(&rest[..letters]);
    let end = length + letters;
    if word.is_empty() {
        return Some((Measure { value, unit: None }, end));
    }
    if !is_ended(&text[end..]) {
        return None;
    }
    match Unit::named(word) {
        Some(unit) => Some((Measure { value, unit: Some(unit) }, end)),
        None => duration(&text[..length + word.len()]).map(|measure| (measure, end)),
    }
}

/// The measure that is all of the text, a known unit after a blank included.
pub(super) fn whole(text: &[u8]) -> Option<Measure> {
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

/// The known unit that is the text's first word, and that word's length. Single letters that are more often words or
/// names than units have to follow their number directly.
pub(super) fn after_blank(text: &[u8]) -> Option<(Unit, usize)> {
    // What follows is nearly always the next number, or a word.
    if text.first().is_none_or(|first| first.is_ascii_digit() || matches!(first, b'-' | b'.')) {
        return None;
    }
    let length = word_length(text);
    let word = text[..length].strip_suffix(b".").unwrap_or(&text[..length]);
    let is_likely = !matches!(word, b"m" | b"u" | b"n" | b"x" | b"X" | b"d" | b"w" | b"h" | b"b");
    (is_likely && !word.contains(&b'=') && is_ended(&text[length..]))
        .then(|| Unit::named(word))
        .flatten()
        .map(|unit| (unit, word.len()))
}

/// Whether a number may end before `rest`.
fn is_ended(rest: &[u8]) -> bool {
    match rest.first() {
        None => true,
        Some(b',') => !rest.get(1).is_some_and(u8::is_ascii_digit),
        Some(byte) => byte.is_ascii_whitespace() || is_punctuation(rest, *byte),
    }
}

fn is_punctuation(rest: &[u8], first: u8) -> bool {
    // Teleplot puts a unit after the sign for a section.
    b";)]}>\"'|".contains(&first) || rest.starts_with("§".as_bytes())
}

/// How long the run of bytes is that may be a unit.
fn word_length(text: &[u8]) -> usize {
    (0..text.len()).find(|at| is_ended(&text[*at..]) || text[*at] == b',').unwrap_or(text.len())
}

/// A duration of several units, `1m30s`, counted in the first of them. `m` is minutes there.
fn duration(text: &[u8]) -> Option<Measure> {
    let mut sum: Option<(f64, Unit)> = None;
    let (mut rest, mut parts, mut last) = (text, 0, f64::INFINITY);
    let is_negative = rest.first() == Some(&b'-');
    while !rest.is_empty() {
        let (value, length) = number::prefix(rest).filter(|(value, _)| value.is_finite())?;
        let letters = rest[length..].iter().take_while(|byte| !byte.is_ascii_digit()).count();
        let word = &rest[length..length + letters];
        let unit = if word == b"m" { Unit::MINUTE } else { Unit::of_time(word)? };
        let seconds = unit.turned_into(1.0, Unit::MINUTE)?;
        // From the longest to the shortest, and only the first part has a sign.
        if seconds >= last || (parts > 0 && !rest[0].is_ascii_digit()) {
            return None;
        }
        let value = if is_negative && parts > 0 { -value } else { value };
        sum = Some(match sum {
            None => (value, unit),
            Some((sum, first)) => (sum + unit.turned_into(value, first)?, first),
        });
        last = seconds;
        parts += 1;
        rest = &rest[length + letters..];
    }
    sum.filter(|_| parts > 1).map(|(value, unit)| Measure { value, unit: Some(unit) })
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
            ("-1m30s", -1.5, "min"),
            ("1h30m", 1.5, "h"),
            ("2m", 2.0, "m"),
            ("1.5e-3s", 0.0015, "s"),
            ("5.", 5.0, ""),
            ("5ms.", 5.0, "ms"),
        ] {
            assert_eq!(read(text), Some((value, unit.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_only_begins_like_a_number_is_none() {
        for text in [
            "1.2.3",
            "0x1f",
            "12:30",
            "2026-11-25",
            "5 waiting",
            "12ab",
            "3rd",
            "1,2",
            "1,23",
            "30s1m",
            "1m-30s",
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
