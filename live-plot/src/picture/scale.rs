//! Where an axis begins and ends, where it is marked, and the texts of its labels and of values. Pure; the window and the
//! files share it, so that they look alike.

/// The range of values that is shown while all that is visible fits into it.
const DEFAULT: (f64, f64) = (-10.0, 10.0);

/// Steps between marks on a time axis, in seconds; shorter ones are decimal, longer ones whole days.
const TIME_STEPS: [f64; 16] = [
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 21600.0,
    43200.0, 86400.0,
];

/// The shortest of 1, 2 and 5 times a power of ten that marks `span` at most `most` times.
#[must_use]
pub fn step(span: f64, most: f64) -> f64 {
    let least = span / most.max(1.0);
    let power = 10_f64.powf(least.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|f| f * power >= least * 0.999_999);
    factor.unwrap_or(10.0) * power
}

/// The shortest usual step of time that marks `span` seconds at most `most` times.
#[must_use]
pub fn time_step(span: f64, most: f64) -> f64 {
    let least = span / most.max(1.0);
    if least <= 0.5 {
        return step(span, most);
    }
    let usual = TIME_STEPS.into_iter().find(|step| *step >= least);
    usual.unwrap_or_else(|| step(span / 86400.0, most).max(1.0) * 86400.0)
}

/// The multiples of `step` from `from` to `to`.
pub fn marks(from: f64, to: f64, step: f64) -> impl Iterator<Item = f64> {
    let first = (from / step).ceil();
    (0..1000).map(move |n| (first + f64::from(n)) * step).take_while(move |mark| *mark <= to)
}

/// −10 to 10 while the values fit, else the values fitted.
#[must_use]
pub fn default_range(values: Option<(f64, f64)>) -> (f64, f64) {
    match values {
        Some((min, max)) if min < DEFAULT.0 || max > DEFAULT.1 => fit(min, max),
        _ => DEFAULT,
    }
}

/// The values fitted; −10 to 10 when there are none.
#[must_use]
pub fn auto_range(values: Option<(f64, f64)>) -> (f64, f64) {
    values.map_or(DEFAULT, |(min, max)| fit(min, max))
}

/// Whole steps around the values, so that the axis does not move with every sample.
fn fit(min: f64, max: f64) -> (f64, f64) {
    // Values near f64's limits have a difference, and a margin, beyond it.
    let limit = f64::MAX / 8.0;
    let (min, max) = (min.clamp(-limit, limit), max.clamp(-limit, limit));
    let span = max - min;
    // Nearly constant: the scale follows from the value itself, so that rounding noise is not magnified.
    let flat = min.abs().max(max.abs()) * 1e-12;
    if span <= flat {
        let half = if max == 0.0 { 1.0 } else { max.abs() * 0.1 };
        return (min - half, max + half);
    }
    let margin = span * 0.04;
    let step = step(span, 10.0);
    let low = ((min - margin) / step).floor() * step;
    let high = ((max + margin) / step).ceil() * step;
    // Values that are never negative need no room below 0: most counts, sizes and times.
    (if min >= 0.0 { low.max(0.0) } else { low }, if max <= 0.0 { high.min(0.0) } else { high })
}

/// The shortest decimal that reads back as the same number.
#[must_use]
pub fn exact(value: f64) -> String {
    let size = value.abs();
    if value.is_nan() {
        "nan".to_owned()
    } else if size != 0.0 && !(1e-5..1e16).contains(&size) {
        format!("{value:e}")
    } else {
        value.to_string()
    }
}

