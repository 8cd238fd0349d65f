//! How many digits the values of a series have in the legend and the readout: one number of decimals for all, so that a
//! value that changes stands still. It follows from what is visible of the series, and seldom changes. Pure. Which values
//! are shown is left to `status`; labels of axes have digits of their own (`picture::marks`).

use crate::picture::number;
use crate::series::Summary;

/// Values that came with so many digits in all are shown with all of them.
const SHORT: i32 = 7;

/// Else the visible range has so many, of which the last is less than a pixel.
const OF_RANGE: i32 = 4;

/// A number with more digits than this has an exponent, on a linear axis if that is shorter.
const LONG: i32 = 12;

/// What an exponent takes, with the point before it: `.` and `e12`.
const EXPONENT: i32 = 4;

/// A value that stands still has so many.
const OF_CONSTANT: i32 = 6;

/// A double has no more.
const MOST: i32 = 16;

/// By how much a range has to change before that changes the digits: values near 10 would have another number of them at
/// every frame.
const FACTOR: f64 = 4.0;

/// How the values of a series are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Digits {
    /// The most decimals that a value has come with.
    came_with: i32,
    form: Option<Form>,
}

/// A form of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// With so many decimals.
    Decimals(i32),
    /// With an exponent, and so many decimals before it.
    Exponent(i32),
}

impl Digits {
    /// The digits for what is visible of a series and the value that is shown beside it; `some` are some more values that
    /// are visible. `is_log` is of its axis.
    pub(crate) fn next(
        self,
        seen: Option<&Summary>,
        value: f64,
        some: impl Iterator<Item = f64>,
        is_log: bool,
    ) -> Self {
        let values = seen.map_or([value, value, value], |seen| [seen.min, value, seen.max]);
        let values = values.into_iter().filter(|value| !value.is_nan());
        let some = some.filter(|value| !value.is_nan());
        let came_with = values.clone().chain(some).fold(self.came_with, more_decimals);
        let low = values.clone().fold(f64::INFINITY, f64::min);
        let high = values.fold(f64::NEG_INFINITY, f64::max);
        if low > high {
            return self;
        }
        let form = |factor| Form::of((low, high), factor, came_with, is_log);
        let is_kept = |old: &Form| match (form(FACTOR), *old, form(1.0 / FACTOR)) {
            (Form::Decimals(least), Form::Decimals(old), Form::Decimals(most))
            | (Form::Exponent(least), Form::Exponent(old), Form::Exponent(most)) => {
                (least..=most).contains(&old)
            }
            _ => false,
        };
        let kept = self.form.filter(is_kept);
        Self { came_with, form: kept.or_else(|| Some(form(1.0))) }
    }

    /// A value as text.
    pub(crate) fn text(self, value: f64) -> String {
        let places = |count: i32| usize::try_from(count).unwrap_or(0);
        match self.form {
            _ if value.is_nan() => number::value(value),
            Some(Form::Decimals(count)) if value.abs() < 1e16 => {
                let text = format!("{value:.*}", places(count));
                // What is rounded to 0 has no sign.
                let is_zero = text.bytes().all(|byte| b"-0.".contains(&byte));
                if is_zero && count == 0 && value != 0.0 {
                    // Without decimals nothing says that it is rounded.
                    return number::value(value);
                }
                text.strip_prefix('-').filter(|_| is_zero).map_or(text.clone(), str::to_owned)
            }
            Some(Form::Exponent(count)) if value != 0.0 => format!("{value:.*e}", places(count)),
            _ => number::value(value),
        }
    }

    /// A mean as text: as the values, but that of whole numbers is seldom whole.
    pub(crate) fn mean(self, mean: f64) -> String {
        match self.form {
            Some(Form::Decimals(0)) if mean.abs() < 1e4 => format!("{mean:.2}"),
            _ => self.text(mean),
        }
    }
}

