//! What the supervisor has decided is done: runs are started, signals sent, lines shown and logged.

use std::time::Instant;

use common::clock;
use common::words::count;
use nix::sys::signal::Signal;
use tracing::{error, info, warn};

use super::EventLoop;
use crate::process::snapshot::Target;
use crate::process::{deliver, signals};
use crate::report::human::HumanDuration;
use crate::report::text;
use crate::supervisor::{Action, Event};

impl EventLoop<'_> {
    /// Gives the supervisor an event and does the actions that follow.
    pub(super) fn handle(&mut self, event: Event) {
        self.supervisor.handle(clock::now(), event);
        while let Some(action) = self.supervisor.next_action() {
            self.act(action);
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::ShowTick(number) => self.show(&format!("{number}\n")),
            Action::Start { run, due } => self.start(run, due),
            Action::Signal { targets, signal } => self.signal(&targets, signal),
            Action::Suspend(signal) => self.suspend(signal),
            Action::LogMissed(ticks) => info!(ticks, "missed {}", count(ticks, "tick")),
            Action::LogSkipped(runs) => {
                info!(runs, "skipped {}: others were still going", count(runs, "run"));
            }
            Action::LogStopped { run, pid, signal } => text::log_stopped(run, pid, signal),
            Action::LogRun(report) => text::log_run(&report, &self.config.command),
            Action::LogLeftover(leftover) => text::log_leftover(&leftover),
            Action::LogStopping { runs } => {
                let grace = HumanDuration(self.config.policy.grace);
                let what = count(runs as u64, "run");
                info!(runs, "stopping: TERM to {what}, and KILL to what is left after {grace}");
            }
            Action::LogDaemon { pid, name } => text::log_daemon(pid, &name),
            Action::LogUnclear { pid, name } => text::log_unclear(pid, &name),
            Action::LogSurvivor(survivor) => text::log_survivor(&survivor),
            Action::LogRefused { pid, name, signal, errno } => {
                text::log_refused(pid, &name, signal, errno);
            }
            Action::LogBlind(problem) => warn!(
                "cannot look for processes in /proc: {problem}; what leaves its run's group is not found"
            ),
        }
    }

    fn signal(&mut self, targets: &[Target], signal: Signal) {
        for target in targets {
            if let Err(errno) = deliver::send(*target, signal) {
                self.supervisor
                    .handle(clock::now(), Event::Refused { target: *target, signal, errno });
            }
        }
    }

    fn start(&mut self, run: u64, due: Instant) {
        self.show("About to fork...\n");
        // Read before the fork: the child may run, and even end, before fork(2) returns here.
        let started = clock::now();
        let event = match self.command.start() {
            Ok(pid) => Event::Started { run, due, pid },
            Err(errno) => Event::NotStarted { run, due, errno },
        };
        self.supervisor.handle(started, event);
    }

    fn suspend(&mut self, signal: Signal) {
        let before = clock::now();
        if let Err(errno) = signals::suspend(signal) {
            error!("cannot stop: {}", errno.desc());
        }
        let now = clock::now();
        let after = now.saturating_duration_since(before);
        self.supervisor.handle(now, Event::Continued { after });
    }

    fn show(&mut self, line: &str) {
        if self.config.shows_ticks {
            self.stdout.push(line.as_bytes());
        }
    }
}
