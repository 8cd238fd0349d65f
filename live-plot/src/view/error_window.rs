//! A window that shows an error, for whoever started live-plot from a desktop. That it is opened is left to `window`.

use eframe::egui::{
    Align, CentralPanel, Frame, Key, Label, Layout, Panel, RichText, ScrollArea, Ui,
    ViewportCommand, Visuals,
};

use super::theme;

/// Its width and height.
pub(super) const ERROR: (u16, u16) = (480, 200);

/// The error's text.
pub(super) struct ErrorWindow(pub(super) String);

impl ErrorWindow {
    /// Draws it; true if it is to be closed.
    fn draw(&self, ui: &mut Ui) -> bool {
        let color = theme::palette(ui).warn;
        let frame = Frame::NONE.inner_margin(16);
        let bottom = Panel::bottom("close").frame(frame).show_separator_line(false);
        let is_closed = bottom.show(ui, |ui| {
            let close =
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.button("Close"));
            if ui.memory(|memory| memory.focused().is_none()) {
                close.inner.request_focus();
            }
            close.inner.clicked()
        });
        CentralPanel::no_frame().frame(frame).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 12.0;
            ui.label(RichText::new("live-plot cannot draw this").heading().color(color));
            ScrollArea::vertical().show(ui, |ui| ui.add(Label::new(&self.0).wrap()));
        });
        is_closed.inner
            || ui.input(|input| [Key::Escape, Key::Q].iter().any(|key| input.key_pressed(*key)))
    }
}

impl eframe::App for ErrorWindow {
    fn clear_color(&self, visuals: &Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        if self.draw(ui) {
            ui.ctx().send_viewport_cmd(ViewportCommand::Close);
        }
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;

    #[test]
    fn it_shows_the_error_until_it_is_closed() {
        for key in [Key::Escape, Key::Enter, Key::Q] {
            let window = ErrorWindow("cannot read x: no such file".to_owned());
            let draw = move |ui: &mut Ui, is_read: &mut bool| *is_read |= window.draw(ui);
            let mut harness = Harness::builder().build_ui_state(draw, false);
            harness.step();
            harness.get_by_label("cannot read x: no such file");
            assert!(!harness.state());
            harness.key_press(key);
            harness.step();
            assert!(harness.state(), "{key:?}");
        }
    }
}
