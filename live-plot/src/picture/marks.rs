//! The marks of an axis and their labels: at decimal numbers, each label with the digits that tell it from its
//! neighbours. Pure. Where an axis begins and ends is left to `scale`; axes of time to `time_marks`.

use super::scale::{Scale, Step};

/// The fewest marks on an axis of values, at any size.
const FEWEST: usize = 3;

/// A label with more digits than this is split: what all labels share is shown once, as an offset.
const DIGITS: usize = 6;

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

/// Units that take the prefixes of labels: `20k` of them is `20 kB`.
const PREFIXED: [&str; 12] = ["B", "bit", "Hz", "Wh", "Ah", "VA", "W", "V", "A", "J", "Pa", "Ω"];

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
            let base = unit.strip_suffix("/s").unwrap_or(unit);
            let prefix = top.label.find(['k', 'M', 'G', 'T']).filter(|_| PREFIXED.contains(&base));
            let prefix = top.label.split_off(prefix.unwrap_or(top.label.len()));
            top.label = format!("{} {prefix}{unit}", top.label);
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
            let label = match (-4..6).contains(&power) {
                true => decimal(factor, power, 0),
                false => format!("{factor}e{power}"),
            };
            is_inside.then_some(Mark { at, label, is_strong: false })
        })
        .collect()
}

/// Marks at so many units of the step's power of ten.
fn labelled(step: Step, units: Vec<i128>) -> Marks {
    let power = step.power;
    let (least, most) = units.first().copied().zip(units.last().copied()).unwrap_or_default();
    let longest = digits(least).max(digits(most));
    let base = if longest > DIGITS { base(least, most) } else { 0 };
    let largest = (least - base).abs().max((most - base).abs());
    let unit = Unit::of(largest, power);
    let mark = |units: &i128| Mark {
        at: step.value(*units),
        label: unit.label(units - base, power),
        is_strong: *units == 0,
    };
    let marks = units.iter().map(mark).collect();
    Marks { marks, offset: (base != 0).then(|| offset(base, power)) }
}

/// The round number below `least` that all numbers up to `most` share.
fn base(least: i128, most: i128) -> i128 {
    let mut round = 1;
    while round < most - least {
        round *= 10;
    }
    least.div_euclid(round) * round
}

/// An offset with all its digits, for example `+1.763886e15`.
fn offset(base: i128, power: i32) -> String {
    let sign = if base < 0 { '-' } else { '+' };
    let text = base.unsigned_abs().to_string();
    let exponent = power + last_place(text.len());
    let digits = text.trim_end_matches('0');
    if (0..6).contains(&exponent) && digits.len() <= DIGITS + 2 {
        return format!(
            "{sign}{}",
            decimal(base.abs(), power, 0).trim_end_matches('0').trim_end_matches('.')
        );
    }
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{first}{point}{rest}e{exponent}")
}

fn digits(number: i128) -> usize {
    number.unsigned_abs().to_string().len()
}

/// The place of a number's first digit, counted from its last one.
fn last_place(digits: usize) -> i32 {
    i32::try_from(digits).unwrap_or(i32::MAX) - 1
}

/// The power of ten in which all labels of an axis are written, and how it is shown after each.
struct Unit {
    power: i32,
    suffix: String,
}

impl Unit {
    /// The unit for numbers up to `largest` times 10^power.
    fn of(largest: i128, power: i32) -> Self {
        let exponent = power + last_place(digits(largest));
        let (power, suffix) = match exponent {
            -5..4 => (0, String::new()),
            // `99998` is shorter than `99.998k`.
            4..6 if power < 2 => (0, String::new()),
            4..6 => (3, "k".to_owned()),
            6..9 => (6, "M".to_owned()),
            9..12 => (9, "G".to_owned()),
            12..15 => (12, "T".to_owned()),
            _ => (exponent, format!("e{exponent}")),
        };
        Self { power, suffix }
    }

    fn label(&self, units: i128, power: i32) -> String {
        match units {
            0 => "0".to_owned(),
            _ => decimal(units, power, self.power) + &self.suffix,
        }
    }
}

/// `units`·10^power in units of 10^unit, as a decimal number without rounding.
fn decimal(units: i128, power: i32, unit: i32) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let digits = units.unsigned_abs().to_string();
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    let decimals = unit - power;
    if decimals <= 0 {
        return format!("{sign}{digits}{}", zeros(-decimals));
    }
    let padded = zeros(decimals - last_place(digits.len())) + &digits;
    let point = padded.len() - usize::try_from(decimals).unwrap_or(0);
    format!("{sign}{}.{}", &padded[..point], &padded[point..])
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
    fn the_topmost_label_bears_the_unit_with_its_prefix() {
        let top = |high: f64, unit: &str| {
            let marks = values(Scale::linear((0.0, high)), 4.0).in_unit(unit).marks;
            marks.last().map(|mark| mark.label.clone()).unwrap()
        };
        assert_eq!(top(20_000.0, "B/s"), "20 kB/s");
        assert_eq!(top(2e6, "W"), "2.0 MW");
        assert_eq!(top(0.4, "V"), "0.4 V");
        assert_eq!(top(4e18, "B"), "4e18 B");
        // What has a prefix takes no second one, and not every unit takes one.
        assert_eq!(top(20_000.0, "ms"), "20k ms");
        assert_eq!(top(20_000.0, "MiB"), "20k MiB");
        assert_eq!(top(100.0, "%"), "100 %");
        let marks = values(Scale::linear((0.0, 20_000.0)), 4.0).in_unit("B").marks;
        assert_eq!(marks[1].label, "5k", "the others are as they were");
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
        assert_eq!(labels(0.001, 1e6, 9.0), "0.001 0.01 0.1 1 10 100 1000 10000 100000 1e6");
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
