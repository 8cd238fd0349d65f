//! A figure as PNG. The frame and its text are SVG, drawn by resvg; the series are drawn here, straight into pixels
//! (`canvas`). As paths they would be megabytes of text, to be parsed, and edges to be sorted; as columns they are runs of
//! bytes. Sloping lines are left to `stroke`.

mod canvas;
mod stroke;

use canvas::{Canvas, index};
use stroke::Stroke;

use super::figure::Figure;
use crate::config::Draw;
use crate::picture::band::{self, FAINT, Part};
use crate::picture::palette::Dash;
use crate::picture::pixels::{Area, WIDTH};

/// A figure as PNG.
pub(crate) fn png(figure: &Figure<'_>) -> Result<Vec<u8>, String> {
    let mut file = Vec::new();
    paint(figure)?.encode(&mut file).map_err(|error| error.to_string())?;
    Ok(file)
}

/// A figure as pixels: its width, its height, and the red, green, blue and alpha of each pixel, row by row.
pub(crate) fn rgba(figure: &Figure<'_>) -> Result<(usize, usize, Vec<u8>), String> {
    let Canvas { width, height, pixels } = paint(figure)?;
    let places = (0..height).flat_map(|y| (0..width).map(move |x| x * height + y));
    let rgba = places.flat_map(|place| {
        let [red, green, blue] = pixels[place];
        [red, green, blue, u8::MAX]
    });
    Ok((width, height, rgba.collect()))
}

fn paint(figure: &Figure<'_>) -> Result<Canvas, String> {
    let mut canvas = Canvas::framed(figure)?;
    for (panel, pixels) in figure.panels() {
        // No area hides what other series have in full colour.
        let (mut slopes, mut full) = (Vec::new(), Vec::new());
        for &series in &panel.series {
            let (color, dash) = (figure.palette.series(series), Dash::of(series));
            let trace = figure.trace(panel, series);
            if figure.scene.draw == Draw::Points {
                let mut fill = |area| canvas.fill(area, pixels.area, color);
                trace.runs.iter().for_each(|run| pixels.dots(run, &mut fill));
                continue;
            }
            let (lone, runs) = pixels.lone_dots(&trace.runs);
            pixels.dots(&lone, |area| full.push((area, Dash::Solid, color)));
            for run in runs {
                band::run(&pixels, figure.scene.draw, run, &trace.means, |part| match part {
                    Part::Inside(area) => canvas.mix(area, pixels.area, color, FAINT),
                    Part::Full(area) => full.push((area, dash, color)),
                    Part::Slope(points) => slopes.push((points.to_vec(), dash, color)),
                });
            }
        }
        let mut stroke = Stroke::new(size(pixels.area));
        for (points, dash, color) in slopes {
            for part in pixels.dashed_line(&pixels.line(&points), dash, WIDTH / 2.0) {
                stroke.draw(&mut canvas, &part, pixels, color);
            }
        }
        for (area, dash, color) in full {
            pixels.dashed(area, dash, |area| canvas.fill(area, pixels.area, color));
        }
    }
    Ok(canvas)
}

fn size([left, top, right, bottom]: Area) -> [usize; 2] {
    [right - left, bottom - top].map(|length| index(length.into()))
}

#[cfg(test)]
mod tests;
