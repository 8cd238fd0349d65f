//! A sum that stays exact over any number of values: what rounding takes from each addition is added up apart
//! (Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", 1974).

/// A sum of values.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    /// Adds a value; a gap is none.
    pub(super) fn add(&mut self, value: f64) {
        if value.is_nan() {
            return;
        }
        let sum = self.sum + value;
        self.lost += match self.sum.abs() >= value.abs() {
            true => (self.sum - sum) + value,
            false => (value - sum) + self.sum,
        };
        self.sum = sum;
    }

    /// The sum; infinite beyond what a number can be.
    #[must_use]
    pub fn value(&self) -> f64 {
        if self.sum.is_finite() { self.sum + self.lost } else { self.sum }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rounding_takes_is_given_back() {
        let sum = |values: &mut dyn Iterator<Item = f64>| {
            let mut sum = Sum::default();
            values.for_each(|value| sum.add(value));
            sum.value()
        };
        assert_eq!(sum(&mut [1e16, 1.0, f64::NAN, -1e16].into_iter()), 1.0);
        assert_eq!(sum(&mut std::iter::repeat_n(0.1, 3_000_000)) / 3e6, 0.1);
        assert_eq!(sum(&mut [1e308, 1e308].into_iter()), f64::INFINITY);
    }
}
