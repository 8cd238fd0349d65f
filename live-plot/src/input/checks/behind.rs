//! Words behind a measured number that change from line to line: `0.5 seconds fast`, then `0.5 seconds slow`. They may turn its sign,
//! or say that it is one of another thing, and no rule tells which; nor are they a part of its name. So it is reported when
//! two lines have different ones behind the number of one name.

use super::super::figures::{figures, value};
use super::super::shown::shown;
use crate::input::grammar::reading::{Cell, Item, Key, Reading};
use crate::input::grammar::refusal::MATCH;
use crate::input::grammar::words::is_on_earth;

/// Of so many names it is known what stood behind their numbers.
const MOST_NAMES: usize = 64;

/// Longer lines are not looked at, and longer texts are no such words.
const LONGEST_LINE: usize = 1 << 10;
const LONGEST: usize = 64;

/// What stood behind the numbers of each name.
#[derive(Debug, Default)]
pub(in crate::input) struct Behind {
    /// The name with what is above it, and the words.
    names: Vec<(Vec<u8>, Vec<u8>)>,
    is_reported: bool,
}

impl Behind {
    /// Takes a line of names and values, and warns once.
    pub(in crate::input) fn line(&mut self, line: &[u8], reading: &Reading) -> Option<String> {
        if self.is_reported || reading.is_json || line.len() > LONGEST_LINE {
            return None;
        }
        let [Item { key: Key::Name(_), row, .. }, ..] = reading.items() else { return None };
        let mut end = 0;
        for figure in figures(line) {
            let name = name(&line[end..figure.start]);
            end = figure.end;
            let words = words(&line[figure.clone()], &line[end..]);
            if name.is_empty() || words.is_empty() || is_on_earth(name) {
                continue;
            }
            let full = [&reading.title, reading.text(*row), name].join(&b'\n');
            match self.names.iter().find(|(known, _)| *known == full) {
                Some((_, before)) if before != words && is_read(&line[figure.clone()], reading) => {
                    self.is_reported = true;
                    let way_out = pattern(name, &line[figure.start..], [before, words])
                        .map_or(MATCH.to_owned(), |pattern| {
                            format!("--match '{pattern}' draws each by itself")
                        });
                    let [name, one, other] = [name, before, words].map(shown);
                    return Some(format!(
                        "Behind the numbers of {name} stands {one}, and now {other}, and all are one series: if that turns their sign or tells them apart, {way_out}."
                    ));
                }
                None if self.names.len() < MOST_NAMES => self.names.push((full, words.to_vec())),
                _ => {}
            }
        }
        None
    }
}

/// The name that stands before a number.
fn name(before: &[u8]) -> &[u8] {
    let name = before.rsplit(|byte| b",;|\t".contains(byte)).next().unwrap_or_default();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    let end = name.iter().rposition(is_part).map_or(0, |last| last + 1);
    name[..end].trim_ascii_start()
}

/// Whether the number is in the reading.
fn is_read(figure: &[u8], reading: &Reading) -> bool {
    let value = value(figure);
    let is_same = |item: &Item| matches!(item.cell, Cell::Number(read) if read.value == value);
    reading.items().iter().any(is_same)
}

/// A pattern that takes the number that the text begins with, and names its row by the words behind it, from the word on in
/// which they differ.
fn pattern(name: &[u8], text: &[u8], [before, words]: [&[u8]; 2]) -> Option<String> {
    let same = before.iter().zip(words).take_while(|(one, other)| one == other).count();
    let same = words[..same].iter().rposition(u8::is_ascii_whitespace).map_or(0, |at| at + 1);
    let number = text.iter().position(u8::is_ascii_whitespace)?;
    let start = number + memchr::memmem::find(&text[number..], words)?;
    let is_plain = |text: &&str| !text.contains(|c: char| c.is_control() || c == '\'');
    let name = str::from_utf8(name).ok().filter(is_plain)?;
    let between = str::from_utf8(&text[number..start + same]).ok().filter(is_plain)?;
    let [name, between] = [name, between].map(regex::escape);
    Some(format!(r"{name}\W+?(?<value>[-+0-9.]\S*){between}(?<name>[^,;|]+)"))
}

