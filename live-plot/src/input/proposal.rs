//! Options that read a line which no form reads, or reads in part: made from the line, and tried on it, so that they can be
//! copied to the command line and lead to the picture in one step. What is wrong with the line is left to the messages.

mod expression;
mod pattern;
mod thing;

use super::figures::{figures, value};
use super::grammar::cells::delimiter::Delimiter;
use super::grammar::cells::{has_number, measure};
use super::grammar::reading::{Cell, Item};
use super::grammar::refusal::MATCH;
use super::grammar::table::Tables;
use super::grammar::{Grammar, Verdict};
use crate::config::Naming;
use pattern::{Pattern, pattern, pattern_of};

/// Each column has a letter: more of them are no table that is read at a glance.
const LETTERS: std::ops::RangeInclusive<char> = 'a'..='z';

/// How many lines that were refused are kept, and how many proposals that were made.
const MOST_KEPT: usize = 16;

/// The proposals so far.
#[derive(Debug, Default)]
pub(super) struct Proposals {
    made: Vec<String>,
    /// The first lines that are no rows of named columns: headers perhaps.
    above: Vec<Vec<u8>>,
    /// Those for which a pattern was made.
    matched: Vec<String>,
    /// The patterns that tell them apart, with what they draw.
    naming: Vec<(Pattern, String)>,
}

impl Proposals {
    /// The options for a line, and what they draw: `--names` where the user may name its cells, else `--match`.
    pub(super) fn options(
        &mut self,
        line: &[u8],
        may_name: bool,
        given: &[String],
    ) -> Option<String> {
        let names = if may_name { names(line, given, &self.above) } else { None };
        if names.is_none() && self.above.len() < MOST_KEPT {
            self.above.push(line.to_vec());
        }
        names
            .map(|names| format!("{names} draws its cells"))
            .or_else(|| without_bars(line))
            .or_else(|| {
                let draws = self.matching(str::from_utf8(line).ok()?)?;
                Some(match is_xml(line) {
                    true => format!("it is XML: let its program print JSON or CSV, or {draws}"),
                    false => draws,
                })
            })
    }

    /// `--match` for a line, and for those like it about another thing.
    fn matching(&mut self, line: &str) -> Option<String> {
        if let Some((_, draws)) = self.naming.iter().find(|(pattern, _)| pattern.takes(line)) {
            return Some(draws.clone());
        }
        let own = pattern(line.as_bytes());
        let found = match self.apart(line) {
            Some((apart, draws)) if Some(&apart) != own.as_ref() => {
                self.naming.push((apart, draws.clone()));
                Some(draws)
            }
            _ => own.map(|own| own.draws()),
        };
        if found.is_some() && self.matched.len() < MOST_KEPT {
            self.matched.push(line.to_owned());
        }
        found
    }

    /// A pattern that draws the line and one before it as two things, and what it draws.
    fn apart(&self, line: &str) -> Option<(Pattern, String)> {
        let before: Vec<&str> = self.matched.iter().map(String::as_str).collect();
        let (place, other) = thing::of(line, &before)?;
        let pattern = pattern_of(line, &place, &[other])?;
        let draws = format!("{} draws its numbers, each thing by its name", pattern.option());
        Some((pattern, draws))
    }

    /// Whether the options were proposed before.
    pub(super) fn is_made(&mut self, options: &str) -> bool {
        let is_made = self.made.iter().any(|made| made == options);
        if !is_made && self.made.len() < MOST_KEPT {
            self.made.push(options.to_owned());
        }
        is_made
    }
}

/// `--match` with the word as a name that the line has among its words, and other lines not among theirs: some of `names`,
/// between commas.
pub(super) fn by_words(line: &[u8], words: &[u8], names: &[u8]) -> Option<String> {
    let [line, words, names] = [line, words, names].map(str::from_utf8);
    let (line, words, names) = (line.ok()?.trim_ascii(), words.ok()?, names.ok()?);
    let other = names.split(", ").find(|name| *name != words)?;
    let place = thing::word(line, words, other)?;
    Some(pattern_of(line, &place, &[])?.option())
}

/// The way out for a line that is read in part: `--match` for all of its numbers, in rows that are called by what stands on
/// it as `thing`.
pub(super) fn way_out(line: &[u8], thing: &[u8]) -> String {
    let found = || {
        let (text, thing) = (str::from_utf8(line).ok()?.trim_ascii(), str::from_utf8(thing).ok()?);
        match text.find(thing).filter(|_| !thing.is_empty()) {
            Some(start) => pattern_of(text, &(start..start + thing.len()), &[]),
            None => pattern(line),
        }
    };
    found().map_or(MATCH.to_owned(), |found| found.draws())
}

/// Whether the line begins with a tag and has another one, or an attribute.
fn is_xml(line: &[u8]) -> bool {
    let has = |mark: &[u8]| memchr::memmem::find(line, mark).is_some();
    line.starts_with(b"<") && line.ends_with(b">") && (has(b"</") || has(b"=\""))
}

