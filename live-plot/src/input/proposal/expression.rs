//! How text, groups and their names are written in a regular expression that stands between the quotes of a shell.

use std::ops::Range;

/// A longer word is not put into a pattern.
const LONGEST_WORD: usize = 24;

/// Marks of this length may be the bar of a progress.
const SHORTEST_BAR: usize = 3;

/// The text in a pattern between the quotes of a shell. Words with digits, and bars that grow, are others on the next line.
pub(super) fn literal(text: &str) -> String {
    if text.contains(is_bar) && !text.contains(char::is_alphanumeric) {
        return format!(".*?{}", blanks_behind(text));
    }
    let mut pattern = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_blank = first.is_whitespace();
        let end = rest.find(|c: char| c.is_whitespace() != is_blank).unwrap_or(rest.len());
        let word = &rest[..end];
        rest = &rest[end..];
        let is_rule = word.len() > SHORTEST_BAR && !word.contains(char::is_alphanumeric);
        if is_blank {
            pattern += if word.contains('\t') { r"\s+" } else { " +" };
        } else if is_rule || has_digit(word) || word.len() > LONGEST_WORD {
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
pub(super) fn escape(c: char, pattern: &mut String) {
    // A pattern that begins with a sign would be taken for an option.
    if r"\.+*?()|[]{}^$".contains(c) || (c == '-' && pattern.is_empty()) {
        pattern.push('\\');
    }
    pattern.push(if c == '\'' { '.' } else { c });
}

/// The beginning of a class of all characters but this one.
pub(super) fn all_but(mark: char) -> String {
    match mark {
        // A quote would end the pattern for a shell.
        '\'' => r"[^\x27".to_owned(),
        '\\' | '[' | ']' | '^' | '-' => format!("[^\\{mark}"),
        mark => format!("[^{mark}"),
    }
}

/// A group for the number at this place of the line.
pub(super) fn group(name: &str, line: &str, figure: &Range<usize>) -> String {
    // A point may end a sentence.
    let mark = line[figure.end..].chars().next().filter(|c| !c.is_whitespace() && *c != '.');
    let word = mark.map_or("\\S+".to_owned(), |mark| all_but(mark) + "\\s]+");
    match line[figure.clone()].contains(' ') {
        true => format!("(?<{name}>\\S+ {word})"),
        false => format!("(?<{name}>{word})"),
    }
}

/// The names of the groups, which are called differently.
#[derive(Debug)]
pub(super) struct Names {
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
    pub(super) fn name(&mut self, word: Option<&str>) -> String {
        let letter = ('a'..='z').nth(self.names.len() - 2).unwrap_or('z');
        let name = word.map_or(letter.to_string(), str::to_owned);
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

/// Whether the bar of a progress is made of it, or its turning wheel: block elements and braille patterns of Unicode.
fn is_bar(c: char) -> bool {
    matches!(c, '\u{2580}'..='\u{259f}' | '\u{2800}'..='\u{28ff}')
}

pub(super) fn has_digit(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
}

fn blanks_behind(text: &str) -> String {
    literal(&text[text.trim_ascii_end().len()..])
}
