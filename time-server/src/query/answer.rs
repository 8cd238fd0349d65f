//! Reads the instant out of a time server's answer. Pure. Asking and printing are [`crate::query`]'s.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::reply::FROM_1900_TO_1970;

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
#[must_use]
pub fn parse_text(bytes: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(bytes).ok()?.trim();
    let whole = |instant| Timestamp { instant, resolution: WHOLE_SECONDS };
    rfc3339(text)
        .or_else(|| DateTime::from_timestamp(text.parse().ok()?, 0).map(whole))
        .or_else(|| nist(text).map(whole))
        .or_else(|| daytime(text).map(whole))
}

fn rfc3339(text: &str) -> Option<Timestamp> {
    let instant = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    let fraction = text
        .split_once('.')
        .map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
    let resolution = WHOLE_SECONDS / 10_u32.pow(u32::try_from(fraction.min(9)).unwrap_or(9));
    Some(Timestamp { instant, resolution })
}

fn nist(text: &str) -> Option<DateTime<Utc>> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [_day_number, date, time, _dst, _leap, _health, _advance, label, "*"] = fields[..] else {
        return None;
    };
    label.starts_with("UTC").then_some(())?;
    utc(&format!("20{date} {time}"), "%Y-%m-%d %H:%M:%S")
}

fn daytime(text: &str) -> Option<DateTime<Utc>> {
    let clock = text.strip_suffix(" UTC").or_else(|| text.strip_suffix(" GMT"))?;
    utc(clock, "%d %b %Y %H:%M:%S")
}

fn utc(text: &str, pattern: &str) -> Option<DateTime<Utc>> {
    NaiveDateTime::parse_from_str(text, pattern).ok().map(|clock| clock.and_utc())
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

    fn read(text: &str) -> Option<String> {
        parse_text(text.as_bytes())
            .map(|timestamp| format!("{} {:?}", timestamp.instant, timestamp.resolution))
    }

    #[test]
    fn every_form_that_names_an_instant_is_read() {
        let noon = Some("2026-11-22 06:32:19 UTC 1s".to_owned());
        assert_eq!(read("2026-11-22T07:32:19+01:00\n"), noon);
        assert_eq!(read("1795329139\n"), noon);
        assert_eq!(read("61366 26-11-22 06:32:19 00 0 0   0.0 UTC *\r\n"), noon);
        assert_eq!(read("\n61366 26-11-22 06:32:19 00 0 0 896.9 UTC(NIST) * \n"), noon);
        assert_eq!(read("22 NOV 2026 06:32:19 UTC\r\n"), noon);
        let precise = Some("2026-11-22 06:32:19.250 UTC 1ms".to_owned());
        assert_eq!(read("2026-11-22T06:32:19.250Z"), precise);
    }

    #[test]
    fn a_text_without_a_zone_is_not_guessed_at() {
        assert_eq!(read("\n\nCurrent time: Sun Nov 22 06:32:19 2026\n\n"), None);
        assert_eq!(read("22 NOV 2026 06:32:19 PST\r\n"), None);
        assert_eq!(read("\u{1b}[2J"), None);
        assert_eq!(parse_text(&[0xff, 0xfe]), None);
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
