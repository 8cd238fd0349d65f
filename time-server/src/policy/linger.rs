//! How long a connection may take to close after its reply: the queue of closing connections. They are shut down for
//! sending, and wait for the client's end of file.
//!
//! If the server closed at once, the kernel would send a reset when the client has sent bytes that were not read (RFC 2525
//! §2.17), or sends any later (RFC 1122 §4.2.2.13); `time-server lab` shows both. A reset may overtake the reply. So each
//! connection lingers until the client closes, has sent too much, or its time is over. All linger equally long, so the order
//! of arrival is the order of the deadlines, and a queue needs no timer for each connection. Its length is bounded in
//! [`crate::policy::closing`]: when there are too many, the oldest connection is closed, so a slow client keeps no other
//! client waiting.
//!
//! Pure: the queue holds the sockets but makes no system call. The caller probes them. A socket that leaves the queue is
//! dropped, and that closes it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How much a closing connection may still send, in bytes. More is answered with a reset.
pub const DISCARD_LIMIT: u64 = 1 << 20;

/// The time between two full sweeps, for every [`SWEEP_UNIT`] connections: a sweep makes a system call for each of them.
/// It doubles, up to the longest, while nothing comes and nothing closes.
const SWEEP_INTERVAL: Duration = Duration::from_millis(20);
const LONGEST_SWEEP_INTERVAL: Duration = Duration::from_millis(320);
const SWEEP_UNIT: usize = 1024;

/// With more connections than this, the oldest are probed before the next full sweep. A client closes one round trip after
/// the reply; with few connections, a probe before that would only be a system call too many.
const SWEEP_THRESHOLD: usize = 64;

/// What a probe of a closing connection found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// Nothing new.
    Quiet,
    /// So many bytes came and were discarded.
    Discarded(u64),
    /// The client has closed, or the connection is broken.
    Finished,
}

/// What a sweep did.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Sweep {
    /// Connections closed because the client had closed.
    pub finished: u64,
    /// Connections closed because their time to linger was over.
    pub expired: u64,
    /// Connections closed because the client sent more than [`DISCARD_LIMIT`].
    pub flooded: u64,
    /// Bytes that came and were discarded.
    pub discarded: u64,
}

#[derive(Debug)]
struct Closing<S> {
    socket: S,
    deadline: Instant,
    discarded: u64,
}

impl Sweep {
    /// How many connections it closed.
    #[must_use]
    pub fn closed(&self) -> usize {
        usize::try_from(self.finished + self.expired + self.flooded).unwrap_or(usize::MAX)
    }
}

/// One worker's closing connections, the oldest first. `S` is the socket; dropping it closes it. The alignment gives each
/// worker cache lines of its own.
#[derive(Debug)]
#[repr(align(128))]
pub struct ClosingQueue<S> {
    queue: VecDeque<Closing<S>>,
    linger: Duration,
    interval: Duration,
    next_sweep: Instant,
}

impl<S> ClosingQueue<S> {
    /// A queue of connections, each closing for at most `linger`.
    #[must_use]
    pub fn new(linger: Duration, now: Instant) -> Self {
        Self {
            // Grown on demand: most servers never have more than a handful closing.
            queue: VecDeque::new(),
            linger,
            interval: SWEEP_INTERVAL,
            next_sweep: now,
        }
    }

    /// Adds a connection.
    pub fn push(&mut self, socket: S, now: Instant) {
        self.interval = SWEEP_INTERVAL;
        let soon = now + self.sweep_delay();
        self.next_sweep = if self.is_empty() { soon } else { self.next_sweep.min(soon) };
        self.queue.push_back(Closing { socket, deadline: now + self.linger, discarded: 0 });
    }

    /// When the oldest connection's time is over; `None` if there is none.
    #[must_use]
    pub fn oldest(&self) -> Option<Instant> {
        self.queue.front().map(|oldest| oldest.deadline)
    }

