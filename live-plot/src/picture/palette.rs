//! The colours and dashes of a picture, as plain data, so that the window and the files look alike. How a painter writes
//! a colour is left to that painter.
//!
//! The series' colours can be told apart by the colour-blind: they are Okabe and Ito's, lightened for the dark theme.

/// A colour: red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

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
    series: [Rgb; COLORS],
}

/// How many series have a colour of their own.
const COLORS: usize = 8;

const DARK: Palette = Palette {
    background: Rgb(0x0e, 0x11, 0x16),
    grid: Rgb(0x45, 0x4f, 0x5e),
    text: Rgb(0xd6, 0xdd, 0xe6),
    weak: Rgb(0x8a, 0x95, 0xa5),
    live: Rgb(0x3f, 0xc9, 0x8f),
    warn: Rgb(0xf2, 0xb1, 0x34),
    series: [
        Rgb(0x56, 0xb4, 0xe9),
        Rgb(0xf5, 0xa6, 0x23),
        Rgb(0x2f, 0xc7, 0x9a),
        Rgb(0xe5, 0x8f, 0xc0),
        Rgb(0xf0, 0xe4, 0x42),
        Rgb(0xf0, 0x6b, 0x3f),
        Rgb(0x7d, 0x9b, 0xff),
        Rgb(0xc9, 0xd1, 0xd9),
    ],
};

const LIGHT: Palette = Palette {
    background: Rgb(0xff, 0xff, 0xff),
    grid: Rgb(0xb4, 0xbd, 0xc8),
    text: Rgb(0x22, 0x2a, 0x35),
    weak: Rgb(0x66, 0x70, 0x7d),
    live: Rgb(0x0b, 0x8a, 0x5a),
    warn: Rgb(0xa8, 0x5e, 0x00),
    series: [
        Rgb(0x00, 0x72, 0xb2),
        Rgb(0xd5, 0x5e, 0x00),
        Rgb(0x00, 0x8a, 0x66),
        Rgb(0xb6, 0x4f, 0x8d),
        Rgb(0x8a, 0x7a, 0x00),
        Rgb(0x2a, 0x9f, 0xd6),
        Rgb(0x4b, 0x4f, 0xc4),
        Rgb(0x33, 0x3b, 0x46),
    ],
};

impl Palette {
    /// The colours of the dark theme, or of the light one.
    #[must_use]
    pub const fn of(dark: bool) -> &'static Self {
        if dark { &DARK } else { &LIGHT }
    }

    /// A series' colour; the ninth has the first one's again, with another dash.
    #[must_use]
    pub fn series(&self, number: usize) -> Rgb {
        self.series[number % COLORS]
    }
}

/// How a series' line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dash {
    /// Without a break.
    Solid,
    /// In pieces.
    Dashed,
    /// In dots.
    Dotted,
}

impl Dash {
    /// A series' dash: the same for all that have colours of their own, then the next.
    #[must_use]
    pub fn of(series: usize) -> Self {
        [Self::Solid, Self::Dashed, Self::Dotted][series / COLORS % 3]
    }

    /// How much is drawn, and after how much it begins again, in points; `None` without a break.
    #[must_use]
    pub fn lengths(self) -> Option<(f64, f64)> {
        match self {
            Self::Solid => None,
            Self::Dashed => Some((9.0, 14.0)),
            Self::Dotted => Some((2.0, 5.0)),
        }
    }
}
