//! How long until the first tick: until the clock shows a whole multiple of the interval (`--align`), and a random part of
//! a duration longer (`--splay`). Pure arithmetic; the ticks after it are the schedule's.

use std::time::Duration;

/// How long after `now`, a time since 1970 in UTC, the local time is a whole multiple of `interval`, counted from
/// 1970-01-01 00:00 local time: so what divides a day is counted from midnight. `offset` tells by how many seconds local
/// time is ahead of UTC at a time.
pub(crate) fn until_aligned(
    now: Duration,
    interval: Duration,
    offset: impl Fn(Duration) -> i64,
) -> Duration {
    let wait = |seconds: i64| {
        // Not above `interval`, which is at most 100 years, so it has nanoseconds enough in 64 bits.
        let local =
            i128::try_from(now.as_nanos()).unwrap_or(0) + i128::from(seconds) * 1_000_000_000;
        let interval = i128::try_from(interval.as_nanos()).unwrap_or(i128::MAX);
        Duration::from_nanos(u64::try_from((-local).rem_euclid(interval)).unwrap_or(0))
    };
    // Summer time may begin or end meanwhile.
    wait(offset(now + wait(offset(now))))
}

/// A part of `whole`: as much of it as `random` is of all 64-bit numbers.
pub(crate) fn part(whole: Duration, random: u64) -> Duration {
    let nanos = whole.as_nanos().saturating_mul(random.into()) >> 64;
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::duration::LONGEST;
    use proptest::prelude::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const UTC: fn(Duration) -> i64 = |_| 0;

    #[test]
    fn it_is_the_next_whole_hour_of_the_local_clock() {
        let at = |minutes: u64| Duration::from_secs(1_800_000_000 + minutes * 60);
        assert_eq!(until_aligned(at(0), HOUR, UTC), Duration::ZERO);
        assert_eq!(until_aligned(at(1), HOUR, UTC), Duration::from_secs(59 * 60));
        // India is ahead by five hours and a half.
        assert_eq!(until_aligned(at(1), HOUR, |_| 19_800), Duration::from_secs(29 * 60));
        assert_eq!(until_aligned(at(0), 24 * HOUR, |_| 2 * 3600), 14 * HOUR);
    }

    #[test]
    fn summer_time_that_begins_meanwhile_is_taken_into_account() {
        // Local noon and midnight, asked for at half past midnight; at one the clock jumps to two.
        let midnight = Duration::from_secs(20_000 * 86_400);
        let jump = midnight + HOUR;
        let offset = |time| if time < jump { 0 } else { 3600 };
        assert_eq!(until_aligned(midnight + HOUR / 2, 12 * HOUR, offset), HOUR * 21 / 2);
    }

    #[test]
    fn a_part_is_less_than_the_whole() {
        assert_eq!(part(LONGEST, 0), Duration::ZERO);
        assert_eq!(part(HOUR, 1 << 63), HOUR / 2);
        assert!(part(LONGEST, u64::MAX) < LONGEST);
    }

    proptest! {
        #[test]
        fn the_first_tick_is_a_multiple_and_less_than_an_interval_away(
            now in 0_u64..1 << 62, interval in 1_u64..1 << 61, hours in -12_i64..15
        ) {
            let (now, interval) = (Duration::from_nanos(now), Duration::from_nanos(interval));
            let wait = until_aligned(now, interval, |_| hours * 3600);
            prop_assert!(wait < interval);
            let local = i128::try_from((now + wait).as_nanos()).unwrap() + i128::from(hours) * 3_600_000_000_000;
            prop_assert_eq!(local % i128::try_from(interval.as_nanos()).unwrap(), 0);
        }
    }
}
