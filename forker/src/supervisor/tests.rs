#![expect(clippy::disallowed_methods, reason = "a test may start at any time")]

use std::io;

use super::*;
use crate::process::snapshot::Process;
use crate::report::run::{Leftover, Survivor};
use nix::errno::Errno;
use nix::libc;
use proptest::prelude::*;

const MS: Duration = Duration::from_millis(1);
const GRACE: Duration = Duration::from_secs(5);
const SIGTERM: Signal = Signal::SIGTERM;
const SIGKILL: Signal = Signal::SIGKILL;

const POLICY: Policy = Policy {
    count: None,
    grace: GRACE,
    overlap: Overlap::Allow,
    max_children: 64,
    timeout: None,
    until: None,
    keep_orphans: false,
};

/// forker's pid.
const OWN: i32 = 1;

/// A supervisor of a run every millisecond, the processes that there are, and the events that its actions would bring.
struct World {
    supervisor: Supervisor,
    t0: Instant,
    next_pid: i32,
    processes: BTreeMap<i32, Process>,
}

impl World {
    /// `all`: whether every tick is shown.
    fn new(policy: Policy, all: bool) -> Self {
        let t0 = Instant::now();
        let schedule = Schedule::new(t0, MS, 1, false, all);
        let supervisor = Supervisor::new(schedule, policy, pid(OWN));
        Self { supervisor, t0, next_pid: 10, processes: BTreeMap::new() }
    }

    fn at(&self, ms: u32) -> Instant {
        self.t0 + ms * MS
    }

    /// What is to be done about `event`. A run that is to start starts, with the pids 10, 11, 12, …
    fn event(&mut self, ms: u32, event: Event) -> Vec<Action> {
        let now = self.at(ms);
        self.supervisor.handle(now, event);
        let mut actions = Vec::new();
        loop {
            while let Some(action) = self.supervisor.next_action() {
                if let Action::Start { run, due } = action {
                    let number = self.next_pid;
                    self.next_pid += 1;
                    self.fork(OWN, number, number);
                    let pid = pid(number);
                    self.supervisor.handle(now, Event::Started { run, due, pid });
                }
                if !matches!(action, Action::ShowTick(_)) {
                    actions.push(action);
                }
            }
            if !self.supervisor.wants_look() {
                return actions;
            }
            let all = self.processes.values().cloned().collect();
            self.supervisor.handle(now, Event::Looked(Ok(all)));
        }
    }

    fn time(&mut self, ms: u32) -> Vec<Action> {
        self.event(ms, Event::Time)
    }

    /// A process appears.
    fn fork(&mut self, parent: i32, number: i32, group: i32) {
        let (pid, parent, group) = (pid(number), pid(parent), pid(group));
        let name = "sleep".to_owned();
        let process = Process { pid, parent, group, is_zombie: false, started: 0, name };
        self.processes.insert(number, process);
    }

    /// A process ends, and its parent is left to reap it; its children become forker's.
    fn exit(&mut self, number: i32) {
        self.processes.get_mut(&number).unwrap().is_zombie = true;
        for process in self.processes.values_mut() {
            if process.parent == pid(number) {
                process.parent = pid(OWN);
            }
        }
    }

    /// A child of forker ends and is reaped.
    fn end(&mut self, ms: u32, number: i32, outcome: Outcome) -> Vec<Action> {
        self.exit(number);
        let children = self.processes.values().filter(|process| process.parent == pid(OWN));
        let children = children.map(|process| process.pid).collect();
        let pid = pid(number);
        let mut actions =
            self.event(ms, Event::Children { ended: vec![pid], children: Ok(children) });
        actions.extend(self.event(ms, Event::HasEnded { pid }));
        self.processes.remove(&number);
        actions.extend(self.event(ms, Event::Reaped { pid, outcome, usage: Usage::default() }));
        let (has_children, ended_groups) = (!self.processes.is_empty(), Vec::new());
        actions.extend(self.event(ms, Event::AllReaped { has_children, ended_groups }));
        actions
    }

    fn start(&self, run: u64, due: u32) -> Action {
        Action::Start { run, due: self.at(due) }
    }
}

fn pid(number: i32) -> Pid {
    Pid::from_raw(number)
}

/// A signal to the groups of these leaders.
fn to_groups(numbers: &[i32], signal: Signal) -> Action {
    let targets = numbers.iter().map(|number| Target::Group(pid(*number))).collect();
    Action::Signal { targets, signal }
}

