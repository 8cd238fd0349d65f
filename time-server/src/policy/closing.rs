//! The closing connections of all workers: a queue for each worker ([`crate::policy::linger`]), and one bound for all of
//! them together. The kernel gives one worker nearly every connection when clients come one after the other, so a
//! bound for each worker would leave most of the room unused.
//!
//! A worker locks its own queue alone, so nobody waits for it, until the server is full: then the oldest connection of all
//! has to be found. Pure, as the queues are.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::policy::linger::{ClosingQueue, Probe, Sweep};

/// The closing connections of all workers. `S` is the socket; dropping it closes it.
#[derive(Debug)]
pub struct ClosingConnections<S> {
    /// One for each worker.
    queues: Vec<Mutex<ClosingQueue<S>>>,
    /// How many are in all queues together.
    count: AtomicUsize,
    capacity: usize,
}

impl<S> ClosingConnections<S> {
    /// At most `capacity` connections (at least one), each closing for at most `linger`.
    #[must_use]
    pub fn new(workers: usize, capacity: usize, linger: Duration, now: Instant) -> Self {
        let queues = (0..workers).map(|_| Mutex::new(ClosingQueue::new(linger, now))).collect();
        Self { queues, count: AtomicUsize::new(0), capacity: capacity.max(1) }
    }

    /// Adds a connection of this worker; if that is one too many, returns the oldest of all, to be closed.
    pub fn push(&self, worker: usize, socket: S, now: Instant) -> Option<S> {
        self.queues[worker].lock().push(socket, now);
        let before = self.count.fetch_add(1, Ordering::Relaxed);
        if before < self.capacity { None } else { self.evict() }
    }

    /// Takes the oldest connection of all out, to be closed; `None` if there is none.
    pub fn evict(&self) -> Option<S> {
        loop {
            let oldest = |queue: &Mutex<ClosingQueue<S>>| queue.lock().oldest();
            let queues = self.queues.iter();
            let (_, queue) = queues
                .filter_map(|queue| Some((oldest(queue)?, queue)))
                .min_by_key(|(at, _)| *at)?;
            // Another worker may have been faster. Then the next one is the oldest.
            let evicted = queue.lock().evict();
            if evicted.is_some() {
                self.count.fetch_sub(1, Ordering::Relaxed);
                return evicted;
            }
        }
    }

    /// Sweeps the worker's own queue, [`ClosingQueue::sweep`].
    pub fn sweep(&self, worker: usize, now: Instant, probe: impl FnMut(&S) -> Probe) -> Sweep {
        let sweep = self.queues[worker].lock().sweep(now, probe);
        if sweep.closed() > 0 {
            self.count.fetch_sub(sweep.closed(), Ordering::Relaxed);
        }
        sweep
    }

    /// Whether the worker still has a connection that lingers since `instant` or longer.
    #[must_use]
    pub fn lingers_since(&self, worker: usize, instant: Instant) -> bool {
        self.queues[worker].lock().lingers_since(instant)
    }

    /// When the worker must sweep next, if nothing happens before; `None` while it has nothing closing.
    #[must_use]
    pub fn wake_at(&self, worker: usize) -> Option<Instant> {
        self.queues[worker].lock().wake_at()
    }

    /// How many connections of the worker are closing.
    #[must_use]
    pub fn len(&self, worker: usize) -> usize {
        self.queues[worker].lock().len()
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any instant will do to start from")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LINGER: Duration = Duration::from_secs(2);

    #[test]
    fn one_worker_may_have_all_the_room() {
        let now = Instant::now();
        let closing = ClosingConnections::new(64, 100, LINGER, now);
        assert!((0..100).all(|socket| closing.push(7, socket, now).is_none()));
        assert_eq!(closing.push(8, 100, now), Some(0), "the oldest, whoever's it is");
        assert_eq!((closing.len(7), closing.len(8)), (99, 1));
    }

    #[test]
    fn what_has_closed_makes_room() {
        let now = Instant::now();
        let closing = ClosingConnections::new(2, 1, LINGER, now);
        assert_eq!(closing.push(0, 1, now), None);
        let due = closing.wake_at(0).unwrap();
        assert_eq!(closing.sweep(0, due, |_| Probe::Finished).closed(), 1);
        assert_eq!(closing.push(1, 2, now), None);
        assert_eq!(closing.evict(), Some(2));
        assert_eq!(closing.evict(), None);
    }

    proptest! {
        /// Whoever accepts what when: never more than the capacity, and who leaves early is the oldest.
        #[test]
        fn all_together_are_bounded_and_the_oldest_leaves_first(
            capacity in 1_usize..8,
            steps in prop::collection::vec((any::<bool>(), 0_usize..4, 1_u64..900), 1..200),
        ) {
            let mut now = Instant::now();
            let closing = ClosingConnections::new(4, capacity, LINGER, now);
            let (mut next, mut open) = (0_u32, Vec::new());
            for (arrives, worker, gap) in steps {
                now += Duration::from_millis(gap);
                if arrives {
                    open.push(next);
                    if let Some(evicted) = closing.push(worker, next, now) {
                        prop_assert_eq!(evicted, open.remove(0));
                    }
                    next += 1;
                } else {
                    let mut probed = Vec::new();
                    // All whose time is over leave; the sweep probes them at the latest then.
                    for worker in 0..4 {
                        closing.sweep(worker, now, |socket| { probed.push(*socket); Probe::Finished });
                    }
                    open.retain(|socket| !probed.contains(socket));
                }
                let count: usize = (0..4).map(|worker| closing.len(worker)).sum();
                prop_assert_eq!(count, open.len());
                prop_assert!(count <= capacity);
            }
        }
    }
}
