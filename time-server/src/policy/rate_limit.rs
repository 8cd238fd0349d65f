//! Who is answered, and how often. Pure.
//!
//! The limit is a token bucket a source, kept as one number: the time at which the bucket will be full again
//! (the theoretical arrival time of the GCRA, ITU-T I.371). A source is an IPv4 address or an IPv6 /64, for
//! a single host owns a whole /64. The table is bounded: when it is full, the bucket that is nearest to full
//! is forgotten, which can only err towards answering.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::time::{Duration, Instant};

use ipnet::IpNet;

/// How many sources are told apart at a time; more only by a flood of forged addresses.
pub const CAPACITY: usize = 1 << 15;

/// What is decided about a client before it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It is answered.
    Admitted,
    /// Its network is not among the allowed ones.
    Foreign,
    /// Its source has had its share of replies.
    OverRate,
}

/// Whether an address is in one of the networks; none at all means everybody.
#[must_use]
pub fn is_allowed(networks: &[IpNet], peer: IpAddr) -> bool {
    networks.is_empty() || networks.iter().any(|network| network.contains(&peer))
}

/// One party to a rate.
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

/// Time since the limiter's start: half the size of an `Instant`.
type Nanoseconds = u64;

/// So many replies a second for one source, bursts of as many.
#[derive(Debug)]
pub struct Limiter {
    start: Instant,
    /// What one reply costs: a second over the rate.
    cost: Nanoseconds,
    /// How far ahead of now a bucket may be full and one more reply still be due.
    tolerance: Nanoseconds,
    capacity: usize,
    /// When each source's bucket is full again. std's hash is keyed at random: nobody can aim at one slot.
    full_at: HashMap<Source, Nanoseconds>,
    /// The same, the fullest bucket first.
    order: BTreeSet<(Nanoseconds, Source)>,
}

impl Limiter {
    /// A limiter of `rate` replies a second (at least one) for each of at most `capacity` sources.
    #[must_use]
    pub fn new(rate: u32, capacity: usize, start: Instant) -> Self {
        let cost = 1_000_000_000 / u64::from(rate.max(1));
        Self {
            start,
            cost,
            tolerance: cost * u64::from(rate.saturating_sub(1)),
            capacity,
            // Twice what is needed: std's table would otherwise grow to that when removals have worn it.
            full_at: HashMap::with_capacity(2 * capacity),
            order: BTreeSet::new(),
        }
    }

    /// Takes one reply out of the source's bucket; false if there is none in it.
    pub fn admit(&mut self, address: IpAddr, now: Instant) -> bool {
        let source = Source::of(address);
        let now = self.since_start(now);
        let before = self.full_at.get(&source).copied();
        let full_at = before.unwrap_or(now).max(now);
        if full_at > now + self.tolerance {
            return false;
        }
        match before {
            Some(before) => drop(self.order.remove(&(before, source))),
            None if self.full_at.len() >= self.capacity => self.forget_the_fullest(),
            None => {}
        }
        self.full_at.insert(source, full_at + self.cost);
        self.order.insert((full_at + self.cost, source));
        true
    }

    fn forget_the_fullest(&mut self) {
        if let Some((_, source)) = self.order.pop_first() {
            self.full_at.remove(&source);
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
    fn a_burst_of_the_rate_passes_then_one_for_each_share_of_a_second() {
        let start = Instant::now();
        let mut limiter = Limiter::new(10, CAPACITY, start);
        let burst = (0..20).filter(|_| limiter.admit(v4(1), start)).count();
        assert_eq!(burst, 10);
        assert!(limiter.admit(v4(2), start), "another source has a bucket of its own");
        let later = start + Duration::from_millis(100);
        assert!(limiter.admit(v4(1), later));
        assert!(!limiter.admit(v4(1), later));
    }

    #[test]
    fn an_ipv6_source_is_its_64_and_a_mapped_address_is_the_ipv4_one() {
        let start = Instant::now();
        let mut limiter = Limiter::new(1, CAPACITY, start);
        let v6 = |text: &str| IpAddr::V6(text.parse::<Ipv6Addr>().unwrap());
        assert!(limiter.admit(v6("2001:db8::1"), start));
        assert!(!limiter.admit(v6("2001:db8::ffff:1"), start));
        assert!(limiter.admit(v6("2001:db8:0:1::1"), start));
        assert!(limiter.admit(v4(1), start));
        assert!(!limiter.admit(v6("::ffff:192.0.2.1"), start));
    }

    #[test]
    fn a_million_forged_networks_leave_the_table_as_large_as_it_was() {
        let start = Instant::now();
        let mut limiter = Limiter::new(10, 1000, start);
        let room = limiter.full_at.capacity();
        for network in 0..1_000_000_u128 {
            let forged = IpAddr::V6(Ipv6Addr::from_bits(network << 64));
            assert!(limiter.admit(forged, start), "beyond the capacity it errs towards answering");
        }
        assert_eq!(limiter.full_at.len(), 1000);
        assert_eq!(limiter.order.len(), 1000);
        assert!(limiter.full_at.capacity() <= room);
    }

    #[test]
    fn the_fullest_bucket_is_the_one_forgotten() {
        let start = Instant::now();
        let mut limiter = Limiter::new(2, 2, start);
        assert!(
            limiter.admit(v4(1), start) && limiter.admit(v4(1), start),
            "the abuser's is empty"
        );
        assert!(limiter.admit(v4(2), start));
        assert!(limiter.admit(v4(3), start), "makes room by forgetting source 2");
        assert!(!limiter.admit(v4(1), start), "the abuser is remembered");
    }

    #[test]
    fn without_networks_everybody_is_allowed_else_only_they() {
        assert!(is_allowed(&[], v4(1)));
        let networks = ["192.0.2.0/30".parse().unwrap(), "2001:db8::/32".parse().unwrap()];
        assert!(is_allowed(&networks, v4(3)));
        assert!(!is_allowed(&networks, v4(4)));
        assert!(is_allowed(&networks, "2001:db8::9".parse().unwrap()));
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
            let mut limiter = Limiter::new(rate, 4, start);
            let mut admitted: HashMap<u8, Vec<Instant>> = HashMap::new();
            for (source, gap) in steps {
                now += Duration::from_millis(gap);
                if limiter.admit(v4(source), now) {
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