fn to_child(number: i32, signal: Signal) -> Action {
    Action::Signal { targets: vec![Target::Child(pid(number))], signal }
}

fn signal(number: i32, signal: Signal) -> Action {
    to_groups(&[number], signal)
}

fn killed(signal: Signal) -> Outcome {
    Outcome::Killed { signal: signal as i32, dumped: false }
}

#[test]
fn it_is_done_when_so_many_runs_have_started_and_ended() {
    let mut world = World::new(Policy { count: Some(2), ..POLICY }, true);
    world.time(0);
    world.time(1);
    assert_eq!(world.supervisor.wake_at(), None);
    assert_eq!(world.time(9), []);
    world.end(9, 11, Outcome::Exited(0));
    assert!(!world.supervisor.is_done());
    world.end(9, 10, Outcome::Exited(0));
    assert!(world.supervisor.is_done());
    assert_eq!(world.supervisor.verdict().status(), 0);
}

#[test]
fn the_status_is_that_of_the_last_run_that_failed() {
    let mut world = World::new(POLICY, true);
    for (ms, outcome) in [
        (0, Outcome::Exited(3)),
        (1, Outcome::Killed { signal: 35, dumped: false }),
        (2, Outcome::Exited(0)),
    ] {
        world.time(ms);
        world.end(ms, world.next_pid - 1, outcome);
    }
    assert_eq!(world.supervisor.verdict().status(), 163);
}

#[test]
fn a_fork_that_fails_costs_its_run_and_the_schedule_goes_on() {
    let mut world = World::new(Policy { count: Some(2), ..POLICY }, true);
    let (t0, errno) = (world.t0, Errno::EAGAIN);
    world.supervisor.handle(t0, Event::Time);
    world.supervisor.handle(t0, Event::NotStarted { run: 1, due: t0, errno });
    assert_eq!(world.supervisor.wake_at(), Some(t0 + MS));
    assert_eq!(world.supervisor.verdict().status(), 125);
}

#[test]
fn forbid_skips_a_run_while_another_is_running() {
    let mut world = World::new(Policy { overlap: Overlap::Forbid, ..POLICY }, true);
    assert_eq!(world.time(0), [world.start(1, 0)]);
    assert_eq!(world.time(1), []);
    assert_eq!(world.time(2), []);
    world.end(2, 10, Outcome::Exited(0));
    assert_eq!(world.time(3), [Action::LogSkipped(2), world.start(2, 3)]);
}

#[test]
fn ticks_that_are_not_shown_and_can_start_nothing_wake_nobody() {
    let mut world = World::new(Policy { overlap: Overlap::Forbid, ..POLICY }, false);
    world.time(0);
    assert_eq!(world.supervisor.wake_at(), None);
    assert_eq!(world.time(3), []);
    world.end(5, 10, Outcome::Exited(0));
    assert_eq!(world.supervisor.wake_at(), Some(world.at(6)));
    assert_eq!(world.time(6), [Action::LogSkipped(5), world.start(2, 6)]);
}

#[test]
fn no_more_than_max_children_run_at_a_time() {
    let mut world = World::new(Policy { max_children: 2, ..POLICY }, true);
    world.time(0);
    world.time(1);
    assert_eq!(world.time(2), []);
    world.end(2, 10, Outcome::Exited(0));
    assert_eq!(world.time(3), [Action::LogSkipped(1), world.start(3, 3)]);
}

#[test]
fn replace_ends_the_last_run_and_starts_the_next_when_it_is_over() {
    let mut world = World::new(Policy { overlap: Overlap::Replace, ..POLICY }, true);
    world.time(0);
    assert_eq!(world.time(1), [signal(10, SIGTERM)]);
    assert_eq!(world.time(2), [], "TERM is sent once");
    let actions = world.end(3, 10, killed(SIGTERM));
    assert!(matches!(&actions[0], Action::LogRun(report) if !report.failed()));
    assert_eq!(actions[1..], [Action::LogSkipped(1), world.start(2, 2)]);
    assert_eq!(world.supervisor.verdict().status(), 0);
}

