//! One picture of the whole input in characters, as text, for a log or a chat: a line for each row, without blanks at its
//! end. Pure. When the input is at its end, and where the text goes, is left to `export`.

use super::cells::{Cells, Ink, WIDE};
use super::colors::Depth;
use super::painter::Painter;
use crate::config::{Config, Theme};
use crate::picture::palette::Palette;
use crate::picture::scene::Scene;
use crate::series::Shared;
use crate::view::controls::Controls;
use crate::view::status::{Beside, Status};

/// The picture of all that has been read.
pub(crate) fn of(config: &Config, store: &Shared, is_typed: bool, depth: Depth) -> String {
    let is_colored = depth != Depth::None;
    let size = (config.cells.0.into(), config.cells.1.into());
    let painter = Painter { config, size, depth, status_rows: None };
    let controls = Controls::new(config, is_typed).in_colors(is_colored);
    let extent = store.hold(|store| controls.extent(store, store.head));
    let make = |size| {
        let scene = Scene::of(store, &controls.view, extent, size, |_| false);
        let status = store.hold(|store| Status::of(store, &scene, &controls, Beside::default()));
        (scene, status)
    };
    let (scene, status, _) = painter.compose(None, make);
    let (cells, _) = painter.paint(&scene, &status);
    text(&cells, depth, Palette::of(config.theme != Theme::Light))
}

/// The text of a picture.
fn text(cells: &Cells, depth: Depth, palette: &Palette) -> String {
    let mut text = String::new();
    for y in 0..cells.height {
        let row = cells.row(y);
        let end = row.iter().rposition(|cell| cell.glyph != ' ').map_or(0, |last| last + 1);
        let mut ink = Ink::Plain;
        for cell in row[..end].iter().filter(|cell| cell.glyph != WIDE) {
            if cell.ink != ink && cell.glyph != ' ' {
                text += &depth.sequence(cell.ink, palette);
                ink = cell.ink;
            }
            text.push(cell.glyph);
        }
        if ink != Ink::Plain {
            text += &depth.sequence(Ink::Plain, palette);
        }
        text.push('\n');
    }
    text
}
