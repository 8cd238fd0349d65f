//! The vertical axis of a picture: where it begins and ends, and the place of a value between the two, on a linear or a
//! logarithmic axis. Pure. Marks and their labels are left to `marks`.

/// The range of values that is shown while all that is visible fits into it.
const SEED: (f64, f64) = (-10.0, 10.0);

/// The least difference that an axis can show. Below it a double has no digits left for the marks in between.
const LEAST: f64 = 1e-300;

/// Where the values of an axis begin and end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// The value at the lower end.
    pub low: f64,
    /// The value at the upper end.
    pub high: f64,
    /// Equal factors have equal distances, not equal differences. Both ends are positive then.
    pub is_log: bool,
}

impl Scale {
    /// A linear axis.
    #[must_use]
    pub fn linear((low, high): (f64, f64)) -> Self {
        Self { low, high, is_log: false }
    }

    /// A logarithmic axis around the values, or from 1 to 10 when there are none.
    #[must_use]
    pub fn log(values: Option<(f64, f64)>) -> Self {
        let (low, high) = values.unwrap_or((1.0, 10.0));
        // Room for the line's width, so that the extremes do not lie on the frame.
        let margin = (high / low).max(1.0).powf(0.03).min(10.0);
        let (low, high) = (low / margin, high * margin);
        // Constant, but for rounding.
        let is_flat = high / low < 1.0 + 1e-12;
        let (low, high) = if is_flat { (low / 1.1, high * 1.1) } else { (low, high) };
        Self { low: low.max(f64::MIN_POSITIVE), high: high.min(f64::MAX), is_log: true }
    }

    /// Where a value is: 0 at the lower end, 1 at the upper one, less or more beyond them.
    #[must_use]
    pub fn place(&self, value: f64) -> f64 {
        if self.is_log {
            let low = self.low.ln();
            return (value.ln() - low) / (self.high.ln() - low);
        }
        // Quarters: the difference of the two ends of ±1.7e308 is beyond what a double holds.
        let part = |value: f64| value * 0.25 - self.low * 0.25;
        part(value) / part(self.high)
    }
}

/// −10 to 10 while the values fit, else the values fitted.
#[must_use]
pub fn seed_range(values: Option<(f64, f64)>) -> (f64, f64) {
    match values {
        Some((min, max)) if min < SEED.0 || max > SEED.1 => fit(min, max),
        _ => SEED,
    }
}

/// The values fitted; −10 to 10 when there are none.
#[must_use]
pub fn fitted_range(values: Option<(f64, f64)>) -> (f64, f64) {
    values.map_or(SEED, |(min, max)| fit(min, max))
}

/// Whole steps around the values, so that the axis does not move with every sample.
fn fit(min: f64, max: f64) -> (f64, f64) {
    let size = min.abs().max(max.abs());
    let digit = size.next_up() - size;
    let is_whole = min.fract() == 0.0 && max.fract() == 0.0;
    // Constant but for the rounding of the last digit: noise is not magnified. Whole numbers differ on purpose.
    let noise = if is_whole { 0.0 } else { 8.0 * digit };
    if max - min <= noise {
        let half = if size == 0.0 { 1.0 } else { (size * 0.1).max(LEAST) };
        return (clamp(min - half), clamp(max + half));
    }
    // A double has no digits left for finer marks.
    let least = (64.0 * digit).max(LEAST);
    let wider = (least - (max - min)).max(0.0) / 2.0;
    let (below, above) = (min - wider, max + wider);
    let step = Step::of_span(below, above, 10.0).size();
    let margin = (above * 0.01 - below * 0.01) * 4.0;
    let low = clamp(((below - margin) / step).floor() * step);
    let high = clamp(((above + margin) / step).ceil() * step);
    // Values that are never negative need no room below 0: most counts, sizes and times.
    (if min >= 0.0 { low.max(0.0) } else { low }, if max <= 0.0 { high.min(0.0) } else { high })
}

fn clamp(value: f64) -> f64 {
    value.clamp(-f64::MAX, f64::MAX)
}

/// The distance between two marks: 1, 2 or 5 times a power of ten, kept apart so that a mark is a decimal number and its
/// label has exactly that number's digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    factor: i128,
    /// The exponent of ten.
    pub(super) power: i32,
}

impl Step {
    /// The shortest step of at least `least`.
    #[expect(clippy::cast_possible_truncation, reason = "the logarithm of a double is small")]
    pub(super) fn at_least(least: f64) -> Self {
        let least = least.clamp(LEAST / 1e3, 1e308);
        let power = least.log10().floor() as i32;
        // The logarithm may be off by its last digit.
        let steps =
            (power - 1..=power + 1).flat_map(|power| [1, 2, 5].map(|f| Self::new(f, power)));
        steps
            .into_iter()
            .find(|step| step.size() >= least * 0.999_999)
            .unwrap_or(Self::new(1, power + 2))
    }

