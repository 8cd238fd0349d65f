//! How the window looks: the shared `palette` as egui takes it, and egui's own styles.

use eframe::egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Margin, Stroke, TextStyle, Theme, Ui, Vec2,
    vec2,
};

use crate::picture::palette::{Palette, Rgb};

/// Around the text of a button.
const BUTTON: Vec2 = vec2(7.0, 2.0);

/// How wide the frame is of what has the keyboard.
const FOCUS: f32 = 2.0;

impl From<Rgb> for Color32 {
    fn from(Rgb(red, green, blue): Rgb) -> Self {
        Self::from_rgb(red, green, blue)
    }
}

/// The colours of the theme that `ui` has.
pub(super) fn palette(ui: &Ui) -> &'static Palette {
    Palette::of(ui.visuals().dark_mode)
}

/// Gives both themes their colours and sizes.
pub(super) fn apply(ctx: &Context) {
    for theme in [Theme::Dark, Theme::Light] {
        let palette = Palette::of(theme == Theme::Dark);
        ctx.style_mut_of(theme, |style| {
            let faint = Color32::from(palette.grid).gamma_multiply(0.55);
            let visuals = &mut style.visuals;
            visuals.panel_fill = palette.background.into();
            visuals.window_fill = palette.background.into();
            visuals.extreme_bg_color = palette.background.into();
            visuals.override_text_color = Some(palette.text.into());
            visuals.weak_text_color = Some(palette.weak.into());
            visuals.widgets.noninteractive.bg_stroke = Stroke::new(1.0, palette.grid);
            visuals.window_corner_radius = CornerRadius::same(8);
            visuals.widgets.inactive.weak_bg_fill = faint;
            // A button that is on, one under the pointer, and the one that has the keyboard.
            visuals.selection.bg_fill = palette.grid.into();
            visuals.selection.stroke = Stroke::new(1.0, palette.text);
            for state in [&mut visuals.widgets.hovered, &mut visuals.widgets.open] {
                (state.weak_bg_fill, state.bg_stroke) = (faint, Stroke::NONE);
            }
            visuals.widgets.active.weak_bg_fill = faint;
            visuals.widgets.active.bg_stroke = Stroke::new(FOCUS, palette.text);
            style.spacing.button_padding = BUTTON;
            style.spacing.window_margin = Margin::same(12);
            style.text_styles = [
                (TextStyle::Heading, FontId::new(17.0, FontFamily::Proportional)),
                (TextStyle::Body, FontId::new(13.0, FontFamily::Proportional)),
                (TextStyle::Button, FontId::new(13.0, FontFamily::Proportional)),
                (TextStyle::Small, FontId::new(11.0, FontFamily::Proportional)),
                (TextStyle::Monospace, FontId::new(13.0, FontFamily::Monospace)),
            ]
            .into();
        });
    }
}

/// Gives the entries of a menu the room and the frame that buttons have: egui's own show hardly which has the keyboard.
pub(super) fn menu(ui: &mut Ui) {
    ui.spacing_mut().button_padding = BUTTON;
    ui.visuals_mut().widgets.active.bg_stroke = Stroke::new(FOCUS, palette(ui).text);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The relative luminance of a colour: WCAG 2.2, 1.4.3.
    fn luminance(Rgb(red, green, blue): Rgb) -> f64 {
        let linear = |level: u8| match f64::from(level) / 255.0 {
            level if level <= 0.04045 => level / 12.92,
            level => ((level + 0.055) / 1.055).powf(2.4),
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_has_the_contrast_that_most_people_need() {
        for is_dark in [true, false] {
            let palette = Palette::of(is_dark);
            let Palette { background, grid, text, weak, live, warn, mark, .. } = *palette;
            for color in [text, weak, live, warn, mark] {
                let contrast = contrast(color, background);
                assert!(contrast >= 4.5, "{color:?} has {contrast:.2} on {background:?}");
            }
            // On a button that is on.
            assert!(contrast(text, grid) >= 4.5, "{is_dark}");
        }
    }
}