/// The words behind a number, up to what parts two pairs. Where another number or name is among them they may say anything;
/// of a count, `5 waiting`, they say no more than its state, but those of a quarter of the sky are letters.
fn words<'a>(figure: &[u8], text: &'a [u8]) -> &'a [u8] {
    let mut depth = 0_usize;
    let ends = |byte: &u8| {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && b",;|\t".contains(byte)
    };
    let end = text.iter().position(ends).unwrap_or(text.len());
    let words = text[..end].trim_ascii();
    let is_other = |byte: &u8| byte.is_ascii_digit() || b"=:\"{}<>/%".contains(byte);
    let has_letter = words.iter().any(u8::is_ascii_alphabetic);
    let is_measured = !figure.last().is_some_and(u8::is_ascii_digit) || words.starts_with(b"[");
    let is_any = words.len() > LONGEST || words.iter().any(is_other) || !has_letter;
    if is_any || (!is_measured && words.len() > 2) { b"" } else { words }
}

#[cfg(test)]
mod tests {
    use super::super::super::grammar::{Grammar, Verdict};
    use super::*;
    use crate::config::Naming;

    /// What is found on lines, and on which.
    fn found(lines: &[&str]) -> Option<(usize, String)> {
        let mut grammar = Grammar::new(&Naming::default(), None, false);
        let mut behind = Behind::default();
        (1..).zip(lines).find_map(|(number, line)| {
            assert_eq!(grammar.line(line.as_bytes(), 1), Verdict::Read, "{line}");
            Some((number, behind.line(line.as_bytes(), &grammar.reading)?))
        })
    }

    #[test]
    fn other_words_behind_a_number_of_one_name_are_found() {
        for (lines, words, pattern) in [
            (
                [
                    "System time : 0.5 seconds fast of NTP time",
                    "System time : 0.2 seconds slow of NTP time",
                ],
                "of System time stands fast of NTP time, and now slow of NTP time,",
                r"System time\W+?(?<value>[-+0-9.]\S*) seconds (?<name>[^,;|]+)",
            ),
            (
                [
                    "Time per request: 1.2 [ms] (mean)",
                    "Time per request: 0.1 [ms] (mean, across all)",
                ],
                "of Time per request stands [ms] (mean), and now [ms] (mean, across all),",
                r"Time per request\W+?(?<value>[-+0-9.]\S*) \[ms\] (?<name>[^,;|]+)",
            ),
            (
                ["heading: 52.5 N, lon: 13.4", "heading: 52.5 S, lon: 13.4"],
                "of heading stands N, and now S,",
                r"heading\W+?(?<value>[-+0-9.]\S*) (?<name>[^,;|]+)",
            ),
            (
                ["a=1 b=5ms up", "a=1 b=5ms down"],
                "of b stands up, and now down,",
                r"b\W+?(?<value>[-+0-9.]\S*) (?<name>[^,;|]+)",
            ),
        ] {
            let (number, text) = found(&lines).unwrap();
            assert!(number == 2 && text.contains(words) && text.contains(pattern), "{text}");
        }
    }

    #[test]
    fn the_same_words_and_what_may_be_anything_are_passed_over() {
        for lines in [
            &["took: 5 ms in all", "took: 6 ms in all"][..],
            &["took: 5 ms", "took: 6 ms late"],
            &["lat: 52.5 N, lon: 13.4", "lat: 52.5 S, lon: 13.4"],
            &["x=5 a=1", "x=6 b=1"],
            &["x=5, then", "x=6, now"],
            &["x: 5 (50%)", "x: 6 (p < 0.05)"],
            &["x: 5 to a/b", "x: 6 to c/d"],
            &["a: 5 V up", "b: 5 V down"],
            &["jobs: 5 waiting", "jobs: 5 running"],
            &["a: 5 s", "a: 6 ms"],
            &["{\"a\": 5, \"b\": \"x\"}", "{\"a\": 5, \"b\": \"y\"}"],
        ] {
            assert_eq!(found(lines), None, "{lines:?}");
        }
    }
}
