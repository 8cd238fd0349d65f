//! The marks of an axis of time, in seconds since the start: at usual steps, and labelled as a clock shows them. Pure.

use super::marks::{Mark, Marks};
use super::scale::Step;

/// Steps between marks, in seconds; shorter ones are decimal, longer ones whole days.
const STEPS: [f64; 16] = [
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 21600.0,
    43200.0, 86400.0,
];

/// The shortest usual step that marks from `from` to `to` at most `most` times, in seconds.
#[must_use]
pub fn step(from: f64, to: f64, most: f64) -> f64 {
    let least = (to - from) / most.max(1.0);
    if least <= 0.5 {
        return Step::at_least(least).size();
    }
    let usual = STEPS.into_iter().find(|step| *step >= least);
    usual.unwrap_or_else(|| Step::at_least((least / 86400.0).max(1.0)).size() * 86400.0)
}

/// The multiples of `step` from `from` to `to`.
pub(super) fn multiples(from: f64, to: f64, step: f64) -> impl Iterator<Item = f64> {
    let first = (from / step).ceil();
    (0..1000).map(move |n| (first + f64::from(n)) * step).take_while(move |mark| *mark <= to)
}

/// The marks from `from` to `to`, with room for `most` of them.
#[must_use]
pub fn elapsed(from: f64, to: f64, most: f64) -> Marks {
    let step = step(from, to, most);
    let mark = |at| Mark { at, label: label(at, step), is_strong: false };
    Marks { marks: multiples(from, to, step).map(mark).collect(), offset: None }
}

/// A time since the start, with the digits that steps of `step` seconds need.
#[must_use]
pub fn label(seconds: f64, step: f64) -> String {
    let decimals = decimals(step);
    let sign = if seconds <= -step * 1e-6 { "-" } else { "" };
    let seconds = seconds.abs();
    if seconds < 60.0 && step < 60.0 {
        return format!("{sign}{seconds:.decimals$} s");
    }
    // Rounded first: 59.9996 s is a minute.
    let unit = 10_f64.powi(i32::try_from(decimals).unwrap_or(0));
    let seconds = (seconds * unit).round() / unit;
    let (hours, rest) = ((seconds / 3600.0).floor(), seconds % 3600.0);
    let (minutes, rest) = ((rest / 60.0).floor(), rest % 60.0);
    let width = if decimals > 0 { decimals + 3 } else { 2 };
    if hours > 0.0 {
        format!("{sign}{hours}:{minutes:02}:{rest:0width$.decimals$}")
    } else {
        format!("{sign}{minutes}:{rest:0width$.decimals$}")
    }
}

/// How many decimals tell neighbouring multiples of `step` seconds apart.
pub(super) fn decimals(step: f64) -> usize {
    if step < 1.0 { usize::try_from(-Step::at_least(step).power).unwrap_or(0).min(12) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_read_as_clocks_from_a_minute_on() {
        let cases = [
            (5.0, 1.0, "5 s"),
            (0.25, 0.05, "0.25 s"),
            (65.0, 5.0, "1:05"),
            (59.9999, 60.0, "1:00"),
            (3_725.5, 0.5, "1:02:05.5"),
            (-2.0, 1.0, "-2 s"),
        ];
        for (seconds, step, text) in cases {
            assert_eq!(label(seconds, step), text);
        }
    }

    proptest! {
        #[test]
        fn labels_differ(from in 0.0..1e9_f64, span in -3.0..9.0_f64, most in 1.0..20.0_f64) {
            let marks = elapsed(from, from + 10_f64.powf(span), most).marks;
            let differ: std::collections::BTreeSet<_> = marks.iter().map(|mark| &mark.label).collect();
            prop_assert_eq!(differ.len(), marks.len(), "{:?}", marks);
        }
    }
}