    /// The shortest step that divides a span into at most `most` parts.
    pub(super) fn of_span(low: f64, high: f64, most: f64) -> Self {
        let most = most.max(1.0);
        Self::at_least(high / most - low / most)
    }

    fn new(factor: i128, power: i32) -> Self {
        Self { factor, power }
    }

    /// The next shorter step.
    pub(super) fn shorter(self) -> Self {
        match self.factor {
            5 => Self::new(2, self.power),
            2 => Self::new(1, self.power),
            _ => Self::new(5, self.power - 1),
        }
    }

    /// How long it is.
    pub(super) fn size(self) -> f64 {
        self.value(self.factor)
    }

    /// The multiples of this step from `low` to `high`, each in units of 10^power.
    #[expect(clippy::cast_possible_truncation, reason = "an i128 holds every number of steps")]
    pub(super) fn multiples(self, low: f64, high: f64) -> impl Iterator<Item = i128> {
        // The division may be off by one step.
        let first = (low / self.size()).floor() as i128 - 1;
        let units = (first..first + 1000).map(move |n| n * self.factor);
        units.skip_while(move |n| self.value(*n) < low).take_while(move |n| self.value(*n) <= high)
    }

    /// The number of so many units of 10^power, correctly rounded: no product of doubles is.
    pub(super) fn value(self, units: i128) -> f64 {
        format!("{units}e{}", self.power).parse().unwrap_or(f64::NAN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_seeds_range_is_ten_either_way_while_everything_fits() {
        assert_eq!(seed_range(None), (-10.0, 10.0));
        assert_eq!(seed_range(Some((-10.0, 10.0))), (-10.0, 10.0));
        assert_eq!(seed_range(Some((0.0, 97.0))), (0.0, 110.0));
        assert_eq!(seed_range(Some((-97.0, -1.0))), (-110.0, 0.0));
    }

    #[test]
    fn a_fitted_range_has_room_but_none_below_zero_for_what_is_never_negative() {
        assert_eq!(fitted_range(Some((0.0, 1.0))), (0.0, 1.1));
        assert_eq!(fitted_range(Some((-1.0, 99.0))), (-10.0, 110.0), "one that is negative does");
        assert_eq!(fitted_range(Some((5.0, 5.0))), (4.5, 5.5));
        assert_eq!(fitted_range(Some((0.0, 0.0))), (-1.0, 1.0));
        assert_eq!(fitted_range(Some((5e-324, 5e-324))), (-LEAST, LEAST));
    }

    #[test]
    fn small_changes_of_large_numbers_are_no_constant_but_rounding_is() {
        let (low, high) = fitted_range(Some((1e14, 1e14 + 99.0)));
        assert!(high - low < 130.0, "{low} {high}");
        let (low, high) = fitted_range(Some((0.3, 0.1 + 0.2)));
        assert!(high - low > 0.05, "{low} {high}");
        let (low, high) = fitted_range(Some((1e16, 1e16 + 2.0)));
        assert!(high - low < 300.0, "{low} {high}");
    }

    #[test]
    fn a_logarithmic_axis_has_the_middle_of_two_decades_in_its_middle() {
        let scale = Scale { low: 1.0, high: 100.0, is_log: true };
        assert_eq!(scale.place(10.0), 0.5);
        assert!(scale.place(0.0) == f64::NEG_INFINITY && scale.place(-1.0).is_nan());
        let scale = Scale::log(Some((5e-324, f64::MAX)));
        assert!(scale.place(1.0).is_finite());
    }

    proptest! {
        #[test]
        fn a_fitted_range_holds_its_values_and_is_marked(a in any::<f64>(), b in any::<f64>()) {
            prop_assume!(a.is_finite() && b.is_finite());
            let (low, high) = fitted_range(Some((a.min(b), a.max(b))));
            prop_assert!(low < high, "{low} {high}");
            prop_assert!(low <= a.min(b) && a.max(b) <= high, "{low} {high}");
            let marks = Step::of_span(low, high, 10.0).multiples(low, high).count();
            prop_assert!((2..=13).contains(&marks), "{}", marks);
            let places = [low, a.min(b), a.max(b), high].map(|value| Scale::linear((low, high)).place(value));
            prop_assert!(places[0] == 0.0 && places[3] == 1.0 && places.is_sorted(), "{places:?}");
        }
    }
}
