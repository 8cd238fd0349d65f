//! With `--rows`: the name of a row, from the cells in the columns or under the keys that name it. Which word names a row by
//! itself is left to `grammar::table::row_names`.

use super::Sampler;
use super::row::name;
use crate::input::grammar::reading::{Cell, Item, Reading};
use crate::input::grammar::refusal::Refusal;

/// From this number on a double is not exact: two rows could have one name.
const INEXACT: f64 = 9_007_199_254_740_992.0;

impl Sampler {
    /// The name of a row that has one by `--rows`, behind its own. An empty cell is no part of it: so a total has none.
    pub(super) fn row_name(
        &mut self,
        row: &[Item],
        reading: &Reading,
    ) -> Result<Option<Vec<u8>>, Refusal> {
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
            let part = match item.cell {
                Cell::Text(span) => reading.text(span).to_vec(),
                Cell::Number(measure) if measure.value.abs() >= INEXACT => {
                    return Err(Refusal::LongRow);
                }
                Cell::Number(measure) if !measure.value.is_nan() => {
                    let unit = measure.unit.map(|unit| unit.to_string()).unwrap_or_default();
                    format!("{}{unit}", measure.value).into_bytes()
                }
                Cell::Number(_) | Cell::Empty => continue,
            };
            text.extend_from_slice(if text.is_empty() { b"" } else { b"." });
            text.extend(part);
        }
        Ok(Some(text))
    }

    /// Whether the cell is a part of the row's name.
    pub(super) fn names_row(&mut self, item: &Item, reading: &Reading) -> bool {
        let name = name(item, reading, &mut self.grammar.tables).name;
        self.schema.row_part(name).is_some()
    }
}
