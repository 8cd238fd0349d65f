//! The ring of closing connections: answered, shut down for sending, and waiting for the peer's end of file.
//!
//! Closing a socket at once would reset it if the client had sent anything unread (RFC 2525 §2.17) or sends
//! anything later (RFC 1122 §4.2.2.13), and a reset may overtake the reply. So each connection lingers until
//! the peer closes, has sent too much, or its time is over. All have the same time to linger, so the order of
//! arrival is the order of the deadlines: a queue needs no timer wheel. It is bounded: when it is full the
//! oldest makes room, and a slow client costs nobody else a reply.
//!
//! Pure: it holds the sockets but makes no system call. Its owner probes them; one that leaves the ring is dropped,
//! and dropping a socket closes it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How much a closing connection may still send, in bytes. Beyond it a reset is what the peer asked for.
pub const DISCARD_LIMIT: u64 = 1 << 20;

/// How long the ring waits before it looks at all its connections again, for every [`PASS_UNIT`] of them: a
/// look costs a system call each. While nothing comes and nothing closes, it doubles up to the longest.
const PASS_INTERVAL: Duration = Duration::from_millis(20);
const LONGEST_PASS_INTERVAL: Duration = Duration::from_millis(320);
const PASS_UNIT: usize = 1024;

/// So many may wait for the next look at all. A client's end comes a round trip after the reply: asking
/// earlier is asking twice.
const UNHURRIED: usize = 64;

/// What a probe of a closing connection found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// Nothing new.
    Quiet,
    /// So many bytes came and were thrown away.
    Discarded(u64),
    /// The peer has closed, or the connection is broken: there is nothing to wait for.
    Finished,
}

/// Why a connection left the ring before its peer closed; the sums of a sweep.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// Closed because the peer had closed.
    pub finished: u64,
    /// Closed because the time to linger was over.
    pub expired: u64,
    /// Closed because the peer sent more than [`DISCARD_LIMIT`].
    pub flooded: u64,
    /// Bytes that came and were thrown away.
    pub discarded: u64,
}

#[derive(Debug)]
struct Closing<S> {
    socket: S,
    deadline: Instant,
    discarded: u64,
}

/// The closing connections, the oldest first. `S` is the socket; dropping it closes it.
#[derive(Debug)]
pub struct Ring<S> {
    queue: VecDeque<Closing<S>>,
    capacity: usize,
    linger: Duration,
    interval: Duration,
    next_pass: Instant,
}

impl<S> Ring<S> {
    /// A ring of at most `capacity` connections (at least one), each closing for at most `linger`.
    #[must_use]
    pub fn new(capacity: usize, linger: Duration, now: Instant) -> Self {
        let capacity = capacity.max(1);
        Self {
            // Grown on demand: most servers never have more than a handful closing.
            queue: VecDeque::new(),
            capacity,
            linger,
            interval: PASS_INTERVAL,
            next_pass: now,
        }
    }

    /// Adds a connection; when the ring is full, gives back the oldest, to be closed.
    pub fn push(&mut self, socket: S, now: Instant) -> Option<S> {
        let evicted = if self.is_full() { self.evict() } else { None };
        self.interval = PASS_INTERVAL;
        let soon = now + self.spacing();
        self.next_pass = if self.is_empty() { soon } else { self.next_pass.min(soon) };
        self.queue.push_back(Closing { socket, deadline: now + self.linger, discarded: 0 });
        evicted
    }

    /// Takes the oldest connection out, to be closed.
    pub fn evict(&mut self) -> Option<S> {
        self.queue.pop_front().map(|closing| closing.socket)
    }

    /// Closes what has finished, what has sent too much and what is out of time.
    ///
    /// Most clients close at once, in the order in which they came. So when many are closing it looks at the
    /// oldest and stops at the first that is still open; every few milliseconds it looks at all, so that one
    /// client which stays keeps nobody behind it waiting.
    pub fn sweep(&mut self, now: Instant, mut probe: impl FnMut(&S) -> Probe) -> Swept {
        let mut swept = Swept::default();
        if self.next_pass <= now {
            self.queue.retain_mut(|closing| closing.stays(now, &mut probe, &mut swept));
            self.interval = if swept.finished > 0 || swept.discarded > 0 {
                PASS_INTERVAL
            } else {
                (self.interval * 2).min(LONGEST_PASS_INTERVAL)
            };
            self.next_pass = now + self.spacing();
        } else {
            while self.is_urgent(now)
                && self
                    .queue
                    .pop_front_if(|oldest| !oldest.stays(now, &mut probe, &mut swept))
                    .is_some()
            {}
        }
        swept
    }

