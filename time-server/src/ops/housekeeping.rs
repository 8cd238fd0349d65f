//! What the first worker's loop does for the whole server: it handles signals, prints the statistics, ends when stdout is
//! closed, and notifies the service manager. What is counted is [`crate::ops::stats`]'s, how the workers stop
//! [`crate::ops::shutdown`]'s.

use std::io::{Stdout, stdout};
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::output::Output;
use common::stop::{self, Request, StopRequests};
use common::words;
use nix::sys::signal::Signal;
use nix::sys::signalfd::{SfdFlags, SignalFd};

use crate::error::Error;
use crate::ops::shutdown::{Shutdown, Stage};
use crate::ops::stats::{Counters, Totals};
use crate::ops::systemd::ServiceManager;

/// The work that is done once, not by each worker.
#[derive(Debug)]
pub struct Housekeeping {
    /// INT, TERM, HUP and USR1 as data.
    pub signals: SignalFd,
    requests: StopRequests,
    shutdown: Arc<Shutdown>,
    workers: Vec<Arc<Counters>>,
    printer: Option<StatsPrinter>,
    manager: ServiceManager,
}

/// Prints one line of statistics every period.
#[derive(Debug)]
struct StatsPrinter {
    out: Output<Stdout>,
    period: Duration,
    due: Instant,
    before: Totals,
}

impl Housekeeping {
    /// Blocks the signals (before any thread is started, so that all inherit it) and reads them from a
    /// descriptor, signalfd(2). `period` is that of the statistics on stdout.
    ///
    /// # Errors
    /// No descriptor is left.
    pub fn new(
        shutdown: Arc<Shutdown>,
        workers: Vec<Arc<Counters>>,
        period: Option<Duration>,
        manager: ServiceManager,
        now: Instant,
    ) -> Result<Self, Error> {
        let mut signals = stop::signals();
        signals.add(Signal::SIGUSR1);
        signals.thread_block().map_err(Error::system("sigprocmask"))?;
        let flags = SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC;
        let signals = SignalFd::with_flags(&signals, flags).map_err(Error::system("signalfd"))?;
        let printer = period.map(|period| StatsPrinter {
            out: Output::new(stdout()),
            period,
            due: now + period,
            before: Totals::default(),
        });
        let requests = StopRequests::default();
        Ok(Self { signals, requests, shutdown, workers, printer, manager })
    }

    /// Whether statistics are printed on stdout.
    pub fn prints_stats(&self) -> bool {
        self.printer.is_some()
    }

    /// Handles the signals that have come: USR1 logs the totals, INT, TERM and HUP stop the server.
    pub fn handle_signals(&mut self, now: Instant) {
        while let Ok(Some(signal)) = self.signals.read_signal() {
            if i32::try_from(signal.ssi_signo) == Ok(Signal::SIGUSR1 as i32) {
                self.log_totals();
            } else {
                let request = self.requests.signal(now);
                self.stop(request);
            }
        }
    }

    /// Stops the server because stdout takes nothing any more.
    pub fn handle_closed_stdout(&mut self, now: Instant) {
        let request = self.requests.output_closed(now);
        self.stop(request);
    }

    /// The first request lets clients be answered and connections close; a second one ends the server at once.
    fn stop(&self, request: Request) {
        match request {
            Request::First => {
                self.manager.notify_stopping();
                self.shutdown.advance(Stage::Draining);
            }
            Request::Same => {}
            Request::Second => self.shutdown.advance(Stage::Over),
        }
    }

    /// Notifies the service manager that clients are answered from now on.
    pub fn notify_ready(&self) {
        self.manager.notify_ready();
    }

    /// Prints the statistics and notifies the service manager, if that is due.
    pub fn tick(&mut self, now: Instant) {
        let totals = self.totals();
        // While the server stops, another worker ends once it has nothing left to do: the watchdog watches the first alone.
        let watched = if self.shutdown.stage() == Stage::Serving { usize::MAX } else { 1 };
        let iterations = self.workers.iter().map(|worker| worker.iterations.get()).take(watched);
        self.manager.tick(now, &totals, iterations);
        let Some(printer) = &mut self.printer else { return };
        if printer.due <= now {
            let line = totals.rates_since(&printer.before, printer.period);
            printer.out.push(line.as_bytes());
            printer.before = totals;
            // Absolute deadlines do not drift; periods that were missed (the process was stopped, say) are skipped.
            let missed = (now - printer.due).as_nanos() / printer.period.as_nanos();
            printer.due += printer.period * u32::try_from(missed + 1).unwrap_or(u32::MAX);
        } else if printer.out.is_pending() {
            printer.out.flush();
        }
        if printer.out.is_closed() {
            self.handle_closed_stdout(now);
        }
    }

    /// Whether the statistics were printed.
    ///
    /// # Errors
    /// A write to stdout failed, and not because its reader has closed it: the disk is full, say.
    pub fn check_printed(&self) -> Result<(), Error> {
        let failure = self.printer.as_ref().and_then(|printer| printer.out.failure());
        failure.map_or(Ok(()), |errno| Err(Error::Stdout(errno.into())))
    }

    /// When [`Self::tick`] is due next.
    pub fn wake_at(&self) -> Option<Instant> {
        let stats = self.printer.as_ref().map(|printer| printer.due);
        stats.into_iter().chain(self.manager.wake_at()).min()
    }

    /// Logs what was counted since the start.
    pub fn log_totals(&self) {
        tracing::info!("{}", self.totals());
    }

    /// Logs that no more clients are accepted.
    pub fn log_stopping(&self) {
        let closing = self.totals().lingering();
        let connections = words::count(closing, "connection");
        let are = if closing == 1 { "is" } else { "are" };
        tracing::info!(closing, "Stopping; {connections} {are} still closing.");
    }

    fn totals(&self) -> Totals {
        Totals::sum(self.workers.iter().map(AsRef::as_ref))
    }
}
