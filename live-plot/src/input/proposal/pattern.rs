//! A regular expression for `--match` that takes all numbers of a line, each called by the word before it. It is found
//! again on lines with the same words. A group takes all that stands up to the next blank or mark, and not digits alone:
//! units, and whatever a later line may have there.

use std::ops::Range;

use regex::bytes::Regex;

use super::expression::{Names, all_but, escape, group, has_digit, literal};
use crate::config::Naming;
use crate::input::figures::{figures, stamp, value};
use crate::input::grammar::reading::{Cell, Item};
use crate::input::grammar::{Grammar, Verdict};

/// The most groups of a pattern that can be read.
const MOST_GROUPS: usize = 8;

/// A pattern, and how many numbers of its line it takes, if not all.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    regex: String,
    first: Option<usize>,
}

impl Pattern {
    /// The option, and what it draws.
    pub(super) fn draws(&self) -> String {
        let first = self.first.map_or(String::new(), |count| format!("first {count} "));
        format!("{} draws its {first}numbers", self.option())
    }

    /// The option.
    pub(super) fn option(&self) -> String {
        format!("--match '{}'", self.regex)
    }

    /// Whether the pattern takes the numbers of the line.
    pub(super) fn takes(&self, line: &str) -> bool {
        let Ok(regex) = Regex::new(&self.regex) else { return false };
        let name =
            regex.captures(line.as_bytes()).and_then(|found| Some(found.name("name")?.range()));
        let is_apart = |figure: &Range<usize>| {
            name.as_ref().is_none_or(|name| figure.end <= name.start || name.end <= figure.start)
        };
        let figures = figures(line.as_bytes()).into_iter().filter(is_apart);
        let most = self.first.unwrap_or(usize::MAX);
        let values = figures.take(most).map(|figure| value(line[figure].as_bytes()));
        let values: Vec<f64> = values.collect();
        !values.is_empty() && numbers(regex, line) == values
    }
}

/// The numbers that the expression takes from the line; what is none is NaN.
fn numbers(regex: Regex, line: &str) -> Vec<f64> {
    let mut grammar = Grammar::new(&Naming::default(), Some(regex), false);
    if grammar.line(line.as_bytes(), 1) != Verdict::Read {
        return Vec::new();
    }
    let number = |item: &Item| match item.cell {
        Cell::Number(measure) => measure.value,
        Cell::Empty | Cell::Text(_) => f64::NAN,
    };
    grammar.reading.items().iter().map(number).collect()
}

/// A pattern that takes the numbers of the line. What stands between two of them is left out but for its last word, unless
/// that word is there twice.
pub(super) fn pattern(line: &[u8]) -> Option<Pattern> {
    let line = str::from_utf8(line).ok()?.trim_ascii();
    tried(line, &figures(line.as_bytes()), None, &[])
}

/// A pattern that takes the numbers of the line, and what stands at `thing` as the name of their row. It takes those of the
/// other lines, too.
pub(super) fn pattern_of(line: &str, thing: &Range<usize>, others: &[&str]) -> Option<Pattern> {
    let is_apart = |figure: &Range<usize>| figure.end <= thing.start || thing.end <= figure.start;
    let figures: Vec<_> = figures(line.as_bytes()).into_iter().filter(is_apart).collect();
    let mark = line[thing.end..].chars().next();
    let mark = mark.filter(|c| !c.is_whitespace() && !line[thing.clone()].contains(*c));
    // All that stands before a mark; else one word, or several without digits.
    let words =
        [mark.map(|mark| all_but(mark) + "]+"), Some("\\S+".into()), Some("\\D*[^\\d\\s]".into())];
    words.into_iter().flatten().find_map(|words| {
        tried(line, &figures, Some(Thing { place: thing, words: &words }), others)
    })
}

