//! What an ink looks like in a terminal: the palette's colours as the escape sequences of as many colours as it has
//! (ECMA-48, SGR).

use super::cells::Ink;
use crate::picture::palette::{Dash, Palette, Rgb};

/// How many colours a terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// None.
    None,
    /// The sixteen of the IBM PC, as the user has set them.
    Sixteen,
    /// Also a cube of 6 × 6 × 6, and greys.
    Cube,
    /// All of them.
    True,
}

/// The eight colours of series in a terminal of sixteen, on a dark background and on a light one: they stay apart from each
/// other and from both.
const DARK: [u8; 8] = [94, 33, 32, 95, 93, 31, 36, 35];
const LIGHT: [u8; 8] = [34, 31, 32, 35, 33, 36, 94, 95];

impl Depth {
    /// Those of the terminal that the environment describes.
    pub(crate) fn here(is_colored: bool) -> Self {
        let variable = |name| std::env::var(name).unwrap_or_default();
        Self::of(is_colored, &variable("TERM"), &variable("COLORTERM"))
    }

    /// What `TERM` and `COLORTERM` say of a terminal, if anything is to be coloured there.
    fn of(is_colored: bool, term: &str, color_term: &str) -> Self {
        if !is_colored {
            Self::None
        } else if matches!(color_term, "truecolor" | "24bit") || term.ends_with("-direct") {
            Self::True
        } else if term.contains("256color") {
            Self::Cube
        } else {
            Self::Sixteen
        }
    }

    /// The dash of a series, that stands at `place` in its panel: the next one each time the colours have been used up.
    pub(super) fn dash(self, series: usize, place: usize) -> Dash {
        match self {
            Self::None => Dash::in_turn(place),
            Self::Sixteen => Dash::in_turn(series / DARK.len()),
            Self::Cube | Self::True => Dash::of(series),
        }
    }

    /// The sequence that switches from any ink to this one.
    pub(crate) fn sequence(self, ink: Ink, palette: &Palette) -> String {
        let color = match ink {
            Ink::Plain => return if self == Self::None { String::new() } else { "\x1b[m".into() },
            Ink::Weak => palette.weak,
            Ink::Grid => palette.grid,
            Ink::Live => palette.live,
            Ink::Warn => palette.warn,
            Ink::Mark => palette.mark,
            Ink::Series(number) => palette.series(number),
        };
        match self {
            Self::None => String::new(),
            Self::Sixteen => format!("\x1b[{}m", sixteen(ink, palette)),
            Self::Cube => format!("\x1b[38;5;{}m", cube(color)),
            Self::True => format!("\x1b[38;2;{};{};{}m", color.0, color.1, color.2),
        }
    }
}

fn sixteen(ink: Ink, palette: &Palette) -> u8 {
    let is_light = palette.background == Palette::of(false).background;
    match ink {
        // No grey can be read on both backgrounds.
        Ink::Plain | Ink::Weak | Ink::Mark => 39,
        Ink::Grid => 90,
        Ink::Live => 32,
        Ink::Warn => 33,
        Ink::Series(number) if is_light => LIGHT[number % LIGHT.len()],
        Ink::Series(number) => DARK[number % DARK.len()],
    }
}

/// The nearest colour of the cube or the greys.
fn cube(color: Rgb) -> u8 {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let distance = |a: Rgb| {
        let square = |a: u8, b: u8| i32::from(a).abs_diff(i32::from(b)).pow(2);
        square(a.0, color.0) + square(a.1, color.1) + square(a.2, color.2)
    };
    let level = |number: u8| LEVELS[usize::from(number)];
    let cube = (0..216_u8).map(|number| {
        (16 + number, Rgb(level(number / 36), level(number / 6 % 6), level(number % 6)))
    });
    let greys = (0..24_u8)
        .map(|number| (232 + number, Rgb(8 + 10 * number, 8 + 10 * number, 8 + 10 * number)));
    cube.chain(greys).min_by_key(|(_, near)| distance(*near)).map_or(15, |(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::super::braille::key;
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn eight_series_have_eight_colours_in_every_terminal() {
        for (is_dark, depth) in [true, false]
            .into_iter()
            .flat_map(|dark| [Depth::Sixteen, Depth::Cube, Depth::True].map(|depth| (dark, depth)))
        {
            let palette = Palette::of(is_dark);
            let sequences: BTreeSet<String> =
                (0..8).map(|number| depth.sequence(Ink::Series(number), palette)).collect();
            assert_eq!(sequences.len(), 8, "{depth:?} {is_dark}");
        }
        assert_eq!(Depth::None.sequence(Ink::Series(1), Palette::of(true)), "");
    }

    #[test]
    fn no_two_series_look_alike_where_the_terminal_has_the_colours() {
        let looks = |depth: Depth, palette| {
            move |series| (depth.sequence(Ink::Series(series), palette), key(depth.dash(series, 0)))
        };
        for palette in [Palette::of(true), Palette::of(false)] {
            for (depth, count) in [(Depth::True, 256), (Depth::Cube, 256), (Depth::Sixteen, 40)] {
                let all: BTreeSet<_> = (0..count).map(looks(depth, palette)).collect();
                assert_eq!(all.len(), count, "{depth:?}");
            }
        }
    }

    #[test]
    fn a_terminal_says_how_many_colours_it_has() {
        assert_eq!(Depth::of(true, "xterm-256color", "truecolor"), Depth::True);
        assert_eq!(Depth::of(true, "tmux-256color", ""), Depth::Cube);
        assert_eq!(Depth::of(true, "linux", ""), Depth::Sixteen);
        assert_eq!(Depth::of(false, "xterm-256color", "truecolor"), Depth::None);
    }

    #[test]
    fn the_cube_has_the_nearest_colour() {
        assert_eq!(cube(Rgb(255, 0, 0)), 196);
        assert_eq!(cube(Rgb(8, 8, 8)), 232);
    }
}
