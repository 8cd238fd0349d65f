//! What parts the cells of a line: tabs, semicolons, commas or blanks. What a cell is, is left to `cells`.

use super::comma;

/// What parts the cells of a line.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(in crate::input) enum Delimiter {
    Tab,
    /// The decimal sign may then be a comma.
    Semicolon,
    /// The decimal sign is a comma, as a row has shown: points part groups of three digits.
    SemicolonAndComma,
    Comma,
    /// A run of blanks.
    #[default]
    Blanks,
    /// Two blanks or more, where names hold single ones: `CPU %   MEM %`.
    WideBlanks,
}

impl Delimiter {
    /// Every one, in the order in which they are tried.
    pub(in crate::input) const ALL: [Self; 4] =
        [Self::Tab, Self::Semicolon, Self::Comma, Self::Blanks];

    pub(in crate::input) fn byte(self) -> Option<u8> {
        match self {
            Self::Tab => Some(b'\t'),
            Self::Semicolon | Self::SemicolonAndComma => Some(b';'),
            Self::Comma => Some(b','),
            Self::Blanks | Self::WideBlanks => None,
        }
    }

    /// The same, after a look at a line for its decimal sign.
    pub(in crate::input) fn with_sign_of(self, line: &[u8]) -> Self {
        match self {
            Self::Semicolon if comma::may_be_decimal(line) => Self::SemicolonAndComma,
            other => other,
        }
    }

    /// Whether blanks part the cells: then no cell is empty.
    pub(in crate::input) fn is_blanks(self) -> bool {
        matches!(self, Self::Blanks | Self::WideBlanks)
    }

    pub(in crate::input) fn is_semicolon(self) -> bool {
        matches!(self, Self::Semicolon | Self::SemicolonAndComma)
    }

    /// Whether it parts anything on this line.
    pub(in crate::input) fn is_in(self, line: &[u8]) -> bool {
        self.byte().is_none_or(|byte| memchr::memchr(byte, line).is_some())
    }

    /// The first that is on the line.
    pub(in crate::input) fn of(line: &[u8]) -> Self {
        Self::ALL.into_iter().find(|delimiter| delimiter.is_in(line)).unwrap_or(Self::Blanks)
    }

    /// The line without the blanks around it; tabs part cells, empty ones at both ends, too.
    pub(in crate::input) fn trimmed(self, line: &[u8]) -> &[u8] {
        if self != Self::Tab {
            return line.trim_ascii();
        }
        let is_cell = |byte: &u8| *byte == b'\t' || !byte.is_ascii_whitespace();
        let start = line.iter().position(is_cell).unwrap_or(line.len());
        let end = line.iter().rposition(is_cell).map_or(start, |last| last + 1);
        &line[start..end]
    }

    /// The line without a delimiter at its end, which ends no cell.
    pub(in crate::input) fn without_last(self, line: &[u8]) -> &[u8] {
        self.byte().and_then(|byte| line.strip_suffix(&[byte])).unwrap_or(line).trim_ascii_end()
    }

    /// The cells of the line, without the blanks around them and the quotes around the whole.
    pub(in crate::input) fn cells(self, line: &[u8]) -> Cells<'_> {
        Cells { rest: Some(line), delimiter: self }
    }
}

#[derive(Debug, Clone)]
pub(in crate::input) struct Cells<'a> {
    rest: Option<&'a [u8]>,
    delimiter: Delimiter,
}

impl<'a> Iterator for Cells<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest?;
        let Some(byte) = self.delimiter.byte() else {
            return match self.delimiter {
                Delimiter::WideBlanks => self.next_column(rest),
                _ => self.next_word(rest),
            };
        };
        // A tab is a blank, too: an empty cell must not be skipped.
        let rest = match self.delimiter {
            Delimiter::Tab => rest,
            _ => rest.trim_ascii_start(),
        };
        let quoted = quoted(rest, |end| end == byte).unwrap_or(0);
        let end = memchr::memchr(byte, &rest[quoted..]).map(|end| quoted + end);
        let (cell, after) = match end {
            Some(end) => (&rest[..end], Some(&rest[end + 1..])),
            None => (rest, None),
        };
        self.rest = after;
        Some(unquoted(cell.trim_ascii()))
    }
}

impl<'a> Cells<'a> {
    fn next_word(&mut self, rest: &'a [u8]) -> Option<&'a [u8]> {
        let rest = rest.trim_ascii_start();
        if rest.is_empty() {
            self.rest = None;
            return None;
        }
        let quoted = quoted(rest, |end| end.is_ascii_whitespace()).unwrap_or(0);
        let end = rest[quoted..].iter().position(u8::is_ascii_whitespace);
        let (cell, after) = rest.split_at(end.map_or(rest.len(), |end| quoted + end));
        self.rest = Some(after);
        Some(unquoted(cell))
    }

    fn next_column(&mut self, rest: &'a [u8]) -> Option<&'a [u8]> {
        let rest = rest.trim_ascii();
        let end = memchr::memmem::find(rest, b"  ").unwrap_or(rest.len());
        let (cell, after) = rest.split_at(end);
        self.rest = Some(after);
        (!cell.is_empty()).then_some(cell)
    }
}

/// How long the cell is that `text` begins with, if that stands in quotes: nothing between them ends it, and two quotes
/// are one (RFC 4180 section 2).
fn quoted(text: &[u8], ends: impl Fn(u8) -> bool) -> Option<usize> {
    let inner = text.strip_prefix(b"\"")?;
    let mut at = 0;
    loop {
        at += memchr::memchr(b'"', inner.get(at..)?)?;
        match inner.get(at + 1) {
            Some(b'"') => at += 2,
            Some(after) if !ends(*after) && !after.is_ascii_whitespace() => return None,
            _ => return Some(at + 2),
        }
    }
}

/// A cell without the quotes that CSV may put around it.
fn unquoted(cell: &[u8]) -> &[u8] {
    let inner = cell.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    inner.unwrap_or(cell).trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_cells(delimiter: Delimiter, line: &str, expected: &[&str]) {
        let cells: Vec<&str> =
            delimiter.cells(line.as_bytes()).map(|cell| str::from_utf8(cell).unwrap()).collect();
        assert_eq!(cells, expected, "{line:?}");
    }

    #[test]
    fn cells_keep_their_inner_blanks_and_empty_ones_count() {
        assert_cells(Delimiter::Comma, "New York, 1 ,,3", &["New York", "1", "", "3"]);
        assert_cells(Delimiter::Tab, "a\t\tb c\t", &["a", "", "b c", ""]);
        assert_cells(Delimiter::Semicolon, "0,5;1 ;x", &["0,5", "1", "x"]);
        assert_cells(Delimiter::Blanks, "  a \t b,c  ", &["a", "b,c"]);
        assert_cells(Delimiter::WideBlanks, "  CPU %   MEM %  PIDS ", &["CPU %", "MEM %", "PIDS"]);
    }

    #[test]
    fn between_quotes_no_cell_ends() {
        assert_cells(Delimiter::Comma, r#""Smith, John",5,"6""#, &["Smith, John", "5", "6"]);
        assert_cells(Delimiter::Comma, r#""a ""b"", c" ,5"#, &[r#"a ""b"", c"#, "5"]);
        assert_cells(Delimiter::Comma, r#""a,5"#, &["\"a", "5"]);
        assert_cells(Delimiter::Comma, r#""a"x,5"#, &["\"a\"x", "5"]);
        assert_cells(Delimiter::Blanks, r#""a b" 5"#, &["a b", "5"]);
    }
}
