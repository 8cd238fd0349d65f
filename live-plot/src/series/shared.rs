//! The one lock: the reader holds it to append a batch, the window to copy some columns. It measures how long it is held
//! and waited for.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use common::clock;
use common::histogram::Histogram;
use parking_lot::Mutex;

use super::store::Store;

/// The store that the reader and the window share; each has a handle of its own.
#[derive(Debug, Clone)]
pub struct Shared {
    store: Arc<Mutex<(Store, Histogram)>>,
    waited: Cell<Duration>,
}

impl Shared {
    /// Shares a store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        let store = Arc::new(Mutex::new((store, Histogram::default())));
        Self { store, waited: Cell::default() }
    }

    /// Runs `action` on the store while no other thread can reach it. Keep it short: the other side waits.
    pub fn hold<R>(&self, action: impl FnOnce(&mut Store) -> R) -> R {
        let asked = clock::now();
        let mut guard = self.store.lock();
        let begin = clock::now();
        self.waited.set(self.waited.get() + begin.duration_since(asked));
        let (store, hold_times) = &mut *guard;
        let result = action(store);
        hold_times.add(begin.elapsed());
        result
    }

    /// How long the lock has been held, each time.
    #[must_use]
    pub fn hold_times(&self) -> Histogram {
        self.store.lock().1.clone()
    }

    /// How long this handle has waited for the lock, all in all.
    #[must_use]
    pub fn waited(&self) -> Duration {
        self.waited.get()
    }
}
