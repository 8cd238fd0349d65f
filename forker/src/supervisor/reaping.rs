//! What follows from a look at /proc, and from the end of a child: which runs are over, and what was left behind.
//!
//! A run is over when its tree is. Its line and its status are its leader's, and come when the leader ends.

use std::io;
use std::time::Instant;

use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::unistd::Pid;

use super::descendants::{Asked, Member, Orphans, Owner};
use super::event::Action;
use super::{Run, Supervisor};
use crate::error::no_proc;
use crate::process::snapshot::{Process, Target};
use crate::report::run::{Leftover, Outcome, RunReport, Usage};

impl Supervisor {
    /// A child that is not known may be what one that has ended leaves. And before a run that is known to have more
    /// than a leader is asked to end, the rest of it is looked for.
    pub(super) fn is_look_due(&self, ended: &[Pid], children: &[Pid]) -> bool {
        let has_more = |pid: &Pid| {
            self.led_by(*pid).is_some_and(|number| {
                let is_asked = self.runs[&number].ending.asked > Asked::Nothing;
                !is_asked && self.descendants.has_more_than_leader(number)
            })
        };
        !self.descendants.knows_all(children) || ended.iter().any(has_more)
    }

    pub(super) fn on_looked(&mut self, now: Instant, all: &[Process]) {
        self.is_blind = false;
        self.wants_look = false;
        // When the last run ended, all that it left was seen.
        let may_be_ours = !self.runs.is_empty() || self.descendants.strays() > 0;
        let unclear = self.descendants.look(all, Orphans { may_be_ours, asked: self.sent() });
        if !self.policy.keep_orphans {
            let report = |(pid, name)| Action::LogUnclear { pid, name };
            self.actions.extend(unclear.into_iter().map(report));
        }
        self.ask_all(now);
        self.end_runs_without_tree(now);
        self.start_replacement();
        self.go_on_suspending();
    }

    pub(super) fn on_blind(&mut self, now: Instant, error: &io::Error) {
        self.is_blind = true;
        self.wants_look = false;
        if !std::mem::replace(&mut self.is_blindness_logged, true) {
            self.actions.push_back(Action::LogBlind(no_proc(error)));
        }
        self.ask_all(now);
        self.go_on_suspending();
    }

    /// A child has ended. If it led a run by itself, what it leaves is to end too.
    pub(super) fn on_has_ended(&mut self, now: Instant, pid: Pid) {
        self.descendants.has_ended(pid);
        if let Some(number) = self.led_by(pid)
            && !self.policy.keep_orphans
        {
            self.end_leftovers(now, number);
        }
    }

    pub(super) fn on_reaped(&mut self, now: Instant, pid: Pid, outcome: Outcome, usage: Usage) {
        let number = self.led_by(pid);
        if number.is_none() {
            self.note_skipped(now);
        }
        let member = self.descendants.reaped(pid);
        if let Some(number) = number {
            self.on_leader_gone(now, number, outcome, usage);
        } else if let Some(member) = member {
            let leftover = self.leftover(pid, member, outcome);
            self.actions.extend(leftover.map(Action::LogLeftover));
        }
        self.end_runs_without_tree(now);
        self.start_replacement();
    }

    /// A run's leader was reaped, or is given up: what is left of its tree is the run from here on.
    pub(super) fn on_leader_gone(
        &mut self,
        now: Instant,
        number: u64,
        outcome: Outcome,
        usage: Usage,
    ) {
        let Some(run) = self.runs.get_mut(&number) else {
            return;
        };
        let Some(pid) = run.leader.take() else {
            return;
        };
        run.was_killed = outcome.is_kill();
        let report = RunReport {
            run: number,
            pid: Some(pid),
            outcome,
            end_reason: run.end_reason,
            took: now.saturating_duration_since(run.started),
            usage,
            late: run.late,
        };
        self.descendants.leave(number);
        if run.ending.asked == Asked::Nothing {
            // With --keep-orphans, what it leaves has no part in the run any more.
            self.descendants.hand_over(Owner::Run(number), Owner::Stray);
        }
        self.finish(now, report);
    }

    /// What there is to report of a process that has ended and led no run.
    fn leftover(&self, pid: Pid, member: Member, outcome: Outcome) -> Option<Leftover> {
        let (run, end_reason, was_left) = match member.owner {
            Owner::Foreign => return None,
            Owner::Stray => {
                let was_asked = member.asked > Asked::Nothing && !member.is_spared;
                (None, None, was_asked || outcome.is_kill())
            }
            Owner::Run(number) => {
                let run = self.runs.get(&number)?;
                let was_left = match run.end_reason {
                    None => true,
                    // It ignored the TERM. If its leader was killed too: which of them is reaped first is chance.
                    Some(_) => outcome.is_kill() && !run.was_killed,
                };
                (Some(number), run.end_reason, was_left && run.leader.is_none())
            }
        };
        let is_reported = was_left && !member.is_silent;
        is_reported.then_some(Leftover { run, end_reason, pid, name: member.name, outcome })
    }

    pub(super) fn on_all_reaped(&mut self, now: Instant, ended_groups: &[Pid]) {
        for group in ended_groups {
            self.descendants.group_ended(*group);
        }
        self.end_runs_without_tree(now);
        let is_awaited = |owner| match owner {
            Owner::Run(number) => self.runs.get(&number).is_some_and(|run| run.leader.is_none()),
            Owner::Stray => self.is_stopping && !self.policy.keep_orphans,
            Owner::Foreign => false,
        };
        let unsure = self.descendants.owners_without_child();
        self.wants_look |= !self.is_blind && unsure.into_iter().any(is_awaited);
    }

    /// A signal was not permitted to a whole group: it is tried with each member. To one process: that is reported once.
    pub(super) fn on_refused(&mut self, target: Target, signal: Signal, errno: Errno) {
        if let Target::Group(group) = target {
            let members = self.descendants.members_of_group(group);
            self.signal(members, signal);
        } else if let Some(name) = self.descendants.refused(target.id()) {
            self.actions.push_back(Action::LogRefused { pid: target.id(), name, signal, errno });
        }
    }

    /// The run whose leader has this pid.
    pub(super) fn led_by(&self, pid: Pid) -> Option<u64> {
        let number = self.descendants.run_led_by(pid)?;
        self.runs.contains_key(&number).then_some(number)
    }

    /// Ends every run of which nothing is left.
    fn end_runs_without_tree(&mut self, now: Instant) {
        if self.runs.values().all(|run| run.leader.is_some()) {
            return;
        }
        let owners = self.descendants.owners();
        let is_over = |(number, run): &(&u64, &Run)| {
            let has_group = || self.is_blind && self.descendants.has_group(**number);
            run.leader.is_none() && !owners.contains(&Owner::Run(**number)) && !has_group()
        };
        let over: Vec<u64> = self.runs.iter().filter(is_over).map(|(number, _)| *number).collect();
        for number in over {
            self.end_run(now, number);
        }
    }

    pub(super) fn end_run(&mut self, now: Instant, number: u64) {
        self.note_skipped(now);
        self.runs.remove(&number);
        self.descendants.hand_over(Owner::Run(number), Owner::Stray);
        if self.may_start() && !self.policy.keep_orphans {
            let daemons = self.descendants.unreported_daemons().into_iter();
            self.actions.extend(daemons.map(|(pid, name)| Action::LogDaemon { pid, name }));
        }
        self.start_replacement();
    }
}
