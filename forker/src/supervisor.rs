//! What happens next: from events to actions, with `now` as an argument and nothing touched.
//!
//! It knows the runs that are going, when they started and what they still owe. `event_loop` tells it what
//! has happened and does what it answers.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::unistd::Pid;

use crate::outcome::Outcome;
use crate::reap::Usage;
use crate::report::Report;
use crate::schedule::Schedule;

/// What has happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// Time has passed.
    Time,
    /// A run was started as asked, as the leader of its own group.
    Started { run: u64, late: Duration, pid: Pid },
    /// A run could not be started.
    NotStarted { run: u64, late: Duration, errno: Errno },
    /// A child has been reaped.
    Ended { pid: Pid, outcome: Outcome, usage: Usage },
    /// INT or TERM.
    Stop(Signal),
    /// Nobody reads stdout any more.
    OutputClosed,
}

/// What is to be done about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Show a tick's number.
    ShowTick(u64),
    /// Tell that ticks were missed.
    TellMissed(u64),
    /// Start a run, and answer with `Started` or `NotStarted`.
    Start { run: u64, late: Duration },
    /// Send a signal to a run's whole group.
    Signal { group: Pid, signal: Signal },
    /// Tell how a run ended.
    Tell(Report),
    /// Tell that so many runs were told to end.
    TellStopping { runs: usize },
    /// Tell that so many runs were killed and have not ended all the same.
    TellImmortal { runs: usize },
}

/// How far forker is from its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Running,
    /// The runs were asked to end; they are killed at this time.
    Stopping {
        kill_at: Instant,
    },
    /// They were killed; a process in the kernel's hands, or another user's, may still not end.
    Killed {
        give_up_at: Instant,
    },
    GivenUp,
}

/// How long a killed process may take to become a zombie before forker ends without it.
const KILLED_END_WITHIN: Duration = Duration::from_secs(2);

#[derive(Debug)]
struct Run {
    number: u64,
    started: Instant,
    late: Duration,
    /// Whether forker has asked it to end.
    stopped: bool,
}

/// The state of everything that forker watches over.
#[derive(Debug)]
pub(crate) struct Supervisor {
    schedule: Schedule,
    grace: Duration,
    count: Option<u64>,
    /// By pid, which is the group's id too.
    runs: BTreeMap<Pid, Run>,
    begun: u64,
    phase: Phase,
    stopped_by: Option<Signal>,
    last_failure: u8,
    actions: VecDeque<Action>,
}

impl Supervisor {
    /// Nothing runs yet; `count` runs in all will, each given `grace` between TERM and KILL.
    pub(crate) fn new(schedule: Schedule, count: Option<u64>, grace: Duration) -> Self {
        Self {
            schedule,
            grace,
            count,
            runs: BTreeMap::new(),
            begun: 0,
            phase: Phase::Running,
            stopped_by: None,
            last_failure: 0,
            actions: VecDeque::new(),
        }
    }

    /// Takes in what has happened.
    pub(crate) fn handle(&mut self, now: Instant, event: Event) {
        match event {
            Event::Time => self.pass(now),
            Event::Started { run, late, pid } => {
                let run = Run { number: run, started: now, late, stopped: false };
                self.runs.insert(pid, run);
            }
            Event::NotStarted { run, late, errno } => self.over(Report {
                run,
                pid: None,
                outcome: Outcome::NotForked(errno),
                stopped: false,
                took: Duration::ZERO,
                usage: Usage::default(),
                late,
            }),
            Event::Ended { pid, outcome, usage } => self.ended(now, pid, outcome, usage),
            Event::Stop(signal) => self.stop(now, signal),
            Event::OutputClosed => self.begin_to_stop(now),
        }
    }