#[test]
fn a_run_that_times_out_gets_term_then_kill_and_is_a_failure() {
    let policy = Policy { timeout: Some(10 * MS), grace: 5 * MS, count: Some(1), ..POLICY };
    let mut world = World::new(policy, true);
    world.time(0);
    assert_eq!(world.supervisor.wake_at(), Some(world.at(10)));
    assert_eq!(world.time(9), []);
    assert_eq!(world.time(10), [signal(10, SIGTERM)]);
    assert_eq!(world.supervisor.wake_at(), Some(world.at(15)));
    assert_eq!(world.time(15), [signal(10, SIGKILL)]);
    world.end(15, 10, killed(SIGKILL));
    assert_eq!(world.supervisor.verdict().status(), 124);
}

#[test]
fn until_failure_stops_at_the_first_run_that_fails() {
    let mut world = World::new(Policy { until: Some(Until::Failure), ..POLICY }, true);
    world.time(0);
    world.time(1);
    world.end(1, 10, Outcome::Exited(0));
    assert!(world.supervisor.wake_at().is_some());
    world.time(2);
    let actions = world.end(3, 11, Outcome::Exited(7));
    assert_eq!(actions[2..], [Action::LogStopping { runs: 1 }, signal(12, SIGTERM)]);
    world.end(3, 12, killed(SIGTERM));
    assert!(world.supervisor.is_done());
    assert_eq!(world.supervisor.verdict().status(), 7);
}

#[test]
fn until_success_stops_at_the_first_run_that_ends_well_by_itself() {
    let policy = Policy { until: Some(Until::Success), overlap: Overlap::Replace, ..POLICY };
    let mut world = World::new(policy, true);
    world.time(0);
    world.time(1);
    world.end(1, 10, Outcome::Exited(0));
    assert!(world.supervisor.wake_at().is_some(), "a run that was replaced has not ended well");
    world.end(1, 11, Outcome::Exited(7));
    assert_eq!(world.supervisor.verdict().status(), 7);
    world.time(2);
    world.end(2, 12, Outcome::Exited(0));
    assert!(world.supervisor.is_done());
    assert_eq!(world.supervisor.verdict().status(), 0);
}

#[test]
fn until_success_gives_the_last_status_when_no_run_ends_well() {
    let policy = Policy { until: Some(Until::Success), count: Some(2), ..POLICY };
    let mut world = World::new(policy, true);
    for (ms, number, code) in [(0, 10, 3), (1, 11, 4)] {
        world.time(ms);
        world.end(ms, number, Outcome::Exited(code));
    }
    assert!(world.supervisor.is_done());
    assert_eq!(world.supervisor.verdict().status(), 4);
}

#[test]
fn what_a_leader_leaves_is_killed_after_the_grace_and_reported_when_it_has_ended() {
    let mut world = World::new(Policy { grace: 5 * MS, ..POLICY }, false);
    world.time(0);
    world.fork(10, 77, 10);
    world.fork(10, 78, 10);
    world.exit(78);
    let actions = world.end(0, 10, Outcome::Exited(0));
    assert_eq!(actions[0], signal(10, SIGTERM), "before the leader is reaped");
    assert_eq!(world.end(1, 78, Outcome::Exited(0)), [], "it was a zombie already");
    assert!(world.time(5).contains(&to_child(77, SIGKILL)));
    let leftover = Leftover {
        run: Some(1),
        end_reason: None,
        pid: pid(77),
        name: "sleep".to_owned(),
        outcome: killed(SIGKILL),
    };
    assert_eq!(world.end(5, 77, killed(SIGKILL)), [Action::LogLeftover(leftover)]);
}

#[test]
fn what_goes_with_its_leader_was_not_left_behind_and_nobody_is_asked_twice() {
    let policy = Policy { timeout: Some(10 * MS), grace: 5 * MS, ..POLICY };
    let mut world = World::new(policy, false);
    world.time(0);
    world.fork(10, 77, 10);
    world.fork(10, 78, 78);
    let targets = vec![Target::Group(pid(10)), Target::Process { pid: pid(78), started: 0 }];
    assert!(world.time(10).contains(&Action::Signal { targets, signal: SIGTERM }));
    assert!(matches!(&world.end(11, 10, killed(SIGTERM))[..], [Action::LogRun(_)]));
    assert_eq!(world.end(11, 77, killed(SIGTERM)), []);
    assert!(world.time(15).contains(&to_child(78, SIGKILL)));
    let stubborn = world.end(16, 78, killed(SIGKILL));
    let reason = Some(EndReason::TimedOut);
    assert!(
        matches!(&stubborn[..], [Action::LogLeftover(leftover)] if leftover.end_reason == reason)
    );
}

