//! Which part of the horizontal axis the window shows: the newest, or a part of the past that stays while the input goes
//! on. Pure.

use crate::config::Axis;
use crate::picture::scene::Extent;

/// The shortest span that is shown, in units of the axis.
const SHORTEST: f64 = 1e-3;

/// The part of the axis that is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Viewport {
    /// How much is shown; everything if `None`.
    span: Option<f64>,
    /// Where it has stopped; it follows the newest if `None`.
    stop: Option<Stop>,
}

/// A picture that stays, whatever comes.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stop {
    /// Where the picture ends.
    end: f64,
    /// What was the newest then: later samples are not drawn, though there may be room for them.
    head: f64,
}

impl Viewport {
    pub(crate) fn new(span: Option<f64>) -> Self {
        Self { span, stop: None }
    }

    /// Whether the picture follows the newest.
    pub(crate) fn is_live(&self) -> bool {
        self.stop.is_none()
    }

    /// The part of the axis that is shown while the newest is at `head`.
    pub(crate) fn extent(&self, axis: Axis, head: f64) -> Extent {
        let head = self.stop.map_or(head, |stop| stop.head);
        let newest = Extent::newest(axis, self.span, head);
        Extent { end: self.stop.map_or(newest.end, |stop| stop.end), ..newest }
    }

    /// Stops at what is shown, or follows the newest again.
    pub(crate) fn pause(&mut self, seen: Extent) {
        match self.stop {
            None => self.stay(seen, seen.end),
            Some(_) => self.follow(),
        }
    }

    /// Follows the newest.
    pub(crate) fn follow(&mut self) {
        self.stop = None;
    }

    /// Shows everything: up to where it has stopped, or to the newest.
    pub(crate) fn show_all(&mut self, axis: Axis, seen: Extent) {
        self.span = None;
        if let Some(stop) = &mut self.stop {
            stop.end = Extent::newest(axis, None, seen.head).end;
        }
    }

    /// Goes to the beginning and stays there.
    pub(crate) fn go_to_begin(&mut self, axis: Axis, seen: Extent) {
        self.stay(seen, axis.begin() + seen.span);
    }

    /// Goes back in time by `by`, or forward if that is negative, and stays there: only `follow` and `pause` go on.
    pub(crate) fn go_back(&mut self, axis: Axis, seen: Extent, by: f64) {
        self.stay(seen, within(axis, seen.head, seen.span, seen.end - by));
    }

    /// Makes the span `factor` times as long, but not longer than what there is. The time `at` stays at its place; a
    /// picture that follows keeps its right edge.
    pub(crate) fn zoom(&mut self, axis: Axis, seen: Extent, factor: f64, at: f64) {
        let longest = Extent::newest(axis, None, seen.head).span.max(seen.span);
        let span = (seen.span * factor).clamp(SHORTEST.min(longest), longest);
        self.span = Some(span);
        if let Some(stop) = &mut self.stop {
            let end = at + (stop.end - at) * span / seen.span;
            stop.end = within(axis, seen.head, span, end);
        }
    }

    fn stay(&mut self, seen: Extent, end: f64) {
        // What shows everything still does.
        self.span = (!seen.is_whole).then_some(seen.span);
        self.stop = Some(Stop { end, head: seen.head });
    }
}

/// The end nearest to `end` with which a picture of this span neither begins before the data nor ends after it.
fn within(axis: Axis, head: f64, span: f64, end: f64) -> f64 {
    let newest = Extent::newest(axis, Some(span), head).end;
    end.clamp(axis.begin() + span, newest.max(axis.begin() + span))
}

