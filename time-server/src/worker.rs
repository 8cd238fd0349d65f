//! The loop: wait → take clients from their listeners → tidy, until the server stops. What becomes of a client is
//! `responder`'s; what an error of accept means, [`crate::net::accept_error`] decides.

use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::clock::now;
use nix::errno::Errno;
use nix::sys::epoll::EpollTimeout;

use crate::error::Error;
use crate::net::accept_error::AcceptError;
use crate::net::activation::Connection;
use crate::net::listener::Listener;
use crate::net::poller::{Event, Poller};
use crate::ops::housekeeping::Housekeeping;
use crate::ops::shutdown::{Shutdown, Stage};
use crate::responder::Responder;
use crate::service::Transport;
use crate::sys;
use crate::sys::datagrams::BATCH;

/// How many clients are answered before the loop looks at anything else.
const BURST: usize = 64;
/// The same for the connections of each of several workers. One that takes more leaves none to the others, and the last
/// try, which finds the queue empty, costs more than a wait: accept4 makes a socket before it looks.
const SHARED_BURST: usize = 1;
/// How many clients of one listener are still answered after TERM: a flood must not keep the server running.
const LAST_BURST: usize = 1 << 16;
/// How long a listener rests after a fault that the next try would meet again; its clients wait in the queue.
const REST: Duration = Duration::from_millis(50);
/// How many datagrams in a row fail before that is the socket's fault: an error of one client is reported once, udp(7).
const FAILED_DATAGRAMS: usize = 16;
/// How soon a blocked stderr is tried again.
const STDERR_RETRY: Duration = Duration::from_millis(100);

/// One thread's loop: what it shares with the others, and its own part of answering.
#[derive(Debug)]
pub struct Worker {
    pub(crate) poller: Poller,
    /// Empty once the server is stopping.
    pub(crate) listeners: Arc<[Listener]>,
    /// Whether other workers have the same listeners.
    pub(crate) shares_listeners: bool,
    pub(crate) responder: Responder,
    /// A descriptor to close when no other is left, so that the next client can be accepted.
    pub(crate) spare: Option<OwnedFd>,
    /// The listeners that rest, and until when.
    pub(crate) resting: Vec<(usize, Instant)>,
    /// How often the loop runs at least, for the service manager.
    pub(crate) loop_period: Option<Duration>,
    /// When it has seen that the server stops.
    pub(crate) stopping_since: Option<Instant>,
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
                    Event::Listener(index) => self.serve(index, self.burst(index))?,
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
            let stage = self.shutdown.stage();
            if stage == Stage::Over {
                return Ok(());
            }
            self.tidy(now());
            if stage == Stage::Draining {
                self.drain(now())?;
            }
            if self.is_done() {
                return Ok(());
            }
        }
    }

    /// Answers one client that somebody else has accepted, and no other one: the server stops when it has closed.
    pub(crate) fn answer_alone(&mut self, client: Connection) {
        self.responder.answer(client.service, client.socket, client.peer);
        self.shutdown.advance(Stage::Draining);
    }

    /// Whether nothing is left to do. The first worker ends last, because it handles the second signal.
    fn is_done(&self) -> bool {
        let others_are_done = self.housekeeping.is_none() || self.shutdown.is_last_worker();
        self.listeners.is_empty() && self.responder.count_closing() == 0 && others_are_done
    }

    /// How many clients of a listener are taken at a time.
    fn burst(&self, index: usize) -> usize {
        let is_tcp = |listener: &Listener| listener.transport == Transport::Tcp;
        let is_shared = self.shares_listeners && self.listeners.get(index).is_some_and(is_tcp);
        if is_shared { SHARED_BURST } else { BURST }
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
                Ok((socket, peer)) => self.responder.answer(listener.service, socket, peer),
                Err(errno) => match AcceptError::from(errno) {
                    AcceptError::Empty => return Ok(()),
                    AcceptError::Transient => self.responder.counters.transient.increment(),
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

    /// Answers up to `limit` datagrams of one socket.
    fn receive(&mut self, index: usize, listener: &Listener, limit: usize) -> Result<(), Error> {
        let (mut left, mut failed) = (limit, 0);
        while left > 0 {
            match self.responder.receive(listener) {
                Ok(count) => {
                    (left, failed) = (left.saturating_sub(count), 0);
                    // Fewer than fit: no more have come, or epoll reports them.
                    if count < BATCH {
                        return Ok(());
                    }
                }
                Err(Errno::EAGAIN) => return Ok(()),
                Err(errno) => {
                    // An earlier reply was refused by its receiver (ICMP).
                    self.responder.counters.transient.increment();
                    failed += 1;
                    if failed == FAILED_DATAGRAMS {
                        return self.rest(index, "recvmmsg", errno);
                    }
                }
            }
        }
        Ok(())
    }

    /// Frees a descriptor: that of the oldest closing connection of all, or else the spare one. False if there is neither.
    fn free_descriptor(&mut self) -> bool {
        self.responder.evict() || self.spare.take().is_some()
    }

    /// Leaves a listener alone for a while: it stays readable, so a loop that tried again at once would use a whole core.
    fn rest(&mut self, index: usize, call: &'static str, errno: Errno) -> Result<(), Error> {
        let now = now();
        self.responder.log.log_fault(call, errno, now);
        if self.resting.iter().all(|(resting, _)| *resting != index) {
            self.resting.push((index, now + REST));
            self.poller.remove_listener(&self.listeners[index])?;
        }
        Ok(())
    }

    /// Takes up the listeners that have rested. What fails for a lack of memory is tried again after another rest.
    fn resume(&mut self, now: Instant) {
        let (poller, listeners, log) = (&self.poller, &self.listeners, &self.responder.log);
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
        self.responder.tidy(now);
        self.responder.counters.iterations.increment();
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
    ///
    /// Whoever is in the queue when a listener is closed is reset, and one more may have come after every look at it. So
    /// listeners that nobody else has take no new clients any more from before the last look.
    ///
    /// Passed sockets stay open. Their clients would wait until this server has ended and the next one has started, and one
    /// idle client can delay that by `--linger`: so they are answered here as long as a connection of before the stop lingers.
    fn drain(&mut self, now: Instant) -> Result<(), Error> {
        if self.listeners.is_empty() {
            return Ok(());
        }
        let since = *self.stopping_since.get_or_insert(now);
        let (own, passed): (Vec<_>, Vec<_>) =
            self.listeners.iter().partition(|listener| listener.is_own);
        if !passed.is_empty() && self.responder.lingers_since(since) {
            return Ok(());
        }
        for listener in own.into_iter().filter(|listener| listener.transport == Transport::Tcp) {
            // Where a sandbox forbids it, the risk stays.
            sys::take_no_syn(listener.socket.as_fd()).ok();
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
        self.responder.count_closing();
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
            self.responder.wake_at(),
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

/// Rounded up to a millisecond: who wakes up too early has to wait once more.
fn timeout(left: Duration) -> EpollTimeout {
    let milliseconds = left.as_nanos().div_ceil(1_000_000);
    EpollTimeout::try_from(milliseconds).unwrap_or(EpollTimeout::MAX)
}

/// A descriptor that is open only to be closed when another one is needed.
pub(crate) fn spare_descriptor() -> Option<OwnedFd> {
    File::open("/dev/null").ok().map(OwnedFd::from)
}
