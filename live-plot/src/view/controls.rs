//! What the user has chosen to see: which part of the axis, how the values are shown, which series. Keys change it. Pure, and
//! the same for the window and the terminal, which find keys, places and buttons in their own ways.

use std::collections::BTreeSet;

use super::keys::Action;
use super::viewport::{self, Viewport};
use crate::config::{Axis, Config, Panels, Values, View};
use crate::picture::scene::Extent;
use crate::series::store::Store;

/// What is seen, and how.
#[derive(Debug)]
pub(crate) struct Controls {
    pub(crate) viewport: Viewport,
    /// How the values are shown at the start.
    initial: View,
    /// How they are shown now.
    pub(crate) view: View,
    /// The series that are not drawn.
    pub(crate) hidden: BTreeSet<usize>,
}

impl Controls {
    /// What is seen at the start.
    pub(crate) fn new(config: &Config, is_typed: bool) -> Self {
        let view = config.view(is_typed);
        Self {
            viewport: Viewport::new(config.window().map(|window| window.as_secs_f64())),
            initial: view.clone(),
            view,
            hidden: BTreeSet::new(),
        }
    }

    /// Where series have no colours, each has a panel to begin with, unless the user has chosen panels.
    pub(crate) fn in_colors(mut self, is_colored: bool) -> Self {
        if !is_colored && self.view.panels == Panels::One {
            self.view.panels = Panels::Each;
        }
        self
    }

    /// The part of the axis that is shown when so many seconds have passed since the start.
    pub(crate) fn extent(&self, store: &Store, passed: f64) -> Extent {
        let is_moving = self.view.axis == Axis::Arrival && store.end.is_none();
        let head = if is_moving { passed } else { store.head };
        self.viewport.extent(self.view.axis, head)
    }

    /// Does what a key asks for while `seen` is seen, if it changes what is seen.
    pub(crate) fn act(&mut self, action: Action, seen: Extent, config: &Config) {
        let axis = self.view.axis;
        match action {
            Action::Pause => self.viewport.pause(seen),
            Action::Live => self.viewport.follow(),
            Action::Oldest => self.viewport.go_to_begin(axis, seen),
            Action::Back => self.viewport.go_back(axis, seen, seen.span / 4.0),
            Action::Forward => self.viewport.go_back(axis, seen, seen.span / -4.0),
            Action::Closer => self.zoom(0.5, seen),
            Action::Farther => self.zoom(2.0, seen),
            Action::All => self.viewport.show_all(axis, seen),
            Action::Fit => {
                self.view.values = match (self.view.values, self.initial.values) {
                    (Values::Fitted, Values::Fitted) => Values::Seed,
                    (Values::Fitted, initial) => initial,
                    _ => Values::Fitted,
                };
            }
            Action::Log => self.view.is_log = !self.view.is_log,
            Action::Panels => {
                self.view.panels = match (&self.view.panels, &self.initial.panels) {
                    (Panels::One, Panels::One) => Panels::Each,
                    (Panels::One, initial) => initial.clone(),
                    _ => Panels::One,
                };
            }
            // Times of arrival are clock times, too; the numbers of samples are none.
            Action::Elapsed if axis == Axis::Number => {}
            Action::Elapsed => {
                self.view.zone = match self.view.zone {
                    Some(_) => None,
                    None => Some(config.zone()),
                };
            }
            Action::Help
            | Action::CloseHelp
            | Action::Quit
            | Action::SavePicture
            | Action::SaveTable
            | Action::CopyPicture
            | Action::CopySamples
            | Action::Theme => {}
        }
    }

    /// Whether the values are fitted, by a key or from the beginning.
    pub(crate) fn is_fitted(&self) -> bool {
        self.view.values == Values::Fitted
    }

    /// Hides a series, or shows it again.
    pub(crate) fn toggle(&mut self, number: usize) {
        if !self.hidden.remove(&number) {
            self.hidden.insert(number);
        }
    }

    /// Shows one of `count` series alone; if it is alone, all of them.
    pub(crate) fn show_alone(&mut self, number: usize, count: usize) {
        let others: BTreeSet<usize> = (0..count).filter(|other| *other != number).collect();
        self.hidden = if self.hidden == others { BTreeSet::new() } else { others };
    }

    /// Shows `factor` times as much time; the middle stays.
    pub(crate) fn zoom(&mut self, factor: f64, seen: Extent) {
        self.viewport.zoom(self.view.axis, seen, factor, viewport::middle(seen));
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::args::Args;

    #[test]
    fn times_of_arrival_are_clock_times_on_request_and_numbers_of_samples_never() {
        let has_clock = |args: &[&str]| {
            let args = Args::try_parse_from([&["live-plot"], args].concat()).unwrap();
            let config = Config::try_from(args).unwrap();
            let mut controls = Controls::new(&config, false);
            let mut act = || {
                controls.act(Action::Elapsed, Extent::newest(config.axis(), None, 1.0), &config);
                controls.view.zone.is_some()
            };
            [act(), act()]
        };
        assert_eq!(has_clock(&[]), [true, false]);
        assert_eq!(has_clock(&["--time", "t"]), [false, true]);
        assert_eq!(has_clock(&["--png", "-"]), [false, false]);
    }
}