    /// Whether a connection lingers since `instant` or longer.
    #[must_use]
    pub fn lingers_since(&self, instant: Instant) -> bool {
        self.oldest().is_some_and(|deadline| deadline <= instant + self.linger)
    }

    /// Takes the oldest connection out, to be closed.
    pub fn evict(&mut self) -> Option<S> {
        self.queue.pop_front().map(|closing| closing.socket)
    }

    /// Closes the connections that have finished, have sent too much or are out of time.
    ///
    /// A full sweep probes all. Between two of them, while many are closing, only the oldest is probed, then the next one,
    /// up to the first that stays open: most clients close soon, in the order in which they came. The full sweep finds
    /// those that have closed behind a client which does not.
    pub fn sweep(&mut self, now: Instant, mut probe: impl FnMut(&S) -> Probe) -> Sweep {
        let mut sweep = Sweep::default();
        if self.next_sweep <= now {
            self.queue.retain_mut(|closing| closing.stays_open(now, &mut probe, &mut sweep));
            self.interval = if sweep.finished > 0 || sweep.discarded > 0 {
                SWEEP_INTERVAL
            } else {
                (self.interval * 2).min(LONGEST_SWEEP_INTERVAL)
            };
            self.next_sweep = now + self.sweep_delay();
        } else {
            while self.must_probe_oldest(now)
                && self
                    .queue
                    .pop_front_if(|oldest| !oldest.stays_open(now, &mut probe, &mut sweep))
                    .is_some()
            {}
        }
        sweep
    }

    /// When to sweep next, if nothing happens before; `None` while the queue is empty.
    #[must_use]
    pub fn wake_at(&self) -> Option<Instant> {
        self.oldest().map(|oldest| self.next_sweep.min(oldest))
    }

    /// How many connections are closing.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Whether none is closing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    fn sweep_delay(&self) -> Duration {
        let units = u32::try_from(self.queue.len() / SWEEP_UNIT).unwrap_or(u32::MAX);
        self.interval * units.max(1)
    }

    /// Whether the oldest must be probed before the next full sweep.
    fn must_probe_oldest(&self, now: Instant) -> bool {
        let is_due = self.oldest().is_some_and(|oldest| oldest <= now);
        self.queue.len() > SWEEP_THRESHOLD || is_due
    }
}

