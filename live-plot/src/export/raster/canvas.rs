//! The pixels of a picture, kept column by column, because most of what is drawn are upright runs: a run is then one piece
//! of memory. The frame and its text are drawn by resvg; what is drawn on them is left to `raster`.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::Arc;

use parking_lot::Mutex;
use resvg::usvg::FallbackSelectionFn;
use resvg::usvg::fontdb::{ID, Source};
use resvg::{tiny_skia, usvg};

use crate::export::figure::Figure;
use crate::picture::palette::Rgb;
use crate::picture::pixels::Area;
use crate::system_font;

/// How many columns resvg draws at once: a picture of its own for all of them would need as much memory again.
const STRIP: u32 = 256;

/// How many rows are gathered at once from the columns: a cache line's worth.
const BAND: usize = 16;

/// How many pixels are mixed at once.
const TOGETHER: usize = 16;

/// A pixel: red, green and blue.
pub(super) type Pixel = [u8; 3];

impl From<Rgb> for Pixel {
    fn from(Rgb(red, green, blue): Rgb) -> Self {
        [red, green, blue]
    }
}

/// A font for a letter that the ones used so far lack: of those that are loaded, or of the system.
fn fallback() -> FallbackSelectionFn<'static> {
    let select = usvg::FontResolver::default_fallback_selector();
    let asked = Mutex::new(BTreeSet::new());
    Box::new(move |letter, used, fonts| {
        select(letter, used, fonts).or_else(|| {
            // Each letter once: no font may have it, and many texts.
            let is_new = { asked.lock().insert(letter) };
            let found = is_new.then(|| system_font::with(&[letter])).flatten()?;
            let data = Arc::new(found.read()?);
            let ids = Arc::make_mut(fonts).load_font_source(Source::Binary(data));
            let is_it = |id: &&ID| fonts.face(**id).is_some_and(|face| face.index == found.index);
            ids.iter().find(is_it).copied()
        })
    })
}

/// The pixels of a picture.
pub(super) struct Canvas {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) pixels: Vec<Pixel>,
}

impl Canvas {
    /// The picture without its series.
    pub(super) fn framed(figure: &Figure<'_>) -> Result<Self, String> {
        let mut options = usvg::Options::default();
        let fonts = Arc::make_mut(&mut options.fontdb);
        fonts.load_font_data(epaint_default_fonts::UBUNTU_LIGHT.to_vec());
        fonts.set_sans_serif_family("Ubuntu");
        options.font_resolver.select_fallback = fallback();
        let svg = figure.frame() + "</svg>\n";
        let tree = usvg::Tree::from_str(&svg, &options).map_err(|error| error.to_string())?;
        let (width, height) = figure.size();
        let mut pixels = Vec::with_capacity(width as usize * height as usize);
        let mut strip = tiny_skia::Pixmap::new(STRIP, height).ok_or("the picture has no size")?;
        for left in (0..width).step_by(STRIP as usize) {
            strip.fill(tiny_skia::Color::TRANSPARENT);
            #[expect(clippy::cast_precision_loss, reason = "at most 16384")]
            let place = tiny_skia::Transform::from_translate(-(left as f32), 0.0);
            resvg::render(&tree, place, &mut strip.as_mut());
            for x in 0..STRIP.min(width - left) {
                let column = strip.pixels().iter().skip(x as usize).step_by(STRIP as usize);
                pixels.extend(column.map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]));
            }
        }
        Ok(Self { width: width as usize, height: height as usize, pixels })
    }

    /// The pixels of a column between two rows.
    pub(super) fn column(&mut self, x: usize, top: usize, bottom: usize) -> &mut [Pixel] {
        let first = x * self.height;
        self.pixels.get_mut(first + top..first + bottom).unwrap_or_default()
    }

    /// The columns of what of a rectangle is inside of another one.
    fn columns(&mut self, area: Area, within: Area) -> impl Iterator<Item = &mut [Pixel]> {
        let [left, top] = [0, 1].map(|edge| index(area[edge].max(within[edge]).into()));
        let [right, bottom] = [2, 3].map(|edge| index(area[edge].min(within[edge]).into()));
        let columns = self.pixels.chunks_exact_mut(self.height).skip(left);
        columns
            .take(right.saturating_sub(left))
            .filter_map(move |column| column.get_mut(top..bottom))
    }

    /// Fills what of a rectangle is inside of another one.
    pub(super) fn fill(&mut self, area: Area, within: Area, color: Rgb) {
        self.columns(area, within).for_each(|column| column.fill(color.into()));
    }

    /// The same, in a colour that lets through what is below.
    pub(super) fn mix(&mut self, area: Area, within: Area, color: Rgb, opacity: f64) {
        // Of 256. What is mixed then fits into 16 bits, and the compiler mixes many bytes with one instruction.
        let share = u16::try_from(index(opacity * 256.0)).unwrap_or(256).min(256);
        let above = Pixel::from(color).map(|level| u16::from(level) * share + 128);
        let above = [above; TOGETHER];
        for column in self.columns(area, within) {
            for below in column.chunks_mut(TOGETHER) {
                for (below, above) in below.as_flattened_mut().iter_mut().zip(above.as_flattened())
                {
                    let mixed = u16::from(*below) * (256 - share) + above;
                    [*below, _] = mixed.to_be_bytes();
                }
            }
        }
    }

    /// Writes the picture as PNG.
    pub(super) fn encode(&self, file: impl Write) -> io::Result<()> {
        let size = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let mut encoder = png::Encoder::new(file, size(self.width), size(self.height));
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header()?;
        let mut stream = writer.stream_writer()?;
        let mut band = vec![[0; 3]; self.width * BAND];
        for top in (0..self.height).step_by(BAND) {
            let rows = BAND.min(self.height - top);
            for (x, column) in self.pixels.chunks_exact(self.height).enumerate() {
                for (row, pixel) in column[top..top + rows].iter().enumerate() {
                    band[row * self.width + x] = *pixel;
                }
            }
            stream.write_all(band[..rows * self.width].as_flattened())?;
        }
        stream.finish()?;
        Ok(writer.finish()?)
    }
}

/// The number of a row or column; what is above or left of the picture is at its edge.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float saturates")]
pub(super) fn index(number: f64) -> usize {
    number as usize
}

/// Covers so much of a pixel, from 0 to 1.
pub(super) fn blend(pixel: &mut Pixel, color: Rgb, cover: f64) {
    for (below, above) in pixel.iter_mut().zip(Pixel::from(color)) {
        let mixed = f64::from(*below) + (f64::from(above) - f64::from(*below)) * cover;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a byte")]
        let byte = (mixed + 0.5) as u8;
        *below = byte;
    }
}
