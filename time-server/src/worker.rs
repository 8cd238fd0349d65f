//! The loop: accept → reply → send → shutdown → linger → close. It executes; what a reply says
//! ([`crate::reply`]), who gets one ([`crate::policy::admission`]), how long a connection lingers ([`crate::policy::linger`]) and
//! what an error means ([`crate::net::accept_error`]) is decided elsewhere.

use std::fs::File;
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::clock::now;
use nix::errno::Errno;
use nix::libc;
use nix::sys::epoll::EpollTimeout;
use nix::sys::socket::{MsgFlags, Shutdown, send, shutdown};

use crate::error::Error;
use crate::net::accept_error::Verdict;
use crate::net::listener::Listener;
use crate::net::poller::{Event, Watch};
use crate::net::udp;
use crate::ops::housekeeping::Master;
use crate::ops::log::ClientLog;
use crate::ops::shutdown::{Control, Stage};
use crate::ops::stats::Counters;
use crate::policy::admission::Gate;
use crate::policy::linger::{Probe, Ring};
use crate::policy::rate_limit::Admission;
use crate::reply::Reply;
use crate::reply::clock::{Clock, utc_now};
use crate::service::{Service, Transport};
use crate::sys;

/// `MSG_MORE` (send(2)) keeps the reply back for the moment until the shutdown, so that text and FIN leave
/// in one segment and wake the client once: cheaper than two for both sides. nix does not know it.
const REPLY: MsgFlags = MsgFlags::from_bits_retain(libc::MSG_NOSIGNAL | libc::MSG_MORE);
/// How many clients are answered before the loop looks at anything else.
const BURST: usize = 64;
/// At most this many queued clients are still answered after TERM: a flood must not keep the server alive.
const LAST_BURST: usize = 1 << 16;
/// How long accepting rests when neither memory nor a descriptor can be had; the clients wait in the queue.
const PAUSE: Duration = Duration::from_millis(50);
/// How often a stuck stderr is tried again.
const STDERR_RETRY: Duration = Duration::from_millis(100);
/// How much one look at a closing connection throws away at most, in bytes.
const DISCARD_AT_ONCE: usize = 1 << 18;

/// One thread's loop: the shared listeners, and its own closing connections.
#[derive(Debug)]
pub struct Worker {
    pub(crate) watch: Watch,
    /// Empty once the server is stopping.
    pub(crate) listeners: Arc<[Listener]>,
    pub(crate) own_ports: Vec<u16>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) clock: Clock,
    pub(crate) reply: Reply,
    pub(crate) closing: Ring<OwnedFd>,
    /// A descriptor to give up when no other is left, so that the next client can be accepted.
    pub(crate) spare: Option<OwnedFd>,
    pub(crate) paused_until: Option<Instant>,
    pub(crate) log: ClientLog,
    pub(crate) counters: Arc<Counters>,
    /// How often the loop turns at least, for the watchdog.
    pub(crate) turn_period: Option<Duration>,
    pub(crate) control: Arc<Control>,
    /// The first worker's other job.
    pub(crate) master: Option<Master>,
}

impl Worker {
    /// Answers clients until the server stops, then those that wait already, then lets what is closing finish.
    ///
    /// # Errors
    /// A listener broke, or a system call failed that never should; then the other workers end too.
    pub fn run(mut self) -> Result<(), Error> {
        let result = self.serve_until_told();
        if result.is_err() {
            self.control.advance(Stage::Over);
        }
        self.control.leave();
        if let Some(master) = &self.master {
            master.tell_totals();
            return result.and_then(|()| master.printed());
        }
        result
    }

    fn serve_until_told(&mut self) -> Result<(), Error> {
        loop {
            for event in self.wait()? {
                match event {
                    Event::Listener(index) => self.serve(index, BURST)?,
                    Event::Signal => self.master.iter().for_each(Master::obey),
                    Event::StdoutGone => self.master.iter().for_each(Master::stop),
                    // Whoever told it has changed the stage.
                    Event::Control => {}
                }
            }
            match self.control.stage() {
                Stage::Serving => {}
                Stage::Draining => self.drain()?,
                Stage::Over => return Ok(()),
            }
            self.tidy(now())?;
            if self.is_done() {
                return Ok(());
            }
        }
    }

