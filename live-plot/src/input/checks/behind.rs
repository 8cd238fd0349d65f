//! Words behind a measured number that change from line to line: `0.5 seconds fast`, then `0.5 seconds slow`. They may turn its sign,
//! or say that it is one of another thing, and no rule tells which; nor are they a part of its name. So it is reported when
//! two lines have different ones behind the number of one name.

use crate::input::grammar::cells::measure;
use crate::input::grammar::reading::{Cell, Item, Key, Reading};
use crate::input::grammar::words::is_on_earth;

/// Of so many names it is known what stood behind their numbers.
const MOST_NAMES: usize = 64;

/// Longer lines are not looked at, and longer texts are no such words.
const LONGEST_LINE: usize = 1 << 10;
const LONGEST: usize = 64;

/// What stood behind the numbers of each name.
#[derive(Debug, Default)]
pub(in crate::input) struct Behind {
    /// The row and the name as they are in the reading, and the words.
    names: Vec<(Vec<u8>, Vec<u8>)>,
    is_reported: bool,
}

/// What was found: a name, what stands behind its numbers, and a pattern that makes two series of them.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::input) struct Found {
    pub(in crate::input) name: Vec<u8>,
    pub(in crate::input) words: [Vec<u8>; 2],
    pub(in crate::input) pattern: Option<String>,
}

/// A number on its line: the name, what stands between the number and the words behind it, and these.
struct Place<'a> {
    name: &'a [u8],
    between: &'a [u8],
    words: &'a [u8],
}

impl Behind {
    /// Takes a line of names and values.
    pub(in crate::input) fn line(&mut self, line: &[u8], reading: &Reading) -> Option<Found> {
        if self.is_reported || line.len() > LONGEST_LINE {
            return None;
        }
        let mut at = 0;
        let items = reading.items();
        for (number, item) in items.iter().enumerate() {
            let Item { key: Key::Name(name), cell: Cell::Number(_), row } = item else { continue };
            let next = items.get(number + 1).map(|item| match item.key {
                Key::Name(name) => reading.text(name),
                Key::Column(_) => b"",
            });
            let place = Place::find(line, &mut at, reading.text(*name), next);
            let is_open = |place: &Place<'_>| !place.words.is_empty() && !is_on_earth(place.name);
            let Some(place) = place.filter(is_open) else { continue };
            let full = [&reading.title, reading.text(*row), place.name].join(&b'\n');
            match self.names.iter().find(|(known, _)| *known == full) {
                Some((_, words)) if words != place.words => {
                    self.is_reported = true;
                    return Some(place.found(words));
                }
                Some(_) => {}
                None if self.names.len() < MOST_NAMES => {
                    self.names.push((full, place.words.to_vec()));
                }
                None => {}
            }
        }
        None
    }
}

impl<'a> Place<'a> {
    /// The number of this name, looked for from `at` on.
    fn find(line: &'a [u8], at: &mut usize, name: &[u8], next: Option<&[u8]>) -> Option<Self> {
        let start = *at + memchr::memmem::find(&line[*at..], name)?;
        let (name, after) = line[start..].split_at(name.len());
        let is_between = |byte: &u8| byte.is_ascii_whitespace() || b"=:.\"'".contains(byte);
        let value = after.iter().position(|byte| !is_between(byte))?;
        let (measure, length) = measure::prefix(&after[value..])?;
        let rest = &after[value + length..];
        *at = line.len() - rest.len();
        let end = next.filter(|next| !next.is_empty());
        let end = end.and_then(|next| memchr::memmem::find(rest, next)).unwrap_or(rest.len());
        let rest = &rest[..end];
        let blanks = rest.len() - rest.trim_ascii_start().len();
        let unit = match measure.unit {
            None => measure::after_blank(&rest[blanks..]).map_or(0, |(_, length)| length),
            Some(_) => 0,
        };
        let text = &rest[if unit > 0 { blanks + unit } else { 0 }..];
        let start = text.len() - text.trim_ascii_start().len();
        let words = words(&text[start..]);
        // Of a count, `5 waiting`, they say no more than its state; those of a quarter of the sky are letters.
        let is_measured = measure.unit.is_some() || unit > 0 || words.starts_with(b"[");
        let words = if is_measured || words.len() < 3 { words } else { b"" };
        Some(Self { name, between: &rest[..rest.len() - text.len() + start], words })
    }

