//! The samples that the store keeps, as CSV: what the window's key `c` saves. The series are merged by time, while the
//! input goes on: the lock is released every few hundred samples.

use super::atomic_file::Target;
use super::csv::Table;
use crate::config::Axis;
use crate::error::Error;
use crate::series::store::{Entry, Store};
use crate::series::{Sample, Shared};

/// How many samples are compared under one hold of the lock: some 30 µs.
const COMPARISONS: usize = 2048;

/// Writes all raw samples kept so far.
pub(crate) fn write(target: Target, axis: Axis, store: &Shared) -> Result<Target, Error> {
    let mut table = Table::new(target);
    let (names, ends): (Vec<String>, Vec<usize>) = store.hold(|store| {
        store.series().iter().map(|series| (series.name.clone(), series.samples.end())).unzip()
    });
    let mut next = vec![0; names.len()];
    loop {
        let batch = store.hold(|store| merged(store, &mut next, &ends));
        if batch.is_empty() {
            return table.finish(axis, &names);
        }
        table.append(axis, &names, &batch)?;
    }
}

/// The next samples in the order of their times, from each series' `next` on.
fn merged(store: &Store, next: &mut [usize], ends: &[usize]) -> Vec<Entry> {
    let most = COMPARISONS.div_ceil(next.len().max(1));
    let mut batch = Vec::with_capacity(most);
    while batch.len() < most {
        let heads = store.series().iter().zip(next.iter_mut().zip(ends)).enumerate();
        let earliest = heads.filter_map(|(series, (kept, (next, end)))| {
            // Samples that have been forgotten since are skipped.
            *next = (*next).max(kept.samples.begin());
            let sample: Sample = kept.samples.sample(*next).filter(|_| *next < *end)?;
            Some(Entry { series, sample })
        });
        let Some(entry) = earliest.min_by(|a, b| a.sample.time.total_cmp(&b.sample.time)) else {
            break;
        };
        next[entry.series] += 1;
        batch.push(entry);
    }
    batch
}
