//! Windows without a display, as a user works them. What is tested is in a file for each part of a window.

mod curves;
mod keyboard;
mod legend;
mod status;
mod time;

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Parser as _;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::args::Args;
use crate::series::Sample;
use crate::series::store::{self, Store};

/// A window without a display that shows two series.
fn window() -> Harness<'static, App> {
    let args = Args::try_parse_from(["live-plot"]).unwrap();
    let config = Config::try_from(args).unwrap();
    let store = Shared::new(Store::new(config.history));
    let app = App::new(config, store, false, clock::now());
    let sample = |series, value| store::Entry { series, sample: Sample { time: 0.0, value } };
    app.store.hold(|store| {
        store.declare(&["sine".to_owned(), "load".to_owned()]);
        store.append(&[sample(0, 7.5), sample(1, -3.0)]);
    });
    // Sixty frames a second: a double click has to be quick.
    let builder = Harness::builder().with_step_dt(1.0 / 60.0);
    let mut harness = builder.build_ui_state(|ui, app: &mut App| app.draw(ui, clock::now()), app);
    harness.step();
    harness
}

/// The places of the entries of the legend.
fn entries(window: &Harness<'_, App>) -> Vec<egui::Rect> {
    window.get_all_by_role(Role::CheckBox).map(|node| node.rect()).collect()
}

/// Presses a key, and draws some frames.
fn press(window: &mut Harness<'_, App>, key: egui::Key) {
    window.key_press(key);
    (0..4).for_each(|_| window.step());
}
