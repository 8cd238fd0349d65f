//! Words that stand before the pairs of a line: which are names, and which are no part of a name: times, log levels, tags
//! in brackets, the counts of loops.

use std::ops::Range;

use super::cells::moment::Moment;
use super::cells::number;
use super::reading::{Cell, Item, Key, Reading};
use super::vocabulary::is_level;

/// A thing's name has few digits: `sensor12`. More are those of a request, an address, a line of source.
const MOST_DIGITS: usize = 2;

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

/// Whether the name is that of a latitude or longitude, whose sign a letter behind the degrees may turn.
pub(in crate::input) fn is_on_earth(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 6] = [b"lat", b"latitude", b"lon", b"long", b"lng", b"longitude"];
    let last = name.rsplit(u8::is_ascii_whitespace).next();
    last.is_some_and(|last| NAMES.iter().any(|known| known.eq_ignore_ascii_case(last)))
}

/// Where the words of a log line begin that belong to its message, and the tag before them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) start: usize,
    /// The last tag in brackets that is no time, level or number.
    pub(super) tag: Range<usize>,
    /// The name of the thing that the line is about: its tag, if nothing else stands before the message.
    pub(super) thing: Option<Range<usize>>,
    /// The first time before the message.
    time: Range<usize>,
}

impl Message {
    /// Looks for the message of a line: after a time, a level and what stands in brackets.
    pub(super) fn of(line: &[u8]) -> Self {
        let mut message = Self::default();
        let mut is_alone = true;
        let indent = line.len() - line.trim_ascii_start().len();
        let mut at = indent + idf_level(&line[indent..]);
        loop {
            at += line[at..].len() - line[at..].trim_ascii_start().len();
            let rest = &line[at..];
            let length = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
            let word = &rest[..length];
            let skipped = match Moment::prefix(rest) {
                Some((_, length)) => {
                    message.take_time(at..at + length);
                    length + usize::from(rest.get(length) == Some(&b','))
                }
                None if is_level(word) => length,
                // Of the logger of Python's `%(asctime)s - %(levelname)s - `.
                None if at > 0 && word == b"-" => 1,
                None if rest.first() == Some(&b'[') => bracketed(rest),
                None if at == 0 && logger(word) > 0 => logger(word),
                None if at == 0 && is_before_bar(word, &rest[length..]) => {
                    message.thing = is_thing(word).then_some(0..length);
                    message.tag = 0..length;
                    memchr::memchr(b'|', rest).unwrap_or(0) + 1
                }
                None => syslog_time(rest),
            };
            if skipped == 0 || skipped == rest.len() {
                message.start = at + source(rest);
                message.thing = message.thing.filter(|_| is_alone);
                return message;
            }
            is_alone = at == 0;
            if rest[0] == b'[' {
                message.take_tag(line, at, at + skipped);
            }
            at += skipped;
        }
    }

    fn take_time(&mut self, range: Range<usize>) {
        if self.time.is_empty() {
            self.time = range;
        }
    }

    /// Gives what was read in the message the name of its thing, or else keeps the words before it; and its time.
    pub(super) fn describe(&self, line: &[u8], words: &[u8], reading: &mut Reading) {
        match &self.thing {
            Some(thing) => reading.name_rows(&line[thing.clone()]),
            None => self.keep_before(line, words, reading),
        }
        self.keep_time(line, reading);
    }

    /// Gives the time before the message to `--time time`, as metrics do, unless the message has a name for it.
    pub(super) fn keep_time(&self, line: &[u8], reading: &mut Reading) {
        let is_time =
            |item: &Item| matches!(item.key, Key::Name(name) if reading.text(name) == b"time");
        if reading.keeps_time && !self.time.is_empty() && !reading.items().iter().any(is_time) {
            let (name, time) = (reading.keep(b"time"), reading.keep(&line[self.time.clone()]));
            reading.push_to_last(Key::Name(name), Cell::Text(time));
        }
    }

    /// Keeps the words before the names, which are no part of them: the tag, and those behind it.
    pub(super) fn keep_before(&self, line: &[u8], words: &[u8], reading: &mut Reading) {
        if reading.keeps_before {
            let tag = &line[self.tag.clone()];
            reading.keep_before(&without_counts(&[tag, b" ", words].concat()));
        }
    }

    fn take_tag(&mut self, line: &[u8], start: usize, end: usize) {
        let has_colon = line[end - 1] == b':';
        let inside = &line[start + 1..end - 1 - usize::from(has_colon)];
        let begin = start + 1 + inside.len() - inside.trim_ascii_start().len();
        let inside = inside.trim_ascii();
        let range = begin..begin + inside.len();
        let is_number = number::prefix(inside).is_some();
        if is_number && Moment::whole(inside).is_some() {
            self.take_time(range.clone());
        }
        // `[0]: ` of ethtool, a queue. Without the colon it is more often a count or a process.
        let is_place = inside.len() <= MOST_DIGITS && inside.iter().all(u8::is_ascii_digit);
        if is_thing(inside) || (is_place && is_number && has_colon) {
            self.thing = Some(range.clone());
        }
        if (!is_number || is_place) && !is_level(inside) {
            self.tag = range;
        }
    }
}

