//! The loop: accept → reply → send → shutdown → linger → close. It executes; what a reply says
//! ([`crate::reply`]), how long a connection lingers ([`crate::linger`]) and what an error means
//! ([`crate::accept`]) is decided elsewhere.

use std::fs::File;
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use chrono::Utc;
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::socket::{MsgFlags, Shutdown, send, shutdown};

use crate::accept::Verdict;
use crate::args::Config;
use crate::clock::Health;
use crate::error::Error;
use crate::linger::{Probe, Ring};
use crate::listener::{self, Listener};
use crate::log::ClientLog;
use crate::reply::Reply;
use crate::sys;

/// How many clients are answered before the loop looks at anything else.
const BURST: usize = 64;
/// At most this many queued clients are still answered after TERM: a flood must not keep the server alive.
const LAST_BURST: usize = 1 << 16;
/// How long accepting rests when neither memory nor a descriptor can be had; the clients wait in the queue.
const PAUSE: Duration = Duration::from_millis(50);
/// How often a stuck stderr is tried again.
const STDERR_RETRY: Duration = Duration::from_millis(100);
/// Descriptors for everything but closing connections.
const RESERVED_DESCRIPTORS: u64 = 64;
/// How much one look at a closing connection throws away at most, in bytes.
const DISCARD_AT_ONCE: usize = 1 << 18;

/// The event of a signal; listeners have their index.
const SIGNALS: u64 = u64::MAX;

/// The server: its listeners, and the connections that are closing.
#[derive(Debug)]
pub struct Server {
    epoll: Epoll,
    signals: SignalFd,
    listeners: Vec<Listener>,
    reply: Reply,
    closing: Ring<OwnedFd>,
    /// A descriptor to give up when no other is left, so that the next client can be accepted.
    spare: Option<OwnedFd>,
    paused_until: Option<Instant>,
    is_stopping: bool,
    log: ClientLog,
}