/// The middle of what is drawn: what a key zooms on.
pub(crate) fn middle(extent: Extent) -> f64 {
    let start = extent.end - extent.span;
    start.midpoint(extent.end.min(extent.drawn_until).max(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const AXIS: Axis = Axis::Arrival;

    fn ends(viewport: Viewport, head: f64) -> (f64, f64) {
        let extent = viewport.extent(AXIS, head);
        (extent.end - extent.span, extent.end)
    }

    #[test]
    fn live_it_shows_the_newest_and_paused_it_stays() {
        let mut viewport = Viewport::new(Some(10.0));
        assert_eq!(ends(viewport, 4.0), (0.0, 10.0));
        assert_eq!(ends(viewport, 25.0), (15.0, 25.0));
        viewport.pause(viewport.extent(AXIS, 25.0));
        assert_eq!(ends(viewport, 99.0), (15.0, 25.0));
        assert_eq!(viewport.extent(AXIS, 99.0).drawn_until, 25.0);
        viewport.pause(viewport.extent(AXIS, 99.0));
        assert_eq!(ends(viewport, 99.0), (89.0, 99.0));
    }

    #[test]
    fn going_back_ends_at_the_beginning_and_going_forward_at_the_newest() {
        let mut viewport = Viewport::new(Some(10.0));
        viewport.go_back(AXIS, viewport.extent(AXIS, 100.0), 30.0);
        assert_eq!(ends(viewport, 100.0), (60.0, 70.0));
        viewport.go_back(AXIS, viewport.extent(AXIS, 100.0), 1e6);
        assert_eq!(ends(viewport, 100.0), (0.0, 10.0));
        viewport.go_back(AXIS, viewport.extent(AXIS, 100.0), -1e6);
        assert_eq!(ends(viewport, 200.0), (90.0, 100.0));
        viewport.go_to_begin(AXIS, viewport.extent(AXIS, 200.0));
        assert_eq!(ends(viewport, 300.0), (0.0, 10.0));
    }

    #[test]
    fn a_zoom_follows_on_when_live_and_keeps_its_place_when_paused() {
        let mut viewport = Viewport::new(None);
        viewport.zoom(AXIS, viewport.extent(AXIS, 100.0), 0.5, 10.0);
        assert_eq!(ends(viewport, 100.0), (50.0, 100.0));
        viewport.pause(viewport.extent(AXIS, 100.0));
        viewport.zoom(AXIS, viewport.extent(AXIS, 200.0), 0.5, 60.0);
        assert_eq!(ends(viewport, 200.0), (55.0, 80.0));
    }

    #[test]
    fn a_zoom_ends_at_the_data_and_begins_on_what_is_there() {
        let mut viewport = Viewport::new(Some(10.0));
        viewport.zoom(AXIS, viewport.extent(AXIS, 4.0), 2.0, 0.0);
        assert_eq!(ends(viewport, 4.0), (0.0, 10.0), "there is no more than four seconds");
        viewport.pause(viewport.extent(AXIS, 4.0));
        let seen = viewport.extent(AXIS, 9.0);
        viewport.zoom(AXIS, seen, 0.5, middle(seen));
        assert_eq!(ends(viewport, 9.0), (0.0, 5.0), "the four seconds, not the void after them");
        viewport.show_all(AXIS, viewport.extent(AXIS, 9.0));
        assert_eq!(ends(viewport, 9.0), (0.0, 4.0), "all that there was at the pause");
        viewport.follow();
        assert_eq!(ends(viewport, 9.0), (0.0, 9.0));
    }

    proptest! {
        #[test]
        fn once_stopped_only_follow_and_pause_go_on(
            window in prop_oneof![Just(None), (0.1..100.0_f64).prop_map(Some)],
            head in 0.1..100.0_f64,
            actions in prop::collection::vec((0..5, 0.01..10.0_f64), 1..20),
        ) {
            let mut viewport = Viewport::new(window);
            viewport.pause(viewport.extent(AXIS, head));
            let longest = viewport.extent(AXIS, head).span.max(head);
            for (action, amount) in actions {
                let seen = viewport.extent(AXIS, head * 2.0);
                match action {
                    0 => viewport.go_to_begin(AXIS, seen),
                    1 => viewport.go_back(AXIS, seen, amount),
                    2 => viewport.go_back(AXIS, seen, -amount),
                    3 => viewport.zoom(AXIS, seen, amount, middle(seen)),
                    _ => viewport.show_all(AXIS, seen),
                }
                let now = viewport.extent(AXIS, head * 3.0);
                prop_assert!(!viewport.is_live());
                prop_assert_eq!(now, viewport.extent(AXIS, head * 4.0));
                prop_assert_eq!(now.drawn_until, head);
                prop_assert!(now.span <= longest * 1.000001 && now.end - now.span >= -1e-9, "{:?}", now);
            }
        }
    }
}
