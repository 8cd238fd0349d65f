//! The line of NIST's daytime servers: day number, date and time in UTC, then codes.
//!
//! ```text
//! 61346 26-11-02 06:32:19 00 0 0   0.0 UTC *
//! |     |        |        |  | |   |   |   the time is that of this character, on-time marker
//! |     date and time     |  | |   |   the label: not UTC(NIST), which this is not
//! day number (MJD)        |  | |   milliseconds sent early: none, it does not guess at the network
//!                         |  | health: 0 synchronised, 4 off by an unknown amount
//!                         |  leap second at the end of the month: 1 inserted, 2 deleted
//!                         summer time
//! ```
//!
//! Source: NIST Internet Time Service, "Daytime Protocol (RFC-867)".

use chrono::{DateTime, Datelike, Days, NaiveTime, Utc};

use crate::reply::clock::Health;
use crate::reply::zone::Zone;

/// The Modified Julian Date of 1970-01-01.
pub(crate) const MJD_OF_1970: i64 = 40_587;

/// The line for an instant.
pub(crate) fn line(now: DateTime<Utc>, zone: &Zone, health: Health) -> String {
    let day = MJD_OF_1970 + now.timestamp().div_euclid(86_400);
    let time = now.format("%y-%m-%d %H:%M:%S");
    let dst = dst_code(zone, now);
    let leap = health.leap.indicator();
    let condition = if health.is_synchronised { 0 } else { 4 };
    format!("{day:05} {time} {dst:02} {leap} {condition}   0.0 UTC *\r\n")
}

/// The two digits about summer time: 0 in standard time, 50 in summer time. In the month of a change they count the days up
/// to it: in standard time 50 + days, 51 on the day on which summer time begins; in summer time the days, 1 on the day on
/// which it ends. So the code falls from day to day until the change.
///
/// The day of the change is found from its end: the first day whose midnight has the other kind of time.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::clock::Leap;
    use crate::reply::zone::tests::berlin;

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
    fn an_unsynchronised_clock_and_a_coming_leap_second_show() {
        let health = Health { leap: Leap::Insert, ..Health::unknown() };
        let line = line(DateTime::UNIX_EPOCH, &Zone::utc(), health);
        assert_eq!(line, "40587 70-01-01 00:00:00 00 1 4   0.0 UTC *\r\n");
    }
}
