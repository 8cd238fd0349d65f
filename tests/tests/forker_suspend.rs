//! Suspend and resume: forker stops with all that its runs have started, and goes on with it.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use nix::sys::signal::Signal;
use nix::unistd::Pid;
use tests::forker::{forker, running, wait_for_line};
use tests::processes::{Mark, state};
use tests::{Running, binary, wait_until};

/// forker as a job of its own, as a shell would start it: a group that has nobody to continue it cannot be stopped.
fn job(flags: &str, script: &str) -> (Running, Mark) {
    let mut command: Command = forker(&running(flags, script));
    command.process_group(0);
    let mark = Mark::on(&mut command);
    (Running::start(command), mark)
}

/// The bearers of the mark that are called so.
fn named(mark: &Mark, name: &str) -> Vec<Pid> {
    let is_named = |pid: &Pid| {
        fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm.trim_end() == name)
    };
    mark.bearers().into_iter().filter(is_named).collect()
}

fn wait_until_stopped(mark: &Mark) {
    // D: a shell is in vfork(2) until its child goes on.
    let is_stopped = |pid| matches!(state(pid), Some('T' | 'D'));
    wait_until("everything is stopped", || {
        mark.bearers().into_iter().all(is_stopped).then_some(())
    });
}

fn wait_until_resumed(mark: &Mark) {
    wait_until("everything goes on", || {
        mark.bearers().into_iter().all(|pid| state(pid) != Some('T')).then_some(())
    });
}

/// One sleeps in a session of its own, one in a group of its own, one in the run's.
const SCATTERED: &str = "setsid sleep 60.1 & bash -c 'set -m; sleep 60.2 & wait' & sleep 60.3";

#[test]
fn what_suspends_forker_suspends_its_runs_wherever_they_are_and_cont_resumes_all() {
    for signal in [Signal::SIGTSTP, Signal::SIGTTIN, Signal::SIGTTOU] {
        let (forker, mark) = job("-q -e 1 -i 1h", SCATTERED);
        wait_until("all are at work", || (named(&mark, "sleep").len() == 3).then_some(()));
        for _ in 0..2 {
            forker.signal(signal);
            wait_until_stopped(&mark);
            forker.signal(Signal::SIGCONT);
            wait_until_resumed(&mark);
        }
        forker.signal(Signal::SIGTERM);
        assert_eq!(forker.finish().status.code(), Some(143), "{signal}");
        mark.assert_nothing_left();
    }
}

#[test]
fn a_cont_that_follows_at_once_is_not_lost() {
    let (forker, mark) = job("-q -e 1 -i 1h", SCATTERED);
    wait_until("all are at work", || (named(&mark, "sleep").len() == 3).then_some(()));
    for _ in 0..50 {
        forker.signal(Signal::SIGTSTP);
        forker.signal(Signal::SIGCONT);
        wait_until_resumed(&mark);
    }
    forker.signal(Signal::SIGTERM);
    assert_eq!(forker.finish().status.code(), Some(143));
    mark.assert_nothing_left();
}

#[test]
fn a_run_gets_one_cont_for_each_that_forker_gets() {
    // `$|` is not buffered; the sleep ends early when a signal comes.
    let script = r"exec perl -e '$| = 1; $SIG{CONT} = sub { $n++; print qq(continued $n\n) };
        $SIG{USR1} = sub { print qq(end\n); exit }; print qq(ready\n); sleep 1 while 1'";
    let (mut forker, mark) = job("-q -e 1 -i 1h -n 1", script);
    wait_for_line(&mut forker, "ready");
    for number in 1..=20 {
        forker.signal(Signal::SIGTSTP);
        wait_until_stopped(&mark);
        forker.signal(Signal::SIGCONT);
        wait_for_line(&mut forker, &format!("continued {number}"));
    }
    forker.signal(Signal::SIGUSR1);
    wait_for_line(&mut forker, "end");
    let finished = forker.finish();
    let continued = finished.out.iter().filter(|line| line.starts_with("continued ")).count();
    assert_eq!(continued, 20);
}

#[test]
fn a_suspended_forker_takes_its_term_when_it_is_continued() {
    let script = "trap 'echo cleaned; exit 0' TERM; echo ready; while :; do sleep 0.01; done";
    let (mut forker, mark) = job("-q -e 1 -i 1h", script);
    wait_for_line(&mut forker, "ready");
    forker.signal(Signal::SIGTSTP);
    wait_until_stopped(&mark);
    forker.signal(Signal::SIGTERM);
    assert_eq!(state(forker.pid()), Some('T'));
    forker.signal(Signal::SIGCONT);
    wait_for_line(&mut forker, "cleaned");
    assert_eq!(forker.finish().status.code(), Some(143));
}

/// A shell in a terminal.
fn terminal() -> Running {
    let mut command = Command::new("script");
    command.args(["-q", "-c", "bash --norc -i", "/dev/null"]).stdin(Stdio::piped());
    Running::start(command)
}

#[test]
fn a_run_that_the_terminal_stops_is_reported() {
    for (script, signal) in [("read word </dev/tty", "SIGTTIN"), ("echo word", "SIGTTOU")] {
        let mut terminal = terminal();
        let forker = binary("forker").display().to_string();
        let tostop = if signal == "SIGTTOU" { "stty tostop; " } else { "" };
        terminal.write(&format!(
            "{tostop}{forker} --config none -q -e 1 -i 1h -n 1 -- sh -c '{script}'\n"
        ));
        terminal.out_line(&format!("): stopped by {signal}: "));
        terminal.write("\x03");
        terminal.write("echo \"status is $?\"\n");
        terminal.out_line("status is 130");
        terminal.write("exit\n");
        terminal.wait();
    }
}

#[test]
fn in_the_background_of_a_terminal_with_tostop_it_goes_on() {
    let mut terminal = terminal();
    let forker = binary("forker").display().to_string();
    terminal.write(&format!(
        "stty tostop; {forker} --config none -e 1 -i 20ms -n 3 -- true & wait; echo \"status is $?\"\n"
    ));
    terminal.out_line("3 runs: 0 failed");
    terminal.out_line("status is 0");
    terminal.write("exit\n");
    terminal.wait();
}
