//! NTP's packet (RFC 5905 §7.3), read and written. Pure. What a reply says is decided in [`super`].
//!
//! ```text
//! byte 0   leap indicator (2 bits) | version (3) | mode (3): 3 a client's request, 4 a server's reply
//!      1   stratum: 1 a reference clock, then the steps from it; 0 not synchronised
//!      2   poll, precision: powers of two, in seconds
//!      4   root delay, root dispersion: the round trip to the reference clock, the largest error (16 bits . 16 bits)
//!     12   reference id: who is one step nearer to it
//!     16   four timestamps: reference (last set), origin (the request's transmit), receive, transmit
//! ```

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::reply::seconds_since_1900;

/// The length of a packet in bytes, without extension fields and a message authentication code.
pub const LENGTH: usize = 48;
/// The mode of a client's request.
const CLIENT: u8 = 3;
/// The mode of a server's reply.
pub const SERVER: u8 = 4;
/// The version that this client asks in, and the last one with these fields.
const VERSION: u8 = 4;
/// The leap indicator of a clock that is not synchronised.
pub const NOT_SYNCHRONISED: u8 = 3;

/// A packet's fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet {
    /// The leap indicator: 1, the day's last minute has 61 seconds; 2, it has 59; 3, the clock is not synchronised.
    pub leap: u8,
    /// The protocol's version.
    pub version: u8,
    /// The mode: who has sent it to whom.
    pub mode: u8,
    /// Steps from a reference clock.
    pub stratum: u8,
    /// Log2 of the seconds between two requests.
    pub poll: u8,
    /// Log2 of the clock's resolution in seconds.
    pub precision: i8,
    /// The round trip to the reference clock.
    pub root_delay: Duration,
    /// The largest error relative to the reference clock.
    pub root_dispersion: Duration,
    /// The reference: an address, or a name. With stratum 0, why there is no time.
    pub reference_id: [u8; 4],
    /// When the clock was last set.
    pub reference: Timestamp,
    /// What the request has as its transmit timestamp.
    pub origin: Timestamp,
    /// When the request arrived.
    pub receive: Timestamp,
    /// When this packet was sent.
    pub transmit: Timestamp,
}

impl Packet {
    /// Reads a datagram; what follows the packet is not looked at. `None`: it is too short.
    #[must_use]
    pub fn read(datagram: &[u8]) -> Option<Self> {
        let bytes: &[u8; LENGTH] = datagram.first_chunk()?;
        let [first, stratum, poll, precision, ..] = *bytes;
        let short = |at| from_short(u32::from_be_bytes(field(bytes, at)));
        let timestamp = |at| Timestamp(u64::from_be_bytes(field(bytes, at)));
        Some(Self {
            leap: first >> 6,
            version: first >> 3 & 7,
            mode: first & 7,
            stratum,
            poll,
            precision: precision.cast_signed(),
            root_delay: short(4),
            root_dispersion: short(8),
            reference_id: field(bytes, 12),
            reference: timestamp(16),
            origin: timestamp(24),
            receive: timestamp(32),
            transmit: timestamp(40),
        })
    }

    /// The packet as it is sent.
    #[must_use]
    pub fn bytes(&self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        bytes[0] = self.leap << 6 | self.version << 3 | self.mode;
        (bytes[1], bytes[2], bytes[3]) = (self.stratum, self.poll, self.precision.cast_unsigned());
        bytes[4..8].copy_from_slice(&to_short(self.root_delay).to_be_bytes());
        bytes[8..12].copy_from_slice(&to_short(self.root_dispersion).to_be_bytes());
        bytes[12..16].copy_from_slice(&self.reference_id);
        let timestamps = [self.reference, self.origin, self.receive, self.transmit];
        for (place, timestamp) in bytes[16..].chunks_exact_mut(8).zip(timestamps) {
            place.copy_from_slice(&timestamp.0.to_be_bytes());
        }
        bytes
    }

    /// A client's request; the reply has `nonce` in it.
    #[must_use]
    pub fn request(nonce: Timestamp) -> Self {
        Self { transmit: nonce, mode: CLIENT, version: VERSION, ..Self::empty() }
    }

    /// Whether it is a client's request. Nothing else is ever answered, and no reply is a request: so two servers cannot go
    /// on answering each other. Later versions have other fields.
    #[must_use]
    pub fn is_request(&self) -> bool {
        self.mode == CLIENT && (1..=VERSION).contains(&self.version)
    }

