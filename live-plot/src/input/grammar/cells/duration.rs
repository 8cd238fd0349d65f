//! Durations of several parts, `1m30s` and `6 hours, 51 minutes`, counted in the unit of the first that is not 0. `m` is
//! minutes there.

use super::number;
use super::unit::Unit;

/// The duration that the text begins with, a blank perhaps, or a comma and a blank, between its parts, and its length.
pub(in crate::input) fn prefix(text: &[u8]) -> Option<(f64, Unit, usize)> {
    let is_negative = text.first() == Some(&b'-');
    let (mut at, mut end) = (usize::from(is_negative), usize::from(is_negative));
    let (mut seconds, mut first, mut last, mut parts) = (0.0, None, None::<Unit>, 0);
    while let Some((value, unit, length)) = part(&text[at..]) {
        let many = unit.turned_into(1.0, Unit::SECOND)?;
        // Behind a blank a part of a second is a value by itself.
        if at > end && many < 1.0 {
            break;
        }
        // So are 90 seconds behind minutes, and three times in a row.
        let fits = match last.and_then(|last| last.turned_into(1.0, unit)) {
            None => value.fract() == 0.0,
            Some(most) => most > 1.0 && value < most,
        };
        seconds += fits.then_some(value * many)?;
        first = first.or((value != 0.0).then_some(unit));
        last = Some(unit);
        parts += 1;
        end = at + length;
        let rest = &text[end..];
        let gap = [&b", "[..], b" "].into_iter().find(|gap| rest.starts_with(gap));
        at = end + gap.map_or(0, <[u8]>::len);
    }
    let unit = first.or(last).filter(|_| parts > 1)?;
    let value = number::rounded(seconds) / unit.turned_into(1.0, Unit::SECOND)?;
    Some((if is_negative { -value } else { value }, unit, end))
}

/// A number and its unit, behind a blank perhaps, and the length of both.
fn part(text: &[u8]) -> Option<(f64, Unit, usize)> {
    let (value, length) =
        number::prefix(text).filter(|_| text.first().is_some_and(u8::is_ascii_digit))?;
    let word = text[length..].trim_ascii_start();
    let start = text.len() - word.len();
    let letters = word.iter().take_while(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii());
    let word = &word[..letters.count()];
    // Behind a blank a single letter is more often a name.
    let is_likely = start == length || word.len() > 1 || word == b"s";
    let unit = if word == b"m" { Some(Unit::MINUTE) } else { Unit::of_time(word) };
    unit.filter(|_| is_likely).map(|unit| (value, unit, start + word.len()))
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
            let found = prefix(text.as_bytes()).filter(|(_, _, end)| *end == text.len());
            let found = found.map(|(value, unit, _)| format!("{value}{unit}"));
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn it_is_what_was_written_in_seconds_too(minutes in 1..600_u32, millis in 0..60_000_u32) {
            let text = format!("{minutes}m{}.{:03}s", millis / 1000, millis % 1000);
            let (value, unit, _) = prefix(text.as_bytes()).unwrap();
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
            ("3days  0.01s", None),
            ("3days 0.01s 0.01s", None),
            ("1.5h 3m", None),
            ("2 h 3 m", None),
            ("5s", None),
        ] {
            let found = prefix(text.as_bytes())
                .map(|(value, unit, end)| format!("{value}{unit}{}", &text[end..]));
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
