//! The words of a header: what may be a name, what is a unit below names, and the names, each once.

use crate::input::grammar::cells::delimiter::Delimiter;
use crate::input::grammar::cells::foreign::Foreign;
use crate::input::grammar::cells::measure;
use crate::input::grammar::cells::unit::Unit;
use crate::input::grammar::cells::{self, Kind};

/// A word without the brackets around it.
pub(in crate::input) fn unbracketed(word: &[u8]) -> &[u8] {
    match word {
        [b'(', inner @ .., b')'] | [b'[', inner @ .., b']'] => inner,
        _ => word,
    }
}

/// Whether most of the names are units, in brackets perhaps, or one comes twice.
pub(in crate::input) fn are_units(names: &[&[u8]]) -> bool {
    let is_unit = |name: &&&[u8]| {
        let unit = unbracketed(name);
        let unit = unit.strip_prefix(b"deg ").unwrap_or(unit);
        unit.is_empty() || Unit::named(unit).is_some() || is_form_of_time(unit)
    };
    let is_again = |(at, name): (usize, &&[u8])| !name.is_empty() && names[..at].contains(name);
    2 * names.iter().filter(is_unit).count() > names.len() || names.iter().enumerate().any(is_again)
}

/// Whether the word says how times are written: `HH:MM:SS`, `yyyy-mm-dd`.
fn is_form_of_time(word: &[u8]) -> bool {
    let is_mark = |byte: &u8| b":-/. ".contains(byte);
    word.iter().any(is_mark)
        && word.iter().all(|byte| is_mark(byte) || b"hHmMsSyYdD".contains(byte))
}

/// Whether a word is drawn and not read, as in `=== test session starts ===`, `loss / acc`, `✓ adds numbers`: nobody calls a column so. `-`
/// stands where there is no value: `- - img.png` of git's numstat.
pub(in crate::input) fn is_drawn(word: &[u8]) -> bool {
    let is_mark = |c: char| c.is_ascii_punctuation() || ('\u{2500}'..'\u{27c0}').contains(&c);
    !word.is_empty()
        && !matches!(unbracketed(word), b"%" | b"#" | b"$")
        && word
            .utf8_chunks()
            .all(|chunk| chunk.valid().chars().all(is_mark) && chunk.invalid().is_empty())
}

/// Whether a word stands for a value and is no name: `AS unlimited` of prlimit, `PID 0xA053` of VE.Direct,
/// `zk_version 3.8.0-5a`, `<not supported>`.
pub(in crate::input) fn is_value(word: &[u8]) -> bool {
    let is_version = || {
        word.first().is_some_and(u8::is_ascii_digit)
            && word.iter().filter(|byte| **byte == b'.').count() > 1
    };
    matches!(word, b"unlimited" | b"<not supported>") || Foreign::of(word).is_some() || is_version()
}

/// Whether the averages of the load head columns, `time,1m,5m,15m`: they are no numbers then.
pub(in crate::input) fn is_of_loads(line: &[u8]) -> bool {
    if memchr::memmem::find(line, b"15m").is_none() {
        return false;
    }
    let delimiter = Delimiter::of(line);
    let cells: Vec<&[u8]> = delimiter.cells(line).collect();
    let is_all = |three: &[&[u8]]| {
        three == [&b"1m"[..], b"5m", b"15m"] || three == [&b"1min"[..], b"5min", b"15min"]
    };
    cells.windows(3).any(is_all)
}

/// Whether words and years, each one more than the last, head a table: `Country,2019,2020`. Behind an empty cell they may
/// count from 0, as pandas numbers columns.
pub(in crate::input) fn is_of_years(line: &[u8]) -> bool {
    let delimiter = Delimiter::of(line);
    if delimiter.is_blanks() {
        return false;
    }
    let number = |cell: &[u8]| str::from_utf8(cell).ok()?.parse::<u32>().ok();
    let cells: Vec<&[u8]> = delimiter.cells(line).collect();
    let words = cells.iter().take_while(|cell| number(cell).is_none()).count();
    let numbers: Vec<u32> = cells[words..].iter().map_while(|cell| number(cell)).collect();
    let begins_right = match numbers.first() {
        Some(1900..2100) => words > 0,
        Some(0) => words == 1 && cells[0].is_empty(),
        _ => false,
    };
    begins_right
        && numbers.len() > 1
        && words + numbers.len() == cells.len()
        && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1)
}

