//! Warns of cells in which something stands and that are gaps all the same. Those of a row are in one warning. Which columns
//! have been reported is left to `input::gaps`, what is a number to the grammar.

use super::super::gaps::Gap;
use super::super::grammar::cells::comma::is_behind_points;
use super::super::grammar::cells::groups::BlankGroups;
use super::super::grammar::cells::measure;
use super::super::grammar::cells::{begins_with_number, is_fortran};
use super::super::grammar::clean;
use super::super::grammar::reading::{Item, Key, Reading};
use super::super::grammar::words::loop_word;
use super::super::problems::Problem;
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
    /// Looks at a cell that is no number: whether it would be one if its comma were a decimal point, or if it ended earlier.
    pub(super) fn look_at_gap(
        &mut self,
        item: &Item,
        text: &[u8],
        is_series: bool,
        reading: &Reading,
    ) {
        // The commas of `1,23,456.50` part groups.
        let comma = text.iter().rposition(|byte| *byte == b',');
        let is_before_point = comma.is_some_and(|at| text[at..].contains(&b'.'));
        let has_comma = !is_before_point && self.grammar.note_comma(text);
        let is_column = matches!(item.key, Key::Column(_));
        let is_bound = is_bound(text) && measure::is_with_more(text);
        let begins = match item.key {
            Key::Column(_) => begins_with_number(text) || is_before_point || is_bound,
            // Of `epoch: 3/10` the count is not meant to be drawn.
            Key::Name(name) => measure::is_with_more(text) && loop_word(reading.text(name)) == 0,
        };
        let is_quoted = is_column && self.grammar.tables.has_commas();
        let name = name(item, reading, &mut self.grammar.tables).name;
        let gap = Gap {
            name: name.to_vec(),
            text: text.to_vec(),
            line: self.counts.lines,
            is_mixed: is_series,
        };
        let (once, way_out) = if has_comma {
            let way_out = match is_behind_points(text) {
                _ if is_quoted => Problem::COMMA_IN_QUOTES,
                true => Problem::COMMA_BEHIND_POINTS,
                false => Problem::COMMA,
            };
            (&mut self.once.comma, way_out)
        } else if is_column && is_fortran(text) {
            (&mut self.once.fortran, Problem::FORTRAN)
        } else {
            let has_unknown_unit = measure::has_unknown_unit(text);
            let is_measured = BlankGroups::of(text).is_some()
                || is_bound
                || has_unknown_unit
                || has_error(text)
                || text.split(|byte| *byte == b'/').any(has_unit);
            let may_be_number = begins || has_unknown_unit || (is_column && is_measured);
            match is_series || !is_column || is_measured {
                _ if !may_be_number => {}
                true => self.gaps.add(gap),
                // A column of `1/1` or `23:45.67` may be one of texts.
                false => self.gaps.wait(gap),
            }
            return;
        };
        if !std::mem::replace(once, true) {
            self.warn_gaps(&[gap], way_out);
        }
    }

    /// Reports the columns that have a gap for the first time; `line` and `row` are those that they stand in.
    pub(super) fn report_gaps(&mut self, line: &[u8], row: &[Item], reading: &Reading) {
        let new = self.gaps.take();
        if new.is_empty() {
            return;
        }
        let is_name = matches!(row, [Item { key: Key::Name(_), .. }, ..]);
        let are_groups = new.iter().all(|gap| BlankGroups::of(&gap.text).is_some());
        let are_bounds = new.iter().all(|gap| is_bound(&gap.text));
        let way_out = match are_bounds {
            _ if are_groups => Problem::BLANKS.to_owned(),
            true if is_name => Problem::BOUND_OF_NAME.to_owned(),
            true => Problem::BOUND.to_owned(),
            // A pattern for this row would not fit those with numbers.
            false if new.iter().any(|gap| gap.is_mixed) => Problem::MATCH.to_owned(),
            false => {
                let row = row.first().map_or(&b""[..], |item| reading.text(item.row));
                let gaps = new.iter().map(|gap| &gap.text[..]);
                proposal::with_gaps(&clean(line), row, gaps).unwrap_or(Problem::MATCH.to_owned())
            }
        };
        self.warn_gaps(&new, &way_out);
    }

    fn warn_gaps(&mut self, gaps: &[Gap], way_out: &str) {
        let (text, line) = (named(gaps), gaps.first().map_or(0, |gap| gap.line));
        self.problems
            .warn(format!("{text}, as will be any other such cell; {way_out}. (line {line})"));
    }
}

/// Whether a sign for a bound begins the cell.
fn is_bound(text: &[u8]) -> bool {
    text.first().is_some_and(|first| b"<>~".contains(first))
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
