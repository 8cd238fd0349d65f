//! Numbers that were left out: `x: 5 ms 7`, `x=5, len 12`. What no author expects to be drawn is passed over: a time, a part
//! of a name, a remark. What may be one, as `(max 9)` or a whole number before the first that was read, is reported once it
//! is another number on a later line: a limit or the number of a thing stays as it is.

use std::collections::HashMap;

use super::super::grammar::metrics::is_epoch;
use super::super::grammar::reading::{Cell, Item, Key, Reading};
use super::numbers::{Found, numbers, word_before};
use crate::input::grammar::cells::measure::Measure;
use crate::input::grammar::cells::moment::Moment;

/// Longer lines are not looked at: each of their numbers is held against each name.
const LONGEST_LINE: usize = 1 << 10;

/// So many places of numbers are known.
const MOST_PLACES: usize = 256;

/// The numbers that were left out so far.
#[derive(Debug, Default)]
pub(in crate::input) struct Unread {
    /// Which number of its line each is, the names on that and the words before it, and its value.
    places: HashMap<(usize, Vec<u8>), f64>,
    is_reported: bool,
}

impl Unread {
    /// The first number that was left out on a line of names and numbers: one that is surely no remark, or one that is
    /// another than at the same place of an earlier line. The cells of a row are all in the reading.
    pub(in crate::input) fn line<'a>(
        &mut self,
        line: &'a [u8],
        reading: &Reading,
    ) -> Option<&'a [u8]> {
        let items = reading.items();
        if self.is_reported || line.len() > LONGEST_LINE {
            return None;
        }
        let [Item { key: Key::Name(first), row, .. }, ..] = items else { return None };
        let left_out = left_out(line, reading);
        let sure = left_out.iter().find(|(_, is_sure)| *is_sure);
        let names = [&reading.title[..], reading.text(*row), reading.text(*first)].join(&0);
        let changed = |(number, (found, _)): &(usize, &(Found, bool))| {
            let before = &line[..found.start];
            let end = before.iter().rposition(u8::is_ascii_digit).map_or(0, |last| last + 1);
            let place = (*number, [&names, &before[end..]].join(&0));
            if self.places.len() == MOST_PLACES && !self.places.contains_key(&place) {
                return false;
            }
            self.places.insert(place, found.value).is_some_and(|known| known != found.value)
        };
        let found = match sure {
            Some(found) => found,
            None => left_out.iter().enumerate().find(changed)?.1,
        };
        self.is_reported = true;
        Some(&line[found.0.start..found.0.end])
    }
}

/// The numbers that were left out on a line, each with whether it is surely no remark.
fn left_out(line: &[u8], reading: &Reading) -> Vec<(Found, bool)> {
    let value = |item: &Item| match item.cell {
        Cell::Number(Measure { value, .. }) if !value.is_nan() => Some(value),
        _ => None,
    };
    let mut values: Vec<f64> = reading.items().iter().filter_map(value).collect();
    let mut left_out = Vec::new();
    let mut measured_before = 0;
    // From the end, for what stands before the first number that was read may be anything.
    for found in numbers(line).into_iter().rev() {
        if let Some(at) = values.iter().rposition(|value| *value == found.value) {
            values.remove(at);
            continue;
        }
        let text = &line[found.start..found.end];
        if found.is_remark || is_of_time(line, &found) || is_kept(text, reading) {
            continue;
        }
        let is_before = values.is_empty();
        measured_before += u32::from(is_before && found.is_free && found.has_unit);
        let is_sure = found.is_free && (!is_before || (found.has_unit && measured_before > 1));
        if is_sure || found.is_measured || (!is_before && !found.is_told) {
            left_out.push((found, is_sure));
        }
    }
    // A number that was read, and is not found again, may be any of these.
    if !values.is_empty() {
        left_out.clear();
    }
    left_out.reverse();
    left_out
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
        let number = Unread::default().line(line.as_bytes(), &grammar.reading)?;
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
            ("t: 1.0 LUFS M: -20.1 up S:-120.7 I: -70.0 LUFS", "-120.7"),
        ] {
            assert_eq!(left_out(line).as_deref(), Some(number), "{line}");
        }
    }

    /// What is left out once the line is like this one.
    fn changed(lines: [&str; 2]) -> Option<String> {
        let mut grammar = Grammar::new(&Naming::default(), None, false);
        let mut unread = Unread::default();
        let [first, second] = lines.map(|line| {
            assert_eq!(grammar.line(line.as_bytes(), 1), Verdict::Read, "{line}");
            let number = unread.line(line.as_bytes(), &grammar.reading);
            number.map(|number| String::from_utf8_lossy(number).into_owned())
        });
        assert_eq!(first, None, "{}", lines[0]);
        second
    }

    #[test]
    fn a_number_in_a_remark_or_before_the_others_is_found_when_it_changes() {
        for (lines, number) in [
            (["temp: 21.5 (hum: 40)", "temp: 21.6 (hum: 41)"], "41"),
            (["x: 5 [max 9]", "x: 5 [max 10]"], "10"),
            (["temp=21.5 hum: (40)", "temp=21.6 hum: (41)"], "41"),
            (["temp=21.5 hum(40)", "temp=21.6 hum(41)"], "41"),
            (["temp=21.5 hum@40", "temp=21.6 hum@41"], "41"),
            (["temp=21.5 40/77", "temp=21.6 41/77"], "41"),
            (["temp 21.5 hum=40", "temp 21.6 hum=41"], "21.6"),
            (["21.5ms hum=40", "21.6ms hum=41"], "21.6ms"),
            (["[temp 21.5] hum: 40", "[temp 21.6] hum: 41"], "21.6"),
        ] {
            assert_eq!(changed(lines).as_deref(), Some(number), "{lines:?}");
        }
    }

    #[test]
    fn limits_numbers_of_things_and_what_says_the_same_again_are_passed_over() {
        for lines in [
            ["Core 0: +43.0°C (high = +80.0°C)", "Core 1: +44.0°C (high = +90.0°C)"],
            ["Core 0: +43.0°C (high = +80.0°C)", "Core 0: +44.0°C (high = +80.0°C)"],
            ["Mem used: 5 GB (50%)", "Mem used: 6 GB (60%)"],
            ["app[812]: x=5", "app[813]: x=6"],
            ["conn 12 x=5", "conn 13 x=6"],
            ["[ 12.345678] x=5", "[ 13.345678] x=6"],
            [
                "12.5%|# | 5/40 [00:10<00:12, 4.5it/s, loss=5]",
                "15%|# | 6/40 [00:10<00:12, 4.6it/s, loss=6]",
            ],
            ["x: 5 ms statement: SELECT 1", "x: 6 ms statement: SELECT 2"],
            ["x=5 has processed 12 items", "x=6 has processed 13 items"],
        ] {
            assert_eq!(changed(lines), None, "{lines:?}");
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
