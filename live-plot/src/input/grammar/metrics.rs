//! The lines of metrics exporters and collectors: Prometheus, Graphite, Influx. In each a time may stand last, which is no
//! value.

use super::cells::measure::Measure;
use super::cells::number;
use super::reading::{Cell, Key, Reading, Span};
use super::words::begins_name;

/// Reads the line if it has one of the three forms.
pub(super) fn read(line: &[u8], reading: &mut Reading) -> bool {
    // As `telegraf --test` prints it.
    let line = line.strip_prefix(b"> ").unwrap_or(line);
    let may_be_name = begins_name(line) || line.first() == Some(&b':');
    may_be_name && (prometheus(line, reading) || graphite(line, reading) || influx(line, reading))
}

/// `name{labels} value [time]`, Prometheus' text format 0.0.4: the name is all that stands before the value.
fn prometheus(line: &[u8], reading: &mut Reading) -> bool {
    let Some(open) = memchr::memchr(b'{', line) else { return false };
    let name = line[..open].trim_ascii_end();
    let is_name = begins_name(name) || name.first() == Some(&b':');
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_:.".contains(byte);
    if !is_name || !name.iter().all(is_plain) {
        return false;
    }
    let (labels, after) = up_to(&line[open..], b'}');
    // An exemplar of OpenMetrics follows a sign for a number.
    let after = memchr::memmem::find(after, b" # ").map_or(after, |end| &after[..end]);
    let (value, time) = match words(after).take(3).collect::<Vec<_>>()[..] {
        [value] => (value, None),
        [value, time] => (value, Some(time)),
        _ => return false,
    };
    let has_time = time.is_none_or(|time| only_number(time).is_some());
    has_time && sample(reading, &line[..=open + labels.len()], value, time)
}

/// `name value epoch`, Graphite's plaintext protocol.
fn graphite(line: &[u8], reading: &mut Reading) -> bool {
    let [name, value, time] = words(line).take(4).collect::<Vec<_>>()[..] else { return false };
    // -1 is now, for a name that is a path of Graphite's.
    let is_now = time == b"-1" && name.contains(&b'.');
    let is_time = is_now || only_number(time).is_some_and(is_epoch);
    if !begins_name(name) || name.ends_with(b":") || !is_time {
        return false;
    }
    sample(reading, name, value, Some(time).filter(|_| !is_now))
}

/// Takes a name with its value, if that is a number, and the time.
fn sample(reading: &mut Reading, name: &[u8], value: &[u8], time: Option<&[u8]>) -> bool {
    let Some(value) = only_number(value) else { return false };
    push(reading, Span::default(), name, value);
    push_time(reading, time);
    true
}

/// `name,tag=v field=v,… [epoch]`, Influx's line protocol: the first word names the row. Without tags only with an epoch:
/// else it is a line of pairs.
fn influx(line: &[u8], reading: &mut Reading) -> bool {
    let (row, rest) = up_to(line, b' ');
    let (fields, time) = up_to(rest.trim_ascii_start(), b' ');
    let time = time.trim_ascii();
    let row_has_comma = row.contains(&b',');
    if fields.is_empty() || (!row_has_comma && (time.is_empty() || row.contains(&b'='))) {
        return false;
    }
    let (name, tags) = up_to(row, b',');
    let is_row = begins_name(name) && !name.contains(&b'=');
    let has_tags = row_has_comma && parts(tags).all(|tag| pair(tag).is_some());
    let has_epoch = only_number(time).is_some_and(is_epoch);
    let is_influx = is_row
        && (has_tags || (!row_has_comma && has_epoch))
        && (time.is_empty() || has_epoch)
        && parts(fields).all(|field| pair(field).is_some());
    if !is_influx {
        return false;
    }
    let row = reading.keep(row);
    for (name, value) in parts(fields).filter_map(pair) {
        let digits = value.strip_suffix(b"i").or_else(|| value.strip_suffix(b"u")).unwrap_or(value);
        if let Some(value) = only_number(digits) {
            push(reading, row, name, value);
        }
    }
    push_time(reading, Some(time).filter(|time| !time.is_empty()));
    reading.has_number()
}

/// What stands before the first `end` and what after it. A backslash and quotes hide it (Influx's line protocol).
fn up_to(text: &[u8], end: u8) -> (&[u8], &[u8]) {
    let (mut at, mut is_quoted) = (0, false);
    while let Some(found) = memchr::memchr3(end, b'\\', b'"', text.get(at..).unwrap_or_default()) {
        at += found;
        match text[at] {
            b'\\' => at += 1,
            b'"' => is_quoted = !is_quoted,
            _ if !is_quoted => return (&text[..at], &text[at + 1..]),
            _ => {}
        }
        at += 1;
    }
    (text, b"")
}

