//! The forms that a line may have, in the order in which they are tried. Each declines a line that it does not fit as a whole.
//!
//! ```text
//! table         a row of the header in force (its header, its rows' names)
//! json          an object, several, an array; also in many lines
//! metrics       Prometheus, Graphite, Influx
//! pairs         name=value, name: value; nested takes objects apart, glued reads a:1,b:2 and nothing else
//! alternating   words and numbers in turn
//! table         a row without a header, or bare numbers
//! ```

use super::cells::foreign::Foreign;
use super::cells::{self, comma, has_number, number};
use super::pairs::Found;
use super::refusal::Refusal;
use super::table::header;
use super::{Grammar, Verdict, alternating, clean, json, metrics, pairs};

impl Grammar {
    /// Reads a line that is not empty, `whole` with the blanks around it.
    pub(super) fn read(
        &mut self,
        line: &[u8],
        whole: &[u8],
        indent: usize,
        number: u64,
    ) -> Verdict {
        let Self { tables, outline, things, reading, has_decimal_comma, is_typed, .. } = self;
        let is_bracketed = b"{[(".contains(&line[0]);
        let is_whole = (line[0] == b'{' && line.ends_with(b"}"))
            || (line.starts_with(b"[{") && line.ends_with(b"]"));
        if is_whole && !tables.may_take() && !outline.is_open() {
            if json::read(line, things, reading) {
                return Verdict::Read;
            }
            reading.clear();
        }
        match outline.read(line, number, things, reading) {
            Some(true) => return Verdict::Read,
            Some(false) => return Verdict::Silent,
            None => reading.clear(),
        }
        // In a flood of words none is looked at closely.
        if !is_bracketed && !number::is_possible(line) && !pairs::is_gap(line) {
            return Verdict::Refused(Refusal::NoNumber);
        }
        let inner = clean::unbracketed(line);
        let body = inner.unwrap_or(line);
        let row = inner.unwrap_or(whole);
        if *has_decimal_comma && tables.is_open(line) {
            return Verdict::Refused(Refusal::Comma);
        }
        if clean::is_below_zero(line) || clean::is_markup(line) {
            return Verdict::Refused(Refusal::NotUnderstood);
        }
        if !*is_typed && tables.may_head(line) && header::is_of_years(line) {
            return Verdict::Refused(Refusal::NoNames);
        }
        // `[24 rows x 3 columns]` is no row, though it may have as many words as one has cells.
        let may_be_row = inner.is_none_or(|inner| !cells::has_word(inner));
        let mut headers = if may_be_row { tables.headers_over(row) } else { Vec::new() };
        if may_be_row
            && (tables.begin(row, &mut headers, false, reading) || tables.read_row(row, reading))
        {
            return Verdict::Read;
        }
        if is_bracketed && json::read(line, things, reading) {
            return Verdict::Read;
        }
        reading.clear();
        // JSON that is torn, or goes on after its end, is not read in parts.
        if inner.is_none() && (line.starts_with(b"{\"") || line.starts_with(b"{'")) {
            return Verdict::Refused(Self::refused(line));
        }
        if json::behind::read_named(line, things, reading) {
            return Verdict::Read;
        }
        reading.clear();
        if metrics::read(line, reading) || tables.read_named(body, reading) {
            return Verdict::Read;
        }
        reading.clear();
        let found = match tables.is_cut_short(body) {
            true => Found::Nothing,
            false => pairs::read(body, indent > 0, reading),
        };
        let refusal = match found {
            Found::Pairs => return Verdict::Read,
            Found::Row(label, numbers) => {
                tables.read_labelled(&body[label], &body[numbers..], reading)
            }
            Found::Nothing => {
                if !tables.has_header() && alternating::read(body, reading) {
                    return Verdict::Read;
                }
                tables.read_plain(body, inner.is_some(), reading)
            }
        };
        let Err(refusal) = refusal else { return Verdict::Read };
        reading.clear();
        if may_be_row && tables.begin(row, &mut headers, true, reading) {
            return Verdict::Read;
        }
        Verdict::Refused(match refusal {
            Refusal::NotUnderstood => Self::refused(body),
            other => other,
        })
    }

    /// Why a line that no form reads is refused.
    pub(super) fn refused(line: &[u8]) -> Refusal {
        if !number::is_possible(line) {
            return Refusal::NoNumber;
        }
        match Foreign::on(line, has_number) {
            Some(Foreign::Hexadecimal) => return Refusal::Hexadecimal,
            Some(Foreign::Fortran) => return Refusal::Fortran,
            None => {}
        }
        match has_number(line) {
            false => Refusal::NoNumber,
            true if comma::may_be_decimal(line) && !comma::has_decimal_point(line) => {
                Refusal::Comma
            }
            true if cells::are_mostly_numbers(line) => Refusal::NoNames,
            true => Refusal::NotUnderstood,
        }
    }
}
