//! A regular expression for `--match` that takes all numbers of a line, each called by the word before it. It is found
//! again on lines with the same words. A group takes all that stands up to the next blank or mark, and not digits alone:
//! units, and whatever a later line may have there.

use std::ops::Range;

use regex::bytes::Regex;

use super::figures::{figures, value};
use crate::config::Naming;
use crate::input::grammar::cells::number;
use crate::input::grammar::metrics::is_epoch;
use crate::input::grammar::reading::{Cell, Item};
use crate::input::grammar::{Grammar, Verdict};

/// The most groups of a pattern that can be read.
const MOST_GROUPS: usize = 8;

/// A longer word is not put into a pattern.
const LONGEST_WORD: usize = 24;

/// Marks of this length may be the bar of a progress.
const SHORTEST_BAR: usize = 3;

/// A pattern, and how many numbers of its line it takes, if not all.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::input) struct Pattern {
    regex: String,
    first: Option<usize>,
}

impl Pattern {
    /// The option, and what it draws of `whose` numbers.
    pub(in crate::input) fn draws(&self, whose: &str) -> String {
        let first = self.first.map_or(String::new(), |count| format!("first {count} "));
        format!("--match '{}' draws {whose} {first}numbers", self.regex)
    }
}

/// A pattern that takes the numbers of the line; `row`, if it stands on the line, names their row.
pub(in crate::input) fn pattern(line: &[u8], row: &[u8]) -> Option<Pattern> {
    let line = str::from_utf8(line).ok()?.trim_ascii();
    let mut figures = figures(line.as_bytes());
    let first = (figures.len() > MOST_GROUPS).then_some(MOST_GROUPS);
    figures.truncate(MOST_GROUPS);
    if figures.is_empty() {
        return None;
    }
    // `3 passed, 1 failed`: what begins with a number has its words behind them.
    let are_behind = last_word(&line[..figures[0].start]).is_none();
    let mut names = Names::default();
    let mut pattern = String::new();
    let mut end = 0;
    // The word behind the last number.
    let mut taken = None;
    // Of `min/max: 1/2` each number has a name.
    let mut parts = "".split('/');
    for (number, figure) in figures.iter().enumerate() {
        let next = figures.get(number + 1).map_or(line.len(), |next| next.start);
        let (before, after) = (&line[end..figure.start], &line[figure.end..next]);
        pattern += &between(before, number == 0, row);
        let is_told = before.ends_with(['=', ':']) || !after.starts_with(' ');
        let behind = after.split_ascii_whitespace().next().filter(|_| are_behind && !is_told);
        let behind = behind.filter(|word| word_of(word).is_some());
        let is_own = |word: &&str| word.as_bytes() != row && Some(*word) != taken;
        let word = behind.or_else(|| last_word(before).filter(is_own));
        if let Some(word) = word.filter(|_| after == "/") {
            parts = word.split('/');
        }
        let part = if after == "/" || before == "/" { parts.next() } else { None };
        let word = part.or(word).and_then(word_of).unwrap_or_default();
        let is_first = number == 0 && figures.len() > 1 && last_word(before).or(behind).is_none();
        let value = number::prefix(line[figure.clone()].as_bytes());
        let is_epoch = |(value, length): (f64, usize)| is_epoch(value) && length == figure.len();
        if is_first && value.is_some_and(is_epoch) {
            pattern += &group("time", line, figure);
        } else {
            pattern += &group(&names.name(word), line, figure);
        }
        let is_last = number + 1 == figures.len();
        match (behind, after.chars().next()) {
            (Some(word), _) if is_last => {
                pattern += &literal(&after[..after.find(word)? + word.len()]);
            }
            (None, Some(mark)) if is_last && !mark.is_whitespace() => escape(mark, &mut pattern),
            _ => {}
        }
        (end, taken) = (figure.end, behind);
    }
    takes(&pattern, line, &figures).then_some(Pattern { regex: pattern, first })
}

/// A pattern that takes the number of this name behind each of these words, which name its rows.
pub(in crate::input) fn alternatives(
    line: &[u8],
    rows: [&[u8]; 2],
    name: &[u8],
) -> Option<Pattern> {
    let line = str::from_utf8(line).ok()?.trim_ascii();
    let name = str::from_utf8(name).ok()?;
    let mut rows = rows.map(|row| literal(&String::from_utf8_lossy(row)));
    // Of `Acc` and `Acc X` the longer one is looked for first.
    rows.sort_by_key(|row| std::cmp::Reverse(row.len()));
    let before = format!("(?<name>{}).*{}[=: \"]*", rows.join("|"), literal(name));
    let start = Regex::new(&before).ok()?.find(line.as_bytes())?.end();
    let mut figures = figures(line.as_bytes()).into_iter();
    let figure = figures.find(|figure| figure.start == start)?;
    let pattern = before + &group(&Names::default().name(name), line, &figure);
    takes(&pattern, line, &[figure]).then_some(Pattern { regex: pattern, first: None })
}

