//! `--rate`: a counter's change a second instead of its value, or, where samples have a number and no time, its change from
//! one of its own samples to the next. Pure.

use crate::series::Sample;
use crate::series::store::Entry;

/// Each series' last sample.
#[derive(Debug)]
pub(super) struct Counters {
    last: Vec<Option<Sample>>,
    /// The samples' times are seconds.
    pub(super) has_seconds: bool,
    /// Nobody knows when the next samples came.
    have_waited: bool,
    /// Whether any of them has been drawn, or all have been forgotten; `None` while neither is so.
    are_drawn: Option<bool>,
}

impl Counters {
    pub(super) fn new(has_seconds: bool) -> Self {
        Self { last: Vec::new(), has_seconds, have_waited: false, are_drawn: None }
    }

    /// Nobody knows when the samples came whose rates are asked for next.
    pub(super) fn forget_arrival(&mut self) {
        self.have_waited = self.has_seconds;
    }

    /// Replaces the values of some samples by their changes. Those that have waited give none, and there is none from the
    /// last of them to the next.
    pub(super) fn rates(&mut self, entries: &mut Vec<Entry>) {
        if std::mem::take(&mut self.have_waited) {
            if !entries.is_empty() {
                self.are_drawn.get_or_insert(false);
            }
            self.last.clear();
            entries.clear();
        }
        entries.retain_mut(|entry| self.rate(entry));
    }

    /// Replaces a counter's value by its change since the last one; false if there is nothing to draw, as for the first
    /// one. A counter that falls was reset: that is a gap.
    fn rate(&mut self, entry: &mut Entry) -> bool {
        let Self { last, has_seconds, are_drawn, .. } = self;
        if last.len() <= entry.series {
            last.resize(entry.series + 1, None);
        }
        let now = entry.sample;
        if now.value.is_nan() {
            return true;
        }
        let Some(before) = last[entry.series].replace(now) else {
            return false;
        };
        if now.time <= before.time {
            // No time has passed: the change is added to the next one.
            last[entry.series] = Some(before);
            return false;
        }
        let change = now.value - before.value;
        let time = if *has_seconds { now.time - before.time } else { 1.0 };
        *are_drawn = Some(true);
        entry.sample.value = if change < 0.0 { f64::NAN } else { change / time };
        true
    }

    /// There is nothing to draw, for of all that has come it is not known when.
    pub(super) fn have_forgotten_all(&self) -> bool {
        self.are_drawn == Some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_seconds_the_change_is_that_between_two_samples_of_the_series() {
        let rates = |has_seconds| {
            let mut counters = Counters::new(has_seconds);
            let entry = |(time, series, value)| {
                let mut entry = Entry { series, sample: Sample { time, value } };
                counters.rate(&mut entry).then_some(entry.sample.value)
            };
            [(1.0, 0, 1.0), (2.0, 1, 5.0), (3.0, 0, 2.0), (4.0, 1, 9.0)].map(entry)
        };
        assert_eq!(rates(false), [None, None, Some(1.0), Some(4.0)]);
        assert_eq!(rates(true), [None, None, Some(0.5), Some(2.0)]);
    }
}
