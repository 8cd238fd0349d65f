//! The legend: of each series a piece of its line, its name, its newest value, and while there are few what is visible of
//! it. Above a single panel it has some rows; of several panels each has one, its heading. Pure.

use super::braille::key;
use super::cells::{Cells, Ink, shortened, width};
use crate::picture::palette::Dash;
use crate::view::status::{Entry, Status, range};

/// Between two series.
const GAP: usize = 3;

/// How wide a value is at least: one more digit does not move what is beside it.
const VALUE: usize = 7;

/// So many series are shown with what is visible of them, on a screen of this width.
const FEW: usize = 3;
const WIDE: usize = 72;

/// Room for how many more there are.
const REST: usize = 10;

/// The series of a panel, as they are written.
pub(super) struct Legend(Vec<Item>);

/// A series in a legend, as it is written.
struct Item {
    ink: Ink,
    key: String,
    name: String,
    value: String,
    seen: String,
}

impl Legend {
    /// The legend of some series on a screen of this width; `unit` is that of all.
    pub(super) fn new(
        status: &Status,
        series: &[usize],
        unit: Option<&str>,
        across: usize,
        dash: impl Fn(usize, usize) -> Dash,
    ) -> Self {
        let seen = |entry: &Entry| {
            let seen = entry.range().filter(|_| series.len() <= FEW && across >= WIDE);
            seen.map(|seen| format!("   {}", range(&seen))).unwrap_or_default()
        };
        let item = |(place, &number): (usize, &usize)| {
            let entry = status.series.get(number)?;
            Some(Item {
                ink: Ink::Series(number),
                key: key(dash(number, place)),
                name: shortened(&entry.name, across / 2),
                value: format!("{:<VALUE$}", entry.text(unit)),
                seen: seen(entry),
            })
        };
        Self(series.iter().enumerate().filter_map(item).collect())
    }

    /// How many rows all of it takes.
    pub(super) fn rows(&self, across: usize) -> usize {
        self.fill(across, usize::MAX).len()
    }

    /// Writes as many series as fit into some rows, and how many do not.
    pub(super) fn write(&self, cells: &mut Cells, (row, rows): (usize, usize), room: usize) {
        let lines = self.fill(room, rows);
        let shown: usize = lines.iter().map(Vec::len).sum();
        let rest = self.0.len() - shown;
        for (line, y) in lines.iter().zip(row..) {
            let mut x = 0;
            for item in line {
                x = cells.write((x, y), &item.key, item.ink);
                x = cells.write((x + 1, y), &item.name, Ink::Weak);
                x = cells.write((x + 1, y), &item.value, Ink::Plain);
                x = cells.write((x, y), &item.seen, Ink::Weak) + GAP;
            }
            if y + 1 == row + rows && rest > 0 {
                let text = format!("… {rest} more");
                let fits = x + width(&text) <= room;
                cells.write((x, y), if fits { &text } else { "…" }, Ink::Weak);
            }
        }
    }

    /// Spreads the series over rows of this width, at most so many; what does not fit is left out. Then the last row keeps
    /// some room for how many that are.
    fn fill(&self, room: usize, rows: usize) -> Vec<Vec<&Item>> {
        let mut lines: Vec<Vec<&Item>> = vec![Vec::new()];
        let mut x = 0;
        for (number, item) in self.0.iter().enumerate() {
            let wide = item.width();
            let is_last_row = lines.len() == rows;
            let spare = if is_last_row && number + 1 < self.0.len() { GAP + REST } else { 0 };
            if x > 0 && x + wide + spare > room {
                if is_last_row {
                    break;
                }
                lines.push(Vec::new());
                x = 0;
            }
            x += wide + GAP;
            if let Some(line) = lines.last_mut() {
                line.push(item);
            }
        }
        lines
    }
}

impl Item {
    fn width(&self) -> usize {
        width(&self.key) + width(&self.name) + width(&self.value) + width(&self.seen) + 2
    }
}