/// The way out for a row whose cells stand between bars, as psql and mysql print them.
fn without_bars(line: &[u8]) -> Option<String> {
    // `2|0 1|0` of mongostat is two pairs.
    let is_apart = [b" |", b"| "].iter().any(|bar| memchr::memmem::find(line, *bar).is_some());
    if !is_apart && line.iter().any(u8::is_ascii_whitespace) {
        return None;
    }
    let cells = line.split(|byte| *byte == b'|').map(<[u8]>::trim_ascii);
    let cells: Vec<&[u8]> = cells.filter(|cell| !cell.is_empty()).collect();
    let is_number = |word: &[u8]| word == b"NULL" || measure::whole(word).is_some();
    let are_numbers = |cell: &&&[u8]| {
        cell.split(u8::is_ascii_whitespace).all(|word| word.is_empty() || is_number(word))
    };
    let numbers = cells.iter().filter(are_numbers).count();
    if numbers < 2 || 2 * numbers < cells.len() {
        return None;
    }
    // dstat has several numbers between two bars.
    let is_single = cells.iter().all(|cell| !are_numbers(&cell) || is_number(cell));
    let (mark, between) = if is_single { (b'\t', r"\t") } else { (b' ', " ") };
    let parted: Vec<u8> =
        line.iter().map(|byte| if *byte == b'|' { mark } else { *byte }).collect();
    names(&parted, &[], &[])?;
    Some(format!("bars part no cells: put sed -u 's/|/{between}/g' before live-plot"))
}

/// The way out for a line with more or fewer cells than its table, where one mark parts them.
pub(super) fn cut(line: &[u8], tables: &Tables) -> Option<String> {
    let (delimiter, count, width) = tables.widths(line)?;
    let mark = match delimiter.byte()? {
        b'\t' => "",
        b';' => " -d ';'",
        _ => " -d ,",
    };
    let can_cut = count != width && !line.contains(&b'"');
    can_cut.then(|| format!("put stdbuf -oL cut{mark} -f -{} before live-plot", count.min(width)))
}

/// The options that decide whether a line is one number in groups or several.
pub(super) fn groups(line: &[u8]) -> String {
    let numbers = line.rsplit(|byte| *byte == b':').next().unwrap_or(line);
    let count = Delimiter::of(numbers).cells(numbers).filter(|cell| has_number(cell)).count();
    let names: Vec<String> = LETTERS.take(count).map(String::from).collect();
    format!("--names a if it is one, --names {} if it is several", names.join(","))
}

/// Names for each cell of a line between delimiters, behind those that the user gave: `--names a,b,c`. `None` if the cells
/// would not be drawn with them, or a line above would be taken for a row.
fn names(line: &[u8], given: &[String], above: &[Vec<u8>]) -> Option<String> {
    let line = line.trim_ascii();
    let count = Delimiter::of(line).cells(line).count();
    let letters = LETTERS.map(String::from).skip(given.len());
    let names: Vec<String> = given.iter().cloned().chain(letters).take(count).collect();
    let naming = Naming { names: names.clone(), ..Naming::default() };
    let mut grammar = Grammar::new(&naming, None, false);
    let is_row = |grammar: &mut Grammar, line: &[u8]| grammar.line(line, 1) == Verdict::Read;
    let is_table = count > 1
        && names.len() == count
        && !above.iter().any(|line| has_number(line) && is_row(&mut grammar, line))
        && is_row(&mut grammar, line);
    let items = grammar.reading.items();
    let number = |item: &Item| match item.cell {
        Cell::Number(measure) => Some(measure.value),
        Cell::Empty | Cell::Text(_) => None,
    };
    let figures = figures(line).into_iter().map(|figure| value(&line[figure]));
    if !is_table || !items.iter().filter_map(number).eq(figures) {
        return None;
    }
    Some(format!("--names {}", common::words::quoted(&names.join(","))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_many_as_cells_and_all_numbers_are_read() {
        for (line, expected) in [
            ("/dev/sda1  12  34  5%  x", Some("--names a,b,c,d,e")),
            ("7 0 loop0 0 0", Some("--names a,b,c,d,e")),
            ("web 0.07% 23.45MiB / 7.666GiB", Some("--names a,b,c,d,e")),
            ("1.|-- 192.168.1.1 0.0% 10 0.5", Some("--names a,b,c,d,e")),
            ("$GPGGA,123519,4807.038,N,*47", Some("--names a,b,c,d,e")),
            ("52,428,800  50%   49.90MB/s    0:00:01", None),
            ("12 (+0) 5", None),
            ("1 2 0|  15k   24k|", None),
            ("hello", None),
        ] {
            assert_eq!(names(line.as_bytes(), &[], &[]).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn bars_are_taken_away() {
        for (line, between) in [
            (" postgres |    2 | 15023 ", Some(r"\t")),
            ("| 1 | checkout | 12.50 |", Some(r"\t")),
            ("1|21.5|40", Some(r"\t")),
            (" 1  98   0|  15k   24k| 0 0 ", Some(" ")),
            ("10:00:00 | INFO | took 5 ms", None),
            ("1.|-- 192.168.1.1 0.0% 10", None),
            ("hits:1|c", None),
            ("*0 *0 3 2|0 1|0 5", None),
            ("GET /  | 100 0(0.00%) | 12 5 ", None),
        ] {
            let way_out = between.map(|between| {
                format!("bars part no cells: put sed -u 's/|/{between}/g' before live-plot")
            });
            assert_eq!(without_bars(line.as_bytes()), way_out, "{line}");
        }
    }

    #[test]
    fn groups_are_named_as_often_as_they_are_there() {
        for (line, names) in [("1,234", "a,b"), ("x: 1 000 000", "a,b,c")] {
            let expected = format!("--names a if it is one, --names {names} if it is several");
            assert_eq!(groups(line.as_bytes()), expected);
        }
    }

    #[test]
    fn the_names_that_the_user_gave_come_first_and_a_header_is_no_row() {
        let given = ["major".to_owned(), "minor".to_owned()];
        let found = names(b"7 0 loop0 0 x", &given, &[]);
        assert_eq!(found.as_deref(), Some("--names major,minor,c,d,e"));
        let above = [b"Time,Type,50%".to_vec()];
        assert_eq!(names(b"5,,x", &[], &above), None);
    }
}