    /// What is reported, if other words came before.
    fn found(&self, before: &[u8]) -> Found {
        let same = before.iter().zip(self.words).take_while(|(one, other)| one == other).count();
        // From the word on in which they differ.
        let same =
            self.words[..same].iter().rposition(u8::is_ascii_whitespace).map_or(0, |at| at + 1);
        let between = [self.between, &self.words[..same]].concat();
        let is_plain =
            |text: &[u8]| !text.iter().any(|byte| byte.is_ascii_control() || *byte == b'\'');
        let texts = str::from_utf8(self.name).ok().zip(str::from_utf8(&between).ok());
        let texts = texts
            .filter(|(name, between)| is_plain(name.as_bytes()) && is_plain(between.as_bytes()));
        let pattern = texts.map(|(name, between)| {
            let [name, between] = [name, between].map(regex::escape);
            format!(r"{name}\W+?(?<value>[-+0-9.]\S*){between}(?<name>[^,;|]+)")
        });
        let words = [before.to_vec(), self.words.to_vec()];
        Found { name: self.name.to_vec(), words, pattern }
    }
}

/// The words that the text begins with, up to what parts two pairs. Where another number or name is among them they may say
/// anything.
fn words(text: &[u8]) -> &[u8] {
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
    let words = text[..end].trim_ascii_end();
    let is_other = |byte: &u8| byte.is_ascii_digit() || b"=:\"{}<>/%".contains(byte);
    let has_letter = words.iter().any(u8::is_ascii_alphabetic);
    if words.len() > LONGEST || words.iter().any(is_other) || !has_letter { b"" } else { words }
}

#[cfg(test)]
mod tests {
    use super::super::super::grammar::{Grammar, Verdict};
    use super::*;
    use crate::config::Naming;

    /// What is found on lines, and on which.
    fn found(lines: &[&str]) -> Option<(usize, String, Option<String>)> {
        let mut grammar = Grammar::new(&Naming::default(), None, false);
        let mut behind = Behind::default();
        (1..).zip(lines).find_map(|(number, line)| {
            assert_eq!(grammar.line(line.as_bytes(), 1), Verdict::Read, "{line}");
            let found = behind.line(line.as_bytes(), &grammar.reading)?;
            let words = found.words.join(&b'|');
            Some((number, String::from_utf8(words).unwrap(), found.pattern))
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
                "fast of NTP time|slow of NTP time",
                r"System time\W+?(?<value>[-+0-9.]\S*) seconds (?<name>[^,;|]+)",
            ),
            (
                [
                    "Time per request: 1.2 [ms] (mean)",
                    "Time per request: 0.1 [ms] (mean, across all)",
                ],
                "[ms] (mean)|[ms] (mean, across all)",
                r"Time per request\W+?(?<value>[-+0-9.]\S*) \[ms\] (?<name>[^,;|]+)",
            ),
            (
                ["heading: 52.5 N, lon: 13.4", "heading: 52.5 S, lon: 13.4"],
                "N|S",
                r"heading\W+?(?<value>[-+0-9.]\S*) (?<name>[^,;|]+)",
            ),
            (
                ["a=1 b=5ms up", "a=1 b=5ms down"],
                "up|down",
                r"b\W+?(?<value>[-+0-9.]\S*) (?<name>[^,;|]+)",
            ),
        ] {
            let expected = Some((2, words.to_owned(), Some(pattern.to_owned())));
            assert_eq!(found(&lines), expected, "{lines:?}");
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
