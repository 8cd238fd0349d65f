//! Opens the sockets, checks them against the configuration, and starts the workers. What they do is [`crate::worker`]'s.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use common::clock::now;

use crate::args::{Config, check_length};
use crate::error::Error;
use crate::net::activation::{self, Connection, Passed};
use crate::net::inetd;
use crate::net::listener::{self, Listener};
use crate::net::poller::Poller;
use crate::net::udp::Requests;
use crate::ops::descriptors;
use crate::ops::housekeeping::Housekeeping;
use crate::ops::log::{self, ClientLog};
use crate::ops::shutdown::{Shutdown, Stage};
use crate::ops::signals;
use crate::ops::stats::Counters;
use crate::ops::systemd::ServiceManager;
use crate::policy::admission::Admission;
use crate::policy::closing::ClosingConnections;
use crate::reply::Reply;
use crate::reply::clock::Clock;
use crate::responder::Responder;
use crate::service::{Service, Transport};
use crate::worker::{Worker, spare_descriptor};

/// Opens the sockets or takes those that were passed, logs where they are and serves until INT or TERM.
///
/// # Errors
/// Those of [`activation::passed`] and [`listener::open`], options that do not fit together, and system calls that
/// never should fail.
pub fn run(config: &Config) -> Result<(), Error> {
    signals::block_those_of_output()?;
    let limit = descriptors::raise_limit();
    let Sockets { listeners, connection, are_passed } = sockets(config)?;
    let served = listeners.iter().map(|listener| (listener.service, listener.transport));
    let served = served.chain(connection.iter().map(|client| (client.service, Transport::Tcp)));
    check(config, &served.collect::<Vec<_>>())?;
    if config.zone.has_default_rules {
        tracing::warn!(
            "TZ does not say when daylight saving time begins: taken to be as in the USA. Write CET-1CEST,M3.5.0,M10.5.0/3, or a name like Europe/Berlin."
        );
    }
    let workers = if connection.is_some() { 1 } else { config.workers };
    let capacity = descriptors::closing_capacity(
        limit,
        descriptors::open(limit),
        workers,
        config.max_lingering,
    )?;
    // Passed sockets are served while the connections of before the stop linger, then their last clients may.
    let manager = ServiceManager::from_environment(config.linger * 2, now());
    let shared = Shared {
        config,
        listeners: listeners.into(),
        loop_period: manager.loop_period(workers),
        shutdown: Arc::new(Shutdown::new(workers)?),
        counters: (0..workers).map(|_| Arc::default()).collect(),
        admission: Arc::new(Admission::new(config.allow.clone(), config.rate, now())),
        closing: Arc::new(ClosingConnections::new(workers, capacity, config.linger, now())),
        log: Arc::default(),
    };
    let (shutdown, counters) = (Arc::clone(&shared.shutdown), shared.counters.clone());
    let housekeeping = Housekeeping::new(shutdown, counters, config.stats, manager, now())?;
    let others: Result<Vec<Worker>, Error> =
        (1..workers).map(|index| shared.worker(index, None)).collect();
    let others = others?;
    let mut first = shared.worker(0, Some(housekeeping))?;
    if !first.responder.clock.health.is_synchronised {
        shared.warn_unsynchronised();
    }
    if let Some(client) = connection {
        first.answer_alone(client);
    }
    let is_ready = || {
        log::log_listeners(&shared.listeners, are_passed);
        // From here on only the workers have the listeners: they are closed when the last worker has dropped its share.
        drop(shared);
    };
    run_all(first, others, is_ready)
}

/// What the workers are made of and share.
struct Shared<'a> {
    config: &'a Config,
    listeners: Arc<[Listener]>,
    loop_period: Option<Duration>,
    shutdown: Arc<Shutdown>,
    /// Those of each worker.
    counters: Vec<Arc<Counters>>,
    admission: Arc<Admission>,
    closing: Arc<ClosingConnections<OwnedFd>>,
    log: Arc<ClientLog>,
}

