//! A line without a number, which `--marks` draws: the time that it may begin with, and the rest. A date or clock time is
//! no number here.

use super::cells::delimiter::Delimiter;
use super::cells::moment::Moment;
use super::cells::number;
use super::cells::{Kind, has_number, kind};

/// Whether there is no number in the line but that of the time at its beginning.
pub(in crate::input) fn is_remark(line: &[u8]) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    let is_time_and_words = || {
        let rest = rest(line);
        time(line).is_some() && (rest.len() == line.len() || !has_number(rest))
    };
    line.iter().any(is_word) && (!has_number(line) || is_time_and_words())
}

/// Whether the line is a rule, drawn with marks: `---` between documents, `+-----+----+`, `└──┘`; also `*** 1. row ***`.
pub(in crate::input) fn is_rule(line: &[u8]) -> bool {
    let Ok(line) = str::from_utf8(line) else { return false };
    let stars = line.strip_prefix("***").and_then(|line| line.strip_suffix("***"));
    let row = stars.and_then(|line| line.trim_matches(['*', ' ']).strip_suffix(". row"));
    if row.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit())) {
        return true;
    }
    let is_drawn = |c: char| "-=_*~".contains(c) || ('\u{2500}'..='\u{257f}').contains(&c);
    let mut before = None;
    let mut longest = 0;
    let mut run = 0;
    let are_marks = line.chars().all(|c| {
        run = if before.replace(c) == Some(c) { run + 1 } else { 1 };
        longest = longest.max(if is_drawn(c) { run } else { 0 });
        is_drawn(c) || "+|:. ".contains(c)
    });
    are_marks && longest >= 3
}

/// The time that the line begins with, also in brackets.
pub(in crate::input) fn time(line: &[u8]) -> Option<&[u8]> {
    let inner = line.strip_prefix(b"[").unwrap_or(line);
    Moment::prefix(inner).map(|(_, length)| &inner[..length])
}

/// The line without the time that it begins with; all of it if it is nothing else.
pub(in crate::input) fn rest(line: &[u8]) -> &[u8] {
    let Some(time) = time(line) else { return line };
    let after = line[usize::from(line.starts_with(b"["))..].get(time.len()..).unwrap_or_default();
    let between = |byte: &u8| byte.is_ascii_whitespace() || b"],;".contains(byte);
    let begin = after.iter().position(|byte| !between(byte));
    begin.map_or(line, |begin| &after[begin..])
}

/// The number that the line begins with, also in brackets, and the words behind it, if no other number and no gap is among
/// them.
pub(in crate::input) fn numbered(line: &[u8]) -> Option<(f64, &[u8])> {
    let inner = line.strip_prefix(b"[").unwrap_or(line);
    let (number, length) = number::prefix(inner)?;
    let between = |byte: &u8| byte.is_ascii_whitespace() || b"],;".contains(byte);
    let after = inner.get(length..).filter(|after| after.first().is_some_and(between))?;
    let text = &after[after.iter().position(|byte| !between(byte))?..];
    let has_gap = || text.split(between).any(|word| kind(word, Delimiter::Comma) == Kind::Empty);
    (is_remark(text) && !has_number(text) && !has_gap()).then_some((number, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_a_number_is_one_with_its_time_apart() {
        for (line, expected) in [
            ("deploy", Some("deploy")),
            ("2026-11-25 17:00:01 deploy started", Some("deploy started")),
            ("[2026-11-25T17:00:01Z] deploy", Some("deploy")),
            ("17:00:01,250 deploy", Some("deploy")),
            ("17:00:01", Some("17:00:01")),
            ("worker 3 started", None),
            ("17:00:01 took 5 ms", None),
            ("-----", None),
            ("", None),
        ] {
            let found = is_remark(line.as_bytes()).then(|| rest(line.as_bytes()));
            assert_eq!(found.map(String::from_utf8_lossy).as_deref(), expected, "{line}");
        }
    }
    #[test]
    fn a_rule_is_drawn_with_marks() {
        for (line, expected) in [
            ("---", true),
            ("+------+-----+", true),
            ("|:-----|----:|", true),
            ("├──────┼─────┤", true),
            ("====== ======", true),
            ("- - -", false),
            ("--", false),
            ("???", false),
            ("--- x ---", false),
            ("***** 1. row *****", true),
            ("*** 1 row ***", false),
        ] {
            assert_eq!(is_rule(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn a_number_may_be_the_time_of_words_that_have_none() {
        for (line, expected) in [
            ("1763886080 deploy it", Some((1_763_886_080.0, "deploy it"))),
            ("[12.5] deploy", Some((12.5, "deploy"))),
            ("1763886080,deploy", Some((1_763_886_080.0, "deploy"))),
            ("1763886080 5", None),
            ("1763886080 deploy 5", None),
            ("1763886080 nan", None),
            ("1763886080 -", None),
            ("1763886080,,deploy", Some((1_763_886_080.0, "deploy"))),
            ("1763886080", None),
            ("12ms deploy", None),
            ("deploy", None),
        ] {
            let found = numbered(line.as_bytes());
            let found = found.map(|(number, text)| (number, str::from_utf8(text).unwrap()));
            assert_eq!(found, expected, "{line}");
        }
    }
}
