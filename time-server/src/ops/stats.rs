//! Statistics: each worker counts for itself, without a lock or a shared cache line. Their sums, and rates, are made when
//! somebody asks for them.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// One worker's counts. Only that worker writes them. The alignment gives each worker cache lines of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
pub struct Counters {
    /// Connections accepted.
    pub connections: Counter,
    /// Replies sent, datagrams included.
    pub replies: Counter,
    /// Connections closed because their time to linger was over.
    pub expired: Counter,
    /// Connections closed because they sent too much while they lingered.
    pub flooded: Counter,
    /// Connections closed to make room for younger ones.
    pub evicted: Counter,
    /// Clients not answered because of the rate of their source.
    pub over_rate: Counter,
    /// Clients not answered because their network is not allowed.
    pub foreign: Counter,
    /// Datagrams not answered because their sender may be another server, or asked more than this host.
    pub guarded: Counter,
    /// Clients lost before they could be answered.
    pub transient: Counter,
    /// Clients not answered because the clock is not synchronised.
    pub withheld: Counter,
    /// Connections that are closing now.
    pub lingering: Counter,
    /// Iterations of the worker's loop: while they go on, the watchdog is notified.
    pub iterations: Counter,
}

/// A number that one thread writes and any may read.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Counts one more.
    pub fn increment(&self) {
        self.add(1);
    }

    /// Counts `more`: a load, then a store. No count is lost between the two, because only one thread writes. On most
    /// processors that costs less than an atomic addition.
    pub fn add(&self, more: u64) {
        self.set(self.get() + more);
    }

    /// Replaces the number.
    pub fn set(&self, number: u64) {
        self.0.store(number, Ordering::Relaxed);
    }

    /// The number as it is now.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// All workers' counts together, at one time.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    counts: [u64; COUNTS.len()],
    lingering: u64,
}

/// The place of the replies in [`COUNTS`].
const REPLIES: usize = 1;

/// Selects a count.
type Count = fn(&Counters) -> &Counter;

/// What is counted, in the order in which it is shown.
const COUNTS: [(&str, Count); 10] = [
    ("connections", |counters| &counters.connections),
    ("replies", |counters| &counters.replies),
    ("expired", |counters| &counters.expired),
    ("evicted", |counters| &counters.evicted),
    ("flooded", |counters| &counters.flooded),
    ("over_rate", |counters| &counters.over_rate),
    ("foreign", |counters| &counters.foreign),
    ("guarded", |counters| &counters.guarded),
    ("transient", |counters| &counters.transient),
    ("withheld", |counters| &counters.withheld),
];

impl Totals {
    /// Sums the workers' counts.
    pub fn sum<'a>(workers: impl Iterator<Item = &'a Counters>) -> Self {
        workers.fold(Self::default(), |mut totals, counters| {
            for (total, (_, count)) in totals.counts.iter_mut().zip(COUNTS) {
                *total += count(counters).get();
            }
            totals.lingering += counters.lingering.get();
            totals
        })
    }

    /// One line of rates over the time that has passed since `before`, and how many connections are closing now.
    #[must_use]
    pub fn rates_since(&self, before: &Self, passed: Duration) -> String {
        let mut line = String::new();
        for ((name, _), (now, then)) in COUNTS.iter().zip(self.counts.iter().zip(before.counts)) {
            #[expect(
                clippy::cast_precision_loss,
                reason = "a rate for people; 2^53 at a time is far off"
            )]
            let rate = (now - then) as f64 / passed.as_secs_f64();
            line.push_str(&format!("{name}/s={} ", rounded(rate)));
        }
        line + &format!("lingering={}\n", self.lingering)
    }

    /// How many replies were sent.
    #[must_use]
    pub fn replies(&self) -> u64 {
        self.counts[REPLIES]
    }

    /// How many connections are closing now.
    #[must_use]
    pub fn lingering(&self) -> u64 {
        self.lingering
    }
}

/// Rounded to tenths; a whole number is written without any.
fn rounded(rate: f64) -> f64 {
    (rate * 10.0).round() / 10.0
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ((name, _), count) in COUNTS.iter().zip(self.counts) {
            write!(f, "{name}={count} ")?;
        }
        write!(f, "lingering={}", self.lingering)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workers_counts_are_summed_and_shown_as_rates() {
        let workers = [Counters::default(), Counters::default()];
        workers[0].connections.add(7);
        workers[1].connections.increment();
        workers[1].lingering.set(3);
        let before = Totals::default();
        let now = Totals::sum(workers.iter());
        let line = now.rates_since(&before, Duration::from_secs(2));
        assert!(line.starts_with("connections/s=4 replies/s=0 "), "{line}");
        assert!(line.ends_with(" lingering=3\n"), "{line}");
        assert!(now.rates_since(&before, Duration::from_secs(3)).starts_with("connections/s=2.7 "));
        assert!(now.to_string().starts_with("connections=8 replies=0 "), "{now}");
    }
}
