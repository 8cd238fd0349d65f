//! The parts of a date and a clock time, in all the ways in which they are written: chrono reads one way that is known before.
//! Which of them make a time is left to `moment`.

use chrono::{Month, NaiveDate, NaiveTime, Timelike};

/// What comes first in a date whose year is last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::input) enum Order {
    Month,
    Day,
    /// It may be either: the date is that with the month first, this one with the day first.
    Open(NaiveDate),
}

/// A date and a clock time at fixed places, as most are written: `2026-11-25T17:00:01`. The others read the same.
pub(super) fn date_and_clock(text: &[u8]) -> Option<(NaiveDate, NaiveTime)> {
    let text: &[u8; 19] = text.first_chunk()?;
    let marks = [text[4], text[7], text[10], text[13], text[16]];
    if marks != *b"--T::" && marks != *b"-- ::" {
        return None;
    }
    let mut are_digits = true;
    let mut two = |at: usize| {
        let digits = [text[at], text[at + 1]].map(|digit| digit.wrapping_sub(b'0'));
        are_digits &= digits[0] < 10 && digits[1] < 10;
        10 * u32::from(digits[0]) + u32::from(digits[1])
    };
    let [century, year, month, day, hour, minute, second] = [0, 2, 5, 8, 11, 14, 17].map(&mut two);
    if !are_digits || century < 10 {
        return None;
    }
    let date = NaiveDate::from_ymd_opt((100 * century + year).cast_signed(), month, day)?;
    Some((date, NaiveTime::from_hms_opt(hour, minute, second)?))
}

/// The date that the text begins with, and its length: `2026-11-25`, `2026/11/25`, `25.11.2026`, `11/25/2026`, `25/11/2026`,
/// `26-Nov-2026`, `26/Nov/2026`, `26 Nov 2026`, `Nov 26 2026`, `November 26, 2026`.
pub(super) fn date(text: &[u8]) -> Option<(NaiveDate, Option<Order>, usize)> {
    let first = Part::of(text)?;
    let (mark, after) =
        text[first.length..].split_first().filter(|(mark, _)| b"-/. ".contains(mark))?;
    let second = Part::of(after)?;
    let after = &after[second.length..];
    let after = after.strip_prefix(b",").filter(|_| first.is_name).unwrap_or(after);
    let after = after.strip_prefix(&[*mark])?;
    let third = Part::of(after)?;
    let (year, month, day) = match mark {
        b' ' if first.is_name => (third, first, second),
        b'-' | b'/' | b' ' if second.is_name => (third, second, first),
        b'-' | b'/' if first.length == 4 => (first, second, third),
        b'/' => (third, first, second),
        b'.' => (third, second, first),
        _ => return None,
    };
    let is_number = |part: Part, most: usize| !part.is_name && part.length <= most;
    let fits = year.length == 4 && is_number(year, 4) && is_number(day, 2);
    if !fits || !(month.is_name || month.length <= 2) {
        return None;
    }
    let date = |month: Part, day: Part| {
        NaiveDate::from_ymd_opt(year.number.cast_signed(), month.number, day.number)
    };
    let is_open = *mark == b'/' && !second.is_name && year.length == third.length;
    let other = if is_open { date(day, month) } else { None };
    let (date, order) = match (date(month, day), other) {
        (Some(date), None) => (date, is_open.then_some(Order::Month)),
        (Some(date), Some(other)) => (date, (date != other).then_some(Order::Open(other))),
        (None, other) => (other?, Some(Order::Day)),
    };
    Some((date, order, text.len() - after.len() + third.length))
}

/// A part of a date.
#[derive(Debug, Clone, Copy)]
struct Part {
    number: u32,
    length: usize,
    /// It is the name of a month, or its first three letters.
    is_name: bool,
}

impl Part {
    fn of(text: &[u8]) -> Option<Self> {
        let length = digits(text);
        if length > 0 {
            return Some(Self { number: number(&text[..length.min(5)]), length, is_name: false });
        }
        // Nearly every word is longer than a month, or begins otherwise.
        let length = text.iter().take(10).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let month: Month = str::from_utf8(&text[..length]).ok()?.parse().ok()?;
        Some(Self { number: month.number_from_month(), length, is_name: true })
    }
}

/// How many digits the text begins with.
fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn number<'a>(digits: impl IntoIterator<Item = &'a u8>) -> u32 {
    digits.into_iter().fold(0, |number, digit| 10 * number + u32::from(digit - b'0'))
}

/// The date of ISO 8601's basic format that the text begins with: `20261126T024718`.
pub(in crate::input) fn compact_date(text: &[u8]) -> Option<NaiveDate> {
    let (year, rest) = text.split_at_checked(4).filter(|_| digits(text) == 8)?;
    NaiveDate::from_ymd_opt(number(year).cast_signed(), number(&rest[..2]), number(&rest[2..4]))
}