impl Shared<'_> {
    fn worker(&self, index: usize, housekeeping: Option<Housekeeping>) -> Result<Worker, Error> {
        let poller = Poller::new(&self.shutdown.event)?;
        for (index, listener) in self.listeners.iter().enumerate() {
            poller.add_listener(index, listener).map_err(Error::system("epoll_ctl"))?;
        }
        if let Some(housekeeping) = &housekeeping {
            poller.add_signals(&housekeeping.signals)?;
            if housekeeping.prints_stats() {
                poller.add_stdout(io::stdout());
            }
        }
        let config = self.config;
        let responder = Responder {
            worker: index,
            stratum: config.stratum,
            own_ports: self.listeners.iter().map(|listener| listener.address.port()).collect(),
            admission: Arc::clone(&self.admission),
            clock: Clock::new(config.zone.clone(), housekeeping.is_some()),
            reply: Reply::new(config.format.clone(), config.require_sync),
            requests: Requests::default(),
            closing: Arc::clone(&self.closing),
            log: Arc::clone(&self.log),
            counters: Arc::clone(&self.counters[index]),
        };
        Ok(Worker {
            poller,
            listeners: Arc::clone(&self.listeners),
            shares_listeners: self.counters.len() > 1,
            responder,
            spare: spare_descriptor(),
            resting: Vec::new(),
            loop_period: self.loop_period,
            stopping_since: None,
            shutdown: Arc::clone(&self.shutdown),
            housekeeping,
        })
    }

    /// Warns of services that give clients no time while the clock is not synchronised.
    fn warn_unsynchronised(&self) {
        const NOT: &str =
            "The kernel's clock is not synchronised ('timedatectl' shows why): until it is,";
        let serves_ntp = self.listeners.iter().any(|listener| listener.service == Service::Ntp);
        if self.config.require_sync {
            tracing::warn!("{NOT} the Time Protocol is not answered (--require-sync).");
        }
        if serves_ntp && self.config.stratum.is_none() {
            tracing::warn!(
                "{NOT} clients of NTP are told so and do not use it. --stratum 10 vouches for it."
            );
        }
    }
}

/// What is served, and whether somebody else has opened it.
struct Sockets {
    listeners: Vec<Listener>,
    connection: Option<Connection>,
    are_passed: bool,
}

/// The sockets that were passed, or else those that the configuration asks for.
fn sockets(config: &Config) -> Result<Sockets, Error> {
    let passed = match activation::passed(config)? {
        None => inetd::inherited(config)?,
        passed => passed,
    };
    let are_passed = passed.is_some();
    let (listeners, connection) = match passed {
        Some(Passed::Listeners(listeners)) => (listeners, None),
        Some(Passed::Connection(client)) => (Vec::new(), Some(client)),
        None => (listener::open(config)?, None),
    };
    Ok(Sockets { listeners, connection, are_passed })
}

/// Checks the configuration against what is served: with passed sockets, they alone show that.
fn check(config: &Config, served: &[(Service, Transport)]) -> Result<(), Error> {
    if config.require_sync && !served.iter().any(|(service, _)| *service == Service::Time) {
        return Err(Error::Conflict(
            "--require-sync is about the Time Protocol alone: give it a --time-port".to_owned(),
        ));
    }
    if config.stratum.is_some() && !served.iter().any(|(service, _)| *service == Service::Ntp) {
        return Err(Error::Conflict(
            "--stratum is about NTP alone: give it an --ntp-port, or with systemd enable time-server-ntp.socket".to_owned(),
        ));
    }
    let has_udp = served.contains(&(Service::Daytime, Transport::Udp));
    let transport = if has_udp { Transport::Udp } else { Transport::Tcp };
    check_length(&config.format, &config.zone, transport)
}

/// The first worker runs here, the others each in a thread of their own. The server is announced once all have started.
fn run_all(first: Worker, others: Vec<Worker>, is_ready: impl FnOnce()) -> Result<(), Error> {
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for (number, worker) in (2..).zip(others) {
            let thread = thread::Builder::new().name(format!("worker {number}"));
            let started = thread.spawn_scoped(scope, || worker.run());
            threads.push(started.map_err(|source| {
                // The scope waits for those that have started.
                first.shutdown.advance(Stage::Over);
                Error::Worker { number, source }
            })?);
        }
        is_ready();
        first.housekeeping.iter().for_each(Housekeeping::notify_ready);
        let first = first.run();
        let others = threads.into_iter().map(|thread| thread.join().unwrap_or(Ok(())));
        others.fold(first, Result::and)
    })
}
