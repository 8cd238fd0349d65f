//! Decides what happens next: events go in, actions come out. Pure: the time is an argument, and no process, clock or
//! output is touched.
//!
//! Here is the state, which event is whose, and when forker can end. When runs start is decided in `starting`, which process
//! belongs to which run is known by `descendants`, how they are ended by `escalation`, how they are stopped for a while by
//! `suspension`, and what follows when they have ended by `reaping`. `event_loop` brings the events and does the actions.

mod descendants;
mod ending;
mod escalation;
mod event;
mod policy;
mod reaping;
mod starting;
mod suspension;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use common::stop::StopRequests;
use nix::sys::signal::Signal;
use nix::unistd::Pid;

use self::descendants::{Asked, Descendants, Owner};
use self::ending::Ending;
pub(crate) use self::event::{Action, Event};
pub(crate) use self::policy::{Overlap, Policy, Until};
use crate::process::snapshot::Target;
use crate::report::run::{EndReason, Outcome, RunReport, Usage};
use crate::report::tally::Tally;
use crate::report::verdict::Verdict;
use crate::schedule::Schedule;

/// A run whose tree has not ended.
#[derive(Debug)]
struct Run {
    /// None once it was reaped: then the run is what is left of its tree.
    leader: Option<Pid>,
    started: Instant,
    late: Duration,
    /// Why forker is ending the run, if it is.
    end_reason: Option<EndReason>,
    /// Whether KILL ended the leader.
    was_killed: bool,
    /// Whether it was logged that the terminal has stopped it.
    is_stop_logged: bool,
    /// Its first deadline is that of the timeout.
    ending: Ending,
}

/// A suspension that has begun.
#[derive(Debug)]
struct Suspension {
    /// What forker is to be stopped by itself.
    signal: Signal,
    /// What was stopped at the last look.
    stopped: Vec<Target>,
}

/// The state of everything that forker watches.
#[derive(Debug)]
pub(crate) struct Supervisor {
    schedule: Schedule,
    policy: Policy,
    /// No run starts any more, and everything that is left is being ended.
    is_stopping: bool,
    /// By number.
    runs: BTreeMap<u64, Run>,
    strays: Ending,
    descendants: Descendants,
    /// Whether /proc is to be looked at: a child is not known, or a signal is to be sent.
    wants_look: bool,
    /// Whether the last look has failed.
    is_blind: bool,
    is_blindness_logged: bool,
    /// Whether there were children before the first fork that could not be looked at.
    has_unseen_foreign: bool,
    /// With `--overlap replace`: a run waits until the last one has ended, and was due at this time.
    replacement_due: Option<Instant>,
    /// Whether forker has any child, foreign ones included.
    has_children: bool,
    /// How many runs were started, failed forks included.
    started: u64,
    unlogged_missed: u64,
    unlogged_skipped: u64,
    missed_logged_at: Option<Instant>,
    tally: Tally,
    requests: StopRequests,
    suspension: Option<Suspension>,
    stopped_by: Option<i32>,
    last_failure: Option<Verdict>,
    /// Whether a run has ended well, if that was waited for.
    has_succeeded: bool,
    /// Whether forker could not end something.
    has_failed: bool,
    actions: VecDeque<Action>,
}

impl Supervisor {
    /// No run is going yet; `own` is forker's pid.
    pub(crate) fn new(schedule: Schedule, policy: Policy, own: Pid) -> Self {
        Self {
            schedule,
            policy,
            is_stopping: false,
            runs: BTreeMap::new(),
            strays: Ending::default(),
            descendants: Descendants::new(own),
            wants_look: false,
            is_blind: false,
            is_blindness_logged: false,
            has_unseen_foreign: false,
            replacement_due: None,
            has_children: false,
            started: 0,
            unlogged_missed: 0,
            unlogged_skipped: 0,
            missed_logged_at: None,
            tally: Tally::default(),
            requests: StopRequests::default(),
            suspension: None,
            stopped_by: None,
            last_failure: None,
            has_succeeded: false,
            has_failed: false,
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
            Event::Inherited(Ok(all)) => self.descendants.inherit(&all),
            Event::Children { ended, children: Ok(children) } => {
                self.wants_look |= self.is_look_due(&ended, &children);
            }
            Event::Children { children: Err(_), .. } => self.wants_look |= !self.is_blind,
            Event::Looked(Ok(all)) => self.on_looked(now, &all),
            Event::Inherited(Err(error)) => {
                self.has_unseen_foreign = true;
                self.on_blind(now, &error);
            }
            Event::Looked(Err(error)) => self.on_blind(now, &error),
            Event::HasEnded { pid } => self.on_has_ended(now, pid),
            Event::Reaped { pid, outcome, usage } => self.on_reaped(now, pid, outcome, usage),
            Event::HasStopped { pid, signal } => self.on_has_stopped(pid, signal),
            Event::AllReaped { has_children, ended_groups } => {
                self.has_children = has_children;
                self.on_all_reaped(now, &ended_groups);
            }
            Event::Refused { target, signal, errno } => self.on_refused(target, signal, errno),
            Event::Stop(signal) => self.stop(now, signal),
            Event::Failed => self.kill(now),
            Event::Forward(signal) => self.forward(signal),
            Event::Suspend(signal) => self.suspend(signal),
            Event::Continued { after } => self.resume(after),
            Event::OutputClosed => {
                self.requests.output_closed(now);
                self.begin_to_stop(now);
            }
        }
    }