impl<S> Closing<S> {
    /// Probes the connection, and counts in `sweep` what was found.
    fn stays_open(
        &mut self,
        now: Instant,
        probe: &mut impl FnMut(&S) -> Probe,
        sweep: &mut Sweep,
    ) -> bool {
        match probe(&self.socket) {
            Probe::Finished => {
                sweep.finished += 1;
                return false;
            }
            Probe::Discarded(bytes) => {
                self.discarded += bytes;
                sweep.discarded += bytes;
            }
            Probe::Quiet => {}
        }
        if self.discarded > DISCARD_LIMIT {
            sweep.flooded += 1;
            false
        } else if self.deadline <= now {
            sweep.expired += 1;
            false
        } else {
            true
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any instant will do to start from")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LINGER: Duration = Duration::from_secs(2);

    fn quiet(_: &u32) -> Probe {
        Probe::Quiet
    }

    #[test]
    fn a_connection_closes_when_its_peer_does() {
        let now = Instant::now();
        let mut closing = ClosingQueue::new(LINGER, now);
        closing.push(1, now);
        let due = closing.wake_at().unwrap();
        let sweep = closing.sweep(due, |_| Probe::Finished);
        assert_eq!(sweep.finished, 1);
        assert_eq!(closing.wake_at(), None);
    }

    #[test]
    fn a_client_that_stays_open_does_not_delay_those_behind_it() {
        let now = Instant::now();
        let mut closing = ClosingQueue::new(LINGER, now);
        closing.push(1, now);
        closing.push(2, now);
        let second_is_done = |socket: &u32| {
            if *socket == 2 { Probe::Finished } else { Probe::Quiet }
        };
        assert_eq!(closing.sweep(now, second_is_done).finished, 0);
        let due = closing.wake_at().unwrap();
        assert_eq!(closing.sweep(due, second_is_done).finished, 1);
        assert_eq!(closing.len(), 1);
    }

    #[test]
    fn a_silent_client_closes_at_its_deadline_and_not_before() {
        let now = Instant::now();
        let mut closing = ClosingQueue::new(LINGER, now);
        closing.push(1, now);
        assert_eq!(closing.sweep(now + LINGER - Duration::from_nanos(1), quiet), Sweep::default());
        assert_eq!(closing.sweep(now + LINGER, quiet).expired, 1);
    }

    #[test]
    fn who_came_before_an_instant_is_known_until_it_has_gone() {
        let stop = Instant::now();
        let mut closing = ClosingQueue::new(LINGER, stop);
        closing.push(1, stop);
        closing.push(2, stop + Duration::from_nanos(1));
        assert!(closing.lingers_since(stop));
        assert_eq!(closing.evict(), Some(1));
        assert!(!closing.lingers_since(stop));
        assert_eq!(closing.evict(), Some(2));
        assert!(!closing.lingers_since(stop));
    }

    #[test]
    fn a_client_that_sends_more_than_the_limit_is_closed() {
        let now = Instant::now();
        let mut closing = ClosingQueue::new(LINGER, now);
        closing.push(1, now);
        let due = closing.wake_at().unwrap();
        assert_eq!(closing.sweep(due, |_| Probe::Discarded(DISCARD_LIMIT)).flooded, 0);
        let due = closing.wake_at().unwrap();
        assert_eq!(closing.sweep(due, |_| Probe::Discarded(1)).flooded, 1);
    }

    #[test]
    fn idle_connections_are_probed_less_and_less_often_but_a_new_one_soon() {
        let mut now = Instant::now();
        let mut closing = ClosingQueue::new(LINGER, now);
        closing.push(1, now);
        let mut probes = 0;
        while !closing.is_empty() {
            now = closing.wake_at().unwrap();
            closing.sweep(now, |_| {
                probes += 1;
                Probe::Quiet
            });
        }
        assert!(probes <= 12, "{probes} probes in {LINGER:?}");
        closing.push(2, now);
        let due = closing.wake_at().unwrap();
        closing.sweep(due, quiet);
        closing.push(3, now);
        assert!(closing.wake_at().unwrap() <= now + SWEEP_INTERVAL);
    }

    #[test]
    fn above_the_threshold_the_oldest_are_closed_before_the_next_full_sweep() {
        let now = Instant::now();
        let mut closing = ClosingQueue::new(LINGER, now);
        for socket in 0..100 {
            closing.push(socket, now);
        }
        closing.sweep(now, |_| Probe::Finished);
        assert_eq!(closing.len(), SWEEP_THRESHOLD);
    }

    proptest! {
        /// Whatever comes when: nothing stays past its deadline after a sweep, and what expires or is evicted leaves once,
        /// in the order in which it came.
        #[test]
        fn the_queue_closes_in_deadline_order(
            steps in prop::collection::vec((0_u8..5, 0_u64..900), 1..200),
        ) {
            let mut now = Instant::now();
            let mut closing = ClosingQueue::new(LINGER, now);
            let (mut next, mut left) = (0_u32, Vec::new());
            for (step, gap) in steps {
                now += Duration::from_millis(gap);
                match step {
                    0 | 1 => {
                        closing.push(next, now);
                        next += 1;
                    }
                    2 => left.extend(closing.evict()),
                    _ => {
                        let before: Vec<u32> = closing.queue.iter().map(|one| one.socket).collect();
                        closing.sweep(now, quiet);
                        let gone = before.len() - closing.len();
                        left.extend(&before[..gone]);
                        prop_assert!(closing.queue.iter().all(|one| one.deadline > now));
                    }
                }
                prop_assert!(closing.is_empty() || closing.wake_at().is_some());
            }
            prop_assert!(left.is_sorted());
            prop_assert_eq!(left.len() + closing.len(), next as usize);
        }
    }
}
