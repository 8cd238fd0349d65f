//! Rows that no header names: bare numbers, behind a time, a word or a label if they have one; how many cells they have
//! has to agree from line to line.

use super::super::cells::{self, Kind};
use super::super::reading::{Cell, Key, Reading, Span};
use super::super::refusal::Refusal;
use super::row;
use super::{OpenMark, Tables};
use crate::input::grammar::cells::comma;
use crate::input::grammar::cells::delimiter::Delimiter;
use crate::input::grammar::cells::groups::{self, BlankGroups};
use crate::input::grammar::cells::measure::{self, Measure};
use crate::input::grammar::cells::number;
use crate::input::grammar::cells::unit::Unit;

impl Tables {
    /// Reads a line that no header names. In brackets a number and a word are a remark: `(2 rows)`.
    pub(in super::super) fn read_plain(
        &mut self,
        line: &[u8],
        is_bracketed: bool,
        reading: &mut Reading,
    ) -> Result<(), Refusal> {
        reading.clear();
        if let Some(measure) = measure::whole(line) {
            let is_open = comma::may_be_decimal(line)
                || (measure.unit.is_none() && groups::grouped(line).is_some());
            if !is_open || self.joins_commas(line)? {
                return self.take(
                    1,
                    false,
                    None,
                    |reading| {
                        reading.push(Span::default(), Key::Column(0), Cell::Number(measure));
                    },
                    reading,
                );
            }
        }
        let is_settled = self.table.is_some() || self.width > 1 || !self.given.is_empty();
        if let Some(groups) =
            BlankGroups::of(line).filter(|_| self.table.is_none() && self.width < 2)
        {
            if self.given.len() == 1 {
                return self.read_plain(&groups.joined, is_bracketed, reading);
            }
            if !is_settled && groups.are_sure {
                return Err(Refusal::Groups);
            }
        }
        let last = self.delimiter;
        let all =
            last.into_iter().chain(Delimiter::ALL.into_iter().filter(|other| Some(*other) != last));
        for delimiter in all.filter(|delimiter| delimiter.is_in(line)) {
            reading.clear();
            let delimiter = delimiter.with_sign_of(line);
            if let Some((cells, is_named)) = row::read_plain(line, delimiter, reading) {
                // One name is for one number.
                let is_one =
                    self.is_single || self.width == 1 || (self.given.len() == 1 && self.width == 0);
                let was_one = self.table.is_none() && is_one;
                if was_one && cells == 2 && delimiter == Delimiter::Comma && comma::is_within(line)
                {
                    return Err(Refusal::Comma);
                }
                if !is_settled && comma::may_be_fraction(line) {
                    self.open_mark = Some(match line.contains(&b'.') {
                        true => OpenMark::CommaBehindPoints,
                        false => OpenMark::Comma,
                    });
                } else if !is_settled
                    && delimiter == Delimiter::Semicolon
                    && comma::may_be_thousands(line)
                {
                    self.open_mark = Some(OpenMark::Point);
                }
                return self.take(cells, is_named, Some(delimiter), |_| {}, reading);
            }
        }
        reading.clear();
        if is_bracketed && cells::has_word(line) {
            return Err(Refusal::NotUnderstood);
        }
        self.read_with_gaps(line, reading).or_else(|refusal| {
            let is_read = self.read_before_word(line, reading).is_some();
            if is_read { Ok(()) } else { Err(refusal) }
        })
    }

    /// Whether a comma is part of a number: what other lines, or the user's names, have shown.
    fn joins_commas(&self, line: &[u8]) -> Result<bool, Refusal> {
        if self.given.len() > 1 || self.delimiter == Some(Delimiter::Comma) {
            Ok(false)
        } else if self.given.len() == 1
            || self.is_single
            || self.width == 1
            || !line.contains(&b',')
        {
            Ok(true)
        } else if comma::may_be_decimal(line) {
            Err(Refusal::Comma)
        } else {
            Err(Refusal::Groups)
        }
    }

    /// Takes a row of so many cells, unless its table has fewer: two rows in a row have to agree then.
    fn take(
        &mut self,
        cells: usize,
        is_named: bool,
        delimiter: Option<Delimiter>,
        read: impl FnOnce(&mut Reading),
        reading: &mut Reading,
    ) -> Result<(), Refusal> {
        let fits = match &self.table {
            // Under a header only numbers, whatever parts them.
            Some(table) => {
                !is_named && table.rows.column.is_none() && cells == table.header.names.len()
            }
            // A row with a name has a width of its own, and a lone number begins no table.
            None => is_named || self.width < 2 || cells <= self.width || !self.given.is_empty(),
        };
        if !fits && self.refused.replace(cells) != Some(cells) {
            reading.clear();
            let width = self.table.as_ref().map(|table| table.header.names.len());
            return Err(if width == Some(cells) { Refusal::NotUnderstood } else { Refusal::Cells });
        }
        if !fits {
            self.table = None;
            self.width = 0;
        }
        self.refused = None;
        if self.table.is_some() {
            read(reading);
            return Ok(());
        }
        if !is_named {
            self.width = self.width.max(cells);
            self.is_single |= !self.has_numbers && cells == 1;
        }
        if delimiter.is_some() && cells > 1 {
            self.delimiter = delimiter;
        }
        read(reading);
        Ok(())
    }

