//! The list of keys, over the picture. Pure.

use super::cells::{Cells, Ink, width};
use crate::view::keys;

/// The list of keys over the picture, as much as there is room for.
pub(super) fn help(cells: &mut Cells) {
    let mut lines: Vec<String> =
        keys::listed().map(|key| format!("{:<10}{}", key.name, key.does)).collect();
    lines.push(format!("{:<10}less time, more (or the wheel)", "Up, Down"));
    lines.push(format!("{:<10}send the whole picture again", "Ctrl-L"));
    let wide = lines.iter().map(|line| width(line)).max().unwrap_or(0);
    // In two columns where there is room: a small terminal is seldom high.
    let columns = if cells.height < lines.len() + 2 && cells.width >= 2 * wide + 7 { 2 } else { 1 };
    let rows = lines.len().div_ceil(columns).min(cells.height.saturating_sub(2));
    let across = (columns * (wide + 3) + 1).min(cells.width);
    let (left, top) = ((cells.width - across) / 2, (cells.height - rows).saturating_sub(2) / 2);
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
    for (number, line) in lines.iter().enumerate().take(rows * columns) {
        let at = (left + 2 + number / rows * (wide + 3), top + 1 + number % rows);
        let room = (left + across).saturating_sub(at.0 + 2);
        cells.write(at, &cut(line, room), Ink::Plain);
    }
}

/// The beginning of a text, as much as fits.
fn cut(text: &str, room: usize) -> String {
    let mut wide = 0;
    let fits = |glyph: &char| {
        wide += width(glyph.encode_utf8(&mut [0; 4]));
        wide <= room
    };
    text.chars().take_while(fits).collect()
}