impl Form {
    /// The form of values in `factor` times a range.
    fn of((low, high): (f64, f64), factor: f64, came_with: i32, is_log: bool) -> Self {
        let size = order(low.abs().max(high.abs()) * factor);
        // On a logarithmic axis what is small is as visible as what is large. Halves, as the difference may be beyond
        // what a double holds.
        let linear = (high / 2.0 - low / 2.0) * 2.0;
        let range = |span: f64| order(span * factor).map(|range| OF_RANGE - 1 - range);
        let Some(size) = size else { return Self::Decimals(0) };
        let constant = OF_CONSTANT - 1 - size;
        // Not one of which so few digits are seen that the others would hide them.
        let is_short = size < LONG || range(linear).is_none_or(|range| range >= -EXPONENT);
        if !(-4..MOST - 1).contains(&size) || !is_short {
            // Also of a small value the exponent says how small it is.
            let decimals = range(linear).map_or(constant, |range| range.max(constant - 2)) + size;
            return Self::Exponent(decimals.clamp(0, MOST - 1));
        }
        let range = range(if is_log { low } else { linear });
        let whole = size.max(0) + 1;
        if is_log && whole + range.unwrap_or(0).min(came_with) > LONG {
            return Self::Exponent(OF_RANGE - 1);
        }
        let decimals =
            if whole + came_with <= SHORT { came_with } else { range.unwrap_or(constant) };
        Self::Decimals(decimals.clamp(0, came_with.min(MOST - whole).max(0)))
    }
}

/// The exponent of a positive number's first digit.
#[expect(clippy::cast_possible_truncation, reason = "the logarithm of a double is small")]
fn order(number: f64) -> Option<i32> {
    (number > 0.0).then(|| number.min(f64::MAX).log10().floor() as i32)
}

/// How many decimals a number has, if more than so many. Most have not, and need no text to find that out.
fn more_decimals(known: i32, number: f64) -> i32 {
    let unit = 10_f64.powi(known);
    // Both are whole numbers, so that the quotient is the double that is nearest to a decimal number.
    let is_short = known >= MOST || (number * unit).round() / unit == number;
    if is_short { known } else { decimals(number).max(known) }
}

