//! The marks of `--marks` in a picture: of each pixel column at most one, and where their texts have room, none over
//! another. Pure. A painter says how wide a text is, and paints.

use std::ops::Range;
use std::sync::Arc;

use super::decimate::Grid;
use crate::series::{Annotation, Shared};

/// How many columns with marks are looked up under one hold of the lock: some 30 µs.
const COLUMNS_PER_HOLD: usize = 32;

/// The marks of a pixel column.
#[derive(Debug, Clone, PartialEq)]
pub struct Flag {
    /// When the first of them is.
    pub time: f64,
    /// The text of the first.
    text: Arc<str>,
    /// How many there are.
    count: usize,
}

impl Flag {
    /// The text of the first, and how many more there are.
    #[must_use]
    pub fn text(&self) -> String {
        match self.count {
            0 | 1 => self.text.to_string(),
            more => format!("{} (+{})", self.text, more - 1),
        }
    }
}

/// The marks in the columns of a grid, up to `drawn_until`.
pub(super) fn visible(store: &Shared, grid: Grid, drawn_until: f64) -> Vec<Flag> {
    let mut flags: Vec<Flag> = Vec::new();
    let mut next = Some(grid.start());
    while let Some(mut from) = next {
        next = store.hold(|store| {
            for _ in 0..COLUMNS_PER_HOLD {
                let (Annotation { time, text }, _) = store.annotations.between(from, from)?;
                let column = grid.until(*time).saturating_sub(1);
                let after = grid.after(column).min(drawn_until.next_up());
                if *time >= after {
                    return None;
                }
                let (_, count) = store.annotations.between(*time, after)?;
                flags.push(Flag { time: *time, text: Arc::clone(text), count });
                from = after;
            }
            Some(from)
        });
    }
    flags
}

/// The distances that texts keep, in the painter's unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spacing {
    /// Between two texts.
    pub(crate) gap: f64,
    /// A text that does not fit is cut, or left out if it has less room than this.
    pub(crate) least: f64,
    /// A wider text is cut in any case.
    pub(crate) most: f64,
}

impl Spacing {
    /// In a window or a file, in points.
    pub(crate) const POINTS: Self = Self { gap: 10.0, least: 100.0, most: 240.0 };
}

/// Between the line of a mark and its text in a window or a file, in points.
pub(crate) const BESIDE: f64 = 4.0;

/// A text and its left edge.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Label {
    pub(crate) left: f64,
    pub(crate) text: String,
    /// Where its mark is.
    pub(crate) at: f64,
    /// It ends at its mark.
    pub(crate) is_before: bool,
}

/// The texts of marks at these places, in their order, from the right: the newest is there first. A text begins at its
/// mark; where the room ends there, it ends at it.
pub(crate) fn labels<'a>(
    flags: impl DoubleEndedIterator<Item = (f64, &'a Flag)>,
    room: Range<f64>,
    spacing: Spacing,
    width: impl Fn(&str) -> f64,
) -> Vec<Label> {
    let Spacing { gap, least, most } = spacing;
    let mut free = room.end;
    let mut labels = Vec::new();
    let mut flags = flags.rev().peekable();
    while let Some((at, flag)) = flags.next() {
        // A text before its mark leaves the mark before that one alone, if there is room between them.
        let before = flags.peek().map(|(before, _)| at - before - gap);
        let left = before.filter(|room| *room >= least).unwrap_or(at - room.start);
        let right = free - at;
        // Nearly no text is so short: of many marks only a few are measured.
        let most_room = if labels.is_empty() { right.max(left) } else { right };
        if most_room < least / 4.0 {
            continue;
        }
        let Some(whole) = cut(flag.text(), most, &width) else { continue };
        let wide = width(&whole);
        let is_before = labels.is_empty() && right < wide.min(least);
        let room = if is_before { left } else { right };
        let text = match wide <= room {
            true => whole,
            false if room < least => continue,
            false => cut(whole, room, &width).unwrap_or_default(),
        };
        let left = if is_before { at - width(&text) } else { at };
        free = left - gap;
        labels.push(Label { left, text, at, is_before });
    }
    labels
}

/// As much of a text as fits from its beginning; `None` if that is nothing.
fn cut(text: String, room: f64, width: impl Fn(&str) -> f64) -> Option<String> {
    if width(&text) <= room {
        return Some(text);
    }
    let letters: Vec<char> = text.chars().collect();
    let kept = |count: usize| letters[..count].iter().chain(&['…']).collect::<String>();
    let counts: Vec<usize> = (1..letters.len()).collect();
    let fitting = counts.partition_point(|count| width(&kept(*count)) <= room);
    (fitting > 0).then(|| kept(fitting))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::store::Store;
    use proptest::prelude::*;

    fn store(times: &[u32]) -> Shared {
        let mut store = Store::new(1 << 20);
        for time in times {
            store.annotate(Annotation { time: f64::from(*time), text: time.to_string().into() });
        }
        Shared::new(store)
    }

    proptest! {
        #[test]
        fn each_column_with_marks_has_its_first_and_their_number(
            times in prop::collection::vec(0_u32..400, 0..300),
            end in 1_u32..450,
            span in 1_u32..450,
            pixels in 1_u32..200,
            until in 0_u32..450,
        ) {
            let (end, until) = (f64::from(end), f64::from(until));
            let grid = Grid::showing(end, span.into(), pixels.into());
            let found: Vec<(f64, usize)> = visible(&store(&times), grid, until)
                .iter()
                .map(|flag| (flag.time, flag.count))
                .collect();
            let mut expected = Vec::new();
            for column in 0..grid.count {
                let inside = |time: &f64| (grid.edge(column)..grid.after(column)).contains(time) && *time <= until;
                let times: Vec<f64> = times.iter().map(|time| f64::from(*time)).filter(inside).collect();
                expected.extend(times.iter().copied().reduce(f64::min).map(|first| (first, times.len())));
            }
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn texts_have_room_and_none_is_over_another(
            places in prop::collection::btree_set(0_u32..500, 0..40),
            texts in prop::collection::vec("\\PC{1,30}", 40),
            wide in 10_u32..500,
        ) {
            let flags: Vec<(f64, Flag)> = places
                .range(..wide)
                .zip(&texts)
                .map(|(at, text)| (f64::from(*at), Flag { time: 0.0, text: text.as_str().into(), count: 1 }))
                .collect();
            let width = |text: &str| text.chars().count() as f64;
            let spacing = Spacing { gap: 2.0, least: 8.0, most: 20.0 };
            let places = flags.iter().map(|(at, flag)| (*at, flag));
            let labels = labels(places, 0.0..f64::from(wide), spacing, width);
            let mut free = f64::from(wide);
            for Label { left, text, .. } in &labels {
                prop_assert!(*left >= 0.0 && left + width(text) <= free, "{:?}", labels);
                prop_assert!(width(text) <= 20.0);
                prop_assert!(texts.iter().any(|whole| whole.starts_with(text.trim_end_matches('…'))));
                free = left - 2.0;
            }
            let has_room = flags.last().is_some_and(|(at, _)| at.max(f64::from(wide) - at) >= 8.0);
            prop_assert!(!has_room || !labels.is_empty(), "the newest mark has its text");
        }
    }
}
