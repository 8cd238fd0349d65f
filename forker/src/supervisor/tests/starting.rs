//! When runs start, are skipped and replaced, and with which of them forker ends.

use super::*;

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
fn missed_ticks_are_logged_once_a_second_at_most() {
    let mut world = World::new(Policy { overlap: Overlap::Forbid, ..POLICY }, true);
    world.time(0);
    assert_eq!(world.time(10), [Action::LogMissed(9)]);
    assert_eq!(world.time(20), []);
    assert_eq!(world.time(1030), [Action::LogMissed(9 + 1009)]);
}

/// A run that leaves a daemon: outside of its group, and without a parent but forker.
fn leaves_a_daemon(world: &mut World, ms: u32, leader: i32, daemon: i32) -> Vec<Action> {
    world.fork(leader, daemon, daemon);
    world.end(ms, leader, Outcome::Exited(0))
}

fn daemon(number: i32) -> Action {
    Action::LogDaemon { pid: pid(number), name: "sleep".to_owned() }
}

#[test]
fn a_daemon_of_an_earlier_run_is_reported_once_and_counts_as_a_run_that_is_going() {
    let forbid = Policy { overlap: Overlap::Forbid, ..POLICY };
    for policy in [forbid, Policy { max_children: 1, ..POLICY }] {
        let mut world = World::new(policy, false);
        world.time(0);
        assert!(leaves_a_daemon(&mut world, 0, 10, 77).contains(&daemon(77)));
        assert_eq!(world.time(3), []);
        world.end(3, 77, Outcome::Exited(0));
        assert_eq!(world.time(4), [Action::LogSkipped(3), world.start(2, 4)]);
        assert!(!world.end(4, 11, Outcome::Exited(0)).contains(&daemon(77)));
    }
}

#[test]
fn a_daemon_that_is_kept_is_neither_counted_nor_reported() {
    let policy = Policy { overlap: Overlap::Forbid, keep_orphans: true, ..POLICY };
    let mut world = World::new(policy, false);
    world.time(0);
    assert!(!leaves_a_daemon(&mut world, 0, 10, 77).contains(&daemon(77)));
    assert_eq!(world.time(1), [world.start(2, 1)]);
}

#[test]
fn what_replaces_a_run_waits_for_the_end_of_its_daemon_too() {
    let mut world = World::new(Policy { overlap: Overlap::Replace, ..POLICY }, false);
    world.time(0);
    for (ms, leader, daemon) in [(0, 10, 77), (2, 11, 78)] {
        leaves_a_daemon(&mut world, ms, leader, daemon);
        assert!(world.time(ms + 1).contains(&to_child(daemon, SIGTERM)));
        let ended = world.end(ms + 2, daemon, killed(SIGTERM));
        let run = u64::from(ms / 2 + 2);
        let starts =
            |action: &Action| matches!(action, Action::Start { run: it, .. } if *it == run);
        assert!(ended.iter().any(starts), "{ended:?}");
    }
}
