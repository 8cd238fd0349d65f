//! The numbers on a line as its reader sees them, whatever form reads it and wherever they stand: in brackets, and on both
//! sides of a slash.

use std::ops::Range;

use crate::input::grammar::cells::measure;
use crate::input::grammar::cells::moment::Moment;
use crate::input::grammar::cells::number;
use crate::input::grammar::metrics::is_epoch;

/// The value of a number on a line.
pub(super) fn value(figure: &[u8]) -> f64 {
    let number = || number::prefix(figure).map(|(value, _)| value);
    measure::whole(figure).map(|measure| measure.value).or_else(number).unwrap_or(f64::NAN)
}

/// Where the numbers of the line are, each with its unit. Dates, clock times, addresses, parts of words and tags are none.
pub(super) fn figures(line: &[u8]) -> Vec<Range<usize>> {
    let mut figures: Vec<Range<usize>> = Vec::new();
    let mut at = rank(line);
    while at < line.len() {
        let rest = &line[at..];
        let begins = match line[..at].last() {
            // Of `HTTP/1.1` it is a part, of `12/24` it is the other number.
            Some(b'/') => figures.last().is_some_and(|figure| figure.end + 1 == at),
            Some(byte) => byte.is_ascii_whitespace() || b",;|=:>([{<\"'".contains(byte),
            None => true,
        };
        let passed_over = if begins { stamp(rest).max(address(rest)) } else { 0 };
        if passed_over > 0 {
            at += passed_over;
        } else if begins && let Some(length) = length(rest) {
            if !is_meant_otherwise(line, at, length) {
                figures.push(at..at + length);
            }
            at += length;
        } else {
            at += 1;
        }
    }
    figures
}

/// How long the job and the rank are that mpirun(1) begins a line with: `[1,0]<stdout>:step 5`.
fn rank(line: &[u8]) -> usize {
    let Some(inner) = line.strip_prefix(b"[") else { return 0 };
    let is_part = |byte: &u8| byte.is_ascii_digit() || *byte == b',';
    let length = inner.iter().take_while(|byte| is_part(byte)).count();
    if length > 0 && inner[length..].starts_with(b"]<") { length + 2 } else { 0 }
}

/// How long the time is that the text begins with, also as syslog and ctime(3) write it: `Mon Nov 23 10:00:00 UTC 2026`.
pub(super) fn stamp(text: &[u8]) -> usize {
    const NAMES: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDecMonTueWedThuFriSatSun";
    let is_name = |word: &[u8]| word.len() == 3 && NAMES.chunks(3).any(|name| name == word);
    let moment = |text: &[u8]| Moment::prefix(text).map_or(0, |(_, length)| length);
    if !text.get(..3).is_some_and(is_name) {
        return moment(text);
    }
    let (mut at, mut end) = (0, 0);
    for whole in text.split(u8::is_ascii_whitespace) {
        let word = whole.strip_suffix(b",").unwrap_or(whole);
        let are_digits = word.iter().all(u8::is_ascii_digit);
        // Of `Nov 2026` nobody knows whether it is one.
        let is_year = are_digits && word.len() == 4 && at > 4;
        let is_zone = end > 0 && !word.is_empty() && word.iter().all(u8::is_ascii_uppercase);
        if moment(word) > 0 || is_zone || is_year {
            end = at + word.len();
        } else if !is_name(word) && (end > 0 || !are_digits) {
            break;
        }
        at += whole.len() + 1;
    }
    end
}

/// How long the address is that the text begins with: `de:87:ad:c9:fc:81`, `fd00::1`.
fn address(text: &[u8]) -> usize {
    let is_part = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b':';
    let length = text.iter().take_while(|byte| is_part(byte)).count();
    let parts = || text[..length].split(|byte| *byte == b':');
    let is_address = parts().count() > 2 && parts().all(|part| part.len() <= 4);
    let goes_on = text.get(length).is_some_and(u8::is_ascii_alphanumeric);
    if is_address && !goes_on && text[..length].iter().any(u8::is_ascii_digit) { length } else { 0 }
}

/// Whether drawn by itself the number would be another one: statsd's change of a gauge, `depth:-10|g`, what accountants
/// write in brackets, the days before a clock time, the day before one, `Nov 25 17:00:01`, what stands behind the colon of
/// a time or a port, `1:23.45`, and what a line is tagged with, `app[123]:`.
fn is_meant_otherwise(line: &[u8], at: usize, length: usize) -> bool {
    let (before, after) = (&line[..at], &line[at + length..]);
    let is_change = matches!(line[at], b'+' | b'-') && after.starts_with(b"|g");
    let is_below_zero = at == 1 && line[0] == b'(' && after == b")";
    let clock = after.strip_prefix(b",").unwrap_or(after).trim_ascii_start();
    let follows_word = before.trim_ascii_end().last().is_some_and(u8::is_ascii_alphabetic);
    let is_short = length <= 2 && follows_word;
    let is_day = (after.starts_with(b", ") || is_short) && Moment::prefix(clock).is_some();
    let clock = before.strip_suffix(b":").unwrap_or_default();
    let digits = clock.iter().rev().take_while(|byte| byte.is_ascii_digit() || **byte == b'.');
    let (name, clock) = clock.split_at(clock.len() - digits.count());
    let is_time = |clock| number::prefix(clock).is_some_and(|(value, _)| !is_epoch(value));
    let is_of_clock = is_time(clock) && !name.last().is_some_and(u8::is_ascii_alphabetic);
    let is_tag = |open| !before[open + 1..].iter().any(u8::is_ascii_whitespace);
    let is_in_tag = after.starts_with(b"]:") && memchr::memrchr(b'[', before).is_some_and(is_tag);
    is_change || is_below_zero || is_day || is_of_clock || is_in_tag
}

