//! A line's own time as seconds since the first one: RFC 3339, a date and a clock time without a zone (local time), a
//! clock time, or seconds, milliseconds, microseconds or nanoseconds since 1970. Which of these four it is follows from
//! the size of the first one. A mark's time is joined to them by `beside`.

mod beside;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike, Utc};
use tz::TimeZone;

use super::grammar::cells::calendar::{self, Order};
use super::grammar::cells::moment::{Moment, Written};

const SECOND: i128 = 1_000_000_000;
const DAY: i64 = 86400;

/// What timestamps count from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Dates, or numbers since 1970.
    Calendar,
    /// Clock times without a date.
    Clock,
    /// Seconds since some start.
    Elapsed,
}

/// Turns timestamps into seconds since the first of them.
#[derive(Debug)]
pub(super) struct Timestamps {
    zone: TimeZone,
    /// Nanoseconds a unit.
    unit: Option<f64>,
    /// Numbers are dates: `20261126`.
    is_compact: Option<bool>,
    /// In nanoseconds.
    first: Option<i128>,
    last: i128,
    /// What the first one was.
    kind: Kind,
    /// The offset from UTC that the latest date was written with.
    written_offset: Option<i64>,
    /// Whether the day comes first in dates that leave it open, as the first one that does not has shown.
    is_day_first: Option<bool>,
    /// The first date that left it open before one had shown it: it was read with the month first.
    pub(super) guessed: bool,
    /// The offset from UTC of a date on which no clock was changed.
    offset: Option<(NaiveDate, i64)>,
}

