//! `time-server query`, the client: asks a server for the time, prints its answer and how far its clock is from this one.
//! What an answer means is read in `answer`, why there is none is worded in `failure`; how the server is
//! written is `target`'s.

pub mod answer;
mod failure;
pub mod target;

use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs, UdpSocket};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use common::clock::now;
use common::escape::escape;
use common::output;

use self::answer::Timestamp;
use self::failure::Failure;
use crate::args::Query;
use crate::error::Error;
use crate::reply::clock::utc_now;

/// How much of an answer is read at most, in bytes: the server may send anything.
const LONGEST: usize = 4096;

/// What a server sent, and when.
struct Answer {
    bytes: Vec<u8>,
    /// The time of this clock halfway between request and answer.
    midpoint: DateTime<Utc>,
    round_trip: Duration,
}

/// Asks, and prints the answer; where it names an instant, also the offset of that clock from this one.
///
/// # Errors
/// The host has no address, or nobody answers in time.
pub fn run(query: &Query) -> Result<(), Error> {
    let deadline = now() + query.timeout;
    let addresses = resolve(query)?;
    let mut failures = Vec::new();
    for (tried, address) in addresses.iter().enumerate() {
        // Each address gets its share of the time left: one that does not answer must not use up the others'.
        let left = deadline.saturating_duration_since(now());
        let share = left / u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        match ask(query, *address, share) {
            Ok(answer) => return print(query, &answer),
            Err(failure) => failures.push((*address, failure)),
        }
    }
    Err(no_answer(query, failure::explain(query, &failures)))
}

/// All addresses of the host, of both families. Asking the system may take longer than the user wants to wait.
fn resolve(query: &Query) -> Result<Vec<SocketAddr>, Error> {
    let target = (query.target.host.clone(), query.port());
    let (sender, receiver) = mpsc::channel();
    let lookup = move || sender.send(target.to_socket_addrs().map(Iterator::collect)).ok();
    thread::Builder::new().name("lookup".to_owned()).spawn(lookup).map_err(Error::Thread)?;
    match receiver.recv_timeout(query.timeout) {
        Ok(addresses) => addresses.map_err(|error| no_answer(query, failure::unresolved(&error))),
        Err(_timeout) => Err(no_answer(query, "its address could not be found in time".to_owned())),
    }
}

fn ask(query: &Query, address: SocketAddr, timeout: Duration) -> Result<Answer, Failure> {
    let timeout = timeout.max(Duration::from_millis(1));
    let (asked, started) = (utc_now(), now());
    let first = if query.udp { ask_udp(address, timeout) } else { ask_tcp(address, timeout) };
    let (bytes, arrived) = first?;
    let round_trip = arrived.saturating_duration_since(started);
    let half = TimeDelta::from_std(round_trip / 2).unwrap_or_default();
    Ok(Answer { bytes, midpoint: asked + half, round_trip })
}

/// Reads to the end of file: without it nobody knows whether there is more to come. The answer counts from its first bytes.
fn ask_tcp(address: SocketAddr, timeout: Duration) -> Result<(Vec<u8>, Instant), Failure> {
    let deadline = now() + timeout;
    let mut stream = TcpStream::connect_timeout(&address, timeout)?;
    let mut bytes = vec![0; LONGEST];
    let (mut length, mut arrived) = (0, None);
    while length < LONGEST {
        let left = deadline.saturating_duration_since(now()).max(Duration::from_millis(1));
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut bytes[length..]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) if length > 0 => return Err(Failure::CutShort { length, error }),
            Err(error) => return Err(error.into()),
        }
        arrived.get_or_insert_with(now);
    }
    bytes.truncate(length);
    arrived.map(|arrived| (bytes, arrived)).ok_or(Failure::Empty)
}

fn ask_udp(address: SocketAddr, timeout: Duration) -> Result<(Vec<u8>, Instant), Failure> {
    let any: SocketAddr =
        if address.is_ipv4() { ([0; 4], 0).into() } else { ([0_u16; 8], 0).into() };
    let socket = UdpSocket::bind(any)?;
    socket.connect(address)?;
    // The content of a request does not matter (RFC 867, RFC 868).
    socket.send(b"\n")?;
    socket.set_read_timeout(Some(timeout))?;
    let mut bytes = vec![0; LONGEST];
    let length = socket.recv(&mut bytes)?;
    bytes.truncate(length);
    if bytes.is_empty() { Err(Failure::Empty) } else { Ok((bytes, now())) }
}

fn no_answer(query: &Query, problem: String) -> Error {
    Error::NoAnswer { host: query.address(), problem }
}

/// Why the answer is not what was asked for, with the option that fits.
fn mismatch(query: &Query, bytes: &[u8]) -> Option<String> {
    let is_text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    match (query.time, bytes.len()) {
        (true, 4) => None,
        (true, length) => Some(format!(
            "it answered {length} bytes, which is not the Time Protocol (RFC 868); ask without --time"
        )),
        (false, 4) if !bytes.iter().all(is_text) => Some(
            "it answered four bytes that are no text, as the Time Protocol (RFC 868) does; ask with --time"
                .to_owned(),
        ),
        (false, _) => None,
    }
}

fn print(query: &Query, answer: &Answer) -> Result<(), Error> {
    if let Some(problem) = mismatch(query, &answer.bytes) {
        return Err(no_answer(query, problem));
    }
    let timestamp = if query.time {
        answer::parse_time_protocol(&answer.bytes, answer.midpoint)
            .ok_or("the date is out of range")
    } else if answer.bytes.len() < LONGEST {
        answer::parse_text(&answer.bytes)
    } else {
        Err("the answer is too long")
    };
    let text = match &timestamp {
        Ok(timestamp) if query.time => timestamp.instant.to_rfc3339_opts(SecondsFormat::Secs, true),
        _ => String::from_utf8_lossy(&answer.bytes).trim().to_owned(),
    };
    let lines: Vec<String> = text.lines().map(|line| escape(line).into_owned()).collect();
    let round_trip = answer.round_trip.as_secs_f64();
    let offset = match &timestamp {
        Ok(timestamp) => offset_text(timestamp, answer),
        Err(reason) => format!("offset: unknown ({reason})"),
    };
    let report = format!("{}\n{offset}, round_trip: {round_trip:.6} s\n", lines.join("\n"));
    output::print(report.as_bytes()).map_err(Error::Stdout)
}

/// The offset and its bound: the server read its clock at some time in the round trip, and its answer is exact to the
/// resolution.
fn offset_text(timestamp: &Timestamp, answer: &Answer) -> String {
    let middle =
        timestamp.instant + TimeDelta::from_std(timestamp.resolution / 2).unwrap_or_default();
    let offset = (middle - answer.midpoint).as_seconds_f64();
    let bound = (timestamp.resolution + answer.round_trip).as_secs_f64() / 2.0;
    format!("offset: {offset:+.6} s ± {bound:.6} s")
}
