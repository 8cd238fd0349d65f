//! The numbers on a line as its reader sees them, wherever they stand: in brackets, and on both sides of a slash.

use std::ops::Range;

use crate::input::grammar::cells::measure;
use crate::input::grammar::cells::moment::Moment;
use crate::input::grammar::cells::number;

/// The value of a number on a line.
pub(super) fn value(figure: &[u8]) -> f64 {
    let number = || number::prefix(figure).map(|(value, _)| value);
    measure::whole(figure).map(|measure| measure.value).or_else(number).unwrap_or(f64::NAN)
}

/// Where the numbers of the line are, each with its unit. Dates, clock times, addresses and parts of words are none.
pub(super) fn figures(line: &[u8]) -> Vec<Range<usize>> {
    let mut figures = Vec::new();
    let mut at = 0;
    while at < line.len() {
        let begins = line[..at]
            .last()
            .is_none_or(|byte| byte.is_ascii_whitespace() || b",;|=:>([{</\"'".contains(byte));
        let rest = &line[at..];
        let number = if begins { length(rest) } else { None };
        if let Some(length) = number
            && !is_meant_otherwise(line, at, length)
        {
            figures.push(at..at + length);
        }
        let moment = || Moment::prefix(rest).filter(|_| begins).map(|(_, length)| length);
        at += number.or_else(moment).unwrap_or(1);
    }
    figures
}

/// Whether drawn by itself the number would be another one: statsd's change of a gauge, `depth:-10|g`, what accountants
/// write in brackets, the days before a clock time, and the day before one: `Nov 25 17:00:01`.
fn is_meant_otherwise(line: &[u8], at: usize, length: usize) -> bool {
    let after = &line[at + length..];
    let is_change = matches!(line[at], b'+' | b'-') && after.starts_with(b"|g");
    let is_below_zero = at == 1 && line[0] == b'(' && after == b")";
    let clock = after.strip_prefix(b",").unwrap_or(after).trim_ascii_start();
    let follows_word = line[..at].trim_ascii_end().last().is_some_and(u8::is_ascii_alphabetic);
    let is_day = (after.starts_with(b", ") || follows_word) && Moment::prefix(clock).is_some();
    is_change || is_below_zero || is_day
}

/// How long the number is that the text begins with, its unit included.
fn length(text: &[u8]) -> Option<usize> {
    if Moment::prefix(text).is_some() || !text.iter().take(3).any(u8::is_ascii_digit) {
        return None;
    }
    if let Some((measure, length)) = measure::prefix(text) {
        // `1.` counts the lines of a list.
        if text[length - 1] == b'.' {
            return None;
        }
        let unit = text[length..].strip_prefix(b" ").and_then(measure::after_blank);
        let unit = unit.filter(|_| measure.unit.is_none());
        return Some(length + unit.map_or(0, |(_, length)| 1 + length));
    }
    let (_, length) = number::prefix(text)?;
    let goes_on = match &text[length..] {
        [b'/' | b'+' | b',', digit, ..] => digit.is_ascii_digit(),
        rest => rest.first() == Some(&b'<'),
    };
    goes_on.then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_seen_with_their_units_in_brackets_and_beside_slashes() {
        for (line, expected) in [
            ("GPU 12/24 GB", &["12", "24 GB"][..]),
            ("rtt min/avg = 0.038/0.040/0.042 ms", &["0.038", "0.040", "0.042 ms"]),
            ("1,234 (5%), 12 (+0)", &["1,234", "5%", "12", "+0"]),
            ("12.5ms 10.0.0.1 v1.2 x86_64 0x1F 1. 2026-11-23 10:00:00", &["12.5ms"]),
            ("2097152+0 records", &["2097152"]),
            ("$GPGGA,123519,4807.038,N,,*47", &["123519", "4807.038"]),
            ("on http://0.0.0.0:8000/ (8080/tcp)", &[]),
            ("depth:-10|g", &[]),
            ("(1,234.50)", &[]),
            ("up 1 day, 2:03:04", &[]),
            ("Nov 25 17:00:01 x=5", &["5"]),
            ("<cpu unit=\"%\">12.5</cpu>", &["12.5"]),
            ("1,2026-11-23 10:00:00,x", &["1"]),
            ("-- nan inf", &[]),
        ] {
            let found: Vec<&str> =
                figures(line.as_bytes()).into_iter().map(|figure| &line[figure]).collect();
            assert_eq!(found, expected, "{line}");
        }
    }
}
