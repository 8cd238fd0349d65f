//! Which series a column's numbers belong to.

/// More series than this are not drawn; the rest is counted and told once.
const MOST: usize = 256;

/// The series met so far.
#[derive(Debug, Default)]
pub(super) struct Columns {
    series: Vec<Option<usize>>,
    names: Vec<String>,
    alone: bool,
}

impl Columns {
    /// The names of the series, in the order in which they appeared.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The series of a column on a line of `width` columns; a series begins with its first number.
    pub(super) fn series(&mut self, column: usize, width: usize, is_gap: bool) -> Option<usize> {
        if column >= MOST {
            return None;
        }
        if self.series.len() <= column {
            self.series.resize(column + 1, None);
        }
        if self.series[column].is_none() && !is_gap {
            self.alone |= self.names.is_empty() && width == 1;
            let name = if self.alone && column == 0 {
                "value".to_owned()
            } else {
                format!("c{}", column + 1)
            };
            self.series[column] = Some(self.names.len());
            self.names.push(name);
        }
        self.series[column]
    }
}
