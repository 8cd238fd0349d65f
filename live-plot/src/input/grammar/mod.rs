//! Reads a line: finds the numbers in it and what each is called. `clean` takes out what no author means, `forms` tries what
//! the line may be, one form after the other, and `reading` holds what was found. A line that no form reads may be a header
//! or a title of later ones (`title`, `table`), a `remark`, or is refused.
//!
//! ```text
//! forms    the order, and why a line is refused: json, metrics, pairs, alternating, table; pattern with --match
//! cells    what a cell is: a number with its unit, a time, a word
//! words    what may be a name; vocabulary: what known ones mean
//! again    a line that is like an earlier one is read as that was, before all forms
//! ```
//!
//! Pure: which series a number belongs to, and when it was, is left to `schema` and `timestamp`.

pub(super) mod again;
mod alternating;
pub(super) mod cells;
mod clean;
mod forms;
mod glued;
pub(super) mod json;
pub(super) mod metrics;
mod nested;
mod pairs;
mod pattern;
pub(super) mod reading;
pub(super) mod refusal;
pub(super) mod remark;
#[cfg(test)]
mod shown;
pub(super) mod table;
pub(super) mod title;
pub(super) mod vocabulary;
pub(super) mod words;

use cells::comma;
use cells::has_number;
use cells::moment::Moment;
use cells::number;
pub(super) use clean::clean;
use regex::bytes::Regex;

use json::names::Things;
use json::outline::Outline;
use pattern::Pattern;
use reading::{Item, Key, Reading};
use refusal::Refusal;
use table::header;
use table::{Above, Tables};
use title::Titles;

use crate::config::Naming;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It has numbers: they are in the reading.
    Read,
    /// It says nothing by itself: a header perhaps, a comment, an empty line.
    Silent,
    /// It is a comment, and no header.
    Comment,
    /// `--match` does not match it.
    PassedOver,
    /// It is not drawn.
    Refused(Refusal),
}

/// Reads lines, one after the other.
#[derive(Debug, Clone)]
pub(super) struct Grammar {
    pub(super) tables: Tables,
    titles: Titles,
    outline: Outline,
    /// With `--match`, nothing but it decides.
    pattern: Option<Pattern>,
    pub(super) reading: Reading,
    /// Lines are typed: none is a header.
    is_typed: bool,
    /// A number with a decimal comma has come: `1,234` is no thousand any more.
    has_decimal_comma: bool,
    /// There is a look at the words before names and values.
    pub(super) keeps_before: bool,
    /// A comment had a number in it.
    pub(super) has_commented: bool,
    /// The user asked for the time of each line.
    keeps_time: bool,
    things: Things,
}

impl Grammar {
    pub(super) fn new(naming: &Naming, pattern: Option<Regex>, is_typed: bool) -> Self {
        Self {
            tables: Tables::new(naming),
            titles: Titles::default(),
            outline: Outline::default(),
            pattern: pattern.map(Pattern::new),
            reading: Reading::default(),
            is_typed,
            has_decimal_comma: false,
            has_commented: false,
            keeps_before: true,
            keeps_time: !naming.time.is_empty(),
            things: Things::new(&naming.rows),
        }
    }

    /// Reads the line with this number in the input.
    pub(super) fn line(&mut self, line: &[u8], number: u64) -> Verdict {
        let clean = clean(line);
        let text = clean.trim_ascii();
        let indent = clean.len() - clean.trim_ascii_start().len();
        self.reading.clear();
        self.reading.keeps_before = self.keeps_before;
        self.reading.keeps_time = self.keeps_time;
        if self.has_pattern() {
            return self.matched(&clean);
        }
        if text.is_empty() {
            self.tables.empty_line();
            self.titles.empty_line();
            return if self.is_typed {
                Verdict::Refused(Refusal::NoNumber)
            } else {
                Verdict::Silent
            };
        }
        if let Some(comment) = text.strip_prefix(b"#") {
            return self.comment(comment.trim_ascii(), indent, number);
        }
        if self.titles.begin_record(text) {
            return Verdict::Silent;
        }
        if !self.is_typed && self.titles.begin_file(text) {
            self.tables.begin_file(self.titles.file());
            return Verdict::Silent;
        }
        let is_of_loads = !self.is_typed && header::is_of_loads(text) && self.tables.may_head(text);
        let verdict = match is_of_loads {
            true => Verdict::Refused(Refusal::NoNames),
            false => self.read(text, &clean, indent, number),
        };
        match verdict {
            Verdict::Read => self.note_row(indent),
            Verdict::Refused(Refusal::Cells | Refusal::Groups) => {}
            Verdict::Refused(refusal) => {
                let refusal = self.seen(refusal, text);
                self.has_decimal_comma |= refusal == Refusal::Comma && comma::may_be_decimal(text);
                return self.unread(refusal, text, &clean, indent, number);
            }
            _ => {}
        }
        verdict
    }

