//! What a client is told: the formats, and the reply of the current second. Pure: `now` is an argument.

use std::borrow::Borrow;
use std::fmt::Write;
use std::str::FromStr;

use chrono::format::{DelayedFormat, Item, StrftimeItems};
use chrono::{DateTime, Datelike, Days, NaiveTime, TimeDelta, Utc};

use crate::clock::{Health, Leap};
use crate::zone::{LocalTime, Zone};

/// The longest reply, in bytes: it must fit into a fresh socket's send buffer in one piece.
const LONGEST: usize = 4096;

/// How the time is written.
#[derive(Debug, Clone, PartialEq)]
pub enum Format {
    /// `\n\nCurrent time: Sun Nov 22 06:32:19 2026\n\n`
    Greeting,
    /// `22 NOV 2026 06:32:19 UTC\r\n`, one of the forms that RFC 867 suggests.
    Daytime,
    /// `Sun Nov 22 06:32:19 2026\n`, as ctime(3).
    Ctime,
    /// `2026-11-22T06:32:19Z\n`, RFC 3339.
    Rfc3339,
    /// `61366 26-11-22 06:32:19 00 0 0   0.0 UTC *\r\n`, the layout of NIST's daytime servers.
    Nist,
    /// Seconds since 1970 and `\n`.
    Unix,
    /// Any text with strftime(3) conversions, and `\n`.
    Strftime(Vec<Item<'static>>),
}

/// Why a text is no format.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// Neither a name nor a text with a conversion.
    #[error(
        "is neither greeting, daytime, ctime, rfc3339, nist, unix nor a text with a conversion like %H:%M:%S in it"
    )]
    NoConversion,
    /// A conversion that does not exist.
    #[error("holds a % conversion that does not exist; '%%' is a plain percent sign")]
    UnknownConversion,
    /// The reply would not fit into one send.
    #[error("makes a reply of more than {LONGEST} bytes")]
    TooLong,
}

impl FromStr for Format {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Self, FormatError> {
        match text {
            "greeting" => Ok(Self::Greeting),
            "daytime" => Ok(Self::Daytime),
            "ctime" => Ok(Self::Ctime),
            "rfc3339" => Ok(Self::Rfc3339),
            "nist" => Ok(Self::Nist),
            "unix" => Ok(Self::Unix),
            _ => Self::strftime(text),
        }
    }
}

impl Format {
    fn strftime(text: &str) -> Result<Self, FormatError> {
        let items: Vec<Item<'static>> = StrftimeItems::new(text)
            .parse_to_owned()
            .map_err(|_unspecific| FormatError::UnknownConversion)?;
        if !items.iter().any(|item| matches!(item, Item::Numeric(..) | Item::Fixed(_))) {
            return Err(FormatError::NoConversion);
        }
        let mut sample = String::new();
        print(&mut sample, &Zone::utc().at(DateTime::UNIX_EPOCH), &items);
        if sample.len() + 64 > LONGEST {
            return Err(FormatError::TooLong);
        }
        Ok(Self::Strftime(items))
    }

    /// Appends the text for an instant.
    fn render(
        &self,
        text: &mut String,
        zone: &Zone,
        now: DateTime<Utc>,
        health: impl FnOnce() -> Health,
    ) {
        let local = zone.at(now);
        match self {
            Self::Greeting => {
                text.push_str("\n\nCurrent time: ");
                strftime(text, &local, "%a %b %e %H:%M:%S %Y\n\n");
            }
            Self::Daytime => {
                let start = text.len();
                strftime(text, &local, "%d %b %Y %H:%M:%S ");
                text[start..].make_ascii_uppercase();
                strftime(text, &local, "%Z\r\n");
            }
            Self::Ctime => strftime(text, &local, "%a %b %e %H:%M:%S %Y\n"),
            Self::Rfc3339 if local.offset.is_utc() => {
                strftime(text, &local, "%Y-%m-%dT%H:%M:%SZ\n");
            }
            Self::Rfc3339 => strftime(text, &local, "%Y-%m-%dT%H:%M:%S%:z\n"),
            Self::Nist => nist(text, zone, now, health()),
            Self::Unix => append(text, format_args!("{}\n", now.timestamp())),
            Self::Strftime(items) => {
                print(text, &local, items);
                text.push('\n');
            }
        }
    }
}

