//! Human-readable numbers: durations and sizes in three digits.

use std::fmt;
use std::time::Duration;

/// A duration in three digits: `850us`, `12.3ms`, `1.5s`, `1m30s`.
#[derive(Debug)]
pub(crate) struct HumanDuration(pub(crate) Duration);

impl fmt::Display for HumanDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let micros = self.0.subsec_micros();
        match (seconds, micros) {
            (3600.., _) => write!(f, "{}h{}m", seconds / 3600, seconds % 3600 / 60),
            (60.., _) => write!(f, "{}m{}s", seconds / 60, seconds % 60),
            (1.., _) => write!(f, "{}s", three_digits(self.0.as_secs_f64())),
            (0, 1000..) => write!(f, "{}ms", three_digits(f64::from(micros) / 1e3)),
            (0, _) => write!(f, "{micros}us"),
        }
    }
}

/// A number of bytes in three digits: `512 KiB`, `3 MiB`.
#[derive(Debug)]
pub(crate) struct HumanBytes(pub(crate) u64);

impl fmt::Display for HumanBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kib = self.0 / 1024;
        // A u32 goes up to 4 TiB here; f64 has no lossless conversion from u64.
        let kib = f64::from(u32::try_from(kib).unwrap_or(u32::MAX));
        match kib {
            1_048_576.0.. => write!(f, "{} GiB", three_digits(kib / 1_048_576.0)),
            1024.0.. => write!(f, "{} MiB", three_digits(kib / 1024.0)),
            _ => write!(f, "{kib} KiB"),
        }
    }
}

fn three_digits(value: f64) -> String {
    let decimals = match value {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    let text = format!("{value:.decimals$}");
    match text.split_once('.') {
        Some(_) => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(micros: u64) -> String {
        HumanDuration(Duration::from_micros(micros)).to_string()
    }

    #[test]
    fn durations_have_three_digits() {
        assert_eq!(short(0), "0us");
        assert_eq!(short(850), "850us");
        assert_eq!(short(12_340), "12.3ms");
        assert_eq!(short(500_000), "500ms");
        assert_eq!(short(1_500_000), "1.5s");
        assert_eq!(short(2_000_000), "2s");
        assert_eq!(short(90_000_000), "1m30s");
        assert_eq!(short(7_260_000_000), "2h1m");
    }

    #[test]
    fn sizes_have_three_digits() {
        assert_eq!(HumanBytes(512 << 10).to_string(), "512 KiB");
        assert_eq!(HumanBytes(3 << 20).to_string(), "3 MiB");
        assert_eq!(HumanBytes(10 << 30).to_string(), "10 GiB");
    }
}