#[test]
fn what_is_killed_with_its_leader_was_not_left_behind() {
    let policy = Policy { timeout: Some(10 * MS), grace: 5 * MS, ..POLICY };
    let mut world = World::new(policy, false);
    world.time(0);
    world.fork(10, 77, 10);
    world.time(10);
    world.time(15);
    // Nobody knows which of the two the kernel ends first.
    world.end(15, 10, killed(SIGKILL));
    assert_eq!(world.end(15, 77, killed(SIGKILL)), []);
}

#[test]
fn what_starts_after_the_term_is_not_asked_again_but_killed_after_the_grace() {
    let policy = Policy { timeout: Some(10 * MS), grace: 5 * MS, count: Some(1), ..POLICY };
    let mut world = World::new(policy, false);
    world.time(0);
    world.fork(10, 77, 77);
    world.time(10);
    world.fork(10, 78, 10);
    world.fork(OWN, 81, 10);
    world.fork(77, 79, 79);
    // A stray is found meanwhile: so there is a look.
    world.fork(OWN, 80, 80);
    assert_eq!(world.end(11, 80, Outcome::Exited(0)), []);
    let later = [77, 79].map(|number| Target::Process { pid: pid(number), started: 0 });
    let targets = [&[Target::Group(pid(10))], &later[..]].concat();
    assert_eq!(world.time(15), [Action::Signal { targets, signal: SIGKILL }]);
}

#[test]
fn what_is_forked_while_its_parent_is_killed_is_killed_too() {
    let policy = Policy { timeout: Some(10 * MS), grace: 5 * MS, count: Some(1), ..POLICY };
    let mut world = World::new(policy, false);
    world.time(0);
    world.fork(10, 77, 77);
    world.time(10);
    world.time(15);
    world.fork(77, 78, 77);
    world.fork(OWN, 79, 10);
    world.exit(77);
    let targets = vec![Target::Child(pid(78)), Target::Child(pid(79))];
    let actions = world.end(15, 77, killed(SIGKILL));
    assert_eq!(actions, [Action::Signal { targets, signal: SIGKILL }], "by their groups");
}

#[test]
fn a_run_is_going_while_anything_of_its_tree_is() {
    let policy = Policy { overlap: Overlap::Forbid, count: Some(2), ..POLICY };
    let mut world = World::new(policy, false);
    world.time(0);
    world.fork(10, 77, 10);
    let actions = world.end(0, 10, Outcome::Exited(0));
    assert!(matches!(actions[..], [_, Action::LogRun(_)]), "its line comes with its leader's end");
    assert_eq!(world.time(3), []);
    world.end(4, 77, killed(SIGTERM));
    assert_eq!(world.time(5), [Action::LogSkipped(4), world.start(2, 5)]);
}

#[test]
fn a_run_is_over_though_nobody_reports_the_end_of_a_grandchild() {
    let policy = Policy { timeout: Some(10 * MS), count: Some(1), ..POLICY };
    let mut world = World::new(policy, false);
    world.time(0);
    world.fork(10, 77, 10);
    world.fork(77, 78, 10);
    world.time(10);
    world.end(10, 10, killed(SIGTERM));
    world.processes.remove(&78);
    world.end(11, 77, Outcome::Exited(0));
    assert!(world.supervisor.is_done());
}

#[test]
fn replace_waits_for_the_whole_tree() {
    let mut world = World::new(Policy { overlap: Overlap::Replace, ..POLICY }, true);
    world.time(0);
    world.fork(10, 77, 10);
    assert_eq!(world.time(1), [signal(10, SIGTERM)]);
    assert!(matches!(world.end(2, 10, killed(SIGTERM))[..], [Action::LogRun(_)]));
    assert_eq!(world.end(3, 77, killed(SIGTERM)), [world.start(2, 1)]);
}

#[test]
fn nothing_is_skipped_after_the_last_run() {
    let policy = Policy { overlap: Overlap::Forbid, count: Some(1), ..POLICY };
    let mut world = World::new(policy, false);
    world.time(0);
    world.end(9, 10, Outcome::Exited(0));
    assert_eq!(world.supervisor.tally().skipped, 0);
}

