//! The one lock, and how long it is held: the reader to append a batch, the view to copy some columns.

use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;

use super::store::Store;
use crate::times::Times;

/// The store that the reader and the window share.
#[derive(Debug, Clone)]
pub struct Shared(Arc<Mutex<(Store, Times)>>);

impl Shared {
    /// Shares a store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self(Arc::new(Mutex::new((store, Times::default()))))
    }

    /// Does something with the store while nobody else can. To be kept short: the other side waits.
    pub fn hold<R>(&self, action: impl FnOnce(&mut Store) -> R) -> R {
        let mut held = self.0.lock();
        let begin = now();
        let (store, times) = &mut *held;
        let result = action(store);
        times.add(begin.elapsed());
        result
    }

    /// How long the lock has been held, each time.
    #[must_use]
    pub fn held(&self) -> Times {
        self.0.lock().1.clone()
    }
}

#[expect(clippy::disallowed_methods, reason = "it measures, and decides nothing")]
fn now() -> Instant {
    Instant::now()
}
