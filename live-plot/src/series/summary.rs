//! A sample, and the summary of many: what a column of pixels and a bucket are drawn and made from. Pure.

/// A value and its time, in seconds or as a sample number. NaN is a gap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// When.
    pub time: f64,
    /// How much.
    pub value: f64,
}

/// The summary of neighbouring samples. Gaps are left out, but for `last`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// The smallest value; infinity when there is none.
    pub min: f64,
    /// The greatest value; minus infinity when there is none.
    pub max: f64,
    /// The sum of the values.
    pub sum: f64,
    /// How many values there are.
    pub count: u64,
    /// The last sample's value; NaN for a gap.
    pub last: f64,
}

impl Summary {
    /// The summary of no samples.
    pub const EMPTY: Self =
        Self { min: f64::INFINITY, max: f64::NEG_INFINITY, sum: 0.0, count: 0, last: f64::NAN };

    /// Adds the next value.
    pub fn add(&mut self, value: f64) {
        self.last = value;
        if !value.is_nan() {
            self.widen(value, value);
            self.sum += value;
            self.count += 1;
        }
    }

    /// Comparisons cost less than `f64::min`, which also handles NaN.
    fn widen(&mut self, min: f64, max: f64) {
        self.min = if min < self.min { min } else { self.min };
        self.max = if max > self.max { max } else { self.max };
    }

    /// Adds the summary of the samples that follow.
    pub fn merge(&mut self, later: &Self) {
        self.widen(later.min, later.max);
        self.sum += later.sum;
        self.count += later.count;
        self.last = later.last;
    }
}