#[test]
fn a_process_that_has_the_pid_of_one_that_was_known_is_another() {
    let policy = Policy { timeout: Some(10 * MS), grace: 5 * MS, count: Some(1), ..POLICY };
    let mut world = World::new(policy, false);
    world.time(0);
    world.fork(10, 77, 77);
    world.time(10);
    world.processes.remove(&77);
    world.fork(9, 77, 77);
    world.processes.get_mut(&77).unwrap().started = 1;
    assert_eq!(world.time(15), [signal(10, SIGKILL)]);
}

#[test]
fn what_was_there_before_the_first_fork_is_left_alone() {
    let mut world = World::new(Policy { count: Some(1), ..POLICY }, false);
    world.fork(OWN, 5, 3);
    world.fork(5, 6, 3);
    let all = world.processes.values().cloned().collect();
    world.event(0, Event::Inherited(Ok(all)));
    world.time(0);
    // A child of what was inherited becomes forker's, and so does one that forker has never seen.
    world.fork(5, 7, 3);
    world.fork(5, 8, 8);
    assert_eq!(world.end(0, 5, Outcome::Exited(0)), []);
    world.end(0, 10, Outcome::Exited(0));
    assert_eq!(world.time(0), []);
    assert!(world.supervisor.is_done());
}

#[test]
fn what_a_stranger_leaves_is_left_alone_though_a_run_ends_at_the_same_moment() {
    let mut world = World::new(Policy { count: Some(1), ..POLICY }, false);
    world.fork(OWN, 5, 3);
    let all = world.processes.values().cloned().collect();
    world.event(0, Event::Inherited(Ok(all)));
    world.time(0);
    world.fork(5, 8, 8);
    world.exit(5);
    world.exit(10);
    let (ended, children) = (vec![pid(5), pid(10)], Ok([5, 8, 10].map(pid).to_vec()));
    assert_eq!(world.event(0, Event::Children { ended, children }), []);
    world.end(0, 5, Outcome::Exited(0));
    world.end(0, 10, Outcome::Exited(0));
    assert_eq!(world.time(0), []);
    assert!(world.supervisor.is_done());
}

#[test]
fn strays_end_when_forker_ends_and_not_before() {
    let mut world = World::new(Policy { count: Some(2), ..POLICY }, false);
    world.time(0);
    world.fork(OWN, 77, 77);
    world.end(0, 10, Outcome::Exited(0));
    assert_eq!(world.time(1), [world.start(2, 1)]);
    world.end(1, 11, Outcome::Exited(0));
    assert!(!world.supervisor.is_done());
    assert_eq!(world.time(1), [to_child(77, SIGTERM)]);
    assert_eq!(world.time(5000), []);
    assert_eq!(world.time(5001), [to_child(77, SIGKILL)]);
    let actions = world.end(5002, 77, killed(SIGKILL));
    assert!(matches!(&actions[..], [Action::LogLeftover(Leftover { run: None, .. })]));
    assert!(world.supervisor.is_done());
    assert_eq!(world.supervisor.verdict().status(), 0);
}

#[test]
fn orphans_are_kept_if_asked() {
    let mut world = World::new(Policy { count: Some(1), keep_orphans: true, ..POLICY }, false);
    world.time(0);
    world.fork(10, 77, 10);
    assert!(matches!(world.end(0, 10, Outcome::Exited(0))[..], [Action::LogRun(_)]));
    assert!(world.supervisor.is_done());
}

#[test]
fn what_was_asked_to_end_is_no_orphan_to_be_kept() {
    let timeout = Some(10 * MS);
    let policy = Policy { timeout, grace: 5 * MS, count: Some(1), keep_orphans: true, ..POLICY };
    let mut world = World::new(policy, false);
    world.time(0);
    world.fork(10, 77, 10);
    world.time(10);
    world.end(10, 10, killed(SIGTERM));
    assert!(!world.supervisor.is_done());
    assert_eq!(world.time(15), [to_child(77, SIGKILL)]);
    world.end(15, 77, killed(SIGKILL));
    assert!(world.supervisor.is_done());
}

#[test]
fn the_first_signal_sends_term_to_everything_and_kill_after_the_grace() {
    let mut world = World::new(POLICY, true);
    world.time(0);
    assert_eq!(
        world.event(0, Event::Stop(libc::SIGTERM)),
        [Action::LogStopping { runs: 1 }, signal(10, SIGTERM)]
    );
    assert_eq!(world.supervisor.wake_at(), Some(world.at(5000)));
    assert_eq!(world.time(4999), [], "no new run and no early KILL");
    assert_eq!(world.time(5000), [signal(10, SIGKILL)]);
    world.end(5000, 10, killed(SIGKILL));
    assert!(world.supervisor.is_done());
    assert_eq!(
        world.supervisor.verdict().status(),
        143,
        "and the killed run is no failure of its own"
    );
}

