//! Ctrl-Z and CONT, and runs that the terminal stops.

use super::*;

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
