//! The word that tells lines of one kind apart, whose numbers would else all be those of one thing: `kitchen` and `freezer`
//! in a log of both. It is found by holding a line against others. What is made of it is left to `pattern`.

use std::ops::Range;

use crate::input::figures::{figures, stamp};
use crate::input::grammar::vocabulary::is_level;

/// More words are no name.
const MOST_WORDS: usize = 4;

/// A word of a line, and where it stands.
#[derive(Debug)]
struct Word<'a> {
    text: &'a str,
    start: usize,
    /// It is a number or a time, or holds one.
    is_number: bool,
}

/// The words in which two lines differ, and where they are.
#[derive(Debug, PartialEq, Eq)]
struct Difference<'a> {
    place: Range<usize>,
    text: &'a str,
    other: &'a str,
}

/// Where the words stand on the line that name its thing, and one of the lines before it that is of another thing. Words are
/// names; but what has a digit in it may be new on each line, and is a name only if it comes back.
pub(super) fn of<'a>(line: &'a str, before: &[&'a str]) -> Option<(Range<usize>, &'a str)> {
    let has_digit = |word: &str| word.contains(|c: char| c.is_ascii_digit());
    // Where the words before the first number differ, those behind it do not matter.
    let head =
        |line: &'a str| &line[..figures(line.as_bytes()).first().map_or(0, |figure| figure.start)];
    let between = |line: &'a str, other| {
        difference(head(line), head(other)).or_else(|| difference(line, other))
    };
    before.iter().enumerate().find_map(|(number, other)| {
        let found = between(line, other)?;
        let is_back = |earlier: &&'a str| {
            between(earlier, other).is_some_and(|before| before.text == found.text)
        };
        let may_be_new = has_digit(found.text) || has_digit(found.other);
        (!may_be_new || before[..number].iter().any(is_back)).then_some((found.place, *other))
    })
}

/// Where on the line the word stands that is another one in the words of another line, if these are its own words.
pub(super) fn word(line: &str, words: &str, others: &str) -> Option<Range<usize>> {
    let found = difference(words, others)?;
    let is_free = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    let (start, text) = line.match_indices(found.text).find(|(at, text)| {
        is_free(line[..*at].chars().next_back()) && is_free(line[at + text.len()..].chars().next())
    })?;
    Some(start..start + text.len())
}

/// What stands between the words that both lines begin with and those that both end with.
fn difference<'a>(line: &'a str, other: &'a str) -> Option<Difference<'a>> {
    let (words, others) = (words(line), words(other));
    let shorter = words.len().min(others.len());
    let before = words.iter().zip(&others).take_while(|(one, other)| one.is_like(other)).count();
    let ends = words.iter().rev().zip(others.iter().rev());
    let after = ends.take(shorter - before).take_while(|(one, other)| one.is_like(other)).count();
    // A state, as the `*` and `+` of chronyc, is no name.
    let is_mark = |word: &&Word<'_>| !word.text.contains(char::is_alphanumeric);
    let own = |words: &[Word<'a>], line: &'a str| {
        let words = &words[before..words.len() - after];
        let words = &words[words.iter().take_while(is_mark).count()..];
        let (first, last) = (words.first()?, words.last()?);
        let is_name = words.len() <= MOST_WORDS && !words.iter().any(|word| word.is_number);
        is_name.then_some((first.start, &line[first.start..last.start + last.text.len()]))
    };
    let ((start, text), (_, other)) = (own(&words, line)?, own(&others, other)?);
    // Of `topic=a,` and `topic=b,` the letters are the names.
    let is_part = |c: char| c.is_alphanumeric() || "_-.:".contains(c);
    let same = text.char_indices().zip(other.chars()).take_while(|((_, one), other)| one == other);
    let marks =
        same.take_while(|((_, c), _)| !c.is_ascii_digit()).filter(|((_, c), _)| !is_part(*c));
    let cut = marks.last().map_or(0, |((at, c), _)| at + c.len_utf8());
    let (text, other) = (&text[cut..], &other[cut..]);
    let trimmed = |text: &'a str| text.trim_matches(|c: char| !c.is_alphanumeric());
    let start = start + cut + text.find(char::is_alphanumeric)?;
    let (text, other) = (trimmed(text), trimmed(other));
    (text != other && !other.is_empty()).then_some(Difference {
        place: start..start + text.len(),
        text,
        other,
    })
}

/// The words of the line.
fn words(line: &str) -> Vec<Word<'_>> {
    let figures = figures(line.as_bytes());
    let time = stamp(line.as_bytes());
    let word = |text: &str| text.as_ptr().addr() - line.as_ptr().addr();
    let words = line.split_ascii_whitespace().map(|text| (word(text), text));
    let is_within = |figure: &Range<usize>, start, end| figure.start < end && start < figure.end;
    let word = |(start, text): (usize, _)| {
        let end = start + str::len(text);
        let is_number = start < time || figures.iter().any(|figure| is_within(figure, start, end));
        Word { text, start, is_number }
    };
    words.map(word).collect()
}

impl Word<'_> {
    /// Whether two words say nothing of what the lines are about.
    fn is_like(&self, other: &Self) -> bool {
        let is_level =
            |word: &Self| is_level(word.text.trim_matches(|c: char| !c.is_alphabetic()).as_bytes());
        let is_time = |word: &Self| {
            let text = word.text.trim_matches(|c: char| !c.is_alphanumeric());
            stamp(text.as_bytes()) > 0
        };
        self.text == other.text
            || (self.is_number && other.is_number)
            || (is_level(self) && is_level(other))
            || (is_time(self) && is_time(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_differ_are_names_and_those_with_digits_if_they_come_back() {
        for (lines, expected) in [
            (&["room kitchen took 5 ms", "room hall took 6 ms"][..], Some("hall")),
            (&["'Living Temp': 21.5", "'Hum': 40"], Some("Hum")),
            (&["'Hum': 40", "'Living Temp': 21.5"], Some("Living Temp")),
            (&["dev A4:C1:38 t: 5", "dev B7:33:38 t: 6"], None),
            (&["dev A4:C1:38 t: 5", "dev B7:33:38 t: 6", "dev A4:C1:38 t: 7"], Some("A4:C1:38")),
            (&["topic=\"a/b\" 5", "topic=\"a/c\" 5"], Some("c")),
            (&["^* ntp.org 5", "^- time.org 6"], Some("time.org")),
            (&["[1]: 230", "[2]: 231", "[1]: 232"], Some("1")),
            (&["2026-11-20 1234 a.txt", "2026-11-21 567 b.gz"], Some("b.gz")),
            (&["10:00:00 [INFO] x 5", "10:00:01 [WARN] x 6"], None),
            (&["took 5 ms", "took 6 ms"], None),
            (&["a 5", "b"], None),
            (&["read 5", "wrote 6 in all"], Some("wrote")),
        ] {
            let (line, before) = lines.split_last().unwrap();
            let found = of(line, before).map(|(place, _)| &line[place]);
            assert_eq!(found, expected, "{lines:?}");
        }
    }

    #[test]
    fn the_word_is_found_on_the_line() {
        let line = "10:00:00 [worker-1] INFO app - queue=5";
        let found = word(line, "worker-1 app", "worker-2 app");
        assert_eq!(found.map(|place| &line[place]), Some("worker-1"));
        assert_eq!(word(line, "worker-1", "worker-1"), None);
    }
}
