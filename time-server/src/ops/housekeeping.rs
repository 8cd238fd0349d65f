//! What the first worker's loop does for the whole server: it handles signals, prints the statistics, ends when stdout is
//! closed, and notifies the service manager. What is counted is [`crate::ops::stats`]'s, how the workers stop
//! [`crate::ops::shutdown`]'s.

use std::io::{Stdout, stdout};
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::output::Output;
use common::stop::{Request, StopRequests};
use common::words;
use nix::sys::signal::Signal;
use nix::sys::signalfd::SignalFd;
use tracing::Level;

use crate::error::Error;
use crate::ops::shutdown::{Shutdown, Stage};
use crate::ops::signals;
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
    /// What the last line was about, and when it was printed.
    before: Totals,
    since: Instant,
}

impl Housekeeping {
    /// Blocks the signals: to be called before any thread is started, so that all inherit it. `period` is that of the
    /// statistics on stdout.
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
        let signals = signals::block(&[Signal::SIGUSR1])?;
        let printer = period.map(|period| StatsPrinter {
            out: Output::new(stdout()),
            period,
            due: now + period,
            before: Totals::default(),
            since: now,
        });
        let requests = StopRequests::default();
        Ok(Self { signals, requests, shutdown, workers, printer, manager })
    }

    /// Whether statistics are printed on stdout.
    pub fn prints_stats(&self) -> bool {
        self.printer.is_some()
    }

    /// Handles the signals that have come: USR1 reports the totals, INT, TERM and HUP stop the server.
    pub fn handle_signals(&mut self, now: Instant) {
        while let Ok(Some(signal)) = self.signals.read_signal() {
            if i32::try_from(signal.ssi_signo) == Ok(Signal::SIGUSR1 as i32) {
                self.report_totals();
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
        let workers = &self.workers;
        // Each worker's counts are in cache lines of its own, so they are summed only when the sums are needed.
        let totals = || sum(workers);
        // While the server stops, another worker ends once it has nothing left to do: the watchdog watches the first alone.
        let watched = if self.shutdown.stage() == Stage::Serving { usize::MAX } else { 1 };
        let iterations = workers.iter().map(|worker| worker.iterations.get()).take(watched);
        self.manager.tick(now, totals, iterations);
        let Some(printer) = &mut self.printer else { return };
        if printer.due <= now {
            let line = printer.line(totals(), now);
            printer.out.push(line.as_bytes());
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
        tracing::info!("{}", sum(&self.workers));
    }

    /// Reports what was counted since the start: somebody has asked, so with `-q` too.
    fn report_totals(&self) {
        if tracing::enabled!(Level::INFO) {
            self.log_totals();
        } else {
            tracing::warn!("{}", sum(&self.workers));
        }
    }

    /// Logs that no more clients are accepted.
    pub fn log_stopping(&self) {
        let closing = sum(&self.workers).lingering();
        let connections = words::count(closing, "connection");
        let are = if closing == 1 { "is" } else { "are" };
        tracing::info!(closing, "Stopping; {connections} {are} still closing.");
    }
}

fn sum(workers: &[Arc<Counters>]) -> Totals {
    Totals::sum(workers.iter().map(AsRef::as_ref))
}

impl StatsPrinter {
    /// The line that is due, about the time since the last one.
    fn line(&mut self, totals: Totals, now: Instant) -> String {
        let line = totals.rates_since(&self.before, now.saturating_duration_since(self.since));
        (self.before, self.since) = (totals, now);
        // Absolute deadlines do not drift; periods that were missed (the process was stopped, say) are skipped.
        let missed = (now - self.due).as_nanos() / self.period.as_nanos();
        self.due += self.period * u32::try_from(missed + 1).unwrap_or(u32::MAX);
        line
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any instant will do to start from")]
mod tests {
    use super::*;

    #[test]
    fn after_a_stall_the_rates_are_those_of_the_time_that_passed() {
        let start = Instant::now();
        let period = Duration::from_secs(1);
        let mut printer = StatsPrinter {
            out: Output::new(stdout()),
            period,
            due: start + period,
            before: Totals::default(),
            since: start,
        };
        let worker = Counters::default();
        let mut line = |more, seconds| {
            worker.connections.add(more);
            printer.line(Totals::sum([&worker].into_iter()), start + Duration::from_secs(seconds))
        };
        assert!(line(7, 1).starts_with("connections/s=7 "));
        assert!(line(90, 10).starts_with("connections/s=10 "));
        assert!(line(3, 11).starts_with("connections/s=3 "));
    }
}
