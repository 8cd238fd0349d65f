//! The list of keys over the plot, from the tables of `keys`.

use eframe::egui::{self, Grid, Key, Label, RichText, ScrollArea, Ui};

use super::keys::{self, COPYING, POINTING};
use super::overlay;

/// What a window has around the list: its title, its margins, and some of the plot.
const AROUND: egui::Vec2 = egui::vec2(52.0, 84.0);

/// Two columns need this much; a small window is seldom high.
const TWO_COLUMNS: f32 = 580.0;

/// The widest key with the room after it.
const KEY: f32 = 110.0;

/// How far an arrow scrolls the list.
const ROW: f32 = 24.0;

/// Shows the list while it is `open`. It scrolls where it does not fit.
pub(super) fn show(ui: &Ui, open: &mut bool) {
    let listed = keys::listed().map(|key| (key.name, format!("{}{}", key.does, key.more)));
    let copying = COPYING.iter().map(|(key, _, does)| (*key, (*does).to_owned()));
    let pointing = POINTING.iter().map(|(key, does)| (*key, (*does).to_owned()));
    let listed: Vec<(&str, String)> = listed.chain(copying).chain(pointing).collect();
    let room = ui.ctx().content_rect().size() - AROUND;
    let columns = if room.x >= TWO_COLUMNS { 2 } else { 1 };
    let rows = listed.len().div_ceil(columns);
    let window = egui::Window::new("Keys").anchor(egui::Align2::CENTER_CENTER, [0.0, 0.0]);
    // It is drawn while it fades, too.
    let is_open = *open;
    let window = window.resizable(false).collapsible(false).open(open);
    let shown = window.show(ui.ctx(), |ui| {
        if is_open {
            overlay::hold(ui, None);
        }
        let list = ScrollArea::vertical().max_height(room.y.max(1.0));
        // The bar of a column alone is at the window's edge.
        list.auto_shrink([columns > 1, true]).show(ui, |ui| {
            ui.scroll_with_delta(egui::vec2(0.0, -scrolled(ui, room.y)));
            // A column alone is as wide as the window lets it be; of two each has room for its longest text.
            let widest = if columns == 1 { room.x - KEY } else { f32::INFINITY };
            Grid::new("keys").spacing([16.0, 6.0]).max_col_width(widest).show(ui, |ui| {
                for row in 0..rows {
                    for (key, does) in
                        [row, row + rows].iter().filter_map(|at| listed.get(*at)).take(columns)
                    {
                        ui.label(RichText::new(*key).strong());
                        let does = Label::new(does);
                        ui.add(if columns == 1 { does.wrap() } else { does.extend() });
                    }
                    ui.end_row();
                }
            });
        });
    });
    *open &= !shown.is_some_and(|shown| shown.response.clicked_elsewhere());
}

/// How far down keys have scrolled the list, of which so much is seen.
fn scrolled(ui: &Ui, page: f32) -> f32 {
    let keys =
        [(Key::ArrowDown, ROW), (Key::ArrowUp, -ROW), (Key::PageDown, page), (Key::PageUp, -page)];
    let by = |(key, by): (Key, f32)| ui.input(|input| input.num_presses(key)) as f32 * by;
    keys.into_iter().map(by).sum()
}
