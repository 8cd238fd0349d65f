//! How runs, and forker itself, come to an end: asked first, killed after the grace, given up at last.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::unistd::Pid;

use super::event::Action;
use super::{Phase, Supervisor};
use crate::report::run::Why;

/// How long a killed process may take to become a zombie before forker ends without it.
const KILLED_END_WITHIN: Duration = Duration::from_secs(2);

impl Supervisor {
    /// Acts on the deadlines of runs and of what they left.
    pub(super) fn pass_deadlines(&mut self, now: Instant) {
        let kill_at = self.kill_time(now);
        for (pid, run) in &mut self.runs {
            if run.deadline.is_none_or(|deadline| deadline > now) {
                continue;
            }
            let signal = if run.why.is_none() { Signal::SIGTERM } else { Signal::SIGKILL };
            run.deadline = run.why.is_none().then_some(kill_at);
            run.why.get_or_insert(Why::TimedOut);
            self.actions.push_back(Action::Signal { leader: *pid, signal });
        }
        let overdue = self.leftovers.extract_if(.., |_, kill_at| *kill_at <= now);
        self.actions
            .extend(overdue.map(|(leader, _)| Action::Signal { leader, signal: Signal::SIGKILL }));
    }

    pub(super) fn end_runs(&mut self, now: Instant, why: Why) {
        let kill_at = self.kill_time(now);
        for (pid, run) in self.runs.iter_mut().filter(|(_, run)| run.why.is_none()) {
            run.why = Some(why);
            run.deadline = Some(kill_at);
            self.actions.push_back(Action::Signal { leader: *pid, signal: Signal::SIGTERM });
        }
    }

    pub(super) fn kill_time(&self, now: Instant) -> Instant {
        now + self.policy.grace
    }

    /// The first signal asks everything to end, the second kills it.
    pub(super) fn stop(&mut self, now: Instant, signal: Signal) {
        if self.stopped_by.is_some() {
            self.kill(now);
        } else {
            self.stopped_by = Some(signal);
            self.begin_to_stop(now);
        }
    }

    pub(super) fn pass_on(&mut self, signal: Signal) {
        let leaders: Vec<Pid> = self.runs.keys().copied().collect();
        if !leaders.is_empty() {
            self.actions.push_back(Action::Pass { leaders, signal });
        }
    }

    /// Time in which everything stood still is held against nobody.
    pub(super) fn postpone(&mut self, after: Duration) {
        let runs = self.runs.values_mut().filter_map(|run| run.deadline.as_mut());
        let phase = match &mut self.phase {
            Phase::Stopping { kill_at: at } | Phase::Killed { give_up_at: at } => Some(at),
            Phase::Running | Phase::GivenUp => None,
        };
        for deadline in runs.chain(self.leftovers.values_mut()).chain(phase) {
            *deadline += after;
        }
    }

    pub(super) fn begin_to_stop(&mut self, now: Instant) {
        if self.phase != Phase::Running {
            return;
        }
        self.phase = Phase::Stopping { kill_at: self.kill_time(now) };
        self.waiting = None;
        if !self.runs.is_empty() {
            self.actions.push_back(Action::TellStopping { runs: self.runs.len() });
        }
        self.signal_all(Signal::SIGTERM);
    }

    pub(super) fn kill(&mut self, now: Instant) {
        if !matches!(self.phase, Phase::Killed { .. } | Phase::GivenUp) {
            self.phase = Phase::Killed { give_up_at: now + KILLED_END_WITHIN };
        }
        self.signal_all(Signal::SIGKILL);
    }

    pub(super) fn signal_all(&mut self, signal: Signal) {
        for run in self.runs.values_mut() {
            run.why.get_or_insert(Why::Stopped);
            run.deadline = None;
        }
        self.leftovers.clear();
        let leaders: Vec<Pid> = self.runs.keys().copied().collect();
        if self.policy.keep_orphans {
            self.actions
                .extend(leaders.into_iter().map(|leader| Action::Signal { leader, signal }));
        } else if self.has_children {
            self.actions.push_back(Action::SignalAll { leaders, signal });
        }
    }
}
