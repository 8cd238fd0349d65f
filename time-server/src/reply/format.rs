//! The texts of `--format`. Pure: the instant, the zone and the clock's health are arguments. NIST's line is
//! written in `nist`.

use std::borrow::Borrow;
use std::fmt::{self, Write};
use std::ops::Range;
use std::str::FromStr;

use chrono::format::{DelayedFormat, Item, StrftimeItems};
use chrono::{DateTime, NaiveDateTime, Utc};
use common::escape::escape;

use crate::reply::clock::Health;
use crate::reply::nist;
use crate::reply::zone::{LocalTime, Zone};

/// The longest reply, in bytes: it must fit into a fresh socket's send buffer in one piece.
pub const LONGEST: usize = 4096;

/// The most bytes of a conversion: `%:::z`.
const LONGEST_CONVERSION: usize = 5;

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
    /// `2026-11-22T06:32:19.123456Z\n`, the same with microseconds.
    Rfc3339Us,
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
        "is neither greeting, daytime, ctime, rfc3339, rfc3339-us, nist, unix nor a text with a conversion like %H:%M:%S in it"
    )]
    NoConversion,
    /// A conversion that does not exist.
    #[error("this % conversion does not exist; '%%' is a plain percent sign\n{0}")]
    UnknownConversion(Place),
    /// A conversion that only reads times, and writes none.
    #[error("this % conversion reads a time and cannot print one\n{0}")]
    Unprintable(Place),
}

/// A part of a text, shown with a caret below it.
#[derive(Debug)]
pub struct Place {
    before: String,
    part: String,
    after: String,
}

impl Place {
    fn new(text: &str, part: Range<usize>) -> Self {
        /// How much of the text is shown on both sides.
        const AROUND: usize = 30;
        let skipped = text[..part.start].chars().count().saturating_sub(AROUND);
        let before: String = text[..part.start].chars().skip(skipped).collect();
        let after: String = text[part.end..].chars().take(AROUND).collect();
        let escaped = |text: &str| escape(text).into_owned();
        Self { before: escaped(&before), part: escaped(&text[part]), after: escaped(&after) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (start, width) = (self.before.chars().count(), self.part.chars().count());
        writeln!(f, "| {}{}{}", self.before, self.part, self.after)?;
        write!(f, "| {:start$}{:^<width$}", "", "")
    }
}

impl FromStr for Format {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Self, FormatError> {
        match text {
            "greeting" => Ok(Self::Greeting),
            "daytime" => Ok(Self::Daytime),
            "ctime" => Ok(Self::Ctime),
            "rfc3339" => Ok(Self::Rfc3339),
            "rfc3339-us" => Ok(Self::Rfc3339Us),
            "nist" => Ok(Self::Nist),
            "unix" => Ok(Self::Unix),
            _ => Self::strftime(text),
        }
    }
}

impl Format {
    fn strftime(text: &str) -> Result<Self, FormatError> {
        let mut conversions = Vec::new();
        let mut from = 0;
        while let Some(found) = text[from..].find('%') {
            let start = from + found;
            let (end, items) = conversion(text, start)?;
            conversions.extend(items);
            from = end;
        }
        if !conversions.iter().any(|item| matches!(item, Item::Numeric(..) | Item::Fixed(_))) {
            return Err(FormatError::NoConversion);
        }
        // Each conversion was read, so all together can be read.
        StrftimeItems::new(text)
            .parse_to_owned()
            .map(Self::Strftime)
            .map_err(|_unspecific| FormatError::NoConversion)
    }

    /// Whether the reply depends on the time zone.
    #[must_use]
    pub const fn shows_zone(&self) -> bool {
        !matches!(self, Self::Unix)
    }

    /// The length of the longest reply in bytes: at an instant whose month, weekday and numbers are the longest ones, with
    /// each name and offset that the zone ever has.
    #[must_use]
    pub fn longest(&self, zone: &Zone) -> usize {
        let lengths = zone.offsets().map(|offset| {
            let (clock, mut text) = (longest_clock(), String::new());
            let local = LocalTime { clock, offset, is_dst: false };
            // A reply that cannot be printed has no length.
            let printed = self.print(&mut text, clock.and_utc(), &local, zone, Health::unknown());
            printed.map_or(0, |()| text.len())
        });
        lengths.max().unwrap_or(0)
    }

    /// Appends the text for an instant.
    ///
    /// # Errors
    /// A conversion cannot be printed. Each was tried when the format was read, so that should never happen.
    pub(crate) fn render(
        &self,
        text: &mut String,
        now: DateTime<Utc>,
        zone: &Zone,
        health: Health,
    ) -> fmt::Result {
        self.print(text, now, &zone.at(now), zone, health)
    }

