//! Opens the sockets, checks them against the configuration, and starts the workers. What they do is [`crate::worker`]'s.

use std::io;
use std::sync::Arc;
use std::thread;

use common::clock::now;

use crate::args::{Config, check_length};
use crate::error::Error;
use crate::net::activation;
use crate::net::listener::{self, Listener};
use crate::net::poller::Poller;
use crate::ops::descriptors;
use crate::ops::housekeeping::{self, Housekeeping};
use crate::ops::log::{self, ClientLog};
use crate::ops::shutdown::{Shutdown, Stage};
use crate::ops::stats::Counters;
use crate::ops::systemd::ServiceManager;
use crate::policy::admission::Admission;
use crate::policy::closing::ClosingConnections;
use crate::reply::Reply;
use crate::reply::clock::Clock;
use crate::service::{Service, Transport};
use crate::worker::{Worker, spare_descriptor};

/// Opens the sockets or takes those that were passed, logs where they are and serves until INT or TERM.
///
/// # Errors
/// Those of [`activation::listeners`] and [`listener::open`], options that do not fit together, and system calls that
/// never should fail.
pub fn run(config: &Config) -> Result<(), Error> {
    housekeeping::block_output_signals()?;
    let passed = activation::listeners(config)?;
    let limit = descriptors::raise_limit();
    let is_activated = !passed.is_empty();
    let listeners = if is_activated { passed } else { listener::open(config)? };
    check(config, &listeners)?;
    let capacity = descriptors::closing_capacity(
        limit,
        descriptors::open(limit),
        config.workers,
        config.max_lingering,
    )?;
    let listeners: Arc<[Listener]> = listeners.into();
    let manager = ServiceManager::from_environment(now());
    let loop_period = manager.loop_period();
    let shutdown = Arc::new(Shutdown::new(config.workers)?);
    let counters: Vec<Arc<Counters>> = (0..config.workers).map(|_| Arc::default()).collect();
    let housekeeping =
        Housekeeping::new(Arc::clone(&shutdown), counters.clone(), config.stats, manager, now())?;
    let admission = Arc::new(Admission::new(config.allow.clone(), config.rate, now()));
    let closing = ClosingConnections::new(config.workers, capacity, config.linger, now());
    let closing = Arc::new(closing);
    let log = Arc::new(ClientLog::default());

    let worker = |index: usize, housekeeping: Option<Housekeeping>| {
        let poller = Poller::new(&shutdown.event)?;
        poller.add_listeners(&listeners)?;
        if let Some(housekeeping) = &housekeeping {
            poller.add_signals(&housekeeping.signals)?;
            if housekeeping.prints_stats() {
                poller.add_stdout(io::stdout());
            }
        }
        Ok::<_, Error>(Worker {
            index,
            poller,
            listeners: Arc::clone(&listeners),
            own_ports: listeners.iter().map(|listener| listener.address.port()).collect(),
            admission: Arc::clone(&admission),
            clock: Clock::new(config.zone.clone(), housekeeping.is_some()),
            reply: Reply::new(config.format.clone(), config.require_sync),
            closing: Arc::clone(&closing),
            spare: spare_descriptor(),
            paused_until: None,
            log: Arc::clone(&log),
            counters: Arc::clone(&counters[index]),
            loop_period,
            shutdown: Arc::clone(&shutdown),
            housekeeping,
        })
    };
    let others: Result<Vec<Worker>, Error> =
        (1..config.workers).map(|index| worker(index, None)).collect();
    let others = others?;
    let first = worker(0, Some(housekeeping))?;
    let is_ready = || {
        log::log_listeners(&listeners, is_activated);
        // From here on only the workers have the listeners: they are closed when the last worker has dropped its share.
        drop(listeners);
    };
    run_all(first, others, is_ready)
}

/// Checks the configuration against the sockets: with passed ones, they alone show what is served.
fn check(config: &Config, listeners: &[Listener]) -> Result<(), Error> {
    let serves = |service| listeners.iter().filter(move |listener| listener.service == service);
    if config.require_sync && serves(Service::Time).next().is_none() {
        return Err(Error::Conflict(
            "--require-sync is about the Time Protocol alone: give it a --time-port".to_owned(),
        ));
    }
    let has_udp = serves(Service::Daytime).any(|listener| listener.transport == Transport::Udp);
    let transport = if has_udp { Transport::Udp } else { Transport::Tcp };
    check_length(&config.format, &config.zone, transport)
}

/// The first worker runs here, the others each in a thread of their own. Clients are told of the server once all have started.
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
