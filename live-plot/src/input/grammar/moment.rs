//! Dates and clock times as logs and tables write them: what they look like, not yet when they were. That is left to
//! `timestamp`.

use chrono::{NaiveDate, NaiveTime};

/// A date, a clock time or both, with the offset from UTC if it is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::input) struct Moment {
    pub(in crate::input) date: Option<NaiveDate>,
    pub(in crate::input) clock: Option<NaiveTime>,
    /// In seconds, east of Greenwich.
    pub(in crate::input) offset: Option<i32>,
    /// Whether the day or the month comes first in a date with slashes, which is said by no rule.
    pub(in crate::input) order: Option<Order>,
}

/// What comes first in a date whose year is last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::input) enum Order {
    Month,
    Day,
    /// It may be either: the date is that with the month first, this one with the day first.
    Open(NaiveDate),
}

impl Moment {
    /// The moment that is all of the text; brackets around it do not count.
    pub(in crate::input) fn whole(text: &[u8]) -> Option<Self> {
        let inner = text.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]"));
        let text = inner.unwrap_or(text).trim_ascii();
        Self::prefix(text).filter(|(_, length)| *length == text.len()).map(|(moment, _)| moment)
    }

    /// The moment that the text begins with, and its length.
    pub(super) fn prefix(text: &[u8]) -> Option<(Self, usize)> {
        // Most words are none: two bytes tell.
        let begins = |byte: &u8| byte.is_ascii_digit() || b"JFMASOND".contains(byte);
        if !text.first().is_some_and(begins) || text.len() < 4 {
            return None;
        }
        let mut scanner = Scanner { text, at: 0 };
        let is_compact = text.get(8) == Some(&b'T');
        let (date, order) = if is_compact {
            (scanner.attempt(Scanner::compact_date), None)
        } else {
            scanner.attempt(Scanner::date).unzip()
        };
        let before_clock = scanner.at;
        if date.is_some() {
            scanner.separator();
        }
        let clock = match is_compact {
            true => scanner.attempt(Scanner::compact_clock),
            false => scanner.attempt(Scanner::clock),
        };
        if clock.is_none() {
            scanner.at = before_clock;
        }
        let offset = clock.and_then(|_| scanner.attempt(Scanner::offset));
        let is_ended = text
            .get(scanner.at)
            .is_none_or(|byte| byte.is_ascii_whitespace() || b",;]|\"".contains(byte));
        ((date.is_some() || clock.is_some()) && is_ended)
            .then_some((Self { date, clock, offset, order: order.flatten() }, scanner.at))
    }
}

const MONTHS: [&[u8]; 12] = [
    b"January",
    b"February",
    b"March",
    b"April",
    b"May",
    b"June",
    b"July",
    b"August",
    b"September",
    b"October",
    b"November",
    b"December",
];

