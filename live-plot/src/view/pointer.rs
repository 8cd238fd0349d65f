//! What the pointer does on the plot: it drags the picture, its wheel shows less time or more, and the values of the time under
//! it are marked and read out. Which part of the time is shown is left to `viewport`, how values are read out to `readout`.

use eframe::egui::Ui;

use super::plot::Shown;
use super::readout::{self, Row};
use super::status::Status;
use super::viewport::Viewport;
use crate::config::{Axis, Draw};
use crate::picture::decimate;
use crate::picture::scene::{Extent, Scene};
use crate::series::{Sample, Shared};

/// How far the wheel is turned until half as much time is shown, in egui's points: five notches of 40.
const HALF: f64 = 200.0;

/// Acts on clicks, drags and the wheel.
pub(super) fn act(ui: &Ui, shown: &Shown, extent: Extent, axis: Axis, viewport: &mut Viewport) {
    let response = &shown.response;
    let by = f64::from(response.drag_delta().x / response.rect.width()) * extent.span;
    if response.double_clicked() {
        viewport.show_all(axis, extent);
        ui.ctx().request_repaint();
    } else if by != 0.0 {
        viewport.go_back(axis, extent, by);
        ui.ctx().request_repaint();
    }
    let Some(place) = response.hover_pos() else { return };
    let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta.y, input.zoom_delta()));
    if scroll != 0.0 || pinch != 1.0 {
        let factor = (f64::from(scroll) / -HALF).exp2() / f64::from(pinch);
        viewport.zoom(axis, extent, factor, shown.time_at(place));
        ui.ctx().request_repaint();
    }
}

/// What is known beside the scene.
#[derive(Clone, Copy)]
pub(super) struct Beside<'a> {
    pub(super) store: &'a Shared,
    pub(super) status: &'a Status,
    /// The unit of all series, if an option names one.
    pub(super) unit: Option<&'a str>,
    /// Whether the legend shows the values already.
    pub(super) is_in_legend: bool,
}

/// Marks the time under the pointer and each curve at that time, and reads its values out. Returns the time.
pub(super) fn readout(ui: &Ui, shown: &Shown, scene: &Scene, beside: Beside<'_>) -> Option<f64> {
    let pointer = shown.response.hover_pos()?;
    shown.mark(ui, pointer);
    let time = shown.time_at(pointer);
    // The newest sample is drawn on a whole pixel, all of which counts; there are no values after it.
    let is_drawn = time <= scene.drawn_until + scene.grid.step;
    let rows = if is_drawn { rows(shown, scene, beside, time) } else { Vec::new() };
    if beside.is_in_legend {
        readout::dots(ui, &rows);
    } else {
        let bounds = shown.response.rect;
        readout::show(ui, pointer, bounds, &scene.time_and_mark(time), rows, scene.draw);
    }
    Some(time)
}

/// The values at a time.
fn rows(shown: &Shown, scene: &Scene, beside: Beside<'_>, time: f64) -> Vec<Row> {
    let time = time.min(scene.drawn_until);
    let shown_series = || {
        let panels = scene.panels.iter().enumerate();
        panels.flat_map(|(panel, of)| of.series.iter().map(move |series| (panel, *series)))
    };
    let samples: Vec<(f64, Option<Sample>)> = beside.store.hold(|store| {
        let of = |(_, series): (usize, usize)| {
            let series = &store.series()[series];
            let value = decimate::value_at(series, time);
            let sample = match scene.draw {
                Draw::Step => Some(Sample { time, value }),
                // Between two samples a line has no value: the dot is on the one that is read out.
                Draw::Line | Draw::Points => decimate::sample_at(series, time),
            };
            (value, sample)
        };
        shown_series().map(of).collect()
    });
    let row = |((panel, series), (value, sample)): ((usize, usize), (f64, Option<Sample>))| {
        let entry = beside.status.series.get(series)?;
        Some(Row {
            series,
            name: entry.name.clone(),
            text: entry.value(value, beside.unit),
            value,
            panel,
            place: sample.and_then(|sample| shown.place(panel, [sample.time, sample.value])),
        })
    };
    shown_series().zip(samples).filter_map(row).collect()
}