/// How many decimals the shortest text of a number has.
fn decimals(value: f64) -> i32 {
    let text = number::exact(value);
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let fraction = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    i32::try_from(fraction).unwrap_or(0) - exponent.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seen(values: &[f64]) -> Summary {
        let mut seen = Summary::EMPTY;
        values.iter().for_each(|value| seen.add(*value));
        seen
    }

    /// The values as they are written when all of them are visible.
    fn texts(values: &[f64], is_log: bool) -> Vec<String> {
        let (all, last) = (values.iter().copied(), values[values.len() - 1]);
        let digits = Digits::default().next(Some(&seen(values)), last, all, is_log);
        values.iter().map(|value| digits.text(*value)).collect()
    }

    #[test]
    fn all_values_of_a_series_have_the_same_decimals() {
        assert_eq!(texts(&[29.8197, 30.0, 29.82], false), ["29.8197", "30.0000", "29.8200"]);
        assert_eq!(texts(&[7.0, -3.0], false), ["7", "-3"]);
        assert_eq!(texts(&[2.5, f64::NAN, 1.0], false), ["2.5", "gap", "1.0"]);
        // What was computed has the digits that can be seen.
        assert_eq!(texts(&[0.1 + 0.2, -1.0, 1.0], false), ["0.300", "-1.000", "1.000"]);
        assert_eq!(texts(&[1.0 / 3.0, 2000.0 / 3.0], false), ["0.3", "666.7"]);
        assert_eq!(texts(&[-1e-9, 2.0], false), ["0.000", "2.000"]);
        // Extremes may be shorter than what is between them.
        assert_eq!(texts(&[0.0, 0.519, 0.6], false), ["0.000", "0.519", "0.600"]);
        // What was written keeps all of its digits.
        assert_eq!(texts(&[0.045, 1003.2], false), ["0.045", "1003.200"]);
        assert_eq!(texts(&[1_234_567_890.0, 3.0], false), ["1234567890", "3"]);
    }

    #[test]
    fn a_constant_has_six_digits_and_small_changes_of_large_values_are_seen() {
        assert_eq!(texts(&[std::f64::consts::PI], false), ["3.14159"]);
        assert_eq!(texts(&[0.001_234_567_89], false), ["0.00123457"]);
        let near = [1e9 + 0.001_25, 1e9 + 0.002_5];
        assert_eq!(texts(&near, false), ["1000000000.00125", "1000000000.00250"]);
        assert_eq!(texts(&[5e-6, 5e-6 + 1e-12], false), ["5.000000000e-6", "5.000001000e-6"]);
        assert_eq!(texts(&[0.0, 1e18], false), ["0", "1.000e18"]);
        // What is rounded to a whole number is no 0.
        assert_eq!(
            texts(&[0.001, 1e11, -0.25, 0.0], false),
            ["0.001", "100000000000", "-0.25", "0"]
        );
        assert_eq!(texts(&[5e-324, 1.7e308, -1.7e308], false)[0], "4.941e-324");
    }

    #[test]
    fn a_long_number_of_which_few_digits_are_seen_has_an_exponent() {
        let wide = [-16_344_700_000_000.0, 31_876_500_000_000.0];
        assert_eq!(texts(&wide, false), ["-1.634e13", "3.188e13"]);
        let near = [1_763_886_079_123.0, 1_763_886_080_456.0];
        assert_eq!(texts(&near, false), ["1763886079123", "1763886080456"]);
        assert_eq!(texts(&[1_763_886_079_123.0], false), ["1763886079123"]);
    }

    #[test]
    fn on_a_logarithmic_axis_the_least_value_has_its_digits_too() {
        assert_eq!(texts(&[0.001_234_567, 1000.0], true), ["0.001235", "1000.000000"]);
        // Where that takes too many digits there is an exponent.
        let tiny = [0.000_438_995_6, 1e-12, 2.5e-5];
        assert_eq!(texts(&tiny, true), ["4.390e-4", "1.000e-12", "2.500e-5"]);
        // An exponent needs no more digits than on a linear axis.
        assert_eq!(texts(&[5e-324, 1.7e308], true), ["4.941e-324", "1.700e308"]);
    }

    #[test]
    fn the_mean_of_whole_numbers_has_decimals() {
        let digits = Digits::default().next(Some(&seen(&[0.0, 1.0])), 1.0, [].into_iter(), false);
        assert_eq!((digits.text(1.0), digits.mean(0.333_333)), ("1".into(), "0.33".into()));
        assert_eq!(digits.mean(123_456.7), "123457");
    }

    #[test]
    fn a_range_that_trembles_does_not_change_the_digits() {
        let third = |value: f64| value + 1.0 / 3e9;
        let step = |digits: Digits, high: f64| {
            digits.next(Some(&seen(&[0.0, high])), 0.0, [].into_iter(), false)
        };
        let first = step(Digits::default(), third(9.0));
        let later = [10.5, 9.9, 11.0, 8.0, 30.0].map(third).into_iter().fold(first, step);
        assert_eq!((first.text(1.0), later), ("1.000".into(), first));
        assert_eq!(step(later, third(800.0)).text(1.0), "1.0");
    }

    proptest! {
        #[test]
        fn a_text_is_as_near_to_its_value_as_a_pixel_and_no_frame_changes_it_again(
            values in prop::collection::vec(prop_oneof![any::<f64>(), -1e3..1e3_f64, (-9999_i32..9999).prop_map(|n| f64::from(n) / 100.0)], 2..9),
        ) {
            prop_assume!(values.iter().all(|value| value.is_finite()));
            let seen = seen(&values);
            let some = || values.iter().copied();
            let digits = Digits::default().next(Some(&seen), values[0], some(), false);
            for &value in &values {
                let text = digits.text(value);
                prop_assert!(text.len() < 30, "{}", text);
                let error = (text.parse::<f64>().unwrap() / 4.0 - value / 4.0).abs();
                // Of a constant, or of what is far from 0 for its range, a double has no more digits.
                let least = value.abs().max(seen.max.abs()) / 4.0 * 1e-5;
                prop_assert!(error <= (seen.max / 4.0 - seen.min / 4.0) * 1e-3 || error <= least, "{} {}", value, text);
                prop_assert_eq!(digits.next(Some(&seen), value, some(), false), digits);
            }
        }
    }
}
