//! The legend: of each series a piece of its line, its name, its newest value, and while there are few what is visible of
//! it. Above a single panel it has some rows, in columns; of several panels each has one, its heading. Pure.

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
        self.0.len().div_ceil(self.columns(across, usize::MAX).len().max(1)).max(1)
    }

    /// Writes as many series as fit into some rows, and how many do not.
    pub(super) fn write(&self, cells: &mut Cells, (row, rows): (usize, usize), room: usize) {
        let columns = self.columns(room, rows);
        let lines = self.0.chunks(columns.len().max(1)).take(rows);
        let shown: usize = lines.clone().map(<[Item]>::len).sum();
        let rest = self.0.len() - shown;
        for (line, y) in lines.zip(row..) {
            let (mut begin, mut end) = (0, 0);
            for (item, wide) in line.iter().zip(&columns) {
                let mut x = cells.write((begin, y), &item.key, item.ink);
                x = cells.write((x + 1, y), &item.name, Ink::Weak);
                x = cells.write((x + 1, y), &item.value, Ink::Plain);
                // A number that is cut is another number.
                end = match x + width(&item.seen) <= room {
                    true => cells.write((x, y), &item.seen, Ink::Weak),
                    false => x,
                };
                begin += wide + GAP;
            }
            if y + 1 == row + rows && rest > 0 {
                let text = format!("… {rest} more");
                match begin + width(&text) <= room {
                    true => cells.write((begin, y), &text, Ink::Weak),
                    false => cells.write((end + 1, y), "…", Ink::Weak),
                };
            }
        }
    }

    /// The widths of as many columns as fit, of series that fill one row after the other. If not all have a place in so
    /// many rows, the last row has room for how many have none.
    fn columns(&self, room: usize, rows: usize) -> Vec<usize> {
        let widths: Vec<usize> = self.0.iter().map(Item::width).collect();
        let of = |count: usize| {
            let column = |number| widths.iter().skip(number).step_by(count).max().copied();
            (0..count).filter_map(column).collect::<Vec<_>>()
        };
        let fits = |columns: &Vec<usize>| {
            let count = columns.len();
            let is_all = widths.len().div_ceil(count) <= rows;
            let spare = if is_all { 0 } else { GAP + REST };
            columns.iter().sum::<usize>() + (count - 1) * GAP + spare <= room
        };
        (1..=widths.len()).rev().map(of).find(fits).unwrap_or_else(|| of(1))
    }
}

impl Item {
    fn width(&self) -> usize {
        width(&self.key) + width(&self.name) + width(&self.value) + width(&self.seen) + 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn legend(names: &[&str]) -> Legend {
        let item = |name: &&str| Item {
            ink: Ink::Weak,
            key: "--".to_owned(),
            name: (*name).to_owned(),
            value: format!("{:<VALUE$}", 7),
            seen: String::new(),
        };
        Legend(names.iter().map(item).collect())
    }

    fn rows(legend: &Legend, (across, down): (usize, usize)) -> Vec<String> {
        let mut cells = Cells::new(across, down);
        legend.write(&mut cells, (0, down), across);
        let row = |y| cells.row(y).iter().map(|cell| cell.glyph).collect::<String>();
        (0..down).map(row).map(|row| row.trim_end().to_owned()).collect()
    }

    #[test]
    fn series_stand_below_each_other() {
        let legend = legend(&["cpu9", "cpu10", "temperature", "cpu12", "c"]);
        assert_eq!(legend.rows(60), 2);
        assert_eq!(
            rows(&legend, (60, 2)),
            ["-- cpu9 7          -- cpu10 7         -- temperature 7", "-- cpu12 7         -- c 7"]
        );
        assert_eq!(rows(&legend, (40, 2)), ["-- cpu9 7", "-- cpu10 7               … 3 more"]);
    }

    #[test]
    fn that_some_have_no_place_is_seen_on_the_narrowest_screen() {
        let legend = legend(&["alphabet", "b", "temperature"]);
        assert_eq!(rows(&legend, (40, 1)), ["-- alphabet 7            … 2 more"]);
        assert_eq!(rows(&legend, (21, 1)), ["-- alphabet 7       …"]);
    }

    #[test]
    fn what_is_seen_is_left_out_where_a_number_would_be_cut() {
        let mut legend = legend(&["cpu"]);
        legend.0[0].seen = "   0.25 … 8.5   mean 4.125".to_owned();
        assert_eq!(rows(&legend, (40, 1)), ["-- cpu 7         0.25 … 8.5   mean 4.125"]);
        assert_eq!(rows(&legend, (38, 1)), ["-- cpu 7"]);
    }
}
