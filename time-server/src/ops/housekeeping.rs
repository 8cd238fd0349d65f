//! What one thread does for the whole server, in the first worker's loop: signals, the line of figures, the
//! reader of stdout, the service manager.

use std::io::{Stdout, stdout};
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::output::Output;
use common::plural;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

use crate::error::Error;
use crate::ops::shutdown::{Control, Stage};
use crate::ops::stats::{Counters, Totals};
use crate::ops::systemd::Reports;

/// The server's signals and figures.
#[derive(Debug)]
pub struct Master {
    /// INT, TERM and USR1 as data.
    pub signals: SignalFd,
    control: Arc<Control>,
    workers: Vec<Arc<Counters>>,
    printer: Option<Printer>,
    reports: Reports,
}

/// Prints a line of figures a period.
#[derive(Debug)]
struct Printer {
    out: Output<Stdout>,
    period: Duration,
    due: Instant,
    before: Totals,
}

impl Master {
    /// Blocks the signals (before any thread is started, so that all inherit it) and reads them from a
    /// descriptor, signalfd(2). `period` is that of the figures on stdout.
    ///
    /// # Errors
    /// No descriptor is left.
    pub fn new(
        control: Arc<Control>,
        workers: Vec<Arc<Counters>>,
        period: Option<Duration>,
        reports: Reports,
        now: Instant,
    ) -> Result<Self, Error> {
        let signals = SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM, Signal::SIGUSR1]);
        signals.thread_block().map_err(Error::system("sigprocmask"))?;
        let flags = SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC;
        let signals = SignalFd::with_flags(&signals, flags).map_err(Error::system("signalfd"))?;
        let printer = period.map(|period| Printer {
            out: Output::new(stdout()),
            period,
            due: now + period,
            before: Totals::default(),
        });
        Ok(Self { signals, control, workers, printer, reports })
    }

    /// Whether stdout has a reader to be watched.
    pub fn prints(&self) -> bool {
        self.printer.is_some()
    }

    /// Does what the signals that have come ask for.
    pub fn obey(&self) {
        while let Ok(Some(signal)) = self.signals.read_signal() {
            if i32::try_from(signal.ssi_signo) == Ok(Signal::SIGUSR1 as i32) {
                self.tell_totals();
            } else {
                self.stop();
            }
        }
    }

    /// Stops the server; what is already stopping ends at once.
    pub fn stop(&self) {
        let next = match self.control.stage() {
            Stage::Serving => {
                self.reports.stopping();
                Stage::Draining
            }
            Stage::Draining | Stage::Over => Stage::Over,
        };
        self.control.advance(next);
    }

    /// Says that clients are answered from now on.
    pub fn tell_ready(&self) {
        self.reports.ready();
    }

    /// Tells the figures, the service manager's beat and its status if they are due.
    pub fn tick(&mut self, now: Instant) {
        let totals = self.totals();
        // A worker that has nothing left to do while the server stops may end: it need not turn.
        let counted = if self.control.stage() == Stage::Serving { usize::MAX } else { 1 };
        let turns = self.workers.iter().map(|worker| worker.turns.get()).take(counted);
        self.reports.tick(now, &totals, turns);
        let Some(printer) = &mut self.printer else { return };
        if printer.due <= now {
            let line = totals.rates_since(&printer.before, printer.period);
            printer.out.push(line.as_bytes());
            printer.before = totals;
            // Absolute deadlines do not drift; periods that were missed (a stopped process) are left out.
            let missed = (now - printer.due).as_nanos() / printer.period.as_nanos();
            printer.due += printer.period * u32::try_from(missed + 1).unwrap_or(u32::MAX);
        } else if printer.out.is_pending() {
            printer.out.flush();
        }
        if printer.out.is_gone() && self.control.stage() == Stage::Serving {
            self.stop();
        }
    }

    /// Whether the figures reached stdout.
    ///
    /// # Errors
    /// They did not, and not because their reader had gone: the disk is full, say.
    pub fn printed(&self) -> Result<(), Error> {
        let failure = self.printer.as_ref().and_then(|printer| printer.out.failure());
        failure.map_or(Ok(()), |errno| Err(Error::Stdout(errno.into())))
    }

    /// When something of this is due next.
    pub fn wake_at(&self) -> Option<Instant> {
        let figures = self.printer.as_ref().map(|printer| printer.due);
        figures.into_iter().chain(self.reports.wake_at()).min()
    }

    /// Logs what was counted since the start.
    pub fn tell_totals(&self) {
        tracing::info!("{}", self.totals());
    }

    /// Logs that no more clients are accepted.
    pub fn tell_stopping(&self) {
        let closing = self.totals().lingering();
        let connections = plural::count(closing, "connection");
        let are = if closing == 1 { "is" } else { "are" };
        tracing::info!(closing, "Stopping; {connections} {are} still closing.");
    }

    fn totals(&self) -> Totals {
        Totals::sum(self.workers.iter().map(AsRef::as_ref))
    }
}
