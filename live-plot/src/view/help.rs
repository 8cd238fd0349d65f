//! The list of keys over the plot, from the table of `keys`.

use eframe::egui::{self, RichText, Ui};

use super::keys::KEYS;

/// The list of keys, in two columns: a small window is seldom high.
pub(super) fn show(ui: &Ui) {
    let window = egui::Window::new("Keys").anchor(egui::Align2::CENTER_CENTER, [0.0, 0.0]);
    let listed: Vec<_> = KEYS.iter().filter(|(_, key, ..)| !key.is_empty()).collect();
    let rows = listed.len().div_ceil(2);
    let room = ui.ctx().content_rect().size() - egui::vec2(40.0, 80.0);
    window.resizable(false).collapsible(false).show(ui.ctx(), |ui| {
        ui.set_min_width(room.x.min(540.0));
        egui::ScrollArea::both().max_height(room.y).show(ui, |ui| {
            egui::Grid::new("keys").spacing([16.0, 6.0]).show(ui, |ui| {
                for row in 0..rows {
                    for (_, key, _, does, more) in
                        [row, row + rows].iter().filter_map(|at| listed.get(*at))
                    {
                        ui.label(RichText::new(*key).strong());
                        ui.label(format!("{does}{more}"));
                    }
                    ui.end_row();
                }
            });
        });
    });
}
