//! The panels of a picture: which series each one has, how many fit, and where they are. Pure.

use super::pixels::Area;
use crate::config::Panels;

/// The heights that panels need, in the rows of a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spacing {
    /// The least height of a panel.
    pub panel: f64,
    /// Between two panels.
    pub gap: f64,
}

impl Spacing {
    /// Room for three labels in a panel, and between two for the lowest label of one and the highest of the next; a point
    /// has `scale` pixels.
    #[must_use]
    pub fn pixels(scale: f64) -> Self {
        Self { panel: 54.0 * scale, gap: 16.0 * scale }
    }
}

/// How many panels fit into a height.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number")]
pub(super) fn most(height: f64, Spacing { panel, gap }: Spacing) -> usize {
    ((height + gap) / (panel + gap)).floor().max(1.0) as usize
}

/// The rows of each of `count` panels.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number")]
pub(super) fn height(height: f64, count: usize, spacing: Spacing) -> usize {
    exact_height(height, count, spacing).floor() as usize
}

fn exact_height(height: f64, count: usize, spacing: Spacing) -> f64 {
    let gaps = count.saturating_sub(1) as f64 * spacing.gap;
    ((height - gaps) / count as f64).max(1.0)
}

/// The places of `count` panels in the plot's, from the top.
pub(super) fn places(
    [left, top, right, bottom]: Area,
    count: usize,
    spacing: Spacing,
) -> Vec<Area> {
    let whole = f64::from(bottom - top);
    let (part, rows) = (exact_height(whole, count, spacing), height(whole, count, spacing));
    #[expect(clippy::cast_possible_truncation, reason = "a pixel's number")]
    let place = |number: usize| {
        let top = top + (number as f64 * (part + spacing.gap)).round() as i32;
        [left, top, right, top + i32::try_from(rows).unwrap_or(i32::MAX)]
    };
    (0..count).map(place).collect()
}

/// The series of each panel: at least one panel, and no more than fit; the last one has what does not.
pub(super) fn groups(
    wanted: &Panels,
    names: &[String],
    shown: Vec<usize>,
    most: usize,
) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = match wanted {
        Panels::One => vec![shown],
        Panels::Each => shown.into_iter().map(|number| vec![number]).collect(),
        Panels::Groups(wanted) => {
            let place = |number: usize| {
                let has = |group: &Vec<String>| group.contains(&names[number]);
                wanted.iter().position(has).unwrap_or(wanted.len())
            };
            let of =
                |panel| shown.iter().copied().filter(|number| place(*number) == panel).collect();
            (0..=wanted.len()).map(of).collect()
        }
    };
    groups.retain(|group| !group.is_empty());
    let rest = groups.split_off(most.min(groups.len())).concat();
    match groups.last_mut() {
        Some(last) => last.extend(rest),
        None => groups.push(Vec::new()),
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_that_do_not_fit_are_drawn_in_the_last_one() {
        let groups = groups(&Panels::Each, &vec![String::new(); 256], (0..256).collect(), 5);
        assert_eq!((groups.len(), groups.concat().len()), (5, 256));
        assert_eq!(groups[4].len(), 252);
    }

    #[test]
    fn panels_are_as_high_as_each_other_and_within_the_plot() {
        for (count, bottom) in [(1, 500), (3, 500), (7, 501), (5, 320)] {
            let places = places([10, 20, 300, bottom], count, Spacing::pixels(1.0));
            let rows = height(f64::from(bottom - 20), count, Spacing::pixels(1.0));
            assert!(places.iter().all(|[_, top, _, end]| usize::try_from(end - top) == Ok(rows)));
            assert!(places.windows(2).all(|pair| pair[0][3] < pair[1][1]), "{places:?}");
            assert!(places[0][1] == 20 && places[count - 1][3] <= bottom, "{places:?}");
        }
    }
}
