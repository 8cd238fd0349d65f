//! Every sample as CSV (RFC 4180), written as it is read: a row a line of input, a column a series.
//!
//! The header comes first, but a series may begin later. Its column is then added to the rows from there on; at the end
//! the header and the earlier rows are completed, if the file can be read again.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::atomic_file::Target;
use crate::config::Axis;
use crate::error::Error;
use crate::picture::number::push_exact;
use crate::series::store::Entry;

/// How much is written at once, in bytes.
const BLOCK: usize = 64 << 10;

/// Samples as the text of a table, without its header: a row a time, a column a series.
#[derive(Debug)]
pub(crate) struct TableText {
    pub(crate) text: String,
    delimiter: char,
    /// The time of the row that is being filled, if there is one.
    row: Option<f64>,
    /// Its cells: one for each series so far.
    cells: Vec<Option<f64>>,
}

impl TableText {
    pub(crate) fn new(delimiter: char) -> Self {
        Self { text: String::new(), delimiter, row: None, cells: Vec::new() }
    }

    /// Adds samples of so many series. Another time begins another row, and so does the same series again.
    pub(crate) fn append(&mut self, axis: Axis, series: usize, entries: &[Entry]) {
        self.cells.resize(series, None);
        for Entry { series, sample } in entries {
            let time = match axis {
                // The clock has no more digits; what lies between two readings of it is as fine.
                Axis::Arrival => (sample.time * 1e9).round() / 1e9,
                Axis::Number | Axis::Timestamp => sample.time,
            };
            if self.row != Some(time) || self.cells[*series].is_some() {
                self.end_row();
                self.row = Some(time);
            }
            self.cells[*series] = Some(sample.value);
        }
    }

    pub(crate) fn end_row(&mut self) {
        let Some(time) = self.row.take() else { return };
        push_exact(&mut self.text, time);
        for cell in &mut self.cells {
            self.text.push(self.delimiter);
            // A gap is `nan`; a series without a sample in this row has an empty cell.
            cell.take().into_iter().for_each(|value| push_exact(&mut self.text, value));
        }
        self.text.push('\n');
    }
}

/// A table that is being written.
#[derive(Debug)]
pub(super) struct Table {
    target: Target,
    rows: TableText,
    /// How many series the header has; `None` before it is written.
    named: Option<usize>,
}

impl Table {
    pub(super) fn new(target: Target) -> Self {
        Self { target, rows: TableText::new(','), named: None }
    }

    pub(super) fn append(
        &mut self,
        axis: Axis,
        names: &[String],
        entries: &[Entry],
    ) -> Result<(), Error> {
        if self.named.is_none() && !entries.is_empty() {
            self.rows.text.push_str(&header(axis, names));
            self.named = Some(names.len());
        }
        self.rows.append(axis, names.len(), entries);
        if self.rows.text.len() > BLOCK { self.flush() } else { Ok(()) }
    }

    /// Writes the rows so far, so that those of a slow input reach a reader as they come. With timestamps the last row
    /// stays open: the next line may have the same time and share it.
    pub(super) fn flush_rows(&mut self, axis: Axis) -> Result<(), Error> {
        if axis != Axis::Timestamp {
            self.rows.end_row();
        }
        if self.rows.text.is_empty() { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.target.write(self.rows.text.as_bytes())?;
        self.rows.text.clear();
        Ok(())
    }

    /// Writes the rest, and completes header and rows if series began after the header. The target that it returns is
    /// still to be kept.
    pub(super) fn finish(mut self, axis: Axis, names: &[String]) -> Result<Target, Error> {
        self.rows.end_row();
        if self.named.is_none() {
            self.rows.text.push_str(&header(axis, names));
        }
        self.flush()?;
        let late = &names[self.named.unwrap_or(names.len())..];
        if late.is_empty() {
            return Ok(self.target);
        }
        let Some(draft) = self.target.draft().map(Path::to_owned) else {
            tracing::warn!(
                "The CSV's header was written before these series began: {}.",
                late.join(", ")
            );
            return Ok(self.target);
        };
        self.complete(&draft, &header(axis, names), names.len())
    }

    fn complete(self, draft: &Path, header: &str, series: usize) -> Result<Target, Error> {
        let Self { target, .. } = self;
        let mut whole = target.again()?;
        whole.write(header.as_bytes())?;
        let rows = target.checked(File::open(draft))?;
        let mut text = String::new();
        for row in BufReader::new(rows).lines().skip(1) {
            let row = target.checked(row)?;
            let missing = series - row.matches(',').count();
            text.push_str(&row);
            text.extend(std::iter::repeat_n(',', missing));
            text.push('\n');
            if text.len() > BLOCK {
                whole.write(text.as_bytes())?;
                text.clear();
            }
        }
        whole.write(text.as_bytes())?;
        Ok(whole)
    }
}

/// What the first column of a table is called.
pub(crate) fn first_column(axis: Axis) -> &'static str {
    if axis == Axis::Number { "sample" } else { "time" }
}

fn header(axis: Axis, names: &[String]) -> String {
    let first = first_column(axis);
    let quoted = |name: &String| match name.contains([',', '"']) {
        true => format!(",\"{}\"", name.replace('"', "\"\"")),
        false => format!(",{name}"),
    };
    let names: String = names.iter().map(quoted).collect();
    format!("{first}{names}\n")
}
