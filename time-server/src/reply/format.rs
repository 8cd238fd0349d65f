//! The texts of `--format`. Pure: the instant, the zone and the clock's health are arguments. NIST's line is
//! written in `nist`.

use std::borrow::Borrow;
use std::fmt::Write;
use std::str::FromStr;

use chrono::format::{DelayedFormat, Item, StrftimeItems};
use chrono::{DateTime, Utc};

use crate::reply::clock::Health;
use crate::reply::nist;
use crate::reply::zone::{LocalTime, Zone};

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
        let format = Self::Strftime(items);
        if format.longest() > LONGEST { Err(FormatError::TooLong) } else { Ok(format) }
    }

    /// The length of a reply in bytes, with room for months and zones that have longer names.
    #[must_use]
    pub fn longest(&self) -> usize {
        const ROOM: usize = 32;
        let mut sample = String::new();
        self.render(&mut sample, DateTime::UNIX_EPOCH, &Zone::utc(), Health::unknown());
        sample.len() + ROOM
    }

    /// Appends the text for an instant.
    pub(crate) fn render(
        &self,
        text: &mut String,
        now: DateTime<Utc>,
        zone: &Zone,
        health: Health,
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
            Self::Nist => text.push_str(&nist::line(now, zone, health)),
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

/// Appends to a text. That cannot fail: a `String` takes everything, and every conversion was checked at start.
fn append(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).ok();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::clock::Leap;
    use crate::reply::zone::tests::berlin;

    fn text(format: &str, zone: &Zone, instant: &str) -> String {
        let mut text = String::new();
        let health = Health { is_synchronised: true, leap: Leap::None };
        format.parse::<Format>().unwrap().render(&mut text, instant.parse().unwrap(), zone, health);
        text
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
    fn a_bad_format_is_refused_with_the_reason() {
        let error = |text: &str| text.parse::<Format>().unwrap_err().to_string();
        assert!(error("iso").contains("neither greeting"));
        assert!(error("100%%").contains("neither greeting"));
        assert!(error("%Q").contains("does not exist"));
        assert!(error(&"%Y".repeat(3000)).contains("more than 4096"));
    }
}
