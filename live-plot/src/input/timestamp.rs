//! A line's own time: RFC 3339, or seconds, milliseconds, microseconds or nanoseconds since some epoch. Which of these
//! four it is follows from the size of the first one.

use chrono::{DateTime, Utc};

use super::grammar::Cell;

/// Turns timestamps into seconds since the first of them.
#[derive(Debug, Default)]
pub(super) struct Timestamps {
    /// Nanoseconds a unit.
    unit: Option<f64>,
    /// In nanoseconds.
    first: Option<i128>,
}

impl Timestamps {
    /// The seconds since the first timestamp; `None` if this is no time.
    pub(super) fn read(&mut self, cell: Cell<'_>) -> Option<f64> {
        let nanos = self.nanos(cell)?;
        let first = *self.first.get_or_insert(nanos);
        Some((nanos - first) as f64 / 1e9)
    }

    /// When the first timestamp was, if it is no number of elapsed seconds.
    pub(super) fn began(&self) -> Option<DateTime<Utc>> {
        let nanos = self.first.filter(|nanos| *nanos >= 100_000_000 * 1_000_000_000)?;
        DateTime::from_timestamp(
            i64::try_from(nanos / 1_000_000_000).ok()?,
            u32::try_from(nanos % 1_000_000_000).ok()?,
        )
    }

    #[expect(clippy::cast_possible_truncation, reason = "a float saturates")]
    fn nanos(&mut self, cell: Cell<'_>) -> Option<i128> {
        if let Cell::Text(text) = cell {
            let text = str::from_utf8(text).ok()?.trim_matches('"');
            if let Ok(date) = DateTime::parse_from_rfc3339(text) {
                let nanos = i128::from(date.timestamp_subsec_nanos());
                return Some(i128::from(date.timestamp()) * 1_000_000_000 + nanos);
            }
        }
        let value = cell.number().filter(|value| value.is_finite())?;
        let unit = *self.unit.get_or_insert_with(|| unit(value));
        // Whole part and fraction are converted apart: in one product of today's time, 256 ns would be lost to rounding.
        let (whole, fraction) = (value.trunc(), value.fract());
        Some(whole as i128 * unit as i128 + (fraction * unit).round() as i128)
    }
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

    #[test]
    fn every_form_of_a_timestamp_is_understood() {
        for (first, second) in [
            ("1763886079", "1763886081.5"),
            ("1763886079000", "1763886081500"),
            ("1763886079000000", "1763886081500000"),
            ("1763886079000000000", "1763886081500000000"),
            ("2026-11-23T08:21:19Z", "2026-11-23T09:21:21.5+01:00"),
            ("0", "2.5"),
        ] {
            let mut timestamps = Timestamps::default();
            assert_eq!(timestamps.read(Cell::Text(first.as_bytes())), Some(0.0), "{first}");
            assert_eq!(timestamps.read(Cell::Text(second.as_bytes())), Some(2.5), "{second}");
        }
        assert_eq!(Timestamps::default().read(Cell::Text(b"noon")), None);
        assert_eq!(Timestamps::default().read(Cell::Number(f64::NAN)), None);
    }
}
