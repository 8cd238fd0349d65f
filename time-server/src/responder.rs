//! What becomes of one client, or of a batch of datagrams: is it admitted → what is the reply → send it → let the connection
//! linger; each outcome is counted and logged. When a client is taken from its listener, and what happens when none can be,
//! is [`crate::worker`]'s.

use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::Arc;
use std::time::Instant;

use common::clock::now;
use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{self, MsgFlags};

use crate::net::listener::Listener;
use crate::net::udp::{Request, Requests};
use crate::ops::log::{ClientLog, Outcome};
use crate::ops::stats::Counters;
use crate::policy::admission::{Admission, Decision};
use crate::policy::closing::ClosingConnections;
use crate::policy::linger::Probe;
use crate::reply::Reply;
use crate::reply::clock::{Clock, utc_now};
use crate::reply::ntp;
use crate::reply::ntp::packet::{Packet, Timestamp};
use crate::service::{Service, Transport};
use crate::sys;

/// `MSG_MORE` (send(2)): the kernel does not send the reply yet. The shutdown that follows at once sends it, together with
/// the FIN: one segment instead of two, and the client wakes up once. nix has no name for this flag.
const REPLY: MsgFlags = MsgFlags::from_bits_retain(libc::MSG_NOSIGNAL | libc::MSG_MORE);
/// How much one probe of a closing connection discards at most, in bytes.
const DISCARD_AT_ONCE: usize = 1 << 18;

/// One worker's part of answering, and what it shares with the other workers for that.
#[derive(Debug)]
pub(crate) struct Responder {
    /// Which of the workers it is.
    pub(crate) worker: usize,
    /// The stratum at which the user vouches for the clock.
    pub(crate) stratum: Option<u8>,
    pub(crate) own_ports: Vec<u16>,
    pub(crate) admission: Arc<Admission>,
    pub(crate) clock: Clock,
    pub(crate) reply: Reply,
    /// The datagrams that were received last.
    pub(crate) requests: Requests,
    pub(crate) closing: Arc<ClosingConnections<OwnedFd>>,
    pub(crate) log: Arc<ClientLog>,
    pub(crate) counters: Arc<Counters>,
}

impl Responder {
    /// Answers one connection: the whole reply in one send, then the end of our direction. The rest is left to the closing
    /// queue. Dropping a socket closes it: here if the client is not admitted or has closed, below if it is evicted.
    pub(crate) fn answer(&mut self, service: Service, socket: OwnedFd, peer: SocketAddr) {
        self.counters.connections.increment();
        let now = now();
        let decision = self.admission.decide(Transport::Tcp, peer.ip(), now);
        if !count(&self.counters, decision) {
            return;
        }
        let outcome = self.send_reply(service, &socket);
        self.count_outcome(outcome);
        self.log.log_clients(&[(peer, outcome)], now);
        if matches!(outcome, Outcome::Sent | Outcome::Withheld)
            && self.closing.push(self.worker, socket, now).is_some()
        {
            self.counters.evicted.increment();
        }
    }

    /// Sends the reply of this moment, unless the protocol wants silence, and ends our direction.
    fn send_reply(&mut self, service: Service, socket: &OwnedFd) -> Outcome {
        let fd = socket.as_raw_fd();
        let outcome = match reply_now(&mut self.reply, &mut self.clock, service) {
            Ok(Some(text)) => socket::send(fd, text, REPLY).map(|_all| Outcome::Sent),
            Ok(None) => Ok(Outcome::Withheld),
            Err(errno) => Err(errno),
        };
        // The kernel sends a reply with the shutdown, so it is sent if both succeed.
        let end = || socket::shutdown(fd, socket::Shutdown::Write);
        let outcome = outcome.and_then(|outcome| end().map(|()| outcome));
        outcome.unwrap_or_else(Outcome::Failed)
    }

    /// Receives the next datagrams of a socket and answers them; returns how many came.
    ///
    /// # Errors
    /// Those of recvmmsg(2); EAGAIN when none has come.
    pub(crate) fn receive(&mut self, listener: &Listener) -> nix::Result<usize> {
        let received = self.requests.receive(listener.socket.as_fd())?;
        self.answer_datagrams(listener, received);
        Ok(received)
    }

    /// Answers the requests that were received at a time, with one look at all that the workers share.
    fn answer_datagrams(&mut self, listener: &Listener, received: usize) {
        let now = now();
        self.admit(listener.service, received, now);
        let outcomes = match listener.service {
            Service::Ntp => self.reply_to_each(listener),
            Service::Daytime | Service::Time => self.reply_to_all(listener),
        };
        outcomes.iter().for_each(|(_, outcome)| self.count_outcome(*outcome));
        self.log.log_clients(&outcomes, now);
    }