    /// A row of a table without header that has begun, with a cell that is no number: a gap in its own column.
    fn read_with_gaps(&self, line: &[u8], reading: &mut Reading) -> Result<(), Refusal> {
        let Some(delimiter) = self.delimiter.filter(|_| self.table.is_none()) else {
            return Err(Refusal::NotUnderstood);
        };
        let cells: Vec<&[u8]> = delimiter.cells(delimiter.without_last(line)).collect();
        let begins =
            cells.iter().map(|cell| cells::kind(cell, delimiter)).find(|kind| *kind != Kind::Time);
        if cells.len() != self.width || !matches!(begins, Some(Kind::Number(_))) {
            return Err(Refusal::NotUnderstood);
        }
        row::read(&cells, 0, Span::default(), None, delimiter, reading);
        Ok(())
    }

    /// A number and one word behind it, as `du` prints them. The first word is passed over; a number before another one is
    /// another series.
    fn read_before_word(&mut self, line: &[u8], reading: &mut Reading) -> Option<()> {
        let mut cells = Delimiter::Blanks.cells(line);
        let (Some(number), Some(word), None) = (cells.next(), cells.next(), cells.next()) else {
            return None;
        };
        let measure = measure::whole(number).filter(|_| !self.has_header() && self.width < 2)?;
        if cells::kind(word, Delimiter::Blanks) != Kind::Word {
            return None;
        }
        if self.word.is_empty() && self.has_numbers && self.width == 0 {
            // Among lines of other forms it is no column: `0 forwarded` of netstat.
            let name = reading.keep(word);
            reading.push(Span::default(), Key::Name(name), Cell::Number(measure));
            return Some(());
        }
        if self.word.is_empty() {
            self.word = word.to_vec();
            self.is_single |= !self.has_numbers;
        }
        let row = if self.word == word { Span::default() } else { reading.keep(word) };
        reading.push(row, Key::Column(0), Cell::Number(measure));
        Some(())
    }

    /// Reads the numbers behind a label that no header names.
    pub(in super::super) fn read_labelled(
        &mut self,
        label: &[u8],
        line: &[u8],
        reading: &mut Reading,
    ) -> Result<(), Refusal> {
        reading.clear();
        let delimiter = if line.contains(&b',') { Delimiter::Comma } else { Delimiter::Blanks };
        let groups = in_blank_groups(line).filter(|_| self.table.is_none());
        match groups {
            Some((groups, unit)) if self.given.len() == 1 => {
                let value = number::prefix(&groups.joined).map_or(f64::NAN, |(value, _)| value);
                let row = reading.keep(label);
                reading.push(row, Key::Column(0), Cell::Number(Measure { value, unit }));
                return Ok(());
            }
            Some((groups, _)) if groups.are_sure && !self.blanks_part && self.given.is_empty() => {
                return Err(Refusal::Groups);
            }
            Some((groups, unit))
                if self.given.is_empty() && (groups.are_likely || unit.is_some()) =>
            {
                self.open_mark = (!self.blanks_part).then_some(OpenMark::Blank);
            }
            _ => self.blanks_part |= delimiter == Delimiter::Blanks,
        }
        if row::read_plain(line, delimiter, reading).is_none_or(|(_, is_named)| is_named) {
            return Err(Refusal::NotUnderstood);
        }
        // After an empty line it need not be a row of the table above.
        if self.table.as_ref().is_some_and(|table| table.is_doubtful) {
            self.former.extend(self.table.take());
        }
        if self.table.is_some() {
            let cells = reading.items().len();
            self.take(cells, true, None, |_| {}, reading)?;
        }
        reading.name_rows(label);
        Ok(())
    }
}

/// The number in groups that is all of the text, and its unit.
fn in_blank_groups(text: &[u8]) -> Option<(BlankGroups, Option<Unit>)> {
    let text = text.trim_ascii();
    let apart = memchr::memrchr(b' ', text).and_then(|blank| {
        let (unit, length) = measure::after_blank(&text[blank + 1..])?;
        (blank + 1 + length == text.len()).then_some((&text[..blank], Some(unit)))
    });
    let (digits, unit) = apart.unwrap_or((text, None));
    BlankGroups::of(digits).map(|groups| (groups, unit))
}