fn strftime(text: &mut String, local: &LocalTime<'_>, pattern: &str) {
    print(text, local, StrftimeItems::new(pattern));
}

fn print<'a, I>(text: &mut String, local: &LocalTime<'_>, items: I)
where
    I: IntoIterator<IntoIter: Clone, Item: Borrow<Item<'a>>>,
{
    let (date, time) = (Some(local.clock.date()), Some(local.clock.time()));
    let delayed = DelayedFormat::new_with_offset(date, time, &local.offset, items.into_iter());
    append(text, format_args!("{delayed}"));
}

/// Appends to a text. A `String` takes everything, and every conversion was checked at start.
fn append(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).ok();
}

/// NIST's line: day number, date and time in UTC, then the codes for summer time, leap second and health,
/// and the milliseconds by which the time is sent early (none: this server does not guess at the network).
/// The label is plain UTC, for this is not UTC(NIST).
///
/// Source: NIST Internet Time Service, "Daytime Protocol (RFC-867)".
fn nist(text: &mut String, zone: &Zone, now: DateTime<Utc>, health: Health) {
    /// The Modified Julian Date of 1970-01-01.
    const EPOCH: i64 = 40_587;
    let day = EPOCH + now.timestamp().div_euclid(86_400);
    append(text, format_args!("{day:05} {}", now.format("%y-%m-%d %H:%M:%S")));
    let dst = dst_code(zone, now);
    let leap = match health.leap {
        Leap::None => 0,
        Leap::Insert => 1,
        Leap::Delete => 2,
    };
    // 0: healthy. 4: off by an unknown amount.
    let condition = if health.is_synchronised { 0 } else { 4 };
    append(text, format_args!(" {dst:02} {leap} {condition}   0.0 UTC *\r\n"));
}

/// 00 in standard time, 50 in summer time; in the month of a change it counts down by days, to 51 on the day
/// on which summer time begins and to 1 on the day on which it ends.
fn dst_code(zone: &Zone, now: DateTime<Utc>) -> i64 {
    let is_dst = zone.at(now).is_dst;
    let today = now.date_naive();
    let rest_of_month = today.iter_days().take_while(|day| day.month() == today.month());
    let change = rest_of_month
        .map(|day| (day + Days::new(1)).and_time(NaiveTime::MIN).and_utc())
        .zip(1..)
        .find(|(midnight, _)| zone.at(*midnight).is_dst != is_dst);
    match (is_dst, change) {
        (false, None) => 0,
        (true, None) => 50,
        (false, Some((_, days))) => 50 + days,
        (true, Some((_, days))) => days,
    }
}

/// The reply, formatted once a second.
#[derive(Debug)]
pub struct Reply {
    format: Format,
    zone: Zone,
    text: String,
    /// The second that `text` was made for.
    second: Option<i64>,
    /// Whether the text changes within a second.
    shows_fractions: bool,
}

impl Reply {
    /// The replies in a format and a zone.
    #[must_use]
    pub fn new(format: Format, zone: Zone) -> Self {
        let at = |nanoseconds| {
            let mut text = String::new();
            let instant = DateTime::UNIX_EPOCH + TimeDelta::nanoseconds(nanoseconds);
            format.render(&mut text, &zone, instant, Health::unknown);
            text
        };
        let shows_fractions = at(0) != at(123_456_789);
        Self { format, zone, text: String::new(), second: None, shows_fractions }
    }

