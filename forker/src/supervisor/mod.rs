//! Decides what happens next: events go in, actions come out. Pure: the time is an argument, and no process, clock or
//! output is touched.
//!
//! It knows which runs are going, until when, and what ended runs left behind. `event_loop` brings the events and does
//! the actions.

mod escalation;
mod event;
mod orphans;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use clap::ValueEnum;
use nix::sys::signal::Signal;
use nix::unistd::Pid;

pub(crate) use self::event::{Action, Event};
use self::orphans::{Orphans, StateAtExit};
use crate::process::snapshot::Process;
use crate::report::run::{self, EndReason, Outcome, RunReport, Usage};
use crate::report::tally::Tally;
use crate::schedule::Schedule;

/// What to do when a run is due and the last one is still going.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Overlap {
    Allow,
    Forbid,
    Replace,
}

/// What the user asked for, the schedule apart.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    /// How many runs in all; None is no end.
    pub(crate) count: Option<u64>,
    /// From TERM to KILL.
    pub(crate) grace: Duration,
    pub(crate) overlap: Overlap,
    pub(crate) max_children: u64,
    pub(crate) timeout: Option<Duration>,
    pub(crate) until_failure: bool,
    pub(crate) keep_orphans: bool,
}

/// How far forker is from its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Running,
    /// TERM was sent to everything; KILL follows at this time.
    Stopping {
        kill_at: Instant,
    },
    /// KILL was sent to everything.
    Killed {
        give_up_at: Instant,
    },
    /// Not everything has ended; forker ends all the same.
    GivenUp,
}

/// How often at most missed ticks are logged.
const LOG_MISSED_EVERY: Duration = Duration::from_secs(1);

#[derive(Debug)]
struct Run {
    number: u64,
    started: Instant,
    late: Duration,
    /// Why forker is ending the run, if it is.
    end_reason: Option<EndReason>,
    /// When the run times out; when it is being ended, the time of the KILL.
    deadline: Option<Instant>,
}

/// The state of everything that forker watches.
#[derive(Debug)]
pub(crate) struct Supervisor {
    schedule: Schedule,
    policy: Policy,
    phase: Phase,
    /// By pid, which is the group's id too.
    runs: BTreeMap<Pid, Run>,
    /// With `--overlap replace`: a run waits until the last one has ended, and was due at this time.
    replacement_due: Option<Instant>,
    /// By reaped leader: when what is left of its tree is killed.
    leftovers: BTreeMap<Pid, Instant>,
    orphans: Orphans,
    /// Whether forker has any child, forked or adopted.
    has_children: bool,
    /// How many runs were started, failed forks included.
    started: u64,
    unlogged_missed: u64,
    unlogged_skipped: u64,
    missed_logged_at: Option<Instant>,
    tally: Tally,
    stopped_by: Option<Signal>,
    last_failure: u8,
    actions: VecDeque<Action>,
}

impl Supervisor {
    /// No run is going yet.
    pub(crate) fn new(schedule: Schedule, policy: Policy) -> Self {
        Self {
            schedule,
            policy,
            phase: Phase::Running,
            runs: BTreeMap::new(),
            replacement_due: None,
            leftovers: BTreeMap::new(),
            orphans: Orphans::default(),
            has_children: false,
            started: 0,
            unlogged_missed: 0,
            unlogged_skipped: 0,
            missed_logged_at: None,
            tally: Tally::default(),
            stopped_by: None,
            last_failure: 0,
            actions: VecDeque::new(),
        }
    }

    /// Takes in what has happened.
    pub(crate) fn handle(&mut self, now: Instant, event: Event) {
        match event {
            Event::Time => self.on_time(now),
            Event::Started { run, due, pid } => self.on_started(now, run, due, pid),
            Event::NotStarted { run, due, errno } => self.finish(
                now,
                RunReport {
                    run,
                    pid: None,
                    outcome: Outcome::NotForked(errno),
                    end_reason: None,
                    took: Duration::ZERO,
                    usage: Usage::default(),
                    late: now.saturating_duration_since(due),
                },
            ),
            Event::Ended { pid, outcome, usage, left } => {
                self.on_ended(now, pid, outcome, usage, left);
            }
            Event::AllReaped { has_children } => self.on_all_reaped(has_children),
            Event::TreeEnded { leader } => drop(self.leftovers.remove(&leader)),
            Event::Strays(strays) => self.orphans.add(None, StateAtExit::Running, strays),
            Event::Stop(signal) => self.stop(now, signal),
            Event::Forward(signal) => self.forward(signal),
            Event::Suspend => {
                // Not TSTP: a run may handle or ignore that, and would go on.
                self.forward(Signal::SIGSTOP);
                self.actions.push_back(Action::Suspend);
            }
            Event::Continued { after } => {
                self.postpone(after);
                self.forward(Signal::SIGCONT);
            }
            Event::OutputClosed => self.begin_to_stop(now),
        }
    }

