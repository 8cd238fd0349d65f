//! Finds the numbers in a line. Pure: it knows neither series nor time.

/// A number and where on its line it stood.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Field {
    /// Its column, from 0.
    pub(super) column: usize,
    /// NaN for a gap.
    pub(super) value: f64,
}

/// Puts a line's numbers into `fields`; false when there is none.
pub(super) fn line(line: &[u8], fields: &mut Vec<Field>) -> bool {
    fields.clear();
    let mut found = false;
    for (column, cell) in Cells(Some(line.trim_ascii())).enumerate() {
        let value = number(cell);
        found |= value.is_some();
        fields.push(Field { column, value: value.unwrap_or(f64::NAN) });
    }
    found
}

/// A number as a person writes it; `nan` is one, infinity is not.
fn number(cell: &[u8]) -> Option<f64> {
    let value: f64 = std::str::from_utf8(cell).ok()?.parse().ok()?;
    (!value.is_infinite()).then_some(value)
}

/// The cells of a line, between commas or runs of blanks.
struct Cells<'a>(Option<&'a [u8]>);

impl<'a> Iterator for Cells<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.0?;
        let is_end = |byte: &u8| *byte == b',' || byte.is_ascii_whitespace();
        let Some(end) = rest.iter().position(is_end) else {
            self.0 = None;
            return Some(rest);
        };
        let (cell, rest) = rest.split_at(end);
        let rest = rest.trim_ascii_start();
        self.0 = Some(rest.strip_prefix(b",").unwrap_or(rest).trim_ascii_start());
        Some(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Option<Vec<f64>> {
        let mut fields = Vec::new();
        line(text.as_bytes(), &mut fields).then(|| fields.iter().map(|field| field.value).collect())
    }

    #[test]
    fn cells_end_at_commas_and_blanks() {
        for text in ["1 -2.5 3e2", "1,-2.5,3e2", " 1\t-2.5 , 3e2 "] {
            assert_eq!(values(text), Some(vec![1.0, -2.5, 300.0]), "{text:?}");
        }
    }

    #[test]
    fn a_bad_cell_is_a_gap_in_its_own_column() {
        for text in ["1,x,3", "1,,3", "1,nan,3", "1,inf,3"] {
            let values = values(text).unwrap();
            assert!(values[0] == 1.0 && values[1].is_nan() && values[2] == 3.0, "{text:?}");
        }
    }

    #[test]
    fn a_line_without_a_number_is_none() {
        for text in ["", "  ", "abc", "x,y", "inf", "-infinity", "1e999", "0x10", "\u{fffd}"] {
            assert_eq!(values(text), None, "{text:?}");
        }
    }
}
