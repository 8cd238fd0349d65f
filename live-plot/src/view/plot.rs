//! The plot: paints a scene into its panels. Where they are, and the labels of their axes, is left to `axes`. What falls
//! on whole pixels (`picture::pixels`: the grid, steps, dots) becomes one mesh, as egui would smooth the edges of every
//! line, which takes three times the triangles, and without a graphics card the processor paints each triangle. Sloping
//! lines are left to egui.

use eframe::egui::{Color32, Id, Mesh, Pos2, Rect, Response, Sense, Shape, Stroke, Ui, pos2};

use super::axes::{Axes, rect, single};
use super::theme;
use crate::config::Draw;
use crate::picture::band::{self, FAINT, Part};
use crate::picture::decimate::{Point, Trace};
use crate::picture::dots::Rows;
use crate::picture::marks::Marks;
use crate::picture::palette::{Dash, Palette, WEAK_LINE};
use crate::picture::pixels::{Area, Pixels, WIDTH};
use crate::picture::scene::{Panel, Scene, Size};

/// How much is left of a curve's colour while another one is pointed at.
const FADED: f32 = 0.25;

/// The plot on the screen.
#[expect(missing_debug_implementations, reason = "a response has none")]
pub struct Shown {
    /// What the pointer does there.
    pub response: Response,
    /// The size of the plot, for the next picture.
    pub size: Size,
    start: f64,
    span: f64,
    /// The panels, from the top.
    panels: Vec<Pixels>,
}

impl Shown {
    /// The time at a place on the screen.
    pub(super) fn time_at(&self, place: Pos2) -> f64 {
        let rect = self.response.rect;
        self.start + f64::from((place.x - rect.left()) / rect.width()) * self.span
    }

    /// The place of a point in a panel on the screen, if it can be seen there.
    pub(super) fn place(&self, panel: usize, point: Point) -> Option<Pos2> {
        let pixels = self.panels.get(panel)?;
        let [left, top, right, bottom] = pixels.area.map(f64::from);
        let [x, y] = pixels.point(point);
        let is_seen = (left..=right).contains(&x) && (top..=bottom).contains(&y);
        is_seen.then(|| pos2(single(x / pixels.scale), single(y / pixels.scale)))
    }

    /// Marks the time under the pointer, in all panels.
    pub(super) fn mark(&self, ui: &Ui, place: Pos2) {
        let color = theme::palette(ui).weak;
        ui.painter().vline(place.x, self.response.rect.y_range(), (1.0, color));
    }
}

/// Draws a scene into what is left of `ui`. The curve of the series that is `pointed` at stands out.
pub fn show(ui: &mut Ui, scene: &Scene, pointed: Option<usize>) -> Shown {
    let pointed = pointed.filter(|number| scene.panels.iter().any(|of| of.series.contains(number)));
    let scale = ui.pixels_per_point();
    let (room, _) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
    let axes = Axes::new(ui, scene, room);
    let place = axes.pixels;
    let response = ui.interact(axes.plot, Id::unique("plot"), Sense::CLICK | Sense::DRAG);
    let mut panels = Vec::with_capacity(scene.panels.len());
    for (number, area) in scene.places(place, scale.into()).into_iter().enumerate() {
        let panel = &scene.panels[number];
        let rows =
            Rows { scale: panel.scale, count: usize::try_from(area[3] - area[1]).unwrap_or(1) };
        let pixels = Pixels { grid: scene.grid, span: scene.span, rows, area, scale: scale.into() };
        paint(ui, scene, (panel, pointed), (axes.values(number), &axes.times), pixels);
        axes.label_values(ui, number, pixels);
        panels.push(pixels);
    }
    axes.label_times(ui, scene);
    if let Some(pixels) = panels.first() {
        axes.label_flags(ui, scene, *pixels);
    }
    let (width, height) = (f64::from(place[2] - place[0]), f64::from(place[3] - place[1]));
    let size = Size::pixels(width.max(1.0), height.max(1.0), scale.into());
    Shown { response, size, start: scene.grid.start(), span: scene.span, panels }
}

