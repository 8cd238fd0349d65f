//! How runs, and forker itself, are ended: TERM first, KILL after the grace, and in the end forker gives up.
//!
//! A run is brought to a stage here, and `descendants` knows what each of its processes was sent: at the next look the
//! signals follow. So a process that shows up late is asked too, and none is asked twice.

use std::time::Instant;

use common::stop::Request;
use nix::sys::signal::Signal;

use super::Supervisor;
use super::descendants::asking::Targets;
use super::descendants::{Asked, Owner};
use super::event::Action;
use crate::process::snapshot::Target;
use crate::report::run::{EndReason, Outcome, Survivor, Usage};

impl Supervisor {
    /// Begins what is due: TERM at a timeout, KILL at the end of a grace, giving up after that.
    pub(super) fn expire(&mut self, now: Instant) {
        let kill_at = self.kill_time(now);
        for run in self.runs.values_mut() {
            let is_timeout = run.ending.asked == Asked::Nothing;
            if run.ending.expire(now, kill_at) {
                self.wants_look = true;
                if is_timeout {
                    run.end_reason = Some(EndReason::TimedOut);
                }
            }
        }
        self.wants_look |= self.strays.expire(now, kill_at);
    }

    /// Ends every run that is not being ended already.
    pub(super) fn end_runs(&mut self, now: Instant, reason: EndReason) {
        let kill_at = self.kill_time(now);
        for run in self.runs.values_mut() {
            if run.ending.begin(kill_at) {
                run.end_reason = Some(reason);
                self.wants_look = true;
            }
        }
    }

    /// The leader of a run has ended by itself: TERM to what it leaves, before the leader is reaped.
    pub(super) fn end_leftovers(&mut self, now: Instant, number: u64) {
        let kill_at = self.kill_time(now);
        if let Some(run) = self.runs.get_mut(&number)
            && run.ending.begin(kill_at)
        {
            let is_to_get = |owner| match owner {
                Owner::Run(run) if run == number => Asked::Term,
                _ => Asked::Nothing,
            };
            run.ending.sent = Asked::Term;
            let targets = self.descendants.ask(is_to_get, self.is_blind);
            self.signal_all(targets);
        }
    }

    /// What everybody was sent who may have started an orphan, but foreign ones: every run that is going, and the strays.
    pub(super) fn sent(&self) -> Asked {
        let runs = self.runs.values().map(|run| run.ending.sent);
        let has_strays = self.runs.is_empty() || self.descendants.strays() > 0;
        runs.chain(has_strays.then_some(self.strays.sent)).min().unwrap_or_default()
    }

    fn kill_time(&self, now: Instant) -> Instant {
        now + self.policy.grace
    }

    /// The first request to stop ends everything by TERM, a second one by KILL.
    pub(super) fn stop(&mut self, now: Instant, signal: i32) {
        self.stopped_by.get_or_insert(signal);
        match self.requests.signal(now) {
            Request::First => self.begin_to_stop(now),
            Request::Same => {}
            Request::Second => self.kill(now),
        }
    }

    /// Forwards a signal to the group of every run whose leader is not reaped.
    pub(super) fn forward(&mut self, signal: Signal) {
        let leaders = self.runs.values().filter_map(|run| run.leader);
        let targets: Vec<Target> = leaders.map(Target::Group).collect();
        self.signal(targets, signal);
    }

    pub(super) fn begin_to_stop(&mut self, now: Instant) {
        if self.is_stopping {
            return;
        }
        let runs = self.runs.values().filter(|run| run.leader.is_some()).count();
        if runs > 0 {
            self.actions.push_back(Action::LogStopping { runs });
        }
        self.end_everything(now);
    }

    /// No run starts any more, and TERM is due to all that was not asked to end before.
    fn end_everything(&mut self, now: Instant) {
        self.is_stopping = true;
        self.replacement_due = None;
        self.end_runs(now, EndReason::Stopped);
        self.end_strays(now);
        self.wants_look |= self.awaits_anything();
    }

    /// Ends the strays, if they are not being ended already.
    pub(super) fn end_strays(&mut self, now: Instant) {
        if !self.policy.keep_orphans {
            self.wants_look |=
                self.strays.begin(self.kill_time(now)) && self.descendants.strays() > 0;
        }
    }

    pub(super) fn kill(&mut self, now: Instant) {
        self.suspension = None;
        self.end_everything(now);
        for run in self.runs.values_mut() {
            run.ending.kill(now);
        }
        if !self.policy.keep_orphans {
            self.strays.kill(now);
        }
        self.wants_look |= self.awaits_anything();
    }

    /// After a look: sends what is to be sent, and gives up what lives on though it was killed.
    pub(super) fn ask_all(&mut self, now: Instant) {
        let (runs, strays) = (&self.runs, &self.strays);
        let is_to_get = |owner| match owner {
            Owner::Run(number) => runs.get(&number).map_or(Asked::Nothing, |run| run.ending.asked),
            Owner::Stray => strays.asked,
            Owner::Foreign => Asked::Nothing,
        };
        let targets = self.descendants.ask(is_to_get, self.is_blind);
        self.signal_all(targets);
        for ending in self.runs.values_mut().map(|run| &mut run.ending).chain([&mut self.strays]) {
            ending.sent = ending.asked;
        }
        let failed = self.runs.iter().filter(|(_, run)| run.ending.has_failed);
        let failed: Vec<Owner> = failed.map(|(number, _)| Owner::Run(*number)).collect();
        let strays = self.strays.has_failed.then_some(Owner::Stray);
        for owner in failed.into_iter().chain(strays) {
            self.give_up(now, owner);
        }
    }

    fn signal_all(&mut self, Targets { term, kill, may_have_missed }: Targets) {
        self.wants_look |= may_have_missed && !self.is_blind;
        self.signal(term, Signal::SIGTERM);
        self.signal(kill, Signal::SIGKILL);
    }

    pub(super) fn signal(&mut self, targets: Vec<Target>, signal: Signal) {
        if !targets.is_empty() {
            self.actions.push_back(Action::Signal { targets, signal });
        }
    }

    /// What lives on is reported and counts as gone.
    fn give_up(&mut self, now: Instant, owner: Owner) {
        let run = if let Owner::Run(number) = owner { Some(number) } else { None };
        for (pid, name) in self.descendants.living(owner) {
            self.has_failed = true;
            self.actions.push_back(Action::LogSurvivor(Survivor { run, pid, name }));
        }
        self.note_skipped(now);
        self.descendants.hand_over(owner, Owner::Foreign);
        if owner == Owner::Stray {
            self.strays.has_failed = false;
        }
        if let Some(run) = run {
            self.on_leader_gone(now, run, Outcome::NotEnded, Usage::default());
            self.end_run(now, run);
        }
    }
}
