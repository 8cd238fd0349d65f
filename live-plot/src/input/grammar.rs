//! Finds the numbers in a line: those of a JSON object, else those of name–value pairs, else those of its cells. Pure.
//! Which series a number belongs to and when it was is left to `schema` and `timestamp`.

use std::str;

use serde_json::Value;

/// Where on its line a cell stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key<'a> {
    /// In this column, counted from 0, and how many columns the line has.
    Column(usize, usize),
    /// After this name.
    Name(&'a str),
}

/// What stood at a key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell<'a> {
    Number(f64),
    Text(&'a [u8]),
}

impl Cell<'_> {
    /// The number; NaN if the line says that there is a gap; `None` for anything else.
    pub(super) fn number(self) -> Option<f64> {
        match self {
            Self::Number(value) => Some(value),
            Self::Text(text) => number(unquoted(text)),
        }
    }
}

/// Calls `each` for every cell of the line that might be a number.
pub(super) fn line(line: &[u8], mut each: impl FnMut(Key<'_>, Cell<'_>)) {
    let line = line.trim_ascii();
    if line.first() == Some(&b'{')
        && let Some(object @ Value::Object(_)) = json(line)
    {
        flatten("", &object, &mut each);
    } else if pairs(line).any(|(_, value)| value.number().is_some()) {
        pairs(line)
            .for_each(|(name, value)| each(Key::Name(&String::from_utf8_lossy(name)), value));
    } else {
        let width = cells(line).count();
        cells(line)
            .enumerate()
            .for_each(|(column, text)| each(Key::Column(column, width), Cell::Text(text)));
    }
}

/// A JSON value. Python's and JavaScript's libraries write NaN and Infinity, which RFC 8259 section 6 does not allow:
/// they are read as gaps, like null.
fn json(line: &[u8]) -> Option<Value> {
    let strict = serde_json::from_slice(line).ok();
    strict.or_else(|| serde_json::from_slice(&with_nulls(line)?).ok())
}

/// The line with `null` for each NaN and Infinity outside of strings, if it has one.
fn with_nulls(line: &[u8]) -> Option<Vec<u8>> {
    let mut rest = line;
    let mut strict = Vec::new();
    let mut is_text = false;
    while let Some(byte) = rest.first() {
        let word = [&b"NaN"[..], b"Infinity", b"-Infinity"]
            .into_iter()
            .find(|word| rest.starts_with(word));
        let (taken, kept) = match (byte, word) {
            (_, Some(word)) if !is_text => (word.len(), &b"null"[..]),
            (b'\\', _) => (2, &rest[..rest.len().min(2)]),
            _ => (1, &rest[..1]),
        };
        is_text ^= *byte == b'"';
        strict.extend_from_slice(kept);
        rest = rest.get(taken..).unwrap_or_default();
    }
    (strict != line).then_some(strict)
}

/// A number as a person writes it; `nan` is one, infinity is not.
pub(super) fn number(cell: &[u8]) -> Option<f64> {
    let value: f64 = str::from_utf8(cell).ok()?.parse().ok()?;
    (!value.is_infinite()).then_some(value)
}

/// The cells of a line, between commas or runs of blanks.
pub(super) fn cells(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    Cells(Some(line.trim_ascii()))
}

/// A cell without the quotes that CSV may put around it.
pub(super) fn unquoted(cell: &[u8]) -> &[u8] {
    let inner = cell.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    inner.unwrap_or(cell).trim_ascii()
}

struct Cells<'a>(Option<&'a [u8]>);

impl<'a> Iterator for Cells<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.0?;
        let is_end = |byte: &u8| *byte == b',' || byte.is_ascii_whitespace();
        let quoted = quoted(rest).unwrap_or(0);
        let Some(end) = rest[quoted..].iter().position(is_end) else {
            self.0 = None;
            return Some(rest);
        };
        let (cell, rest) = rest.split_at(quoted + end);
        let rest = rest.trim_ascii_start();
        self.0 = Some(rest.strip_prefix(b",").unwrap_or(rest).trim_ascii_start());
        Some(cell)
    }
}