/// The clock time that the text begins with, and its length: `17:00`, `17:00:01.5`, `17:00:01,500`, `5:00:01 PM`; behind a
/// date without marks `024718`.
pub(in crate::input) fn clock(text: &[u8], is_compact: bool) -> Option<(NaiveTime, usize)> {
    let hours = digits(text);
    let (hours, mark) = match hours {
        6 if is_compact => (2, 0),
        1 | 2 if text.get(hours) == Some(&b':') && !is_compact => (hours, 1),
        _ => return None,
    };
    let two = |at: usize| Some(number(text.get(at..at + 2).filter(|part| digits(part) == 2)?));
    let minutes = hours + mark;
    let minute = two(minutes)?;
    let seconds = minutes + 2 + mark;
    let (second, end) = match mark == 0 || text.get(minutes + 2) == Some(&b':') {
        true => (two(seconds)?, seconds + 2),
        false => (0, minutes + 2),
    };
    // A leap second, 23:59:60, is a second of more than a thousand milliseconds there.
    let (second, nanos) = if second == 60 { (59, 1_000_000_000) } else { (second, 0) };
    let clock = NaiveTime::from_hms_nano_opt(number(&text[..hours]), minute, second, nanos)?;
    match end == minutes + 2 {
        true => in_half(clock, text, end),
        false => with_fraction(clock, text, end),
    }
}

/// The clock time that ends at `at`, with the fraction of its second, also behind a comma; digits behind nanoseconds are cut.
pub(super) fn with_fraction(
    clock: NaiveTime,
    text: &[u8],
    at: usize,
) -> Option<(NaiveTime, usize)> {
    let (clock, end) = match &text[at..] {
        [b'.' | b',', rest @ ..] if digits(rest) > 0 => {
            let length = digits(rest);
            let nanos = number(rest[..length].iter().chain(&[b'0'; 9]).take(9));
            (clock.with_nanosecond(clock.nanosecond() + nanos)?, at + 1 + length)
        }
        _ => (clock, at),
    };
    in_half(clock, text, end)
}

/// The clock time that ends at `at`, in the half of the day that may follow.
fn in_half(clock: NaiveTime, text: &[u8], at: usize) -> Option<(NaiveTime, usize)> {
    let rest = text[at..].trim_ascii_start();
    let [half @ (b'A' | b'P' | b'a' | b'p'), b'M' | b'm', after @ ..] = rest else {
        return Some((clock, at));
    };
    if after.first().is_some_and(u8::is_ascii_alphanumeric) {
        return Some((clock, at));
    }
    let is_afternoon = half.eq_ignore_ascii_case(&b'p');
    let hour = (1..=12).contains(&clock.hour()).then(|| clock.hour() % 12)?;
    let clock = clock.with_hour(hour + if is_afternoon { 12 } else { 0 })?;
    Some((clock, text.len() - after.len()))
}

/// The zone that the text begins with, and its length: `Z`, ` UTC`, ` CET`, `+01:00`, `+0100`, ` +01`, ` GMT+1`, in seconds.
pub(super) fn offset(text: &[u8]) -> Option<(i32, usize)> {
    let rest = text.trim_ascii_start();
    let letters = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let blanks = text.len() - rest.len();
    match zone(&rest[..letters]) {
        // Google writes `GMT+1`, and `GMT+5:30`.
        Some(0) => {
            let (more, length) = distance(&rest[letters..], 1).unwrap_or_default();
            Some((more, blanks + letters + length))
        }
        Some(hours) => Some((3600 * hours, blanks + letters)),
        None => distance(rest, 2).map(|(seconds, length)| (seconds, blanks + length)),
    }
}

/// The zones of RFC 5322 section 4.3, and Europe's, in hours.
fn zone(name: &[u8]) -> Option<i32> {
    Some(match name {
        b"Z" | b"z" | b"UTC" | b"GMT" | b"WET" => 0,
        b"WEST" | b"CET" => 1,
        b"CEST" | b"EET" => 2,
        b"EEST" => 3,
        b"EDT" => -4,
        b"EST" | b"CDT" => -5,
        b"CST" | b"MDT" => -6,
        b"MST" | b"PDT" => -7,
        b"PST" => -8,
        _ => return None,
    })
}

/// A sign, hours of so many digits at least, and minutes, in seconds; and its length.
fn distance(text: &[u8], least: usize) -> Option<(i32, usize)> {
    let sign = match text.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let is_part = |byte: &&u8| byte.is_ascii_digit() || **byte == b':';
    let length = text[1..].iter().take_while(is_part).count();
    let written = str::from_utf8(&text[1..=length]).ok()?;
    let (hours, minutes) = match written.split_once(':') {
        Some(both) => both,
        None if length == 4 => written.split_at(2),
        None => (written, "00"),
    };
    let fits = (least..=2).contains(&hours.len()) && minutes.len() == 2;
    let number = |digits: &str| digits.parse::<i32>().ok();
    let (hours, minutes) = (number(hours).filter(|hours| fits && *hours < 24)?, number(minutes)?);
    Some((sign * (3600 * hours + 60 * minutes), 1 + length))
}
