//! Several numbers behind a name: a row, a list, or counts with their own names. One number and its name are left to
//! `pairs`.

use crate::input::grammar::cells::measure::{self, Measure};
use crate::input::grammar::cells::moment::Moment;
use crate::input::grammar::cells::unit::Unit;
use crate::input::grammar::words::begins_name;

/// Whether nothing but numbers follows the first one: `lo: 1 2`.
pub(in crate::input) fn are_all(first: Measure, after: &[u8]) -> bool {
    let (mut measure, mut rest, mut count) = (first, after, 1);
    loop {
        rest = after_separator(rest);
        if measure.unit.is_none()
            && let Some((_, length)) = measure::after_blank(rest)
        {
            rest = after_separator(&rest[length..]);
        }
        if rest.is_empty() {
            return count > 1;
        }
        let Some((next, length)) = measure::prefix(rest) else { return false };
        rest = &rest[length..];
        measure = next;
        count += 1;
    }
}

/// The number that tells how far others lie from the one before, `± 7.3 ms`, and where it ends.
pub(in crate::input) fn deviation(after: &[u8]) -> Option<(Measure, usize)> {
    let rest = after.trim_ascii_start();
    let sign = ["±", "+/-", "+-"].into_iter().find(|sign| rest.starts_with(sign.as_bytes()))?;
    let rest = rest[sign.len()..].trim_ascii_start();
    measure::prefix(rest).map(|(measure, length)| (measure, after.len() - rest.len() + length))
}

/// Whether a number is followed by another one that is no name, also behind parentheses, a slash or as the end of a range:
/// together they are no value. Nor are a day and a clock time.
pub(in crate::input) fn goes_on(first: Measure, after: &[u8]) -> bool {
    let rest = after_separator(after);
    let is_time = first.unit.is_some_and(|unit| unit.turned_into(1.0, Unit::SECOND).is_some());
    if is_time && rest.len() < after.len() && Moment::prefix(rest).is_some() {
        return true;
    }
    let marks = ["/ ", "… ", ".. ", "... "];
    let rest =
        marks.into_iter().find_map(|mark| rest.strip_prefix(mark.as_bytes())).unwrap_or(rest);
    let end = if rest.starts_with(b"(") { memchr::memchr(b')', rest) } else { None };
    let rest = end.map_or(rest, |end| &rest[end + 1..]);
    let rest = rest.trim_ascii_start();
    measure::prefix(rest).is_some_and(|(_, length)| {
        !matches!(rest[length..].trim_ascii_start().first(), Some(b'=' | b':'))
    })
}

/// `123 total, 1 running`: numbers with their names behind them, also if one looks like a unit (`us` of top).
pub(in crate::input) fn counts(text: &[u8]) -> Option<Vec<(Measure, Vec<u8>)>> {
    // A sentence may end on the line: `0.0 used. 22000.0 avail Mem`. Behind a digit a comma is a part of the number.
    let is_end =
        |mark: &[u8]| !mark[0].is_ascii_digit() && (mark[1] == b',' || mark[1..] == *b". ");
    let mut next = Some(text);
    let texts = std::iter::from_fn(|| {
        let text = next?;
        let end = text.windows(3).position(is_end);
        next = end.map(|end| &text[end + 2..]);
        Some(&text[..end.map_or(text.len(), |end| end + 1)])
    });
    let parts: Vec<(Measure, Vec<u8>)> = texts.map(count).collect::<Option<_>>()?;
    let is_unit = |(measure, word): &(Measure, Vec<u8>)| {
        measure.unit.is_none() && measure::after_blank(word).is_some()
    };
    let is_named = parts.len() > 1 && !parts.iter().all(is_unit);
    is_named.then_some(parts)
}

/// A number, its unit if a name follows that, and its name, of two words at most.
fn count(part: &[u8]) -> Option<(Measure, Vec<u8>)> {
    let part = part.trim_ascii();
    let (measure, length) = measure::prefix(part)?;
    let word = part[length..].trim_ascii_start();
    let word = word.strip_suffix(b".").unwrap_or(word);
    let (measure, word) = match measure::after_blank(word) {
        Some((unit, end)) if measure.unit.is_none() && end < word.len() => {
            (Measure { unit: Some(unit), ..measure }, word[end..].trim_ascii_start())
        }
        _ => (measure, word),
    };
    let blanks = word.iter().filter(|byte| byte.is_ascii_whitespace()).count();
    let is_word = begins_name(word) && blanks < 2;
    (is_word && length < part.len()).then(|| (measure, word.to_vec()))
}

/// What follows a comma or blanks.
fn after_separator(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii_start();
    text.strip_prefix(b",").unwrap_or(text).trim_ascii_start()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_numbers_are_a_row_a_list_or_counts() {
        let all = |text: &str| {
            let (first, length) = measure::prefix(text.as_bytes()).unwrap();
            are_all(first, &text.as_bytes()[length..])
        };
        assert!(all("1 2") && all("0.08, 0.03") && all("1 kB 2 kB"));
        assert!(!all("1") && !all("1 kB") && !all("1 2 x"));
        let go_on = |first: &str, after: &str| {
            goes_on(measure::prefix(first.as_bytes()).unwrap().0, after.as_bytes())
        };
        for after in [", 5", " / 5 (3%)", " … 35.4 ms", " ( 60%) 0.05"] {
            assert!(go_on("1", after), "{after}");
        }
        for after in [" / x", " ... done", " 5=x", " ms", " (max 5)", ", 17:00:01"] {
            assert!(!go_on("1", after), "{after}");
        }
        assert!(go_on("1day", ", 2:03:04"));
        let length = |text: &str| deviation(text.as_bytes()).map(|(_, end)| end);
        assert_eq!(
            [length(" ± 7.3 ms"), length(" +/- 2%"), length(" 7.3")],
            [Some(7), Some(7), None]
        );
        let names = |text: &str| {
            let parts = counts(text.as_bytes())?;
            Some(
                parts
                    .iter()
                    .map(|(_, name)| String::from_utf8_lossy(name).into_owned())
                    .collect::<Vec<_>>()
                    .join("|"),
            )
        };
        assert_eq!(names("123 total, 1 running").as_deref(), Some("total|running"));
        assert_eq!(names("1.2 us, 0.5 ni,100.0 id").as_deref(), Some("us|ni|id"));
        assert_eq!(names("0.0 used. 22000.0 avail Mem").as_deref(), Some("used|avail Mem"));
        assert_eq!(names("48 bits physical, 48 bits virtual").as_deref(), Some("physical|virtual"));
        assert_eq!(names("12 allocs, 75,776 bytes allocated").as_deref(), Some("allocs|allocated"));
        assert_eq!(names("5 ms, 6 s"), None);
    }
}
