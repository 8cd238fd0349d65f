//! What a comma between two digits may be: a decimal point, as most of Europe writes it, the mark between groups of three
//! digits, or what parts two numbers. Where it is not certain, the line is left to be reported.

use super::groups::Groups;
use super::measure::{self, Measure};

/// Whether a comma stands between two digits.
pub(in crate::input) fn is_within(text: &[u8]) -> bool {
    memchr::memchr_iter(b',', text).any(|at| {
        at > 0 && text[at - 1].is_ascii_digit() && text.get(at + 1).is_some_and(u8::is_ascii_digit)
    })
}

/// Whether a number of the line has a comma that parts no groups: `0,128`, `21,5`.
pub(in crate::input) fn may_be_decimal(line: &[u8]) -> bool {
    single(line).any(|(before, after)| !is_group(before, after))
}

/// Whether points part the groups before a decimal comma on the line: `1.234,56`.
pub(in crate::input) fn is_behind_points(line: &[u8]) -> bool {
    single(line).any(|(before, _)| before.contains(&b'.'))
}

/// Whether a number of the line has a decimal point, so that its commas are none: `MPos:1.500,2.500,0.500|FS:500,8000`.
pub(in crate::input) fn has_decimal_point(line: &[u8]) -> bool {
    runs(line).any(|run| {
        let commas = run.iter().filter(|byte| **byte == b',').count();
        let is_pointed = |part: &[u8]| {
            let points = part.iter().filter(|byte| **byte == b'.').count();
            points == 1
                && part.first().is_some_and(u8::is_ascii_digit)
                && part.last().is_some_and(u8::is_ascii_digit)
        };
        commas != 1 && run.split(|byte| *byte == b',').any(is_pointed)
    })
}

/// The number that is all of a quoted cell, in groups of two digits as India writes it: `1,23,456.50`.
pub(in crate::input) fn grouped_by_two(cell: &[u8]) -> Option<Measure> {
    let digits = cell.strip_prefix(b"-").unwrap_or(cell);
    let whole = digits.split(|byte| *byte == b'.').next()?;
    let groups: Vec<&[u8]> = whole.split(|byte| *byte == b',').collect();
    let [[b'1'..=b'9'] | [b'1'..=b'9', _], others @ .., [_, _, _]] = &groups[..] else {
        return None;
    };
    let are_of_two = !others.is_empty() && others.iter().all(|group| group.len() == 2);
    let joined: Vec<u8> = cell.iter().copied().filter(|byte| *byte != b',').collect();
    are_of_two.then(|| measure::whole(&joined))?
}

/// Whether the line as a whole looks more like one number with a decimal comma than like two: `0,5`, `1.234,5`.
pub(in crate::input) fn may_be_fraction(line: &[u8]) -> bool {
    let digits = line.strip_prefix(b"-").unwrap_or(line);
    single(digits).any(|(before, after)| {
        before.len() + 1 + after.len() == digits.len() && (before == b"0" || before.contains(&b'.'))
    }) && decimal(digits).is_some()
}

/// Whether the only comma of a line would part a name from half of a number: `x 12,5`.
pub(in crate::input) fn halves(line: &[u8]) -> bool {
    let at = memchr::memchr(b',', line).unwrap_or(line.len());
    let (before, after) = line.split_at(at);
    let is_mark = |byte: &u8| byte.is_ascii_whitespace() || *byte == b';';
    let Some(mark) = before.iter().rposition(is_mark) else { return false };
    // Between other delimiters a comma parts no cells.
    let parts_cells = matches!(before[mark], b'\t' | b';');
    is_within(&line[mark..])
        && memchr::memchr_iter(b',', after).count() == 1
        && before[mark + 1].is_ascii_digit()
        && (parts_cells || !after.contains(&b'.'))
}

/// Whether a number of the line is as good with a decimal point as in groups: `1,234`.
pub(in crate::input) fn is_open(line: &[u8]) -> bool {
    single(line).any(|(before, after)| is_group(before, after))
}

fn is_group(before: &[u8], after: &[u8]) -> bool {
    (1..=3).contains(&before.len()) && before[0] != b'0' && after.len() == 3
}

/// What may be numbers on the line, with their commas and points.
fn runs(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    // Within a clock time, `17:00:00,123`, or after a date a comma is none of a number.
    let is_mark = |byte: &u8| !byte.is_ascii_digit() && !b",.:/-".contains(byte);
    line.split(is_mark).map(|run| {
        let start = run.iter().position(|byte| !b":/-".contains(byte)).unwrap_or(run.len());
        &run[start..]
    })
}

/// The digits before and after the comma of each number that has just one.
fn single(line: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    runs(line).filter_map(|run| {
        let at = memchr::memchr(b',', run)?;
        let (before, after) = (&run[..at], &run[at + 1..]);
        let is_fraction = !after.is_empty() && after.iter().all(u8::is_ascii_digit);
        let is_whole = before.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
        (is_whole && is_fraction && before.last().is_some_and(u8::is_ascii_digit))
            .then_some((before, after))
    })
}

