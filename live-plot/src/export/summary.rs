//! The summary: a line about each series, `NAME count=… min=… max=… mean=… p50=… p90=… p99=…`.

use super::percentiles::Percentiles;
use crate::picture::number::exact;
use crate::series::store::{Entry, Series};

/// What the store does not know: each series' percentiles.
#[derive(Debug, Default)]
pub(super) struct Summary(Vec<Percentiles>);

impl Summary {
    /// Takes samples into account.
    pub(super) fn append(&mut self, entries: &[Entry]) {
        for Entry { series, sample } in entries {
            if self.0.len() <= *series {
                self.0.resize_with(series + 1, Percentiles::default);
            }
            self.0[*series].add(sample.value);
        }
    }

    /// The lines. A series without a value (the rate of one sample) has none.
    pub(super) fn lines(&self, series: &[Series]) -> String {
        let mut lines = String::new();
        for (series, percentiles) in
            series.iter().zip(&self.0).filter(|(series, _)| series.total.count > 0)
        {
            let total = &series.total;
            // A bucket's middle may lie beyond the values.
            let within = |value: f64| exact(value.clamp(total.min, total.max));
            let [p50, p90, p99] = percentiles.of([50, 90, 99]).map(within);
            let (min, max) = (exact(total.min), exact(total.max));
            let mean = exact(series.sum.value() / total.count as f64);
            let (name, count) = (&series.name, total.count);
            lines += &format!(
                "{name} count={count} min={min} max={max} mean={mean} p50={p50} p90={p90} p99={p99}\n"
            );
        }
        lines
    }
}