    /// What is to be done, in this order, until it is `None`.
    pub(crate) fn next_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// When to come back though nothing has happened; `None` is never.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        match self.phase {
            Phase::Running if self.all_begun() => None,
            Phase::Running => self.schedule.due(),
            Phase::Stopping { kill_at } => Some(kill_at),
            Phase::Killed { give_up_at } => Some(give_up_at),
            Phase::GivenUp => None,
        }
    }

    /// Whether nothing is left to do.
    pub(crate) fn is_done(&self) -> bool {
        match self.phase {
            Phase::Running => self.all_begun() && self.runs.is_empty(),
            Phase::Stopping { .. } | Phase::Killed { .. } => self.runs.is_empty(),
            Phase::GivenUp => true,
        }
    }

    /// forker's exit status.
    pub(crate) fn status(&self) -> u8 {
        self.stopped_by.map_or(self.last_failure, |signal| {
            Outcome::Killed { signal: signal as i32, dumped: false }.status()
        })
    }

    fn all_begun(&self) -> bool {
        self.count.is_some_and(|count| self.begun >= count)
    }

    fn pass(&mut self, now: Instant) {
        match self.phase {
            Phase::Running if !self.all_begun() => self.tick(now),
            Phase::Stopping { kill_at } if now >= kill_at => self.kill(now),
            Phase::Killed { give_up_at } if now >= give_up_at => {
                self.phase = Phase::GivenUp;
                let runs = self.runs.len();
                self.actions.push_back(Action::TellImmortal { runs });
            }
            _ => {}
        }
    }

    fn tick(&mut self, now: Instant) {
        let Some(tick) = self.schedule.advance(now) else {
            return;
        };
        if tick.missed > 0 {
            self.actions.push_back(Action::TellMissed(tick.missed));
        }
        self.actions.push_back(Action::ShowTick(tick.number));
        if let Some(late) = tick.run {
            self.begun += 1;
            self.actions.push_back(Action::Start { run: self.begun, late });
        }
    }

    /// A child that is no run of ours was left to us by who executed us; it is reaped, and no more.
    fn ended(&mut self, now: Instant, pid: Pid, outcome: Outcome, usage: Usage) {
        if let Some(run) = self.runs.remove(&pid) {
            self.over(Report {
                run: run.number,
                pid: Some(pid),
                outcome,
                stopped: run.stopped,
                took: now.saturating_duration_since(run.started),
                usage,
                late: run.late,
            });
        }
    }

    fn over(&mut self, report: Report) {
        if report.failed() {
            self.last_failure = report.outcome.status();
        }
        self.actions.push_back(Action::Tell(report));
    }

    /// The first signal asks the runs to end, the second kills them.
    fn stop(&mut self, now: Instant, signal: Signal) {
        if self.stopped_by.is_some() {
            self.kill(now);
        } else {
            self.stopped_by = Some(signal);
            self.begin_to_stop(now);
        }
    }

    fn begin_to_stop(&mut self, now: Instant) {
        if self.phase != Phase::Running {
            return;
        }
        let kill_at = now.checked_add(self.grace).unwrap_or(now + FOREVER);
        self.phase = Phase::Stopping { kill_at };
        if !self.runs.is_empty() {
            self.actions.push_back(Action::TellStopping { runs: self.runs.len() });
        }
        // A stopped process takes TERM only when it is continued.
        self.signal_all(Signal::SIGTERM);
        self.signal_all(Signal::SIGCONT);
    }

    fn kill(&mut self, now: Instant) {
        if !matches!(self.phase, Phase::Killed { .. } | Phase::GivenUp) {
            self.phase = Phase::Killed { give_up_at: now + KILLED_END_WITHIN };
        }
        self.signal_all(Signal::SIGKILL);
    }

    fn signal_all(&mut self, signal: Signal) {
        for (group, run) in &mut self.runs {
            run.stopped = true;
            self.actions.push_back(Action::Signal { group: *group, signal });
        }
    }
}

