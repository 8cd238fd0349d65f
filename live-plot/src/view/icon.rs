//! The window's icon: that of the desktop entry, drawn at the start by what draws exports, so that there is one icon.

use eframe::egui::IconData;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg;

const SVG: &str = include_str!("../../../deploy/live-plot.svg");

/// Width and height in pixels: larger than most desktops show it.
const SIDE: u16 = 64;

/// The icon; none if it cannot be drawn.
pub(super) fn icon() -> IconData {
    draw().unwrap_or_default()
}

fn draw() -> Option<IconData> {
    let tree = usvg::Tree::from_str(SVG, &usvg::Options::default()).ok()?;
    let (width, height) = (u32::from(SIDE), u32::from(SIDE));
    let mut picture = Pixmap::new(width, height)?;
    let scale = f32::from(SIDE) / tree.size().width();
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut picture.as_mut());
    let plain = picture.pixels().iter().map(|pixel| pixel.demultiply());
    let rgba = plain.flat_map(|color| [color.red(), color.green(), color.blue(), color.alpha()]);
    Some(IconData { rgba: rgba.collect(), width, height })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_icon_has_its_background_and_clear_corners() {
        let icon = icon();
        assert_eq!((icon.width, icon.rgba.len()), (64, 64 * 64 * 4));
        assert_eq!(icon.rgba[..4], [0; 4]);
        // The top row of the plate.
        assert_eq!(icon.rgba[(8 * 64 + 32) * 4..][..4], [0x1b, 0x1f, 0x27, 0xff]);
    }
}