    fn print(
        &self,
        text: &mut String,
        now: DateTime<Utc>,
        local: &LocalTime<'_>,
        zone: &Zone,
        health: Health,
    ) -> fmt::Result {
        match self {
            Self::Greeting => {
                text.push_str("\n\nCurrent time: ");
                strftime(text, local, "%a %b %e %H:%M:%S %Y\n\n")
            }
            Self::Daytime => {
                let start = text.len();
                strftime(text, local, "%d %b %Y %H:%M:%S ")?;
                text[start..].make_ascii_uppercase();
                strftime(text, local, "%Z\r\n")
            }
            Self::Ctime => strftime(text, local, "%a %b %e %H:%M:%S %Y\n"),
            Self::Rfc3339 if local.offset.is_utc() => strftime(text, local, "%Y-%m-%dT%H:%M:%SZ\n"),
            Self::Rfc3339 => strftime(text, local, "%Y-%m-%dT%H:%M:%S%:z\n"),
            Self::Rfc3339Us if local.offset.is_utc() => {
                strftime(text, local, "%Y-%m-%dT%H:%M:%S%.6fZ\n")
            }
            Self::Rfc3339Us => strftime(text, local, "%Y-%m-%dT%H:%M:%S%.6f%:z\n"),
            Self::Nist => text.write_str(&nist::line(now, zone, health)),
            Self::Unix => writeln!(text, "{}", now.timestamp()),
            Self::Strftime(items) => {
                print(text, local, items)?;
                text.write_char('\n')
            }
        }
    }
}

/// The conversion that begins at `start`, and where it ends: the shortest text that chrono can read.
fn conversion(text: &str, start: usize) -> Result<(usize, Vec<Item<'_>>), FormatError> {
    let ends = (start + 2..=start + LONGEST_CONVERSION).filter(|end| text.is_char_boundary(*end));
    let mut readable = ends.filter_map(|end| {
        let items = StrftimeItems::new(text.get(start..end)?).parse();
        Some((end, items.ok()?))
    });
    let Some((end, items)) = readable.next() else {
        let next = text[start..].chars().take(2).map(char::len_utf8).sum::<usize>();
        let place = Place::new(text, start..start + next);
        return Err(FormatError::UnknownConversion(place));
    };
    let utc = Zone::utc();
    if print(&mut String::new(), &utc.at(longest_clock().and_utc()), &items).is_err() {
        return Err(FormatError::Unprintable(Place::new(text, start..end)));
    }
    Ok((end, items))
}

/// Wednesday, the 23rd of September, with two digits and nine decimals everywhere.
fn longest_clock() -> NaiveDateTime {
    const SECONDS: i64 = 1_790_207_999;
    DateTime::from_timestamp(SECONDS, 987_654_321).unwrap_or_default().naive_utc()
}

fn strftime(text: &mut String, local: &LocalTime<'_>, pattern: &str) -> fmt::Result {
    print(text, local, StrftimeItems::new(pattern))
}

fn print<'a, I>(text: &mut String, local: &LocalTime<'_>, items: I) -> fmt::Result
where
    I: IntoIterator<IntoIter: Clone, Item: Borrow<Item<'a>>>,
{
    let (date, time) = (Some(local.clock.date()), Some(local.clock.time()));
    let delayed = DelayedFormat::new_with_offset(date, time, &local.offset, items.into_iter());
    write!(text, "{delayed}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::zone::tests::berlin;
    use proptest::prelude::*;

    fn text(format: &str, zone: &Zone, instant: &str) -> String {
        let mut text = String::new();
        let health = Health { is_synchronised: true, ..Health::unknown() };
        let format = format.parse::<Format>().unwrap();
        format.render(&mut text, instant.parse().unwrap(), zone, health).unwrap();
        text
    }

    #[test]
    fn every_format_is_as_documented_byte_for_byte() {
        let utc = |format| text(format, &Zone::utc(), "2026-11-02T06:32:19.9Z");
        assert_eq!(utc("greeting"), "\n\nCurrent time: Mon Nov  2 06:32:19 2026\n\n");
        assert_eq!(utc("daytime"), "02 NOV 2026 06:32:19 UTC\r\n");
        assert_eq!(utc("ctime"), "Mon Nov  2 06:32:19 2026\n");
        assert_eq!(utc("rfc3339"), "2026-11-02T06:32:19Z\n");
        assert_eq!(utc("rfc3339-us"), "2026-11-02T06:32:19.900000Z\n");
        assert_eq!(utc("nist"), "61346 26-11-02 06:32:19 00 0 0   0.0 UTC *\r\n");
        assert_eq!(utc("unix"), "1793601139\n");
        assert_eq!(utc("%d.%m.%Y %% %Z"), "02.11.2026 % UTC\n");
    }

    #[test]
    fn local_formats_follow_the_zone_and_name_it() {
        let local = |format| text(format, &berlin(), "2026-07-01T22:00:00Z");
        assert_eq!(local("daytime"), "02 JUL 2026 00:00:00 CEST\r\n");
        assert_eq!(local("rfc3339"), "2026-07-02T00:00:00+02:00\n");
        assert_eq!(local("rfc3339-us"), "2026-07-02T00:00:00.000000+02:00\n");
        assert_eq!(local("%H %Z %z"), "00 CEST +0200\n");
        assert_eq!(local("nist"), "61222 26-07-01 22:00:00 50 0 0   0.0 UTC *\r\n");
    }

    #[test]
    fn a_leap_second_is_written_60_where_the_format_can() {
        let leap = |format, zone: &Zone| text(format, zone, "2016-12-31T23:59:60Z");
        assert_eq!(leap("rfc3339", &Zone::utc()), "2016-12-31T23:59:60Z\n");
        assert_eq!(leap("rfc3339-us", &berlin()), "2017-01-01T00:59:60.000000+01:00\n");
        assert_eq!(
            leap("greeting", &Zone::utc()),
            "\n\nCurrent time: Sat Dec 31 23:59:60 2016\n\n"
        );
        assert_eq!(leap("nist", &Zone::utc()), "57753 16-12-31 23:59:60 00 0 0   0.0 UTC *\r\n");
        assert_eq!(leap("unix", &Zone::utc()), "1483228799\n");
    }

    #[test]
    fn a_bad_format_is_refused_with_the_reason_and_the_place() {
        let error = |text: &str| text.parse::<Format>().unwrap_err().to_string();
        assert!(error("iso").contains("neither greeting"));
        assert!(error("100%%").contains("neither greeting"));
        assert!(error("%Q").contains("does not exist"));
        let marked = |text: &str| error(text).split_once('\n').unwrap().1.to_owned();
        assert_eq!(marked("%H:%M %#z %Y"), "| %H:%M %#z %Y\n|       ^^^");
        assert_eq!(marked("ü%%%-d %Q"), "| ü%%%-d %Q\n|        ^^");
        assert_eq!(marked("%"), "| %\n| ^");
        assert_eq!(marked("%ü"), "| %ü\n| ^^");
        assert_eq!(marked("%Y\x1b%E"), "| %Y\\u{1b}%E\n|         ^^");
        let long = format!("{}%Y%Q", "x".repeat(1000));
        assert!(marked(&long).len() < 100, "{}", marked(&long));
    }

    #[test]
    fn every_conversion_of_chrono_is_read_as_one() {
        for conversion in
            ["%-d", "%_H", "%0e", "%.3f", "%.f", "%6f", "%:z", "%::z", "%:::z", "%c", "%+", "%n"]
        {
            let text = format!("%Y{conversion}x");
            let (end, _) = super::conversion(&text, 2).unwrap();
            assert_eq!(&text[2..end], conversion);
        }
    }

    proptest! {
        /// The greatest length is one that no reply passes, from 1970 to 9999, and one that is met.
        #[test]
        fn no_reply_is_longer_than_the_longest(
            parts in prop::collection::vec(prop::sample::select(CONVERSIONS), 1..9),
            seconds in 0_i64..253_402_300_799 - 86_400,
        ) {
            let format: Format = format!("%Y{}", parts.concat()).parse().unwrap();
            let (mut text, now) = (String::new(), DateTime::from_timestamp(seconds, 999_999_999).unwrap());
            format.render(&mut text, now, &berlin(), Health::unknown()).unwrap();
            // The seconds since 1970 have ten digits until 2286.
            let later = if seconds > 9_999_999_999 { 2 * parts.len() } else { 0 };
            prop_assert!(text.len() <= format.longest(&berlin()) + later, "{text}");
        }
    }

    const CONVERSIONS: &[&str] = &[
        "%A", "%a", "%B", "%b", "%c", "%D", "%d", "%e", "%-d", "%F", "%f", "%.f", "%.3f", "%G",
        "%H", "%I", "%j", "%-j", "%k", "%M", "%p", "%r", "%S", "%s", "%T", "%U", "%u", "%V", "%v",
        "%X", "%x", "%Y", "%y", "%Z", "%z", "%:z", "%::z", "%+", "%%", " ", "é",
    ];
}
