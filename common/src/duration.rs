//! How a duration is written in an option: `500ms`, `2s`, `1m30s`. One parser, one message and one bound for all of them.

use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The longest duration that an option takes, a hundred years: adding it to an `Instant` cannot overflow.
pub const LONGEST: Duration = DAY.saturating_mul(100 * 365 + 25);

/// Parses a duration, which may be 0.
///
/// # Errors
/// The text is no number with a unit, or longer than [`LONGEST`]; the message says how to write it.
pub fn parse(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(duration) if duration <= LONGEST => Ok(duration),
        Ok(_) | Err(humantime::DurationError::NumberOverflow) => {
            Err("it must be at most 100 years".to_owned())
        }
        Err(_) if text.strip_prefix('-').is_some_and(|rest| parse(rest).is_ok()) => {
            Err("it must not be negative".to_owned())
        }
        Err(_unspecific) => {
            Err("write a number with its unit, for example 500ms, 2s or 1m30s".to_owned())
        }
    }
}

/// A parser of durations that are not shorter than `least`, for clap's `value_parser`.
pub fn at_least(
    least: Duration,
) -> impl Fn(&str) -> Result<Duration, String> + Clone + Send + Sync + 'static {
    move |text| match parse(text)? {
        duration if duration >= least => Ok(duration),
        // What is shorter is 0.
        _ if least == Duration::from_nanos(1) => Err("it must be longer than 0".to_owned()),
        _ => Err(format!("it must be at least {}", humantime::format_duration(least))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_with_a_unit_of_at_most_a_hundred_years() {
        assert_eq!(parse("1m30s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse("0s"), Ok(Duration::ZERO));
        assert_eq!(parse("100y"), Ok(Duration::from_secs(100 * 31_557_600)));
        for bad in ["", "2", "soon", "-1s", "101y", "500000000000y", "99999999999999999999s"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert_eq!(parse("99999999999999999999d"), Err("it must be at most 100 years".to_owned()));
        assert_eq!(parse("-1s"), Err("it must not be negative".to_owned()));
        let window = at_least(Duration::from_millis(1));
        assert_eq!(window("1ms"), Ok(Duration::from_millis(1)));
        assert_eq!(window("999us"), Err("it must be at least 1ms".to_owned()));
    }
}
