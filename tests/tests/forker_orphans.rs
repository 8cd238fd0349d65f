//! What a run leaves behind, and what a timeout does not end at once.

use std::collections::BTreeSet;

use nix::sys::signal::Signal;
use nix::unistd::Pid;
use tests::forker::{forker, forker_under, logged, running, wait_for_line};
use tests::processes::{Mark, Zombies, processes, state_and_parent};
use tests::{Running, Stream, run, wait_until};

#[test]
fn what_a_leader_leaves_in_its_group_is_terminated_and_reported() {
    let mut command = forker(&running("-q -e 1 -n 1", "sleep 60 & echo hi"));
    let mark = Mark::on(&mut command);
    let finished = run(command);
    assert_eq!(finished.out, ["hi"]);
    assert_eq!(finished.status.code(), Some(0));
    assert_eq!(logged(&finished).len(), 1, "{:?}", finished.err);
    assert!(finished.err[0].starts_with("run 1 left s"), "{:?}", finished.err);
    let line = &finished.err[0];
    assert!(line.ends_with(") behind: ended; --keep-orphans keeps it"), "{line}");
    mark.assert_nothing_left();
}

#[test]
fn a_dead_child_that_its_parent_never_reaped_is_nothing_left_behind() {
    // A shell might reap it; Perl does not, and ends when it sees a zombie.
    let script = "$child = fork; exit if !$child;
        do { open FILE, qq(/proc/$child/stat); $_ = <FILE> } until /[)] Z /";
    let args = ["-q", "-e", "1", "-n", "2", "-i", "1ms", "--", "perl", "-e", script];
    let finished = run(forker(&args));
    assert_eq!(finished.out, [""; 0]);
    assert_eq!(logged(&finished), [""; 0]);
}

#[test]
fn what_ignores_term_is_killed_after_the_grace_also_when_its_leader_is_gone() {
    // The shell ends when the one that it leaves is ready.
    let script = "mkfifo $FIFO; sh -c 'trap \"\" TERM; : >$FIFO; while :; do sleep 1; done' & : <$FIFO; rm $FIFO";
    let mut command = forker(&running("-q -e 1 -n 1 --grace 200ms", script));
    command.env("FIFO", std::env::temp_dir().join(format!("forker-{}-fifo", std::process::id())));
    let mark = Mark::on(&mut command);
    let finished = run(command);
    assert!(
        finished
            .err
            .iter()
            .any(|line| line.starts_with("run 1 left sh (pid ") && line.contains(": killed;"))
    );
    assert_eq!(finished.status.code(), Some(0));
    mark.assert_nothing_left();
}

#[test]
fn orphans_are_kept_if_asked() {
    let mut command = forker(&running("-q -e 1 -n 1 --keep-orphans", "sleep 60 & echo $!"));
    let mark = Mark::on(&mut command);
    let mut forker = Running::start(command);
    let kept: Pid = Pid::from_raw(forker.line(|stream, _| stream == Stream::Out).parse().unwrap());
    assert_eq!(forker.wait().code(), Some(0));
    // In the middle of its exec it bears no mark.
    wait_until("it alone is left", || (mark.bearers() == [kept]).then_some(()));
    nix::sys::signal::kill(kept, Signal::SIGKILL).unwrap();
}

#[test]
fn a_daemon_that_cut_every_tie_ends_with_forker() {
    let script = "setsid sh -c 'sleep 60 & echo daemon'";
    let mut command = forker(&running("-q -e 1 -n 1", script));
    let mark = Mark::on(&mut command);
    let finished = run(command);
    mark.assert_nothing_left();
    assert!(finished.err.iter().any(|line| line.starts_with("a run left ")), "{:?}", finished.err);
    assert_eq!(finished.status.code(), Some(0));
}