    /// Whether nothing is left to do. The master stays to the last: it hears the second signal.
    fn is_done(&self) -> bool {
        let others_are_done = self.master.is_none() || self.control.is_last();
        self.listeners.is_empty() && self.closing.is_empty() && others_are_done
    }

    /// Answers up to `limit` clients of one listener.
    fn serve(&mut self, index: usize, limit: usize) -> Result<(), Error> {
        let listeners = Arc::clone(&self.listeners);
        match listeners.get(index) {
            Some(listener) if listener.transport == Transport::Tcp => self.accept(listener, limit),
            Some(listener) => {
                self.receive(listener, limit);
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn accept(&mut self, listener: &Listener, limit: usize) -> Result<(), Error> {
        for _ in 0..limit {
            match sys::accept(listener.socket.as_fd()) {
                Ok((socket, peer)) => self.answer(listener.service, socket, peer),
                Err(errno) => match Verdict::of(errno) {
                    Verdict::Empty => return Ok(()),
                    Verdict::Transient => self.counters.transient.increment(),
                    Verdict::NoDescriptor if self.make_room() => {}
                    Verdict::NoDescriptor | Verdict::NoMemory => return self.pause(errno),
                    Verdict::Fatal => return Err(Error::System { call: "accept4", errno }),
                },
            }
        }
        Ok(())
    }

    /// One connection: its reply, whole and at once, then the end of our side; its end may take a while.
    /// Dropping the socket closes it: here for who is not admitted or gone, in the ring for who is evicted.
    fn answer(&mut self, service: Service, socket: OwnedFd, peer: SocketAddr) {
        self.counters.connections.increment();
        let now = now();
        if !self.admits(Transport::Tcp, peer, now) {
            return;
        }
        let sent = self.tell(service, |text| send(socket.as_raw_fd(), text, REPLY).map(drop));
        let outcome = sent.and_then(|()| shutdown(socket.as_raw_fd(), Shutdown::Write));
        self.log.client(peer, outcome, now);
        if outcome.is_err() {
            self.counters.transient.increment();
        } else if self.closing.push(socket, now).is_some() {
            self.counters.evicted.increment();
        }
    }

    /// Answers up to `limit` datagrams of one socket.
    fn receive(&mut self, listener: &Listener, limit: usize) {
        for _ in 0..limit {
            match udp::receive(listener.socket.as_fd()) {
                Ok(request) => self.answer_datagram(listener, &request),
                Err(Errno::EAGAIN) => return,
                // An earlier reply was refused by its receiver (ICMP), or a request was malformed.
                Err(_) => self.counters.transient.increment(),
            }
        }
    }

    fn answer_datagram(&mut self, listener: &Listener, request: &udp::Request) {
        let now = now();
        if !request.is_answerable(&self.own_ports) {
            self.counters.guarded.increment();
        } else if self.admits(Transport::Udp, request.peer, now) {
            let outcome = self
                .tell(listener.service, |text| udp::reply(listener.socket.as_fd(), request, text));
            self.log.client(request.peer, outcome, now);
        }
    }

    fn admits(&self, transport: Transport, peer: SocketAddr, now: Instant) -> bool {
        let admission = self.gate.admission(transport, peer.ip(), now);
        match admission {
            Admission::Admitted => {}
            Admission::Foreign => self.counters.foreign.increment(),
            Admission::OverRate => self.counters.over_rate.increment(),
        }
        admission == Admission::Admitted
    }

    /// Hands the reply of this moment to `send`; silence is told by telling nothing.
    fn tell(
        &mut self,
        service: Service,
        send: impl FnOnce(&[u8]) -> nix::Result<()>,
    ) -> nix::Result<()> {
        let now = utc_now();
        self.clock.tick(now);
        let Some(text) = self.reply.at(service, now, &self.clock) else { return Ok(()) };
        send(text).inspect(|()| self.counters.replies.increment())
    }

    /// At the descriptor limit the oldest closing connection makes room, or the spare descriptor.
    fn make_room(&mut self) -> bool {
        match self.closing.evict() {
            Some(_) => self.counters.evicted.increment(),
            None => return self.spare.take().is_some(),
        }
        true
    }

    /// Rests accepting: a queue that cannot be emptied stays readable, and asking again at once would spin.
    fn pause(&mut self, errno: Errno) -> Result<(), Error> {
        let now = now();
        self.log.exhausted(errno, now);
        if self.paused_until.replace(now + PAUSE).is_none() {
            self.watch.remove(&self.listeners)?;
        }
        Ok(())
    }

    /// What is due between two clients: closing what has finished, telling what was held back, resuming.
    fn tidy(&mut self, now: Instant) -> Result<(), Error> {
        let swept = self.closing.sweep(now, probe);
        self.counters.expired.add(swept.expired);
        self.counters.flooded.add(swept.flooded);
        self.counters.lingering.set(self.closing.len() as u64);
        self.counters.turns.increment();
        self.log.tell_held(now);
        if self.spare.is_none() {
            self.spare = spare_descriptor();
        }
        if self.paused_until.is_some_and(|end| end <= now) {
            self.paused_until = None;
            self.watch.add(&self.listeners)?;
        }
        if let Some(master) = &mut self.master {
            master.tick(now);
        }
        common::logging::stderr().lock().flush();
        Ok(())
    }

    /// Answers who waits already, then lets go of the listeners; the last worker to do so closes them.
    fn drain(&mut self) -> Result<(), Error> {
        if self.listeners.is_empty() {
            return Ok(());
        }
        for index in 0..self.listeners.len() {
            self.serve(index, LAST_BURST)?;
        }
        if self.paused_until.take().is_none() {
            self.watch.remove(&self.listeners)?;
        }
        self.listeners = Arc::new([]);
        self.counters.lingering.set(self.closing.len() as u64);
        if let Some(master) = &self.master {
            master.tell_stopping();
        }
        Ok(())
    }

    /// Waits for the next client, signal or due time.
    fn wait(&mut self) -> Result<impl Iterator<Item = Event> + use<>, Error> {
        let stderr_is_stuck = common::logging::stderr().lock().is_pending();
        let now = now();
        let due = [
            self.closing.wake_at(),
            self.log.wake_at(),
            self.paused_until,
            self.master.as_ref().and_then(Master::wake_at),
            stderr_is_stuck.then(|| now + STDERR_RETRY),
            self.turn_period.map(|period| now + period),
        ];
        let timeout = match due.into_iter().flatten().min() {
            Some(due) => timeout(due.saturating_duration_since(now)),
            None => EpollTimeout::NONE,
        };
        self.watch.wait(timeout)
    }
}

/// Rounded up to a millisecond: waking before the time would be waking twice.
fn timeout(left: Duration) -> EpollTimeout {
    let milliseconds = left.as_nanos().div_ceil(1_000_000);
    EpollTimeout::try_from(milliseconds).unwrap_or(EpollTimeout::MAX)
}

/// Throws away what a closing connection has sent.
fn probe(socket: &OwnedFd) -> Probe {
    match sys::discard(socket.as_fd(), DISCARD_AT_ONCE) {
        Ok(0) => Probe::Finished,
        Ok(bytes) => Probe::Discarded(bytes as u64),
        Err(Errno::EAGAIN | Errno::EINTR) => Probe::Quiet,
        Err(_) => Probe::Finished,
    }
}

/// A descriptor that is held for nothing but to be given up.
pub(crate) fn spare_descriptor() -> Option<OwnedFd> {
    File::open("/dev/null").ok().map(OwnedFd::from)
}