impl Timestamps {
    /// Timestamps without a zone are in this one.
    pub(super) fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            unit: None,
            is_compact: None,
            first: None,
            last: 0,
            kind: Kind::Elapsed,
            written_offset: None,
            is_day_first: None,
            guessed: false,
            offset: None,
        }
    }

    /// The seconds since the first timestamp; `None` if this is no time.
    pub(super) fn read(&mut self, written: Written) -> Option<f64> {
        let nanos = self.nanos(written)?;
        self.last = nanos;
        let first = *self.first.get_or_insert(nanos);
        Some((nanos - first) as f64 / 1e9)
    }

    /// Whether the timestamps are those of a calendar.
    pub(super) fn is_absolute(&self) -> bool {
        self.first.is_some() && self.kind == Kind::Calendar
    }

    fn nanos(&mut self, written: Written) -> Option<i128> {
        match written {
            Written::Number(value)
                if *self.is_compact.get_or_insert_with(|| compact(value).is_some()) =>
            {
                self.moment(compact(value)?)
            }
            Written::Number(value) => {
                let unit = *self.unit.get_or_insert_with(|| unit(value));
                self.counted(value, unit)
            }
            Written::Counted(value, unit) => self.counted(value, unit),
            Written::Moment(moment) => self.moment(moment),
        }
    }

    /// When the first timestamp was, if they are those of a calendar.
    pub(super) fn began(&self) -> Option<DateTime<Utc>> {
        let nanos = self.first.filter(|_| self.is_absolute())?;
        let seconds = i64::try_from(nanos.div_euclid(SECOND)).ok()?;
        DateTime::from_timestamp(seconds, u32::try_from(nanos.rem_euclid(SECOND)).ok()?)
    }

    /// A number of units.
    #[expect(clippy::cast_possible_truncation, reason = "bounded above")]
    fn counted(&mut self, value: f64, unit: f64) -> Option<i128> {
        // Some 30 million years in nanoseconds.
        let bounded = Some(value).filter(|value| value.abs() * unit < 1e33)?;
        if self.first.is_none() {
            let is_today = bounded.abs() * unit >= 1e17;
            self.kind = if is_today { Kind::Calendar } else { Kind::Elapsed };
        }
        // Whole part and fraction are converted apart: in one product of today's time, 256 ns would be lost to rounding.
        let (whole, fraction) = (bounded.trunc(), bounded.fract());
        Some(whole as i128 * unit as i128 + (fraction * unit).round() as i128)
    }

    fn moment(&mut self, moment: Moment) -> Option<i128> {
        let clock = moment.clock.unwrap_or(NaiveTime::MIN);
        let nanos = of_day(clock);
        if self.first.is_none() {
            self.kind = if moment.date.is_some() { Kind::Calendar } else { Kind::Clock };
        }
        let Some(date) = moment.date else { return Some(self.on_its_day(nanos)) };
        let date = self.ordered(date, moment.order)?;
        self.written_offset = moment.offset.map(i64::from);
        let midnight = date.and_time(NaiveTime::MIN).and_utc().timestamp();
        let offset = match moment.offset {
            Some(offset) => i64::from(offset),
            None => {
                self.offset_on(date, midnight + i64::from(clock.num_seconds_from_midnight()))?
            }
        };
        Some(i128::from(midnight - offset) * SECOND + nanos)
    }

    /// The date with its day and month in the order of the dates before; `None` if it contradicts them.
    fn ordered(&mut self, date: NaiveDate, order: Option<Order>) -> Option<NaiveDate> {
        match (order, self.is_day_first) {
            (None, _) => Some(date),
            (Some(Order::Open(other)), Some(true)) => Some(other),
            (Some(Order::Open(_)), before) => {
                self.guessed |= before.is_none();
                self.is_day_first = Some(false);
                Some(date)
            }
            (Some(order), before) => {
                let is_day = order == Order::Day;
                self.is_day_first = Some(before.unwrap_or(is_day));
                (before != Some(!is_day)).then_some(date)
            }
        }
    }

    /// A clock time alone: after midnight the next day begins.
    fn on_its_day(&self, nanos: i128) -> i128 {
        let day = i128::from(DAY) * SECOND;
        let today = self.last.div_euclid(day) * day + nanos;
        let is_next = self.first.is_some() && today + day / 2 < self.last;
        if is_next { today + day } else { today }
    }

    /// The offset from UTC at a local time, given as if it were UTC. When the clock is set back, an hour comes twice: the
    /// one that goes on from the last timestamp is taken. When it is set forward, one never comes: it is read as before.
    fn offset_on(&mut self, date: NaiveDate, local: i64) -> Option<i64> {
        if let Some((known, offset)) = self.offset
            && known == date
        {
            return Some(offset);
        }
        let at = |time: i64| {
            self.zone.find_local_time_type(time).ok().map(|kind| i64::from(kind.ut_offset()))
        };
        let (before, after) = (at(local - DAY)?, at(local + DAY)?);
        if before == after {
            // Two changes within two days are no government's wish.
            if at(local - 2 * DAY) == Some(before) && at(local + 2 * DAY) == Some(before) {
                self.offset = Some((date, before));
            }
            return Some(before);
        }
        let fits = |offset: &i64| at(local - offset) == Some(*offset);
        let last = i64::try_from(self.last / SECOND).unwrap_or(i64::MAX);
        let mut offsets = [before, after].into_iter().filter(fits);
        match (offsets.next(), offsets.next()) {
            (Some(first), Some(second)) => Some(if local - first >= last { first } else { second }),
            (Some(only), None) => Some(only),
            _ => Some(before),
        }
    }
}

/// The nanoseconds since midnight.
fn of_day(clock: NaiveTime) -> i128 {
    i128::from(clock.num_seconds_from_midnight()) * SECOND + i128::from(clock.nanosecond())
}

/// The date that a number writes, `20261126`, with a clock time perhaps, `20261126024718`; of the years 1900 to 2100.
pub(super) fn compact(value: f64) -> Option<Moment> {
    let number = Some(value).filter(|value| value.fract() == 0.0 && (1e7..1e14).contains(value))?;
    let text = number.to_string();
    let (day, time) = text.as_bytes().split_at(8);
    let date = calendar::compact_date(day).filter(|date| (1900..=2100).contains(&date.year()))?;
    let clock = match time.len() {
        0 => None,
        6 => Some(calendar::clock(time, true)?.0),
        _ => return None,
    };
    Some(Moment { date: Some(date), clock, ..Moment::default() })
}

