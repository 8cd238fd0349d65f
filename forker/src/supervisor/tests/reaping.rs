//! What a run leaves: who is whose, who is left alone, and what is reported.

use super::*;

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
    world.end(0, 10, Outcome::Exited(0));
    // A child of what was inherited becomes forker's, and so does one that forker has never seen. No run can have started
    // them: none is going.
    world.fork(5, 7, 3);
    world.fork(5, 8, 8);
    assert_eq!(world.end(0, 5, Outcome::Exited(0)), []);
    assert_eq!(world.time(0), []);
    assert!(world.supervisor.is_done());
}

#[test]
fn what_a_living_stranger_may_have_started_is_left_alone_and_reported_and_a_run_that_moves_to_its_group_is_not()
 {
    let mut world = World::new(Policy { count: Some(1), grace: 5 * MS, ..POLICY }, false);
    world.fork(OWN, OWN, 3);
    world.fork(OWN, 5, 3);
    let all = world.processes.values().cloned().collect();
    world.event(0, Event::Inherited(Ok(all)));
    world.time(0);
    // A daemon: the run's, or that of the living stranger.
    world.fork(OWN, 8, 8);
    // Another one in the group of forker and the stranger; and a child of the run, which goes there.
    world.fork(OWN, 9, 3);
    world.fork(10, 11, 3);
    let unclear = |number| Action::LogUnclear { pid: pid(number), name: "sleep".to_owned() };
    let targets = vec![Target::Group(pid(10)), Target::Process { pid: pid(11), started: 0 }];
    let term = Action::Signal { targets, signal: SIGTERM };
    let stop = Event::Stop(libc::SIGTERM);
    let stopping = Action::LogStopping { runs: 1 };
    assert_eq!(world.event(0, stop), [stopping, unclear(8), unclear(9), term]);
    // Both are reported once, and not waited for.
    world.exit(11);
    world.end(0, 10, killed(SIGTERM));
    world.end(0, 11, killed(SIGTERM));
    assert!(world.supervisor.is_done());
}

#[test]
fn what_appears_when_a_stranger_ends_may_be_that_of_a_run_which_is_going_and_is_reported() {
    let mut world = World::new(Policy { count: Some(1), ..POLICY }, false);
    world.fork(OWN, 5, 3);
    let all = world.processes.values().cloned().collect();
    world.event(0, Event::Inherited(Ok(all)));
    world.time(0);
    world.fork(5, 8, 8);
    world.exit(5);
    world.exit(10);
    let (ended, children) = (vec![pid(5), pid(10)], Ok([5, 8, 10].map(pid).to_vec()));
    let unclear = Action::LogUnclear { pid: pid(8), name: "sleep".to_owned() };
    assert_eq!(world.event(0, Event::Children { ended, children }), [unclear]);
    world.end(0, 5, Outcome::Exited(0));
    world.end(0, 10, Outcome::Exited(0));
    assert_eq!(world.time(0), []);
    assert!(world.supervisor.is_done());
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
    let problem = "not there; mount it: mount -t proc proc /proc".to_owned();
    let blind = [Action::LogBlind(problem)];
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
