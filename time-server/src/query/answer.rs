//! Reads the instant out of a time server's answer. Pure. Asking and printing are [`crate::query`]'s.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};

use crate::reply::FROM_1900_TO_1970;
use crate::reply::nist::MJD_OF_1970;

/// The instant in an answer, and its resolution: the server's time was between `instant` and `resolution` later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timestamp {
    /// The instant.
    pub instant: DateTime<Utc>,
    /// How long the answer stays the same.
    pub resolution: Duration,
}

const WHOLE_SECONDS: Duration = Duration::from_secs(1);

/// Reads the forms that name an instant: RFC 3339, seconds since 1970, NIST's line, and RFC 867's with UTC or
/// GMT as the zone. A greeting or a ctime(3) text names no zone, so its instant is unknown.
///
/// # Errors
/// Why the instant is unknown, for people: what looks like an instant but may be another one is none.
pub fn parse_text(bytes: &[u8]) -> Result<Timestamp, &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_position| "the answer is no text")?.trim();
    if let Some(timestamp) = rfc3339(text) {
        return Ok(timestamp);
    }
    let instant = seconds(text).or_else(|| nist(text)).or_else(|| daytime(text));
    let instant = instant.unwrap_or_else(|| Err(why_unknown(text)))?;
    Ok(Timestamp { instant, resolution: WHOLE_SECONDS })
}

fn why_unknown(text: &str) -> &'static str {
    let is_clock = |part: &[u8]| part[0].is_ascii_digit() && part[1] == b':';
    if text.as_bytes().windows(2).any(is_clock) {
        "the answer names no zone, or none that is the same everywhere"
    } else {
        "the answer names no instant"
    }
}

fn rfc3339(text: &str) -> Option<Timestamp> {
    let instant = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    let fraction = text
        .split_once('.')
        .map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
    let resolution = WHOLE_SECONDS / 10_u32.pow(u32::try_from(fraction.min(9)).unwrap_or(9));
    Some(Timestamp { instant, resolution })
}

/// What a form says, if the text has that form.
type Reading = Option<Result<DateTime<Utc>, &'static str>>;

/// Seconds since 1970, from 1973 to 9999: what is shorter may be a year or a part of another text, what is longer
/// milliseconds.
fn seconds(text: &str) -> Reading {
    const SENSIBLE: std::ops::RangeInclusive<i64> = 100_000_000..=253_402_300_799;
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !is_number(digits, 1..=usize::MAX) {
        return None;
    }
    let seconds = text.parse().ok().filter(|seconds| SENSIBLE.contains(seconds));
    let instant = seconds.filter(|_| digits == text);
    let instant = instant.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    Some(instant.ok_or("the answer is a number, but not of seconds since 1970"))
}

/// NIST's line. Its year has two digits; the day number has the century.
fn nist(text: &str) -> Reading {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [day, date, time, _dst, _leap, _health, _advance, label, "*"] = fields[..] else {
        return None;
    };
    label.starts_with("UTC").then_some(())?;
    let day = day.parse::<i64>().ok().filter(|_| is_number(day, 5..=6))?;
    let midnight = DateTime::from_timestamp((day - MJD_OF_1970) * 86_400, 0)?.date_naive();
    let time = NaiveTime::parse_from_str(time, "%H:%M:%S").ok().filter(|_| time.len() == 8)?;
    let is_that_day = midnight.format("%y-%m-%d").to_string() == date;
    let instant = midnight.and_time(time).and_utc();
    Some(is_that_day.then_some(instant).ok_or("the answer's day number is not that of its date"))
}

fn daytime(text: &str) -> Reading {
    let clock = text.strip_suffix(" UTC").or_else(|| text.strip_suffix(" GMT"))?;
    let year = clock.split_whitespace().nth(2)?;
    let clock = NaiveDateTime::parse_from_str(clock, "%d %b %Y %H:%M:%S").ok()?;
    // RFC 867's own example has a year of two digits, whose century nobody knows.
    let has_century = is_number(year, 4..=4);
    Some(has_century.then_some(clock.and_utc()).ok_or("the answer's year has not four digits"))
}

