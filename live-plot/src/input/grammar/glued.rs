//! Names and values without a blank between them, on a line of nothing else: Arduino's `a:1,b:2`, statsd's `a:1|c`,
//! Teleplot's `>a:1`. A colon within a word also stands in times, addresses and paths; hence "nothing else". Beside pairs of
//! another kind, `a: 1 b:2`, they are left to `pairs`.

use super::cells::measure::{self, Measure};
use super::cells::number;
use super::cells::unit::Unit;
use super::reading::{Cell, Key, Reading, Span};
use super::words::{Message, begins_name, names_row};

/// Reads the line if every word of its message has the shape `name:…`, or one leading word apart if two such words follow.
/// So do they behind a time or a level, where one may be a place: `[INFO] main.rs:42`.
pub(super) fn read(line: &[u8], is_indented: bool, reading: &mut Reading) -> bool {
    let message = Message::of(line);
    let text = &line[message.start..];
    let is_first = message.start == 0;
    let mut all = words(text).peekable();
    let leading = all.next_if(|word| pair(word).is_none());
    let names = leading.filter(|word| is_first && !is_indented && names_row(word));
    let row = names.map_or(Span::default(), |word| reading.keep(word));
    let is_teleplot = text.first() == Some(&b'>');
    let mut pairs = 0;
    while let Some(word) = all.next() {
        let Some((name, value)) = pair(word) else { return false };
        // A unit after a blank is part of the value before it.
        let unit = all.next_if(|next| Unit::named(next).is_some()).and_then(Unit::named);
        let name = reading.keep(name);
        for (number, value) in value.split(|byte| is_teleplot && *byte == b';').enumerate() {
            // Teleplot sends values of several moments at once.
            if number > 0 {
                reading.end_row();
            }
            let cell = match read_value(value, is_teleplot) {
                Some(measure) => Cell::Number(Measure { unit: measure.unit.or(unit), ..measure }),
                None => reading.cell(value),
            };
            reading.push(row, Key::Name(name), cell);
        }
        pairs += 1;
    }
    let is_alone = leading.is_none() && (is_first || message.thing.is_some());
    if pairs < if is_alone { 1 } else { 2 } || !reading.has_number() {
        return false;
    }
    message.describe(line, leading.filter(|_| names.is_none()).unwrap_or_default(), reading);
    true
}

fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || *byte == b',';
    let words = line.split(ends).map(|word| word.strip_suffix(b";").unwrap_or(word));
    words.filter(|word| !word.is_empty())
}

/// The name and what follows its colon.
fn pair(word: &[u8]) -> Option<(&[u8], &[u8])> {
    let word = word.strip_prefix(b">").unwrap_or(word);
    let at = memchr::memchr(b':', word)?;
    let (name, value) = (&word[..at], &word[at + 1..]);
    let quoted = [&b"\""[..], b"'"]
        .into_iter()
        .find_map(|quote| name.strip_prefix(quote)?.strip_suffix(quote));
    let is_name =
        quoted.is_some() || (begins_name(name) && !name.iter().any(|byte| b"=[{".contains(byte)));
    (is_name && !value.is_empty() && !value.starts_with(b"//") && !value.starts_with(b":"))
        .then(|| (quoted.unwrap_or(name), value))
}

/// A value up to the type of statsd or the flags of Teleplot. Teleplot's may have its time in milliseconds before it, and
/// its unit behind a sign for a section.
fn read_value(text: &[u8], is_teleplot: bool) -> Option<Measure> {
    let (text, kind) = text.split_at(memchr::memchr(b'|', text).unwrap_or(text.len()));
    if !is_teleplot {
        return measure::whole(text).and_then(|measure| of_kind(measure, text, kind));
    }
    let text = memchr::memchr(b':', text).map_or(text, |end| &text[end + 1..]);
    let section = "§".as_bytes();
    let (number, unit) = match memchr::memmem::find(text, section) {
        Some(end) => (&text[..end], Unit::named(&text[end + section.len()..])),
        None => (text, None),
    };
    let measure = measure::whole(number)?;
    Some(Measure { unit: measure.unit.or(unit), ..measure })
}

/// What a value of statsd means. A gauge with a sign is a change of what is not known here; of a counter that was sampled
/// each stands for several: `|c|@0.1`.
fn of_kind(measure: Measure, text: &[u8], kind: &[u8]) -> Option<Measure> {
    if kind.starts_with(b"|g") && matches!(text[0], b'+' | b'-') {
        return None;
    }
    let rate = kind.strip_prefix(b"|c|@").and_then(number::prefix);
    Some(match rate {
        Some((rate, _)) if rate > 0.0 => Measure { value: measure.value / rate, ..measure },
        _ => measure,
    })
}

#[cfg(test)]
mod tests {
    use super::super::shown::shown;
    use super::*;

    fn found(line: &str) -> String {
        let mut reading = Reading::default();
        if read(line.as_bytes(), false, &mut reading) { shown(&reading) } else { String::new() }
    }

    #[test]
    fn a_line_of_glued_pairs_alone_is_read() {
        for (line, expected) in [
            ("temp:12.5,hum:40", "temp=12.5 hum=40"),
            ("temp:12.5\thum:40", "temp=12.5 hum=40"),
            ("temp:12.5; hum:40;", "temp=12.5 hum=40"),
            ("Temp:25.3C, Hum:60 %", "Temp=25.3°C Hum=60%"),
            ("state:on temp:5", "state='on' temp=5"),
            ("Stats a:1 b:2", "Stats.a=1 Stats.b=2"),
            ("[sensor1] a:1", "sensor1.a=1"),
            ("12:30:45 INFO a:1 b:2", "a=1 b=2"),
            ("info:1,err:2", "info=1 err=2"),
            ("queries:1|c", "queries=1"),
            ("took:320|ms|@0.1|#env:prod", "took=320"),
            ("hits:1|c|@0.1", "hits=10"),
            ("depth:-10|g", ""),
            ("depth:333|g", "depth=333"),
            (">temp:12.5", "temp=12.5"),
            (">temp:1627551892437:12.5§°C|g", "temp=12.5°C"),
            (">temp:1:2;3:4", "temp=2 temp=4"),
            ("\"a\":1,\"b\":2", "a=1 b=2"),
        ] {
            assert_eq!(found(line), expected, "{line}");
        }
    }

    #[test]
    fn times_addresses_and_paths_are_no_pairs() {
        for line in [
            "listening on host:8080 now",
            "main.rs:42: warning",
            "12:30:45 5",
            "[INFO] main.rs:42",
            "http://x:80/y",
            "std::a:1",
            "mode:DIO, clock div:1",
            "a:1,234",
            "at 12:30 x:5",
            "a: 5",
        ] {
            assert_eq!(found(line), "", "{line}");
        }
    }
}