/// Whether the pattern takes these numbers from the line.
fn takes(pattern: &str, line: &str, figures: &[Range<usize>]) -> bool {
    let Ok(regex) = Regex::new(pattern) else { return false };
    let mut grammar = Grammar::new(&Naming::default(), Some(regex), false);
    let is_read = grammar.line(line.as_bytes(), 1) == Verdict::Read;
    let is_same = |(item, figure): (&Item, &Range<usize>)| match item.cell {
        Cell::Number(measure) => measure.value == value(line[figure.clone()].as_bytes()),
        Cell::Empty | Cell::Text(_) => false,
    };
    let items = grammar.reading.items();
    is_read && items.len() == figures.len() && items.iter().zip(figures).all(is_same)
}

/// What stands between two numbers, or before the first: its last word and what follows that.
fn between(text: &str, is_first: bool, row: &[u8]) -> String {
    let words = || text.split_ascii_whitespace();
    let names_row = |word: &str| word.as_bytes() == row;
    // `Sort-8   12` and `Copy-8   34` are two things.
    let is_thing = || words().count() == 1 && literal(text.trim_ascii()) == r"\S+";
    if is_first && (words().any(names_row) || is_thing()) {
        let word = |word: &str| match names_row(word) || is_thing() {
            true => r"(?<name>\S+)".to_owned(),
            false => literal(word),
        };
        let words: Vec<String> = words().map(word).collect();
        return format!("^ *{}{}", words.join(" +"), blanks_behind(text));
    }
    let Some(word) = last_word(text) else {
        return if is_first { "^ *".to_owned() } else { String::new() } + &literal(text);
    };
    let start = text.rfind(word).unwrap_or(0);
    let skipped = &text[..start];
    let skipped = match skipped.contains(char::is_alphanumeric) {
        _ if is_first => String::new(),
        true => ".*?".to_owned(),
        false => literal(skipped),
    };
    skipped + &literal(&text[start..])
}

fn blanks_behind(text: &str) -> String {
    literal(&text[text.trim_ascii_end().len()..])
}

/// The last word with a letter in it.
fn last_word(text: &str) -> Option<&str> {
    text.split_ascii_whitespace().rfind(|word| word.chars().any(char::is_alphabetic))
}

/// The word as a name: its letters, digits and underscores, which a name of a group may have.
fn word_of(word: &str) -> Option<&str> {
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let word = word.rsplit(|c| !is_name(c)).next()?;
    word.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(word)
}

/// The text in a pattern between the quotes of a shell. Words with digits, and bars that grow, are others on the next line.
fn literal(text: &str) -> String {
    if !text.is_ascii() && !text.contains(char::is_alphanumeric) {
        return format!(".*?{}", blanks_behind(text));
    }
    let mut pattern = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_blank = first.is_whitespace();
        let end = rest.find(|c: char| c.is_whitespace() != is_blank).unwrap_or(rest.len());
        let word = &rest[..end];
        rest = &rest[end..];
        let is_bar = word.len() > SHORTEST_BAR && !word.contains(char::is_alphanumeric);
        let has_digit = word.contains(|c: char| c.is_ascii_digit());
        if is_blank {
            pattern += if word.contains('\t') { r"\s+" } else { " +" };
        } else if is_bar || has_digit || word.len() > LONGEST_WORD {
            // A number may follow the mark at its end.
            let mark = word.chars().next_back().filter(|c| rest.is_empty() && !c.is_alphanumeric());
            pattern += if mark.is_some() { r"\S*" } else { r"\S+" };
            mark.into_iter().for_each(|mark| escape(mark, &mut pattern));
        } else {
            word.chars().for_each(|c| escape(c, &mut pattern));
        }
    }
    pattern
}

/// Adds a character to a pattern between the quotes of a shell.
fn escape(c: char, pattern: &mut String) {
    // A pattern that begins with a sign would be taken for an option.
    if r"\.+*?()|[]{}^$".contains(c) || (c == '-' && pattern.is_empty()) {
        pattern.push('\\');
    }
    pattern.push(if c == '\'' { '.' } else { c });
}

/// A group for the number at this place of the line.
fn group(name: &str, line: &str, figure: &Range<usize>) -> String {
    let mark = line[figure.end..].chars().next().filter(|c| !c.is_whitespace());
    let word = match mark {
        Some(mark) => {
            let mut class = "[^".to_owned();
            class.push_str(if r"\]^-".contains(mark) { "\\" } else { "" });
            class.push(if mark == '\'' { '"' } else { mark });
            class + "\\s]+"
        }
        None => "\\S+".to_owned(),
    };
    match line[figure.clone()].contains(' ') {
        true => format!("(?<{name}>\\S+ {word})"),
        false => format!("(?<{name}>{word})"),
    }
}

/// The names of the groups, which are called differently.
#[derive(Debug)]
struct Names {
    names: Vec<String>,
}

impl Default for Names {
    /// A time and a name mean something else.
    fn default() -> Self {
        Self { names: vec!["time".to_owned(), "name".to_owned()] }
    }
}

