//! The loop: accept → reply → send → shutdown → linger → close. It makes the system calls. Others decide what a reply says
//! ([`crate::reply`]), who gets one ([`crate::policy::admission`]), how long a connection lingers
//! ([`crate::policy::closing`]) and what an error means ([`crate::net::accept_error`]).

use std::fs::File;
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::clock::now;
use nix::errno::Errno;
use nix::libc;
use nix::sys::epoll::EpollTimeout;
use nix::sys::socket::{self, MsgFlags};

use crate::error::Error;
use crate::net::accept_error::AcceptError;
use crate::net::inetd::Connection;
use crate::net::listener::Listener;
use crate::net::poller::{Event, Poller};
use crate::net::udp::Requests;
use crate::ops::housekeeping::Housekeeping;
use crate::ops::log::{ClientLog, Outcome};
use crate::ops::shutdown::{Shutdown, Stage};
use crate::ops::stats::Counters;
use crate::policy::admission::{Admission, Decision};
use crate::policy::closing::ClosingConnections;
use crate::policy::linger::Probe;
use crate::reply::Reply;
use crate::reply::clock::{Clock, utc_now};
use crate::service::{Service, Transport};
use crate::sys::{self, BATCH};

/// `MSG_MORE` (send(2)): the kernel does not send the reply yet. The shutdown that follows at once sends it, together with
/// the FIN: one segment instead of two, and the client wakes up once. nix has no name for this flag.
const REPLY: MsgFlags = MsgFlags::from_bits_retain(libc::MSG_NOSIGNAL | libc::MSG_MORE);
/// How many clients are answered before the loop looks at anything else.
const BURST: usize = 64;
/// How many clients of one listener are still answered after TERM: a flood must not keep the server running.
const LAST_BURST: usize = 1 << 16;
/// How long a listener rests after a fault that the next try would meet again; its clients wait in the queue.
const REST: Duration = Duration::from_millis(50);
/// How many datagrams in a row fail before that is the socket's fault: an error of one client is reported once, udp(7).
const FAILED_DATAGRAMS: usize = 16;
/// How soon a blocked stderr is tried again.
const STDERR_RETRY: Duration = Duration::from_millis(100);
/// How much one probe of a closing connection discards at most, in bytes.
const DISCARD_AT_ONCE: usize = 1 << 18;

/// One thread's loop: what it shares with the others, and its own part of the closing connections.
#[derive(Debug)]
pub struct Worker {
    /// Which of the workers it is.
    pub(crate) index: usize,
    pub(crate) poller: Poller,
    /// Empty once the server is stopping.
    pub(crate) listeners: Arc<[Listener]>,
    pub(crate) own_ports: Vec<u16>,
    pub(crate) admission: Arc<Admission>,
    pub(crate) clock: Clock,
    pub(crate) reply: Reply,
    /// The datagrams that were received last.
    pub(crate) requests: Requests,
    pub(crate) closing: Arc<ClosingConnections<OwnedFd>>,
    /// A descriptor to close when no other is left, so that the next client can be accepted.
    pub(crate) spare: Option<OwnedFd>,
    /// The listeners that rest, and until when.
    pub(crate) resting: Vec<(usize, Instant)>,
    pub(crate) log: Arc<ClientLog>,
    pub(crate) counters: Arc<Counters>,
    /// How often the loop runs at least, for the watchdog.
    pub(crate) loop_period: Option<Duration>,
    pub(crate) shutdown: Arc<Shutdown>,
    /// The first worker's other work.
    pub(crate) housekeeping: Option<Housekeeping>,
}

impl Worker {
    /// Answers clients until the server stops, then those in the queue, then waits until the closing connections are closed.
    ///
    /// # Errors
    /// A listener is broken, or a system call failed that never should; then the other workers end too.
    pub fn run(mut self) -> Result<(), Error> {
        let result = self.serve_until_stopped();
        if result.is_err() {
            self.shutdown.advance(Stage::Over);
        }
        self.shutdown.worker_ends();
        if let Some(housekeeping) = &self.housekeeping {
            housekeeping.log_totals();
            return result.and_then(|()| housekeeping.check_printed());
        }
        result
    }

