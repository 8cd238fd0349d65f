//! The traces of a scene, made from the store while its lock is released again and again. Dots are also taken over from the
//! picture before: a window that scrolls looks at no sample twice. What a trace is made of is left to `decimate` and `dots`.

use super::decimate::{Trace, Tracer};
use super::dots::{DotTracer, Rows};
use super::scene::{Extent, Panel, Scene, Size};
use crate::config::{Draw, View};
use crate::series::Shared;
use crate::series::store::Series;

/// How many pixel columns are copied under one hold of the lock: some 30 µs, for which the reader may have to wait.
const COLUMNS_PER_HOLD: usize = 32;

/// The same on a logarithmic axis, where values on both sides of 0 cost a look at each.
const COLUMNS_PER_HOLD_LOG: usize = 4;

impl Scene {
    /// The picture of `extent` on a plot of this size, with all its traces; those of hidden series are empty.
    #[must_use]
    pub fn of(
        store: &Shared,
        view: &View,
        extent: Extent,
        size: Size,
        is_hidden: impl Fn(usize) -> bool,
    ) -> Self {
        Self::after(None, store, view, extent, size, is_hidden)
    }

    /// The same. What `before` shows in the same columns is taken from there.
    #[must_use]
    pub fn after(
        before: Option<Self>,
        store: &Shared,
        view: &View,
        extent: Extent,
        size: Size,
        is_hidden: impl Fn(usize) -> bool,
    ) -> Self {
        let mut scene = Self::outline(store, view, extent, size, is_hidden);
        let mut before = before.filter(|before| before.has_columns_of(&scene));
        for panel in std::mem::take(&mut scene.panels) {
            for &number in &panel.series {
                let known = before.as_mut().and_then(|before| before.take(number, &panel));
                let visible = scene.traces[number].visible;
                let trace = scene.trace(store, &panel, number, known);
                scene.traces[number] = Trace { visible, ..trace };
            }
            scene.panels.push(panel);
        }
        scene
    }

    /// The trace of one series of a panel; of dots the columns that are not in `known`.
    #[must_use]
    pub fn trace(
        &self,
        store: &Shared,
        panel: &Panel,
        number: usize,
        known: Option<Trace>,
    ) -> Trace {
        let hold = |advance: &mut dyn FnMut(&Series) -> bool| {
            // Columns that are done do not change.
            while !store.hold(|store| advance(&store.series()[number])) {}
        };
        if self.draw == Draw::Points {
            let rows = Rows { scale: panel.scale, count: self.rows };
            let mut tracer = DotTracer::new(self.grid, rows, self.drawn_until, known);
            hold(&mut |series| tracer.advance(series));
            return tracer.finish();
        }
        let is_log = panel.scale.is_log;
        let mut tracer = Tracer::new(self.grid, self.draw, is_log, self.drawn_until);
        let columns = if is_log { COLUMNS_PER_HOLD_LOG } else { COLUMNS_PER_HOLD };
        hold(&mut |series| tracer.advance(series, columns));
        tracer.finish()
    }

    /// Whether dots in its columns are dots of another picture, too, if they are in the same rows.
    fn has_columns_of(&self, later: &Self) -> bool {
        let is_same = self.grid.step == later.grid.step && self.rows == later.rows;
        is_same && self.draw == later.draw && self.grid.first <= later.grid.first
    }

    /// The trace of a series, if it is in a panel with this axis.
    fn take(&mut self, number: usize, panel: &Panel) -> Option<Trace> {
        let is_same = |before: &&Panel| before.series.contains(&number);
        let before = self.panels.iter().find(is_same)?;
        (before.scale == panel.scale).then(|| std::mem::take(&mut self.traces[number]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Axis, Panels, Values};
    use crate::series::Sample;
    use crate::series::store::{Entry, Store};
    use proptest::prelude::*;

    #[test]
    fn while_a_picture_is_made_the_lock_is_free_again_and_again() {
        let value = |number: u32| f64::from(number % 7);
        let sample = |number| Sample { time: f64::from(number), value: value(number) };
        let entries: Vec<_> =
            (0..50_000).map(|number| Entry { series: 0, sample: sample(number) }).collect();
        let mut store = Store::new(1 << 24);
        store.declare(&["all".to_owned()]);
        store.append(&entries);
        let (axis, size) = (Axis::Number, Size::pixels(2000.0, 600.0, 1.0));
        let extent = Extent::newest(axis, None, store.head);
        let store = Shared::new(store);
        for is_log in [false, true] {
            let (draw, values, panels) = (Draw::Step, Values::Fitted, Panels::One);
            let view = View { axis, draw, values, is_log, panels, zone: None, unit: None };
            let before = store.hold_times().count();
            let scene = Scene::of(&store, &view, extent, size, |_| false);
            let holds = store.hold_times().count() - before;
            assert!(!scene.traces[0].runs.is_empty());
            assert!(
                holds >= 2000 / 40,
                "2000 columns are made while the lock is held {holds} times"
            );
        }
    }

    proptest! {
        #[test]
        fn dots_taken_over_are_those_that_would_be_made(
            batches in prop::collection::vec((0.0..3.0_f64, 0_usize..200, 0_u32..1000), 1..30),
            late in 0.0..1.0_f64,
            pixels in 10_u32..300,
            draw in prop_oneof![4 => Just(Draw::Points), 1 => Just(Draw::Step)],
            values in prop_oneof![Just(Values::Fitted), Just(Values::Fixed(0.0, 1000.0))],
        ) {
            let axis = Axis::Arrival;
            let view = View { axis, draw, values, is_log: false, panels: Panels::One, zone: None, unit: None };
            let size = Size::pixels(pixels.into(), 100.0, 1.0);
            let store = Shared::new(Store::new(1 << 24));
            store.hold(|store| store.declare(&["all".to_owned()]));
            let (mut now, mut before) = (0.0, None);
            for (passed, count, value) in batches {
                // Samples come a little after their time.
                let begin: f64 = now - late;
                now += passed;
                let at = |number: usize| begin + passed * (number + 1) as f64 / count as f64;
                let value = |number: usize| f64::from(value) * number as f64 / count as f64;
                let sample = |number| Sample { time: at(number), value: value(number) };
                let entry = |number| Entry { series: 0, sample: sample(number) };
                let batch: Vec<Entry> = (0..count).map(entry).filter(|entry| entry.sample.time >= 0.0).collect();
                store.hold(|store| store.append(&batch));
                let extent = Extent::newest(axis, Some(10.0), now);
                let plain = Scene::of(&store, &view, extent, size, |_| false);
                let scene = Scene::after(before.take(), &store, &view, extent, size, |_| false);
                prop_assert_eq!(&scene.traces[0].runs, &plain.traces[0].runs);
                before = Some(scene);
            }
        }
    }
}
