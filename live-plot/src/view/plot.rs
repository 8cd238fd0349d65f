//! The plot: `egui_plot` draws the axes, sloping and dashed lines and dots; `step_mesh` the grid and the other step lines.
//! Which part of the data is shown follows from the scene: `egui_plot`'s own panning and zooming are off.

use eframe::egui::{Color32, Context, Id, Pos2, Rangef, Response, Shape, Ui, Vec2, Vec2b};
use egui_plot::{
    AxisHints, GridInput, GridMark, Line, Plot, PlotMemory, PlotPoints, PlotTransform, Points,
};

use super::step_mesh::StepMesh;
use super::theme;
use crate::config::Draw;
use crate::picture::decimate::Trace;
use crate::picture::palette::{Dash, Palette};
use crate::picture::scale;
use crate::picture::scene::Scene;

/// The least room for the labels of the values.
const LABELS: f32 = 52.0;

/// How wide a series' line is.
const WIDTH: f32 = 1.8;

/// Nearer to the left edge than this there is no label of a time: the lowest value's is there.
const CORNER: f32 = 10.0;

fn id() -> Id {
    Id::unique("plot")
}

/// The plot's width in pixels, as of the last frame.
pub(super) fn pixels(ctx: &Context, otherwise: f32) -> f64 {
    let width =
        PlotMemory::load(ctx, id()).map_or(otherwise, |memory| memory.transform().frame().width());
    f64::from((width * ctx.pixels_per_point()).max(1.0))
}

/// Draws a scene into what is left of `ui`.
pub fn show(ui: &mut Ui, scene: &Scene) -> Shown {
    let palette = theme::palette(ui);
    let size = ui.available_size();
    let steps = scene.steps(size.x.into(), size.y.into());
    let (start, y) = (scene.grid.start(), scene.y);
    let traces = || scene.traces.iter().enumerate();
    // A placeholder below the lines: the grid can be drawn only once the axes have been given their room.
    let under = ui.painter().add(Shape::Noop);
    let shown = frame(scene, size, steps, palette).show(ui, |plot| {
        plot.set_plot_bounds_x(start..=start + scene.span);
        plot.set_plot_bounds_y(y.0..=y.1);
        for (number, trace) in traces().filter(|(number, _)| !has_step_mesh(scene, *number)) {
            lines(plot, scene, palette, number, trace);
        }
    });
    let mesh = || StepMesh::new(&shown.transform, scene.grid, ui.pixels_per_point());
    let painter = ui.painter().with_clip_rect(*shown.transform.frame());
    painter.set(under, grid(mesh(), scene, steps, palette));
    let mut lines = mesh();
    for (number, trace) in traces().filter(|(number, _)| has_step_mesh(scene, *number)) {
        trace.runs.iter().for_each(|run| lines.steps(run, WIDTH, palette.series(number).into()));
    }
    painter.add(lines.into_shape());
    for (number, trace) in traces() {
        if let Some(end) = line_end(scene, trace) {
            // Drawn without the plot's clip: at the right edge that would cut it in half.
            let place = shown.transform.position_from_point(&clamp(end, y).into());
            ui.painter().circle_filled(place, 3.5, palette.series(number));
        }
    }
    Shown { response: shown.response, transform: shown.transform }
}