    /// When to sweep next, if nothing happens before; `None` while the ring is empty.
    #[must_use]
    pub fn wake_at(&self) -> Option<Instant> {
        let oldest = self.queue.front()?.deadline;
        Some(self.next_pass.min(oldest))
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

    fn spacing(&self) -> Duration {
        let units = u32::try_from(self.queue.len() / PASS_UNIT).unwrap_or(u32::MAX);
        self.interval * units.max(1)
    }

    /// Whether the oldest must be looked at before the next pass.
    fn is_urgent(&self, now: Instant) -> bool {
        let is_due = self.queue.front().is_some_and(|oldest| oldest.deadline <= now);
        self.queue.len() > UNHURRIED || is_due
    }

    fn is_full(&self) -> bool {
        self.queue.len() >= self.capacity
    }
}

impl<S> Closing<S> {
    fn stays(
        &mut self,
        now: Instant,
        probe: &mut impl FnMut(&S) -> Probe,
        swept: &mut Swept,
    ) -> bool {
        match probe(&self.socket) {
            Probe::Finished => {
                swept.finished += 1;
                return false;
            }
            Probe::Discarded(bytes) => {
                self.discarded += bytes;
                swept.discarded += bytes;
            }
            Probe::Quiet => {}
        }
        if self.discarded > DISCARD_LIMIT {
            swept.flooded += 1;
            false
        } else if self.deadline <= now {
            swept.expired += 1;
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
    fn when_full_the_oldest_makes_room() {
        let now = Instant::now();
        let mut ring = Ring::new(2, LINGER, now);
        assert_eq!(ring.push(1, now), None);
        assert_eq!(ring.push(2, now), None);
        assert_eq!(ring.push(3, now), Some(1));
        assert_eq!(ring.len(), 2);
    }

    #[test]
    fn a_connection_closes_when_its_peer_does() {
        let now = Instant::now();
        let mut ring = Ring::new(4, LINGER, now);
        ring.push(1, now);
        let due = ring.wake_at().unwrap();
        let swept = ring.sweep(due, |_| Probe::Finished);
        assert_eq!(swept.finished, 1);
        assert_eq!(ring.wake_at(), None);
    }

    #[test]
    fn a_client_that_stays_keeps_nobody_behind_it_waiting() {
        let now = Instant::now();
        let mut ring = Ring::new(4, LINGER, now);
        ring.push(1, now);
        ring.push(2, now);
        let second_is_done = |socket: &u32| {
            if *socket == 2 { Probe::Finished } else { Probe::Quiet }
        };
        assert_eq!(ring.sweep(now, second_is_done).finished, 0);
        let due = ring.wake_at().unwrap();
        assert_eq!(ring.sweep(due, second_is_done).finished, 1);
        assert_eq!(ring.len(), 1);
    }

    #[test]
    fn a_silent_client_closes_at_its_deadline_and_not_before() {
        let now = Instant::now();
        let mut ring = Ring::new(4, LINGER, now);
        ring.push(1, now);
        assert_eq!(ring.sweep(now + LINGER - Duration::from_nanos(1), quiet), Swept::default());
        assert_eq!(ring.sweep(now + LINGER, quiet).expired, 1);
    }

    #[test]
    fn a_flood_ends_at_the_limit() {
        let now = Instant::now();
        let mut ring = Ring::new(4, LINGER, now);
        ring.push(1, now);
        let due = ring.wake_at().unwrap();
        assert_eq!(ring.sweep(due, |_| Probe::Discarded(DISCARD_LIMIT)).flooded, 0);
        let due = ring.wake_at().unwrap();
        assert_eq!(ring.sweep(due, |_| Probe::Discarded(1)).flooded, 1);
    }

    #[test]
    fn idle_attackers_are_looked_at_less_and_less_but_a_new_client_soon() {
        let mut now = Instant::now();
        let mut ring = Ring::new(100, LINGER, now);
        ring.push(1, now);
        let mut looks = 0;
        while !ring.is_empty() {
            now = ring.wake_at().unwrap();
            ring.sweep(now, |_| {
                looks += 1;
                Probe::Quiet
            });
        }
        assert!(looks <= 12, "{looks} looks in {LINGER:?}");
        ring.push(2, now);
        let due = ring.wake_at().unwrap();
        ring.sweep(due, quiet);
        ring.push(3, now);
        assert!(ring.wake_at().unwrap() <= now + PASS_INTERVAL);
    }

    #[test]
    fn under_pressure_the_oldest_go_at_once() {
        let now = Instant::now();
        let mut ring = Ring::new(1000, LINGER, now);
        for socket in 0..100 {
            ring.push(socket, now);
        }
        ring.sweep(now, |_| Probe::Finished);
        assert_eq!(ring.len(), UNHURRIED);
    }

    proptest! {
        /// Whatever comes when: never more than the capacity, nothing past its deadline after a sweep,
        /// everything leaves exactly once, and what is evicted or expires does so in deadline order.
        #[test]
        fn the_ring_is_bounded_and_closes_in_deadline_order(
            capacity in 1_usize..8,
            steps in prop::collection::vec((any::<bool>(), 0_u64..900), 1..200),
        ) {
            let mut now = Instant::now();
            let mut ring = Ring::new(capacity, LINGER, now);
            let (mut next, mut left) = (0_u32, Vec::new());
            for (arrives, gap) in steps {
                now += Duration::from_millis(gap);
                if arrives {
                    left.extend(ring.push(next, now));
                    next += 1;
                } else {
                    let before: Vec<u32> = ring.queue.iter().map(|closing| closing.socket).collect();
                    ring.sweep(now, quiet);
                    let gone = before.len() - ring.len();
                    left.extend(&before[..gone]);
                    prop_assert!(ring.queue.iter().all(|closing| closing.deadline > now));
                }
                prop_assert!(ring.len() <= capacity);
                prop_assert!(ring.is_empty() || ring.wake_at().is_some());
            }
            prop_assert!(left.is_sorted());
            prop_assert_eq!(left.len() + ring.len(), next as usize);
        }
    }
}
