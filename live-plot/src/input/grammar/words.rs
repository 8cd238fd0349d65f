//! Words that stand before the pairs of a line: which are names, and which are no part of a name: times, log levels,
//! what stands in brackets.

use super::moment::Moment;

/// The levels of syslog, of Python's and Java's logging and of others, and what git and compilers print.
const LEVELS: [&str; 22] = [
    "trace",
    "debug",
    "info",
    "information",
    "notice",
    "note",
    "hint",
    "warn",
    "warning",
    "error",
    "err",
    "crit",
    "critical",
    "alert",
    "emerg",
    "emergency",
    "fatal",
    "panic",
    "severe",
    "fine",
    "verbose",
    "dbg",
];

/// Whether the word is the level of a log line; a colon behind it does not count.
pub(super) fn is_level(word: &[u8]) -> bool {
    let word = word.strip_suffix(b":").unwrap_or(word);
    if !(3..=11).contains(&word.len()) {
        return false;
    }
    LEVELS.iter().any(|level| level.as_bytes().eq_ignore_ascii_case(word))
}

/// Whether an unquoted name may begin so: with a letter of any script, or an underscore.
pub(super) fn begins_name(text: &[u8]) -> bool {
    match text.first() {
        Some(first) if first.is_ascii() => first.is_ascii_alphabetic() || *first == b'_',
        Some(_) => text
            .utf8_chunks()
            .next()
            .is_some_and(|chunk| chunk.valid().chars().next().is_some_and(char::is_alphabetic)),
        None => false,
    }
}

/// Whether this may be a name by itself on a line of names and numbers; `%usr` and `/dev/sda1` are.
pub(super) fn is_name(word: &[u8]) -> bool {
    let word = word.strip_prefix(b"%").or_else(|| word.strip_prefix(b"/")).unwrap_or(word);
    begins_name(word)
}

/// Where the words of a log line begin that belong to its message: after a time, a level and what stands in brackets.
pub(super) fn message_start(line: &[u8]) -> usize {
    let mut at = 0;
    loop {
        at += line[at..].len() - line[at..].trim_ascii_start().len();
        let rest = &line[at..];
        let length = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
        let word = &rest[..length];
        let skipped = match Moment::prefix(rest) {
            Some((_, length)) => length + usize::from(rest.get(length) == Some(&b',')),
            None if is_level(word) => length,
            // Of the logger of Python's `%(asctime)s - %(levelname)s - `.
            None if at > 0 && word == b"-" => 1,
            None if rest.first() == Some(&b'[') => bracketed(rest),
            None => syslog_time(rest),
        };
        if skipped == 0 || skipped == rest.len() {
            return at;
        }
        at += skipped;
    }
}

/// How long what stands in brackets is, if there are no pairs in it.
fn bracketed(text: &[u8]) -> usize {
    match memchr::memchr2(b']', b'=', text) {
        Some(end) if text[end] == b']' => end + 1 + usize::from(text.get(end + 1) == Some(&b':')),
        _ => 0,
    }
}

/// How long the time of syslog is that the text begins with: `Nov 25 17:00:01`.
fn syslog_time(text: &[u8]) -> usize {
    const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let is_month = text.len() > 15
        && text[3] == b' '
        && text[6] == b' '
        && MONTHS.chunks(3).any(|month| text.starts_with(month));
    match is_month.then(|| Moment::prefix(&text[7..])).flatten() {
        Some((_, length)) => 7 + length,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_levels_and_brackets_before_a_message_are_no_part_of_it() {
        for (line, message) in [
            ("CPU usage: 5", "CPU usage: 5"),
            ("INFO CPU usage: 5", "CPU usage: 5"),
            ("[INFO] queue: 5", "queue: 5"),
            ("warning: queue=5", "queue=5"),
            ("2026-11-25 17:00:00,123 INFO queue=5", "queue=5"),
            ("17:00:01 - DEBUG - x: 5", "x: 5"),
            ("[17:00:01] [main]: x: 5", "x: 5"),
            ("Nov 25 17:00:01 host x: 5", "host x: 5"),
            ("  informal: 5", "informal: 5"),
            ("INFO", "INFO"),
            ("[open x", "[open x"),
        ] {
            let found = &line[message_start(line.as_bytes())..];
            assert_eq!(found, message, "{line}");
        }
    }
}
