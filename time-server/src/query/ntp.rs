//! The client's side of NTP: one request, and what its reply says about that clock (SNTP: RFC 5905 §14, RFC 4330 §5). The
//! packet is [`crate::reply::ntp::packet`]'s.
//!
//! ```text
//! server      T2 request arrives, T3 reply is sent
//!            /                    \
//! client   T1                      T4     offset = ((T2 − T1) + (T3 − T4)) / 2,  delay = (T4 − T1) − (T3 − T2)
//! ```
//!
//! The offset is exact if the way there takes as long as the way back. It is off by half the delay at most.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, IoSliceMut};
use std::net::UdpSocket;
use std::os::fd::AsRawFd;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use common::clock::now;
use common::escape::escape;
use nix::cmsg_space;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt};
use nix::sys::time::TimeSpec;

use super::failure::Failure;
use super::finding::Finding;
use crate::reply::clock::{instant, utc_now};
use crate::reply::ntp::packet::{LENGTH, NOT_SYNCHRONISED, Packet, SERVER, Timestamp};

/// A reply, and this clock's times of asking and of its arrival.
#[derive(Debug)]
pub(super) struct Exchange {
    reply: Packet,
    sent: DateTime<Utc>,
    arrived: DateTime<Utc>,
}

/// Asks on a connected socket, and waits for the reply to this request. Anything else that comes is passed over: it may
/// be forged.
pub(super) fn ask(socket: &UdpSocket, timeout: Duration) -> Result<Exchange, Failure> {
    let deadline = now() + timeout;
    // The time at which the kernel gets the reply: this thread may wake up late.
    setsockopt(socket, sockopt::ReceiveTimestampns, &true).map_err(io::Error::from)?;
    // The transmit field is for the server to return alone. Random, it shows that who answers has seen the request; std seeds
    // its hashes with random numbers from the system.
    let nonce = Timestamp(RandomState::new().build_hasher().finish());
    let sent = utc_now();
    socket.send(&Packet::request(nonce).bytes())?;
    let mut other = None;
    loop {
        let left = deadline.saturating_duration_since(now());
        if left.is_zero() {
            return Err(other.unwrap_or_else(|| io::Error::from(io::ErrorKind::TimedOut).into()));
        }
        socket.set_read_timeout(Some(left))?;
        match receive(socket) {
            Ok((datagram, arrived)) => match reply_to(nonce, &datagram) {
                Some(reply) => return Ok(Exchange { reply, sent, arrived }),
                None => other = Some(Failure::NotNtp),
            },
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// How the next datagram begins, and when it arrived.
fn receive(socket: &UdpSocket) -> io::Result<(Vec<u8>, DateTime<Utc>)> {
    let mut bytes = [0; LENGTH];
    let mut control = cmsg_space!(TimeSpec);
    let mut block = [IoSliceMut::new(&mut bytes)];
    let fd = socket.as_raw_fd();
    let message = recvmsg::<()>(fd, &mut block, Some(&mut control), MsgFlags::empty())?;
    let arrived = message.cmsgs()?.find_map(|control| match control {
        ControlMessageOwned::ScmTimestampns(arrived) => instant(arrived),
        _ => None,
    });
    let length = message.bytes;
    Ok((bytes[..length].to_vec(), arrived.unwrap_or_else(utc_now)))
}

/// The reply to the request that had this nonce, if a datagram is that.
fn reply_to(nonce: Timestamp, datagram: &[u8]) -> Option<Packet> {
    Packet::read(datagram).filter(|reply| reply.mode == SERVER && reply.origin == nonce)
}

/// What an exchange says about that clock.
///
/// # Errors
/// It says nothing, for this reason.
pub(super) fn interpret(exchange: &Exchange) -> Result<Finding, String> {
    let Exchange { reply, sent, arrived } = exchange;
    if let Some(problem) = refusal(reply) {
        return Err(problem);
    }
    let (offset, delay) = offset_and_delay(
        Timestamp::of(*sent),
        reply.receive,
        reply.transmit,
        Timestamp::of(*arrived),
    );
    let time = reply.transmit.near(*arrived).to_rfc3339_opts(SecondsFormat::Micros, true);
    let (root_delay, dispersion) =
        (reply.root_delay.as_secs_f64(), reply.root_dispersion.as_secs_f64());
    // RFC 5905 §10: the root distance, which bounds the error relative to the reference clock.
    let uncertainty = (root_delay + delay) / 2.0 + dispersion;
    let leap = match reply.leap {
        1 => "insert",
        2 => "delete",
        _ => "none",
    };
    let text = format!(
        "{time}\noffset: {offset:+.6} s ± {:.6} s, delay: {delay:.6} s\n\
         stratum: {}, leap: {leap}, root_delay: {root_delay:.6} s, root_dispersion: {dispersion:.6} s, \
         uncertainty: ± {uncertainty:.6} s\n",
        delay / 2.0,
        reply.stratum,
    );
    Ok(Finding { text, offset: Some(offset), delay })
}

/// Why a reply is of no use (RFC 5905 §7.4, §A.5.1.1).
fn refusal(reply: &Packet) -> Option<String> {
    let code = reply.reference_id;
    let code = (reply.stratum == 0 && code.iter().all(u8::is_ascii_uppercase))
        .then(|| escape(&String::from_utf8_lossy(&code)).into_owned());
    match code.as_deref() {
        Some("RATE") => Some("it refuses (RATE): ask less often".to_owned()),
        Some(code @ ("DENY" | "RSTR")) => {
            Some(format!("it refuses ({code}): it does not serve this address"))
        }
        code if reply.leap == NOT_SYNCHRONISED || !(1..=15).contains(&reply.stratum) => {
            let code = code.map(|code| format!(", code {code}")).unwrap_or_default();
            Some(format!(
                "its clock is not synchronised (leap indicator {}, stratum {}{code}); its time daemon says why, and a time-server's --stratum vouches for it",
                reply.leap, reply.stratum
            ))
        }
        _ if reply.receive == Timestamp::UNKNOWN || reply.transmit == Timestamp::UNKNOWN => {
            Some("its reply has no time in it".to_owned())
        }
        _ => None,
    }
}

/// How far that clock is ahead of this one, and how long the two ways took, in seconds (RFC 5905 §8).
#[expect(
    clippy::cast_precision_loss,
    reason = "2⁵³ of these units are 24 days: more is no matter of microseconds"
)]
fn offset_and_delay(t1: Timestamp, t2: Timestamp, t3: Timestamp, t4: Timestamp) -> (f64, f64) {
    const UNITS: f64 = 4_294_967_296.0;
    let there = i128::from(t2.since(t1));
    let back = i128::from(t3.since(t4));
    // A server that was quicker than its clock's resolution may show less than no time.
    let delay = (there - back).max(0);
    ((there + back) as f64 / 2.0 / UNITS, delay as f64 / UNITS)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// The reply of a server in good order.
    fn good() -> Packet {
        Packet {
            leap: 0,
            mode: SERVER,
            stratum: 2,
            root_delay: Duration::from_millis(500),
            root_dispersion: Duration::from_millis(250),
            receive: Timestamp::of(at("2026-11-22T06:32:20.25Z")),
            transmit: Timestamp::of(at("2026-11-22T06:32:20.5Z")),
            ..Packet::request(Timestamp(7))
        }
    }

    fn interpreted(reply: Packet) -> Result<Finding, String> {
        let (sent, arrived) = (at("2026-11-22T06:32:19Z"), at("2026-11-22T06:32:19.75Z"));
        interpret(&Exchange { reply, sent, arrived })
    }

    #[test]
    fn a_reply_gives_offset_delay_and_what_they_are_worth() {
        let finding = interpreted(good()).unwrap();
        assert_eq!(
            finding.text,
            "2026-11-22T06:32:20.500000Z\n\
             offset: +1.000000 s ± 0.250000 s, delay: 0.500000 s\n\
             stratum: 2, leap: none, root_delay: 0.500000 s, root_dispersion: 0.250000 s, uncertainty: ± 0.750000 s\n"
        );
        assert_eq!((finding.offset, finding.delay), (Some(1.0), 0.5));
        let leaping = interpreted(Packet { leap: 2, ..good() }).unwrap();
        assert!(leaping.text.contains("leap: delete,"), "{}", leaping.text);
    }

    #[test]
    fn a_reply_without_a_time_to_trust_is_refused_with_the_reason() {
        let dead = |code: &[u8; 4]| Packet { leap: 3, stratum: 0, reference_id: *code, ..good() };
        for (reply, reason) in [
            (Packet { leap: 3, ..good() }, "not synchronised (leap indicator 3, stratum 2)"),
            (Packet { stratum: 0, ..good() }, "not synchronised (leap indicator 0, stratum 0)"),
            (Packet { stratum: 16, ..good() }, "not synchronised (leap indicator 0, stratum 16)"),
            (dead(b"INIT"), "not synchronised (leap indicator 3, stratum 0, code INIT)"),
            (dead(b"RATE"), "ask less often"),
            (dead(b"DENY"), "does not serve this address"),
            (Packet { transmit: Timestamp::UNKNOWN, ..good() }, "no time in it"),
        ] {
            let problem = interpreted(reply).unwrap_err();
            assert!(problem.contains(reason), "{problem}");
        }
    }

    #[test]
    fn only_the_reply_to_this_request_counts() {
        let nonce = Timestamp(0x1234_5678_9abc_def0);
        let reply = Packet { origin: nonce, ..good() };
        assert_eq!(reply_to(nonce, &reply.bytes()), Some(reply));
        assert_eq!(reply_to(nonce, &reply.bytes()[1..]), None);
        assert_eq!(reply_to(Timestamp(nonce.0 + 1), &reply.bytes()), None);
        assert_eq!(reply_to(nonce, &Packet { mode: 3, ..reply }.bytes()), None);
    }

    proptest! {
        #[test]
        fn the_offset_is_off_by_half_the_delay_at_most(
            start in 0..4_000_000_000_i64,
            ahead in -1_000_000_000_000_000_000..1_000_000_000_000_000_000_i64,
            there in 0..1_000_000_000_i64,
            takes in 0..1_000_000_000_i64,
            back in 0..1_000_000_000_i64,
        ) {
            let here = |nanoseconds| Timestamp::of(DateTime::from_timestamp(start, 0).unwrap() + TimeDelta::nanoseconds(nanoseconds));
            let (t1, t4) = (here(0), here(there + takes + back));
            let (t2, t3) = (here(ahead + there), here(ahead + there + takes));
            let (offset, delay) = offset_and_delay(t1, t2, t3, t4);
            // Two units of a timestamp, and what a double has at 30 years.
            let error = 2e-9 + ahead.abs() as f64 * 1e-9 * f64::EPSILON;
            prop_assert!((delay - (there + back) as f64 * 1e-9).abs() < 2e-9);
            prop_assert!((offset - ahead as f64 * 1e-9).abs() <= delay / 2.0 + error);
        }
    }
}
