//! How runs and forker itself are ended: TERM, KILL, and giving up.

use super::*;

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
    assert_eq!(world.event(0, Event::OutputClosed)[1], signal(10, SIGTERM));
    assert_eq!(world.supervisor.verdict().status(), 0);
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
fn a_signal_for_the_runs_goes_to_each_of_their_groups() {
    let mut world = World::new(POLICY, true);
    assert_eq!(world.event(0, Event::Forward(Signal::SIGUSR1)), []);
    world.time(0);
    world.time(1);
    let both = to_groups(&[10, 11], Signal::SIGUSR1);
    assert_eq!(world.event(1, Event::Forward(Signal::SIGUSR1)), [both]);
}

#[test]
fn a_daemon_that_is_started_after_the_term_gets_none_and_is_killed_after_the_grace() {
    let policy = Policy { timeout: Some(10 * MS), grace: 5 * MS, count: Some(1), ..POLICY };
    let mut world = World::new(policy, false);
    world.time(0);
    assert_eq!(world.time(10), [signal(10, SIGTERM)]);
    world.fork(10, 78, 78);
    world.end(11, 10, killed(SIGTERM));
    assert_eq!(world.time(11), [], "it may be a part of an orderly end");
    assert_eq!(world.time(16), [to_child(78, SIGKILL)]);
    let (name, outcome) = ("sleep".to_owned(), killed(SIGKILL));
    let leftover = Leftover { run: None, end_reason: None, pid: pid(78), name, outcome };
    assert_eq!(world.end(16, 78, outcome), [Action::LogLeftover(leftover)]);
}