/// Whether a tag is the name of a thing that lines are about: it begins with a letter and is no level (`[I]`), no count of
/// a loop (`[epoch 3]`) and no number of a request (`[req-48213]`).
fn is_thing(tag: &[u8]) -> bool {
    let is_word = tag.len() > 1 && begins_name(tag) && !tag.contains(&b':');
    is_word && names_row(tag) && loop_word(tag) == 0
}

/// Whether a word before the names and values of a line is the name of the thing that they are of: `eth0`, `worker-1`, the
/// path that `grep -r` prints. `load>5` is a comparison, and `app[812]` a process.
pub(super) fn names_row(word: &[u8]) -> bool {
    let digits = word.iter().filter(|byte| byte.is_ascii_digit()).count();
    let has_mark = word.iter().any(|byte| b"<>[".contains(byte));
    let counts = digits > 0 && (loop_word(word) > 0 || has_mark);
    is_name(word) && !is_level(word) && !counts && digits <= MOST_DIGITS
}

/// How long the level and time are that ESP-IDF logs first, `I (1312) `: milliseconds since its start, or a clock time.
fn idf_level(text: &[u8]) -> usize {
    let is_level = text.first().is_some_and(|level| b"EWIDV".contains(level));
    let end = text.get(1..).filter(|rest| is_level && rest.starts_with(b" ("));
    let Some(end) = end.and_then(|rest| memchr::memmem::find(rest, b") ")) else { return 0 };
    let is_time = |byte: &u8| byte.is_ascii_digit() || b":.".contains(byte);
    let time = &text[3..=end];
    if !time.is_empty() && time.iter().all(is_time) { end + 3 } else { 0 }
}

/// How long what stands in brackets is, if there are no pairs in it.
fn bracketed(text: &[u8]) -> usize {
    match memchr::memchr2(b']', b'=', text) {
        Some(end) if text[end] == b']' => end + 1 + usize::from(text.get(end + 1) == Some(&b':')),
        _ => 0,
    }
}

/// Whether a service's name stands before a bar, as `docker compose logs` prints it: `web_1  | cpu=5`. `OK |` is a state,
/// and `rps=5 |` the first pair.
fn is_before_bar(word: &[u8], after: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    after.trim_ascii_start().starts_with(b"| ")
        && begins_name(word)
        && word.iter().all(is_part)
        && word.iter().any(u8::is_ascii_lowercase)
}

/// How long what stands before a message is if that ends in a place of the source: `0115 metrics.py:455] `.
fn source(text: &[u8]) -> usize {
    let Some(end) = memchr::memmem::find(text, b"] ") else { return 0 };
    let place = text[..end].rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
    let mut parts = place.rsplitn(2, |byte| *byte == b':');
    let is_line = parts.next().is_some_and(|line| line.iter().all(u8::is_ascii_digit));
    let is_file = parts.next().is_some_and(|file| !file.is_empty() && !file.contains(&b'['));
    if is_line && is_file { end + 2 } else { 0 }
}

/// How long the level and the logger are that a word begins with, as Python's logging writes them: `INFO:root:`.
fn logger(word: &[u8]) -> usize {
    let Some(level) = memchr::memchr(b':', word).filter(|end| is_level(&word[..*end])) else {
        return 0;
    };
    let name = &word[level + 1..];
    let end = memchr::memchr2(b':', b',', name).filter(|end| name[*end] == b':');
    end.filter(|_| begins_name(name)).map_or(0, |end| level + end + 2)
}

/// How long the word is that the text begins with, if it is what a loop is called.
pub(in crate::input) fn loop_word(text: &[u8]) -> usize {
    const LOOPS: [&str; 8] =
        ["epoch", "step", "iter", "iteration", "batch", "round", "trial", "episode"];
    let length = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let is_loop = LOOPS.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(&text[..length]));
    if is_loop { length } else { 0 }
}

/// How long the count of a loop is that a name begins with, if more follows: in `Epoch 3 loss` the name is `loss`.
pub(super) fn progress(name: &[u8]) -> usize {
    let word = loop_word(name);
    if word == 0 || !name.get(word).is_some_and(u8::is_ascii_whitespace) {
        return 0;
    }
    let digits = |byte: &u8| byte.is_ascii_digit() || *byte == b'/';
    let start = name.len() - name[word..].trim_ascii_start().len();
    let end = start + name[start..].iter().take_while(|byte| digits(byte)).count();
    let rest = name[end..].trim_ascii_start();
    let is_count = end > start && name.get(end).is_some_and(u8::is_ascii_whitespace);
    if is_count && begins_name(rest) { name.len() - rest.len() } else { 0 }
}

