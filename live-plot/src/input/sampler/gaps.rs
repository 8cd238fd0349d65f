//! Warns of cells in which something stands and that are gaps all the same. Those of a row are in one warning. Which columns
//! have been reported is left to `input::gaps`, what is a number to the grammar.

use super::super::figures::figures;
use super::super::gaps::Gap;
use super::super::grammar::cells::comma;
use super::super::grammar::cells::foreign::is_hexadecimal;
use super::super::grammar::cells::groups::BlankGroups;
use super::super::grammar::cells::measure;
use super::super::grammar::cells::moment::Moment;
use super::super::grammar::cells::{begins_with_number, is_fortran};
use super::super::grammar::clean;
use super::super::grammar::reading::{Item, Key, Reading};
use super::super::grammar::refusal;
use super::super::grammar::words::loop_word;
use super::super::proposal;
use super::super::shown::shown;
use super::Sampler;
use super::row::name;

/// So many of a row are named.
const MOST_NAMED: usize = 4;

/// The beginning of the warning about the gaps of a row.
fn named(gaps: &[Gap]) -> String {
    let named = gaps.iter().take(MOST_NAMED);
    let named: Vec<_> =
        named.map(|gap| format!("{}: {}", shown(&gap.name), shown(&gap.text))).collect();
    let named = named.join(", ");
    match gaps.len() {
        1 => format!("{named} is no number, but a gap"),
        ..=MOST_NAMED => format!("{named} are no numbers, but gaps"),
        others => format!("{named} and {} more are no numbers, but gaps", others - MOST_NAMED),
    }
}

impl Sampler {
    /// Looks at a cell that is no number: whether its author may have meant one.
    pub(super) fn look_at_gap(
        &mut self,
        item: &Item,
        text: &[u8],
        is_series: bool,
        reading: &Reading,
    ) {
        if is_hexadecimal(text) && !is_series {
            return;
        }
        let has_comma = self.grammar.note_comma(text);
        let is_meant = way_out(text, false).is_some() || measure::has_unknown_unit(text);
        let is_sure = is_meant || has_error(text) || text.split(|byte| *byte == b'/').any(has_unit);
        let is_column = matches!(item.key, Key::Column(_));
        let may_be_number = match item.key {
            Key::Column(_) => is_sure || begins_with_number(text),
            // Of `epoch: 3/10` the count is not meant to be drawn.
            Key::Name(name) => {
                has_comma
                    || is_hexadecimal(text)
                    || measure::has_unknown_unit(text)
                    || (measure::is_with_more(text) && loop_word(reading.text(name)) == 0)
            }
        };
        let name = name(item, reading, &mut self.grammar.tables).name;
        let gap = Gap {
            name: name.to_vec(),
            text: text.to_vec(),
            line: self.counts.lines,
            is_mixed: is_series,
        };
        match is_series || !is_column || is_sure {
            _ if !may_be_number => {}
            true => self.gaps.add(gap),
            // A column of `1/1` or `23:45.67` may be one of texts.
            false => self.gaps.wait(gap),
        }
    }

    /// Reports the columns that have a gap for the first time; `line` and `row` are those that they stand in.
    pub(super) fn report_gaps(&mut self, line: &[u8], row: &[Item], reading: &Reading) {
        let new = self.gaps.take();
        let Some(first) = new.first() else { return };
        let is_column = matches!(row, [Item { key: Key::Column(_), .. }, ..]);
        let is_quoted = is_column && self.grammar.tables.has_commas();
        // A pattern for this row would not fit those with numbers, or takes none of the cell.
        let has_none = |gap: &Gap| gap.is_mixed || figures(&gap.text).is_empty();
        let way_out = match way_out(&first.text, is_quoted) {
            Some(way_out) => way_out.to_owned(),
            None if new.iter().any(has_none) => refusal::MATCH.to_owned(),
            None => {
                let row = row.first().map_or(&b""[..], |item| reading.text(item.row));
                proposal::way_out(&clean(line), row)
            }
        };
        let (text, line) = (named(&new), first.line);
        self.problems
            .warn(format!("{text}, as will be any other such cell; {way_out}. (line {line})"));
    }
}

/// The way out for a number that is written as none is read.
fn way_out(text: &[u8], is_quoted: bool) -> Option<&'static str> {
    // The commas of `1,23,456.50` part groups.
    let point = memchr::memrchr(b'.', text);
    let is_comma = comma::is_within(text)
        && memchr::memrchr(b',', text) > point
        && Moment::whole(text).is_none();
    match is_comma {
        true if is_quoted => Some(refusal::COMMA_IN_QUOTES),
        true if comma::is_behind_points(text) => Some(refusal::COMMA_BEHIND_POINTS),
        true => Some(refusal::COMMA),
        false if is_fortran(text) => Some(refusal::FORTRAN),
        false if is_hexadecimal(text) => Some(refusal::HEXADECIMAL),
        false if BlankGroups::of(text).is_some() => Some(refusal::BLANKS),
        false if is_bound(text) => Some(refusal::BOUND),
        false => None,
    }
}

/// Whether the cell is a number behind the sign of a bound: `<5`.
fn is_bound(text: &[u8]) -> bool {
    text.first().is_some_and(|first| b"<>~".contains(first)) && measure::is_with_more(text)
}

/// Whether an error stands behind the number: `12.3 ± 0.2`.
fn has_error(text: &[u8]) -> bool {
    ["±", "+/-"].iter().any(|sign| memchr::memmem::find(text, sign.as_bytes()).is_some())
}

/// Whether a part of a cell is, or begins with, a number that bears a unit: `120W/350W`, `1.2/2.3 ms`.
fn has_unit(part: &[u8]) -> bool {
    let part = part.trim_ascii();
    let measures = [measure::whole(part), measure::prefix(part).map(|(measure, _)| measure)];
    measures.into_iter().flatten().any(|measure| measure.unit.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gaps_of_a_row_are_named_together() {
        let gaps = ["a", "b", "c", "d", "e"].map(|name| Gap {
            name: name.into(),
            text: b"<5".to_vec(),
            line: 1,
            is_mixed: false,
        });
        assert_eq!(named(&gaps[..1]), "a: <5 is no number, but a gap");
        assert_eq!(named(&gaps[..2]), "a: <5, b: <5 are no numbers, but gaps");
        let expected = "a: <5, b: <5, c: <5, d: <5 and 1 more are no numbers, but gaps";
        assert_eq!(named(&gaps), expected);
    }
}
