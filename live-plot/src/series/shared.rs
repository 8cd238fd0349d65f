//! The one lock: the reader holds it to append a batch, the window to copy some columns. It measures how long it is held.

use std::sync::Arc;

use common::clock;
use common::histogram::Histogram;
use parking_lot::Mutex;

use super::store::Store;

/// The store that the reader and the window share.
#[derive(Debug, Clone)]
pub struct Shared(Arc<Mutex<(Store, Histogram)>>);

impl Shared {
    /// Shares a store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self(Arc::new(Mutex::new((store, Histogram::default()))))
    }

    /// Runs `action` on the store while no other thread can reach it. Keep it short: the other side waits.
    pub fn hold<R>(&self, action: impl FnOnce(&mut Store) -> R) -> R {
        let mut guard = self.0.lock();
        let begin = clock::now();
        let (store, hold_times) = &mut *guard;
        let result = action(store);
        hold_times.add(begin.elapsed());
        result
    }

    /// How long the lock has been held, each time.
    #[must_use]
    pub fn hold_times(&self) -> Histogram {
        self.0.lock().1.clone()
    }
}