/// The cell as a number with a decimal comma, its groups parted by points or blanks: `1.234,56`.
pub(in crate::input) fn decimal(cell: &[u8]) -> Option<Measure> {
    let at =
        memchr::memchr(b',', cell).filter(|at| is_within(&cell[..(at + 2).min(cell.len())]))?;
    let Groups { mut joined, .. } =
        groups(&cell[..at], &[".", " "]).filter(|groups| groups.end == at)?;
    joined.push(b'.');
    joined.extend_from_slice(&cell[at + 1..]);
    measure::whole(&joined)
}

/// The number that is all of the cell, if points part its groups: `1.000`, where a comma is the decimal point.
pub(in crate::input) fn grouped_by_points(cell: &[u8]) -> Option<Measure> {
    let Groups { mut joined, end, .. } = groups(cell, &["."]).filter(|groups| groups.count > 1)?;
    let rest = &cell[end..];
    joined.extend_from_slice(rest);
    (!rest.iter().any(u8::is_ascii_digit)).then(|| measure::whole(&joined))?
}

/// The first digits of the cell, in groups that these marks part.
fn groups(cell: &[u8], marks: &[&str]) -> Option<Groups> {
    Groups::of(cell, cell.iter().position(u8::is_ascii_digit)?, marks)
}

/// Whether the points of all numbers between semicolons that have one may part groups of three digits: `1.500;2.500`.
pub(in crate::input) fn may_be_thousands(line: &[u8]) -> bool {
    let mut has_points = false;
    let may_be = |cell: &[u8]| {
        let cell = cell.trim_ascii();
        let is_pointed = cell.contains(&b'.') && cell.iter().any(u8::is_ascii_digit);
        has_points |= is_pointed;
        !is_pointed || grouped_by_points(cell).is_some()
    };
    line.split(|byte| *byte == b';').all(may_be) && has_points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_comma_is_a_decimal_point_or_open() {
        for (line, is_decimal, open) in [
            ("time=0,128 ms", true, false),
            ("12,5%", true, false),
            ("1.234,56", true, false),
            ("time=1,234 ms", false, true),
            ("1,234,567", false, false),
            ("1,234.5", false, false),
            ("a,b, 5,x", false, false),
            ("17:00:00,123 x", false, false),
            ("24-03-01,5", false, false),
            ("temp:-12,5", true, false),
            ("1 0,5 1,234", true, true),
        ] {
            assert_eq!(may_be_decimal(line.as_bytes()), is_decimal, "{line}");
            assert_eq!(is_open(line.as_bytes()), open, "{line}");
        }
    }

    #[test]
    fn a_zero_or_groups_before_the_comma_raise_a_doubt() {
        for (line, expected) in [
            ("0,5", true),
            ("-0,25", true),
            ("1.234,5", true),
            ("1.5,2", false),
            ("1,2", false),
            ("0,5,6", false),
        ] {
            assert_eq!(may_be_fraction(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn three_digits_behind_each_point_may_be_groups() {
        for (line, expected) in [
            ("1.500;2.500", true),
            ("x;12.345", true),
            ("1.500;0.250", false),
            ("1.500;2.5", false),
            ("1;2", false),
        ] {
            assert_eq!(may_be_thousands(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn a_comma_may_part_a_name_from_half_of_a_number() {
        for (line, expected) in [
            ("x 12,5", true),
            ("real\t0m0,114s", true),
            ("a;1,234.5", true),
            ("Boston,5", false),
            ("Core 0,45.5", false),
            ("Core 0,45,3", false),
            ("New York,5", false),
        ] {
            assert_eq!(halves(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn a_decimal_point_elsewhere_shows_that_commas_are_none() {
        for (line, expected) in [
            ("MPos:1.500,2.500,0.500|FS:500,8000", true),
            ("x=0.5 y=1,5", true),
            ("1.234,56", false),
            ("10.0.0.1: time=0,5 ms", false),
            ("took 5,5 ms.", false),
        ] {
            assert_eq!(has_decimal_point(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn groups_of_two_digits_end_in_one_of_three() {
        for (cell, expected) in [
            ("1,23,456.50", Some(123_456.5)),
            ("-12,34,567", Some(-1_234_567.0)),
            ("1,23", None),
            ("1,234", None),
            ("1,2,345", None),
            ("0,12,345", None),
            ("1,23,45", None),
        ] {
            let found = grouped_by_two(cell.as_bytes()).map(|measure| measure.value);
            assert_eq!(found, expected, "{cell}");
        }
    }

    #[test]
    fn points_part_groups_where_a_comma_is_the_decimal_point() {
        let value = |measure: Option<Measure>| measure.map(|measure| measure.value);
        for (text, expected) in [
            ("0,5", Some(0.5)),
            ("-1.234,56", Some(-1234.56)),
            ("1.234.567,8", Some(1_234_567.8)),
            ("19,0 %", Some(19.0)),
            ("1 234,56 €", Some(1234.56)),
            ("1.23,5", None),
            ("1,2,3", None),
            ("12,", None),
        ] {
            assert_eq!(value(decimal(text.as_bytes())), expected, "{text}");
        }
        for (text, expected) in
            [("1.000", Some(1000.0)), ("1.000 kg", Some(1000.0)), ("1.5", None), ("5", None)]
        {
            assert_eq!(value(grouped_by_points(text.as_bytes())), expected, "{text}");
        }
    }
}