    fn serve_until_stopped(&mut self) -> Result<(), Error> {
        loop {
            for event in self.wait()? {
                match event {
                    Event::Listener(index) => self.serve(index, BURST)?,
                    Event::Signal => {
                        self.housekeeping.iter_mut().for_each(|own| own.handle_signals(now()));
                    }
                    Event::StdoutClosed => {
                        self.housekeeping
                            .iter_mut()
                            .for_each(|own| own.handle_closed_stdout(now()));
                    }
                    // The stage is checked below.
                    Event::Shutdown => {}
                }
            }
            match self.shutdown.stage() {
                Stage::Serving => {}
                Stage::Draining => self.drain()?,
                Stage::Over => return Ok(()),
            }
            self.tidy(now());
            if self.is_done() {
                return Ok(());
            }
        }
    }

    /// Answers one client that somebody else has accepted, and no other one: the server stops when it has closed.
    pub(crate) fn answer_alone(&mut self, client: Connection) {
        self.answer(client.service, client.socket, client.peer);
        self.shutdown.advance(Stage::Draining);
    }

    /// Whether nothing is left to do. The first worker ends last, because it handles the second signal.
    fn is_done(&self) -> bool {
        let others_are_done = self.housekeeping.is_none() || self.shutdown.is_last_worker();
        self.listeners.is_empty() && self.closing.len(self.index) == 0 && others_are_done
    }

    /// Answers up to `limit` clients of one listener.
    fn serve(&mut self, index: usize, limit: usize) -> Result<(), Error> {
        let listeners = Arc::clone(&self.listeners);
        match listeners.get(index) {
            Some(listener) if listener.transport == Transport::Tcp => {
                self.accept(index, listener, limit)
            }
            Some(listener) => self.receive(index, listener, limit),
            None => Ok(()),
        }
    }

    fn accept(&mut self, index: usize, listener: &Listener, limit: usize) -> Result<(), Error> {
        for _ in 0..limit {
            match sys::accept(listener.socket.as_fd()) {
                Ok((socket, peer)) => self.answer(listener.service, socket, peer),
                Err(errno) => match AcceptError::from(errno) {
                    AcceptError::Empty => return Ok(()),
                    AcceptError::Transient => self.counters.transient.increment(),
                    AcceptError::NoDescriptor if self.free_descriptor() => {}
                    AcceptError::NoDescriptor | AcceptError::NoMemory => {
                        return self.rest(index, "accept4", errno);
                    }
                    AcceptError::Fatal => return Err(Error::System { call: "accept4", errno }),
                },
            }
        }
        Ok(())
    }

    /// Answers one connection: the whole reply in one send, then the end of our direction. The rest is left to the closing
    /// queue. Dropping a socket closes it: here if the client is not admitted or has closed, below if it is evicted.
    fn answer(&mut self, service: Service, socket: OwnedFd, peer: SocketAddr) {
        self.counters.connections.increment();
        let now = now();
        let decision = self.admission.decide(Transport::Tcp, peer.ip(), now);
        if !count(&self.counters, decision) {
            return;
        }
        let fd = socket.as_raw_fd();
        let send = |text: &[u8]| socket::send(fd, text, REPLY).map(drop);
        // The kernel sends a reply with the shutdown, so it is sent if both succeed.
        let end = || socket::shutdown(fd, socket::Shutdown::Write);
        let outcome = self.send_reply(service, send, end);
        self.log.log_clients(&[(peer, outcome)], now);
        if matches!(outcome, Outcome::Sent | Outcome::Withheld)
            && self.closing.push(self.index, socket, now).is_some()
        {
            self.counters.evicted.increment();
        }
    }

