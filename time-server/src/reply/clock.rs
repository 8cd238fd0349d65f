//! The server's clock: its time zone, and whether the kernel keeps it synchronised. Both are read again once a second, while
//! clients come. `Health::judge` decides and is pure; [`Clock::tick`] reads the kernel's state and the zone's file.

use std::time::Duration;

use chrono::{DateTime, Timelike, Utc};
use nix::libc;
use nix::sys::time::TimeSpec;
use nix::time::{ClockId, clock_gettime};

use crate::reply::zone::Zone;
use crate::sys;

/// From this error bound on, a clock counts as not synchronised: the kernel lets it grow to here while
/// nobody corrects the clock (`NTP_PHASE_LIMIT`), and systemd's `NTPSynchronized` uses the same bound.
const MAX_ERROR: Duration = Duration::from_secs(16);

/// Whether the clock can be trusted, and whether a leap second is coming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// NTP or another source keeps the clock right.
    pub is_synchronised: bool,
    /// The leap second at the end of the month.
    pub leap: Leap,
    /// How far the clock may be off. While nobody corrects the clock, the kernel lets it grow.
    pub max_error: Duration,
}

/// A leap second at the end of this month, until it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leap {
    /// None.
    None,
    /// One is inserted: 23:59:60 exists.
    Insert,
    /// This second is the one that is inserted: the kernel's clock shows 23:59:59 once more.
    Now,
    /// One is deleted: 23:59:59 does not exist.
    Delete,
}

impl Leap {
    /// How NTP (RFC 5905 §7.3) and NIST's line announce it.
    pub(crate) const fn indicator(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Insert | Self::Now => 1,
            Self::Delete => 2,
        }
    }
}

impl Health {
    /// Reads the kernel's state.
    ///
    /// # Errors
    /// A sandbox forbids that.
    pub fn read() -> nix::Result<Self> {
        sys::clock_state().map(|(timex, state)| Self::judge(timex.status, timex.maxerror, state))
    }

    /// A clock of which nothing is known: not synchronised.
    #[must_use]
    pub const fn unknown() -> Self {
        Self { is_synchronised: false, leap: Leap::None, max_error: MAX_ERROR }
    }

    /// Decides from adjtimex(2)'s status bits, its error bound (in microseconds) and the state that it returns. The status
    /// has the announcement of a leap second still when that has come, the state has not.
    fn judge(status: i32, max_error: i64, state: i32) -> Self {
        let max_error = Duration::from_micros(max_error.try_into().unwrap_or(0));
        let leap = match state {
            libc::TIME_INS => Leap::Insert,
            libc::TIME_DEL => Leap::Delete,
            libc::TIME_OOP => Leap::Now,
            _ => Leap::None,
        };
        Self {
            is_synchronised: status & libc::STA_UNSYNC == 0 && max_error < MAX_ERROR,
            leap,
            max_error,
        }
    }

    const fn describe(self) -> &'static str {
        match (self.is_synchronised, self.leap) {
            (false, _) => "not synchronised",
            (true, Leap::None) => "synchronised",
            (true, Leap::Insert) => "synchronised; a leap second comes at the end of the month",
            (true, Leap::Now) => "synchronised; this is a leap second",
            (true, Leap::Delete) => "synchronised; the month's last second is left out",
        }
    }
}

/// The time of day now, read by the loops that send and receive it. std's clock knows no time before 1970.
pub(crate) fn utc_now() -> DateTime<Utc> {
    // The call cannot fail for this clock, clock_gettime(2), and chrono has 260,000 years on either side.
    clock_gettime(ClockId::CLOCK_REALTIME).ok().and_then(instant).unwrap_or_default()
}

/// The instant that a time of the kernel's is.
pub(crate) fn instant(time: TimeSpec) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(time.tv_sec(), u32::try_from(time.tv_nsec()).ok()?)
}

/// The time zone, and whether the clock can be trusted.
#[derive(Debug, Clone)]
pub struct Clock {
    /// The rules of the time zone.
    pub zone: Zone,
    /// The kernel's state in this second.
    pub health: Health,
    second: Option<i64>,
    zone_is_unreadable: bool,
    /// Each worker has a clock; only one of them logs what changes.
    logs_changes: bool,
}

