//! What the pointer does on the plot: it drags the picture, its wheel shows less time or more, and under it are the values of
//! that time. Which part of the time is shown is left to `viewport`.

use std::collections::BTreeSet;

use eframe::egui::{RichText, TextWrapMode, Ui};

use super::plot::Shown;
use super::viewport::Viewport;
use super::{panels, theme};
use crate::config::Axis;
use crate::picture::decimate;
use crate::picture::scale;
use crate::picture::scene::{Extent, Scene};
use crate::series::Shared;
use crate::series::store::Series;

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

/// Shows the time under the pointer and the values of that time.
pub(super) fn readout(
    ui: &Ui,
    shown: &Shown,
    store: &Shared,
    hidden: &BTreeSet<usize>,
    scene: &Scene,
) {
    let Some(place) = shown.response.hover_pos() else { return };
    shown.mark(ui, place);
    let time = shown.time_at(place);
    shown.response.clone().on_hover_ui_at_pointer(|ui| values(ui, time, store, hidden, scene));
}

/// The values at a time, as many as fit into the window; there are none after the newest moment.
fn values(ui: &mut Ui, time: f64, store: &Shared, hidden: &BTreeSet<usize>, scene: &Scene) {
    let is_shown = |(number, _): &(usize, &Series)| !hidden.contains(number);
    let value = |(number, series): (usize, &Series)| {
        (number, series.name.clone(), decimate::value_at(series, time.min(scene.drawn_until)))
    };
    let rows = panels::rows(ui);
    let (values, count): (Vec<_>, usize) = store.hold(|store| {
        let shown = || store.series().iter().enumerate().filter(is_shown);
        let count = shown().count();
        // The last row has how many more there are.
        let most = if count > rows { rows.saturating_sub(1) } else { rows };
        (shown().take(most).map(value).collect(), count)
    });
    let palette = theme::palette(ui);
    ui.style_mut().wrap_mode = Some(TextWrapMode::Extend);
    ui.label(RichText::new(scene.time(time)).color(palette.weak));
    // The newest sample is drawn on a whole pixel, all of which counts.
    if time > scene.drawn_until + scene.grid.step {
        return;
    }
    let rest = count - values.len();
    for (number, name, value) in values {
        let text = format!("{name}  {}", scale::value(value));
        ui.label(RichText::new(text).color(palette.series(number)));
    }
    if rest > 0 {
        ui.label(RichText::new(format!("… {rest} more")).color(palette.weak));
    }
}
