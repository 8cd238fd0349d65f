//! A horizontal axis that shows dates and clock times: for input that says when its samples were taken. Pure, but for the
//! zone's rules, which are given to it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tz::TimeZone;

use super::marks::{Mark, Marks};
use super::time_marks::{decimals, multiples, step};

const DAY: f64 = 86400.0;

/// What the clock on the wall shows at each time of an axis.
#[derive(Debug, Clone)]
pub struct Clock {
    /// At time 0, in seconds since 1970, and the fraction of a second after it.
    began: (i64, f64),
    zone: Arc<TimeZone>,
}

impl Clock {
    /// A clock of this zone for an axis that began then.
    #[must_use]
    pub fn new(began: DateTime<Utc>, zone: Arc<TimeZone>) -> Self {
        let fraction = f64::from(began.timestamp_subsec_nanos()) / 1e9;
        Self { began: (began.timestamp(), fraction), zone }
    }

    /// The marks between two times, at whole hours, minutes and so on of this clock; midnights stand out. What all labels
    /// lack is shown once: the date at the right edge, and the zone.
    #[must_use]
    pub fn marks(&self, from: f64, to: f64, most: f64) -> Marks {
        let step = step(from, to, most);
        let is_long = to - from >= DAY;
        let marks = self.local_multiples(from, to, step);
        let marks = marks.into_iter().map(|(at, wall)| {
            let is_strong = wall.rem_euclid(DAY) == 0.0;
            let form = match (is_strong, is_long) {
                (true, _) => "%Y-%m-%d",
                (false, true) => "%m-%d %H:%M",
                (false, false) if step >= 60.0 => "%H:%M",
                (false, false) => "%H:%M:%S",
            };
            let label = self.text(at, form, if is_strong { 0 } else { decimals(step) });
            Mark { at, label, is_strong: is_strong && step < DAY }
        });
        let kind = self.zone.find_local_time_type(self.unix(to)).ok();
        // tz-rs has no name for UTC.
        let name = kind.map_or("", |kind| kind.time_zone_designation());
        let zone = if name.is_empty() { "UTC" } else { name };
        let offset = match step < DAY {
            true => format!("{} {zone}", self.text(to, "%Y-%m-%d", 0)),
            false => zone.to_owned(),
        };
        Marks { marks: marks.collect(), offset: Some(offset) }
    }

    /// Date and time, with so many digits of the second as `step` needs.
    #[must_use]
    pub fn time(&self, time: f64, step: f64) -> String {
        self.text(time, "%Y-%m-%d %H:%M:%S", decimals(step))
    }

    /// The times at which the clock shows a multiple of `step` since the midnight before time 0, and how much since then.
    /// An hour that is left out has none, and one that comes twice has them once.
    fn local_multiples(&self, from: f64, to: f64, step: f64) -> Vec<(f64, f64)> {
        let (seconds, fraction) = self.began;
        let first = self.offset(0.0);
        let since_midnight = (seconds + first).rem_euclid(86400) as f64 + fraction;
        // What the clock has been set by since time 0.
        let set_by = |time: f64| (self.offset(time) - first) as f64;
        let (at_from, at_to) = (set_by(from), set_by(to));
        let walls = multiples(
            from + since_midnight + at_from.min(at_to),
            to + since_midnight + at_from.max(at_to),
            step,
        );
        let time = |wall: f64| {
            let plain = wall - since_midnight;
            let guess = plain - set_by(plain);
            let time = plain - set_by(guess);
            (set_by(time) == plain - time).then_some((time, wall))
        };
        walls.filter_map(time).filter(|(time, _)| (from..=to).contains(time)).collect()
    }

    /// A time in seconds since 1970.
    #[expect(clippy::cast_possible_truncation, reason = "a float saturates")]
    fn unix(&self, time: f64) -> i64 {
        self.began.0.saturating_add((self.began.1 + time).floor() as i64)
    }