#[test]
fn a_second_signal_kills_at_once_but_not_the_first_one_that_arrives_twice() {
    let mut world = World::new(POLICY, true);
    world.time(0);
    world.event(0, Event::Stop(libc::SIGINT));
    assert_eq!(world.event(999, Event::Stop(libc::SIGTERM)), []);
    assert_eq!(world.event(1000, Event::Stop(libc::SIGTERM)), [signal(10, SIGKILL)]);
    assert_eq!(world.supervisor.verdict().status(), 130);
}

#[test]
fn a_failure_of_forkers_own_kills_at_once_also_while_it_is_being_suspended() {
    let mut world = World::new(POLICY, true);
    world.time(0);
    // The look that would go on with it has not come.
    world.supervisor.handle(world.at(0), Event::Suspend(Signal::SIGTSTP));
    assert_eq!(world.event(0, Event::Failed), [signal(10, SIGKILL)]);
    world.time(2000);
    assert!(world.supervisor.is_done(), "and it does not wait for ever for what does not end");
}

#[test]
fn a_closed_output_and_a_signal_are_one_request() {
    let mut world = World::new(POLICY, true);
    world.time(0);
    world.event(0, Event::OutputClosed);
    assert_eq!(world.event(9, Event::Stop(libc::SIGINT)), []);
    assert_eq!(world.event(9999, Event::OutputClosed), []);
    assert_eq!(world.supervisor.verdict().status(), 130);
}

#[test]
fn what_does_not_end_though_killed_is_reported_and_counts_as_gone() {
    let mut world = World::new(POLICY, true);
    world.time(0);
    world.fork(10, 77, 77);
    world.event(0, Event::Stop(libc::SIGINT));
    world.event(1000, Event::Stop(libc::SIGINT));
    let survivor = |number| {
        let name = "sleep".to_owned();
        Action::LogSurvivor(Survivor { run: Some(1), pid: pid(number), name })
    };
    let actions = world.time(3000);
    assert_eq!(actions[..2], [survivor(10), survivor(77)]);
    assert!(
        matches!(&actions[2..], [Action::LogRun(report)] if report.outcome == Outcome::NotEnded)
    );
    assert!(world.supervisor.is_done());
    assert_eq!(world.supervisor.verdict().status(), 125);
}

#[test]
fn a_refused_signal_is_reported_once_a_process_and_only_for_one_that_lives() {
    let mut world = World::new(Policy { count: Some(1), ..POLICY }, true);
    world.time(0);
    world.fork(10, 77, 10);
    world.event(0, Event::Stop(libc::SIGINT));
    let refused = |target| Event::Refused { target, signal: SIGTERM, errno: Errno::EPERM };
    let members = vec![Target::Child(pid(10)), Target::Process { pid: pid(77), started: 0 }];
    assert_eq!(
        world.event(0, refused(Target::Group(pid(10)))),
        [Action::Signal { targets: members, signal: SIGTERM }]
    );
    let child = Target::Child(pid(10));
    assert!(matches!(world.event(0, refused(child))[..], [Action::LogRefused { .. }]));
    assert_eq!(world.event(1, refused(child)), []);
    world.exit(77);
    world.exit(10);
    world.event(1000, Event::Stop(libc::SIGINT));
    assert_eq!(world.event(1000, refused(Target::Group(pid(10)))), [], "zombies");
}