#[test]
fn what_a_daemon_leaves_has_a_line_of_its_own() {
    // The daemon dies of the TERM; of its children one does too, and the other has to be killed.
    let daemon = "(trap \"\" TERM; echo deaf; exec sleep 61) & sleep 62 & wait";
    let script = format!("setsid sh -c 'sh -c '\\''{daemon}'\\'' &'");
    let mut command = forker(&running("-q -e 1 -i 1h --now --grace 200ms", &script));
    let mark = Mark::on(&mut command);
    let mut forker = Running::start(command);
    wait_for_line(&mut forker, "deaf");
    let is_sleep = |pid: &Pid| {
        std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name == "sleep\n")
    };
    wait_until("both children are what they are to be", || {
        (mark.bearers().iter().filter(|pid| is_sleep(pid)).count() == 2).then_some(())
    });
    forker.signal(Signal::SIGTERM);
    let finished = forker.finish();
    for (name, end) in [("sh", "ended"), ("sleep", "ended"), ("sleep", "killed")] {
        let (begin, end) = (format!("a run left {name} (pid "), format!(" behind: {end}; "));
        let is_it = |line: &&String| line.starts_with(&begin) && line.contains(&end);
        assert_eq!(finished.err.iter().filter(is_it).count(), 1, "{:?}", finished.err);
    }
    mark.assert_nothing_left();
}

/// A tree that does not want to end: it ignores TERM, and has a part in a session of its own, a daemon that
/// has lost its parents and a stopped process.
const WILD: &str = "trap '' TERM
setsid sh -c 'echo escapee; while :; do sleep 1; done' &
setsid sh -c 'setsid sleep 60 & echo daemon' &
sh -c 'echo stopped; kill -STOP $$' &
while :; do sleep 1; done";

#[test]
fn a_tree_that_does_not_want_to_end_is_ended_on_time() {
    let mut command = forker(&running("-e 1 -n 1 --timeout 4s --grace 1s --log-format json", WILD));
    let mark = Mark::on(&mut command);
    let mut forker = Running::start(command);
    for part in ["escapee", "daemon", "stopped"] {
        wait_for_line(&mut forker, part);
    }
    let line = forker.err_line("run 1 (pid ");
    assert!(line.contains("\"ended_because\":\"timed out\""), "{line}");
    let (_, rest) = line.split_once("\"seconds\":").unwrap();
    let seconds: f64 = rest.split_once(',').unwrap().0.parse().unwrap();
    assert!((5.0..10.0).contains(&seconds), "{line}");
    // What had left the group was found below its leader and killed with it, without a word; the daemon,
    // found nowhere, ends with forker after a grace of its own.
    let finished = forker.finish();
    let behind: Vec<&String> =
        finished.err.iter().filter(|line| line.contains(" behind: killed;")).collect();
    assert_eq!(behind.len(), 1, "{behind:?}");
    assert!(behind[0].contains("a run left sleep (pid "), "{behind:?}");
    assert_eq!(finished.status.code(), Some(124));
    mark.assert_nothing_left();
}

#[test]
fn an_escapee_is_known_to_be_its_runs_though_its_leader_died_of_the_term() {
    let script = "setsid sh -c 'trap \"\" TERM; echo escapee; while :; do sleep 1; done' & wait";
    let args = running("-q -e 1 -n 1 --timeout 4s --grace 200ms", script);
    let mut command = forker(&args);
    let mark = Mark::on(&mut command);
    let finished = run(command);
    assert!(finished.err[0].contains("timed out, killed by SIGTERM"), "{:?}", finished.err);
    assert!(
        finished.err.iter().any(|line| line.starts_with("run 1 left sh (pid ")
            && line.ends_with(") behind when it timed out: killed after the grace")),
        "{:?}",
        finished.err
    );
    assert_eq!(finished.status.code(), Some(124));
    mark.assert_nothing_left();
}

