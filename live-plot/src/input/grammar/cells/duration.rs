//! Durations of several parts, `1m30s` and `6 hours, 51 minutes`, counted in the unit of the first that is not 0. `m` is
//! minutes there.

use super::number;
use super::unit::Unit;

/// The parts of a duration so far.
#[derive(Debug, Clone, Copy)]
struct Sum {
    value: f64,
    /// The unit of the first part that is not 0.
    unit: Unit,
    /// The unit of the last part.
    last: Unit,
}

/// The duration that is all of the text, without blanks: `1m30s`.
pub(in crate::input) fn whole(text: &[u8]) -> Option<(f64, Unit)> {
    let mut sum = None;
    let (mut rest, mut parts) = (text, 0);
    let is_negative = rest.first() == Some(&b'-');
    while !rest.is_empty() {
        let (value, length) = number::prefix(rest).filter(|(value, _)| value.is_finite())?;
        let letters = rest[length..].iter().take_while(|byte| !byte.is_ascii_digit()).count();
        let unit = unit(&rest[length..length + letters])?;
        // Only the first part has a sign.
        if parts > 0 && !rest[0].is_ascii_digit() {
            return None;
        }
        sum = Some(added(sum, if is_negative && parts > 0 { -value } else { value }, unit)?);
        parts += 1;
        rest = &rest[length + letters..];
    }
    sum.filter(|_| parts > 1).map(|sum| (sum.value, sum.unit))
}

/// The duration that the text begins with, blanks or commas between its parts, and its length.
pub(in crate::input) fn spaced(text: &[u8]) -> Option<(f64, Unit, usize)> {
    let mut sum = None;
    let (mut at, mut end, mut parts) = (0, 0, 0);
    while let Some((value, unit, length)) = part(&text[at..]).filter(|part| follows(sum, *part)) {
        sum = added(sum, value, unit);
        parts += 1;
        end = at + length;
        let after = &text[end..];
        let gap = after.strip_prefix(b",").unwrap_or(after).trim_ascii_start();
        if gap.len() == after.len() || !gap.first().is_some_and(u8::is_ascii_digit) {
            break;
        }
        at = text.len() - gap.len();
    }
    sum.filter(|_| parts > 1).map(|sum| (sum.value, sum.unit, end))
}

/// A number and its unit, behind a blank perhaps, and the length of both.
fn part(text: &[u8]) -> Option<(f64, Unit, usize)> {
    let (value, length) = number::prefix(text)?;
    let word = text[length..].trim_ascii_start();
    let start = text.len() - word.len();
    let letters = word.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    // Behind a blank a single letter is more often a name.
    let is_likely = start == length || letters > 1 || word.starts_with(b"s");
    is_likely.then(|| unit(&word[..letters]))?.map(|unit| (value, unit, start + letters))
}

/// Whether this is the next part of a duration. What cannot be a part of a longer unit, as 90 seconds of minutes, or is less
/// than a second is a value by itself.
fn follows(sum: Option<Sum>, (value, unit, _): (f64, Unit, usize)) -> bool {
    let is_second = unit.turned_into(1.0, Unit::SECOND).is_some_and(|seconds| seconds >= 1.0);
    let fits = match sum {
        None => value.fract() == 0.0,
        Some(sum) => sum.last.turned_into(1.0, unit).is_some_and(|most| value < most),
    };
    value >= 0.0 && is_second && fits
}

/// The unit of a part.
fn unit(word: &[u8]) -> Option<Unit> {
    if word == b"m" { Some(Unit::MINUTE) } else { Unit::of_time(word) }
}

/// A duration and its next part, from the longest unit to the shortest.
fn added(sum: Option<Sum>, value: f64, unit: Unit) -> Option<Sum> {
    let Some(sum) = sum else { return Some(Sum { value, unit, last: unit }) };
    sum.last.turned_into(1.0, unit).filter(|many| *many > 1.0)?;
    let last = unit;
    let (value, unit) = match sum.value {
        0.0 => (value, unit),
        before => (before + unit.turned_into(value, sum.unit)?, sum.unit),
    };
    Some(Sum { value, unit, last })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_duration_counts_in_the_unit_of_its_first_part_that_is_not_0() {
        for (text, expected) in [
            ("1m30s", Some("1.5min")),
            ("-1m30s", Some("-1.5min")),
            ("0m0.114s", Some("0.114s")),
            ("1h30m", Some("1.5h")),
            ("1h5s3m", None),
            ("30s1m", None),
            ("1m-30s", None),
            ("5ms", None),
        ] {
            let found = whole(text.as_bytes()).map(|(value, unit)| format!("{value}{unit}"));
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn it_is_what_was_written_in_seconds_too(minutes in 1..600_u32, millis in 0..60_000_u32) {
            let text = format!("{minutes}m{}.{:03}s", millis / 1000, millis % 1000);
            let (value, unit) = whole(text.as_bytes()).unwrap();
            let seconds = f64::from(minutes * 60_000 + millis) / 1000.0;
            prop_assert_eq!(unit.turned_into(value, Unit::SECOND), Some(seconds), "{}", text);
        }
    }

    #[test]
    fn blanks_and_commas_may_part_it() {
        for (text, expected) in [
            ("1d 12h", Some("1.5d")),
            ("6 hours, 51 minutes", Some("6.85h")),
            ("1m 12s, then", Some("1.2min, then")),
            ("5 min 3 s", Some("5.05min")),
            ("2m 90s", None),
            ("1s 20ms", None),
            ("1.5h 3m", None),
            ("2 h 3 m", None),
            ("5s", None),
        ] {
            let found = spaced(text.as_bytes())
                .map(|(value, unit, end)| format!("{value}{unit}{}", &text[end..]));
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