/// The parts that commas make.
fn parts(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let (part, after) = up_to(rest?, b',');
        rest = (part.len() < rest?.len()).then_some(after);
        Some(part)
    })
}

fn pair(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(b'=', text)?;
    (at > 0 && at + 1 < text.len()).then(|| (&text[..at], &text[at + 1..]))
}

fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

/// The number that is all of the word, without a unit.
fn only_number(word: &[u8]) -> Option<f64> {
    number::prefix(word).filter(|(_, length)| *length == word.len()).map(|(value, _)| value)
}

/// Whether this is a time of the years 1990 to 2089 in seconds, milliseconds, microseconds or nanoseconds since 1970.
pub(in crate::input) fn is_epoch(value: f64) -> bool {
    /// The beginnings of 1990 and of 2090: the numbers of namespaces begin at 4026531832 (lsns(8)).
    const YEARS: std::ops::Range<f64> = 631_152_000.0..3_786_912_000.0;
    [1.0, 1e3, 1e6, 1e9].into_iter().any(|unit| YEARS.contains(&(value / unit)))
}

fn push(reading: &mut Reading, row: Span, name: &[u8], value: f64) {
    let name = reading.keep(name);
    reading.push(row, Key::Name(name), Cell::Number(Measure { value, unit: None }));
}

/// The line's own time is a value only to `--time time`.
fn push_time(reading: &mut Reading, time: Option<&[u8]>) {
    if let Some(time) = time {
        let (name, time) = (reading.keep(b"time"), reading.keep(time));
        reading.push(Span::default(), Key::Name(name), Cell::Text(time));
    }
}

/// Whether the comment is one of Prometheus's, about the numbers below it: it is no mark.
pub(super) fn is_described_by(comment: &[u8]) -> bool {
    let words: [&[u8]; 3] = [b"HELP ", b"TYPE ", b"UNIT "];
    words.iter().any(|word| comment.starts_with(word)) || comment == b"EOF"
}

#[cfg(test)]
mod tests {
    use super::super::shown::shown;
    use super::*;

    fn found(line: &str) -> String {
        let mut reading = Reading::default();
        if read(line.as_bytes(), &mut reading) { shown(&reading) } else { String::new() }
    }

    #[test]
    fn the_labels_belong_to_the_name_and_a_time_is_no_value() {
        for (line, expected) in [
            (r#"http_requests{code="200"} 1027"#, r#"http_requests{code="200"}=1027"#),
            (r#"x{a="}\"{ 5"} 7 1395066363000"#, r#"x{a="}\"{ 5"}=7 time='1395066363000'"#),
            (
                r#"x_bucket{le="+Inf"} 3 # {trace="a"} 0.67 1520879607.789"#,
                r#"x_bucket{le="+Inf"}=3"#,
            ),
            ("x{} NaN", "x{}=NaN"),
            ("servers.a.load 0.5 1763886079", "servers.a.load=0.5 time='1763886079'"),
            ("servers.a.load 14 -1", "servers.a.load=14"),
        ] {
            assert_eq!(found(line), expected, "{line}");
        }
        assert_eq!(
            found("weather,location=us-midwest temp=82,hum=5i,ok=t,s=\"x\" 1465839830100400200"),
            "weather,location=us-midwest.temp=82 weather,location=us-midwest.hum=5 time='1465839830100400200'"
        );
        assert_eq!(
            found("> mem,host=h free=5i,used=6 1465839830100400200"),
            "mem,host=h.free=5 mem,host=h.used=6 time='1465839830100400200'"
        );
        assert_eq!(
            found("cpu0 user=5i 1465839830100400200"),
            "cpu0.user=5 time='1465839830100400200'"
        );
        assert_eq!(
            found(r#"weather,location=us\ west temp=83,name="x, y=5" 1465839830100400200"#),
            r"weather,location=us\ west.temp=83 time='1465839830100400200'"
        );
    }

    #[test]
    fn other_lines_are_left_to_the_other_forms() {
        for line in [
            "cpu 10 20",
            "cpu: 5 1763886079",
            "some avg10=1 avg60=2",
            "{\"a\": 1}",
            "f{x} y",
            "a,b c=1 x",
            "5 6 1763886079",
            "x{a=\"1\"}",
            "x{a=\"1",
            "web,x=1,5",
        ] {
            assert_eq!(found(line), "", "{line}");
        }
    }
}
