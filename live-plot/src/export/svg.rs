//! A figure with its series as SVG: lines that stay sharp at any size.

use super::figure::{Figure, hex};
use crate::config::Draw;
use crate::picture::band::{self, FAINT, Part};
use crate::picture::decimate::{Point, Trace};
use crate::picture::palette::Dash;
use crate::picture::pixels::{Area, Pixels, WIDTH};
use crate::picture::scene::Panel;

/// A figure as SVG.
pub(crate) fn svg(figure: &Figure<'_>) -> String {
    let mut svg = figure.frame();
    for (number, (panel, pixels)) in figure.panels().into_iter().enumerate() {
        let [left, top, right, bottom] = pixels.area;
        let (width, height) = (right - left, bottom - top);
        svg += &format!(
            "<clipPath id=\"panel{number}\"><rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"/></clipPath>\n\
             <g clip-path=\"url(#panel{number})\" fill=\"none\" stroke-linejoin=\"round\" stroke-linecap=\"round\">\n"
        );
        // No area hides an edge or a mean of another series.
        let mut above = String::new();
        for &series in &panel.series {
            let color = hex(figure.palette.series(series));
            let Paths { dots, line, inside, full } = Paths::of(figure, panel, series, pixels);
            let stroke = |width: f64| format!("stroke=\"{color}\" stroke-width=\"{width}\"");
            let fill = format!("fill=\"{color}\"");
            let faint = format!("{fill} fill-opacity=\"{FAINT}\"");
            let path = |svg: &mut String, path: String, look: String| {
                if !path.is_empty() {
                    *svg += &format!("<path d=\"{path}\" {look}/>\n");
                }
            };
            path(&mut svg, inside, faint);
            path(&mut above, dots, stroke(4.0));
            path(&mut above, line, stroke(WIDTH));
            path(&mut above, full, fill);
        }
        svg.push_str(&above);
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

/// What draws a series.
#[derive(Default)]
struct Paths {
    dots: String,
    line: String,
    /// The inside of areas, and in full colour their edges and means.
    inside: String,
    full: String,
}

impl Paths {
    fn of(figure: &Figure<'_>, panel: &Panel, series: usize, pixels: Pixels) -> Self {
        let mut paths = Self::default();
        let Trace { runs, means, .. } = figure.trace(panel, series);
        let (draw, dash) = (figure.scene.draw, Dash::of(series));
        let (lone, others) = match draw {
            Draw::Points => (runs.concat(), Vec::new()),
            Draw::Line | Draw::Step => pixels.lone_dots(&runs),
        };
        let places =
            |run: &[Point]| run.iter().map(|point| pixels.point(*point)).collect::<Vec<_>>();
        places(&lone).chunks_exact(2).for_each(|pair| line(&mut paths.dots, pair));
        let dashed = |path: &mut String, points: &[[f64; 2]]| {
            let parts = pixels.dashed_line(points, dash, WIDTH / 2.0);
            parts.iter().for_each(|part| line(path, part));
        };
        for run in others {
            let mut dense = Self::default();
            band::run(&pixels, draw, run, &means, |part| match part {
                Part::Inside(area) => rectangle(&mut dense.inside, area),
                Part::Full(area) => {
                    pixels.dashed(area, dash, |area| rectangle(&mut dense.full, area));
                }
                Part::Slope(points) => dashed(&mut dense.line, &pixels.line(points)),
            });
            if dense.inside.is_empty() && draw == Draw::Step {
                // A line stays sharp at any size.
                dashed(&mut paths.line, &places(run));
                continue;
            }
            paths.line += &dense.line;
            paths.inside += &dense.inside;
            paths.full += &dense.full;
        }
        paths
    }
}

/// Adds a rectangle.
fn rectangle(path: &mut String, [left, top, right, bottom]: Area) {
    *path += &format!("M{left} {top}H{right}V{bottom}H{left}Z");
}

/// Adds a line through some points.
fn line(path: &mut String, points: &[[f64; 2]]) {
    // A dot is a line of no length with round ends.
    let is_dot = points.windows(2).all(|pair| pair[0] == pair[1]);
    let drawn = if is_dot { &points[..points.len().min(1)] } else { points };
    for (place, [x, y]) in drawn.iter().enumerate() {
        let joint = if place == 0 { 'M' } else { 'L' };
        let end = if is_dot { "h0" } else { "" };
        *path += &format!("{joint}{x:.2} {y:.2}{end}");
    }
}
