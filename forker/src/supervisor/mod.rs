//! What happens next: from events to actions, with `now` as an argument and nothing touched.
//!
//! It knows the runs that are going, what they still owe, and what they left behind. `event_loop` tells it
//! what has happened and does what it answers.

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
use self::orphans::{Orphans, Was};
use crate::process::procfs::Process;
use crate::process::reap::Usage;
use crate::report::run::{self, Outcome, Why};
use crate::report::tally::Tally;
use crate::report::text::Report;
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
    /// So many runs in all; None is no end.
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
    /// Everything was asked to end; it is killed at this time.
    Stopping {
        kill_at: Instant,
    },
    /// It was killed; a process in the kernel's hands, or another user's, may still not end.
    Killed {
        give_up_at: Instant,
    },
    GivenUp,
}

/// How often at most missed ticks are told one by one.
const TELL_EVERY: Duration = Duration::from_secs(1);

#[derive(Debug)]
struct Run {
    number: u64,
    started: Instant,
    late: Duration,
    /// Why it was asked to end, once it was.
    why: Option<Why>,
    /// When its time is up; once it was asked to end, when it is killed.
    deadline: Option<Instant>,
}

/// The state of everything that forker watches over.
#[derive(Debug)]
pub(crate) struct Supervisor {
    schedule: Schedule,
    policy: Policy,
    phase: Phase,
    /// By pid, which is the group's id too.
    runs: BTreeMap<Pid, Run>,
    /// A run that waits for the one that it replaces, and when it was due.
    waiting: Option<Instant>,
    /// Of dead leaders that left something: when what is left is killed.
    leftovers: BTreeMap<Pid, Instant>,
    orphans: Orphans,
    /// Whether forker has any child, its own or adopted.
    has_children: bool,
    begun: u64,
    untold_missed: u64,
    untold_skipped: u64,
    missed_told_at: Option<Instant>,
    tally: Tally,
    stopped_by: Option<Signal>,
    last_failure: u8,
    actions: VecDeque<Action>,
}

impl Supervisor {
    /// Nothing runs yet.
    pub(crate) fn new(schedule: Schedule, policy: Policy) -> Self {
        Self {
            schedule,
            policy,
            phase: Phase::Running,
            runs: BTreeMap::new(),
            waiting: None,
            leftovers: BTreeMap::new(),
            orphans: Orphans::default(),
            has_children: false,
            begun: 0,
            untold_missed: 0,
            untold_skipped: 0,
            missed_told_at: None,
            tally: Tally::default(),
            stopped_by: None,
            last_failure: 0,
            actions: VecDeque::new(),
        }
    }

    /// Takes in what has happened.
    pub(crate) fn handle(&mut self, now: Instant, event: Event) {
        match event {
            Event::Time => self.pass(now),
            Event::Started { run, due, pid } => self.started(now, run, due, pid),
            Event::NotStarted { run, due, errno } => self.over(
                now,
                Report {
                    run,
                    pid: None,
                    outcome: Outcome::NotForked(errno),
                    why: None,
                    took: Duration::ZERO,
                    usage: Usage::default(),
                    late: now.saturating_duration_since(due),
                },
            ),
            Event::Ended { pid, outcome, usage, left } => {
                self.ended(now, pid, outcome, usage, left);
            }
            Event::Reaped { alive } => self.reaped(alive),
            Event::Gone { leader } => drop(self.leftovers.remove(&leader)),
            Event::Strays(strays) => self.orphans.remember(None, Was::Alive, strays),
            Event::Stop(signal) => self.stop(now, signal),
            Event::Forward(signal) => self.pass_on(signal),
            Event::Suspend => {
                // A run may handle TSTP as it likes; STOP is what the user means.
                self.pass_on(Signal::SIGSTOP);
                self.actions.push_back(Action::Suspend);
            }
            Event::Continued { after } => {
                self.postpone(after);
                self.pass_on(Signal::SIGCONT);
            }
            Event::OutputClosed => self.begin_to_stop(now),
        }
    }

