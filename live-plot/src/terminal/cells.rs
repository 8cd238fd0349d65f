//! A screen of characters as data: cells, each with a character and what it is drawn in, and text in them. Pure. Which
//! colour an ink has in a terminal is left to `colors`, how cells get there to `screen` and `still`.

use unicode_width::UnicodeWidthChar as _;

use crate::picture::elide::without_middle;

/// What a character is drawn in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Ink {
    /// The terminal's own colour.
    #[default]
    Plain,
    /// Names and labels.
    Weak,
    /// The grid.
    Grid,
    /// The state of an input that goes on.
    Live,
    /// What needs attention.
    Warn,
    /// A mark of `--marks`.
    Mark,
    /// A series of this number.
    Series(usize),
}

/// A character's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    /// The character; [`WIDE`] in the second cell of one that is two cells wide.
    pub(crate) glyph: char,
    pub(crate) ink: Ink,
}

/// Stands for the second half of a wide character.
pub(crate) const WIDE: char = '\0';

pub(super) const BLANK: Cell = Cell { glyph: ' ', ink: Ink::Plain };

/// A screen, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cells {
    pub(crate) width: usize,
    pub(crate) height: usize,
    cells: Vec<Cell>,
}

impl Cells {
    /// A blank screen.
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self { width, height, cells: vec![BLANK; width * height] }
    }

    /// A row, from the left.
    pub(crate) fn row(&self, y: usize) -> &[Cell] {
        &self.cells[y * self.width..(y + 1) * self.width]
    }

    /// Puts a character into a cell; outside of the screen nothing.
    pub(crate) fn put(&mut self, (x, y): (usize, usize), glyph: char, ink: Ink) {
        if x < self.width && y < self.height {
            let ink = if glyph == ' ' { Ink::Plain } else { ink };
            self.cells[y * self.width + x] = Cell { glyph, ink };
        }
    }

    /// Writes a text from a cell on, as far as it fits into its row. Returns the column after it.
    pub(crate) fn write(&mut self, (mut x, y): (usize, usize), text: &str, ink: Ink) -> usize {
        for glyph in text.chars() {
            let width = glyph.width().unwrap_or(0);
            // Without a cell of its own a mark would need its letter's: names seldom have any.
            if width == 0 {
                continue;
            }
            if x + width > self.width {
                break;
            }
            self.put((x, y), glyph, ink);
            if width == 2 {
                self.put((x + 1, y), WIDE, ink);
            }
            x += width;
        }
        x
    }
}

/// How many cells a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.chars().filter_map(|glyph| glyph.width()).sum()
}

/// A text without its middle, if it is wider than `room`.
pub(crate) fn shortened(text: &str, room: usize) -> String {
    without_middle(text, |text| width(text) <= room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_takes_the_cells_that_a_terminal_gives_it_and_is_cut_at_the_edge() {
        let mut cells = Cells::new(6, 1);
        assert_eq!(cells.write((0, 0), "a\u{301}温", Ink::Weak), 3);
        assert_eq!(cells.write((3, 0), "xy温", Ink::Plain), 5);
        let row: String = cells.row(0).iter().map(|cell| cell.glyph).collect();
        assert_eq!(row, "a温\0xy ");
        assert_eq!(width("a\u{301}温"), 3);
    }

    #[test]
    fn a_name_that_is_too_long_keeps_both_its_ends() {
        assert_eq!(shortened("temperature.inside", 9), "temp…side");
        assert_eq!(shortened("温度计温度计", 5), "温…计");
        assert_eq!((shortened("abc", 3), shortened("abc", 0)), ("abc".into(), String::new()));
    }
}
