//! What an NTP server replies (SNTP: RFC 5905 §14, RFC 4330 §6). Pure. The packet's form is `packet`'s, where requests come
//! from and when is [`crate::net::udp`]'s, and the client's side is `query`'s `ntp`.

pub mod packet;

use std::time::Duration;

use self::packet::{NOT_SYNCHRONISED, Packet, SERVER, Timestamp};
use crate::reply::clock::Health;

/// The stratum of a clock of which only the kernel knows that it is synchronised, not by whom: far down, so that a client
/// that has a better server takes that one. chrony's `local` has the same default.
const STRATUM: u8 = 10;
/// With `--stratum` the kernel's error bound counts up to here. Beyond it clients would turn away from a clock that the
/// user vouches for. chrony's `local` takes over at the same distance.
const VOUCHED_FROM: Duration = Duration::from_secs(1);
/// Log2 of the seconds that reading the clock takes, at most: a microsecond.
const PRECISION: i8 = -20;
/// The reference id of a clock that is its own reference: at stratum 1 a name, else an address (RFC 5905 §7.3, figure 12).
const LOCAL_NAME: [u8; 4] = *b"LOCL";
const LOCAL_ADDRESS: [u8; 4] = [127, 127, 1, 1];

/// The reply to a request, which arrived at `received`; all but when it is sent. `stratum`: the user vouches for the
/// clock.
#[must_use]
pub fn reply(request: &Packet, received: Timestamp, health: Health, stratum: Option<u8>) -> Packet {
    let reply = Packet {
        version: request.version,
        mode: SERVER,
        poll: request.poll,
        precision: PRECISION,
        origin: request.transmit,
        receive: received,
        ..Packet::empty()
    };
    let is_vouched =
        stratum.is_some() && (!health.is_synchronised || health.max_error > VOUCHED_FROM);
    if !health.is_synchronised && !is_vouched {
        let root_dispersion = health.max_error;
        return Packet { leap: NOT_SYNCHRONISED, root_dispersion, ..reply };
    }
    let stratum = stratum.unwrap_or(STRATUM);
    Packet {
        leap: health.leap.indicator(),
        stratum,
        // The kernel's bound includes half the delay, and who is vouched for has no error.
        root_dispersion: if is_vouched { Duration::ZERO } else { health.max_error },
        reference_id: if stratum == 1 { LOCAL_NAME } else { LOCAL_ADDRESS },
        // Nobody knows when the clock was last set; a client only wants that it was before it sends (RFC 5905 §A.5.1.1).
        reference: received,
        ..reply
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::reply::clock::Leap;
    use crate::reply::ntp::packet::LENGTH;

    fn health(is_synchronised: bool, max_error: Duration) -> Health {
        Health { is_synchronised, leap: Leap::None, max_error }
    }

    /// The reply of a server in some state to a request of no interest.
    fn said(health: Health, stratum: Option<u8>) -> Packet {
        reply(&Packet::request(Timestamp(7)), Timestamp(9), health, stratum)
    }

    #[test]
    fn the_reply_is_as_documented_byte_for_byte() {
        let mut request = [0xee; LENGTH];
        // Leap indicator 3, version 4, mode 3; stratum 0, poll 2⁶ s.
        request[..3].copy_from_slice(&[0xe3, 0, 6]);
        let received = Timestamp(0x0102_0304_0506_0708);
        let request = Packet::read(&request).unwrap();
        let health = health(true, Duration::from_millis(1500));
        let mut packet = reply(&request, received, Health { leap: Leap::Insert, ..health }, None);
        packet.transmit = Timestamp(0x1112_1314_1516_1718);
        let mut wanted = vec![0x64, 10, 6, 0xec];
        wanted.extend([0, 0, 0, 0, 0, 1, 0x80, 0, 127, 127, 1, 1]);
        wanted.extend([1, 2, 3, 4, 5, 6, 7, 8]);
        wanted.extend([0xee; 8]);
        wanted.extend([1, 2, 3, 4, 5, 6, 7, 8]);
        wanted.extend([0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18]);
        assert_eq!(packet.bytes(), *wanted);
    }

    #[test]
    fn an_unsynchronised_clock_is_served_as_such_unless_it_is_vouched_for() {
        let bad = said(health(false, Duration::from_secs(16)), None);
        assert_eq!((bad.leap, bad.stratum, bad.reference_id), (3, 0, [0; 4]));
        assert_eq!((bad.root_dispersion.as_secs(), bad.reference), (16, Timestamp::UNKNOWN));
        let vouched = said(health(false, Duration::from_secs(16)), Some(12));
        assert_eq!((vouched.leap, vouched.stratum), (0, 12));
        assert_eq!(vouched.root_dispersion, Duration::ZERO);
        assert_eq!(said(health(false, Duration::ZERO), Some(1)).reference_id, *b"LOCL");
    }

    #[test]
    fn the_error_is_the_kernels_while_that_is_worth_something() {
        for (milliseconds, stratum, wanted) in [
            (2, None, (10, 2)),
            (2, Some(3), (3, 2)),
            (1000, Some(3), (3, 1000)),
            (1001, Some(3), (3, 0)),
            (1001, None, (10, 1001)),
        ] {
            let max_error = Duration::from_millis(milliseconds);
            let packet = said(health(true, max_error), stratum);
            let dispersion = packet.root_dispersion.as_millis();
            assert_eq!((packet.stratum, dispersion), wanted, "{max_error:?}, {stratum:?}");
        }
    }

    #[test]
    fn a_leap_second_is_announced_until_it_is_over() {
        for (leap, wanted) in
            [(Leap::None, 0), (Leap::Insert, 1), (Leap::Now, 1), (Leap::Delete, 2)]
        {
            let health = Health { leap, ..health(true, Duration::ZERO) };
            assert_eq!(said(health, None).leap, wanted, "{leap:?}");
        }
    }

    proptest! {
        #[test]
        fn only_requests_are_answered_and_no_reply_is_a_request(
            datagram in prop::collection::vec(any::<u8>(), 0..80),
            is_synchronised: bool,
            milliseconds in 0..20_000_u64,
            stratum in prop::option::of(1..=15_u8),
            received: u64,
        ) {
            let Some(request) = Packet::read(&datagram) else {
                prop_assert!(datagram.len() < LENGTH);
                return Ok(());
            };
            prop_assert_eq!(request.is_request(), datagram[0] & 7 == 3 && (8..40).contains(&(datagram[0] & 0x38)));
            let health = health(is_synchronised, Duration::from_millis(milliseconds));
            let reply = reply(&request, Timestamp(received), health, stratum);
            let bytes = reply.bytes();
            prop_assert!(!reply.is_request() && bytes.len() <= datagram.len());
            prop_assert_eq!(&bytes[24..32], &datagram[40..48], "the origin is the request's transmit");
            prop_assert_eq!((reply.mode, reply.version, reply.poll), (4, request.version, datagram[2]));
            let is_usable = is_synchronised || stratum.is_some();
            prop_assert_eq!((reply.leap != 3, (1..=15).contains(&reply.stratum)), (is_usable, is_usable));
        }
    }
}
