//! An object behind words, of which one may name it.

use super::super::reading::Reading;
use super::super::words::{Message, is_name};
use super::names::Things;
use super::read;

/// Reads an object behind words, of which one by itself names the row, as `mosquitto_sub -v` prints it: `kitchen/air {"t": 5}`.
/// A time, a level or a tag may stand before it.
pub(in crate::input) fn read_named(
    line: &[u8],
    things: &mut Things,
    reading: &mut Reading,
) -> bool {
    if !line.ends_with(b"}") || line.starts_with(b"{") {
        return false;
    }
    let message = Message::of(line);
    let start = message.start;
    let Some(open) = memchr::memchr(b'{', &line[start..]).map(|at| start + at) else {
        return false;
    };
    let words = line[start..open].trim_ascii_end();
    let is_apart = words.len() < open - start || words.is_empty();
    // Of `SENSOR = {"t": 5}` the sign parts nothing.
    let words = words.strip_suffix(b" =").unwrap_or(words).trim_ascii_end();
    if !is_apart || words.contains(&b'=') || !read(&line[open..], things, reading) {
        return false;
    }
    let word = words.strip_suffix(b":").unwrap_or(words);
    let is_name = is_name(word) && !word.iter().any(u8::is_ascii_whitespace);
    match message.thing.clone().map(|thing| &line[thing]) {
        Some(thing) if is_name => reading.name_rows(&[thing, b".", word].concat()),
        Some(thing) => reading.name_rows(thing),
        None if is_name => reading.name_rows(word),
        None => message.keep_before(line, words, reading),
    }
    message.keep_time(line, reading);
    true
}

#[cfg(test)]
mod tests {
    use super::super::super::shown::shown;
    use super::*;

    #[test]
    fn a_word_or_a_tag_before_an_object_names_its_row() {
        for (line, expected) in [
            (r#"kitchen/air {"t":21.5,"h":{"rel":40}}"#, "kitchen/air.t=21.5 kitchen/air.h.rel=40"),
            (r#"[kitchen] {"t":5}"#, "kitchen.t=5"),
            (r#"[kitchen] air: {"t":5}"#, "kitchen.air.t=5"),
            (r#"2026-11-26T17:00:00Z INFO {"t":5}"#, "t=5"),
            (r#"web_1  | {"a":{"t":5},"b":{"t":6}}"#, "web_1.a.t=5 web_1.b.t=6"),
            (r#"2026-11-26T17:00:00Z stdout F {"a":{"t":5}}"#, "a.t=5"),
            (r#"n=5 {"t":5}"#, ""),
            (r#"{"t":5}"#, ""),
            (r#"x{a="b"} 5"#, ""),
            (r#"air {"t":5} done"#, ""),
        ] {
            let mut reading = Reading::default();
            let is_read = read_named(line.as_bytes(), &mut Things::default(), &mut reading);
            assert_eq!(if is_read { shown(&reading) } else { String::new() }, expected, "{line}");
            assert_eq!(reading.rows().count(), usize::from(is_read), "{line}");
        }
    }
}
