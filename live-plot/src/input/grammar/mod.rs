//! Reads a line: finds the numbers in it and what each is called. The forms are tried in this order, and each declines a
//! line that it does not fit as a whole:
//!
//! ```text
//! clean         what no author means is taken out
//! table         a row of the header in force (its header, its rows' names)
//! json          an object, several, an array; also in many lines
//! metrics       Prometheus, Graphite, Influx
//! pairs         name=value, name: value; nested takes objects apart, glued reads a:1,b:2 and nothing else
//! alternating   words and numbers in turn
//! table         a row without a header, or bare numbers
//! ```
//!
//! again reads a line that is like an earlier one, and `cells::bare` a flood of bare numbers, before all of these. title
//! holds what stands above the lines; remark knows a line without a number. cells knows what a cell is: a number with its
//! unit, a time, a word; words what may be a name; vocabulary what known ones mean; reading holds what was found. Pure: which series a number belongs to,
//! and when it was, is left to `schema` and `timestamp`.

pub(super) mod again;
mod alternating;
pub(super) mod cells;
mod clean;
mod glued;
pub(super) mod json;
pub(super) mod metrics;
mod nested;
mod pairs;
mod pattern;
pub(super) mod reading;
pub(super) mod remark;
#[cfg(test)]
mod shown;
pub(super) mod table;
pub(super) mod title;
pub(super) mod vocabulary;
pub(super) mod words;

use cells::comma;
use cells::foreign::Foreign;
use cells::has_number;
use cells::moment::Moment;
use cells::number;
pub(super) use clean::clean;
use regex::bytes::Regex;

