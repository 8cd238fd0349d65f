//! forker as the init of a container, in the place of tini or dumb-init: process 1 of a pid namespace, for which the kernel
//! ignores every signal that it neither handles nor blocks (pid_namespaces(7)).

use std::process::Command;

use nix::libc;
use nix::unistd::Pid;
use tests::forker::{forker_under, running, wait_for_line};
use tests::processes::{processes, state, state_and_parent, zombies_of};
use tests::{Running, run, wait_until};

/// forker as process 1, and so every other process of its namespace ends with it.
fn as_init(args: &[&str]) -> Command {
    let wrapper = ["env", "--default-signal", "unshare", "--pid", "--fork", "--mount-proc"];
    forker_under(&[&wrapper[..], &["--kill-child"]].concat(), args)
}

/// forker, by the pid that it has here: the child of unshare(1).
fn init_of(unshare: &Running) -> Pid {
    let is_child =
        |pid: &Pid| state_and_parent(*pid).is_some_and(|(_, parent)| parent == unshare.pid());
    wait_until("forker is there", || processes().find(is_child))
}

fn send(pid: Pid, signal: i32) {
    let mut kill = Command::new("kill");
    assert!(kill.args([format!("-{signal}"), pid.to_string()]).status().unwrap().success());
}

#[test]
#[ignore = "needs root: it makes a namespace of processes"]
fn as_init_its_status_is_its_runs() {
    for (script, status) in [
        ("exit 0", 0),
        ("exit 7", 7),
        ("exit 255", 255),
        ("kill -KILL $$", 137),
        ("kill -SEGV $$", 139),
        ("kill -37 $$", 165),
    ] {
        let script = format!("ulimit -c 0; {script}");
        let finished = run(as_init(&running("-qq -e 1 -n 1", &script)));
        assert_eq!(finished.status.code(), Some(status), "{script}: {:?}", finished.err);
    }
    for (command, status) in [("/nosuch", 127), ("/tmp", 126)] {
        let finished = run(as_init(&["-qq", "-e", "1", "-n", "1", "--", command]));
        assert_eq!(finished.status.code(), Some(status), "{command}");
    }
}

#[test]
#[ignore = "needs root: it makes a namespace of processes"]
fn as_init_it_is_stopped_by_every_signal_that_a_container_may_send() {
    let script = "trap 'echo cleaned; exit 0' TERM; echo ready; while :; do sleep 0.01; done";
    for signal in [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGPWR, libc::SIGRTMIN() + 3] {
        let mut unshare = Running::start(as_init(&running("-qq -e 1 -i 1h", script)));
        wait_for_line(&mut unshare, "ready");
        send(init_of(&unshare), signal);
        wait_for_line(&mut unshare, "cleaned");
        assert_eq!(unshare.finish().status.code(), Some(128 + signal), "signal {signal}");
    }
}

#[test]
#[ignore = "needs root: it makes a namespace of processes"]
fn as_init_it_passes_signals_on_to_the_whole_group() {
    // A shell runs its trap when the program that it waits for has ended: so each has to get the signal.
    for (signal, name) in [
        (libc::SIGQUIT, "QUIT"),
        (libc::SIGUSR1, "USR1"),
        (libc::SIGUSR2, "USR2"),
        (libc::SIGWINCH, "WINCH"),
    ] {
        let below =
            format!("trap 'echo below; exit' {name}; echo ready; while :; do sleep 0.01; done");
        let script = format!("trap 'echo leader' {name}; sh -c \"{below}\"; exit 0");
        let mut unshare = Running::start(as_init(&running("-qq -e 1 -n 1", &script)));
        wait_for_line(&mut unshare, "ready");
        send(init_of(&unshare), signal);
        wait_for_line(&mut unshare, "below");
        wait_for_line(&mut unshare, "leader");
        assert_eq!(unshare.finish().status.code(), Some(0), "{name}");
    }
}

#[test]
#[ignore = "needs root: it makes a namespace of processes"]
fn as_init_it_reaps_what_others_leave_and_reports_the_right_status() {
    // Each orphan has a session and a status of its own, and none of them is the run's.
    let script =
        "for i in $(seq 300); do (setsid sh -c 'exit 9' &); done; echo done; sleep 0.5; exit 5";
    let mut unshare = Running::start(as_init(&running("-qq -e 1 -n 1", script)));
    wait_for_line(&mut unshare, "done");
    let init = init_of(&unshare);
    wait_until("no zombie is left", || zombies_of(init).is_empty().then_some(()));
    assert_eq!(unshare.finish().status.code(), Some(5));
}

#[test]
#[ignore = "needs root: it makes a namespace of processes"]
fn as_init_it_cannot_be_suspended_and_its_runs_go_on() {
    let mut unshare = Running::start(as_init(&running(
        "-qq -e 1 -n 1",
        "trap 'echo continued' CONT; trap 'exit 3' USR1; echo ready; while :; do sleep 0.01; done",
    )));
    wait_for_line(&mut unshare, "ready");
    let init = init_of(&unshare);
    for signal in [libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU] {
        send(init, signal);
    }
    wait_for_line(&mut unshare, "continued");
    assert_ne!(state(init), Some('T'));
    send(init, libc::SIGUSR1);
    assert_eq!(unshare.finish().status.code(), Some(3));
}