    /// Keeps the requests that are answered, and counts the others.
    fn admit(&mut self, service: Service, received: usize, now: Instant) {
        let (counters, requests) = (&self.counters, &mut self.requests);
        // The others came without their addresses.
        counters.transient.add((received - requests.waiting.len()) as u64);
        requests.retain(|request, content| {
            let is_answerable = request.is_answerable(service, &self.own_ports)
                && (service != Service::Ntp || ntp_request(content).is_some());
            (!is_answerable).then(|| counters.guarded.increment());
            is_answerable
        });
        let waiting = &mut requests.waiting;
        let mut decisions = Vec::with_capacity(waiting.len());
        let peers = waiting.iter().map(|request| request.peer.ip());
        self.admission.decide_each(Transport::Udp, peers, now, |decision| decisions.push(decision));
        let mut decisions = decisions.into_iter();
        waiting.retain(|_| decisions.next().is_some_and(|decision| count(counters, decision)));
    }

    /// Sends the same reply to all that wait.
    fn reply_to_all(&mut self, listener: &Listener) -> Vec<(SocketAddr, Outcome)> {
        let waiting = &self.requests.waiting;
        let mut outcomes = Vec::with_capacity(waiting.len());
        match reply_now(&mut self.reply, &mut self.clock, listener.service) {
            Ok(Some(text)) => {
                let socket = listener.socket.as_fd();
                self.requests.reply(socket, text, |peer, sent| {
                    outcomes.push((peer, sent.map_or_else(Outcome::Failed, |()| Outcome::Sent)));
                });
            }
            Ok(None) => {
                outcomes.extend(waiting.iter().map(|request| (request.peer, Outcome::Withheld)));
            }
            Err(errno) => outcomes
                .extend(waiting.iter().map(|request| (request.peer, Outcome::Failed(errno)))),
        }
        outcomes
    }

    /// Sends each that waits a packet of NTP of its own. The clock is looked at last, so that the client is told when the
    /// packet was sent.
    fn reply_to_each(&mut self, listener: &Listener) -> Vec<(SocketAddr, Outcome)> {
        let now = utc_now();
        self.clock.tick(now);
        let reply = |(request, content): (&Request, &[u8])| {
            let arrived = Timestamp::of(request.arrived.unwrap_or(now));
            let health = self.clock.health;
            let mut reply = ntp::reply(&ntp_request(content)?, arrived, health, self.stratum);
            reply.transmit = Timestamp::of(utc_now());
            let sent = request.reply(listener.socket.as_fd(), &reply.bytes());
            Some((request.peer, sent.map_or_else(Outcome::Failed, |()| Outcome::Sent)))
        };
        self.requests.iter().filter_map(reply).collect()
    }

    fn count_outcome(&self, outcome: Outcome) {
        match outcome {
            Outcome::Sent => self.counters.replies.increment(),
            Outcome::Withheld => self.counters.withheld.increment(),
            Outcome::Failed(_) => self.counters.transient.increment(),
        }
    }

    /// Closes connections that are done, and logs the clients that had no line of their own.
    pub(crate) fn tidy(&self, now: Instant) {
        let sweep = self.closing.sweep(self.worker, now, probe);
        self.counters.expired.add(sweep.expired);
        self.counters.flooded.add(sweep.flooded);
        self.count_closing();
        self.log.log_suppressed(now);
    }

    /// Closes the oldest closing connection of all, to free its descriptor. False if there is none.
    pub(crate) fn evict(&self) -> bool {
        let is_evicted = self.closing.evict().is_some();
        if is_evicted {
            self.counters.evicted.increment();
        }
        is_evicted
    }

    /// Counts the connections of this worker that are closing, and returns how many they are.
    pub(crate) fn count_closing(&self) -> usize {
        let closing = self.closing.len(self.worker);
        self.counters.lingering.set(closing as u64);
        closing
    }

    /// Whether a connection of this worker lingers since `instant` or longer.
    pub(crate) fn lingers_since(&self, instant: Instant) -> bool {
        self.closing.lingers_since(self.worker, instant)
    }

    /// When [`Self::tidy`] is due next.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        self.closing.wake_at(self.worker).into_iter().chain(self.log.wake_at()).min()
    }
}

/// A client's request in NTP, if a datagram begins with one.
fn ntp_request(content: &[u8]) -> Option<Packet> {
    Packet::read(content).filter(Packet::is_request)
}

/// The reply of this moment; `None` if the protocol wants silence.
fn reply_now<'reply>(
    reply: &'reply mut Reply,
    clock: &mut Clock,
    service: Service,
) -> nix::Result<Option<&'reply [u8]>> {
    let now = utc_now();
    clock.tick(now);
    reply.at(service, clock.instant(now), clock).map_err(|_unspecific| Errno::EINVAL)
}

/// Counts a client that is not admitted, and says whether it is.
fn count(counters: &Counters, decision: Decision) -> bool {
    match decision {
        Decision::Admitted => {}
        Decision::Foreign => counters.foreign.increment(),
        Decision::OverRate => counters.over_rate.increment(),
    }
    decision == Decision::Admitted
}

/// Discards what a closing connection has sent, and reports whether it goes on.
pub(crate) fn probe(socket: &OwnedFd) -> Probe {
    match sys::discard(socket.as_fd(), DISCARD_AT_ONCE) {
        Ok(0) => Probe::Finished,
        Ok(bytes) => Probe::Discarded(bytes as u64),
        Err(Errno::EAGAIN | Errno::EINTR) => Probe::Quiet,
        Err(_) => Probe::Finished,
    }
}
