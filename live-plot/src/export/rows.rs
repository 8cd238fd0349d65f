//! The samples that the store keeps, as CSV: what `c` saves. Series are merged by time; the lock is held
//! for a few thousand samples at a time, while the input goes on.

use std::path::Path;

use parking_lot::Mutex;

use super::csv::Table;
use crate::error::Error;
use crate::series::Sample;
use crate::series::store::{Axis, Entry, Store};

/// Samples copied under one hold of the lock.
const BATCH: usize = 4096;

/// Writes all raw samples kept so far.
pub(crate) fn save(path: &Path, axis: Axis, store: &Mutex<Store>) -> Result<(), Error> {
    let mut table = Table::open(path)?;
    let (names, ends): (Vec<String>, Vec<usize>) = {
        let store = store.lock();
        store.series().iter().map(|series| (series.name.clone(), series.samples.end())).unzip()
    };
    let mut next = vec![0; names.len()];
    loop {
        let batch = merged(&store.lock(), &mut next, &ends);
        if batch.is_empty() {
            return table.finish(axis, &names);
        }
        table.append(axis, &names, &batch)?;
    }
}

/// The next samples in the order of their times, from each series' `next` on.
fn merged(store: &Store, next: &mut [usize], ends: &[usize]) -> Vec<Entry> {
    let mut batch = Vec::with_capacity(BATCH);
    while batch.len() < BATCH {
        let heads = store.series().iter().zip(next.iter_mut().zip(ends)).enumerate();
        let earliest = heads.filter_map(|(series, (kept, (next, end)))| {
            // What was forgotten since is skipped.
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
