//! The buttons above the plot, and the menu that has all that they do, and more. A button for which there is no room is in
//! the menu alone. What each does is left to `app`.

use eframe::egui::accesskit::Role;
use eframe::egui::{
    Align, Button, Color32, Layout, Popup, RichText, ScrollArea, Stroke, TextStyle, Ui, WidgetInfo,
    vec2,
};

use super::controls::Controls;
use super::keys::{self, Action};
use super::{overlay, theme};
use crate::config::Panels;

/// Something to choose: what it is called on its button, if it has one, and in the menu.
struct Choice {
    action: Action,
    button: Option<&'static str>,
    entry: &'static str,
}

const fn choice(action: Action, button: Option<&'static str>, entry: &'static str) -> Choice {
    Choice { action, button, entry }
}

/// The choices in groups, the most used first.
static CHOICES: [&[Choice]; 4] = [
    &[
        choice(Action::Pause, Some("Pause"), "Pause, or follow the newest"),
        choice(Action::Fit, Some("Fit"), "Fit the values"),
        choice(Action::Log, Some("Log"), "Logarithmic axis"),
        choice(Action::Panels, Some("Panels"), "Panels: each series its own"),
        choice(Action::All, None, "Show everything"),
    ],
    &[
        choice(Action::SavePicture, Some("PNG"), "Save the picture"),
        choice(Action::SaveTable, Some("CSV"), "Save all samples"),
    ],
    &[
        choice(Action::CopyPicture, None, "Copy the picture"),
        choice(Action::CopySamples, None, "Copy the samples that are seen"),
    ],
    &[
        choice(Action::Theme, None, "Dark or light colours"),
        choice(Action::Help, Some("?"), "Keys"),
        choice(Action::Quit, None, "Close"),
    ],
];

/// The share of a row that the buttons may take: the rest is the legend's.
const SHARE: f32 = 0.55;

/// The width of the button that opens the menu.
const MENU: f32 = 26.0;

/// How the buttons look that are on or off.
fn is_on(action: Action, controls: &Controls) -> Option<bool> {
    match action {
        Action::Pause => Some(!controls.viewport.is_live()),
        Action::Fit => Some(controls.is_fitted()),
        Action::Log => Some(controls.view.is_log),
        Action::Panels => Some(controls.view.panels != Panels::One),
        _ => None,
    }
}

/// The row of buttons.
#[derive(Debug, Default)]
pub(super) struct Buttons {
    /// The width of each with what is around it, once it is known: it stays.
    widths: Vec<f32>,
}

impl Buttons {
    /// Shows as many as there is room for, at the right end of a row; returns what was asked for.
    pub(super) fn show(&mut self, ui: &mut Ui, controls: &Controls) -> Option<Action> {
        ui.spacing_mut().item_spacing.x = 2.0;
        if self.widths.is_empty() {
            self.widths = named().map(|(text, _)| width(ui, text)).collect();
        }
        let count = fitting(&self.widths, ui.available_width() * SHARE - MENU);
        let size = vec2(self.widths[..count].iter().sum::<f32>() + MENU, ui.available_height());
        // From the left to the right, as Tab goes.
        let row = ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            let mut wanted = None;
            for (text, choice) in named().take(count) {
                let response = ui.add(button(ui, text, is_on(choice.action, controls)));
                if response.clicked() {
                    wanted = Some(choice.action);
                }
                response.on_hover_ui(|ui| {
                    ui.label(format!("{} ({})", choice.entry, keys::name_of(choice.action)));
                });
            }
            menu(ui, controls).or(wanted)
        });
        row.inner
    }
}

/// The choices that have a button, and what stands on it.
fn named() -> impl Iterator<Item = (&'static str, &'static Choice)> {
    CHOICES.iter().copied().flatten().filter_map(|choice| Some((choice.button?, choice)))
}

fn width(ui: &Ui, text: &str) -> f32 {
    let font = TextStyle::Button.resolve(ui.style());
    let text = ui.painter().layout_no_wrap(text.to_owned(), font, Color32::WHITE);
    text.size().x + 2.0 * ui.spacing().button_padding.x + ui.spacing().item_spacing.x
}

/// How many of the first widths fit into a room.
fn fitting(widths: &[f32], room: f32) -> usize {
    let ends = widths.iter().scan(0.0, |end, width| {
        *end += width;
        Some(*end)
    });
    ends.take_while(|end| *end <= room).count()
}

fn button(ui: &Ui, text: &'static str, is_on: Option<bool>) -> Button<'static> {
    let palette = theme::palette(ui);
    let color = if is_on == Some(true) { palette.text } else { palette.weak };
    marked(Button::new(RichText::new(text).color(color)), is_on)
}

/// Only what is on has a frame.
fn marked(button: Button<'static>, is_on: Option<bool>) -> Button<'static> {
    let button = button.frame_when_inactive(is_on == Some(true));
    match is_on {
        Some(is_on) => button.selected(is_on),
        None => button,
    }
}

/// The menu with all choices.
fn menu(ui: &mut Ui, controls: &Controls) -> Option<Action> {
    let mut wanted = None;
    let opener = ui.add(button(ui, "", None).min_size(vec2(MENU, 0.0)));
    Popup::menu(&opener).show(|ui| {
        overlay::hold(ui, Some(opener.id));
        theme::menu(ui);
        let room = ui.ctx().content_rect().height() - 60.0;
        ScrollArea::vertical().max_height(room).show(ui, |ui| {
            for (number, group) in CHOICES.iter().enumerate() {
                if number > 0 {
                    ui.separator();
                }
                for choice in *group {
                    let key =
                        RichText::new(keys::name_of(choice.action)).color(theme::palette(ui).weak);
                    let entry = Button::new(choice.entry).shortcut_text(key);
                    let entry = marked(entry, is_on(choice.action, controls));
                    let response = ui.add(entry);
                    if response.clicked() {
                        wanted = Some(choice.action);
                        ui.close();
                    }
                    if response.gained_focus() {
                        response.scroll_to_me(None);
                    }
                }
            }
        });
    });
    opener.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Menu"));
    // Three lines, which no font has to have.
    let color = theme::palette(ui).weak;
    for offset in [-4.0, 0.0, 4.0] {
        let across = opener.rect.center().x - 6.0..=opener.rect.center().x + 6.0;
        ui.painter().hline(across, opener.rect.center().y + offset, Stroke::new(1.5, color));
    }
    opener.on_hover_text("All there is to choose");
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_buttons_are_left_out_first() {
        let widths = [50.0, 30.0, 40.0];
        for (room, count) in [(120.0, 3), (119.0, 2), (80.0, 2), (60.0, 1), (49.0, 0), (-5.0, 0)] {
            assert_eq!(fitting(&widths, room), count, "{room}");
        }
    }

    #[test]
    fn each_choice_names_its_key() {
        for choice in CHOICES.iter().copied().flatten() {
            assert_ne!(keys::name_of(choice.action), "", "{:?}", choice.action);
        }
    }
}