    /// By how much local time is ahead of UTC, in seconds.
    fn offset(&self, time: f64) -> i64 {
        let kind = self.zone.find_local_time_type(self.unix(time));
        kind.map_or(0, |kind| kind.ut_offset().into())
    }

    fn text(&self, time: f64, form: &str, decimals: usize) -> String {
        // Rounded first: 59.9996 s is a minute.
        let unit = 10_f64.powi(i32::try_from(decimals).unwrap_or(0));
        let second = ((self.began.1 + time) * unit).round() / unit - self.began.1;
        let local = self.unix(second).saturating_add(self.offset(second));
        let Some(local) = DateTime::from_timestamp(local, 0) else {
            return format!("{time} s");
        };
        let text = local.format(form).to_string();
        if decimals == 0 {
            return text;
        }
        let fraction = (self.began.1 + second).rem_euclid(1.0);
        // The digits after the point, without the 0 before it.
        text + format!("{fraction:.decimals$}").trim_start_matches('0')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2026-11-25 23:30:00.25 UTC.
    const BEGAN: (i64, u32) = (1_795_649_400, 250_000_000);

    fn clock(zone: &str) -> Clock {
        let began = DateTime::from_timestamp(BEGAN.0, BEGAN.1).unwrap();
        Clock::new(began, Arc::new(TimeZone::from_posix_tz(zone).unwrap()))
    }

    fn labels(clock: &Clock, from: f64, to: f64, most: f64) -> String {
        let marks = clock.marks(from, to, most);
        let label = |mark: Mark| mark.label + if mark.is_strong { "!" } else { "" };
        let labels: Vec<String> = marks.marks.into_iter().map(label).collect();
        format!("{}; {}", labels.join(" "), marks.offset.unwrap())
    }

    #[test]
    fn marks_are_at_whole_times_of_the_clock_and_midnight_stands_out() {
        let utc = clock("UTC0");
        let hour = "23:30:00.5 23:30:01.0 23:30:01.5; 2026-11-25 UTC";
        assert_eq!(labels(&utc, 0.0, 1.5, 4.0), hour);
        let night = "23:40 23:50 2026-11-26! 00:10 00:20; 2026-11-26 UTC";
        assert_eq!(labels(&utc, 0.0, 3500.0, 6.0), night);
        let days = "2026-11-26! 11-26 12:00 2026-11-27! 11-27 12:00; 2026-11-27 UTC";
        assert_eq!(labels(&utc, 0.0, 1.6 * DAY, 4.0), days);
        let ahead = "05:10 05:15; 2026-11-26 IST";
        assert_eq!(labels(&clock("IST-5:30"), 300.0, 1000.0, 4.0), ahead);
        assert_eq!(utc.time(0.5, 0.01), "2026-11-25 23:30:00.75");
        assert_eq!(utc.time(59.7499, 0.01), "2026-11-25 23:31:00.00");
    }

    #[test]
    fn when_the_clock_is_set_marks_stay_at_whole_hours() {
        // Half an hour after time 0, at 2:00, it is set back: 1:00 comes again, after it has been seen.
        let zone = clock("CET-1CEST,M4.1.0,J330/2");
        let text = labels(&zone, 0.0, 6.0 * 3600.0, 8.0);
        assert_eq!(text, "02:00 03:00 04:00 05:00 06:00; 2026-11-26 CET");
    }

    proptest! {
        #[test]
        fn labels_differ_in_any_zone(hours in -12_i32..13, from in 0.0..1e8_f64, span in -2.0..8.0_f64, most in 1.0..20.0_f64) {
            let clock = clock(&format!("XXX{hours}"));
            let marks = clock.marks(from, from + 10_f64.powf(span), most).marks;
            let differ: std::collections::BTreeSet<_> = marks.iter().map(|mark| &mark.label).collect();
            prop_assert_eq!(differ.len(), marks.len(), "{:?}", marks);
        }
    }
}