    /// A packet of zeroes.
    pub(super) const fn empty() -> Self {
        Self {
            leap: 0,
            version: 0,
            mode: 0,
            stratum: 0,
            poll: 0,
            precision: 0,
            root_delay: Duration::ZERO,
            root_dispersion: Duration::ZERO,
            reference_id: [0; 4],
            reference: Timestamp::UNKNOWN,
            origin: Timestamp::UNKNOWN,
            receive: Timestamp::UNKNOWN,
            transmit: Timestamp::UNKNOWN,
        }
    }
}

/// The bytes of a field.
fn field<const N: usize>(packet: &[u8; LENGTH], at: usize) -> [u8; N] {
    std::array::from_fn(|index| packet[at + index])
}

/// A short duration: seconds in 16 bits, a fraction in as many.
fn from_short(short: u32) -> Duration {
    Duration::from_nanos((u64::from(short) * 1_000_000_000) >> 16)
}

/// Rounded up: an error is not made smaller.
fn to_short(duration: Duration) -> u32 {
    u32::try_from((duration.as_nanos() << 16).div_ceil(1_000_000_000)).unwrap_or(u32::MAX)
}

/// Seconds since 1900 in 32 bits, which start again at 0 in 2036, and a fraction in as many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// Stands for no time.
    pub const UNKNOWN: Self = Self(0);

    /// That of an instant.
    #[must_use]
    pub fn of(instant: DateTime<Utc>) -> Self {
        let fraction = (u64::from(instant.timestamp_subsec_nanos()) << 32) / 1_000_000_000;
        let all = u64::from(seconds_since_1900(instant)) << 32 | fraction;
        // The turn of the era would be no time at all.
        Self(all.max(1))
    }

    /// How much later it is than another one, in units of 2⁻³² seconds: right if the two are less than 68 years apart,
    /// whichever their eras (RFC 5905 §6).
    #[must_use]
    pub const fn since(self, other: Self) -> i64 {
        self.0.wrapping_sub(other.0).cast_signed()
    }

    /// The instant, if it is less than 68 years from another one.
    #[must_use]
    pub fn near(self, other: DateTime<Utc>) -> DateTime<Utc> {
        let nanoseconds = (i128::from(self.since(Self::of(other))) * 1_000_000_000) >> 32;
        other + TimeDelta::nanoseconds(i64::try_from(nanoseconds).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_request_is_a_client_of_version_one_to_four() {
        for first in 0..=u8::MAX {
            let is_request = Packet::read(&[first; LENGTH]).unwrap().is_request();
            let (version, mode) = (first >> 3 & 7, first & 7);
            assert_eq!(is_request, mode == 3 && (1..=4).contains(&version), "{first:#x}");
        }
        assert_eq!(Packet::read(&[0x23; LENGTH - 1]), None);
    }

    #[test]
    fn the_era_turns_in_2036() {
        let at = |text: &str| Timestamp::of(text.parse().unwrap());
        // The examples of RFC 5905, figure 4.
        assert_eq!(at("1970-01-01T00:00:00Z"), Timestamp(2_208_988_800 << 32));
        assert_eq!(at("1999-12-31T00:00:00Z"), Timestamp(3_155_587_200 << 32));
        let (before, turn, after) = (
            at("2036-02-07T06:28:15.5Z"),
            at("2036-02-07T06:28:16Z"),
            at("2036-02-07T06:28:16.5Z"),
        );
        assert_eq!((before.0, turn.0, after.0), (u64::MAX << 31, 1, 1 << 31));
        assert_eq!((after.since(before), before.since(after)), (1 << 32, -1 << 32));
        let near = |timestamp: Timestamp, now: &str| timestamp.near(now.parse().unwrap());
        assert_eq!(near(after, "2026-11-26T00:00:00Z").to_string(), "2036-02-07 06:28:16.500 UTC");
        assert_eq!(near(before, "2050-01-01T00:00:00Z").to_string(), "2036-02-07 06:28:15.500 UTC");
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_again(bytes: [u8; 32], more: [u8; 16]) {
            let bytes = [&bytes[..], &more].concat();
            let written = Packet::read(&bytes).unwrap().bytes();
            prop_assert_eq!(written.as_slice(), &bytes);
        }

        #[test]
        fn differences_are_right_across_the_era(seconds in 0..4_000_000_000_i64, nanoseconds in 0..1_000_000_000_u32, apart in -2_000_000_000_i64..2_000_000_000) {
            let here = DateTime::from_timestamp(seconds, nanoseconds).unwrap();
            let there = here + TimeDelta::seconds(apart);
            let difference = Timestamp::of(there).since(Timestamp::of(here));
            // Off by one at the turn of the era alone.
            prop_assert!((difference - (apart << 32)).abs() <= 1);
            let error = Timestamp::of(there).near(here) - there;
            prop_assert!(error.num_nanoseconds().unwrap().abs() <= 2);
        }
    }
}