    /// The next action; they are to be done in this order, until it is `None`.
    pub(crate) fn next_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// When the supervisor needs `Event::Time` next; `None` is never.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        let phase = match self.phase {
            Phase::Running if self.all_started() || self.ignores_ticks() => None,
            Phase::Running => self.schedule.due(),
            Phase::Stopping { kill_at } => Some(kill_at),
            Phase::Killed { give_up_at } => Some(give_up_at),
            Phase::GivenUp => None,
        };
        let deadlines = self.runs.values().filter_map(|run| run.deadline);
        phase.into_iter().chain(deadlines).chain(self.leftovers.values().copied()).min()
    }

    /// Whether forker can end.
    pub(crate) fn is_done(&self) -> bool {
        match self.phase {
            Phase::Running => self.all_started() && self.nothing_left(),
            Phase::Stopping { .. } | Phase::Killed { .. } => self.nothing_left(),
            Phase::GivenUp => true,
        }
    }

    /// forker's exit status.
    pub(crate) fn status(&self) -> u8 {
        self.stopped_by.map_or(self.last_failure, |signal| run::killed_by(signal as i32))
    }

    /// The sums so far.
    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Whether `pid` leads a run's group.
    pub(crate) fn is_leader(&self, pid: Pid) -> bool {
        self.runs.contains_key(&pid)
    }

    fn all_started(&self) -> bool {
        self.policy.count.is_some_and(|count| self.started >= count)
    }

    fn has_runs(&self) -> bool {
        !self.runs.is_empty() || !self.leftovers.is_empty()
    }

    fn nothing_left(&self) -> bool {
        !self.has_runs() && (self.policy.keep_orphans || !self.has_children)
    }

    /// Whether a run that is due now is skipped.
    fn is_full(&self) -> bool {
        match self.policy.overlap {
            Overlap::Allow => self.runs.len() as u64 >= self.policy.max_children,
            Overlap::Forbid => !self.runs.is_empty(),
            Overlap::Replace => false,
        }
    }

    /// Whether forker need not wake for ticks: they are not shown, and no run could start.
    fn ignores_ticks(&self) -> bool {
        !self.schedule.wants_all() && self.is_full()
    }

    fn on_time(&mut self, now: Instant) {
        self.expire(now);
        match self.phase {
            Phase::Running if !self.all_started() => self.tick(now),
            Phase::Running if !self.has_runs() && !self.nothing_left() => self.begin_to_stop(now),
            Phase::Stopping { kill_at } if now >= kill_at => self.kill(now),
            Phase::Killed { give_up_at } if now >= give_up_at => {
                self.phase = Phase::GivenUp;
                self.actions.push_back(Action::LogUnkillable);
            }
            _ => {}
        }
    }

    fn tick(&mut self, now: Instant) {
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
    fn skip_ticks(&mut self, now: Instant) {
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

    /// A run is due: starts it, skips it, or replaces the last one by it.
    fn on_due(&mut self, now: Instant, due: Instant) {
        if self.is_full() {
            self.count_skipped(1);
        } else if self.policy.overlap == Overlap::Replace && !self.runs.is_empty() {
            let skipped = u64::from(self.replacement_due.replace(due).is_some());
            self.count_skipped(skipped);
            self.end_runs(now, EndReason::Replaced);
        } else {
            self.start(due);
        }
    }

    fn start(&mut self, due: Instant) {
        self.started += 1;
        if self.unlogged_skipped > 0 {
            let skipped = std::mem::take(&mut self.unlogged_skipped);
            self.actions.push_back(Action::LogSkipped(skipped));
        }
        self.actions.push_back(Action::Start { run: self.started, due });
    }

    fn on_started(&mut self, now: Instant, number: u64, due: Instant, pid: Pid) {
        self.has_children = true;
        let run = Run {
            number,
            started: now,
            late: now.saturating_duration_since(due),
            end_reason: None,
            deadline: self.policy.timeout.map(|timeout| now + timeout),
        };
        self.runs.insert(pid, run);
    }

    fn on_ended(
        &mut self,
        now: Instant,
        pid: Pid,
        outcome: Outcome,
        usage: Usage,
        left: Vec<Process>,
    ) {
        if self.phase == Phase::Running && self.ignores_ticks() {
            // Now, while no run could start: the ticks until here are not those that come next.
            self.skip_ticks(now);
        }
        let Some(run) = self.runs.remove(&pid) else {
            let leftover = self.orphans.ended(pid, outcome);
            self.actions.extend(leftover.map(Action::LogLeftover));
            return;
        };
        if !left.is_empty() {
            self.leftovers.insert(pid, self.kill_time(now));
            let state = match run.end_reason {
                None => StateAtExit::Running,
                Some(_) if outcome.is_kill() => StateAtExit::KillSent,
                Some(reason) => StateAtExit::TermSent(reason),
            };
            self.orphans.add(Some(run.number), state, left);
        }
        self.finish(
            now,
            RunReport {
                run: run.number,
                pid: Some(pid),
                outcome,
                end_reason: run.end_reason,
                took: now.saturating_duration_since(run.started),
                usage,
                late: run.late,
            },
        );
        if self.runs.is_empty()
            && let Some(due) = self.replacement_due.take()
        {
            self.start(due);
        }
    }

    fn on_all_reaped(&mut self, has_children: bool) {
        self.has_children = has_children;
        for leader in self.leftovers.keys() {
            self.actions.push_back(Action::CheckTree { leader: *leader });
        }
        if has_children && matches!(self.phase, Phase::Killed { .. }) {
            // A child that was forked while its parent was being killed has not had the KILL.
            self.actions.push_back(Action::KillRest);
        }
        if !has_children {
            self.orphans.clear();
        }
    }

    fn finish(&mut self, now: Instant, report: RunReport) {
        let failed = report.failed();
        self.tally.add(&report);
        if failed {
            self.last_failure = report.status();
        }
        self.actions.push_back(Action::LogRun(report));
        if failed && self.policy.until_failure {
            self.begin_to_stop(now);
        }
    }
}
