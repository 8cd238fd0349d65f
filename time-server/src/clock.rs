//! What the kernel says about its own clock, and what follows from it. Pure but for [`Health::read`].

use nix::libc;

use crate::sys;

/// From this error bound on, a clock counts as not synchronised: the kernel lets it grow to here while
/// nobody corrects the clock (`NTP_PHASE_LIMIT`), and systemd's `NTPSynchronized` uses the same bound.
const MAX_ERROR_MICROSECONDS: i64 = 16_000_000;

/// Whether the clock can be trusted, and whether a leap second is coming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// Something keeps the clock on time.
    pub is_synchronised: bool,
    /// What the last minute of the month will be.
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
    /// Asks the kernel. Where a sandbox forbids even that, nothing is known.
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
