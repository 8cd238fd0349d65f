//! The server's clock: its time zone, and whether the kernel keeps it synchronised. Both are read again once a second, while
//! clients come. `Health::judge` decides and is pure; [`Clock::tick`] reads the kernel's state and the zone's file.

use chrono::{DateTime, Utc};
use nix::libc;

use crate::reply::zone::Zone;
use crate::sys;

/// From this error bound on, a clock counts as not synchronised: the kernel lets it grow to here while
/// nobody corrects the clock (`NTP_PHASE_LIMIT`), and systemd's `NTPSynchronized` uses the same bound.
const MAX_ERROR_MICROSECONDS: i64 = 16_000_000;

/// Whether the clock can be trusted, and whether a leap second is coming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// NTP or another source keeps the clock right.
    pub is_synchronised: bool,
    /// The leap second at the end of the month.
    pub leap: Leap,
}

/// A leap second at the end of this month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leap {
    /// None.
    None,
    /// One is inserted: 23:59:60 exists.
    Insert,
    /// One is deleted: 23:59:59 does not exist.
    Delete,
}

impl Health {
    /// Reads the kernel's state. Where a sandbox forbids that, nothing is known.
    #[must_use]
    pub fn read() -> Self {
        sys::clock_state()
            .map_or_else(|_| Self::unknown(), |state| Self::judge(state.status, state.maxerror))
    }

    /// A clock of which nothing is known: not synchronised.
    #[must_use]
    pub const fn unknown() -> Self {
        Self { is_synchronised: false, leap: Leap::None }
    }

    /// Decides from adjtimex(2)'s status bits and error bound (in microseconds).
    const fn judge(status: i32, max_error: i64) -> Self {
        let leap = match status & (libc::STA_INS | libc::STA_DEL) {
            libc::STA_INS => Leap::Insert,
            libc::STA_DEL => Leap::Delete,
            _ => Leap::None,
        };
        Self {
            is_synchronised: status & libc::STA_UNSYNC == 0 && max_error < MAX_ERROR_MICROSECONDS,
            leap,
        }
    }

    const fn describe(self) -> &'static str {
        match (self.is_synchronised, self.leap) {
            (false, _) => "not synchronised",
            (true, Leap::None) => "synchronised",
            (true, Leap::Insert) => "synchronised; a leap second comes at the end of the month",
            (true, Leap::Delete) => "synchronised; the month's last second is left out",
        }
    }
}

/// The time of day now, read by the loops that send and receive it.
#[expect(clippy::disallowed_methods, reason = "the one place where time-server reads this clock")]
pub(crate) fn utc_now() -> DateTime<Utc> {
    Utc::now()
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
        let health = Health::read();
        tracing::debug!("The kernel's clock is {}.", health.describe());
        Self { zone, health, second: None, zone_is_unreadable: false, logs_changes }
    }

    /// Reads the kernel's state and the zone's file again, if a new second has begun.
    pub fn tick(&mut self, now: DateTime<Utc>) {
        if self.second.replace(now.timestamp()) == Some(now.timestamp()) {
            return;
        }
        let health = Health::read();
        if health != self.health && self.logs_changes {
            tracing::warn!(
                synchronised = health.is_synchronised,
                "The kernel's clock is now {}.",
                health.describe()
            );
        }
        self.health = health;
        self.refresh_zone();
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
        assert!(Health::judge(libc::STA_PLL, 1_500).is_synchronised);
        assert!(!Health::judge(libc::STA_UNSYNC, 1_500).is_synchronised);
        assert!(Health::judge(0, MAX_ERROR_MICROSECONDS - 1).is_synchronised);
        assert!(!Health::judge(0, MAX_ERROR_MICROSECONDS).is_synchronised);
    }

    #[test]
    fn the_kernel_announces_leap_seconds() {
        assert_eq!(Health::judge(libc::STA_INS, 0).leap, Leap::Insert);
        assert_eq!(Health::judge(libc::STA_DEL, 0).leap, Leap::Delete);
        assert_eq!(Health::judge(libc::STA_PLL, 0).leap, Leap::None);
    }
}
