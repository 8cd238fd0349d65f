//! What stands in the middle of an empty plot: why it is empty, and why the first lines are not drawn.

use std::sync::Arc;

use eframe::egui::text::LayoutJob;
use eframe::egui::{Align, Galley, Rect, TextFormat, TextStyle, Ui, vec2};

use super::status::Status;
use super::theme;
use crate::picture::palette::Rgb;
use crate::series::store::End;

/// Around the text, so that no line of the grid touches it, and from there to the plot's edges.
const MARGIN: f32 = 6.0;

/// In a plot that is narrower the text is small.
const NARROW: f32 = 400.0;

/// A line of the hint.
type Line<'a> = (&'a str, TextStyle, Rgb);

/// Shows the hint within `plot`; where there is no room for all of it, without its last lines.
pub(super) fn show(ui: &Ui, plot: Rect, status: &Status, first_warnings: &[String]) {
    let palette = theme::palette(ui);
    let (first, color) = match &status.end {
        Some(End::Error(problem)) => (problem.as_str(), palette.warn),
        _ => (status.emptiness(), palette.weak),
    };
    let style = if plot.width() < NARROW { TextStyle::Body } else { TextStyle::Heading };
    let mut lines = vec![(first, style, color)];
    lines.extend(first_warnings.iter().map(|text| (text.as_str(), TextStyle::Body, palette.warn)));
    if !first_warnings.is_empty() {
        let more = "live-plot --help lists the lines that it reads.";
        lines.push((more, TextStyle::Body, palette.weak));
    }
    let room = plot.shrink(2.0 * MARGIN);
    let mut text = layout(ui, &lines, room.width());
    while text.size().y > room.height() && lines.len() > 1 {
        lines.pop();
        text = layout(ui, &lines, room.width());
    }
    let top = plot.center() - vec2(0.0, text.size().y / 2.0);
    let place = text.rect.translate(top.to_vec2());
    let painter = ui.painter().with_clip_rect(plot);
    painter.rect_filled(place.expand(MARGIN), 0.0, palette.background);
    painter.galley(top, text, color.into());
}

fn layout(ui: &Ui, lines: &[Line<'_>], width: f32) -> Arc<Galley> {
    let mut job = LayoutJob { halign: Align::Center, ..LayoutJob::default() };
    job.wrap.max_width = width.max(1.0);
    for (number, (text, style, color)) in lines.iter().enumerate() {
        let end = if number > 0 { "\n" } else { "" };
        let format = TextFormat::simple(style.resolve(ui.style()), (*color).into());
        job.append(&format!("{end}{text}"), 0.0, format);
    }
    ui.painter().layout_job(job)
}