    /// What is to be done, in this order, until it is `None`.
    pub(crate) fn next_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// When to come back though nothing has happened; `None` is never.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        let phase = match self.phase {
            Phase::Running if self.all_begun() || self.is_deaf() => None,
            Phase::Running => self.schedule.due(),
            Phase::Stopping { kill_at } => Some(kill_at),
            Phase::Killed { give_up_at } => Some(give_up_at),
            Phase::GivenUp => None,
        };
        let deadlines = self.runs.values().filter_map(|run| run.deadline);
        phase.into_iter().chain(deadlines).chain(self.leftovers.values().copied()).min()
    }

    /// Whether nothing is left to do.
    pub(crate) fn is_done(&self) -> bool {
        match self.phase {
            Phase::Running => self.all_begun() && self.is_alone(),
            Phase::Stopping { .. } | Phase::Killed { .. } => self.is_alone(),
            Phase::GivenUp => true,
        }
    }

    /// forker's exit status.
    pub(crate) fn status(&self) -> u8 {
        self.stopped_by.map_or(self.last_failure, |signal| run::killed_by(signal as i32))
    }

    /// What adds up so far.
    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Whether `pid` leads a run's group.
    pub(crate) fn is_run(&self, pid: Pid) -> bool {
        self.runs.contains_key(&pid)
    }

    fn all_begun(&self) -> bool {
        self.policy.count.is_some_and(|count| self.begun >= count)
    }

    fn has_runs(&self) -> bool {
        !self.runs.is_empty() || !self.leftovers.is_empty()
    }

    fn is_alone(&self) -> bool {
        !self.has_runs() && (self.policy.keep_orphans || !self.has_children)
    }

    /// Whether a run that comes due now cannot start.
    fn is_full(&self) -> bool {
        match self.policy.overlap {
            Overlap::Allow => self.runs.len() as u64 >= self.policy.max_children,
            Overlap::Forbid => !self.runs.is_empty(),
            Overlap::Replace => false,
        }
    }

    /// Whether ticks come and go unheard: nobody wants to see them, and none could start a run.
    fn is_deaf(&self) -> bool {
        !self.schedule.wants_all() && self.is_full()
    }

    fn pass(&mut self, now: Instant) {
        self.pass_deadlines(now);
        match self.phase {
            Phase::Running if !self.all_begun() => self.tick(now),
            Phase::Running if !self.has_runs() && !self.is_alone() => self.begin_to_stop(now),
            Phase::Stopping { kill_at } if now >= kill_at => self.kill(now),
            Phase::Killed { give_up_at } if now >= give_up_at => {
                self.phase = Phase::GivenUp;
                self.actions.push_back(Action::TellImmortal);
            }
            _ => {}
        }
    }

    fn tick(&mut self, now: Instant) {
        if self.is_deaf() {
            let skipped = self.schedule.skip(now);
            self.skip(skipped);
            return;
        }
        let Some(tick) = self.schedule.advance(now) else {
            return;
        };
        self.miss(now, tick.missed);
        self.actions.push_back(Action::ShowTick(tick.number));
        if let Some(due) = tick.run {
            self.due(now, due);
        }
    }

    fn skip(&mut self, runs: u64) {
        self.tally.skipped += runs;
        self.untold_skipped += runs;
    }

    fn miss(&mut self, now: Instant, missed: u64) {
        self.tally.missed += missed;
        self.untold_missed += missed;
        let may_tell = self.missed_told_at.is_none_or(|told| now >= told + TELL_EVERY);
        if self.untold_missed > 0 && may_tell {
            self.missed_told_at = Some(now);
            let missed = std::mem::take(&mut self.untold_missed);
            self.actions.push_back(Action::TellMissed(missed));
        }
    }

    fn due(&mut self, now: Instant, due: Instant) {
        if self.is_full() {
            self.skip(1);
        } else if self.policy.overlap == Overlap::Replace && !self.runs.is_empty() {
            let skipped = u64::from(self.waiting.replace(due).is_some());
            self.skip(skipped);
            self.end_runs(now, Why::Replaced);
        } else {
            self.start(due);
        }
    }

    fn start(&mut self, due: Instant) {
        self.begun += 1;
        if self.untold_skipped > 0 {
            let skipped = std::mem::take(&mut self.untold_skipped);
            self.actions.push_back(Action::TellSkipped(skipped));
        }
        self.actions.push_back(Action::Start { run: self.begun, due });
    }

    fn started(&mut self, now: Instant, number: u64, due: Instant, pid: Pid) {
        self.has_children = true;
        let run = Run {
            number,
            started: now,
            late: now.saturating_duration_since(due),
            why: None,
            deadline: self.policy.timeout.map(|timeout| now + timeout),
        };
        self.runs.insert(pid, run);
    }

    fn ended(
        &mut self,
        now: Instant,
        pid: Pid,
        outcome: Outcome,
        usage: Usage,
        left: Vec<Process>,
    ) {
        if self.phase == Phase::Running && self.is_deaf() {
            let skipped = self.schedule.skip(now);
            self.skip(skipped);
        }
        let Some(run) = self.runs.remove(&pid) else {
            let left = self.orphans.ended(pid, outcome);
            self.actions.extend(left.map(Action::TellLeft));
            return;
        };
        if !left.is_empty() {
            self.leftovers.insert(pid, self.kill_time(now));
            let was = match run.why {
                None => Was::Alive,
                Some(_) if outcome.is_kill() => Was::Killed,
                Some(why) => Was::Asked(why),
            };
            self.orphans.remember(Some(run.number), was, left);
        }
        self.over(
            now,
            Report {
                run: run.number,
                pid: Some(pid),
                outcome,
                why: run.why,
                took: now.saturating_duration_since(run.started),
                usage,
                late: run.late,
            },
        );
        if self.runs.is_empty()
            && let Some(due) = self.waiting.take()
        {
            self.start(due);
        }
    }

    fn reaped(&mut self, alive: bool) {
        self.has_children = alive;
        for leader in self.leftovers.keys() {
            self.actions.push_back(Action::Look { leader: *leader });
        }
        if alive && matches!(self.phase, Phase::Killed { .. }) {
            // A process that was being born when its parent was killed.
            self.actions.push_back(Action::KillRest);
        }
        if !alive {
            self.orphans.clear();
        }
    }

    fn over(&mut self, now: Instant, report: Report) {
        let failed = report.failed();
        self.tally.add(&report);
        if failed {
            self.last_failure = report.status();
        }
        self.actions.push_back(Action::Tell(report));
        if failed && self.policy.until_failure {
            self.begin_to_stop(now);
        }
    }
}