/// The words without times, the counts of loops, and marks: of `train - epoch 3 -` it is `train`.
fn without_counts(words: &[u8]) -> Vec<u8> {
    let is_mark = |byte: &u8| b"-:|,".contains(byte) || byte.is_ascii_whitespace();
    let bare = |word: &mut &[u8]| {
        let start = word.iter().position(|byte| !is_mark(byte)).unwrap_or(word.len());
        let end = word.iter().rposition(|byte| !is_mark(byte)).map_or(start, |last| last + 1);
        *word = &word[start..end];
    };
    let mut all = words.split(u8::is_ascii_whitespace).collect::<Vec<_>>();
    all.iter_mut().for_each(bare);
    let is_count = |word: &[u8]| word.iter().all(|byte| byte.is_ascii_digit() || *byte == b'/');
    let mut plain: Vec<&[u8]> = Vec::new();
    for word in all.into_iter().filter(|word| !word.is_empty() && Moment::whole(word).is_none()) {
        let is_loop = |word: &[u8]| loop_word(word) > 0 && is_count(&word[loop_word(word)..]);
        match plain.last() {
            Some(last) if is_count(word) && loop_word(last) == last.len() => drop(plain.pop()),
            _ if is_loop(word) && loop_word(word) < word.len() => {}
            _ => plain.push(word),
        }
    }
    plain.join(&b' ')
}

/// A label without the dots that lead to its value: `vus.......: 10`.
pub(super) fn without_leader(name: &[u8]) -> &[u8] {
    if !name.ends_with(b"..") {
        return name;
    }
    let end = name.iter().rposition(|byte| *byte != b'.').map_or(0, |last| last + 1);
    name[..end].trim_ascii_end()
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
    use super::super::shown::shown;
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
            ("INFO:root:queue=5", "queue=5"),
            ("WARNING:app.db: queue: 5", "queue: 5"),
            ("I (1312) temp: 5", "temp: 5"),
            ("W (17:00:01.250) x: 5", "x: 5"),
            ("I (of two) x: 5", "I (of two) x: 5"),
            ("I () x: 5", "I () x: 5"),
            ("INFO 01-15 12:00:00 metrics.py:455] Avg x: 1", "Avg x: 1"),
            ("x: [1] y", "x: [1] y"),
            ("INFO", "INFO"),
            ("[open x", "[open x"),
        ] {
            let found = &line[Message::of(line.as_bytes()).start..];
            assert_eq!(found, message, "{line}");
        }
    }

    #[test]
    fn counts_of_loops_are_no_words_before_a_name() {
        for (words, expected) in [
            ("train - epoch 1 - ", "train"),
            ("valid - Epoch 12/100: ", "valid"),
            ("step 3 eval ", "eval"),
            ("web1 app[812]: ", "web1 app[812]"),
            ("epoch3 eval", "eval"),
            ("worker-1 ", "worker-1"),
            ("Sensor 1", "Sensor 1"),
            ("0", "0"),
            ("step ", "step"),
            ("web-1 app 2026-11-26T19:00:00Z ", "web-1 app"),
        ] {
            let found = without_counts(words.as_bytes());
            assert_eq!(String::from_utf8_lossy(&found), expected, "{words}");
        }
    }

    #[test]
    fn the_time_before_a_message_is_called_time_unless_the_message_has_one() {
        let kept = |line: &str, name: &[u8]| {
            let mut reading = Reading::default();
            reading.keeps_time = true;
            let name = Key::Name(reading.keep(name));
            reading.push_to_last(name, Cell::GAP);
            Message::of(line.as_bytes()).keep_time(line.as_bytes(), &mut reading);
            shown(&reading)
        };
        assert_eq!(kept("17:00:01 INFO x=5", b"x"), "x=NaN time='17:00:01'");
        assert_eq!(kept("[17:00:01] [main] x=5", b"x"), "x=NaN time='17:00:01'");
        assert_eq!(kept("17:00:01 time=5", b"time"), "time=NaN");
        assert_eq!(kept("x=5", b"x"), "x=NaN");
    }

    #[test]
    fn a_tag_that_stands_alone_before_the_message_may_name_a_thing() {
        for (line, thing, tag) in [
            ("[sensor1] temp=21", Some("sensor1"), "sensor1"),
            ("[ living room ]: temp=21", Some("living room"), "living room"),
            ("[0]: rx: 5", Some("0"), "0"),
            ("[0] rx: 5", None, "0"),
            ("web_1  | cpu=5", Some("web_1"), "web_1"),
            ("OK | load1=5", None, ""),
            ("rps=120 | p99=12", None, ""),
            ("[12:00:01] [main] x=5", None, "main"),
            ("[main] INFO x=5", None, "main"),
            ("[a][b] x=5", None, "b"),
            ("[I] x=5", None, "I"),
            ("[info] x=5", None, ""),
            ("[epoch 3] loss=5", None, "epoch 3"),
            ("[req-48213] took=5", None, "req-48213"),
            ("[main.c:42] x=5", None, "main.c:42"),
            ("[ 12.345678] x=5", None, ""),
            ("x=5", None, ""),
        ] {
            let found = Message::of(line.as_bytes());
            assert_eq!(found.thing.map(|range| &line[range]), thing, "{line}");
            assert_eq!(&line[found.tag], tag, "{line}");
        }
    }
}
