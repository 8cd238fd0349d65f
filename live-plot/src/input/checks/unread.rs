//! Numbers that were left out: `x: 5 ms 7`, `x=5, len 12`. What no author expects to be drawn is passed over: a time, a part
//! of a name, a remark. What may be one, as `(max 9)` or a number before the first that was read, is reported once it is
//! another number on a later line: a limit or the number of a thing stays as it is.

use std::collections::HashMap;
use std::ops::Range;

use super::super::figures::{figures, value};
use super::super::grammar::metrics::is_epoch;
use super::super::grammar::reading::{Cell, Item, Key, Reading};
use crate::input::grammar::cells::measure::Measure;

/// Longer lines are not looked at: each of their numbers is held against each name.
const LONGEST_LINE: usize = 1 << 10;

/// So many places of numbers are known.
const MOST_PLACES: usize = 256;

/// The numbers that were left out so far.
#[derive(Debug, Default)]
pub(in crate::input) struct Unread {
    /// Which number of its line each is, the names on that and the words before it, and the number.
    places: HashMap<(usize, Vec<u8>), Vec<u8>>,
    is_reported: bool,
}

impl Unread {
    /// The first number that was left out on a line of names and numbers: one that is surely no remark, or one that is
    /// another than at the same place of an earlier line. The cells of a row, or of JSON, are all in the reading.
    pub(in crate::input) fn line<'a>(
        &mut self,
        line: &'a [u8],
        reading: &Reading,
    ) -> Option<&'a [u8]> {
        if self.is_reported || reading.is_json || line.len() > LONGEST_LINE {
            return None;
        }
        let [Item { key: Key::Name(first), row, .. }, ..] = reading.items() else { return None };
        let left_out = left_out(line, reading);
        let names = [&reading.title[..], reading.text(*row), reading.text(*first)].join(&0);
        let is_changed = |(number, (found, _)): &(usize, &(Range<usize>, bool))| {
            let before = &line[..found.start];
            let end = before.iter().rposition(u8::is_ascii_digit).map_or(0, |last| last + 1);
            let place = (*number, [&names, &before[end..]].join(&0));
            if self.places.len() == MOST_PLACES && !self.places.contains_key(&place) {
                return false;
            }
            let number = &line[found.clone()];
            self.places.insert(place, number.to_vec()).is_some_and(|known| known != number)
        };
        let found = match left_out.iter().find(|(_, is_sure)| *is_sure) {
            Some(found) => found,
            None => left_out.iter().enumerate().find(is_changed)?.1,
        };
        self.is_reported = true;
        Some(&line[found.0.clone()])
    }
}

/// The numbers that were left out on a line, each with whether it is surely no remark.
fn left_out(line: &[u8], reading: &Reading) -> Vec<(Range<usize>, bool)> {
    let number = |item: &Item| match item.cell {
        Cell::Number(Measure { value, .. }) if !value.is_nan() => Some(value),
        _ => None,
    };
    let mut values: Vec<f64> = reading.items().iter().filter_map(number).collect();
    let (mut left_out, mut has_measured) = (Vec::new(), false);
    // From the end, for what stands before the first number that was read may be anything.
    for figure in figures(line).into_iter().rev() {
        let (number, text) = (value(&line[figure.clone()]), &line[figure.clone()]);
        if let Some(at) = values.iter().rposition(|value| *value == number) {
            values.remove(at);
            continue;
        }
        let (before, after) = (&line[..figure.start], &line[figure.end..]);
        let is_first = values.is_empty();
        // A number of a thing has neither a point nor a unit.
        let is_share = text.ends_with(b"%");
        let has_unit = !is_share && text.iter().any(u8::is_ascii_alphabetic);
        let is_measured = has_unit || (!is_share && text.contains(&b'.'));
        let is_told = is_told(before, after);
        // Graphite writes -1 for now.
        let is_now = text == b"-1" && after.is_empty();
        let is_time = is_now || is_epoch(number);
        let is_count = (is_first || is_told) && !is_measured;
        // Of `loss: 0.5 (0.61)` it is another number.
        let is_alone = before.ends_with(b"(") && after.starts_with(b")");
        let may_be_again = is_first || !is_measured || has_unit || !is_alone;
        let is_remark = is_remark(before, after, may_be_again);
        if is_time || is_count || is_remark || is_kept(text, reading) {
            continue;
        }
        let is_apart = before.ends_with(b" ") && !before.ends_with(b" of ");
        let is_part = is_told || after.starts_with(b"/") || bracketed(before).is_some();
        // Of several with a unit before the first that was read one may be a time, but not all.
        let is_one_of_several = has_measured && has_unit;
        left_out.push((figure, is_apart && (!is_first || is_one_of_several) && !is_part));
        has_measured |= is_first && has_unit;
    }
    // A number that was read, and is not found again, may be any of these.
    if !values.is_empty() {
        left_out.clear();
    }
    left_out.reverse();
    left_out
}

