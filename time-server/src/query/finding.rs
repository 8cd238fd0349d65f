//! What an answer says about a server's clock, and how that is printed. Pure. How an answer is read is `answer`'s, or
//! `ntp`'s.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use common::escape::escape;

use super::answer::{self, Timestamp};
use crate::args::Query;

/// How much of an answer is read at most, in bytes: the server may send anything.
pub(super) const LONGEST: usize = 4096;

/// What a server sent, and when.
#[derive(Debug)]
pub(super) struct Answer {
    /// The bytes.
    pub(super) bytes: Vec<u8>,
    /// The time of this clock halfway between request and answer.
    pub(super) midpoint: DateTime<Utc>,
    /// The time between the two.
    pub(super) round_trip: Duration,
}

/// What was found out about a server's clock.
#[derive(Debug)]
pub(super) struct Finding {
    /// The answer, the offset and the round trip for people, as lines.
    pub(super) text: String,
    /// How far that clock is ahead of this one, in seconds, if that is known.
    pub(super) offset: Option<f64>,
    /// The round trip, in seconds.
    pub(super) delay: f64,
}

impl Finding {
    /// Offset and round trip as one line for a program.
    pub(super) fn pairs(&self) -> String {
        pairs(self.offset.unwrap_or(f64::NAN), self.delay)
    }
}

/// One line for a program; without an answer both are nan.
pub(super) fn pairs(offset: f64, delay: f64) -> String {
    let number =
        |seconds: f64| if seconds.is_nan() { "nan".to_owned() } else { format!("{seconds:.9}") };
    format!("offset={} delay={}\n", number(offset), number(delay))
}

/// What an answer in text, or by the Time Protocol, says.
///
/// # Errors
/// It is not what was asked for.
pub(super) fn interpret(query: &Query, answer: &Answer) -> Result<Finding, String> {
    if let Some(problem) = mismatch(query, &answer.bytes) {
        return Err(problem);
    }
    let timestamp = if query.time {
        answer::parse_time_protocol(&answer.bytes, answer.midpoint)
            .ok_or("the date is out of range")
    } else if answer.bytes.len() < LONGEST {
        answer::parse_text(&answer.bytes)
    } else {
        Err("the answer is too long")
    };
    let text = match &timestamp {
        Ok(timestamp) if query.time => timestamp.instant.to_rfc3339_opts(SecondsFormat::Secs, true),
        _ => String::from_utf8_lossy(&answer.bytes).trim().to_owned(),
    };
    let lines: Vec<String> = text.lines().map(|line| escape(line).into_owned()).collect();
    let delay = answer.round_trip.as_secs_f64();
    let (offset, offset_text) = match &timestamp {
        Ok(timestamp) => {
            let (offset, bound) = offset_and_bound(timestamp, answer);
            (Some(offset), format!("offset: {offset:+.6} s ± {bound:.6} s"))
        }
        Err(reason) => (None, format!("offset: unknown ({reason})")),
    };
    let text = format!("{}\n{offset_text}, round_trip: {delay:.6} s\n", lines.join("\n"));
    Ok(Finding { text, offset, delay })
}

/// Why the answer is not what was asked for, with the option that fits.
fn mismatch(query: &Query, bytes: &[u8]) -> Option<String> {
    let is_text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    match (query.time, bytes.len()) {
        (true, 4) => None,
        (true, length) => Some(format!(
            "it answered {length} bytes, which is not the Time Protocol (RFC 868); ask without --time"
        )),
        (false, 4) if !bytes.iter().all(is_text) => Some(
            "it answered four bytes that are no text, as the Time Protocol (RFC 868) does; ask with --time"
                .to_owned(),
        ),
        (false, _) => None,
    }
}

/// The offset and its bound: the server read its clock at some time in the round trip, and its answer is exact to the
/// resolution.
fn offset_and_bound(timestamp: &Timestamp, answer: &Answer) -> (f64, f64) {
    let middle =
        timestamp.instant + TimeDelta::from_std(timestamp.resolution / 2).unwrap_or_default();
    let offset = (middle - answer.midpoint).as_seconds_f64();
    let bound = (timestamp.resolution + answer.round_trip).as_secs_f64() / 2.0;
    (offset, bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_nan_in_a_programs_line() {
        let finding = Finding { text: String::new(), offset: Some(-0.25), delay: 0.000_001_5 };
        assert_eq!(finding.pairs(), "offset=-0.250000000 delay=0.000001500\n");
        let unknown = Finding { offset: None, ..finding };
        assert_eq!(unknown.pairs(), "offset=nan delay=0.000001500\n");
    }
}