    /// The next action; they are to be done in this order, until it is `None`.
    pub(crate) fn next_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// Whether the supervisor needs `Event::Looked`.
    pub(crate) fn wants_look(&self) -> bool {
        self.wants_look
    }

    /// Whether the supervisor needs `Event::Children` before a child is reaped. With --keep-orphans it does not matter
    /// what a run leaves that was not asked to end.
    pub(crate) fn wants_children(&self) -> bool {
        let is_asked = |run: &Run| run.ending.asked > Asked::Nothing;
        !self.policy.keep_orphans || self.runs.values().any(is_asked)
    }

    /// The groups of which only the kernel knows whether they have members.
    pub(crate) fn unseen_groups(&self) -> Vec<Pid> {
        if self.is_blind { self.descendants.groups_without_leader() } else { Vec::new() }
    }

    /// When the supervisor needs `Event::Time` next; `None` is never.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        let is_due = self.may_start() && !self.ignores_ticks();
        let tick = if is_due { self.schedule.due() } else { None };
        let endings = self.runs.values().map(|run| &run.ending).chain([&self.strays]);
        tick.into_iter().chain(endings.filter_map(|ending| ending.deadline)).min()
    }

    /// Whether forker can end.
    pub(crate) fn is_done(&self) -> bool {
        !self.may_start() && !self.awaits_anything()
    }

    /// What forker ends with, if it can end.
    pub(crate) fn verdict(&self) -> Verdict {
        let is_foreign = self.has_unseen_foreign || self.policy.keep_orphans;
        let leaves_unseen = self.is_blind && self.has_children && !is_foreign;
        if self.has_failed || leaves_unseen {
            return Verdict::LeftBehind;
        }
        let of_runs = self.last_failure.filter(|_| !self.has_succeeded);
        self.stopped_by.map(Verdict::Signal).or(of_runs).unwrap_or(Verdict::Success)
    }

    /// Whether a signal has asked forker to end.
    pub(crate) fn is_asked_to_stop(&self) -> bool {
        self.stopped_by.is_some()
    }

    /// The sums so far.
    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Whether a run may start yet, now or later.
    fn may_start(&self) -> bool {
        !self.is_stopping && self.policy.count.is_none_or(|count| self.started < count)
    }

    /// Whether there is anything that has to end before forker does.
    fn awaits_anything(&self) -> bool {
        let keeps = self.policy.keep_orphans;
        !self.runs.is_empty() || !keeps && self.descendants.owners().contains(&Owner::Stray)
    }

    fn on_time(&mut self, now: Instant) {
        if self.suspension.is_some() {
            return;
        }
        self.expire(now);
        if self.may_start() {
            self.tick(now);
        } else if self.runs.is_empty() && self.awaits_anything() {
            self.begin_to_stop(now);
        }
    }

    fn finish(&mut self, now: Instant, report: RunReport) {
        self.tally.add(&report);
        if report.failed() {
            self.last_failure = Some(Verdict::Run { number: report.run, status: report.status() });
        }
        let ends = match self.policy.until {
            Some(Until::Failure) => report.failed(),
            Some(Until::Success) => report.succeeded(),
            None => false,
        };
        self.has_succeeded |= ends && self.policy.until == Some(Until::Success);
        self.actions.push_back(Action::LogRun(report));
        if ends {
            self.begin_to_stop(now);
        }
    }
}