use json::names::Things;
use json::outline::{Outline, Part};
use pairs::Found;
use pattern::Pattern;
use reading::{Item, Key, Reading};
use table::header;
use table::{Above, Refusal, Tables};
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
    /// There is no number in it.
    NoNumber,
    /// There are numbers in it that no form explains.
    NotUnderstood,
    /// And they are most of its cells: a row perhaps, whose names are not known.
    NoNames,
    /// It has another number of cells than its table.
    Cells,
    /// It is one number in groups, or several.
    Groups,
    /// A comma in it may be a decimal point.
    Comma,
    /// The same, and points part the groups before it.
    CommaBehindPoints,
    /// Its numbers are written in hexadecimal digits.
    Hexadecimal,
    /// Its numbers have an exponent as Fortran writes it.
    Fortran,
    /// It is a line of JSON that does not end.
    Torn,
    /// `--match` does not match it.
    PassedOver,
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

    /// The number that is all of the line, if none but it decides what the line is: the most common line.
    pub(super) fn bare_number(&mut self, line: &[u8]) -> Option<f64> {
        let (value, length) = number::prefix(line)?;
        let is_whole = length == line.len() && !self.outline.may_go_on();
        (is_whole && self.tables.takes_bare_number()).then_some(value)
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
            return if self.is_typed { Verdict::NoNumber } else { Verdict::Silent };
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
        let mut verdict = match is_of_loads {
            true => Verdict::NoNames,
            false => self.text(text, &clean, indent, number),
        };
        if !self.is_typed && !self.tables.has_marks {
            verdict = seen(verdict, text);
        }
        let has_comma = matches!(verdict, Verdict::Comma | Verdict::CommaBehindPoints);
        self.has_decimal_comma |= has_comma && comma::may_be_decimal(text);
        match verdict {
            Verdict::Read => self.note_row(indent),
            Verdict::NoNumber
            | Verdict::NotUnderstood
            | Verdict::NoNames
            | Verdict::Comma
            | Verdict::CommaBehindPoints
            | Verdict::Hexadecimal
            | Verdict::Fortran => return self.unread(verdict, text, &clean, indent, number),
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
            true if reading.has_comma() => {
                *has_decimal_comma |= reading.has_decimal_comma();
                Verdict::Comma
            }
            true => Verdict::NoNumber,
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

    /// Notes what the row that was read says about the lines around it.
    fn note_row(&mut self, indent: usize) {
        let is_json = self.reading.is_json;
        let indent = if is_json { 0 } else { indent };
        self.entitle(indent);
        self.tables.number_read();
        let row = match self.reading.items() {
            [Item { key: Key::Name(_), row, .. }, ..] if !is_json => self.reading.text(*row),
            _ => b"",
        };
        self.titles.row(indent, row);
    }

    /// Takes a line that no form reads: it may be a header or a title, and is silent if it is.
    fn unread(
        &mut self,
        verdict: Verdict,
        text: &[u8],
        whole: &[u8],
        indent: usize,
        number: u64,
    ) -> Verdict {
        let may_be_header = match verdict {
            Verdict::Hexadecimal | Verdict::Fortran => false,
            _ if clean::is_below_zero(text) || clean::is_markup(text) => false,
            Verdict::NoNames if header::is_of_years(text) || header::is_of_loads(text) => true,
            _ => !number::is_possible(text) || cells::are_words(text),
        };
        let is_silent = !self.is_typed && may_be_header && {
            let line = if text.contains(&b'\t') { whole } else { text };
            let title = &mut self.reading.title;
            title.clear();
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
        if is_silent || is_rule() { Verdict::Silent } else { verdict }
    }

    /// What stands above a line that was read: for a row that has no names of its own, above its header. Without a header it
    /// is the file that the row is of.
    fn entitle(&mut self, indent: usize) {
        let Self { tables, titles, reading, .. } = self;
        reading.title.clear();
        match reading.items().first().map(|item| item.key) {
            Some(Key::Name(_)) => titles.over(indent, &mut reading.title),
            Some(Key::Column(_)) => {
                let title = Some(tables.title()).filter(|title| !title.is_empty());
                reading.title.extend_from_slice(title.unwrap_or(titles.file()));
            }
            None => {}
        }
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
    pub(super) fn take_unread(&mut self) -> impl Iterator<Item = (u64, Vec<u8>, Verdict)> {
        let is_marked = self.tables.has_marks;
        let torn = self.outline.take_torn().map(|(number, line)| (number, line, Verdict::Torn));
        let lines = self.tables.take_not_headers().into_iter().map(move |(number, line)| {
            let verdict = if is_marked { refused(&line) } else { seen(refused(&line), &line) };
            (number, line, verdict)
        });
        lines.chain(torn)
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

    /// Reads a line that is not empty, `whole` with the blanks around it.
    fn text(&mut self, line: &[u8], whole: &[u8], indent: usize, number: u64) -> Verdict {
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
            Part::Read => return Verdict::Read,
            Part::Silent => return Verdict::Silent,
            Part::Other => reading.clear(),
        }
        // In a flood of words none is looked at closely.
        if !is_bracketed && !number::is_possible(line) {
            return Verdict::NoNumber;
        }
        let inner = clean::unbracketed(line);
        let body = inner.unwrap_or(line);
        let row = inner.unwrap_or(whole);
        if *has_decimal_comma && tables.is_open(line) {
            return Verdict::Comma;
        }
        if clean::is_below_zero(line) || clean::is_markup(line) {
            return Verdict::NotUnderstood;
        }
        if !*is_typed && tables.may_head(line) && header::is_of_years(line) {
            return Verdict::NoNames;
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
            return refused(line);
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
        match refusal {
            Refusal::Cells => Verdict::Cells,
            Refusal::Groups => Verdict::Groups,
            Refusal::Comma => Verdict::Comma,
            Refusal::NoRow => refused(body),
        }
    }
}

/// What a line without a number is, if figures are all that it has: `512/300` may hold two.
fn seen(verdict: Verdict, line: &[u8]) -> Verdict {
    match verdict {
        Verdict::NoNumber if cells::has_figures(line) => Verdict::NotUnderstood,
        other => other,
    }
}

/// Why a line that no form reads is refused.
fn refused(line: &[u8]) -> Verdict {
    if !number::is_possible(line) {
        return Verdict::NoNumber;
    }
    match Foreign::on(line, has_number) {
        Some(Foreign::Hexadecimal) => return Verdict::Hexadecimal,
        Some(Foreign::Fortran) => return Verdict::Fortran,
        None => {}
    }
    match has_number(line) {
        false => Verdict::NoNumber,
        true if comma::may_be_decimal(line) && !comma::has_decimal_point(line) => {
            match comma::is_behind_points(line) {
                true => Verdict::CommaBehindPoints,
                false => Verdict::Comma,
            }
        }
        true if cells::are_mostly_numbers(line) => Verdict::NoNames,
        true => Verdict::NotUnderstood,
    }
}