/// What a grace beyond the clock comes to.
const FOREVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test may start at any time")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: Duration = Duration::from_millis(1);
    const GRACE: Duration = Duration::from_secs(5);

    /// A supervisor of a run every millisecond, and its start.
    fn every_ms(count: Option<u64>) -> (Supervisor, Instant) {
        let t0 = Instant::now();
        let schedule = Schedule::new(t0, MS, 1, false, false);
        (Supervisor::new(schedule, count, GRACE), t0)
    }

    fn actions(supervisor: &mut Supervisor, now: Instant, event: Event) -> Vec<Action> {
        supervisor.handle(now, event);
        std::iter::from_fn(|| supervisor.next_action()).collect()
    }

    fn pid(number: i32) -> Pid {
        Pid::from_raw(number)
    }

    fn start(supervisor: &mut Supervisor, now: Instant, number: i32) {
        let late = Duration::ZERO;
        actions(supervisor, now, Event::Time);
        actions(supervisor, now, Event::Started { run: 1, late, pid: pid(number) });
    }

    fn end(
        supervisor: &mut Supervisor,
        now: Instant,
        number: i32,
        outcome: Outcome,
    ) -> Vec<Action> {
        let usage = Usage::default();
        actions(supervisor, now, Event::Ended { pid: pid(number), outcome, usage })
    }

    #[test]
    fn it_is_done_when_so_many_runs_have_started_and_ended() {
        let (mut supervisor, t0) = every_ms(Some(2));
        start(&mut supervisor, t0, 10);
        start(&mut supervisor, t0 + MS, 11);
        assert_eq!(supervisor.wake_at(), None);
        assert_eq!(actions(&mut supervisor, t0 + 9 * MS, Event::Time), []);
        end(&mut supervisor, t0 + 9 * MS, 11, Outcome::Exited(0));
        assert!(!supervisor.is_done());
        end(&mut supervisor, t0 + 9 * MS, 10, Outcome::Exited(0));
        assert!(supervisor.is_done());
        assert_eq!(supervisor.status(), 0);
    }

    #[test]
    fn the_status_is_that_of_the_last_run_that_failed() {
        let (mut supervisor, t0) = every_ms(None);
        for (number, outcome) in [
            (10, Outcome::Exited(3)),
            (11, Outcome::Killed { signal: 35, dumped: false }),
            (12, Outcome::Exited(0)),
        ] {
            start(&mut supervisor, t0, number);
            end(&mut supervisor, t0, number, outcome);
        }
        assert_eq!(supervisor.status(), 163);
    }

    #[test]
    fn a_fork_that_fails_costs_its_run_and_the_schedule_goes_on() {
        let (mut supervisor, t0) = every_ms(Some(2));
        let late = Duration::ZERO;
        actions(&mut supervisor, t0, Event::Time);
        let failed = Event::NotStarted { run: 1, late, errno: Errno::EAGAIN };
        assert!(matches!(actions(&mut supervisor, t0, failed)[..], [Action::Tell(_)]));
        assert_eq!(supervisor.wake_at(), Some(t0 + MS));
        assert_eq!(supervisor.status(), 125);
    }

    #[test]
    fn the_first_signal_asks_the_runs_to_end_and_the_grace_kills_them() {
        let (mut supervisor, t0) = every_ms(None);
        start(&mut supervisor, t0, 10);
        let to_10 = |signal| Action::Signal { group: pid(10), signal };
        assert_eq!(
            actions(&mut supervisor, t0, Event::Stop(Signal::SIGTERM)),
            [Action::TellStopping { runs: 1 }, to_10(Signal::SIGTERM), to_10(Signal::SIGCONT)]
        );
        assert_eq!(supervisor.wake_at(), Some(t0 + GRACE));
        let early = actions(&mut supervisor, t0 + GRACE - MS, Event::Time);
        assert_eq!(early, [], "no new run and no early KILL");
        let killed = actions(&mut supervisor, t0 + GRACE, Event::Time);
        assert_eq!(killed, [to_10(Signal::SIGKILL)]);
        end(&mut supervisor, t0 + GRACE, 10, Outcome::Killed { signal: 9, dumped: false });
        assert!(supervisor.is_done());
        assert_eq!(supervisor.status(), 143, "and the killed run is no failure of its own");
    }

    #[test]
    fn the_second_signal_kills_at_once() {
        let (mut supervisor, t0) = every_ms(None);
        start(&mut supervisor, t0, 10);
        actions(&mut supervisor, t0, Event::Stop(Signal::SIGINT));
        let second = actions(&mut supervisor, t0 + MS, Event::Stop(Signal::SIGTERM));
        assert_eq!(second, [Action::Signal { group: pid(10), signal: Signal::SIGKILL }]);
        assert_eq!(supervisor.status(), 130);
    }

    #[test]
    fn what_does_not_end_though_killed_is_told_and_left() {
        let (mut supervisor, t0) = every_ms(None);
        start(&mut supervisor, t0, 10);
        actions(&mut supervisor, t0, Event::Stop(Signal::SIGINT));
        actions(&mut supervisor, t0, Event::Stop(Signal::SIGINT));
        let told = actions(&mut supervisor, t0 + KILLED_END_WITHIN, Event::Time);
        assert_eq!(told, [Action::TellImmortal { runs: 1 }]);
        assert!(supervisor.is_done());
    }

    #[test]
    fn a_closed_output_stops_it_gently_and_a_signal_after_it_is_the_first() {
        let (mut supervisor, t0) = every_ms(None);
        start(&mut supervisor, t0, 10);
        assert_eq!(actions(&mut supervisor, t0, Event::OutputClosed).len(), 3);
        assert_eq!(supervisor.status(), 0);
        assert_eq!(actions(&mut supervisor, t0, Event::Stop(Signal::SIGTERM)), []);
        end(&mut supervisor, t0, 10, Outcome::Killed { signal: 13, dumped: false });
        assert!(supervisor.is_done());
    }

    proptest! {
        #[test]
        fn whatever_happens_every_run_started_is_told_once_and_none_starts_after_a_stop(
            steps in prop::collection::vec((0_u32..4, 0_u64..20), 1..200)
        ) {
            let (mut supervisor, mut now) = every_ms(None);
            let (mut next_pid, mut started, mut told, mut stopped) = (100, 0, 0, false);
            let mut going: VecDeque<i32> = VecDeque::new();
            let mut queue = VecDeque::new();
            for (what, delay) in steps {
                now += Duration::from_millis(delay);
                queue.push_back(match what {
                    0 | 1 => Event::Time,
                    2 => match going.pop_front() {
                        Some(number) => Event::Ended {
                            pid: pid(number), outcome: Outcome::Exited(1), usage: Usage::default(),
                        },
                        None => Event::Time,
                    },
                    _ if delay == 0 => { stopped = true; Event::Stop(Signal::SIGTERM) }
                    _ => Event::Time,
                });
                while let Some(event) = queue.pop_front() {
                    for action in actions(&mut supervisor, now, event) {
                        match action {
                            Action::Start { run, late } => {
                                prop_assert!(!stopped);
                                started += 1;
                                prop_assert_eq!(run, started);
                                next_pid += 1;
                                going.push_back(next_pid);
                                queue.push_back(Event::Started { run, late, pid: pid(next_pid) });
                            }
                            Action::Tell(_) => told += 1,
                            _ => {}
                        }
                    }
                }
                prop_assert_eq!(started, told + going.len() as u64);
            }
        }
    }
}