/// A pattern that takes these numbers of the line, and those of the other lines.
fn tried(
    line: &str,
    figures: &[Range<usize>],
    thing: Option<Thing<'_>>,
    others: &[&str],
) -> Option<Pattern> {
    [false, true].into_iter().find_map(|is_whole| {
        let found = Draft { line, figures, thing, is_whole }.pattern()?;
        (found.takes(line) && others.iter().all(|other| found.takes(other))).then_some(found)
    })
}

/// What names the row, and the expression for it.
#[derive(Debug, Clone, Copy)]
struct Thing<'a> {
    place: &'a Range<usize>,
    words: &'a str,
}

/// What a pattern is made from.
#[derive(Debug)]
struct Draft<'a> {
    line: &'a str,
    figures: &'a [Range<usize>],
    thing: Option<Thing<'a>>,
    /// Nothing between two numbers is left out.
    is_whole: bool,
}

impl Draft<'_> {
    fn pattern(&self) -> Option<Pattern> {
        let Self { line, figures, .. } = self;
        let first = (figures.len() > MOST_GROUPS).then_some(MOST_GROUPS);
        let figures = &figures[..figures.len().min(MOST_GROUPS)];
        // `3 passed, 1 failed`: what begins with a number has its words behind them.
        let are_behind = last_word(&line[..figures.first()?.start]).is_none();
        let mut names = Names::default();
        let mut pattern = String::new();
        let mut end = 0;
        // The word behind the last number.
        let mut taken = None;
        // Of `min/max: 1/2` each number has a name.
        let mut parts = "".split('/');
        for (number, figure) in figures.iter().enumerate() {
            let is_last = number + 1 == figures.len();
            let next = figures.get(number + 1).map_or(line.len(), |next| next.start);
            let thing = self.thing.map_or(line.len(), |thing| thing.place.start);
            let is_named_behind = is_last && thing >= figure.end;
            let after = &line[figure.end..next.min(thing.max(figure.end))];
            pattern += &self.between(end..figure.start, number == 0);
            // The thing is no name of a number.
            let start = self
                .thing
                .map(|thing| thing.place.end)
                .filter(|at| (end..=figure.start).contains(at));
            let before = &line[start.unwrap_or(end)..figure.start];
            let is_told = before.ends_with(['=', ':']) || !after.starts_with(' ');
            let behind = after.split_ascii_whitespace().next().filter(|_| are_behind && !is_told);
            let behind = behind.filter(|word| word_of(word).is_some());
            let word = behind.or_else(|| last_word(before).filter(|word| Some(*word) != taken));
            if let Some(word) = word.filter(|_| after == "/") {
                parts = word.split('/');
            }
            let part = if after == "/" || before == "/" { parts.next() } else { None };
            let name = names.name(part.or(word).and_then(word_of));
            pattern += &group(&name, line, figure);
            match (behind, after.chars().next()) {
                _ if !is_last => {}
                _ if is_named_behind && let Some(name) = self.thing => {
                    // A time may follow.
                    let is_last = !has_digit(&line[name.place.end..]);
                    let words = if is_last { ".+" } else { name.words };
                    pattern += &format!("{}(?<name>{words})", literal(&line[figure.end..thing]));
                }
                (Some(word), _) => pattern += &literal(&after[..after.find(word)? + word.len()]),
                (None, Some(mark)) if !mark.is_whitespace() => escape(mark, &mut pattern),
                _ => {}
            }
            (end, taken) = (figure.end, behind);
        }
        Some(Pattern { regex: pattern, first })
    }

    /// What stands between two numbers, or before the first: its last word and what follows that, and the thing.
    fn between(&self, place: Range<usize>, is_first: bool) -> String {
        let text = &self.line[place.clone()];
        if let Some(thing) = self
            .thing
            .filter(|thing| place.start <= thing.place.start && thing.place.end <= place.end)
        {
            let before = self.between(place.start..thing.place.start, is_first);
            let after = literal(&self.line[thing.place.end..place.end]);
            return format!("{before}(?<name>{}){after}", thing.words);
        }
        // `Sort-8   12` and `Copy-8   34` are two things.
        let word = text.trim_matches(|c: char| !c.is_alphanumeric());
        let is_several = word.contains(|c: char| c.is_whitespace() || "&,;|".contains(c));
        let is_time = stamp(word.as_bytes()) > 0;
        if is_first && self.thing.is_none() && has_digit(word) && !is_several && !is_time {
            let (before, after) = text.split_once(word).unwrap_or_default();
            return format!(
                "^ *{}(?<name>\\S+){}",
                literal(before.trim_ascii_start()),
                literal(after)
            );
        }
        // The time that a line begins with.
        let stamp = if is_first { stamp(text.as_bytes()) } else { 0 };
        let (time, rest) = text.split_at(stamp);
        let word = last_word(rest).filter(|_| !self.is_whole);
        let Some(word) = word else {
            let time = time.split_ascii_whitespace().map(|_| r"\S+").collect::<Vec<_>>().join(" +");
            return if is_first { "^ *".to_owned() + &time } else { String::new() }
                + &literal(rest);
        };
        let (skipped, kept) = rest.split_at(rest.rfind(word).unwrap_or(0));
        let skipped = match skipped.contains(char::is_alphanumeric) {
            _ if is_first => String::new(),
            true => ".*?".to_owned(),
            false => literal(skipped),
        };
        skipped + &literal(kept)
    }
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
            ("1763886079,x,5", r"^ *(?<a>[^,\s]+),x,(?<x>\S+)"),
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
            assert_eq!(pattern(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn a_thing_names_the_row_wherever_it_stands() {
        for (line, thing, other, expected) in [
            (
                "[INFO] dev kitchen: t 5",
                "kitchen",
                "dev hall: t 6",
                r"dev +(?<name>[^:]+): +t +(?<t>\S+)",
            ),
            ("'Hum': 40", "Hum", "'A B': 5", r"^ *.(?<name>[^\x27]+).: +(?<a>\S+)"),
            ("[1]: 230", "1", "[2]: 5", r"^ *\[(?<name>[^\]]+)\]: +(?<a>\S+)"),
            (
                "2026-11-20 1234 a.txt",
                "a.txt",
                "2026-11-20 1 b c",
                r"^ *\S+ +(?<a>\S+) +(?<name>.+)",
            ),
            (
                "Nov 26 10:00:00 web x[5]: a=5",
                "web",
                "Nov 26 10:00:00 db x[6]: a=6",
                r"^ *\S+ +\S+ +\S+ +(?<name>\S+) +\S+ +a=(?<a>\S+)",
            ),
        ] {
            let start = line.find(thing).unwrap();
            let found = pattern_of(line, &(start..start + thing.len()), &[other]);
            assert_eq!(found.map(|found| found.regex).as_deref(), Some(expected), "{line}");
        }
    }

    #[test]
    fn of_many_numbers_the_first_are_taken() {
        let found = pattern(b"1 2 3 4 5 6 7 8 9").unwrap();
        assert_eq!(found.first, Some(8));
        assert!(found.draws().ends_with("draws its first 8 numbers"), "{found:?}");
    }

    #[test]
    fn what_cannot_be_taken_has_no_pattern() {
        for line in ["no number", "", "\u{1f600}"] {
            assert_eq!(pattern(line.as_bytes()), None, "{line}");
        }
    }
    proptest! {
        #[test]
        fn a_shell_takes_a_pattern_for_one_word_and_it_is_a_regular_expression(
            words in prop::collection::vec("[a-z]{1,4}[:=,]?|[0-9]{1,3}(\\.[0-9])?(ms|%|/[0-9])?|[(\\['\"|#-]{1,2}|\\PC{1,3}", 1..12),
        ) {
            let line = words.join(" ");
            let line = clean(line.as_bytes());
            if let Some(found) = pattern(&line) {
                prop_assert!(!found.regex.contains('\''), "{found:?}");
                prop_assert!(Regex::new(&found.regex).unwrap().is_match(&line), "{found:?}");
            }
        }
    }
}