fn is_number(text: &str, digits: std::ops::RangeInclusive<usize>) -> bool {
    digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads RFC 868's four bytes. Their count starts again at 0 every 136 years; the instant nearest to `now` is taken.
#[must_use]
pub fn parse_time_protocol(bytes: &[u8], now: DateTime<Utc>) -> Option<Timestamp> {
    const ERA: i64 = 1 << 32;
    let since_1900 = i64::from(u32::from_be_bytes(bytes.try_into().ok()?));
    let unix = since_1900 - FROM_1900_TO_1970;
    let eras = (now.timestamp() - unix + ERA / 2).div_euclid(ERA);
    let instant = DateTime::from_timestamp(unix + eras * ERA, 0)?;
    Some(Timestamp { instant, resolution: WHOLE_SECONDS })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, &'static str> {
        parse_text(text.as_bytes())
            .map(|timestamp| format!("{} {:?}", timestamp.instant, timestamp.resolution))
    }

    #[test]
    fn every_form_that_names_an_instant_is_read() {
        let noon = Ok("2026-11-22 06:32:19 UTC 1s".to_owned());
        assert_eq!(read("2026-11-22T07:32:19+01:00\n"), noon);
        assert_eq!(read("1795329139\n"), noon);
        assert_eq!(read("61366 26-11-22 06:32:19 00 0 0   0.0 UTC *\r\n"), noon);
        assert_eq!(read("\n61366 26-11-22 06:32:19 00 0 0 896.9 UTC(NIST) * \n"), noon);
        assert_eq!(read("22 NOV 2026 06:32:19 UTC\r\n"), noon);
        let precise = Ok("2026-11-22 06:32:19.250 UTC 1ms".to_owned());
        assert_eq!(read("2026-11-22T06:32:19.250Z"), precise);
        let past = Ok("1999-12-31 23:59:59 UTC 1s".to_owned());
        assert_eq!(read("51543 99-12-31 23:59:59 00 0 0   0.0 UTC *"), past);
    }

    #[test]
    fn a_text_without_a_zone_is_not_guessed_at() {
        for text in [
            "\n\nCurrent time: Sun Nov 22 06:32:19 2026\n\n",
            "22 NOV 2026 06:32:19 PST\r\n",
            "06:32",
        ] {
            assert!(read(text).unwrap_err().contains("names no zone"), "{text}");
        }
        for text in ["\u{1b}[2J", "hello", ""] {
            assert_eq!(read(text), Err("the answer names no instant"), "{text}");
        }
        assert_eq!(parse_text(&[0xff, 0xfe]), Err("the answer is no text"));
    }

    #[test]
    fn what_may_be_another_instant_is_none() {
        for number in [
            "2026",
            "17956",
            "+1795329139",
            "-1795329139",
            "1795329139000",
            "0",
            "9".repeat(99).as_str(),
        ] {
            assert!(read(number).unwrap_err().contains("not of seconds since 1970"), "{number}");
        }
        for year in ["26", "82", "126"] {
            let text = format!("22 NOV {year} 06:32:19 UTC");
            assert!(read(&text).unwrap_err().contains("not four digits"), "{text}");
        }
        for text in [
            "61367 26-11-22 06:32:19 00 0 0   0.0 UTC *",
            "61366 126-11-22 06:32:19 00 0 0   0.0 UTC *",
            "61366 26-11-2 06:32:19 00 0 0   0.0 UTC *",
        ] {
            assert!(read(text).unwrap_err().contains("not that of its date"), "{text}");
        }
        for text in [
            "20261 06:32:19 UTC",
            "22 NOV 20261 06:32:19 UTC",
            "+2026-11-22T06:32:19Z",
            "026-11-22T06:32:19Z",
            "22 NOV +2026 06:32:19 UTC",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_time_protocols_era_is_the_one_nearest_to_now() {
        let read = |bytes: [u8; 4], now: &str| {
            parse_time_protocol(&bytes, now.parse().unwrap()).unwrap().instant.to_rfc3339()
        };
        assert_eq!(read([0xff; 4], "2036-02-07T06:28:16Z"), "2036-02-07T06:28:15+00:00");
        assert_eq!(read([0; 4], "2036-02-07T06:28:15Z"), "2036-02-07T06:28:16+00:00");
        assert_eq!(
            read(2_208_988_800_u32.to_be_bytes(), "1970-06-01T00:00:00Z"),
            "1970-01-01T00:00:00+00:00"
        );
        assert_eq!(parse_time_protocol(b"12345", DateTime::UNIX_EPOCH), None);
    }
}