#[test]
fn what_is_killed_together_with_its_run_is_not_reported_as_left_behind() {
    // Which of the shell and its sleep is reaped first, chance decides: twenty runs meet both orders.
    let script = "while :; do sleep 1; done";
    let args = running("-q -e 1 -i 10ms -n 20 --timeout 300ms --grace 200ms", script);
    let finished = run(forker_under(&["env", "--ignore-signal=TERM"], &args));
    let ends = finished.err.iter().filter(|line| line.contains("): timed out, killed by SIGKILL "));
    assert_eq!(ends.count(), 20, "{:?}", finished.err);
    assert_eq!(logged(&finished).len(), 20, "{:?}", finished.err);
    assert_eq!(finished.status.code(), Some(124));
}

#[test]
fn a_run_that_ends_on_the_term_of_its_timeout_has_timed_out_all_the_same() {
    let script = "trap 'exit 0' TERM; while :; do sleep 0.05; done";
    let finished = run(forker(&running("-q -e 1 -n 1 --timeout 4s", script)));
    assert!(
        finished.err.iter().any(|line| line.contains("timed out, exited 0")),
        "{:?}",
        finished.err
    );
    assert_eq!(finished.status.code(), Some(124));
}

#[test]
fn adopted_orphans_do_not_stay_zombies() {
    // The zombie of `true` passes to forker when its parent ends, and so does a sleep, which gets TERM.
    let script = "true & sleep 0.02 & exec sleep 0.01";
    let mut forker = Running::start(forker(&running("-q -i 5ms -e 1 -n 200", script)));
    let mut zombies = Zombies::of(forker.pid());
    while !forker.has_ended() {
        zombies.look();
    }
    assert_eq!(forker.finish().status.code(), Some(0));
}

#[test]
#[ignore = "needs strace"]
fn a_leaders_group_gets_its_term_while_the_leader_is_a_zombie_and_not_reaped() {
    // Once the leader is reaped, its group's id may be another group's: the TERM could hit a stranger.
    let wrapper = ["strace", "-f", "-qq", "-e", "trace=wait4,waitid,kill", "-e", "signal=none"];
    let args = ["-q", "-e", "1", "-i", "10ms", "-n", "3", "--", "true"];
    let calls = run(forker_under(&wrapper, &args)).err;
    let place = |call: &str, detail: &str| {
        let is_it = |line: &String| line.contains(call) && line.contains(detail);
        calls.iter().position(is_it).unwrap_or_else(|| panic!("no {call}{detail} in {calls:#?}"))
    };
    let pid_of = |line: &String| Some(line.split_once("wait4(")?.1.split_once(',')?.0.to_owned());
    let leaders: BTreeSet<String> = calls.iter().filter_map(pid_of).collect();
    assert_eq!(leaders.len(), 3, "{calls:#?}");
    for leader in leaders {
        let looked = place("waitid(", &format!("si_pid={leader},"));
        let signalled = place("kill(", &format!("-{leader}, SIGTERM"));
        let reaped = place("wait4(", &format!("{leader},"));
        assert!(looked < signalled && signalled < reaped, "{leader}: {calls:#?}");
    }
}

#[test]
#[ignore = "needs root: it makes a namespace of processes"]
fn as_init_of_a_namespace_it_reaps_a_thousand_orphans_and_obeys_term() {
    let script = "for i in $(seq 1000); do (sleep 0 &); done; echo done; exec sleep 60";
    let wrapper = ["unshare", "--pid", "--fork", "--mount-proc"];
    let mut unshare = Running::start(forker_under(
        &wrapper,
        &running("-q -e 1 -i 100ms --overlap forbid", script),
    ));
    wait_for_line(&mut unshare, "done");
    let init = processes()
        .find(|pid| state_and_parent(*pid).is_some_and(|(_, parent)| parent == unshare.pid()))
        .unwrap();
    let children = || {
        processes().filter(|pid| state_and_parent(*pid).is_some_and(|(_, parent)| parent == init))
    };
    wait_until("its run alone is left", || (children().count() == 1).then_some(()));
    nix::sys::signal::kill(init, Signal::SIGTERM).unwrap();
    assert_eq!(unshare.wait().code(), Some(143));
}