/// Paints a panel: the grid and its series.
fn paint(
    ui: &Ui,
    scene: &Scene,
    (panel, pointed): (&Panel, Option<usize>),
    (values, times): (&Marks, &Marks),
    pixels: Pixels,
) {
    let palette = theme::palette(ui);
    let scale = ui.pixels_per_point();
    let place = rect(&pixels);
    let painter = ui.painter().with_clip_rect(place);
    painter.add(grid(pixels, values, times, scene, palette));
    // No area hides an edge or a mean of another series.
    let (mut faint, mut slopes, mut mesh) = (Filled::new(scale), Vec::new(), Filled::new(scale));
    let series = in_front(&panel.series, pointed);
    let color = |number| {
        let color = Color32::from(palette.series(number));
        let is_behind = pointed.is_some_and(|pointed| pointed != number);
        let faded = || Color32::from(palette.background).lerp_to_gamma(color, FADED);
        if is_behind { faded() } else { color }
    };
    for &number in &series {
        let (color, dash) = (color(number), Dash::of(number));
        let shade = color.gamma_multiply(single(FAINT));
        let Trace { runs, means, .. } = &scene.traces[number];
        if scene.draw == Draw::Points {
            runs.iter().for_each(|run| pixels.dots(run, |area| mesh.fill(area, color)));
            continue;
        }
        let (lone, runs) = pixels.lone_dots(runs);
        pixels.dots(&lone, |area| mesh.fill(area, color));
        for run in runs {
            band::run(&pixels, scene.draw, run, means, |part| match part {
                Part::Inside(area) => faint.fill(area, shade),
                Part::Full(area) => pixels.dashed(area, dash, |area| mesh.fill(area, color)),
                Part::Slope(points) => slopes.extend(line(points, dash, pixels, color)),
            });
        }
    }
    painter.add(faint.into_shape());
    painter.extend(slopes);
    painter.add(mesh.into_shape());
    for &number in &series {
        if let Some(end) = line_end(scene, number) {
            // Drawn without the panel's clip: at the right edge that would cut it in half.
            let [x, y] = pixels.point(end).map(|edge| single(edge) / scale);
            ui.painter().circle_filled(
                pos2(x, y.clamp(place.top(), place.bottom())),
                3.5,
                color(number),
            );
        }
    }
}

/// The series in the order in which they are painted: one that is pointed at comes last.
fn in_front(series: &[usize], pointed: Option<usize>) -> Vec<usize> {
    let (mut order, last): (Vec<_>, Vec<_>) =
        series.iter().partition(|number| Some(**number) != pointed);
    order.extend(last);
    order
}

/// A line at every mark of an axis, of which the one at 0 or at midnight stands out; and at each of `--marks`.
fn grid(pixels: Pixels, values: &Marks, times: &Marks, scene: &Scene, palette: &Palette) -> Shape {
    let mut mesh = Filled::new(single(pixels.scale));
    let color = |is_strong| match is_strong {
        true => Color32::from(palette.grid),
        false => Color32::from(palette.grid).gamma_multiply(WEAK_LINE),
    };
    for mark in &times.marks {
        mesh.fill(pixels.vertical(mark.at), color(mark.is_strong));
    }
    for mark in &values.marks {
        mesh.fill(pixels.horizontal(mark.at), color(mark.is_strong));
    }
    for flag in &scene.flags {
        mesh.fill(pixels.vertical(flag.time), palette.mark.into());
    }
    mesh.into_shape()
}

/// A sloping line, or the dashes of it.
fn line(
    run: &[Point],
    dash: Dash,
    pixels: Pixels,
    color: Color32,
) -> impl Iterator<Item = Shape> + use<> {
    let stroke = Stroke::new(single(WIDTH), color);
    let parts = pixels.dashed_line(&pixels.line(run), dash, 0.0);
    let place = move |[x, y]: [f64; 2]| pos2(single(x / pixels.scale), single(y / pixels.scale));
    // All of it may be outside.
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.map(move |part| Shape::line(part.into_iter().map(place).collect(), stroke))
}

/// The end of a series' line, if it is at the newest moment that is drawn: of a sloping one, its newest sample.
fn line_end(scene: &Scene, number: usize) -> Option<Point> {
    let last = *scene.traces[number].runs.last()?.last()?;
    let is_at_end = match scene.draw {
        Draw::Step => last[0] >= scene.drawn_until.min(scene.grid.end()),
        // A sample beyond the right edge goes on with it.
        Draw::Line => last[0] <= scene.grid.end(),
        Draw::Points => false,
    };
    // No gap comes after it.
    (is_at_end && last[1] == scene.newest[number]).then_some(last)
}

/// Rectangles on whole pixels, all in one mesh.
struct Filled {
    scale: f32,
    mesh: Mesh,
}

impl Filled {
    fn new(scale: f32) -> Self {
        Self { scale, mesh: Mesh::default() }
    }

    fn fill(&mut self, area: Area, color: Color32) {
        let [left, top, right, bottom] = area.map(|edge| edge as f32);
        let place = Rect::from_min_max(pos2(left, top), pos2(right, bottom));
        self.mesh.add_colored_rect(place / self.scale, color);
    }

    fn into_shape(self) -> Shape {
        Shape::mesh(self.mesh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_that_is_pointed_at_is_in_front_of_the_others() {
        assert_eq!(in_front(&[4, 1, 7], Some(1)), [4, 7, 1]);
        assert_eq!(in_front(&[4, 1, 7], Some(2)), [4, 1, 7]);
        assert_eq!(in_front(&[4, 1, 7], None), [4, 1, 7]);
    }
}