/// The zones of RFC 5322 section 4.3, and Europe's, in hours.
const ZONES: [(&[u8], i32); 18] = [
    (b"Z", 0),
    (b"z", 0),
    (b"UTC", 0),
    (b"GMT", 0),
    (b"EST", -5),
    (b"EDT", -4),
    (b"CST", -6),
    (b"CDT", -5),
    (b"MST", -7),
    (b"MDT", -6),
    (b"PST", -8),
    (b"PDT", -7),
    (b"WET", 0),
    (b"WEST", 1),
    (b"CET", 1),
    (b"CEST", 2),
    (b"EET", 2),
    (b"EEST", 3),
];

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    /// What `read` finds, else the place is kept.
    fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = self.at;
        let found = read(self);
        if found.is_none() {
            self.at = before;
        }
        found
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self, wanted: impl Fn(u8) -> bool) -> Option<u8> {
        let byte = self.peek().filter(|byte| wanted(*byte))?;
        self.at += 1;
        Some(byte)
    }

    /// A number of so many digits.
    fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let rest = &self.text[self.at..];
        let count = rest.iter().take(most + 1).take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        (least..=most).contains(&count).then(|| {
            rest[..count].iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'))
        })
    }

    /// `2026-11-25`, `2026/11/25`, `25.11.2026`, `11/25/2026`, `25/11/2026`.
    fn date(&mut self) -> Option<(NaiveDate, Option<Order>)> {
        if let Some(date) = self.attempt(Self::named_date) {
            return Some((date, None));
        }
        let start = self.at;
        let first = self.digits(1, 4)?;
        let is_year = self.at - start == 4;
        let mark = self.take(|byte| b"-/.".contains(&byte))?;
        let second = self.digits(1, 2)?;
        self.take(|byte| byte == mark)?;
        let third = if is_year { self.digits(1, 2)? } else { self.digits(4, 4)? };
        let (year, others) = match (is_year, mark) {
            (true, b'-' | b'/') => (first, [second, third]),
            (false, b'/') => (third, [first, second]),
            (false, b'.') => (third, [second, first]),
            _ => return None,
        };
        let year = i32::try_from(year).ok()?;
        let date = |[month, day]: [u32; 2]| NaiveDate::from_ymd_opt(year, month, day);
        let swapped = date([others[1], others[0]]).filter(|_| !is_year && mark == b'/');
        match (date(others), swapped) {
            (Some(date), None) if is_year || mark == b'.' => Some((date, None)),
            (Some(date), None) => Some((date, Some(Order::Month))),
            (Some(date), Some(other)) if date == other => Some((date, None)),
            (Some(date), Some(other)) => Some((date, Some(Order::Open(other)))),
            (None, other) => Some((other?, Some(Order::Day))),
        }
    }

    /// `26-Nov-2026`, `26/Nov/2026`, `26 Nov 2026`, `Nov 26 2026`, `November 26, 2026`.
    fn named_date(&mut self) -> Option<NaiveDate> {
        let (day, month) = if self.peek()?.is_ascii_digit() {
            let day = self.digits(1, 2)?;
            let mark = self.take(|byte| b"-/ ".contains(&byte))?;
            let month = self.month()?;
            self.take(|byte| byte == mark)?;
            (day, month)
        } else {
            let month = self.month()?;
            self.take(|byte| byte == b' ')?;
            let day = self.digits(1, 2)?;
            self.take(|byte| byte == b',');
            self.take(|byte| byte == b' ')?;
            (day, month)
        };
        NaiveDate::from_ymd_opt(i32::try_from(self.digits(4, 4)?).ok()?, month, day)
    }

    /// The name of a month, or its first three letters.
    fn month(&mut self) -> Option<u32> {
        let rest = &self.text[self.at..];
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let is_named = |name: &&[u8]| {
            length >= 3
                && name.starts_with(&rest[..length])
                && (length == 3 || length == name.len())
        };
        let month = MONTHS.iter().position(is_named)?;
        self.at += length;
        u32::try_from(month + 1).ok()
    }

    /// `20261126` of ISO 8601's basic format.
    fn compact_date(&mut self) -> Option<NaiveDate> {
        let date = self.digits(8, 8)?;
        let year = i32::try_from(date / 10_000).ok()?;
        NaiveDate::from_ymd_opt(year, date / 100 % 100, date % 100)
    }

    /// `024718`, with a fraction perhaps.
    fn compact_clock(&mut self) -> Option<NaiveTime> {
        let clock = self.digits(6, 6)?;
        let nanos = self.attempt(Self::fraction).unwrap_or(0);
        NaiveTime::from_hms_nano_opt(clock / 10_000, clock / 100 % 100, clock % 100, nanos)
    }

    /// What parts a date and a clock time.
    fn separator(&mut self) {
        if self.take(|byte| matches!(byte, b'T' | b't' | b'_' | b':')).is_none() {
            while self.take(|byte| byte == b' ' || byte == b'\t').is_some() {}
        }
    }

    /// `17:00`, `17:00:01`, `17:00:01.5`, `17:00:01,500`, `5:00:01 PM`.
    fn clock(&mut self) -> Option<NaiveTime> {
        let hour = self.digits(1, 2)?;
        self.take(|byte| byte == b':')?;
        let minute = self.digits(2, 2)?;
        let second = self.attempt(|scanner| {
            scanner.take(|byte| byte == b':')?;
            scanner.digits(2, 2)
        });
        let nanos = second.and_then(|_| self.attempt(Self::fraction)).unwrap_or(0);
        let half = self.attempt(|scanner| {
            while scanner.take(|byte| byte == b' ').is_some() {}
            let half = scanner.take(|byte| matches!(byte, b'A' | b'P' | b'a' | b'p'))?;
            scanner.take(|byte| matches!(byte, b'M' | b'm'))?;
            let is_word = scanner.peek().is_none_or(|byte| !byte.is_ascii_alphanumeric());
            is_word.then_some(half.to_ascii_uppercase())
        });
        let hour = match half {
            Some(half) if (1..=12).contains(&hour) => hour % 12 + if half == b'P' { 12 } else { 0 },
            Some(_) => return None,
            None => hour,
        };
        // A leap second, 23:59:60, is a second of more than a thousand milliseconds there.
        let (second, nanos) = match second.unwrap_or(0) {
            60 => (59, nanos + 1_000_000_000),
            second => (second, nanos),
        };
        NaiveTime::from_hms_nano_opt(hour, minute, second, nanos)
    }

    /// The fraction of a second, in nanoseconds; further digits are cut.
    fn fraction(&mut self) -> Option<u32> {
        self.take(|byte| byte == b'.' || byte == b',')?;
        let mut nanos = 0;
        let mut place = 100_000_000;
        let start = self.at;
        while let Some(digit) = self.take(|byte| byte.is_ascii_digit()) {
            nanos += u32::from(digit - b'0') * place;
            place /= 10;
        }
        (self.at > start).then_some(nanos)
    }

    /// `Z`, ` UTC`, ` CET`, `+01:00`, `+0100`, ` +01`, in seconds.
    fn offset(&mut self) -> Option<i32> {
        while self.take(|byte| byte == b' ').is_some() {}
        let rest = &self.text[self.at..];
        let letters = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        if let Some((_, hours)) = ZONES.iter().find(|(word, _)| *word == &rest[..letters]) {
            self.at += letters;
            return Some(hours * 3600);
        }
        let sign = if self.take(|byte| byte == b'+' || byte == b'-')? == b'-' { -1 } else { 1 };
        let hours = self.digits(2, 4)?;
        let seconds = match (hours, self.text.get(self.at)) {
            (0..=23, Some(b':')) => {
                self.at += 1;
                hours * 3600 + self.digits(2, 2)? * 60
            }
            (0..=23, _) => hours * 3600,
            (100..=2359, _) => (hours / 100) * 3600 + hours % 100 * 60,
            _ => return None,
        };
        i32::try_from(seconds).ok().map(|seconds| sign * seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn shown(text: &str) -> String {
        let Some(moment) = Moment::whole(text.as_bytes()) else { return "none".to_owned() };
        let mut date = moment.date.map(|date| date.to_string()).unwrap_or_default();
        if let Some(Order::Open(other)) = moment.order {
            date = format!("{date} or {other}");
        }
        let clock = moment.clock.map(|clock| clock.to_string()).unwrap_or_default();
        let offset = moment.offset.map(|offset| format!("{offset:+}")).unwrap_or_default();
        format!("{date} {clock} {offset}").trim().to_owned()
    }

    #[test]
    fn dates_and_clock_times_are_recognised_as_they_are_written() {
        for (text, moment) in [
            ("2026-11-25", "2026-11-25"),
            ("2026/11/25", "2026-11-25"),
            ("11/25/2026", "2026-11-25"),
            ("25/11/2026", "2026-11-25"),
            ("05/11/2026", "2026-05-11 or 2026-11-05"),
            ("25.11.2026", "2026-11-25"),
            ("26-Nov-2026", "2026-11-26"),
            ("26 November 2026", "2026-11-26"),
            ("Nov 26, 2026", "2026-11-26"),
            ("26/Nov/2026:02:47:10 +0000", "2026-11-26 02:47:10 +0"),
            ("20261126T024718.5Z", "2026-11-26 02:47:18.500 +0"),
            ("17:00", "17:00:00"),
            ("7:00:01", "07:00:01"),
            ("[17:00:01]", "17:00:01"),
            ("17:00:01,123", "17:00:01.123"),
            ("05:00:01 PM", "17:00:01"),
            ("12:00:01AM", "00:00:01"),
            ("2026-11-25T17:00:01Z", "2026-11-25 17:00:01 +0"),
            ("2026-11-25 17:00:01.5", "2026-11-25 17:00:01.500"),
            ("2026-11-25 17:00:01 +0100", "2026-11-25 17:00:01 +3600"),
            ("2026-11-25T17:00:01-05:30", "2026-11-25 17:00:01 -19800"),
            ("2026-11-25 17:00:01 UTC", "2026-11-25 17:00:01 +0"),
            ("2026-11-25 17:00:01 CEST", "2026-11-25 17:00:01 +7200"),
        ] {
            assert_eq!(shown(text), moment, "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_time_is_none() {
        for text in [
            "",
            "12",
            "1.2.3",
            "1:2",
            "25:00:00",
            "12:60",
            "2026-13-01",
            "2026-11",
            "10.5",
            "1-2-3",
            "12:30x",
            "Nov 26",
            "Mayor 5 2026",
            "20261126",
            "a:b",
        ] {
            assert_eq!(shown(text), "none", "{text}");
        }
    }
}
