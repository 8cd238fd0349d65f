//! A figure as PNG. The frame and its text are SVG, drawn by resvg; the series are drawn here, straight into pixels. As
//! paths they would be megabytes of text, to be parsed, and edges to be sorted; as columns they are runs of bytes.
//!
//! The pixels are kept column by column, because most of what is drawn are upright runs.

use std::io::Write as _;
use std::sync::Arc;

use resvg::{tiny_skia, usvg};

use super::figure::Figure;
use crate::config::Draw;
use crate::picture::decimate::Point;
use crate::picture::palette::{Dash, Rgb};
use crate::picture::pixels::{Area, Pixels};

/// How wide a series' line is.
const WIDTH: f64 = 1.8;

/// How many columns resvg draws at once: a picture of its own for all of them would need as much memory again.
const STRIP: u32 = 256;

/// How many rows are gathered at once from the columns: a cache line's worth.
const BAND: usize = 16;

/// A figure as PNG.
pub(crate) fn png(figure: &Figure<'_>) -> Result<Vec<u8>, String> {
    paint(figure)?.encode().map_err(|error| error.to_string())
}

fn paint(figure: &Figure<'_>) -> Result<Canvas, String> {
    let mut canvas = Canvas::framed(figure)?;
    for (panel, pixels) in figure.panels() {
        let mut mask = match figure.scene.draw {
            Draw::Line => Some(Mask::new(pixels.area)),
            Draw::Step | Draw::Points => None,
        };
        for &series in &panel.series {
            let (color, dash) = (figure.palette.series(series), Dash::of(series));
            for run in &figure.scene.traces[series].runs {
                match &mut mask {
                    Some(mask) => mask.line(run, pixels, dash),
                    None if figure.scene.draw == Draw::Points => {
                        pixels.dots(run, |area| canvas.fill(area, pixels.area, color));
                    }
                    None => pixels.steps(run, WIDTH, |area| {
                        pixels.dashed(area, dash, |area| canvas.fill(area, pixels.area, color));
                    }),
                }
            }
            if let Some(mask) = &mut mask {
                canvas.blend(mask, color);
            }
        }
    }
    Ok(canvas)
}

/// The pixels of a picture, column by column.
struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 3]>,
}

impl Canvas {
    /// The picture without its series.
    fn framed(figure: &Figure<'_>) -> Result<Self, String> {
        let mut options = usvg::Options::default();
        let fonts = Arc::make_mut(&mut options.fontdb);
        fonts.load_font_data(epaint_default_fonts::UBUNTU_LIGHT.to_vec());
        fonts.set_sans_serif_family("Ubuntu");
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
    fn column(&mut self, x: usize, top: usize, bottom: usize) -> &mut [[u8; 3]] {
        let first = x * self.height;
        self.pixels.get_mut(first + top..first + bottom).unwrap_or_default()
    }

    /// Fills what of a rectangle is inside of another one.
    fn fill(&mut self, [left, top, right, bottom]: Area, within: Area, Rgb(red, green, blue): Rgb) {
        let [left, top] = [left.max(within[0]), top.max(within[1])].map(index);
        let [right, bottom] = [right.min(within[2]), bottom.min(within[3])].map(index);
        if top < bottom {
            (left..right).for_each(|x| self.column(x, top, bottom).fill([red, green, blue]));
        }
    }

    /// Covers the pixels as much as the mask has it, and empties the mask.
    fn blend(&mut self, mask: &mut Mask, Rgb(red, green, blue): Rgb) {
        let [left, top] = [mask.area[0], mask.area[1]].map(index);
        let height = mask.height;
        for (x, covers) in mask.covers.chunks_exact_mut(height).enumerate() {
            for (pixel, cover) in self.column(left + x, top, top + height).iter_mut().zip(covers) {
                if *cover > 0.0 {
                    let mix = |below: u8, above: u8| {
                        let mixed =
                            f32::from(below) + (f32::from(above) - f32::from(below)) * *cover;
                        #[expect(
                            clippy::cast_possible_truncation,
                            clippy::cast_sign_loss,
                            reason = "between two bytes"
                        )]
                        let byte = (mixed + 0.5) as u8;
                        byte
                    };
                    *pixel = [mix(pixel[0], red), mix(pixel[1], green), mix(pixel[2], blue)];
                    *cover = 0.0;
                }
            }
        }
    }

    fn encode(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut file = Vec::new();
        let size = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let mut encoder = png::Encoder::new(&mut file, size(self.width), size(self.height));
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
        drop(writer);
        Ok(file)
    }
}

fn index(number: i32) -> usize {
    usize::try_from(number).unwrap_or(0)
}

/// How much of each pixel of a panel a sloping line covers, column by column. Where a line meets itself, the larger part
/// counts, so that a line with many points in a pixel looks like one with few.
struct Mask {
    area: Area,
    height: usize,
    covers: Vec<f32>,
}

