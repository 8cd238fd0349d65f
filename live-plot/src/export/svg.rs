//! A figure with its series as SVG: lines that stay sharp at any size.

use std::fmt::Write as _;

use super::figure::{Figure, dash, hex, put};
use super::raster::WIDTH;
use crate::config::Draw;
use crate::picture::decimate::Point;
use crate::picture::pixels::Pixels;
use crate::picture::scene::Panel;

/// A figure as SVG.
pub(crate) fn svg(figure: &Figure<'_>) -> String {
    let mut svg = figure.frame();
    for (number, (panel, pixels)) in figure.panels().into_iter().enumerate() {
        let [left, top, right, bottom] = pixels.area;
        let (width, height) = (right - left, bottom - top);
        put(
            &mut svg,
            format_args!(
                "<clipPath id=\"panel{number}\"><rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"/></clipPath>\n\
             <g clip-path=\"url(#panel{number})\" fill=\"none\" stroke-linejoin=\"round\" stroke-linecap=\"round\">"
            ),
        );
        for &series in &panel.series {
            let color = hex(figure.palette.series(series));
            let [dots, line] = paths(figure, panel, series, pixels);
            for (path, width, dash) in [(dots, 4.0, String::new()), (line, WIDTH, dash(series))] {
                if !path.is_empty() {
                    put(
                        &mut svg,
                        format_args!(
                            "<path d=\"{path}\" stroke=\"{color}\" stroke-width=\"{width}\"{dash}/>"
                        ),
                    );
                }
            }
        }
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

/// The dots and the lines of a series.
fn paths(figure: &Figure<'_>, panel: &Panel, series: usize, pixels: Pixels) -> [String; 2] {
    let [mut dots, mut path] = [String::new(), String::new()];
    let runs = figure.runs(panel, series);
    let is_dots = figure.scene.draw == Draw::Points;
    let (lone, others) =
        if is_dots { (runs.concat(), Vec::new()) } else { pixels.lone_dots(&runs, WIDTH) };
    let places = |run: &[Point]| run.iter().map(|point| pixels.point(*point)).collect::<Vec<_>>();
    places(&lone).chunks_exact(2).for_each(|pair| line(&mut dots, pair));
    for run in others {
        match figure.scene.draw {
            Draw::Line => line(&mut path, &pixels.line(run)),
            _ => line(&mut path, &places(run)),
        }
    }
    [dots, path]
}

/// Adds a line through some points.
fn line(path: &mut String, points: &[[f64; 2]]) {
    // A dot is a line of no length with round ends.
    let is_dot = points.windows(2).all(|pair| pair[0] == pair[1]);
    let drawn = if is_dot { &points[..points.len().min(1)] } else { points };
    for (place, [x, y]) in drawn.iter().enumerate() {
        let joint = if place == 0 { 'M' } else { 'L' };
        let end = if is_dot { "h0" } else { "" };
        let written = write!(path, "{joint}{x:.2} {y:.2}{end}");
        debug_assert!(written.is_ok(), "a String takes everything");
    }
}
