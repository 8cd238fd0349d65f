//! How the window looks: the shared `palette` as egui takes it, and egui's own styles.

use eframe::egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Stroke, TextStyle, Theme, Ui,
};

use crate::picture::palette::{Palette, Rgb};

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
            let visuals = &mut style.visuals;
            visuals.panel_fill = palette.background.into();
            visuals.window_fill = palette.background.into();
            visuals.extreme_bg_color = palette.background.into();
            visuals.override_text_color = Some(palette.text.into());
            visuals.weak_text_color = Some(palette.weak.into());
            visuals.widgets.noninteractive.bg_stroke = Stroke::new(1.0, palette.grid);
            visuals.window_corner_radius = CornerRadius::same(8);
            // The readout appears at once.
            style.interaction.tooltip_delay = 0.0;
            style.interaction.show_tooltips_only_when_still = false;
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