#[test]
fn a_run_whose_processes_cannot_be_seen_ends_with_its_group() {
    let mut world = World::new(Policy { count: Some(1), grace: 5 * MS, ..POLICY }, false);
    let error = || io::Error::other("not there");
    world.time(0);
    let (now, pid, usage) = (world.t0, pid(10), Usage::default());
    world.supervisor.handle(now, Event::Children { ended: vec![pid], children: Err(error()) });
    assert!(world.supervisor.wants_look());
    let blind = [Action::LogBlind("not there".to_owned())];
    assert_eq!(world.event(0, Event::Looked(Err(error()))), blind);
    assert_eq!(world.event(0, Event::HasEnded { pid }), [signal(10, SIGTERM)]);
    world.event(0, Event::Reaped { pid, outcome: Outcome::Exited(0), usage });
    assert_eq!(world.supervisor.unseen_groups(), [pid]);
    let some_left = Event::AllReaped { has_children: true, ended_groups: vec![] };
    world.event(0, some_left);
    assert!(!world.supervisor.is_done());
    world.supervisor.handle(world.at(5), Event::Time);
    assert_eq!(world.event(5, Event::Looked(Err(error()))), [signal(10, SIGKILL)]);
    world.event(5, Event::AllReaped { has_children: false, ended_groups: vec![pid] });
    assert!(world.supervisor.is_done());
    assert_eq!(world.supervisor.verdict().status(), 0);
}

#[test]
fn a_closed_output_stops_it_by_term_and_a_signal_after_it_is_the_first() {
    let mut world = World::new(POLICY, true);
    world.time(0);
    assert_eq!(world.event(0, Event::OutputClosed)[1], signal(10, SIGTERM));
    assert_eq!(world.supervisor.verdict().status(), 0);
    assert_eq!(world.event(0, Event::Stop(libc::SIGTERM)), []);
    assert_eq!(world.supervisor.verdict().status(), 143);
}

#[test]
fn the_time_of_a_suspension_counts_for_no_deadline() {
    let mut world = World::new(Policy { timeout: Some(10 * MS), count: Some(1), ..POLICY }, false);
    world.time(0);
    assert_eq!(
        world.event(5, Event::Suspend(Signal::SIGTSTP)),
        [signal(10, Signal::SIGSTOP), Action::Suspend(Signal::SIGTSTP)]
    );
    let after = 1000 * MS;
    assert_eq!(world.event(1005, Event::Continued { after }), [signal(10, Signal::SIGCONT)]);
    assert_eq!(world.supervisor.wake_at(), Some(world.at(1010)));
    assert_eq!(world.time(1009), []);
    assert_eq!(world.time(1010), [signal(10, SIGTERM)]);
}

/// What is to be done after another look.
fn look(world: &mut World) -> Vec<Action> {
    let all = world.processes.values().cloned().collect();
    world.supervisor.handle(world.t0, Event::Looked(Ok(all)));
    std::iter::from_fn(|| world.supervisor.next_action()).collect()
}

#[test]
fn a_suspension_stops_also_what_is_forked_during_the_look() {
    let mut world = World::new(POLICY, false);
    world.time(0);
    world.fork(10, 77, 77);
    world.supervisor.handle(world.t0, Event::Suspend(Signal::SIGTTIN));
    let process = |number| Target::Process { pid: pid(number), started: 0 };
    let stop = |targets| [Action::Signal { targets, signal: Signal::SIGSTOP }];
    assert_eq!(look(&mut world), stop(vec![Target::Group(pid(10)), process(77)]));
    world.fork(77, 78, 78);
    world.supervisor.handle(world.at(5), Event::Time);
    assert_eq!(world.supervisor.next_action(), None, "no run starts meanwhile");
    assert_eq!(look(&mut world), stop(vec![Target::Group(pid(10)), process(77), process(78)]));
    assert_eq!(look(&mut world), [Action::Suspend(Signal::SIGTTIN)]);
    assert!(!world.supervisor.wants_look());
}

#[test]
fn a_run_that_the_terminal_stops_is_reported_once() {
    let mut world = World::new(POLICY, false);
    world.time(0);
    let (pid, signal) = (pid(10), Signal::SIGTTIN);
    let stopped = |signal| Event::HasStopped { pid, signal: signal as i32 };
    assert_eq!(world.event(0, stopped(Signal::SIGSTOP)), []);
    assert_eq!(world.event(0, stopped(signal)), [Action::LogStopped { run: 1, pid, signal }]);
    assert_eq!(world.event(0, stopped(signal)), []);
}

#[test]
fn what_is_to_be_left_alone_is_not_stopped() {
    let mut world = World::new(Policy { keep_orphans: true, ..POLICY }, false);
    world.fork(OWN, 5, 5);
    let all = world.processes.values().cloned().collect();
    world.event(0, Event::Inherited(Ok(all)));
    world.time(0);
    world.fork(10, 77, 77);
    world.end(0, 10, Outcome::Exited(0));
    let actions = world.event(0, Event::Suspend(Signal::SIGTSTP));
    assert_eq!(actions, [Action::Suspend(Signal::SIGTSTP)]);
}

