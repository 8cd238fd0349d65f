//! Names that are new on each line, because a number that varies is a part of them: `home/gps 52.5`. Names that count
//! things, `cpu0` or `Core 3`, are as they should be. So it is reported at the second name that differs from another only in
//! a clock time or a number with a point or a sign, and at the hundredth that differs in other numbers by themselves.

use std::collections::{HashMap, HashSet};

use crate::input::grammar::cells::moment::Moment;
use crate::input::grammar::cells::number;
use crate::input::grammar::cells::unit::Unit;

/// How many such names are too many: with a point or a sign, and without.
const TOO_MANY: usize = 2;
const TOO_MANY_COUNTED: usize = 100;

/// For so many kinds of names it is known which there were, so many of each.
const MOST_KINDS: usize = 32;
const MOST_NAMES: usize = 256;

/// Longer names are not looked at.
const LONGEST: usize = 256;

/// The names with numbers in them.
#[derive(Debug, Default)]
pub(in crate::input) struct Changing {
    /// By what they are without their numbers, and whether one of these counts nothing.
    kinds: HashMap<(Vec<u8>, bool), Kind>,
    is_reported: bool,
}

/// Names that differ only in their numbers.
#[derive(Debug, Default)]
struct Kind {
    /// The first of them.
    name: Vec<u8>,
    /// The numbers of each.
    numbers: HashSet<Vec<u8>>,
    /// On how many lines new ones have come, and the last of these.
    lines: usize,
    last_line: Option<u64>,
}

impl Changing {
    /// Takes a name, or that of a row, on a line with a new series; returns two that differ only in a number. Names on one
    /// line are of things beside each other.
    pub(in crate::input) fn name(&mut self, name: &[u8], line: u64) -> Option<[Vec<u8>; 2]> {
        if self.is_reported || name.len() > LONGEST || !name.iter().any(u8::is_ascii_digit) {
            return None;
        }
        let (texts, [counted, others]) = parts(name)?;
        let varies = !others.is_empty();
        let numbers = if varies { others } else { counted };
        let key = (texts, varies);
        let is_full = self.kinds.len() == MOST_KINDS && !self.kinds.contains_key(&key);
        if numbers.is_empty() || is_full {
            return None;
        }
        let kind = self.kinds.entry(key).or_default();
        if kind.numbers.len() == MOST_NAMES
            || !kind.numbers.insert(numbers)
            || kind.last_line.replace(line) == Some(line)
        {
            return None;
        }
        if kind.lines == 0 {
            kind.name = name.to_vec();
        }
        kind.lines += 1;
        self.is_reported = kind.lines >= if varies { TOO_MANY } else { TOO_MANY_COUNTED };
        self.is_reported.then(|| [kind.name.clone(), name.to_vec()])
    }
}

/// The texts of a name, with a mark for each number between them, the numbers that may count things, and the others: they
/// have a point, a sign or a clock time.
fn parts(name: &[u8]) -> Option<(Vec<u8>, [Vec<u8>; 2])> {
    let (mut texts, mut numbers) = (Vec::new(), [Vec::new(), Vec::new()]);
    let mut at = 0;
    while at < name.len() {
        // Labels of Prometheus, and what else is quoted, are values of their own.
        if matches!(name[at], b'"' | b'{') {
            return None;
        }
        let before = name[..at].last();
        let is_apart =
            before.is_none_or(|byte| byte.is_ascii_whitespace() || b"[(,;:=|@#>".contains(byte));
        match number_at(&name[at..]).filter(|_| is_apart) {
            Some((length, is_other)) => {
                let numbers = &mut numbers[usize::from(is_other)];
                numbers.extend_from_slice(&name[at..at + length]);
                numbers.push(b' ');
                at += length;
                texts.push(0);
            }
            None => {
                texts.push(name[at]);
                at += 1;
            }
        }
    }
    Some((texts, numbers))
}

/// How long the number is that the text begins with, its unit included, and whether it counts nothing.
fn number_at(text: &[u8]) -> Option<(usize, bool)> {
    if let Some((_, length)) = Moment::prefix(text) {
        return Some((length, true));
    }
    let (_, length) = number::prefix(text)?;
    let unit = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'%' || !byte.is_ascii();
    let letters = text[length..].iter().take_while(|byte| unit(byte)).count();
    let (number, rest) = (&text[..length], &text[length + letters..]);
    let is_unit = letters == 0 || Unit::named(&text[length..length + letters]).is_some();
    let goes_on = rest.first().is_some_and(|byte| byte.is_ascii_digit() || b"._-/:".contains(byte));
    // A rail is called by its voltage.
    let is_rail = rest.is_empty() && matches!(&text[length..length + letters], b"V");
    let has_mark = !is_rail && number.iter().any(|byte| b".+-".contains(byte));
    (is_unit && !goes_on).then_some((length + letters, has_mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line on which it is found. Names parted by a comma stand on one line.
    fn found(lines: &[&str]) -> Option<usize> {
        let mut changing = Changing::default();
        lines.iter().enumerate().find_map(|(line, names)| {
            let take = |name: &str| changing.name(name.as_bytes(), line as u64);
            names.split(',').find_map(take).map(|_| line + 1)
        })
    }

    #[test]
    fn a_name_with_another_point_sign_or_clock_time_in_it_is_found() {
        for lines in [
            ["gps 52.5", "gps 52.6"],
            ["temp@21.5 hum", "temp@21.6 hum"],
            ["r(1)][50.0%][r", "r(1)][60.0%][r"],
            ["+12us[+34us]", "-5us[+7us]"],
            ["at 17:00:01 load", "at 17:00:02 load"],
        ] {
            assert_eq!(found(&lines), Some(2), "{lines:?}");
        }
    }

    #[test]
    fn names_that_count_or_measure_things_are_right() {
        for lines in [
            &["Core 0", "Core 1", "Core 2"][..],
            &["cpu0,cpu1", "sda1", "eth0.100", "eth0.200"],
            &["10.0.0.1", "10.0.0.2", "python3.11", "python3.12"],
            &["+3.3V", "+5V", "+12V", "-12V", "rail 1.8V", "rail 3.3V"],
            &["1.00th", "5.00th", "p99.9", "p99.99"],
            &["x{le=\"0.1\"}", "x{le=\"0.5\"}"],
            &["q 0.5,q 0.9", "q 0.5,q 0.9"],
        ] {
            assert_eq!(found(lines), None, "{lines:?}");
        }
    }

    #[test]
    fn so_many_counted_names_are_found() {
        let names: Vec<String> = (0..200).map(|number| format!("item {number} took")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(found(&names), Some(TOO_MANY_COUNTED));
        let attached: Vec<String> = (0..200).map(|number| format!("cpu{number}")).collect();
        assert_eq!(found(&attached.iter().map(String::as_str).collect::<Vec<_>>()), None);
    }
}
