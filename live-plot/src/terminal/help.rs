//! The list of keys, over the picture: in a small terminal a part of it. Pure.

use super::cells::{Cells, Ink, width};
use crate::view::keys;

/// How wide the names of keys are.
const NAMES: usize = 10;

/// The list of keys, and how far it is scrolled.
#[derive(Debug, Default)]
pub(super) struct Help {
    pub(super) is_shown: bool,
    first: usize,
    /// How far it can be scrolled, as it was shown.
    most: usize,
}

impl Help {
    pub(super) fn toggle(&mut self) {
        *self = Self { is_shown: !self.is_shown, ..Self::default() };
    }

    pub(super) fn scroll(&mut self, is_down: bool) {
        self.first = if is_down { self.first + 1 } else { self.first.saturating_sub(1) };
        self.first = self.first.min(self.most);
    }

    /// Writes the list over the picture, as much as there is room for.
    pub(super) fn write(&mut self, cells: &mut Cells) {
        let wide = lines(usize::MAX).iter().map(|line| width(line)).max().unwrap_or(0);
        let wide = wide.min(cells.width.saturating_sub(4));
        let lines = lines(wide);
        // In two columns where there is room: a small terminal is seldom high.
        let is_low = cells.height < lines.len() + 2;
        let columns = if is_low && cells.width >= 2 * wide + 7 { 2 } else { 1 };
        let room = cells.height.saturating_sub(2);
        let rows = lines.len().div_ceil(columns).min(room);
        self.most = lines.len().div_ceil(columns) - rows;
        self.first = self.first.min(self.most);
        let across = (columns * (wide + 3) + 1).min(cells.width);
        let (left, top) = ((cells.width - across) / 2, (room - rows) / 2);
        let side = |x: usize| x == 0 || x + 1 == across;
        for (x, y) in (0..rows + 2).flat_map(|y| (0..across).map(move |x| (x, y))) {
            let glyph = match (side(x), y == 0 || y == rows + 1) {
                (true, true) => ['┌', '┐', '└', '┘'][usize::from(x > 0) + 2 * usize::from(y > 0)],
                (true, false) => '│',
                (false, true) => '─',
                (false, false) => ' ',
            };
            cells.put((left + x, top + y), glyph, Ink::Weak);
        }
        let mut note = |y: usize, text: &str| {
            let x = (left + across).saturating_sub(width(text) + 2);
            cells.write((x, top + y), text, Ink::Plain);
        };
        if self.first > 0 {
            note(0, " Up: more ");
        }
        if self.first < self.most {
            note(rows + 1, " Down: more ");
        }
        let all = lines.len().div_ceil(columns);
        for (number, line) in lines.iter().enumerate() {
            let (column, row) = (number / all, number % all);
            if let Some(row) = row.checked_sub(self.first).filter(|row| *row < rows) {
                cells.write((left + 2 + column * (wide + 3), top + 1 + row), line, Ink::Plain);
            }
        }
    }
}

/// What there is to know, each line no wider than this.
fn lines(across: usize) -> Vec<String> {
    let keys = keys::listed().map(|key| (key.name, key.does));
    let others = [
        ("Up, Down", "less time, more (or the wheel)"),
        ("Ctrl-L", "send the whole picture again"),
    ];
    let mut lines = Vec::new();
    for (key, does) in keys.chain(others) {
        let mut line = format!("{key:<NAMES$}");
        for word in does.split(' ') {
            if width(&line) + width(word) > across && width(&line) > NAMES {
                lines.push(std::mem::replace(&mut line, " ".repeat(NAMES)));
            }
            line = line + word + " ";
        }
        lines.push(line);
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cells: &Cells) -> String {
        let row = |y| cells.row(y).iter().map(|cell| cell.glyph).collect::<String>();
        (0..cells.height).map(row).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn in_a_small_terminal_all_of_it_can_be_reached() {
        for size in [(30, 8), (60, 12), (80, 24), (120, 40), (12, 4)] {
            let mut help = Help::default();
            help.toggle();
            let mut seen = String::new();
            loop {
                let mut cells = Cells::new(size.0, size.1);
                help.write(&mut cells);
                let shown = text(&cells);
                seen += &shown;
                if !shown.contains("Down: more") {
                    break;
                }
                help.scroll(true);
            }
            let words = lines(usize::MAX).join(" ");
            let missing: Vec<&str> = words
                .split_whitespace()
                .filter(|word| word.len() < 8 && !seen.contains(word))
                .collect();
            assert!(missing.is_empty() || size.0 < 20, "{size:?}: {missing:?}\n{seen}");
        }
    }
}