    /// Reads a line by `--match`.
    fn matched(&mut self, line: &[u8]) -> Verdict {
        let Self { pattern: Some(pattern), reading, has_decimal_comma, .. } = self else {
            return Verdict::PassedOver;
        };
        match pattern.read(line, *has_decimal_comma, reading) {
            false => Verdict::PassedOver,
            true if reading.has_number() => Verdict::Read,
            true if reading.texts().any(comma::is_within) => {
                *has_decimal_comma |= reading.texts().any(comma::may_be_decimal);
                Verdict::Refused(Refusal::Comma)
            }
            true => Verdict::Refused(Refusal::NoNumber),
        }
    }

    /// Takes a comment, which may be a header.
    fn comment(&mut self, comment: &[u8], indent: usize, number: u64) -> Verdict {
        let has_number = has_number(comment);
        self.has_commented |= has_number;
        self.titles.other_line(indent);
        if comment.is_empty() || has_number || self.is_typed || metrics::is_described_by(comment) {
            return Verdict::Silent;
        }
        let above = Above { line: comment, indent, title: b"" };
        if self.tables.keep(above, number, true) { Verdict::Silent } else { Verdict::Comment }
    }

    /// Notes what the row that was read says about the lines around it, and what stands above it: for a row that has no names
    /// of its own, above its header. Without a header it is the file that the row is of.
    fn note_row(&mut self, indent: usize) {
        let Self { tables, titles, reading, .. } = self;
        let indent = if reading.is_json { 0 } else { indent };
        match reading.items().first().map(|item| item.key) {
            Some(Key::Name(_)) => titles.over(indent, &mut reading.title),
            Some(Key::Column(_)) => {
                let title = Some(tables.title()).filter(|title| !title.is_empty());
                reading.title.extend_from_slice(title.unwrap_or(titles.file()));
            }
            None => {}
        }
        tables.number_read();
        let row = match reading.items() {
            [Item { key: Key::Name(_), row, .. }, ..] if !reading.is_json => reading.text(*row),
            _ => b"",
        };
        titles.row(indent, row);
    }

    /// Takes a line that no form reads: it may be a header or a title, and is silent if it is.
    fn unread(
        &mut self,
        refusal: Refusal,
        text: &[u8],
        whole: &[u8],
        indent: usize,
        number: u64,
    ) -> Verdict {
        let may_be_header = match refusal {
            Refusal::Hexadecimal | Refusal::Fortran => false,
            _ if clean::is_below_zero(text) || clean::is_markup(text) => false,
            Refusal::NoNames if header::is_of_years(text) || header::is_of_loads(text) => true,
            _ => !number::is_possible(text) || cells::are_words(text),
        };
        let is_silent = !self.is_typed && may_be_header && {
            let line = if text.contains(&b'\t') { whole } else { text };
            let title = &mut self.reading.title;
            self.titles.over(indent, title);
            // A header that comes again is no title of itself.
            if title == text {
                title.clear();
            }
            self.tables.keep(Above { line, indent, title }, number, false)
        };
        if !self.tables.is_for_marks() || !remark::is_remark(text) {
            self.titles.unread_line(text, indent);
        }
        // A rule under a header is a part of it.
        let is_rule = || !self.is_typed && !self.tables.has_marks && remark::is_rule(text);
        if is_silent || is_rule() { Verdict::Silent } else { Verdict::Refused(refusal) }
    }

    /// Whether it reads the same lines in the same way.
    fn is_like(&self, other: &Self) -> bool {
        self.tables == other.tables
            && self.titles == other.titles
            && self.outline == other.outline
            && self.things == other.things
            && self.has_decimal_comma == other.has_decimal_comma
    }

    /// Whether `--match` decides.
    pub(super) fn has_pattern(&self) -> bool {
        self.pattern.is_some()
    }

    /// The lines that turned out to be no headers, or JSON without its end, with their number, and why they are refused.
    pub(super) fn take_unread(&mut self) -> Vec<(u64, Vec<u8>, Refusal)> {
        let lines = self.tables.take_not_headers().into_iter().map(|(number, line)| {
            let refusal = self.seen(Self::refused(&line), &line);
            (number, line, refusal)
        });
        let mut unread: Vec<_> = lines.collect();
        unread.extend(self.outline.take_torn().map(|(number, line)| (number, line, Refusal::Torn)));
        unread
    }

    /// What a line without a number is, if figures are all that it has: `512/300` may hold two.
    fn seen(&self, refusal: Refusal, line: &[u8]) -> Refusal {
        let is_other = self.is_typed || self.tables.has_marks;
        match refusal {
            Refusal::NoNumber if !is_other && cells::has_figures(line) => Refusal::NotUnderstood,
            other => other,
        }
    }

    /// The input has ended.
    pub(super) fn finish(&mut self) {
        self.tables.finish();
        self.outline.finish();
    }

    /// Whether lines are kept that are read with a later one.
    pub(super) fn is_waiting(&self) -> bool {
        self.outline.may_go_on()
    }

    /// Whether a cell that is no number may be one with a decimal comma.
    pub(super) fn note_comma(&mut self, cell: &[u8]) -> bool {
        if !comma::is_within(cell) || Moment::whole(cell).is_some() {
            return false;
        }
        self.has_decimal_comma |= comma::may_be_decimal(cell);
        true
    }
}
