//! Puts the server together and starts its workers.

use std::io;
use std::sync::Arc;
use std::thread;

use common::clock::now;
use common::plural;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::args::Config;
use crate::error::Error;
use crate::net::activation;
use crate::net::listener::{self, Listener};
use crate::net::poller::Watch;
use crate::net::udp;
use crate::ops::housekeeping::Master;
use crate::ops::log::{self, ClientLog};
use crate::ops::shutdown::Control;
use crate::ops::stats::Counters;
use crate::ops::systemd::Reports;
use crate::policy::admission::Gate;
use crate::policy::linger::Ring;
use crate::reply::Reply;
use crate::reply::clock::Clock;
use crate::service::{Service, Transport};
use crate::worker::{Worker, spare_descriptor};

/// Descriptors for everything but closing connections.
const RESERVED_DESCRIPTORS: u64 = 64;

/// Opens the sockets or takes those that were passed, says where they are and serves until INT or TERM.
///
/// # Errors
/// What [`activation::listeners`] and [`listener::open`] tell, options that do not fit together, and system calls that never should fail.
pub fn run(config: &Config) -> Result<(), Error> {
    let passed = activation::listeners(config)?;
    let is_activated = !passed.is_empty();
    let listeners = if is_activated { passed } else { listener::open(config)? };
    check(config, &listeners)?;
    let listeners: Arc<[Listener]> = listeners.into();
    let reports = Reports::from_environment(now());
    let turn_period = reports.turn_period();
    let control = Arc::new(Control::new(config.workers)?);
    let counters: Vec<Arc<Counters>> = (0..config.workers).map(|_| Arc::default()).collect();
    let master = Master::new(Arc::clone(&control), counters.clone(), config.stats, reports, now())?;
    let capacity = ring_capacity(config.max_lingering) / config.workers;
    let gate = Arc::new(Gate::new(config.allow.clone(), config.rate, now()));

    let worker = |counters: &Arc<Counters>, master: Option<Master>| -> Result<Worker, Error> {
        let watch = Watch::new(&control.event)?;
        watch.add(&listeners)?;
        if let Some(master) = &master {
            watch.add_signals(&master.signals)?;
            if master.prints() {
                watch.add_stdout(std::os::fd::AsFd::as_fd(&io::stdout()));
            }
        }
        Ok(Worker {
            watch,
            listeners: Arc::clone(&listeners),
            own_ports: listeners.iter().map(|listener| listener.address.port()).collect(),
            gate: Arc::clone(&gate),
            clock: Clock::new(config.zone.clone(), master.is_some()),
            reply: Reply::new(config.format.clone(), config.require_sync),
            closing: Ring::new(capacity, config.linger, now()),
            spare: spare_descriptor(),
            paused_until: None,
            log: ClientLog::new(config.workers),
            counters: Arc::clone(counters),
            turn_period,
            control: Arc::clone(&control),
            master,
        })
    };
    let others: Result<Vec<Worker>, Error> =
        counters.iter().skip(1).map(|counters| worker(counters, None)).collect();
    let others = others?;
    let first = worker(&counters[0], Some(master))?;
    log::starting(&listeners, is_activated);
    first.master.iter().for_each(Master::tell_ready);
    // From here on the workers alone hold the listeners: when the last lets go, they close.
    drop(listeners);
    run_all(first, others)
}

/// What only the open sockets show: whether the configuration fits them.
fn check(config: &Config, listeners: &[Listener]) -> Result<(), Error> {
    let serves = |service| listeners.iter().filter(move |listener| listener.service == service);
    if config.require_sync && serves(Service::Time).next().is_none() {
        return Err(Error::Conflict(
            "--require-sync is about the Time Protocol alone: give it a --time-port".to_owned(),
        ));
    }
    let has_udp = serves(Service::Daytime).any(|listener| listener.transport == Transport::Udp);
    if has_udp && config.format.longest() > udp::LONGEST {
        return Err(Error::Conflict(format!(
            "this --format makes more than the {} bytes that a reply by UDP may have",
            udp::LONGEST
        )));
    }
    Ok(())
}

/// The first worker runs here, the others each in a thread of their own.
fn run_all(first: Worker, others: Vec<Worker>) -> Result<(), Error> {
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for (number, worker) in (2..).zip(others) {
            let thread = thread::Builder::new().name(format!("worker {number}"));
            let started = thread.spawn_scoped(scope, || worker.run());
            threads.push(started.map_err(Error::Thread)?);
        }
        let first = first.run();
        let others = threads.into_iter().map(|thread| thread.join().unwrap_or(Ok(())));
        others.fold(first, Result::and)
    })
}

/// How many connections may be closing: what is asked for, as far as the descriptors go. Raises their limit
/// to the hard one, which needs no right (getrlimit(2)).
fn ring_capacity(wanted: usize) -> usize {
    let descriptors = getrlimit(Resource::RLIMIT_NOFILE).map_or(1024, |(soft, hard)| {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard).map_or(soft, |()| hard)
    });
    let most = usize::try_from(descriptors.saturating_sub(RESERVED_DESCRIPTORS));
    let most = most.unwrap_or(usize::MAX).max(1);
    if most < wanted {
        let connections = plural::count(most as u64, "connection");
        tracing::warn!(
            "At most {connections} can be closing at once, by the limit on descriptors (ulimit -Hn)."
        );
    }
    wanted.min(most)
}