/// The axes with their marks at every step, and nothing in between.
fn frame<'a>(scene: &Scene, size: Vec2, steps: (f64, f64), palette: &Palette) -> Plot<'a> {
    let (axis, (x_step, y_step)) = (scene.axis, steps);
    let corner = scene.grid.start() + scene.span * f64::from(CORNER / size.x.max(1.0));
    let x_label = move |mark: GridMark, _: &_| match mark.value < corner {
        true => String::new(),
        false => Scene::x_label(axis, mark.value, x_step),
    };
    let x_axis = AxisHints::new_x().formatter(x_label).tick_label_color(palette.weak);
    let y_axis = AxisHints::new_y()
        .formatter(move |mark, _| scale::label(mark.value, y_step))
        .min_thickness(LABELS)
        .tick_label_color(palette.weak);
    Plot::new("plot")
        .id(id())
        .custom_x_axes(vec![x_axis.label_spacing(Rangef::new(20.0, 30.0))])
        .custom_y_axes(vec![y_axis.label_spacing(Rangef::new(10.0, 16.0))])
        .x_grid_spacer(move |input| marks(&input, x_step))
        .y_grid_spacer(move |input| marks(&input, y_step))
        .show_grid(false)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .allow_double_click_reset(false)
        .auto_bounds(Vec2b::FALSE)
        .show_background(false)
        .show_x(false)
        .show_y(false)
}

/// Where the axes are marked.
fn marks(input: &GridInput, step: f64) -> Vec<GridMark> {
    let (from, to) = input.bounds;
    scale::marks(from, to, step).map(|value| GridMark { value, step_size: step }).collect()
}

/// A line at every mark; the one at 0 stands out.
fn grid(mut grid: StepMesh, scene: &Scene, steps: (f64, f64), palette: &Palette) -> Shape {
    let strong = Color32::from(palette.grid);
    let (start, weak) = (scene.grid.start(), strong.gamma_multiply(0.55));
    for mark in scale::marks(start, start + scene.span, steps.0) {
        grid.vertical(mark, weak);
    }
    for mark in scale::marks(scene.y.0, scene.y.1, steps.1) {
        grid.horizontal(mark, if mark.abs() < steps.1 * 0.5 { strong } else { weak });
    }
    grid.into_shape()
}

/// The plot on the screen.
#[expect(missing_debug_implementations, reason = "a response has none")]
pub struct Shown {
    /// What the pointer does there.
    pub response: Response,
    transform: PlotTransform,
}

impl Shown {
    /// The time at a place on the screen.
    pub(super) fn time_at(&self, place: Pos2) -> f64 {
        self.transform.value_from_position(place).x
    }

    /// Marks the time under the pointer.
    pub(super) fn mark(&self, ui: &Ui, place: Pos2) {
        let color = theme::palette(ui).weak;
        ui.painter().vline(place.x, self.transform.frame().y_range(), (1.0, color));
    }
}

/// The end of a series' line, if it is at the newest moment that is drawn.
fn line_end(scene: &Scene, trace: &Trace) -> Option<[f64; 2]> {
    let last = trace.runs.last()?.last()?;
    (scene.draw == Draw::Step && last[0] >= scene.drawn_until.min(scene.grid.end()))
        .then_some(*last)
}

/// Whether a series is drawn by `step_mesh`; a dash does not begin on a whole pixel.
fn has_step_mesh(scene: &Scene, number: usize) -> bool {
    scene.draw == Draw::Step && Dash::of(number) == Dash::Solid
}

fn lines<'a>(
    plot: &mut egui_plot::PlotUi<'a>,
    scene: &Scene,
    palette: &Palette,
    number: usize,
    trace: &Trace,
) {
    let color = palette.series(number);
    for (part, run) in trace.runs.iter().enumerate() {
        let points: PlotPoints<'a> = run.iter().map(|point| clamp(*point, scene.y)).collect();
        if scene.draw == Draw::Points {
            plot.points(
                Points::new("", points)
                    .id((number, part))
                    .color(color)
                    .radius(2.0)
                    .allow_hover(false),
            );
        } else {
            let line = Line::new("", points).id((number, part)).color(color).width(WIDTH);
            plot.line(line.style(theme::dash(number)).allow_hover(false).allow_band(false));
        }
    }
}

/// Keeps a value near the picture: one far outside would overflow egui's 32-bit pixels.
fn clamp([time, value]: [f64; 2], (low, high): (f64, f64)) -> [f64; 2] {
    let span = high - low;
    [time, value.clamp(low - span, high + span)]
}