/// Nanoseconds a unit, by the size of a time since 1970: today's is about 1.8e9 seconds.
fn unit(value: f64) -> f64 {
    match value.abs() {
        1e17.. => 1.0,
        1e14.. => 1e3,
        1e11.. => 1e6,
        _ => 1e9,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn timestamps() -> Timestamps {
        Timestamps::new(TimeZone::from_posix_tz("CET-1CEST,M3.5.0,M10.5.0/3").unwrap())
    }

    pub(super) fn written(text: &str) -> Written {
        Written::of(text.as_bytes()).unwrap()
    }

    #[track_caller]
    fn assert_seconds(texts: &[&str], expected: &[f64]) {
        let mut timestamps = timestamps();
        let seconds: Vec<f64> =
            texts.iter().map(|text| timestamps.read(written(text)).unwrap_or(f64::NAN)).collect();
        assert_eq!(seconds, expected, "{texts:?}");
    }

    #[test]
    fn every_form_of_a_timestamp_is_understood() {
        for (first, second) in [
            ("1763886079", "1763886081.5"),
            ("1763886079000", "1763886081500"),
            ("1763886079000000", "1763886081500000"),
            ("1763886079000000000", "1763886081500000000"),
            ("2026-11-23T08:21:19Z", "2026-11-23T09:21:21.5+01:00"),
            ("2026-11-23 08:21:19", "2026-11-23 08:21:21,500"),
            ("2026/11/23 08:21:19", "2026-11-23T07:21:21.5Z"),
            ("08:21:19", "08:21:21.5"),
            ("23:59:59", "00:00:01.5"),
            ("0", "2.5"),
            ("20261126024718", "26-Nov-2026 02:47:20.5"),
            ("26/Nov/2026:02:47:10 +0100", "Nov 26, 2026 01:47:12.5Z"),
            ("20261126T024718Z", "20261126T034720.5+0100"),
        ] {
            assert_seconds(&[first, second], &[0.0, 2.5]);
        }
        assert_eq!(Written::of(b"noon"), None);
        for bad in [f64::NAN, 1e300] {
            assert_eq!(timestamps().read(Written::Number(bad)), None);
        }
    }

    #[test]
    fn a_unit_counts_and_an_open_date_follows_the_first_that_is_not() {
        let mut timestamps = timestamps();
        assert_eq!(timestamps.read(Written::Counted(999.0, 1e6)), Some(0.0));
        assert_eq!(timestamps.read(Written::Counted(1.1, 1e9)), Some(0.101));
        let day = 86400.0;
        assert_seconds(&["26/11/2026", "05/12/2026"], &[0.0, 9.0 * day]);
        assert_seconds(&["11/26/2026", "12/05/2026"], &[0.0, 9.0 * day]);
        assert_seconds(&["20261130", "20261201"], &[0.0, day]);
        let mut timestamps = self::timestamps();
        assert_eq!(timestamps.read(written("05/11/2026")), Some(0.0));
        assert!(timestamps.guessed);
        assert_eq!(timestamps.read(written("05/12/2026")), Some(day));
        assert_eq!(timestamps.read(written("26/11/2026")), None);
    }

    #[test]
    fn the_hour_that_comes_twice_goes_on_from_the_last_time() {
        assert_seconds(
            &[
                "2026-10-25 01:30:00",
                "2026-10-25 02:30:00",
                "2026-10-25 02:59:00",
                "2026-10-25 02:01:00",
                "2026-10-25 03:00:00",
            ],
            &[0.0, 3600.0, 5340.0, 5460.0, 9000.0],
        );
        assert_seconds(&["2026-03-29 01:30:00", "2026-03-29 03:30:00"], &[0.0, 3600.0]);
    }

    #[test]
    fn only_times_of_a_calendar_tell_when_they_began() {
        for (text, began) in [
            ("2026-11-23T08:21:19Z", Some("2026-11-23 08:21:19 UTC")),
            ("2026-11-23 08:21:19", Some("2026-11-23 07:21:19 UTC")),
            ("1763886079", Some("2025-11-23 08:21:19 UTC")),
            ("08:21:19", None),
            ("5", None),
        ] {
            let mut timestamps = timestamps();
            timestamps.read(written(text));
            assert_eq!(timestamps.began().map(|time| time.to_string()).as_deref(), began, "{text}");
        }
    }
}
