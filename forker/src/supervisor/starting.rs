//! When a run starts: a tick has come on which one is due, and the overlap and `--max-children` allow it. What is skipped
//! and missed is counted.

use std::time::{Duration, Instant};

use nix::unistd::Pid;

use super::ending::Ending;
use super::event::Action;
use super::policy::Overlap;
use super::{Run, Supervisor};
use crate::report::run::EndReason;

/// How often at most missed ticks are logged.
const LOG_MISSED_EVERY: Duration = Duration::from_secs(1);

impl Supervisor {
    /// How many runs are going. A stray is what is left of one.
    fn going(&self) -> u64 {
        let strays = if self.policy.keep_orphans { 0 } else { self.descendants.strays() };
        self.runs.len() as u64 + strays
    }

    /// Whether a run that is due now is skipped.
    fn is_full(&self) -> bool {
        match self.policy.overlap {
            Overlap::Allow => self.going() >= self.policy.max_children,
            Overlap::Forbid => self.going() > 0,
            Overlap::Replace => false,
        }
    }

    /// Whether forker need not wake for ticks: they are not shown, and no run could start.
    pub(super) fn ignores_ticks(&self) -> bool {
        !self.schedule.wants_all() && self.is_full()
    }

    pub(super) fn tick(&mut self, now: Instant) {
        if self.ignores_ticks() {
            self.skip_ticks(now);
            return;
        }
        let Some(tick) = self.schedule.advance(now) else {
            return;
        };
        self.count_missed(now, tick.missed);
        self.actions.push_back(Action::ShowTick(tick.number));
        if let Some(due) = tick.run {
            self.on_due(now, due);
        }
    }

    /// Passes over the ticks until `now`, which could start no run.
    pub(super) fn skip_ticks(&mut self, now: Instant) {
        let skipped = self.schedule.skip(now);
        self.count_skipped(skipped);
    }

    fn count_skipped(&mut self, runs: u64) {
        self.tally.skipped += runs;
        self.unlogged_skipped += runs;
    }

    fn count_missed(&mut self, now: Instant, missed: u64) {
        self.tally.missed += missed;
        self.unlogged_missed += missed;
        let may_log = self.missed_logged_at.is_none_or(|logged| now >= logged + LOG_MISSED_EVERY);
        if self.unlogged_missed > 0 && may_log {
            self.missed_logged_at = Some(now);
            let missed = std::mem::take(&mut self.unlogged_missed);
            self.actions.push_back(Action::LogMissed(missed));
        }
    }

    /// Before something ends: while it was there no run could start, and the ticks until here are not those that come next.
    pub(super) fn note_skipped(&mut self, now: Instant) {
        if self.may_start() && self.ignores_ticks() {
            self.skip_ticks(now);
        }
    }

    /// The run that waits for the end of the last one starts if that has come.
    pub(super) fn start_replacement(&mut self) {
        if self.going() > 0 {
            return;
        }
        if !self.is_stopping {
            self.strays = Ending::default();
        }
        if let Some(due) = self.replacement_due.take() {
            self.start(due);
        }
    }

    /// A run is due: starts it, skips it, or replaces the last one by it.
    fn on_due(&mut self, now: Instant, due: Instant) {
        if self.is_full() {
            self.count_skipped(1);
        } else if self.policy.overlap == Overlap::Replace && self.going() > 0 {
            let skipped = u64::from(self.replacement_due.replace(due).is_some());
            self.count_skipped(skipped);
            self.end_runs(now, EndReason::Replaced);
            self.end_strays(now);
        } else {
            self.start(due);
        }
    }

    pub(super) fn start(&mut self, due: Instant) {
        self.started += 1;
        if self.unlogged_skipped > 0 {
            let skipped = std::mem::take(&mut self.unlogged_skipped);
            self.actions.push_back(Action::LogSkipped(skipped));
        }
        self.actions.push_back(Action::Start { run: self.started, due });
    }

    pub(super) fn on_started(&mut self, now: Instant, number: u64, due: Instant, pid: Pid) {
        self.has_children = true;
        self.descendants.start(pid, number);
        let deadline = self.policy.timeout.map(|timeout| now + timeout);
        let run = Run {
            leader: Some(pid),
            started: now,
            late: now.saturating_duration_since(due),
            end_reason: None,
            was_killed: false,
            is_stop_logged: false,
            ending: Ending::at(deadline),
        };
        self.runs.insert(number, run);
    }
}
