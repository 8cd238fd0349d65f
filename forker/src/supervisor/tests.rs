#![expect(clippy::disallowed_methods, reason = "a test may start at any time")]

use super::*;
use crate::report::run::Leftover;
use nix::errno::Errno;
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
    until_failure: false,
    keep_orphans: false,
};

/// A supervisor of a run every millisecond and the events that its actions would bring.
struct World {
    supervisor: Supervisor,
    t0: Instant,
    next_pid: i32,
}

impl World {
    /// `all`: whether every tick is shown.
    fn new(policy: Policy, all: bool) -> Self {
        let t0 = Instant::now();
        let supervisor = Supervisor::new(Schedule::new(t0, MS, 1, false, all), policy);
        Self { supervisor, t0, next_pid: 10 }
    }

    fn at(&self, ms: u32) -> Instant {
        self.t0 + ms * MS
    }

    /// What is to be done about `event`. A run that is to start starts, with the pids 10, 11, 12, …
    fn event(&mut self, ms: u32, event: Event) -> Vec<Action> {
        let now = self.at(ms);
        self.supervisor.handle(now, event);
        let mut actions = Vec::new();
        while let Some(action) = self.supervisor.next_action() {
            if let Action::Start { run, due } = action {
                let pid = pid(self.next_pid);
                self.next_pid += 1;
                self.supervisor.handle(now, Event::Started { run, due, pid });
            }
            if !matches!(action, Action::ShowTick(_)) {
                actions.push(action);
            }
        }
        actions
    }

    fn time(&mut self, ms: u32) -> Vec<Action> {
        self.event(ms, Event::Time)
    }

    fn end(&mut self, ms: u32, number: i32, outcome: Outcome) -> Vec<Action> {
        self.end_leaving(ms, number, outcome, vec![])
    }

    fn end_leaving(
        &mut self,
        ms: u32,
        number: i32,
        outcome: Outcome,
        left: Vec<Process>,
    ) -> Vec<Action> {
        let usage = Usage::default();
        self.event(ms, Event::Ended { pid: pid(number), outcome, usage, left })
    }

    fn all_reaped(&mut self, ms: u32) -> Vec<Action> {
        self.event(ms, Event::AllReaped { has_children: false })
    }

    fn start(&self, run: u64, due: u32) -> Action {
        Action::Start { run, due: self.at(due) }
    }
}

fn pid(number: i32) -> Pid {
    Pid::from_raw(number)
}

fn signal(number: i32, signal: Signal) -> Action {
    Action::Signal { leader: pid(number), signal }
}

fn signal_all(numbers: &[i32], signal: Signal) -> Action {
    Action::SignalAll { leaders: numbers.iter().copied().map(pid).collect(), signal }
}

fn killed(signal: Signal) -> Outcome {
    Outcome::Killed { signal: signal as i32, dumped: false }
}

fn process(number: i32, is_zombie: bool) -> Process {
    let (parent, group, started) = (pid(1), pid(10), 0);
    Process { pid: pid(number), parent, group, is_zombie, started, name: "sleep".to_owned() }
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
    world.all_reaped(9);
    assert!(world.supervisor.is_done());
    assert_eq!(world.supervisor.status(), 0);
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
    assert_eq!(world.supervisor.status(), 163);
}

#[test]
fn a_fork_that_fails_costs_its_run_and_the_schedule_goes_on() {
    let mut world = World::new(Policy { count: Some(2), ..POLICY }, true);
    let (t0, errno) = (world.t0, Errno::EAGAIN);
    world.supervisor.handle(t0, Event::Time);
    world.supervisor.handle(t0, Event::NotStarted { run: 1, due: t0, errno });
    assert_eq!(world.supervisor.wake_at(), Some(t0 + MS));
    assert_eq!(world.supervisor.status(), 125);
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
    assert_eq!(world.supervisor.status(), 0);
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
    assert_eq!(world.supervisor.wake_at(), None);
    world.end(15, 10, killed(SIGKILL));
    assert_eq!(world.supervisor.status(), 124);
}

#[test]
fn until_failure_stops_at_the_first_run_that_fails() {
    let mut world = World::new(Policy { until_failure: true, ..POLICY }, true);
    world.time(0);
    world.time(1);
    world.end(1, 10, Outcome::Exited(0));
    assert!(world.supervisor.wake_at().is_some());
    world.time(2);
    let actions = world.end(3, 11, Outcome::Exited(7));
    assert_eq!(actions[1..], [Action::LogStopping { runs: 1 }, signal_all(&[12], SIGTERM)]);
    world.end(3, 12, killed(SIGTERM));
    world.all_reaped(3);
    assert!(world.supervisor.is_done());
    assert_eq!(world.supervisor.status(), 7);
}

