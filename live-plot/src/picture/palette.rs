//! The colours and dashes of a picture, as plain data, so that the window and the files look alike. How a painter writes
//! a colour is left to that painter.
//!
//! The first eight series' colours can be told apart by the colour-blind: they are Okabe and Ito's, lightened for the dark
//! theme. Each next one is, of those that stand out from the background, the one that is farthest from all before it.

/// A colour: red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// How much of the grid's colour a line of it keeps that does not stand out.
pub const WEAK_LINE: f32 = 0.55;

/// The colours of a theme.
#[derive(Debug)]
pub struct Palette {
    /// Behind everything.
    pub background: Rgb,
    /// The grid.
    pub grid: Rgb,
    /// What is to be read first.
    pub text: Rgb,
    /// Names and labels.
    pub weak: Rgb,
    /// The state of an input that goes on.
    pub live: Rgb,
    /// What needs attention.
    pub warn: Rgb,
    /// The marks of `--marks`.
    pub mark: Rgb,
    /// As 0xRRGGBB, a row for each group of series.
    series: [u32; COLORS],
}

/// A group of series has one dash and differs by its colours.
const GROUP: usize = 8;

/// Seven groups have colours of their own. There are five dashes, so that as many as 35 groups, 280 series, differ from each
/// other. live-plot reads 256.
const COLORS: usize = 7 * GROUP;

/// The first series have whole lines: dashes are harder to follow, and so many colours are told apart without them.
pub const WHOLE: usize = 3 * GROUP;

const DARK: Palette = Palette {
    background: Rgb(0x0e, 0x11, 0x16),
    grid: Rgb(0x45, 0x4f, 0x5e),
    text: Rgb(0xd6, 0xdd, 0xe6),
    weak: Rgb(0x8a, 0x95, 0xa5),
    live: Rgb(0x3f, 0xc9, 0x8f),
    warn: Rgb(0xf2, 0xb1, 0x34),
    mark: Rgb(0xc0, 0x80, 0xff),
    series: [
        0x56b4e9, 0xf5a623, 0x2fc79a, 0xe58fc0, 0xf0e442, 0xf06b3f, 0x7d9bff, 0xc9d1d9, 0x78783c,
        0x787882, 0x008282, 0xa050d2, 0xd23c64, 0xfac8b4, 0x6eb400, 0x3cf0fa, 0xd2e6be, 0xaa6400,
        0x008c46, 0xaaa08c, 0x0a78be, 0x78fa82, 0xa06e64, 0x82a0a0, 0xf0d2fa, 0xb4a000, 0xa096be,
        0xfa7882, 0x96648c, 0x6e6eaa, 0xc882fa, 0x82a06e, 0xf0d296, 0xbe8c5a, 0xbea0a0, 0x64786e,
        0x00b4b4, 0xa0d2c8, 0xdc50aa, 0xbec8fa, 0x6efadc, 0xfab4be, 0xb4be6e, 0xfaa06e, 0xb4e646,
        0x5a8c0a, 0x328caa, 0xe67800, 0x8c6e50, 0x967800, 0x1ec85a, 0x5a9682, 0xc8500a, 0xbe788c,
        0x96d2e6, 0x506ef0,
    ],
};

const LIGHT: Palette = Palette {
    background: Rgb(0xff, 0xff, 0xff),
    grid: Rgb(0xb4, 0xbd, 0xc8),
    text: Rgb(0x22, 0x2a, 0x35),
    weak: Rgb(0x66, 0x70, 0x7d),
    live: Rgb(0x09, 0x80, 0x52),
    warn: Rgb(0xa8, 0x5e, 0x00),
    mark: Rgb(0x9a, 0x1f, 0xd0),
    series: [
        0x0072b2, 0xd55e00, 0x008a66, 0xb64f8d, 0x8a7a00, 0x2a9fd6, 0x4b4fc4, 0x333b46, 0x78000a,
        0x1e3c00, 0x968c8c, 0x50003c, 0x5a3c0a, 0xf0505a, 0x9682d2, 0x5aa00a, 0x6e5050, 0x005a5a,
        0x646450, 0x14008c, 0x6e8c8c, 0x821e96, 0xb40046, 0x006e00, 0x646482, 0x966e50, 0x828c64,
        0xbe321e, 0x32281e, 0xb47882, 0xbe821e, 0x503c5a, 0xa050d2, 0x461e1e, 0x964600, 0x5a82fa,
        0x00285a, 0x14788c, 0x00a0a0, 0x285a3c, 0x1e5078, 0xc86ec8, 0x788296, 0x961464, 0xf05a8c,
        0x647828, 0x50646e, 0xa08c6e, 0x8c6e8c, 0x5a7864, 0xc87864, 0xa05a50, 0x14a050, 0x786e6e,
        0x6e0028, 0x646eb4,
    ],
};

impl Palette {
    /// The colours of the dark theme, or of the light one.
    #[must_use]
    pub const fn of(dark: bool) -> &'static Self {
        if dark { &DARK } else { &LIGHT }
    }

    /// A series' colour.
    #[must_use]
    pub const fn series(&self, number: usize) -> Rgb {
        let [_, red, green, blue] = self.series[number % COLORS].to_be_bytes();
        Rgb(red, green, blue)
    }
}

/// How a series' line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dash {
    /// Without a break.
    Solid,
    /// In long pieces.
    Dashed,
    /// In dots.
    Dotted,
    /// In short pieces far from each other.
    Spaced,
    /// In dots far from each other.
    Sparse,
}

impl Dash {
    const ALL: [Self; 5] = [Self::Solid, Self::Dashed, Self::Dotted, Self::Spaced, Self::Sparse];

    /// A series' dash: the same for all of its group. Each time a colour comes again, its dash is the next one.
    #[must_use]
    pub const fn of(series: usize) -> Self {
        let colors = series % COLORS;
        let first = colors.saturating_sub(WHOLE - GROUP) / GROUP;
        Self::in_turn(series / COLORS + first)
    }

    /// The dashes in turn.
    #[must_use]
    pub const fn in_turn(number: usize) -> Self {
        Self::ALL[number % Self::ALL.len()]
    }

    /// How much is drawn, and after how much it begins again, in points; `None` without a break.
    #[must_use]
    pub const fn lengths(self) -> Option<(f64, f64)> {
        match self {
            Self::Solid => None,
            Self::Dashed => Some((9.0, 14.0)),
            Self::Dotted => Some((2.0, 5.0)),
            Self::Spaced => Some((6.0, 18.0)),
            Self::Sparse => Some((2.0, 11.0)),
        }
    }
}

#[cfg(test)]
mod tests;