impl Clock {
    /// A clock for a zone.
    #[must_use]
    pub fn new(zone: Zone, logs_changes: bool) -> Self {
        let health = Health::read().unwrap_or_else(|errno| {
            if logs_changes {
                let reason = errno.desc();
                tracing::warn!(
                    "The kernel does not say whether its clock is synchronised (adjtimex: {reason}): taken for not synchronised."
                );
            }
            Health::unknown()
        });
        tracing::debug!("The kernel's clock is {}.", health.describe());
        Self { zone, health, second: None, zone_is_unreadable: false, logs_changes }
    }

    /// Reads the kernel's state and the zone's file again, if a new second has begun.
    pub fn tick(&mut self, now: DateTime<Utc>) {
        let is_same = self.second.replace(now.timestamp()) == Some(now.timestamp());
        if is_same && !self.may_repeat(now) {
            return;
        }
        let health = Health::read().unwrap_or(Health::unknown());
        if health.describe() != self.health.describe() && self.logs_changes {
            tracing::warn!(
                synchronised = health.is_synchronised,
                "The kernel's clock is now {}.",
                health.describe()
            );
        }
        self.health = health;
        if !is_same {
            self.refresh_zone();
        }
    }

    /// Whether this second comes once more, as the leap second: only the kernel's state tells the two apart.
    fn may_repeat(&self, now: DateTime<Utc>) -> bool {
        const LAST_OF_A_DAY: i64 = 86_399;
        let is_near = matches!(self.health.leap, Leap::Insert | Leap::Now);
        is_near && now.timestamp().rem_euclid(86_400) == LAST_OF_A_DAY
    }

    /// The instant that the clock shows at `now`: within a leap second, chrono counts its nanoseconds beyond those of the
    /// second before, and prints 60.
    #[must_use]
    pub fn instant(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let beyond = if self.health.leap == Leap::Now { 1_000_000_000 } else { 0 };
        now.with_nanosecond(now.nanosecond() + beyond).unwrap_or(now)
    }

    /// Takes new rules over; if they cannot be read any more, keeps the last ones and logs that once.
    fn refresh_zone(&mut self) {
        let outcome = self.zone.refresh();
        let is_news = outcome.is_err() != self.zone_is_unreadable;
        self.zone_is_unreadable = outcome.is_err();
        match outcome {
            _ if !is_news || !self.logs_changes => {}
            Err(error) => tracing::warn!("The time zone's last rules stay in force: {error}."),
            Ok(()) => tracing::info!("The time zone can be read again."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_synchronised_when_the_kernel_says_so_within_sixteen_seconds() {
        let judge = |status, max_error| Health::judge(status, max_error, libc::TIME_OK);
        assert!(judge(libc::STA_PLL, 1_500).is_synchronised);
        assert!(!judge(libc::STA_UNSYNC, 1_500).is_synchronised);
        assert!(judge(0, 15_999_999).is_synchronised);
        assert!(!judge(0, 16_000_000).is_synchronised);
    }

    #[test]
    fn a_leap_second_is_announced_until_it_has_come_and_not_after() {
        // A time daemon leaves STA_INS set for a while after the leap second.
        let leap = |state| Health::judge(libc::STA_INS, 0, state).leap;
        assert_eq!(leap(libc::TIME_INS), Leap::Insert);
        assert_eq!(leap(libc::TIME_OOP), Leap::Now);
        assert_eq!(leap(libc::TIME_WAIT), Leap::None);
        assert_eq!(leap(libc::TIME_ERROR), Leap::None);
        assert_eq!(Health::judge(libc::STA_DEL, 0, libc::TIME_DEL).leap, Leap::Delete);
    }

    #[test]
    fn a_leap_second_is_the_sixtieth() {
        let mut clock = Clock::new(Zone::utc(), false);
        let now: DateTime<Utc> = "2016-12-31T23:59:59.25Z".parse().unwrap();
        clock.health = Health::judge(libc::STA_INS, 0, libc::TIME_INS);
        assert_eq!(clock.instant(now), now);
        assert!(clock.may_repeat(now));
        assert!(!clock.may_repeat("2016-12-31T23:59:58Z".parse().unwrap()));
        clock.health.leap = Leap::Now;
        assert_eq!(clock.instant(now).to_string(), "2016-12-31 23:59:60.250 UTC");
    }
}