impl Names {
    /// The word as a name, or a letter.
    fn name(&mut self, word: &str) -> String {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let name: String = word.chars().filter(|c| is_name(*c)).collect();
        let letter = ('a'..='z').nth(self.names.len() - 2).unwrap_or('z');
        let name = match name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            true => name,
            false => letter.to_string(),
        };
        let mut numbered = name.clone();
        let mut number = 1;
        while self.names.contains(&numbered) {
            number += 1;
            numbered = format!("{name}{number}");
        }
        self.names.push(numbered.clone());
        numbered
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::input::grammar::clean;

    #[test]
    fn each_number_is_taken_with_its_unit_and_called_by_its_word() {
        for (line, expected) in [
            ("GPU 12/24 GB", r"GPU +(?<GPU>[^/\s]+)/(?<b>\S+ \S+)"),
            ("rtt min/max = 0.03/0.04 ms", r"min/max += +(?<min>[^/\s]+)/(?<max>\S+ \S+)"),
            ("took 12.5ms", r"took +(?<took>\S+)"),
            (
                "x: 1 dBm, y: 2, len 12",
                r"x: +(?<x>\S+ [^,\s]+), +y: +(?<y>[^,\s]+), +len +(?<len>\S+)",
            ),
            ("52,428,800  50%   49.90MB/s    0:00:01", r"^ *(?<a>\S+) +(?<b>\S+) +(?<c>\S+)"),
            ("12 (+0) 5", r"^ *(?<a>\S+) +\((?<b>[^)\s]+)\) +(?<c>\S+)"),
            (
                "3 passed, 1 failed in 0.5s",
                r"^ *(?<passed>\S+) +passed, +(?<failed>\S+).*?in +(?<in>\S+)",
            ),
            ("64 b von ::1: seq=1 Zeit=5", r"^ *(?<b>\S+).*?seq=(?<seq>\S+) +Zeit=(?<Zeit>\S+)"),
            ("a b5(84)", r"\S*\((?<b5>[^)\s]+)\)"),
            ("1,234 faults  # 5 K/s", r"^ *(?<faults>\S+) +faults +# +(?<b>\S+ \S+)"),
            ("at 17:00:01 load 5", r"load +(?<load>\S+)"),
            ("1763886079,x,5", r"^ *(?<time>[^,\s]+),x,(?<x>\S+)"),
            (" 10%|█   | 1/10 [", r"^ *(?<a>[^|\s]+).*? +(?<b>[^/\s]+)/(?<c>\S+)"),
            ("Sort-8  12  5 ns/op", r"^ *(?<name>\S+) +(?<a>\S+) +(?<b>\S+)"),
            ("1  10.0.0.1 (10.0.0.1)  0.5 ms", r"^ *(?<a>\S+) +\S+ +\S+ +(?<b>\S+ \S+)"),
            ("-rw x 5", r"x +(?<x>\S+)"),
            ("-rw 5", r"\-rw +(?<rw>\S+)"),
            ("1763886079 sectors, 5 ms", r"^ *(?<sectors>\S+) +sectors, +(?<b>\S+ \S+)"),
            ("2097152+0 records", r"^ *(?<a>[^+\s]+)\+"),
            ("time 5", r"time +(?<time2>\S+)"),
        ] {
            let expected = Some(Pattern { regex: expected.to_owned(), first: None });
            assert_eq!(pattern(line.as_bytes(), b""), expected, "{line}");
        }
    }

    #[test]
    fn a_row_keeps_its_name() {
        let found = pattern(b"web 0.07% 23.45MiB / 7.666GiB", b"web");
        let expected = r"^ *(?<name>\S+) +(?<a>\S+) +(?<b>\S+) +/ +(?<c>\S+)";
        assert_eq!(found.unwrap().regex, expected);
    }

    #[test]
    fn a_name_of_two_things_is_taken_behind_each() {
        let found = alternatives(b"jobs=3 took=95ms", [b"requests", b"jobs"], b"took");
        let expected = "(?<name>requests|jobs).*took[=: \"]*(?<took>\\S+)";
        assert_eq!(found.unwrap().regex, expected);
    }

    #[test]
    fn of_many_numbers_the_first_are_taken() {
        let found = pattern(b"1 2 3 4 5 6 7 8 9", b"").unwrap();
        assert_eq!(found.first, Some(8));
        assert!(found.draws("its").ends_with("draws its first 8 numbers"), "{found:?}");
    }

    #[test]
    fn what_cannot_be_taken_has_no_pattern() {
        for line in ["no number", "", "\u{1f600}"] {
            assert_eq!(pattern(line.as_bytes(), b""), None, "{line}");
        }
    }
    proptest! {
        #[test]
        fn a_shell_takes_a_pattern_for_one_word_and_it_is_a_regular_expression(
            words in prop::collection::vec("[a-z]{1,4}[:=,]?|[0-9]{1,3}(\\.[0-9])?(ms|%|/[0-9])?|[(\\['\"|#-]{1,2}|\\PC{1,3}", 1..12),
        ) {
            let line = words.join(" ");
            let line = clean(line.as_bytes());
            if let Some(found) = pattern(&line, b"") {
                prop_assert!(!found.regex.contains('\''), "{found:?}");
                prop_assert!(Regex::new(&found.regex).unwrap().is_match(&line), "{found:?}");
            }
        }
    }
}