#[test]
fn a_signal_for_the_runs_goes_to_each_of_their_groups() {
    let mut world = World::new(POLICY, true);
    assert_eq!(world.event(0, Event::Forward(Signal::SIGUSR1)), []);
    world.time(0);
    world.time(1);
    let both = to_groups(&[10, 11], Signal::SIGUSR1);
    assert_eq!(world.event(1, Event::Forward(Signal::SIGUSR1)), [both]);
}

#[test]
fn missed_ticks_are_logged_once_a_second_at_most() {
    let mut world = World::new(Policy { overlap: Overlap::Forbid, ..POLICY }, true);
    world.time(0);
    assert_eq!(world.time(10), [Action::LogMissed(9)]);
    assert_eq!(world.time(20), []);
    assert_eq!(world.time(1030), [Action::LogMissed(9 + 1009)]);
}

#[derive(Debug, Clone)]
enum Step {
    Time,
    /// A run's leader ends and leaves so many processes in its group.
    End {
        leaving: i32,
    },
    OrphanEnds,
    Stop,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => Just(Step::Time),
        10 => (0..3).prop_map(|leaving| Step::End { leaving }),
        8 => Just(Step::OrphanEnds),
        1 => Just(Step::Stop),
    ]
}

fn policy() -> impl Strategy<Value = Policy> {
    let overlap = prop_oneof![Just(Overlap::Allow), Just(Overlap::Forbid), Just(Overlap::Replace)];
    let until = prop::option::of(prop_oneof![Just(Until::Failure), Just(Until::Success)]);
    (overlap, 1_u64..4, prop::option::of(1_u32..40), until, prop::option::of(1_u64..20)).prop_map(
        |(overlap, max_children, timeout, until, count)| Policy {
            overlap,
            max_children,
            timeout: timeout.map(|ms| ms * MS),
            until,
            count,
            ..POLICY
        },
    )
}

proptest! {
    #[test]
    fn whatever_happens_every_run_is_reported_once_and_the_limits_hold(
        policy in policy(), all: bool, steps in prop::collection::vec((step(), 0_u32..20), 1..150)
    ) {
        let mut world = World::new(policy.clone(), all);
        let most = if policy.overlap == Overlap::Allow { policy.max_children } else { 1 };
        let (mut ms, mut stopped, mut started, mut reported) = (0, false, 0, 0);
        let mut leaders: VecDeque<i32> = VecDeque::new();
        let mut orphans: VecDeque<i32> = VecDeque::new();
        let mut next_orphan = 1000;
        for (step, delay) in steps {
            ms += delay;
            let first_new = world.next_pid;
            let actions = match step {
                Step::Time => world.time(ms),
                Step::Stop => world.event(ms, Event::Stop(libc::SIGTERM)),
                Step::End { leaving } => match leaders.pop_front() {
                    Some(number) => {
                        for _ in 0..leaving {
                            world.fork(number, next_orphan, number);
                            orphans.push_back(next_orphan);
                            next_orphan += 1;
                        }
                        world.end(ms, number, Outcome::Exited(u8::from(leaving > 1)))
                    }
                    None => vec![],
                },
                Step::OrphanEnds => match orphans.pop_front() {
                    Some(number) => world.end(ms, number, killed(SIGKILL)),
                    None => vec![],
                },
            };
            leaders.extend(first_new..world.next_pid);
            for action in &actions {
                match action {
                    Action::Start { run, .. } => {
                        started += 1;
                        prop_assert_eq!(*run, started);
                        prop_assert!(!stopped, "no run after a stop");
                    }
                    Action::LogRun(report) => reported += u64::from(report.outcome != Outcome::NotEnded),
                    Action::LogStopping { .. } => stopped = true,
                    _ => {}
                }
            }
            let supervisor = &world.supervisor;
            let given_up = leaders.iter().filter(|leader| supervisor.led_by(pid(**leader)).is_none());
            let given_up = given_up.count() as u64;
            prop_assert_eq!(started, reported + leaders.len() as u64);
            prop_assert!(leaders.len() as u64 - given_up <= supervisor.runs.len() as u64);
            prop_assert!(supervisor.runs.len() as u64 <= most, "trees count, not leaders");
            prop_assert!(policy.count.is_none_or(|count| started <= count));
        }
    }
}
