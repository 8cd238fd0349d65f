//! Which part of the horizontal axis the window shows: the newest, or a part of the past that stays while the input goes
//! on. Pure.

use crate::config::Axis;
use crate::picture::scene::Extent;

/// The shortest and longest span that is shown, in units of the axis.
const SPANS: (f64, f64) = (1e-3, 1e12);

/// The part of the axis that is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Viewport {
    /// How much is shown; everything if `None`.
    span: Option<f64>,
    /// Where the picture ends; at the newest if `None`.
    end: Option<f64>,
    /// What was the newest at the pause: later samples are not drawn, though there may be room for them.
    paused_at: Option<f64>,
}

impl Viewport {
    pub(super) fn new(span: Option<f64>) -> Self {
        Self { span, end: None, paused_at: None }
    }

    /// Whether the picture follows the newest.
    pub(super) fn is_live(&self) -> bool {
        self.end.is_none()
    }

    /// The part of the axis that is shown while the newest is at `head`.
    pub(super) fn extent(&self, axis: Axis, head: f64) -> Extent {
        let newest = Extent::newest(axis, self.span, head);
        Extent {
            end: self.end.unwrap_or(newest.end),
            drawn_until: self.paused_at.unwrap_or(head),
            ..newest
        }
    }

    /// Stops at what is shown, or follows the newest again.
    pub(super) fn pause(&mut self, seen: Extent) {
        match self.end {
            None => {
                self.stay(seen, seen.end);
                self.paused_at = Some(seen.head);
            }
            Some(_) => self.follow(),
        }
    }

    /// Follows the newest.
    pub(super) fn follow(&mut self) {
        (self.end, self.paused_at) = (None, None);
    }

    /// Goes to the beginning and stays there.
    pub(super) fn go_to_begin(&mut self, axis: Axis, seen: Extent) {
        self.stay(seen, axis.begin() + seen.span);
    }

    /// Goes back in time by `by`, or forward if that is negative; at the newest it follows again.
    pub(super) fn go_back(&mut self, axis: Axis, seen: Extent, by: f64) {
        let newest = Extent::newest(axis, Some(seen.span), seen.head).end;
        let end = (seen.end - by).max(axis.begin() + seen.span);
        self.stay(seen, end);
        if end >= newest {
            self.follow();
        }
    }

    /// Makes the span `factor` times as long. The time `at` stays at its place; a picture that follows keeps its right edge.
    pub(super) fn zoom(&mut self, seen: Extent, factor: f64, at: Option<f64>) {
        let span = (seen.span * factor).clamp(SPANS.0, SPANS.1);
        self.span = Some(span);
        if let (Some(end), Some(at)) = (&mut self.end, at) {
            *end = at + (*end - at) * span / seen.span;
        }
    }

    fn stay(&mut self, seen: Extent, end: f64) {
        (self.span, self.end, self.paused_at) = (Some(seen.span), Some(end), None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(viewport.is_live());
        viewport.go_to_begin(AXIS, viewport.extent(AXIS, 100.0));
        assert_eq!(ends(viewport, 100.0), (0.0, 10.0));
    }

    #[test]
    fn a_zoom_follows_on_when_live_and_keeps_its_place_when_paused() {
        let mut viewport = Viewport::new(None);
        viewport.zoom(viewport.extent(AXIS, 100.0), 0.5, Some(10.0));
        assert_eq!(ends(viewport, 100.0), (50.0, 100.0));
        viewport.pause(viewport.extent(AXIS, 100.0));
        viewport.zoom(viewport.extent(AXIS, 200.0), 0.5, Some(60.0));
        assert_eq!(ends(viewport, 200.0), (55.0, 80.0));
    }
}
