//! Every signal that would end forker: its runs end first, whichever it is. And KILL, which nobody can read.

use std::process::Command;

use nix::libc;
use tests::forker::{forker_under, running, wait_for_line};
use tests::processes::Mark;
use tests::{Running, wait_until};

/// Cleans up when it is asked to end.
const TIDY: &str = "trap 'echo cleaned; exit 0' TERM; echo ready; while :; do sleep 0.01; done";

/// Sends a signal by its number: nix has no real-time signals.
fn send(forker: &Running, signal: i32) {
    let mut kill = Command::new("kill");
    let sent = kill.args([format!("-{signal}"), forker.pid().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn every_signal_that_would_end_forker_ends_its_runs_first() {
    let for_others = [
        libc::SIGKILL,
        libc::SIGSTOP,
        libc::SIGTSTP,
        libc::SIGTTIN,
        libc::SIGTTOU,
        libc::SIGCONT,
        libc::SIGCHLD,
        libc::SIGURG,
        libc::SIGPIPE, // Rust's runtime ignores it
        libc::SIGQUIT,
        libc::SIGUSR1,
        libc::SIGUSR2,
        libc::SIGWINCH,
    ];
    // The C library keeps 32 and 33 for itself.
    let numbers = (1..=31).chain(libc::SIGRTMIN()..=libc::SIGRTMAX());
    for signal in numbers.filter(|signal| !for_others.contains(signal)) {
        let args = running("-q -e 1 -i 1h", TIDY);
        let mut command = forker_under(&["env", "--default-signal"], &args);
        let mark = Mark::on(&mut command);
        let mut forker = Running::start(command);
        wait_for_line(&mut forker, "ready");
        send(&forker, signal);
        wait_for_line(&mut forker, "cleaned");
        assert_eq!(forker.finish().status.code(), Some(128 + signal), "signal {signal}");
        mark.assert_nothing_left();
    }
}

#[test]
fn a_signal_that_was_ignored_at_the_start_stops_nothing() {
    for signal in [libc::SIGHUP, libc::SIGALRM, libc::SIGRTMIN() + 3] {
        let ignore = format!("--ignore-signal={signal}");
        let script = format!("trap 'echo got' USR1; {TIDY}");
        let args = running("-q -e 1 -i 1h", &script);
        let mut forker = Running::start(forker_under(&["env", &ignore], &args));
        wait_for_line(&mut forker, "ready");
        send(&forker, signal);
        // It has been read, if it is read, when the run has got the next one.
        send(&forker, libc::SIGUSR1);
        wait_for_line(&mut forker, "got");
        send(&forker, libc::SIGTERM);
        let status = forker.finish().status.code();
        assert_eq!(status, Some(128 + libc::SIGTERM), "signal {signal}");
    }
}

#[test]
fn a_run_has_the_real_time_signals_that_forker_was_given() {
    let show = ["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"];
    let given = ["env", "--default-signal", "--block-signal=40,64", "--ignore-signal=37,38"];
    let mut alone = Command::new(given[0]);
    alone.args(&given[1..]).args(show);
    let args: Vec<&str> = ["-q", "-e", "1", "-n", "1", "--"].into_iter().chain(show).collect();
    assert_eq!(tests::run(forker_under(&given, &args)).out, tests::run(alone).out);
}

#[test]
fn if_kill_ends_forker_a_run_can_still_clean_up() {
    let mut command = forker_under(&["env", "--default-signal"], &running("-q -e 1 -i 1h", TIDY));
    let mark = Mark::on(&mut command);
    let mut forker = Running::start(command);
    wait_for_line(&mut forker, "ready");
    send(&forker, libc::SIGKILL);
    wait_for_line(&mut forker, "cleaned");
    wait_until("the run has ended", || mark.bearers().is_empty().then_some(()));
}