/// Where the bracket opens in which a number stands, if it holds more than the value of a name.
fn bracketed(before: &[u8]) -> Option<usize> {
    let open = before.iter().rposition(|byte| b"([{".contains(byte))?;
    let is_closed = before[open..].iter().any(|byte| b")]}".contains(byte));
    let is_value = matches!(before[..open].trim_ascii_end().last(), Some(b'=' | b':'));
    (!is_closed && !is_value).then_some(open)
}

/// Whether the number says again, in brackets, what stands before it, `5 GB (50%)`, is part of a text, `statement: SELECT 1`,
/// or counts how far a bar has come: `5/40 [00:10<00:12]`.
fn is_remark(before: &[u8], after: &[u8], may_be_again: bool) -> bool {
    let is_again = |open: usize| {
        let is_attached = before[..open].last().is_some_and(u8::is_ascii_alphabetic);
        !is_attached && !before[open..].iter().any(u8::is_ascii_alphabetic)
    };
    let sign = before.iter().rposition(|byte| b"=:,;|\t".contains(byte));
    let is_text = |sign: usize| {
        let text = before[sign..].strip_prefix(b": ").unwrap_or_default().trim_ascii_start();
        text.first().is_some_and(u8::is_ascii_alphabetic)
    };
    let total = after.strip_prefix(b"/").unwrap_or_default();
    let digits = total.iter().take_while(|byte| byte.is_ascii_digit()).count();
    bracketed(before).is_some_and(|open| may_be_again && is_again(open))
        || sign.is_some_and(is_text)
        || (digits > 0 && total[digits..].starts_with(b" ["))
        // The exemplar of OpenMetrics.
        || memchr::memmem::find(before, b" # {").is_some()
}

/// Whether the number is told in a sentence, between words: `bytes in 5 blocks`.
fn is_told(before: &[u8], after: &[u8]) -> bool {
    let is_word = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_alphabetic);
    let mut before = before.trim_ascii_end().rsplit(u8::is_ascii_whitespace);
    let next = after.trim_ascii_start().split(u8::is_ascii_whitespace).next();
    before.next().is_some_and(is_word)
        && before.next().is_some_and(is_word)
        && next.is_some_and(is_word)
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
            ("Packet: 12 'hello' RSSI -67", "-67"),
            ("RSSI: -67 dBm, SNR: 9.5 dB, len 12", "12"),
            ("BM_Sort/8 1.23 us 1.22 us 560000 bytes_per_second=687.5M/s", "1.23 us"),
            ("cached reads:  24680 MB in  1.99 seconds = 12400.12 MB/sec", "1.99 seconds"),
            ("foo: 12 passed; 3 failed", "3"),
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
            (["t: 1.0 up S:-120.7 I: -70.0", "t: 1.0 up S:-119.7 I: -70.0"], "-119.7"),
            (["temp=21.5 hum: (40)", "temp=21.6 hum: (41)"], "41"),
            (["temp=21.5 hum(40)", "temp=21.6 hum(41)"], "41"),
            (
                ["x interval=10.000 1436509052.249:98.5", "x interval=10.000 1436509053.249:97"],
                "97",
            ),
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
