//! A figure with its series as SVG: lines that stay sharp at any size.

use std::fmt::Write as _;

use super::figure::{Figure, dash, hex, put};
use crate::config::Draw;
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
            let (path, draw) = (path(figure, panel, series, pixels), figure.scene.draw);
            let color = hex(figure.palette.series(series));
            let (stroke, dash) = match draw {
                Draw::Points => (4.0, String::new()),
                Draw::Step | Draw::Line => (1.8, dash(series)),
            };
            put(
                &mut svg,
                format_args!(
                    "<path d=\"{path}\" stroke=\"{color}\" stroke-width=\"{stroke}\"{dash}/>"
                ),
            );
        }
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

/// The lines of a series.
fn path(figure: &Figure<'_>, panel: &Panel, series: usize, pixels: Pixels) -> String {
    let mut path = String::new();
    for run in &figure.runs(panel, series) {
        let points = run.iter().map(|point| pixels.point(*point));
        match figure.scene.draw {
            Draw::Line => line(&mut path, &pixels.line(run)),
            Draw::Step => line(&mut path, &points.collect::<Vec<_>>()),
            Draw::Points => {
                let points: Vec<_> = points.collect();
                points.chunks_exact(2).for_each(|pair| line(&mut path, pair));
            }
        }
    }
    path
}

/// Adds a line through some points.
fn line(path: &mut String, points: &[[f64; 2]]) {
    // A dot is a line of no length with round ends; so is a single value between gaps.
    let is_dot = points.windows(2).all(|pair| pair[0] == pair[1]);
    let drawn = if is_dot { &points[..points.len().min(1)] } else { points };
    for (place, [x, y]) in drawn.iter().enumerate() {
        let joint = if place == 0 { 'M' } else { 'L' };
        let end = if is_dot { "h0" } else { "" };
        let written = write!(path, "{joint}{x:.2} {y:.2}{end}");
        debug_assert!(written.is_ok(), "a String takes everything");
    }
}