impl Mask {
    fn new(area: Area) -> Self {
        let (width, height) = (index(area[2] - area[0]), index(area[3] - area[1]));
        Self { area, height, covers: vec![0.0; width * height] }
    }

    /// Adds a line, or the dashes of it.
    fn line(&mut self, run: &[Point], pixels: Pixels, dash: Dash) {
        let [left, top] = [self.area[0], self.area[1]].map(f64::from);
        let line = pixels.line(run).into_iter().map(|[x, y]| [x - left, y - top]);
        let line: Vec<[f64; 2]> = line.collect();
        let mut along = 0.0;
        let Some(mut from) = line.first().copied() else { return };
        for &to in line.iter().skip(usize::from(line.len() > 1)) {
            match dash.lengths() {
                None => self.segment(from, to),
                Some(lengths) => along = self.dashes(from, to, along, lengths),
            }
            from = to;
        }
    }

    /// Adds the dashes of a straight line; `along` is how long the line was before it. Returns that after it.
    fn dashes(
        &mut self,
        from: [f64; 2],
        to: [f64; 2],
        along: f64,
        (on, period): (f64, f64),
    ) -> f64 {
        let length = (to[0] - from[0]).hypot(to[1] - from[1]);
        let at = |place: f64| {
            let part = if length > 0.0 { (place / length).clamp(0.0, 1.0) } else { 0.0 };
            [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part]
        };
        let mut begin = -(along % period);
        while begin <= length {
            if begin + on > 0.0 {
                self.segment(at(begin), at(begin + on));
            }
            begin += period;
        }
        along + length
    }

    /// Adds a straight line with round ends: a pixel is covered by how far its middle is inside.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "pixels, kept within the picture"
    )]
    fn segment(&mut self, from: [f64; 2], to: [f64; 2]) {
        let reach = WIDTH / 2.0 + 0.5;
        let ([ax, ay], [dx, dy]) = (from, [to[0] - from[0], to[1] - from[1]]);
        let square = dx * dx + dy * dy;
        let columns = self.covers.len() / self.height.max(1);
        let first = (from[0].min(to[0]) - reach - 0.5).floor().max(0.0) as usize;
        let end = ((from[0].max(to[0]) + reach + 0.5).ceil().max(0.0) as usize).min(columns);
        let (high, low) = (from[1].min(to[1]) - reach, from[1].max(to[1]) + reach);
        for column in first..end {
            let x = column as f64 + 0.5;
            // The rows that the line may reach in this column.
            let (mut top, mut bottom) = (high, low);
            if dx.abs() > 1e-9 {
                let (y, half) = (ay + (x - ax) * dy / dx, reach * (square.sqrt() / dx.abs()));
                (top, bottom) = (top.max(y - half), bottom.min(y + half));
            }
            let top = (top - 0.5).floor().clamp(0.0, self.height as f64) as usize;
            let bottom = (bottom + 0.5).ceil().clamp(top as f64, self.height as f64) as usize;
            let first = column * self.height;
            let covers = &mut self.covers[first + top..first + bottom];
            // In single precision and without branches the compiler does several rows at once.
            let [x, y, dx, dy] =
                [x - ax, top as f64 + 0.5 - ay, dx, dy].map(|number| number as f32);
            if dx == 0.0 && dy.abs() > 1.0 {
                // Upright, as are most lines of many samples: but for its ends it covers all rows of a column alike.
                let cover = (reach as f32 - x.abs()).clamp(0.0, 1.0);
                let rows = |at: f64| (at.ceil().max(top as f64) as usize).min(bottom) - top;
                let (from, to) = (rows(high + reach + 0.5), rows(low - reach - 0.5));
                covers[from.min(to)..to]
                    .iter_mut()
                    .for_each(|covered| *covered = covered.max(cover));
                cap(&mut covers[..from.min(to)], x, y, dy, reach as f32);
                cap(&mut covers[to..], x, y + to as f32, dy, reach as f32);
                continue;
            }
            let over = if square > 0.0 { 1.0 / square as f32 } else { 0.0 };
            for (row, cover) in covers.iter_mut().enumerate() {
                let y = y + row as f32;
                let part = ((x * dx + y * dy) * over).clamp(0.0, 1.0);
                let (across, down) = (x - part * dx, y - part * dy);
                let inside = reach as f32 - (across * across + down * down).sqrt();
                *cover = cover.max(inside.clamp(0.0, 1.0));
            }
        }
    }
}

/// The round end of an upright line of length `dy`, in rows from `y` on.
fn cap(covers: &mut [f32], x: f32, y: f32, dy: f32, reach: f32) {
    for (row, cover) in covers.iter_mut().enumerate() {
        let y = y + row as f32;
        let down = y - y.clamp(dy.min(0.0), dy.max(0.0));
        *cover = cover.max((reach - x.hypot(down)).clamp(0.0, 1.0));
    }
}

#[cfg(test)]
mod tests;