#[test]
fn what_a_leader_leaves_is_killed_after_the_grace_and_reported_when_it_has_ended() {
    let mut world = World::new(Policy { grace: 5 * MS, ..POLICY }, false);
    world.time(0);
    world.end_leaving(0, 10, Outcome::Exited(0), vec![process(77, false), process(78, true)]);
    assert_eq!(
        world.event(0, Event::AllReaped { has_children: true }),
        [Action::CheckTree { leader: pid(10) }]
    );
    assert_eq!(world.end(1, 78, Outcome::Exited(0)), [], "it was a zombie already");
    assert!(world.time(5).contains(&signal(10, SIGKILL)));
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
fn what_goes_with_its_leader_was_not_left_behind() {
    let policy = Policy { timeout: Some(10 * MS), grace: 5 * MS, ..POLICY };
    let mut world = World::new(policy, false);
    world.time(0);
    world.time(10);
    world.end_leaving(11, 10, killed(SIGTERM), vec![process(77, false), process(78, false)]);
    assert_eq!(world.end(11, 77, killed(SIGTERM)), []);
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
    world.time(15);
    world.time(20);
    // Nobody knows which of the two the kernel ends first.
    world.end_leaving(20, 10, killed(SIGKILL), vec![process(77, false)]);
    assert_eq!(world.end(20, 77, killed(SIGKILL)), []);
}

#[test]
fn what_is_killed_with_forkers_last_run_is_no_stray() {
    let mut world = World::new(POLICY, true);
    world.time(0);
    world.event(0, Event::Stop(SIGTERM));
    world.time(5000);
    world.end_leaving(5000, 10, killed(SIGKILL), vec![process(77, false)]);
    assert_eq!(
        world.event(5000, Event::AllReaped { has_children: true }),
        [Action::CheckTree { leader: pid(10) }, Action::KillRest],
        "killed again, but no stray"
    );
    assert_eq!(world.end(5001, 77, killed(SIGKILL)), []);
}

#[test]
fn a_tree_that_has_ended_is_not_killed() {
    let mut world = World::new(Policy { grace: 5 * MS, count: Some(1), ..POLICY }, false);
    world.time(0);
    world.end_leaving(0, 10, Outcome::Exited(0), vec![process(77, false)]);
    world.event(1, Event::TreeEnded { leader: pid(10) });
    assert_eq!(world.supervisor.wake_at(), None);
}

#[test]
fn strays_end_when_forker_ends_and_not_before() {
    let mut world = World::new(Policy { count: Some(2), ..POLICY }, false);
    world.time(0);
    world.end(0, 10, Outcome::Exited(0));
    world.event(0, Event::AllReaped { has_children: true });
    assert_eq!(world.time(1), [world.start(2, 1)]);
    world.end(1, 11, Outcome::Exited(0));
    world.event(1, Event::AllReaped { has_children: true });
    assert!(!world.supervisor.is_done());
    assert_eq!(world.time(1), [signal_all(&[], SIGTERM)]);
    world.event(1, Event::Strays(vec![process(77, false)]));
    assert_eq!(world.time(5000), []);
    assert_eq!(world.time(5001), [signal_all(&[], SIGKILL)]);
    let actions = world.end(5002, 77, killed(SIGKILL));
    assert!(matches!(&actions[..], [Action::LogLeftover(Leftover { run: None, .. })]));
    world.all_reaped(5002);
    assert!(world.supervisor.is_done());
    assert_eq!(world.supervisor.status(), 0);
}

#[test]
fn orphans_are_kept_if_asked() {
    let mut world = World::new(Policy { count: Some(1), keep_orphans: true, ..POLICY }, false);
    world.time(0);
    world.end(0, 10, Outcome::Exited(0));
    world.event(0, Event::AllReaped { has_children: true });
    assert!(world.supervisor.is_done());
}

#[test]
fn the_first_signal_sends_term_to_everything_and_kill_after_the_grace() {
    let mut world = World::new(POLICY, true);
    world.time(0);
    assert_eq!(
        world.event(0, Event::Stop(SIGTERM)),
        [Action::LogStopping { runs: 1 }, signal_all(&[10], SIGTERM)]
    );
    assert_eq!(world.supervisor.wake_at(), Some(world.at(5000)));
    assert_eq!(world.time(4999), [], "no new run and no early KILL");
    assert_eq!(world.time(5000), [signal_all(&[10], SIGKILL)]);
    world.end(5000, 10, killed(SIGKILL));
    world.all_reaped(5000);
    assert!(world.supervisor.is_done());
    assert_eq!(world.supervisor.status(), 143, "and the killed run is no failure of its own");
}

#[test]
fn the_second_signal_kills_at_once() {
    let mut world = World::new(POLICY, true);
    world.time(0);
    world.event(0, Event::Stop(Signal::SIGINT));
    assert_eq!(world.event(1, Event::Stop(SIGTERM)), [signal_all(&[10], SIGKILL)]);
    assert_eq!(world.supervisor.status(), 130);
}

#[test]
fn what_does_not_end_though_killed_is_reported_and_forker_ends() {
    let mut world = World::new(POLICY, true);
    world.time(0);
    world.event(0, Event::Stop(Signal::SIGINT));
    world.event(0, Event::Stop(Signal::SIGINT));
    assert_eq!(world.time(2000), [Action::LogUnkillable]);
    assert!(world.supervisor.is_done());
}

#[test]
fn a_closed_output_stops_it_by_term_and_a_signal_after_it_is_the_first() {
    let mut world = World::new(POLICY, true);
    world.time(0);
    assert_eq!(world.event(0, Event::OutputClosed)[1], signal_all(&[10], SIGTERM));
    assert_eq!(world.supervisor.status(), 0);
    assert_eq!(world.event(0, Event::Stop(SIGTERM)), []);
    assert_eq!(world.supervisor.status(), 143);
}

#[test]
fn the_time_of_a_suspension_counts_for_no_deadline() {
    let mut world = World::new(Policy { timeout: Some(10 * MS), count: Some(1), ..POLICY }, false);
    world.time(0);
    let to_10 = |signal| Action::Forward { leaders: vec![pid(10)], signal };
    assert_eq!(world.event(5, Event::Suspend), [to_10(Signal::SIGSTOP), Action::Suspend]);
    let after = 1000 * MS;
    assert_eq!(world.event(1005, Event::Continued { after }), [to_10(Signal::SIGCONT)]);
    assert_eq!(world.supervisor.wake_at(), Some(world.at(1010)));
    assert_eq!(world.time(1009), []);
    assert_eq!(world.time(1010), [signal(10, SIGTERM)]);
}

#[test]
fn a_signal_for_the_runs_goes_to_each_of_their_groups() {
    let mut world = World::new(POLICY, true);
    assert_eq!(world.event(0, Event::Forward(Signal::SIGUSR1)), []);
    world.time(0);
    world.time(1);
    let both = Action::Forward { leaders: vec![pid(10), pid(11)], signal: Signal::SIGUSR1 };
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
    End { leaving: bool },
    OrphanEnds,
    Stop,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => Just(Step::Time),
        10 => any::<bool>().prop_map(|leaving| Step::End { leaving }),
        5 => Just(Step::OrphanEnds),
        1 => Just(Step::Stop),
    ]
}