    /// Answers up to `limit` datagrams of one socket.
    fn receive(&mut self, index: usize, listener: &Listener, limit: usize) -> Result<(), Error> {
        let (mut left, mut failed) = (limit, 0);
        while left > 0 {
            match self.requests.receive(listener.socket.as_fd()) {
                Ok(count) => {
                    (left, failed) = (left.saturating_sub(count), 0);
                    self.answer_datagrams(listener, count);
                    // Fewer than fit: no more have come, or epoll reports them.
                    if count < BATCH {
                        return Ok(());
                    }
                }
                Err(Errno::EAGAIN) => return Ok(()),
                Err(errno) => {
                    // An earlier reply was refused by its receiver (ICMP).
                    self.counters.transient.increment();
                    failed += 1;
                    if failed == FAILED_DATAGRAMS {
                        return self.rest(index, "recvmmsg", errno);
                    }
                }
            }
        }
        Ok(())
    }

    /// Answers the requests that were received at a time: with one reply, and one look at all that the workers share.
    fn answer_datagrams(&mut self, listener: &Listener, received: usize) {
        let now = now();
        let counters = &self.counters;
        let waiting = &mut self.requests.waiting;
        // The others came without their addresses.
        counters.transient.add((received - waiting.len()) as u64);
        waiting.retain(|request| {
            let is_answerable = request.is_answerable(&self.own_ports);
            (!is_answerable).then(|| counters.guarded.increment());
            is_answerable
        });
        let mut decisions = Vec::with_capacity(waiting.len());
        let peers = waiting.iter().map(|request| request.peer.ip());
        self.admission.decide_each(Transport::Udp, peers, now, |decision| decisions.push(decision));
        let mut decisions = decisions.into_iter();
        waiting.retain(|_| decisions.next().is_some_and(|decision| count(counters, decision)));
        let time = utc_now();
        self.clock.tick(time);
        let reply = self.reply.at(listener.service, self.clock.instant(time), &self.clock);
        let mut outcomes = Vec::with_capacity(waiting.len());
        match reply.map_err(|_unspecific| Errno::EINVAL) {
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
        outcomes.iter().for_each(|(_, outcome)| self.count_outcome(*outcome));
        self.log.log_clients(&outcomes, now);
    }

    /// Calls `send` with the reply of this moment, unless the protocol wants silence, then `end`; counts what became of it.
    fn send_reply(
        &mut self,
        service: Service,
        send: impl FnOnce(&[u8]) -> nix::Result<()>,
        end: impl FnOnce() -> nix::Result<()>,
    ) -> Outcome {
        let now = utc_now();
        self.clock.tick(now);
        let reply = self.reply.at(service, self.clock.instant(now), &self.clock);
        let outcome = match reply.map_err(|_unspecific| Errno::EINVAL) {
            Ok(Some(text)) => send(text).map(|()| Outcome::Sent),
            Ok(None) => Ok(Outcome::Withheld),
            Err(errno) => Err(errno),
        };
        let outcome = outcome.and_then(|outcome| end().map(|()| outcome));
        let outcome = outcome.unwrap_or_else(Outcome::Failed);
        self.count_outcome(outcome);
        outcome
    }

    fn count_outcome(&self, outcome: Outcome) {
        match outcome {
            Outcome::Sent => self.counters.replies.increment(),
            Outcome::Withheld => self.counters.withheld.increment(),
            Outcome::Failed(_) => self.counters.transient.increment(),
        }
    }

    /// Frees a descriptor: that of the oldest closing connection of all, or else the spare one. False if there is neither.
    fn free_descriptor(&mut self) -> bool {
        match self.closing.evict() {
            Some(_) => self.counters.evicted.increment(),
            None => return self.spare.take().is_some(),
        }
        true
    }

    /// Leaves a listener alone for a while: it stays readable, so a loop that tried again at once would use a whole core.
    fn rest(&mut self, index: usize, call: &'static str, errno: Errno) -> Result<(), Error> {
        let now = now();
        self.log.log_fault(call, errno, now);
        if self.resting.iter().all(|(resting, _)| *resting != index) {
            self.resting.push((index, now + REST));
            self.poller.remove_listener(&self.listeners[index])?;
        }
        Ok(())
    }

    /// Takes up the listeners that have rested. What fails for a lack of memory is tried again after another rest.
    fn resume(&mut self, now: Instant) {
        let (poller, listeners, log) = (&self.poller, &self.listeners, &self.log);
        self.resting.retain_mut(|(index, until)| {
            if now < *until {
                return true;
            }
            match poller.add_listener(*index, &listeners[*index]) {
                Ok(()) => false,
                Err(errno) => {
                    log.log_fault("epoll_ctl", errno, now);
                    *until = now + REST;
                    true
                }
            }
        });
    }

    /// Does what is due between two bursts of clients: closes connections, writes the log, accepts again after a rest.
    fn tidy(&mut self, now: Instant) {
        let sweep = self.closing.sweep(self.index, now, probe);
        self.counters.expired.add(sweep.expired);
        self.counters.flooded.add(sweep.flooded);
        self.counters.lingering.set(self.closing.len(self.index) as u64);
        self.counters.iterations.increment();
        self.log.log_suppressed(now);
        if self.spare.is_none() {
            self.spare = spare_descriptor();
        }
        self.resume(now);
        if let Some(housekeeping) = &mut self.housekeeping {
            housekeeping.tick(now);
        }
        common::logging::stderr().lock().flush();
    }

    /// Answers the clients in the queue, then drops its share of the listeners. They are closed when the last worker has
    /// done so, for all workers have the same sockets; until then a client in the queue may still be answered.
    fn drain(&mut self) -> Result<(), Error> {
        if self.listeners.is_empty() {
            return Ok(());
        }
        for index in 0..self.listeners.len() {
            self.serve(index, LAST_BURST)?;
        }
        for (index, listener) in self.listeners.iter().enumerate() {
            if self.resting.iter().all(|(resting, _)| *resting != index) {
                self.poller.remove_listener(listener)?;
            }
        }
        self.resting.clear();
        self.listeners = Arc::new([]);
        self.counters.lingering.set(self.closing.len(self.index) as u64);
        if let Some(housekeeping) = &self.housekeeping {
            housekeeping.log_stopping();
        }
        Ok(())
    }

    /// Waits for the next client, signal or deadline.
    fn wait(&mut self) -> Result<impl Iterator<Item = Event> + use<>, Error> {
        let stderr_is_blocked = common::logging::stderr().lock().is_pending();
        let now = now();
        let due = [
            self.closing.wake_at(self.index),
            self.log.wake_at(),
            self.resting.iter().map(|(_, until)| *until).min(),
            self.housekeeping.as_ref().and_then(Housekeeping::wake_at),
            stderr_is_blocked.then(|| now + STDERR_RETRY),
            self.loop_period.map(|period| now + period),
        ];
        let timeout = match due.into_iter().flatten().min() {
            Some(due) => timeout(due.saturating_duration_since(now)),
            None => EpollTimeout::NONE,
        };
        self.poller.wait(timeout)
    }
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

/// Rounded up to a millisecond: who wakes up too early has to wait once more.
fn timeout(left: Duration) -> EpollTimeout {
    let milliseconds = left.as_nanos().div_ceil(1_000_000);
    EpollTimeout::try_from(milliseconds).unwrap_or(EpollTimeout::MAX)
}

/// Discards what a closing connection has sent, and reports whether it goes on.
fn probe(socket: &OwnedFd) -> Probe {
    match sys::discard(socket.as_fd(), DISCARD_AT_ONCE) {
        Ok(0) => Probe::Finished,
        Ok(bytes) => Probe::Discarded(bytes as u64),
        Err(Errno::EAGAIN | Errno::EINTR) => Probe::Quiet,
        Err(_) => Probe::Finished,
    }
}

/// A descriptor that is open only to be closed when another one is needed.
pub(crate) fn spare_descriptor() -> Option<OwnedFd> {
    File::open("/dev/null").ok().map(OwnedFd::from)
}