/// Whether the last word ends a sentence or a title: `Initializing...`, `DHT22 test!`, `Response time histogram:`. A single
/// word with a colon may be a name, and several with a point are cut short.
pub(in crate::input) fn end_a_sentence(names: &[&[u8]]) -> bool {
    let Some((last, others)) = names.split_last() else { return false };
    let ends = |name: &[u8], end: &[u8]| name.ends_with(end);
    let alone = |end: &[u8]| ends(last, end) && !others.iter().any(|name| ends(name, end));
    ends(last, b"...")
        || ends(last, "…".as_bytes())
        || ends(last, b"!")
        || (others.len() > 1 && alone(b"."))
        || (!others.is_empty() && alone(b":"))
}

/// Whether a bracket in the word is left open, or closed without being opened: `[ ID]`, `<not supported>` are two words,
/// and no names of columns.
pub(in crate::input) fn is_torn(word: &[u8]) -> bool {
    let count = |wanted: u8| word.iter().filter(|byte| **byte == wanted).count();
    [(b'(', b')'), (b'[', b']'), (b'<', b'>')]
        .into_iter()
        .any(|(open, close)| count(open) != count(close))
}

/// Whether a word is a figure in parentheses, as in `subtracts (3ms)`.
pub(in crate::input) fn is_figure(word: &[u8]) -> bool {
    let inner = word.strip_prefix(b"(").and_then(|rest| rest.strip_suffix(b")"));
    inner.is_some_and(|inner| measure::whole(inner).is_some())
}

/// The names, each once: the same again is `name.2`. One that is empty or a time is left to the column's number.
pub(in crate::input) fn distinct(cells: &[&[u8]], delimiter: Delimiter) -> Vec<Vec<u8>> {
    let mut names: Vec<Vec<u8>> = Vec::with_capacity(cells.len());
    for cell in cells {
        let mut name = plain(cell);
        if cells::kind(cell, delimiter) == Kind::Time {
            name.clear();
        }
        let mut times = 1;
        while !name.is_empty() && names.contains(&name) {
            times += 1;
            name = [&plain(cell)[..], format!(".{times}").as_bytes()].concat();
        }
        names.push(name);
    }
    names
}

/// A name with one quote for each two that CSV writes.
fn plain(cell: &[u8]) -> Vec<u8> {
    let mut name = Vec::with_capacity(cell.len());
    let mut rest = cell;
    while let Some(at) = memchr::memmem::find(rest, b"\"\"") {
        name.extend_from_slice(&rest[..=at]);
        rest = &rest[at + 2..];
    }
    name.extend_from_slice(rest);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_and_counts_head_a_table_if_each_is_one_more() {
        for line in
            ["Country,2019,2020", "name;code;1999;2000;2001", ",0,1,2", "\"a\",\"2019\",\"2020\""]
        {
            assert!(is_of_years(line.as_bytes()), "{line}");
        }
        for line in [
            "2019,2020",
            "a,2019",
            "cpu0,1900,2000",
            "a,0,1,2",
            "a 2019 2020",
            "a,2019,2020,5",
            "a,2019,2020,x",
        ] {
            assert!(!is_of_years(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn averages_of_the_load_head_a_table() {
        for line in ["time,1m,5m,15m", "KB/t tps us  1m   5m   15m", "1min\t5min\t15min"] {
            assert!(is_of_loads(line.as_bytes()), "{line}");
        }
        for line in ["web,1m,5m,16m", "5m,15m", "up 15m", "1m5m15m"] {
            assert!(!is_of_loads(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn what_is_drawn_is_no_name() {
        for word in ["===", "-", "/", "──", "...", "<<", "✓", "✗"] {
            assert!(is_drawn(word.as_bytes()), "{word}");
        }
        for word in ["", "%", "#", "$", "[%]", "°", "/s", "a-", "日"] {
            assert!(!is_drawn(word.as_bytes()), "{word}");
        }
    }
}
