//! How runs, and forker itself, are ended: TERM first, KILL after the grace, and in the end forker gives up.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::unistd::Pid;

use super::event::Action;
use super::{Phase, Supervisor};
use crate::report::run::EndReason;

/// How long forker waits for what it has killed. A process in an uninterruptible system call, or of another user, may
/// not end.
const KILLED_END_WITHIN: Duration = Duration::from_secs(2);

impl Supervisor {
    /// Sends the signals whose time has come: TERM at a timeout, KILL at the end of a grace.
    pub(super) fn expire(&mut self, now: Instant) {
        let kill_at = self.kill_time(now);
        for (pid, run) in &mut self.runs {
            if run.deadline.is_none_or(|deadline| deadline > now) {
                continue;
            }
            let is_first = run.end_reason.is_none();
            let signal = if is_first { Signal::SIGTERM } else { Signal::SIGKILL };
            run.deadline = is_first.then_some(kill_at);
            run.end_reason.get_or_insert(EndReason::TimedOut);
            self.actions.push_back(Action::Signal { leader: *pid, signal });
        }
        let expired = self.leftovers.extract_if(.., |_, kill_at| *kill_at <= now);
        self.actions
            .extend(expired.map(|(leader, _)| Action::Signal { leader, signal: Signal::SIGKILL }));
    }

    /// Ends every run that is not being ended already.
    pub(super) fn end_runs(&mut self, now: Instant, reason: EndReason) {
        let kill_at = self.kill_time(now);
        for (pid, run) in self.runs.iter_mut().filter(|(_, run)| run.end_reason.is_none()) {
            run.end_reason = Some(reason);
            run.deadline = Some(kill_at);
            self.actions.push_back(Action::Signal { leader: *pid, signal: Signal::SIGTERM });
        }
    }

    pub(super) fn kill_time(&self, now: Instant) -> Instant {
        now + self.policy.grace
    }

    /// The first signal to forker ends everything by TERM, the second by KILL.
    pub(super) fn stop(&mut self, now: Instant, signal: Signal) {
        if self.stopped_by.is_some() {
            self.kill(now);
        } else {
            self.stopped_by = Some(signal);
            self.begin_to_stop(now);
        }
    }

    /// Forwards a signal to every run.
    pub(super) fn forward(&mut self, signal: Signal) {
        let leaders = self.leaders();
        if !leaders.is_empty() {
            self.actions.push_back(Action::Forward { leaders, signal });
        }
    }

    /// Moves every deadline by the time during which runs and forker were stopped: no run could use that time.
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
        self.replacement_due = None;
        if !self.runs.is_empty() {
            self.actions.push_back(Action::LogStopping { runs: self.runs.len() });
        }
        self.signal_all(Signal::SIGTERM);
    }

    pub(super) fn kill(&mut self, now: Instant) {
        if !matches!(self.phase, Phase::Killed { .. } | Phase::GivenUp) {
            self.phase = Phase::Killed { give_up_at: now + KILLED_END_WITHIN };
        }
        self.signal_all(Signal::SIGKILL);
    }

    fn signal_all(&mut self, signal: Signal) {
        for run in self.runs.values_mut() {
            run.end_reason.get_or_insert(EndReason::Stopped);
            // From here on the deadline of the phase holds for all.
            run.deadline = None;
        }
        self.leftovers.clear();
        let leaders = self.leaders();
        if self.policy.keep_orphans {
            self.actions
                .extend(leaders.into_iter().map(|leader| Action::Signal { leader, signal }));
        } else if self.has_children {
            self.actions.push_back(Action::SignalAll { leaders, signal });
        }
    }

    fn leaders(&self) -> Vec<Pid> {
        self.runs.keys().copied().collect()
    }
}
