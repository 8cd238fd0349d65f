//! The marks of an axis: at decimal numbers, as many as there is room for. Pure. Their texts are left to `labels`, where an
//! axis begins and ends to `scale`, axes of time to `time_marks`.

use super::labels;
use super::scale::{Scale, Step};

/// The fewest marks on an axis of values, at any size.
const FEWEST: usize = 3;

/// Of a distance of so many rows one more or less is not seen.
const LONG: i64 = 3;

/// A mark on an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Where it is.
    pub at: f64,
    /// Its label.
    pub label: String,
    /// Whether its line stands out: at 0, at midnight.
    pub is_strong: bool,
}

/// The marks of an axis.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Marks {
    /// From the lower end on.
    pub marks: Vec<Mark>,
    /// What is to be added to every label.
    pub offset: Option<String>,
}

impl Marks {
    /// The same for labels that stand in rows, the one of a value in `row`: every second mark, every third and so on, until
    /// their distances are equal, or so long that a row more or less is not seen. Unequal ones would look like a bent axis.
    #[must_use]
    pub fn in_rows(mut self, row: impl Fn(f64) -> i64) -> Self {
        let rows: Vec<i64> = self.marks.iter().map(|mark| row(mark.at)).collect();
        let is_even = |kept: &Vec<usize>| {
            let distances = kept.windows(2).map(|pair| (rows[pair[0]] - rows[pair[1]]).abs());
            let (least, most) =
                distances.fold((i64::MAX, 0), |(least, most), d| (least.min(d), most.max(d)));
            least > 0 && (least == most || least >= LONG || kept.len() < 3)
        };
        // What stands out is kept.
        let strong = self.marks.iter().position(|mark| mark.is_strong);
        let first = |step: usize| strong.map_or(0..step, |strong| strong % step..strong % step + 1);
        let every = |(step, first): (usize, usize)| (first..rows.len()).step_by(step).collect();
        let choices = (1..=rows.len()).flat_map(|step| first(step).map(move |first| (step, first)));
        let kept: Vec<usize> = choices.map(every).find(|kept| is_even(kept)).unwrap_or_default();
        let mut number = 0..;
        self.marks.retain(|_| number.next().is_some_and(|number| kept.contains(&number)));
        self
    }

    /// The same, the unit of the values beside the topmost label.
    #[must_use]
    pub fn in_unit(mut self, unit: &str) -> Self {
        if let Some(top) = self.marks.last_mut() {
            top.label = labels::in_unit(&top.label, unit);
        }
        self
    }
}

/// The marks of an axis of values with room for `most` of them.
#[must_use]
pub fn values(scale: Scale, most: f64) -> Marks {
    match scale.is_log.then(|| decades(scale, most)).flatten() {
        Some(marks) => marks,
        None => numbers(scale.low, scale.high, most, FEWEST),
    }
}

/// The marks of an axis of sample numbers: whole ones.
#[must_use]
pub fn samples(from: f64, to: f64, most: f64) -> Marks {
    let step = Step::at_least((to / most.max(1.0) - from / most.max(1.0)).max(1.0));
    labelled(step, step.multiples(from, to).collect())
}

/// The marks at multiples of 1, 2 or 5 times a power of ten, at least `fewest`.
fn numbers(low: f64, high: f64, most: f64, fewest: usize) -> Marks {
    let mut step = Step::of_span(low, high, most);
    // No more than a double can tell apart.
    let digit = low.abs().max(high.abs());
    let digit = digit.next_up() - digit;
    while step.multiples(low, high).take(fewest).count() < fewest && step.size() > 4.0 * digit {
        step = step.shorter();
    }
    labelled(step, step.multiples(low, high).collect())
}

/// The marks at powers of ten: at as few of them as there is room for, but enough to read by, or also at 2 and 5 times
/// each; `None` if even those are too few.
fn decades(scale: Scale, most: f64) -> Option<Marks> {
    let (first, last) = (scale.low.log10().floor(), scale.high.log10().ceil());
    let is_enough = |marks: &Vec<Mark>| marks.len() >= FEWEST;
    // Three marks a decade, if there is room for them.
    let fine = ((last - first) * 3.0 <= most * 1.5).then(|| powers(scale, 1.0, &[1, 2, 5]));
    let every = ((last - first) / most.max(FEWEST as f64)).ceil().max(1.0);
    let coarser = (0..).map(|less| every - f64::from(less)).take_while(|every| *every >= 1.0);
    let coarse = coarser.map(|every| powers(scale, every, &[1]));
    let finest = std::iter::once_with(|| powers(scale, 1.0, &[1, 2, 5]));
    let marks = fine.into_iter().chain(coarse).chain(finest).find(is_enough)?;
    Some(Marks { marks, offset: None })
}