/// How long the cell is that `text` begins with, if that stands in quotes: commas and blanks between them end no cell,
/// and two quotes are one (RFC 4180 section 2).
fn quoted(text: &[u8]) -> Option<usize> {
    let inner = text.strip_prefix(b"\"")?;
    let mut at = 0;
    loop {
        at += memchr::memchr(b'"', &inner[at..])?;
        match inner.get(at + 1) {
            Some(b'"') => at += 2,
            Some(after) if *after != b',' && !after.is_ascii_whitespace() => return None,
            _ => return Some(at + 2),
        }
    }
}

/// The leaves of a JSON value, each under the names on the way to it, joined by dots.
fn flatten(path: &str, value: &Value, each: &mut impl FnMut(Key<'_>, Cell<'_>)) {
    let below =
        |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| flatten(&below(name), value, each));
        }
        Value::Array(items) => {
            let named = items.iter().enumerate();
            named.for_each(|(number, value)| flatten(&below(&number.to_string()), value, each));
        }
        Value::Number(number) => {
            each(Key::Name(path), Cell::Number(number.as_f64().unwrap_or(f64::NAN)));
        }
        Value::String(text) => each(Key::Name(path), Cell::Text(text.as_bytes())),
        Value::Null => each(Key::Name(path), Cell::Number(f64::NAN)),
        Value::Bool(_) => {}
    }
}

/// The name–value pairs of a line: `name=value`, `name = value` or `name: value`.
fn pairs(line: &[u8]) -> impl Iterator<Item = (&[u8], Cell<'_>)> {
    memchr::memchr2_iter(b'=', b':', line).filter_map(|at| {
        let (before, after) = (&line[..at], &line[at + 1..]);
        let is_apart = after.first().is_some_and(u8::is_ascii_whitespace);
        if line[at] == b':' && !is_apart {
            return None;
        }
        let name = last_word(before.trim_ascii_end());
        let is_name = name.first().is_some_and(|first| {
            first.is_ascii_alphabetic() || *first == b'_' || !first.is_ascii()
        });
        is_name.then(|| (name, measure(after.trim_ascii_start())))
    })
}

/// The last run of bytes that can be a name's; `rx/s`, `cpu.user` and `Active(anon)` are names.
fn last_word(text: &[u8]) -> &[u8] {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b",;=:\"'{}[]|".contains(byte);
    let start = text.iter().rposition(is_end).map_or(0, |at| at + 1);
    text[start..].strip_prefix(b"(").unwrap_or(&text[start..])
}

/// The number that `text` begins with, if what follows ends it: nothing, a blank, punctuation or a unit.
fn measure(text: &[u8]) -> Cell<'_> {
    let text = text.strip_prefix(b"\"").unwrap_or(text);
    let length = number_length(text);
    let (digits, rest) = text.split_at(length);
    let letters = str::from_utf8(rest).map_or(0, |rest| {
        let is_unit = |c: char| c.is_alphabetic() || matches!(c, '%' | '°');
        rest.find(|c| !is_unit(c)).unwrap_or(rest.len())
    });
    let is_ended = match rest.first() {
        None => true,
        Some(byte) if byte.is_ascii_whitespace() => true,
        Some(b',' | b';' | b')' | b']' | b'}' | b'"') => true,
        Some(_) => letters > 0 && !rest.get(letters).is_some_and(u8::is_ascii_digit),
    };
    match number(digits) {
        Some(value) if is_ended => Cell::Number(value),
        // The whole word: it may be a time.
        _ => Cell::Text(text.split(u8::is_ascii_whitespace).next().unwrap_or_default()),
    }
}

