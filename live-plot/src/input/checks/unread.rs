//! Numbers that were left out: `x: 5 ms 7`, `x=5, len 12`. What no author expects to be drawn is passed over: a time, a part
//! of a name, and what stands before the first number that was read, unless several units say that it was measured.

use super::super::grammar::metrics::is_epoch;
use super::super::grammar::reading::{Cell, Item, Key, Reading};
use super::numbers::{Found, numbers, word_before};
use crate::input::grammar::cells::measure::Measure;
use crate::input::grammar::cells::moment::Moment;

/// Longer lines are not looked at: each of their numbers is held against each name.
const LONGEST_LINE: usize = 1 << 10;

/// The first number that was left out on a line of names and numbers. The cells of a row are all in the reading.
pub(in crate::input) fn unread<'a>(line: &'a [u8], reading: &Reading) -> Option<&'a [u8]> {
    let items = reading.items();
    if line.len() > LONGEST_LINE || items.iter().any(|item| matches!(item.key, Key::Column(_))) {
        return None;
    }
    let value = |item: &Item| match item.cell {
        Cell::Number(Measure { value, .. }) if !value.is_nan() => Some(value),
        _ => None,
    };
    let mut values: Vec<f64> = items.iter().filter_map(value).collect();
    let mut left_out = None;
    let mut measured_before = 0;
    // From the end, for what stands before the first number that was read may be anything.
    for found in numbers(line).into_iter().rev() {
        if let Some(at) = values.iter().rposition(|value| *value == found.value) {
            values.remove(at);
            continue;
        }
        let text = &line[found.start..found.end];
        if !found.is_free || is_of_time(line, &found) || is_kept(text, reading) {
            continue;
        }
        if values.is_empty() {
            measured_before += u32::from(found.has_unit);
        }
        if !values.is_empty() || (found.has_unit && measured_before > 1) {
            left_out = Some((found.start, found.end));
        }
    }
    // A number that was read, and is not found again, may be any of these.
    let (start, end) = left_out.filter(|_| values.is_empty())?;
    Some(&line[start..end])
}

/// Whether the number is a time in seconds, the day or the year of one, `Nov 25 17:00:01 2026`, or the now of Graphite.
fn is_of_time(line: &[u8], found: &Found) -> bool {
    const NAMES: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDecMonTueWedThuFriSatSun";
    let before = word_before(line, found.start);
    let before = before.strip_suffix(b",").unwrap_or(before);
    let after = line[found.end..].trim_ascii_start();
    let is_name = before.len() >= 3 && NAMES.chunks(3).any(|name| before.starts_with(name));
    let is_now = after.is_empty() && &line[found.start..found.end] == b"-1";
    let is_time = is_name || is_now || is_epoch(found.value);
    is_time || Moment::whole(before).is_some() || Moment::prefix(after).is_some()
}

/// Whether the number is a part of a name or a text in the reading.
fn is_kept(number: &[u8], reading: &Reading) -> bool {
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let holds = |text: &[u8]| {
        memchr::memmem::find_iter(text, number)
            .any(|at| !is_digit(text[..at].last()) && !is_digit(text.get(at + number.len())))
    };
    reading.items().iter().any(|item| {
        let name = matches!(item.key, Key::Name(name) if holds(reading.text(name)));
        let text = matches!(item.cell, Cell::Text(text) if holds(reading.text(text)));
        name || text || holds(reading.text(item.row))
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::grammar::{Grammar, Verdict};
    use super::*;
    use crate::config::Naming;

    /// What is left out on a line by itself.
    fn left_out(line: &str) -> Option<String> {
        let mut grammar = Grammar::new(&Naming::default(), None, false);
        assert_eq!(grammar.line(line.as_bytes(), 1), Verdict::Read, "{line}");
        let number = unread(line.as_bytes(), &grammar.reading)?;
        Some(String::from_utf8_lossy(number).into_owned())
    }

    #[test]
    fn numbers_that_no_name_takes_are_found() {
        for (line, number) in [
            ("import time:       251 |        683 | _frozen", "683"),
            ("http_req_failed: 0.00% ✓ 0 ✗ 1000", "1000"),
            ("PUTVAL \"h/cpu\" interval=10.000 1436509052.249:98.5", "98.5"),
            ("Packet: 12 'hello' RSSI -67", "-67"),
            ("RSSI: -67 dBm, SNR: 9.5 dB, len 12", "12"),
            ("x=1 y=[1,2]", "2"),
            ("BM_Sort/8 1.23 us 1.22 us 560000 bytes_per_second=687.5M/s", "1.23"),
            ("cached reads:  24680 MB in  1.99 seconds = 12400.12 MB/sec", "12400.12"),
            ("foo: 12 passed; 3 failed", "3"),
            ("t: 1.0 LUFS M: -20.1 S:-120.7 I: -70.0 LUFS", "-120.7"),
        ] {
            assert_eq!(left_out(line).as_deref(), Some(number), "{line}");
        }
    }

    #[test]
    fn what_no_author_expects_to_be_drawn_is_passed_over() {
        for line in [
            "64 bytes from ::1: icmp_seq=1 ttl=64 time=0.045 ms",
            "2026-11-25 17:00:00,123 INFO [worker 12] queue=5 at 17:00:01",
            "Nov 25 17:00:01 host app[123]: port 80 x=5 since Nov 24 2026",
            "temp1: +45.0°C (high = +80.0°C, crit = +100.0°C)",
            "Mem used: 5 GB (50%)",
            "Average loss: 0.0473, Accuracy: 9850/10000 (98%)",
            "Jobs: 1 (f=1): [r(1)][50.0%][r=123MiB/s]",
            "load=0.150;5.000;10.000;0;",
            "servers.web01.cpu 12.5 1763886079",
            "servers.web01.cpu 12.5 -1",
            "x_bucket{le=\"0.1\"} 8 # {} 0.054",
            "x{a=\"1 2\"} 5 1763886079",
            "{\"a\": 1, \"b\": [2, 3], \"c\": \"4 5\"}",
            "duration: 12.3 ms  statement: SELECT 1",
            "took=1m30s size=1,234,567 at='5 6' v=1.2.3 ip=10.0.0.1 n=5",
            "up 6 hours, 51 minutes",
            "cpu 45 % mem 1.5 G",
            " 45%|████ | 45/100 [00:10<00:12, 4.5it/s, loss=0.5]",
            "x: nan y: 5",
            "GET /x in 12ms status=200",
            "x=5 at 1705312800",
            "value: 0.5 and x=1. Best is trial 0 with value: 0.5",
        ] {
            assert_eq!(left_out(line), None, "{line}");
        }
    }
}
