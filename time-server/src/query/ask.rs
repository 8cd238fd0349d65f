//! Asks a server: finds its addresses, and tries one after the other until one answers. What an answer means is
//! [`super::finding`]'s, NTP is [`super::ntp`]'s.

use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs, UdpSocket};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use common::clock::now;

use super::failure::{self, Failure};
use super::finding::{self, Answer, Finding, LONGEST};
use super::ntp;
use crate::args::Query;
use crate::error::Error;
use crate::reply::clock::utc_now;

/// Asks one address of the host after the other, until one answers.
pub(super) fn any(query: &Query) -> Result<(SocketAddr, Finding), Error> {
    let deadline = now() + query.timeout;
    let addresses = resolve(query)?;
    let mut failures = Vec::new();
    for (tried, address) in addresses.iter().enumerate() {
        // Each address gets its share of the time left: one that does not answer must not use up the others'.
        let left = deadline.saturating_duration_since(now());
        let share = left / u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        match ask(query, *address, share) {
            Ok(finding) => return Ok((*address, finding)),
            Err(Failure::Unusable(problem)) => return Err(no_answer(query, problem)),
            Err(failure) => failures.push((*address, failure)),
        }
    }
    Err(no_answer(query, failure::explain(query, &failures)))
}

/// Asks this address alone.
pub(super) fn one(query: &Query, address: SocketAddr) -> Result<Finding, Error> {
    let explain = |failure| no_answer(query, failure::explain(query, &[(address, failure)]));
    ask(query, address, query.timeout).map_err(explain)
}

fn ask(query: &Query, address: SocketAddr, timeout: Duration) -> Result<Finding, Failure> {
    let timeout = timeout.max(Duration::from_millis(1));
    let finding = if query.ntp {
        ntp::interpret(&ntp::ask(&udp_socket(address)?, timeout)?)
    } else {
        finding::interpret(query, &ask_for_text(query, address, timeout)?)
    };
    finding.map_err(Failure::Unusable)
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

fn ask_for_text(query: &Query, address: SocketAddr, timeout: Duration) -> Result<Answer, Failure> {
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
    let socket = udp_socket(address)?;
    // The content of a request does not matter (RFC 867, RFC 868).
    socket.send(b"\n")?;
    socket.set_read_timeout(Some(timeout))?;
    let mut bytes = vec![0; LONGEST];
    let length = socket.recv(&mut bytes)?;
    bytes.truncate(length);
    if bytes.is_empty() { Err(Failure::Empty) } else { Ok((bytes, now())) }
}

/// A socket that takes datagrams from this address alone.
fn udp_socket(address: SocketAddr) -> io::Result<UdpSocket> {
    let any: SocketAddr =
        if address.is_ipv4() { ([0; 4], 0).into() } else { ([0_u16; 8], 0).into() };
    let socket = UdpSocket::bind(any)?;
    socket.connect(address)?;
    Ok(socket)
}

fn no_answer(query: &Query, problem: String) -> Error {
    Error::NoAnswer { host: query.address(), problem }
}
