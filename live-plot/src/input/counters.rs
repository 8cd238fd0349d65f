//! `--rate`: a counter's change a second instead of its value. Pure.

use crate::series::Sample;
use crate::series::store::Entry;

/// Each series' last sample.
#[derive(Debug, Default)]
pub(super) struct Counters(Vec<Option<Sample>>);

impl Counters {
    /// Replaces a counter's value by its change a second since the last one; false if there is nothing to draw, as for
    /// the first one. A counter that falls was reset: that is a gap.
    pub(super) fn rate(&mut self, entry: &mut Entry) -> bool {
        let Self(last) = self;
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
        entry.sample.value =
            if change < 0.0 { f64::NAN } else { change / (now.time - before.time) };
        true
    }
}