/// The marks at these factors of every so many powers of ten.
fn powers(scale: Scale, every: f64, factors: &[i128]) -> Vec<Mark> {
    let (first, last) = (scale.low.log10().floor(), scale.high.log10().ceil());
    #[expect(clippy::cast_possible_truncation, reason = "the logarithm of a double is small")]
    let powers = (first as i32..=last as i32).filter(|power| f64::from(*power) % every == 0.0);
    powers
        .flat_map(|power| factors.iter().map(move |factor| (*factor, power)))
        .filter_map(|(factor, power)| {
            let at = format!("{factor}e{power}").parse().ok()?;
            let is_inside = (scale.low..=scale.high).contains(&at);
            is_inside.then(|| Mark { at, label: labels::alone(factor, power), is_strong: false })
        })
        .collect()
}

/// Marks at so many units of the step's power of ten.
fn labelled(step: Step, units: Vec<i128>) -> Marks {
    let (labels, offset) = labels::of(&units, step.power);
    let mark = |(units, label)| Mark { at: step.value(units), label, is_strong: units == 0 };
    Marks { marks: units.into_iter().zip(labels).map(mark).collect(), offset }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::dots::Rows;
    use crate::picture::scale::fitted_range;
    use proptest::prelude::*;

    fn labels(low: f64, high: f64) -> (Vec<String>, Option<String>) {
        let marks = values(Scale::linear((low, high)), 4.0);
        (marks.marks.into_iter().map(|mark| mark.label).collect(), marks.offset)
    }

    #[test]
    fn labels_have_the_decimals_that_the_step_needs_and_one_unit() {
        let cases = [
            (-10.0, 10.0, "-10 -5 0 5 10"),
            (0.0, 0.4, "0 0.1 0.2 0.3 0.4"),
            (0.0, 20_000.0, "0 5k 10k 15k 20k"),
            (99_996.0, 1e5, "99996 99997 99998 99999 100000"),
            (0.0, 2e6, "0 0.5M 1.0M 1.5M 2.0M"),
            (0.0, 4e18, "0 1e18 2e18 3e18 4e18"),
            (-1.7e308, 1.7e308, "-1e308 0 1e308"),
            (0.0, 4e-9, "0 1e-9 2e-9 3e-9 4e-9"),
        ];
        for (low, high, text) in cases {
            assert_eq!(labels(low, high), (text.split(' ').map(str::to_owned).collect(), None));
        }
    }

    #[test]
    fn the_topmost_label_bears_the_unit() {
        let marks = values(Scale::linear((0.0, 20_000.0)), 4.0).in_unit("B").marks;
        let labels: Vec<&str> = marks.iter().map(|mark| mark.label.as_str()).collect();
        assert_eq!(labels, ["0", "5k", "10k", "15k", "20 kB"]);
    }

    #[test]
    fn where_digits_end_an_offset_is_shown_once() {
        let cases = [
            (1_763_886_079e6, 1_763_886_080e6, "0 0.5M 1.0M", "+1.763886079e15"),
            (5e-6, 5e-6 + 4e-12, "0 1e-12 2e-12 3e-12 4e-12", "+5e-6"),
            (1e14, 1e14 + 100.0, "0 50 100", "+1e14"),
            (-1e14 - 100.0, -1e14, "0 50 100", "-1.000000000001e14"),
            (100_000.5, 100_000.9, "0.5 0.6 0.7 0.8 0.9", "+100000"),
        ];
        for (low, high, text, offset) in cases {
            let expected = text.split(' ').map(str::to_owned).collect();
            assert_eq!(labels(low, high), (expected, Some(offset.to_owned())));
        }
    }

    #[test]
    fn a_logarithmic_axis_is_marked_at_its_decades() {
        let labels = |low, high, most| {
            let marks = values(Scale { low, high, is_log: true }, most).marks;
            marks.into_iter().map(|mark| mark.label).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(labels(0.9, 110.0, 8.0), "1 2 5 10 20 50 100");
        assert_eq!(labels(0.001, 1e6, 9.0), "0.001 0.01 0.1 1 10 100 1000 10k 100k 1M");
        assert_eq!(labels(3.0, 4.0, 4.0), "3.0 3.5 4.0", "within a decade as a linear one");
        assert_eq!(
            labels(1.3e-4, 1.2, 1.7),
            "0.001 0.01 0.1 1",
            "all, if every other one is too few"
        );
        assert!(labels(1e-300, 1e300, 8.0).starts_with("1e-300 1e-225"));
    }

    /// The number that a label shows.
    fn read(label: &str) -> f64 {
        let units = [("k", 3), ("M", 6), ("G", 9), ("T", 12)];
        let unit = units.into_iter().find(|(suffix, _)| label.ends_with(suffix));
        let (digits, exponent) =
            unit.map_or((label, 0), |(unit, e)| (label.trim_end_matches(unit), e));
        format!("{digits}e{exponent}").parse().or_else(|_| label.parse()).unwrap()
    }

    fn check(marks: &Marks, fewest: usize) -> Result<(), TestCaseError> {
        let shown: Vec<&str> = marks.marks.iter().map(|mark| mark.label.as_str()).collect();
        prop_assert!(shown.len() >= fewest, "{marks:?}");
        let differ: std::collections::BTreeSet<_> = shown.iter().collect();
        prop_assert_eq!(differ.len(), shown.len(), "{:?}", marks);
        let offset: f64 = marks.offset.as_ref().map_or(0.0, |offset| offset.parse().unwrap());
        let step =
            marks.marks.windows(2).map(|pair| pair[1].at - pair[0].at).fold(f64::MAX, f64::min);
        for mark in &marks.marks {
            let parsed = offset + read(&mark.label);
            prop_assert!(
                (parsed - mark.at).abs() <= step / 2.0,
                "{parsed} at {}: {marks:?}",
                mark.at
            );
            prop_assert!(mark.label.len() <= 14, "{marks:?}");
        }
        Ok(())
    }

    /// The row of a value on an axis of so many rows.
    fn row(scale: Scale, count: u16, value: f64) -> i64 {
        let row = Rows { scale, count: count.into() }.row(value);
        row.map_or(-1, |row| i64::try_from(row).unwrap())
    }

    #[test]
    fn marks_in_rows_are_equally_far_apart_or_far() {
        let rows = |low: f64, high: f64, rows: u16| {
            let scale = Scale::linear((low, high));
            let row = |at: f64| row(scale, rows, at);
            let marks = values(scale, f64::from(rows) * 16.0 / 72.0).in_rows(row).marks;
            marks.iter().map(|mark| (mark.label.clone(), row(mark.at))).collect::<Vec<_>>()
        };
        let labels = |marks: Vec<(String, i64)>| {
            marks.into_iter().map(|mark| mark.0).collect::<Vec<_>>().join(" ")
        };
        // Of 5, 4, 3, 2 and 1 one would have an empty row above it.
        assert_eq!(labels(rows(0.8, 5.5, 7)), "1 3 5");
        // The line at 0 stays.
        assert_eq!(labels(rows(-10.0, 10.0, 9)), "-10 0 10");
    }

    proptest! {
        #[test]
        fn marks_in_rows_never_look_like_a_bent_axis(low in -1e3..1e3_f64, span in 0.1..1e4_f64, count in 1..60_u16) {
            let scale = Scale::linear((low, low + span));
            let row = |at: f64| row(scale, count, at);
            let marks = values(scale, f64::from(count) * 16.0 / 72.0).in_rows(row).marks;
            prop_assert!(!marks.is_empty());
            let distances: Vec<i64> = marks.windows(2).map(|pair| row(pair[0].at) - row(pair[1].at)).collect();
            let (least, most) = (distances.iter().min(), distances.iter().max());
            prop_assert!(least == most || least >= Some(&LONG), "{distances:?}");
            prop_assert!(least.is_none_or(|least| *least > 0));
        }

        #[test]
        fn labels_differ_and_read_back_as_their_marks(
            a in any::<f64>(),
            // From the last digits to many times as much.
            difference in -17.0..3.0_f64,
            most in 1.0..20.0_f64,
        ) {
            prop_assume!(a.is_finite() && a.abs() < 1e300);
            let b = a + a.abs() * 10_f64.powf(difference);
            let (low, high) = fitted_range(Some((a.min(b), a.max(b))));
            check(&values(Scale::linear((low, high)), most), 3)?;
        }

        #[test]
        fn the_same_between_any_two_numbers(a in any::<f64>(), b in any::<f64>(), most in 1.0..20.0_f64) {
            prop_assume!(a.is_finite() && b.is_finite() && a != b);
            let size = a.abs().max(b.abs());
            prop_assume!(a.max(b) * 0.25 - a.min(b) * 0.25 > size * 1e-14 && size > 1e-290);
            check(&values(Scale::linear((a.min(b), a.max(b))), most), 3)?;
        }

        #[test]
        fn a_logarithmic_axis_has_three_marks_too(low in -300.0..300.0_f64, span in 0.05..600.0_f64, most in 1.0..20.0_f64) {
            let (low, high) = (10_f64.powf(low), 10_f64.powf((low + span).min(307.0)));
            let marks = values(Scale { low, high, is_log: true }, most);
            check(&marks, 3)?;
            prop_assert!(marks.marks.len() <= 40, "{marks:?}");
        }

        #[test]
        fn samples_are_marked_at_whole_numbers(from in 0.0..1e15_f64, span in 1.0..1e9_f64, most in 1.0..20.0_f64) {
            let marks = samples(from, from + span, most);
            prop_assert!(marks.marks.iter().all(|mark| mark.at.fract() == 0.0));
            check(&marks, 0)?;
        }
    }
}