fn policy() -> impl Strategy<Value = Policy> {
    let overlap = prop_oneof![Just(Overlap::Allow), Just(Overlap::Forbid), Just(Overlap::Replace)];
    (overlap, 1_u64..4, prop::option::of(1_u32..40), any::<bool>(), prop::option::of(1_u64..20))
        .prop_map(|(overlap, max_children, timeout, until_failure, count)| Policy {
            overlap,
            max_children,
            timeout: timeout.map(|ms| ms * MS),
            until_failure,
            count,
            ..POLICY
        })
}

proptest! {
    #[test]
    fn whatever_happens_every_run_is_reported_once_and_the_limits_hold(
        policy in policy(), all: bool, steps in prop::collection::vec((step(), 0_u32..20), 1..150)
    ) {
        let mut world = World::new(policy.clone(), all);
        let most = if policy.overlap == Overlap::Allow { policy.max_children } else { 1 };
        let (mut ms, mut stopped, mut started, mut reported, mut next_orphan) = (0, false, 0, 0, 1000);
        let (mut adopted, mut reaped) = (0, 0);
        let mut running: VecDeque<i32> = VecDeque::new();
        let mut orphans: VecDeque<i32> = VecDeque::new();
        for (step, delay) in steps {
            ms += delay;
            let first_new = world.next_pid;
            let actions = match step {
                Step::Time => world.time(ms),
                Step::Stop => world.event(ms, Event::Stop(SIGTERM)),
                Step::End { leaving } => match running.pop_front() {
                    Some(number) => {
                        reaped += 1;
                        let left: Vec<Process> = (0..i32::from(leaving)).map(|_| process(next_orphan, false)).collect();
                        adopted += left.len() as u64;
                        orphans.extend(left.iter().map(|process| process.pid.as_raw()));
                        next_orphan += 1;
                        world.end_leaving(ms, number, Outcome::Exited(u8::from(leaving)), left)
                    }
                    None => vec![],
                },
                Step::OrphanEnds => match orphans.pop_front() {
                    Some(number) => {
                        reaped += 1;
                        let actions = world.end(ms, number, killed(SIGKILL));
                        prop_assert!(matches!(&actions[..], [Action::LogLeftover(_)]));
                        actions
                    }
                    None => vec![],
                },
            };
            running.extend(first_new..world.next_pid);
            for action in &actions {
                match action {
                    Action::Start { run, .. } => {
                        started += 1;
                        prop_assert_eq!(*run, started);
                        prop_assert!(!stopped, "no run after a stop");
                    }
                    Action::LogRun(_) => reported += 1,
                    Action::LogStopping { .. } | Action::SignalAll { .. } => stopped = true,
                    _ => {}
                }
            }
            prop_assert_eq!(started, reported + running.len() as u64);
            let watched = world.supervisor.runs.len() + world.supervisor.orphans.len();
            prop_assert_eq!(started + adopted, watched as u64 + reaped, "every process is watched or reaped");
            prop_assert!(running.len() as u64 <= most);
            prop_assert!(policy.count.is_none_or(|count| started <= count));
        }
    }
}