    /// The reply for an instant; `health` is asked only when a new second's text needs it.
    pub fn at(&mut self, now: DateTime<Utc>, health: impl FnOnce() -> Health) -> &[u8] {
        let second = Some(now.timestamp());
        if self.second != second || self.shows_fractions {
            self.text.clear();
            self.format.render(&mut self.text, &self.zone, now, health);
            self.second = second;
        }
        self.text.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone::tests::berlin;

    const SYNCHRONISED: Health = Health { is_synchronised: true, leap: Leap::None };

    fn text(format: &str, zone: &Zone, instant: &str) -> String {
        let mut reply = Reply::new(format.parse().unwrap(), zone.clone());
        let bytes = reply.at(instant.parse().unwrap(), || SYNCHRONISED);
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[test]
    fn every_format_is_as_documented_byte_for_byte() {
        let utc = |format| text(format, &Zone::utc(), "2026-11-02T06:32:19.9Z");
        assert_eq!(utc("greeting"), "\n\nCurrent time: Mon Nov  2 06:32:19 2026\n\n");
        assert_eq!(utc("daytime"), "02 NOV 2026 06:32:19 UTC\r\n");
        assert_eq!(utc("ctime"), "Mon Nov  2 06:32:19 2026\n");
        assert_eq!(utc("rfc3339"), "2026-11-02T06:32:19Z\n");
        assert_eq!(utc("nist"), "61346 26-11-02 06:32:19 00 0 0   0.0 UTC *\r\n");
        assert_eq!(utc("unix"), "1793601139\n");
        assert_eq!(utc("%d.%m.%Y %% %Z"), "02.11.2026 % UTC\n");
    }

    #[test]
    fn local_formats_follow_the_zone_and_name_it() {
        let local = |format| text(format, &berlin(), "2026-07-01T22:00:00Z");
        assert_eq!(local("daytime"), "02 JUL 2026 00:00:00 CEST\r\n");
        assert_eq!(local("rfc3339"), "2026-07-02T00:00:00+02:00\n");
        assert_eq!(local("%H %Z %z"), "00 CEST +0200\n");
        assert_eq!(local("nist"), "61222 26-07-01 22:00:00 50 0 0   0.0 UTC *\r\n");
    }

    #[test]
    fn the_dst_code_counts_the_days_to_a_change_within_its_month() {
        let code = |instant: &str| dst_code(&berlin(), instant.parse().unwrap());
        assert_eq!(code("2026-02-28T12:00:00Z"), 0);
        assert_eq!(code("2026-03-01T12:00:00Z"), 79);
        assert_eq!(code("2026-03-29T00:00:00Z"), 51);
        assert_eq!(code("2026-03-29T12:00:00Z"), 50);
        assert_eq!(code("2026-10-01T12:00:00Z"), 25);
        assert_eq!(code("2026-10-25T00:00:00Z"), 1);
        assert_eq!(code("2026-10-25T12:00:00Z"), 0);
    }

    #[test]
    fn an_unsynchronised_clock_and_a_coming_leap_second_show_in_the_nist_form() {
        let mut reply = Reply::new(Format::Nist, Zone::utc());
        let health = Health { is_synchronised: false, leap: Leap::Insert };
        let text = reply.at(DateTime::UNIX_EPOCH, || health).to_vec();
        assert_eq!(text, b"40587 70-01-01 00:00:00 00 1 4   0.0 UTC *\r\n");
    }

    #[test]
    fn a_reply_is_formatted_once_a_second_unless_it_shows_fractions() {
        let asked = std::cell::Cell::new(0);
        let health = || {
            asked.set(asked.get() + 1);
            SYNCHRONISED
        };
        let mut reply = Reply::new(Format::Nist, Zone::utc());
        for milliseconds in [0, 1, 999, 1000, 1001] {
            reply.at(DateTime::UNIX_EPOCH + TimeDelta::milliseconds(milliseconds), health);
        }
        assert_eq!(asked.get(), 2);

        for format in
            ["%S%.3f", "%3f", "%N", "%+"].into_iter().filter_map(|text| text.parse::<Format>().ok())
        {
            let mut reply = Reply::new(format, Zone::utc());
            let first = reply.at(DateTime::UNIX_EPOCH, health).to_vec();
            assert_ne!(reply.at(DateTime::UNIX_EPOCH + TimeDelta::milliseconds(5), health), first);
        }
    }

    #[test]
    fn what_is_no_format_says_why() {
        let error = |text: &str| text.parse::<Format>().unwrap_err().to_string();
        assert!(error("iso").contains("neither greeting"));
        assert!(error("100%%").contains("neither greeting"));
        assert!(error("%Q").contains("does not exist"));
        assert!(error(&"%Y".repeat(3000)).contains("more than 4096"));
    }
}
