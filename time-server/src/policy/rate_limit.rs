//! How often a source is answered. Pure.
//!
//! The limit is the generic cell rate algorithm (GCRA, ITU-T I.371), a token bucket that needs one number for each source:
//! the theoretical arrival time, at which the next request would come if the source kept exactly to its rate. Each
//! reply moves it on by one interval. A source is an IPv4 address or an IPv6 /64, because a single host has a whole /64.
//! The table is bounded: when it is full, those sources are forgotten whose arrival times are the earliest. They are
//! the furthest from their limits, and at worst they get some replies too many.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// How many sources are kept at a time; only a flood of forged addresses has more.
pub const CAPACITY: usize = 1 << 15;

/// What has a rate of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Source {
    V4(u32),
    V6Network(u64),
}

impl Source {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self::V4(v4.to_bits()),
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                let network =
                    [a, b, c, d].iter().fold(0, |bits, part| bits << 16 | u64::from(*part));
                Self::V6Network(network)
            }
        }
    }
}

/// Time since the limit's start: half the size of an `Instant`.
type Nanoseconds = u64;

/// So many replies a second for one source, bursts of as many.
#[derive(Debug)]
pub struct RateLimit {
    start: Instant,
    /// The time between two replies at exactly the rate.
    interval: Nanoseconds,
    /// GCRA burst tolerance: a request is refused once the arrival time is further ahead of now than this.
    tolerance: Nanoseconds,
    capacity: usize,
    /// Each source's theoretical arrival time. std's hash has a random key, so an attacker cannot choose addresses that
    /// collide.
    arrival_times: HashMap<Source, Nanoseconds>,
}

impl RateLimit {
    /// A limit of `rate` replies a second (at least one) for each of at most `capacity` sources.
    #[must_use]
    pub fn new(rate: u32, capacity: usize, start: Instant) -> Self {
        let interval = 1_000_000_000 / u64::from(rate.max(1));
        Self {
            start,
            interval,
            tolerance: interval * u64::from(rate.saturating_sub(1)),
            capacity,
            // Twice what is needed: after many removals std's table would grow to that anyway.
            arrival_times: HashMap::with_capacity(2 * capacity),
        }
    }

    /// Whether a source may have a reply now; if so, the reply is counted.
    pub fn admit(&mut self, address: IpAddr, now: Instant) -> bool {
        let now = self.since_start(now);
        let is_full = self.arrival_times.len() >= self.capacity;
        match self.arrival_times.entry(Source::of(address)) {
            Entry::Occupied(mut known) => {
                let arrival = now.max(*known.get());
                let is_admitted = arrival <= now + self.tolerance;
                if is_admitted {
                    known.insert(arrival + self.interval);
                }
                is_admitted
            }
            Entry::Vacant(new) if is_full => {
                let source = new.into_key();
                self.make_room(now);
                self.arrival_times.insert(source, now + self.interval);
                true
            }
            Entry::Vacant(new) => {
                new.insert(now + self.interval);
                true
            }
        }
    }

    /// Forgets the sources whose arrival time is over: they are as good as new. If those are few, also others, up to a
    /// quarter of all, so that the table is not searched again soon.
    fn make_room(&mut self, now: Nanoseconds) {
        self.arrival_times.retain(|_, arrival| *arrival > now);
        if self.arrival_times.len() > self.capacity / 4 * 3 {
            let mut arrivals: Vec<Nanoseconds> = self.arrival_times.values().copied().collect();
            let quarter = arrivals.len() / 4;
            let (_, earliest, _) = arrivals.select_nth_unstable(quarter);
            let earliest = *earliest;
            self.arrival_times.retain(|_, arrival| *arrival > earliest);
        }
    }

    fn since_start(&self, now: Instant) -> Nanoseconds {
        let elapsed: Duration = now.saturating_duration_since(self.start);
        u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX / 2)
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any instant will do to start from")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    fn v4(last: u8) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))
    }

    #[test]
    fn a_burst_of_the_rate_passes_then_one_for_each_interval() {
        let start = Instant::now();
        let mut limit = RateLimit::new(10, CAPACITY, start);
        let burst = (0..20).filter(|_| limit.admit(v4(1), start)).count();
        assert_eq!(burst, 10);
        assert!(limit.admit(v4(2), start), "another source has a rate of its own");
        let later = start + Duration::from_millis(100);
        assert!(limit.admit(v4(1), later));
        assert!(!limit.admit(v4(1), later));
    }

    #[test]
    fn an_ipv6_source_is_its_64_and_a_mapped_address_is_the_ipv4_one() {
        let start = Instant::now();
        let mut limit = RateLimit::new(1, CAPACITY, start);
        let v6 = |text: &str| IpAddr::V6(text.parse::<Ipv6Addr>().unwrap());
        assert!(limit.admit(v6("2001:db8::1"), start));
        assert!(!limit.admit(v6("2001:db8::ffff:1"), start));
        assert!(limit.admit(v6("2001:db8:0:1::1"), start));
        assert!(limit.admit(v4(1), start));
        assert!(!limit.admit(v6("::ffff:192.0.2.1"), start));
    }

    #[test]
    fn a_million_forged_networks_leave_the_table_as_large_as_it_was() {
        let start = Instant::now();
        let mut limit = RateLimit::new(10, 1000, start);
        let room = limit.arrival_times.capacity();
        for network in 0..1_000_000_u128 {
            let forged = IpAddr::V6(Ipv6Addr::from_bits(network << 64));
            assert!(limit.admit(forged, start), "beyond the capacity new sources are answered");
        }
        assert!(limit.arrival_times.len() <= 1000);
        assert!(limit.arrival_times.capacity() <= room);
    }

    #[test]
    fn a_full_table_forgets_the_source_that_is_furthest_from_its_limit() {
        let start = Instant::now();
        let mut limit = RateLimit::new(2, 2, start);
        assert!(
            limit.admit(v4(1), start) && limit.admit(v4(1), start),
            "the first is at its limit"
        );
        assert!(limit.admit(v4(2), start));
        assert!(limit.admit(v4(3), start), "source 2 is forgotten for it");
        assert!(!limit.admit(v4(1), start), "the first is remembered");
    }

    proptest! {
        /// Within the capacity, no source ever gets more than a burst and its rate in any stretch of time.
        #[test]
        fn no_source_gets_more_than_its_rate(
            rate in 1_u32..50,
            steps in prop::collection::vec((0_u8..4, 0_u64..50), 1..400),
        ) {
            let start = Instant::now();
            let mut now = start;
            let mut limit = RateLimit::new(rate, 4, start);
            let mut admitted: HashMap<u8, Vec<Instant>> = HashMap::new();
            for (source, gap) in steps {
                now += Duration::from_millis(gap);
                if limit.admit(v4(source), now) {
                    admitted.entry(source).or_default().push(now);
                }
            }
            for times in admitted.values() {
                for (index, first) in times.iter().enumerate() {
                    for (count, last) in (1..).zip(&times[index..]) {
                        let most = f64::from(rate) * (1.0 + (*last - *first).as_secs_f64());
                        prop_assert!(f64::from(count) <= most + 1e-6, "{count} replies, {most} allowed");
                    }
                }
            }
        }
    }
}