/// A value for a person to read: six digits, or all digits of a whole number.
#[must_use]
pub fn value(value: f64) -> String {
    if value.is_nan() {
        return "gap".to_owned();
    }
    if value.abs() >= 1e15 || (value != 0.0 && value.abs() < 1e-4) {
        return format!("{value:.5e}");
    }
    if value.fract() == 0.0 {
        return format!("{value:.0}");
    }
    let whole_digits = value.abs().log10().floor().max(0.0) + 1.0;
    let decimals = (0..6).rev().find(|n| f64::from(*n) + whole_digits <= 6.0).unwrap_or(0);
    let text = format!("{value:.*}", usize::try_from(decimals).unwrap_or(0));
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// A value as an axis marked every `step` shows it.
#[must_use]
pub fn label(value: f64, step: f64) -> String {
    const UNITS: [(f64, &str); 4] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")];
    // −0, and what is left over of a multiple that should be 0.
    let value = if value.abs() < step * 1e-6 { 0.0 } else { value };
    let size = value.abs().max(step);
    if value == 0.0 && !(1e-5..1e4).contains(&size) {
        return "0".to_owned();
    }
    if !(1e-5..1e15).contains(&size) {
        return format!("{value:.2e}");
    }
    let unit = UNITS.into_iter().find(|(least, _)| size >= *least && value != 0.0);
    let (scale, suffix) = unit.map_or((1.0, ""), |(least, suffix)| (least.max(1e3), suffix));
    let scale = if suffix == "k" { 1e3 } else { scale };
    let decimals = decimals(step / scale);
    format!("{:.decimals$}{suffix}", value / scale)
}

/// How many decimals the labels need so that neighbouring multiples of `step` differ.
#[expect(clippy::cast_sign_loss, reason = "between 0 and 12")]
fn decimals(step: f64) -> usize {
    let exact = |n: &i32| {
        let scaled = step * 10_f64.powi(*n);
        (scaled - scaled.round()).abs() < 1e-6 * scaled
    };
    (0..12).find(exact).unwrap_or(12) as usize
}

/// A time since the start as an axis marked every `step` seconds shows it.
#[must_use]
pub fn time_label(seconds: f64, step: f64) -> String {
    let decimals = if step < 1.0 { decimals(step) } else { 0 };
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_range_is_ten_either_way_while_everything_fits() {
        assert_eq!(default_range(None), (-10.0, 10.0));
        assert_eq!(default_range(Some((-10.0, 10.0))), (-10.0, 10.0));
        assert_eq!(default_range(Some((0.0, 97.0))), (0.0, 110.0));
        assert_eq!(default_range(Some((-97.0, -1.0))), (-110.0, 0.0));
        assert_eq!(auto_range(Some((0.0, 1.0))), (0.0, 1.1));
        assert_eq!(auto_range(Some((-1.0, 99.0))), (-10.0, 110.0), "one that is negative does");
        assert_eq!(auto_range(Some((5.0, 5.0))), (4.5, 5.5));
    }

    #[test]
    fn labels_have_the_decimals_that_the_step_needs() {
        let cases = [
            (10.0, 5.0, "10"),
            (-2.5, 2.5, "-2.5"),
            (0.30000000000000004, 0.1, "0.3"),
            (-0.0, 1.0, "0"),
            (25_000.0, 5_000.0, "25k"),
            (1_500_000.0, 500_000.0, "1.5M"),
            (1e18, 1e17, "1.00e18"),
        ];
        for (value, step, text) in cases {
            assert_eq!(label(value, step), text);
        }
    }

    #[test]
    fn values_have_six_digits() {
        let cases = [
            (5.0, "5"),
            (0.1 + 0.2, "0.3"),
            (-2.345_678_9, "-2.34568"),
            (1234.5678, "1234.57"),
            (1_234_567.5, "1234568"),
            (123_456_789.0, "123456789"),
            (0.000_012_3, "1.23000e-5"),
            (f64::NAN, "gap"),
        ];
        for (number, text) in cases {
            assert_eq!(value(number), text);
        }
    }

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
            assert_eq!(time_label(seconds, step), text);
        }
    }

    proptest! {
        #[test]
        fn a_fitted_range_holds_its_values_and_is_marked(a in any::<f64>(), b in any::<f64>()) {
            prop_assume!(a.is_finite() && b.is_finite() && a.abs() < 1e300 && b.abs() < 1e300);
            let (low, high) = auto_range(Some((a.min(b), a.max(b))));
            prop_assert!(low < high && (high - low).is_finite());
            prop_assert!(low <= a.min(b) && a.max(b) <= high);
            let marks = marks(low, high, step(high - low, 10.0)).count();
            prop_assert!((2..=13).contains(&marks), "{}", marks);
        }
    }
}
