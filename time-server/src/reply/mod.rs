//! What a reply says: the text of the current second, or the Time Protocol's four bytes. Pure. The texts are written by
//! `format` (and `nist`), in the local time of `zone` (its file is read by `zoneinfo`); `clock` says whether the time
//! can be trusted. `ntp` has the packets of NTP, whose replies are made each for its request.

pub mod clock;
pub mod format;
pub(crate) mod nist;
pub mod ntp;
pub mod zone;
mod zoneinfo;

use std::fmt;

use chrono::{DateTime, TimeDelta, Timelike, Utc};

use crate::reply::clock::Clock;
use crate::reply::format::Format;
use crate::reply::zone::Zone;
use crate::service::Service;

/// The replies, the text formatted once a second.
#[derive(Debug)]
pub struct Reply {
    format: Format,
    /// Whether the text changes within a second.
    shows_fractions: bool,
    /// Whether the Time Protocol (RFC 868) is not answered while the clock is not synchronised.
    require_sync: bool,
    text: String,
    /// The second that `text` was made for, and whether that is a leap second.
    second: Option<(i64, bool)>,
    time: [u8; 4],
}

impl Reply {
    /// The replies in a format; with `require_sync` the Time Protocol is not answered while the clock is not synchronised.
    #[must_use]
    pub fn new(format: Format, require_sync: bool) -> Self {
        let at = |nanoseconds| {
            let instant = DateTime::UNIX_EPOCH + TimeDelta::nanoseconds(nanoseconds);
            let mut text = String::new();
            format.render(&mut text, instant, &Zone::utc(), clock::Health::unknown()).map(|()| text)
        };
        let shows_fractions = at(0) != at(123_456_789);
        let (text, time) = (String::new(), [0; 4]);
        Self { format, shows_fractions, require_sync, text, second: None, time }
    }

    /// The reply of `service` at an instant; `None`: none is sent.
    ///
    /// # Errors
    /// The text cannot be made, which was tried when the format was read.
    pub fn at(
        &mut self,
        service: Service,
        now: DateTime<Utc>,
        clock: &Clock,
    ) -> Result<Option<&[u8]>, fmt::Error> {
        Ok(match service {
            Service::Daytime => Some(self.text_at(now, clock)?),
            // Its replies are made each for its request: `ntp`'s.
            Service::Ntp => None,
            // RFC 868: a server that cannot determine the time closes the connection without sending any.
            Service::Time if self.require_sync && !clock.health.is_synchronised => None,
            Service::Time => {
                self.time = seconds_since_1900(now).to_be_bytes();
                Some(&self.time)
            }
        })
    }

    fn text_at(&mut self, now: DateTime<Utc>, clock: &Clock) -> Result<&[u8], fmt::Error> {
        let second = Some((now.timestamp(), now.nanosecond() >= 1_000_000_000));
        if self.second != second || self.shows_fractions {
            self.second = None;
            self.text.clear();
            self.format.render(&mut self.text, now, &clock.zone, clock.health)?;
            self.second = second;
        }
        Ok(self.text.as_bytes())
    }
}

/// Seconds between the two epochs (RFC 868).
pub const FROM_1900_TO_1970: i64 = 2_208_988_800;

/// RFC 868's count, which starts again at 0 after 2036-02-07 06:28:15 UTC.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the protocol has 32 bits: the count wraps"
)]
const fn seconds_since_1900(now: DateTime<Utc>) -> u32 {
    (now.timestamp() + FROM_1900_TO_1970) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::clock::Health;

    fn clock(is_synchronised: bool) -> Clock {
        let mut clock = Clock::new(Zone::utc(), false);
        clock.health = Health { is_synchronised, ..Health::unknown() };
        clock
    }

    fn time_at(text: &str) -> [u8; 4] {
        let mut reply = Reply::new(Format::Unix, false);
        let bytes = reply.at(Service::Time, text.parse().unwrap(), &clock(false)).unwrap().unwrap();
        bytes.try_into().unwrap()
    }

    #[test]
    fn the_time_protocol_counts_from_1900_and_wraps_in_2036() {
        // The examples of RFC 868.
        assert_eq!(time_at("1970-01-01T00:00:00Z"), 2_208_988_800_u32.to_be_bytes());
        assert_eq!(time_at("1976-01-01T00:00:00Z"), 2_398_291_200_u32.to_be_bytes());
        assert_eq!(time_at("1983-05-01T00:00:00Z"), 2_629_584_000_u32.to_be_bytes());
        assert_eq!(time_at("2036-02-07T06:28:15.999Z"), [0xff; 4]);
        assert_eq!(time_at("2036-02-07T06:28:16Z"), [0; 4]);
        assert_eq!(time_at("2036-02-07T06:28:17Z"), [0, 0, 0, 1]);
    }

    #[test]
    fn with_require_sync_the_time_protocol_is_silent_while_the_clock_is_not_synchronised() {
        let mut reply = Reply::new(Format::Unix, true);
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(reply.at(Service::Time, now, &clock(false)), Ok(None));
        assert!(reply.at(Service::Time, now, &clock(true)).unwrap().is_some());
        assert!(reply.at(Service::Daytime, now, &clock(false)).unwrap().is_some());
    }

    #[test]
    fn a_leap_second_has_a_text_of_its_own() {
        let mut reply = Reply::new("%T".parse().unwrap(), false);
        let clock = clock(true);
        let mut at = |text: &str| {
            let now = text.parse().unwrap();
            reply.at(Service::Daytime, now, &clock).unwrap().unwrap().to_vec()
        };
        assert_eq!(at("2016-12-31T23:59:59Z"), b"23:59:59\n");
        assert_eq!(at("2016-12-31T23:59:60Z"), b"23:59:60\n");
    }

    #[test]
    fn a_text_is_never_from_another_second_and_fractions_are_never_old() {
        let clock = clock(true);
        for (format, same) in [("unix", true), ("%S%.3f", false), ("%f", false), ("%+", false)] {
            let mut reply = Reply::new(format.parse().unwrap(), false);
            let mut at = |milliseconds| {
                let now = DateTime::UNIX_EPOCH + TimeDelta::milliseconds(milliseconds);
                reply.at(Service::Daytime, now, &clock).unwrap().unwrap().to_vec()
            };
            assert_eq!(at(0) == at(5), same, "{format}");
            assert_ne!(at(999), at(1000), "{format}");
        }
    }
}
