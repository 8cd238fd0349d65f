//! Dates and clock times as logs and tables write them: what they look like, not yet when they were. That is left to
//! `timestamp`.

use chrono::{NaiveDate, NaiveTime};

use super::calendar::{self, Order};

/// How long a date and a clock time at fixed places are.
const FIXED: usize = 19;

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

/// A time as it stands on a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::input) enum Written {
    Moment(Moment),
    Number(f64),
    /// So many of a unit that is this many nanoseconds.
    Counted(f64, f64),
}

impl Written {
    /// The moment or the number that is all of the text.
    pub(in crate::input) fn of(text: &[u8]) -> Option<Self> {
        let number = || str::from_utf8(text).ok()?.parse().ok().map(Self::Number);
        Moment::whole(text).map(Self::Moment).or_else(number)
    }
}

impl Moment {
    /// The moment that is all of the text; brackets around it do not count.
    pub(in crate::input) fn whole(text: &[u8]) -> Option<Self> {
        let inner = text.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]"));
        let text = inner.unwrap_or(text).trim_ascii();
        Self::prefix(text).filter(|(_, length)| *length == text.len()).map(|(moment, _)| moment)
    }

    /// The moment that the text begins with, and its length.
    pub(in crate::input) fn prefix(text: &[u8]) -> Option<(Self, usize)> {
        // Most words are none: two bytes tell.
        let begins = |byte: &u8| byte.is_ascii_digit() || b"JFMASOND".contains(byte);
        if !text.first().is_some_and(begins) || text.len() < 4 {
            return None;
        }
        let (moment, end) = match calendar::date_and_clock(text) {
            Some((date, clock)) => {
                let (clock, end) = calendar::with_fraction(clock, text, FIXED)?;
                (Self { date: Some(date), clock: Some(clock), ..Self::default() }, end)
            }
            None => Self::parts(text)?,
        };
        let offset = moment.clock.and_then(|_| calendar::offset(&text[end..]));
        let (offset, length) = offset.unzip();
        let end = end + length.unwrap_or(0);
        let is_ended =
            text.get(end).is_none_or(|byte| byte.is_ascii_whitespace() || b",;]|\"".contains(byte));
        is_ended.then_some((Self { offset, ..moment }, end))
    }

    /// A date and a clock time that may be written in any way.
    fn parts(text: &[u8]) -> Option<(Self, usize)> {
        let compact = calendar::compact_date(text).filter(|_| text.get(8) == Some(&b'T'));
        let date = compact.map(|date| (date, None, 8)).or_else(|| calendar::date(text));
        let Some((date, order, length)) = date else {
            let (clock, length) = calendar::clock(text, false)?;
            return Some((Self { clock: Some(clock), ..Self::default() }, length));
        };
        let gap = match text.get(length) {
            Some(b'T' | b't' | b'_' | b':') => 1,
            _ => text[length..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count(),
        };
        let clock = calendar::clock(&text[length + gap..], compact.is_some()).filter(|_| gap > 0);
        let (clock, end) = match clock {
            Some((clock, end)) => (Some(clock), length + gap + end),
            None => (None, length),
        };
        Some((Self { date: Some(date), clock, offset: None, order }, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
            ("2026/11/25 5:00:01 PM GMT+1", "2026-11-25 17:00:01 +3600"),
            ("2026/11/25 5:00:01 PM GMT-5:30", "2026-11-25 17:00:01 -19800"),
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

    proptest! {
        #[test]
        fn a_time_at_fixed_places_is_read_as_one_that_is_written_in_any_way(
            digits in prop::collection::vec("0[1-9]|1[0-2]|[0-9]{2}", 7),
            rest in "(\\.[0-9]{1,9})?(| PM|Z|\\+01:00|x)",
            change in 0_usize..200,
        ) {
            let [a, b, c, d, e, f, g] = <[String; 7]>::try_from(digits).unwrap();
            let mut text = format!("{a}{b}-{c}-{d}T{e}:{f}:{g}{rest}").into_bytes();
            if let Some(byte) = text.get_mut(change) {
                *byte = b'7';
            }
            // A `t` is no T at its fixed place.
            let mut other = text.clone();
            other.iter_mut().for_each(|byte| byte.make_ascii_lowercase());
            prop_assert_eq!(Moment::whole(&text), Moment::whole(&other), "{}", String::from_utf8_lossy(&text));
        }
    }
}
