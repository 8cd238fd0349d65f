//! How the window looks: its two themes, and a colour and a dash for each series that the colour-blind
//! can tell apart (Okabe and Ito's palette, lightened for the dark theme).

use eframe::egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Stroke, TextStyle, Theme, Visuals,
};
use egui_plot::LineStyle;

/// Colours that egui's visuals have no place for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Palette {
    pub(crate) background: Color32,
    pub(crate) grid: Color32,
    pub(crate) text: Color32,
    pub(crate) weak: Color32,
    pub(crate) live: Color32,
    pub(crate) warn: Color32,
    series: [Color32; 8],
}

const fn rgb(hex: u32) -> Color32 {
    let [_, r, g, b] = hex.to_be_bytes();
    Color32::from_rgb(r, g, b)
}

const DARK: Palette = Palette {
    background: rgb(0x000e_1116),
    grid: rgb(0x0045_4f5e),
    text: rgb(0x00d6_dde6),
    weak: rgb(0x008a_95a5),
    live: rgb(0x003f_c98f),
    warn: rgb(0x00f2_b134),
    series: [
        rgb(0x0056_b4e9),
        rgb(0x00f5_a623),
        rgb(0x002f_c79a),
        rgb(0x00e5_8fc0),
        rgb(0x00f0_e442),
        rgb(0x00f0_6b3f),
        rgb(0x007d_9bff),
        rgb(0x00c9_d1d9),
    ],
};

const LIGHT: Palette = Palette {
    background: rgb(0x00ff_ffff),
    grid: rgb(0x00b4_bdc8),
    text: rgb(0x0022_2a35),
    weak: rgb(0x0066_707d),
    live: rgb(0x000b_8a5a),
    warn: rgb(0x00a8_5e00),
    series: [
        rgb(0x0000_72b2),
        rgb(0x00d5_5e00),
        rgb(0x0000_8a66),
        rgb(0x00b6_4f8d),
        rgb(0x008a_7a00),
        rgb(0x002a_9fd6),
        rgb(0x004b_4fc4),
        rgb(0x0033_3b46),
    ],
};

impl Palette {
    pub(super) fn of(visuals: &Visuals) -> &'static Self {
        Self::named(visuals.dark_mode)
    }

    pub(crate) fn named(dark: bool) -> &'static Self {
        if dark { &DARK } else { &LIGHT }
    }

    /// A series' colour; after eight they come again with another dash.
    pub(crate) fn series(&self, number: usize) -> Color32 {
        self.series[number % self.series.len()]
    }
}

/// Which dash a series has: 0, solid, for the first eight; then 1, dashed, and 2, dotted.
pub(crate) fn dash_kind(number: usize) -> usize {
    number / DARK.series.len() % 3
}

/// A series' dash in the window.
pub(super) fn dash(number: usize) -> LineStyle {
    match dash_kind(number) {
        0 => LineStyle::Solid,
        1 => LineStyle::Dashed { length: 9.0 },
        _ => LineStyle::Dotted { spacing: 5.0 },
    }
}

/// Gives both themes their colours and sizes.
pub(super) fn apply(ctx: &Context) {
    for (theme, palette) in [(Theme::Dark, &DARK), (Theme::Light, &LIGHT)] {
        ctx.style_mut_of(theme, |style| {
            let visuals = &mut style.visuals;
            visuals.panel_fill = palette.background;
            visuals.window_fill = palette.background;
            visuals.extreme_bg_color = palette.background;
            visuals.override_text_color = Some(palette.text);
            visuals.weak_text_color = Some(palette.weak);
            visuals.widgets.noninteractive.bg_stroke = Stroke::new(1.0, palette.grid);
            visuals.window_corner_radius = CornerRadius::same(8);
            // The readout is there as soon as the pointer is.
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