/// How long the number is that the text begins with, its unit included.
fn length(text: &[u8]) -> Option<usize> {
    if !text.iter().take(3).any(u8::is_ascii_digit) {
        return None;
    }
    if let Some((measure, length)) = measure::prefix(text) {
        if let Some(number) = text[..length].strip_suffix(b".") {
            // `1.` counts the lines of a list, `0.5.` ends a sentence.
            return number.contains(&b'.').then_some(length - 1);
        }
        let unit = text[length..].strip_prefix(b" ").and_then(measure::after_blank);
        let unit = unit.filter(|_| measure.unit.is_none());
        return Some(length + unit.map_or(0, |(_, length)| 1 + length));
    }
    let (_, digits) = number::prefix(text)?;
    let is_of_unit = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'%' || !byte.is_ascii();
    let unit = text[digits..].iter().take_while(|byte| is_of_unit(byte)).count();
    let length = digits + unit;
    let is_unit = unit == 0 || measure::whole(&text[..length]).is_some();
    let goes_on = match &text[length..] {
        // `1/b=2` is two pairs, `80/tcp` one port.
        [b'/', rest @ ..] => {
            let word = rest.split(u8::is_ascii_whitespace).next().unwrap_or_default();
            rest.first().is_none_or(u8::is_ascii_digit) || word.contains(&b'=')
        }
        [b',', digit, ..] => digit.is_ascii_digit(),
        [b'-', next, ..] => *next == b'>',
        rest => rest.first().is_some_and(|mark| b"+<&*[(".contains(mark)),
    };
    (is_unit && goes_on).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_seen_with_their_units_in_brackets_and_beside_slashes() {
        for (line, expected) in [
            ("GPU 12/24 GB", &["12", "24 GB"][..]),
            ("rtt min/avg = 0.038/0.040/0.042 ms", &["0.038", "0.040", "0.042 ms"]),
            ("1,234 (5%), 12 (+0)", &["1,234", "5%", "12", "+0"]),
            ("12.5ms 10.0.0.1 v1.2 x86_64 0x1F 1. 2026-11-23 10:00:00", &["12.5ms"]),
            ("2097152+0 records", &["2097152"]),
            ("a: 1V/2A, b=1/c=2&d=3", &["1V", "2A", "1", "2", "3"]),
            (
                "-12us[ -15us] 56(84) 24M->4M(256M)",
                &["-12us", "-15us", "56", "84", "24M", "4M", "256M"],
            ),
            ("1-0:1.7.0(01.193*kW)", &["01.193"]),
            ("link/ether de:87:ad:c9:fc:81 fd00::1 5", &["5"]),
            ("a,1:23.45 2-03:04:05 10.0.0.1:22 ch1:5", &["5"]),
            ("GET / HTTP/1.1\" 200", &["200"]),
            ("app[123]: temp[5] 6", &["5", "6"]),
            ("[1]: 230", &["230"]),
            ("[D][sensor:094]: 5 at 1436509052.249:98.5", &["5", "98.5"]),
            ("[1,0]<stdout>:step 5", &["5"]),
            ("Nov 26 10:20:00 host 5", &["5"]),
            ("since Nov 24 2026 took 0.5.", &["0.5"]),
            ("at Mon Nov 23 10:00:00 UTC 2026 5", &["5"]),
            ("Nov 2026 5", &["2026", "5"]),
            ("$GPGGA,123519,4807.038,N,,*47", &["123519", "4807.038"]),
            ("on http://0.0.0.0:8000/ (8080/tcp)", &[]),
            ("depth:-10|g", &[]),
            ("(1,234.50)", &[]),
            ("up 1 day, 2:03:04", &[]),
            ("Nov 25 17:00:01 x=5", &["5"]),
            ("<cpu unit=\"%\">12.5</cpu>", &["12.5"]),
            ("1,2026-11-23 10:00:00,x", &["1"]),
            ("-- nan inf", &[]),
        ] {
            let found: Vec<&str> =
                figures(line.as_bytes()).into_iter().map(|figure| &line[figure]).collect();
            assert_eq!(found, expected, "{line}");
        }
    }
}
