//! The parts of a date and a clock time, read from left to right: years, months by number or name, days, hours, zones.
//! Which of them make a time is left to `moment`.

use chrono::{NaiveDate, NaiveTime};

/// What comes first in a date whose year is last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::input) enum Order {
    Month,
    Day,
    /// It may be either: the date is that with the month first, this one with the day first.
    Open(NaiveDate),
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

#[derive(Debug)]
pub(in crate::input) struct Scanner<'a> {
    text: &'a [u8],
    pub(in crate::input) at: usize,
}

impl<'a> Scanner<'a> {
    pub(in crate::input) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    /// What `read` finds, else the place is kept.
    pub(in crate::input) fn attempt<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
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

    /// `2026-11-25T17:00:01`, the most common time: its digits stand in fixed places. The other methods read the same.
    pub(in crate::input) fn date_and_clock(&mut self) -> Option<(NaiveDate, NaiveTime)> {
        let text: &[u8; 19] = self.text.get(self.at..)?.first_chunk()?;
        let marks = [text[4], text[7], text[10], text[13], text[16]];
        if marks != *b"--T::" {
            return None;
        }
        let mut are_digits = true;
        let mut two = |at: usize| {
            let digits = [text[at], text[at + 1]].map(|digit| digit.wrapping_sub(b'0'));
            are_digits &= digits[0] < 10 && digits[1] < 10;
            10 * u32::from(digits[0]) + u32::from(digits[1])
        };
        let [century, year, month, day, hour, minute, second] =
            [0, 2, 5, 8, 11, 14, 17].map(&mut two);
        if !are_digits {
            return None;
        }
        let date = NaiveDate::from_ymd_opt((100 * century + year).cast_signed(), month, day)?;
        self.at += text.len();
        Some((date, self.rest_of_clock(hour, minute, Some(second))?))
    }

    /// `2026-11-25`, `2026/11/25`, `25.11.2026`, `11/25/2026`, `25/11/2026`.
    pub(in crate::input) fn date(&mut self) -> Option<(NaiveDate, Option<Order>)> {
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
        let is_open = !is_year && mark == b'/';
        let swapped = if is_open { date([others[1], others[0]]) } else { None };
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
    pub(in crate::input) fn compact_date(&mut self) -> Option<NaiveDate> {
        let date = self.digits(8, 8)?;
        let year = i32::try_from(date / 10_000).ok()?;
        NaiveDate::from_ymd_opt(year, date / 100 % 100, date % 100)
    }

    /// `024718`, with a fraction perhaps.
    pub(in crate::input) fn compact_clock(&mut self) -> Option<NaiveTime> {
        let clock = self.digits(6, 6)?;
        let nanos = self.attempt(Self::fraction).unwrap_or(0);
        NaiveTime::from_hms_nano_opt(clock / 10_000, clock / 100 % 100, clock % 100, nanos)
    }

    /// What parts a date and a clock time.
    pub(in crate::input) fn separator(&mut self) {
        if self.take(|byte| matches!(byte, b'T' | b't' | b'_' | b':')).is_none() {
            while self.take(|byte| byte == b' ' || byte == b'\t').is_some() {}
        }
    }

    /// `17:00`, `17:00:01`, `17:00:01.5`, `17:00:01,500`, `5:00:01 PM`.
    pub(in crate::input) fn clock(&mut self) -> Option<NaiveTime> {
        let hour = self.digits(1, 2)?;
        self.take(|byte| byte == b':')?;
        let minute = self.digits(2, 2)?;
        let second = self.attempt(|scanner| {
            scanner.take(|byte| byte == b':')?;
            scanner.digits(2, 2)
        });
        self.rest_of_clock(hour, minute, second)
    }

    /// The clock time with what follows its fields: a fraction, half a day.
    fn rest_of_clock(&mut self, hour: u32, minute: u32, second: Option<u32>) -> Option<NaiveTime> {
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

    /// `Z`, ` UTC`, ` CET`, `+01:00`, `+0100`, ` +01`, ` GMT+1`, in seconds.
    pub(in crate::input) fn offset(&mut self) -> Option<i32> {
        while self.take(|byte| byte == b' ').is_some() {}
        let rest = &self.text[self.at..];
        let letters = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        if let Some((_, hours)) = ZONES.iter().find(|(word, _)| *word == &rest[..letters]) {
            self.at += letters;
            // Google writes `GMT+1`, and `GMT+5:30`.
            let more = if *hours == 0 { self.attempt(|scanner| scanner.distance(1)) } else { None };
            return Some(hours * 3600 + more.unwrap_or(0));
        }
        self.distance(2)
    }

    /// A sign, hours of so many digits at least, and minutes, in seconds.
    fn distance(&mut self, least: usize) -> Option<i32> {
        let sign = if self.take(|byte| byte == b'+' || byte == b'-')? == b'-' { -1 } else { 1 };
        let hours = self.digits(least, 4)?;
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