/// How long the number is that `text` begins with: sign, digits, fraction, exponent.
fn number_length(text: &[u8]) -> usize {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_sign = |at: usize| matches!(text.get(at), Some(b'+' | b'-'));
    let mut end = usize::from(is_sign(0));
    if text[end..].get(..3).is_some_and(|word| word.eq_ignore_ascii_case(b"nan")) {
        return end + 3;
    }
    end += digits(end);
    if text.get(end) == Some(&b'.') {
        end += 1 + digits(end + 1);
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(is_sign(end + 1));
        let exponent = digits(end + 1 + sign);
        end += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every number on the line with its key; gaps as NaN.
    fn found(text: &str) -> Vec<(String, f64)> {
        let mut found = Vec::new();
        line(text.as_bytes(), |key, cell| {
            let key = match key {
                Key::Column(column, _) => column.to_string(),
                Key::Name(name) => name.to_owned(),
            };
            found.extend(cell.number().map(|value| (key, value)));
        });
        found
    }

    #[track_caller]
    fn assert_found(text: &str, expected: &[(&str, f64)]) {
        let expected: Vec<_> =
            expected.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect();
        assert_eq!(found(text), expected, "{text:?}");
    }

    #[test]
    fn cells_end_at_commas_and_blanks() {
        for text in ["1 -2.5 3e2", "1,-2.5,3e2", " 1\t-2.5 , 3e2 ", "\"1\",\"-2.5\",\"3e2\""] {
            assert_found(text, &[("0", 1.0), ("1", -2.5), ("2", 300.0)]);
        }
    }

    #[test]
    fn between_quotes_no_cell_ends() {
        assert_found(r#""Smith, John",5,"6""#, &[("1", 5.0), ("2", 6.0)]);
        assert_found(r#""a ""b"", c" 5"#, &[("1", 5.0)]);
        assert_found(r#""a,5"#, &[("1", 5.0)]);
        assert_found(r#""a"x,5"#, &[("1", 5.0)]);
    }

    #[test]
    fn a_bad_cell_leaves_the_others_in_their_columns() {
        for text in ["1,x,3", "1,,3", "1,inf,3"] {
            assert_found(text, &[("0", 1.0), ("2", 3.0)]);
        }
        let gap = found("1,nan,3");
        assert!(gap.len() == 3 && gap[1].1.is_nan());
    }

    #[test]
    fn a_line_without_a_number_has_none() {
        for text in [
            "",
            "  ",
            "abc",
            "x,y",
            "inf",
            "-infinity",
            "1e999",
            "0x10",
            "\u{fffd}",
            "{}",
            "a=b",
            "{\"a\":\"b\"}",
        ] {
            assert_found(text, &[]);
        }
    }

    #[test]
    fn pairs_are_what_tools_write() {
        assert_found(
            "64 bytes from 127.0.0.1: icmp_seq=3 ttl=64 time=0.045 ms",
            &[("icmp_seq", 3.0), ("ttl", 64.0), ("time", 0.045)],
        );
        assert_found("MemAvailable:   5063180 kB", &[("MemAvailable", 5_063_180.0)]);
        assert_found("Active(anon):    12 kB", &[("Active(anon)", 12.0)]);
        assert_found("connections/s=12 active=3", &[("connections/s", 12.0), ("active", 3.0)]);
        assert_found(
            "cpu=12.5%, temp=-4°C, took=1.5e-3s",
            &[("cpu", 12.5), ("temp", -4.0), ("took", 1.5e-3)],
        );
        assert_found("run 3 (pid=77): ok, load = 0.25", &[("pid", 77.0), ("load", 0.25)]);
    }

    #[test]
    fn what_only_looks_like_a_number_is_none() {
        assert_found("at=12:30:45 on=2026-11-23 v=1.2.3 id=0x1f n=5", &[("n", 5.0)]);
        assert_found("12:30:45 5 6", &[("1", 5.0), ("2", 6.0)]);
    }

    #[test]
    fn json_objects_are_flattened_in_their_own_order() {
        assert_found(
            r#"{"t": 1.5, "cpu": {"user": 2, "sys": "3"}, "load": [4, 5], "ok": true, "s": "x"}"#,
            &[("t", 1.5), ("cpu.user", 2.0), ("cpu.sys", 3.0), ("load.0", 4.0), ("load.1", 5.0)],
        );
        assert!(found(r#"{"a": null}"#)[0].1.is_nan());
        assert_found("{a=5, b=6}", &[("a", 5.0), ("b", 6.0)]);
        let python = found(r#"{"a": NaN, "NaN, Infinity": 5, "b\"NaN": -Infinity}"#);
        assert!(python[0].1.is_nan() && python[2].1.is_nan());
        assert_eq!(python[1], ("NaN, Infinity".to_owned(), 5.0));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_give_an_infinity(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            line(&bytes, |_, cell| assert!(cell.number().is_none_or(|value| !value.is_infinite())));
        }

        #[test]
        fn any_number_survives_as_a_cell_and_as_a_value(value in any::<f64>()) {
            prop_assume!(value.is_finite());
            prop_assert_eq!(found(&format!("{value}")), [("0".to_owned(), value)]);
            prop_assert_eq!(found(&format!("x={value:e}ms")), [("x".to_owned(), value)]);
        }
    }
}