impl Server {
    /// Opens the listening sockets and says where they are.
    ///
    /// # Errors
    /// What [`listener::open`] tells, and system calls that never should fail.
    pub fn open(config: Config) -> Result<Self, Error> {
        let listeners = listener::open(&config.bind, config.port)?;
        let epoll =
            Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).map_err(Error::system("epoll_create1"))?;
        for (index, listener) in (0..).zip(&listeners) {
            let event = EpollEvent::new(EpollFlags::EPOLLIN, index);
            epoll.add(&listener.socket, event).map_err(Error::system("epoll_ctl"))?;
        }
        let signals = receive_signals()?;
        let event = EpollEvent::new(EpollFlags::EPOLLIN, SIGNALS);
        epoll.add(signals.as_fd(), event).map_err(Error::system("epoll_ctl"))?;
        let capacity = ring_capacity(config.max_lingering);
        crate::log::starting(&listeners);
        Ok(Self {
            epoll,
            signals,
            listeners,
            reply: Reply::new(config.format, config.zone),
            closing: Ring::new(capacity, config.linger),
            spare: spare_descriptor(),
            paused_until: None,
            is_stopping: false,
            log: ClientLog::new(),
        })
    }

    /// Answers clients until INT or TERM, then those that wait already, then lets what is closing finish;
    /// a second signal ends it at once.
    ///
    /// # Errors
    /// A listener broke, or a system call failed that never should.
    pub fn run(mut self) -> Result<(), Error> {
        while !(self.is_stopping && self.closing.is_empty()) {
            for event in self.wait()? {
                match event {
                    SIGNALS if self.is_stopping => return Ok(()),
                    SIGNALS => self.stop()?,
                    index => self.serve(usize::try_from(index).unwrap_or(usize::MAX), BURST)?,
                }
            }
            self.tidy(now())?;
        }
        Ok(())
    }

    /// Accepts and answers up to `limit` clients of one listener.
    fn serve(&mut self, index: usize, limit: usize) -> Result<(), Error> {
        for _ in 0..limit {
            let Some(listener) = self.listeners.get(index) else {
                return Ok(());
            };
            match sys::accept(listener.socket.as_fd()) {
                Ok((socket, peer)) => self.answer(socket, peer),
                Err(errno) => match Verdict::of(errno) {
                    Verdict::Empty => return Ok(()),
                    Verdict::Transient => {
                        tracing::debug!("a client was lost before it was accepted: {errno}");
                    }
                    Verdict::NoDescriptor if self.make_room() => {}
                    Verdict::NoDescriptor | Verdict::NoMemory => return self.pause(errno),
                    Verdict::Fatal => {
                        return Err(Error::System { call: "accept4", errno });
                    }
                },
            }
        }
        Ok(())
    }

    /// One client's reply, whole and at once, then the end of our side; its end may take a while.
    fn answer(&mut self, socket: OwnedFd, peer: Option<SocketAddr>) {
        let reply = self.reply.at(Utc::now(), Health::read);
        let outcome = send(socket.as_raw_fd(), reply, MsgFlags::MSG_NOSIGNAL)
            .and_then(|_| shutdown(socket.as_raw_fd(), Shutdown::Write));
        let now = now();
        self.log.client(peer, outcome, now);
        if outcome.is_ok() {
            // An evicted connection closes here, by being dropped.
            self.closing.push(socket, now);
        }
    }

    /// At the descriptor limit the oldest closing connection makes room, or the spare descriptor.
    fn make_room(&mut self) -> bool {
        self.closing.evict().or_else(|| self.spare.take()).is_some()
    }

    /// What is due between two clients: closing what has finished, telling what was held back, resuming.
    fn tidy(&mut self, now: Instant) -> Result<(), Error> {
        self.closing.sweep(now, probe);
        self.log.tell_held(now);
        if self.spare.is_none() {
            self.spare = spare_descriptor();
        }
        if self.paused_until.is_some_and(|end| end <= now) {
            self.paused_until = None;
            self.listen(EpollFlags::EPOLLIN)?;
        }
        let mut stderr = common::logging::stderr().lock();
        if stderr.is_pending() {
            stderr.flush();
        }
        Ok(())
    }

    /// Rests accepting: a queue that cannot be emptied stays readable, and asking again at once would spin.
    fn pause(&mut self, errno: Errno) -> Result<(), Error> {
        self.log.exhausted(errno, now());
        self.paused_until = Some(now() + PAUSE);
        self.listen(EpollFlags::empty())
    }

    fn listen(&self, interest: EpollFlags) -> Result<(), Error> {
        for (index, listener) in (0..).zip(&self.listeners) {
            let mut event = EpollEvent::new(interest, index);
            self.epoll.modify(&listener.socket, &mut event).map_err(Error::system("epoll_ctl"))?;
        }
        Ok(())
    }

    /// Answers who waits already and closes the listeners.
    fn stop(&mut self) -> Result<(), Error> {
        while let Ok(Some(_)) = self.signals.read_signal() {}
        for index in 0..self.listeners.len() {
            self.serve(index, LAST_BURST)?;
        }
        self.listeners.clear();
        self.paused_until = None;
        self.is_stopping = true;
        tracing::info!("Stopping; {} connections are still closing.", self.closing.len());
        Ok(())
    }

    /// Waits for the next client, signal or due time.
    fn wait(&mut self) -> Result<impl Iterator<Item = u64> + use<>, Error> {
        let stderr_is_stuck = common::logging::stderr().lock().is_pending();
        let retry = stderr_is_stuck.then(|| now() + STDERR_RETRY);
        let due = [self.closing.wake_at(), self.log.wake_at(), self.paused_until, retry];
        let timeout = match due.into_iter().flatten().min() {
            Some(due) => timeout(due.saturating_duration_since(now())),
            None => EpollTimeout::NONE,
        };
        let mut events = [EpollEvent::empty(); 8];
        let count = match self.epoll.wait(&mut events, timeout) {
            Err(Errno::EINTR) => 0,
            count => count.map_err(Error::system("epoll_wait"))?,
        };
        Ok(events.into_iter().take(count).map(|event| event.data()))
    }
}

/// Rounded up to a millisecond: waking before the time would be waking twice.
fn timeout(left: Duration) -> EpollTimeout {
    let milliseconds = left.as_nanos().div_ceil(1_000_000);
    EpollTimeout::try_from(milliseconds).unwrap_or(EpollTimeout::MAX)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the outermost loop reads the clock for all it calls"
)]
fn now() -> Instant {
    Instant::now()
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

/// INT and TERM as data: blocked, and read from a descriptor (signalfd(2)).
fn receive_signals() -> Result<SignalFd, Error> {
    let signals = SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM]);
    signals.thread_block().map_err(Error::system("sigprocmask"))?;
    let flags = SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC;
    SignalFd::with_flags(&signals, flags).map_err(Error::system("signalfd"))
}

/// How many connections may be closing: what is asked for, as far as the descriptors go. Raises their limit
/// to the hard one, which needs no right (getrlimit(2)).
fn ring_capacity(wanted: usize) -> usize {
    let descriptors = getrlimit(Resource::RLIMIT_NOFILE).map_or(1024, |(soft, hard)| {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard).map_or(soft, |()| hard)
    });
    let most =
        usize::try_from(descriptors.saturating_sub(RESERVED_DESCRIPTORS)).unwrap_or(usize::MAX);
    if most < wanted {
        tracing::warn!(
            "At most {most} connections can be closing at once, by the limit on descriptors (ulimit -Hn)."
        );
    }
    wanted.min(most)
}

fn spare_descriptor() -> Option<OwnedFd> {
    File::open("/dev/null").ok().map(OwnedFd::from)
}
