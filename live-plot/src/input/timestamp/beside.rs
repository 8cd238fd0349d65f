//! The time of a mark, which stands beside the lines' own times and is not the next of them: it is joined to them where that
//! can be. How a time is read is left to `timestamp`.

use chrono::NaiveTime;

use super::{DAY, Kind, SECOND, Timestamps, of_day, unit};
use crate::input::grammar::cells::moment::Written;

impl Timestamps {
    /// The seconds since the first timestamp of a time beside them, which is not the next of them; `None` if it cannot be
    /// joined to them, or is before the first. A clock time alone is the one next to the latest timestamp.
    pub(in crate::input) fn beside(&mut self, written: Written) -> Option<f64> {
        let first = self.first?;
        let nanos = match written {
            Written::Moment(moment) => match (moment.date, moment.clock) {
                (Some(_), _) if self.kind == Kind::Calendar => {
                    let kept = self.written_offset;
                    let nanos = self.moment(moment);
                    self.written_offset = kept;
                    nanos?
                }
                (None, Some(clock)) if self.kind != Kind::Elapsed => {
                    self.near(clock, moment.offset)?
                }
                _ => return None,
            },
            Written::Number(value) if self.is_compact == Some(false) => {
                let own = self.unit?;
                self.counted(value, own).filter(|_| unit(value) == own)?
            }
            Written::Number(_) if self.is_compact.is_none() => return None,
            number => self.nanos(number)?,
        };
        Some((nanos - first) as f64 / 1e9).filter(|seconds| *seconds >= 0.0)
    }

    /// A clock time that is written without its date: the first one after the latest timestamp, or up to an hour before it,
    /// as the lines of two programs come a little out of order. It has the offset of that timestamp, unless it has its own.
    fn near(&self, clock: NaiveTime, offset: Option<i32>) -> Option<i128> {
        let offset = match (self.kind, offset.map(i64::from).or(self.written_offset)) {
            (Kind::Calendar, Some(offset)) => offset,
            (Kind::Calendar, None) => {
                let last = i64::try_from(self.last.div_euclid(SECOND)).ok()?;
                self.zone.find_local_time_type(last).ok()?.ut_offset().into()
            }
            _ => 0,
        };
        let (day, before) = (i128::from(DAY) * SECOND, 3600 * SECOND);
        let local = self.last + i128::from(offset) * SECOND;
        Some(self.last - before + (of_day(clock) - local + before).rem_euclid(day))
    }
}

#[cfg(test)]
mod tests {
    use crate::input::timestamp::tests::{timestamps, written};

    #[test]
    fn a_time_beside_them_is_joined_to_them_or_none() {
        for (last, beside, seconds) in [
            ("2024-01-12T10:11:12Z", "10:11:15", Some(3.0)),
            ("2024-01-12T23:59:58Z", "00:00:01", Some(3.0)),
            ("2024-01-12T10:11:12+05:00", "10:11:15", Some(3.0)),
            ("2024-01-12T10:11:12Z", "2024-01-12T10:11:15Z", Some(3.0)),
            // Before the first one.
            ("2024-01-12T10:11:12Z", "10:11:10", None),
            ("2024-01-12T10:11:12Z", "2024-01-12T10:11:11Z", None),
            // 08:21:19 UTC, and 09:21:19 in the zone of the tests.
            ("1763886079", "09:21:21", Some(2.0)),
            ("1763886079", "1763886081", Some(2.0)),
            ("1763886079", "1763886081000", None),
            ("1763886079", "5", None),
            ("2024-01-12T10:11:12Z", "1763886081", None),
            ("20261126024718", "20261126024720", Some(2.0)),
            ("10:11:12", "10:11:15", Some(3.0)),
            ("23:59:59", "00:00:01.5", Some(2.5)),
            ("10:11:12", "2024-01-12T10:11:15Z", None),
            ("40", "10:11:17", None),
            ("40", "42.5", Some(2.5)),
        ] {
            let mut timestamps = timestamps();
            assert_eq!(timestamps.beside(written(beside)), None, "there is none yet");
            assert_eq!(timestamps.read(written(last)), Some(0.0), "{last}");
            assert_eq!(timestamps.beside(written(beside)), seconds, "{last} {beside}");
        }
        // A little out of order, also over midnight.
        for (first, last, beside, seconds) in [
            ("2024-01-12T10:00:00Z", "2024-01-12T10:11:12Z", "10:11:11", 671.0),
            ("23:00:00", "00:00:01", "23:59:59", 3599.0),
        ] {
            let mut timestamps = timestamps();
            assert!([first, last].iter().all(|text| timestamps.read(written(text)).is_some()));
            assert_eq!(timestamps.beside(written(beside)), Some(seconds), "{beside}");
        }
    }
}
