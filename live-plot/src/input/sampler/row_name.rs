//! With `--rows`: the name of a row, from the cells in the columns or under the keys that name it. Which word names a row by
//! itself is left to `grammar::table::row_names`.

use std::io::Write as _;

use super::{Sampler, name};
use crate::input::grammar::reading::{Cell, Item, Reading};
use crate::input::problems::Problem;

/// From this number on a double is not exact: two rows could have one name.
const INEXACT: f64 = 9_007_199_254_740_992.0;

impl Sampler {
    /// The name of a row that has one by `--rows`, behind its own. An empty cell is no part of it: so a total has none.
    pub(super) fn row_name(
        &mut self,
        row: &[Item],
        reading: &Reading,
    ) -> Result<Option<Vec<u8>>, Problem> {
        if !self.schema.names_rows() {
            return Ok(None);
        }
        if self.schema.has_nameless_rows() {
            return Ok(Some(Vec::new()));
        }
        let mut parts: Vec<(usize, &Item)> = Vec::new();
        for item in row {
            let name = name(item, reading, &mut self.grammar.tables).name;
            parts.extend(self.schema.row_part(name).map(|part| (part, item)));
        }
        let Some((_, first)) = parts.first() else { return Ok(None) };
        let mut text = reading.text(first.row).to_vec();
        // In the order of the option, whatever that of the columns is.
        parts.sort_by_key(|(part, _)| *part);
        for (_, item) in parts {
            let end = text.len();
            text.extend_from_slice(if text.is_empty() { b"" } else { b"." });
            let begin = text.len();
            match item.cell {
                Cell::Text(span) => text.extend_from_slice(reading.text(span)),
                Cell::Number(measure) if measure.value.abs() >= INEXACT => {
                    return Err(Problem::LongRow);
                }
                Cell::Number(measure) if !measure.value.is_nan() => {
                    let unit = measure.unit.map(|unit| unit.to_string()).unwrap_or_default();
                    // Writing to a vector does not fail.
                    write!(text, "{}{unit}", measure.value).ok();
                }
                Cell::Number(_) | Cell::Empty => {}
            }
            if text.len() == begin {
                text.truncate(end);
            }
        }
        Ok(Some(text))
    }

    /// Whether the cell is a part of the row's name.
    pub(super) fn names_row(&mut self, item: &Item, reading: &Reading) -> bool {
        if self.schema.has_nameless_rows() {
            return false;
        }
        let name = name(item, reading, &mut self.grammar.tables).name;
        self.schema.row_part(name).is_some()
    }
}
