//! Signals to forker: what ends it, stops it, or is passed on to its runs.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tests::forker::{forker, forker_under, pid_in, running, wait_for_line};
use tests::processes::{Mark, state, state_and_parent};
use tests::{Running, Stream, binary, run, wait_until};

#[test]
fn term_at_any_moment_leaves_nothing() {
    for tick in 0..60 {
        let mut command = forker(&["-i", "1ms", "-e", "2", "--", "sleep", "60"]);
        let mark = Mark::on(&mut command);
        let mut forker = Running::start(command);
        if tick > 0 {
            // A tick may be missed on a busy machine; then the next will do.
            forker.line(|stream, line| {
                stream == Stream::Out && line.parse().is_ok_and(|number: u64| number >= tick)
            });
        }
        forker.signal(Signal::SIGTERM);
        let status = forker.wait();
        // Before it listens to signals there is nothing to leave, and TERM has its default effect.
        let ended_by_default = tick == 0 && status.signal() == Some(15);
        assert!(ended_by_default || status.code() == Some(143), "tick {tick}: {status:?}");
        mark.assert_nothing_left();
    }
}

#[test]
fn term_in_the_middle_of_a_run_ends_the_run_too() {
    let mut command = forker(&running("-i 1h -e 1 --now", "echo ready; sleep 60"));
    let mark = Mark::on(&mut command);
    let mut forker = Running::start(command);
    wait_for_line(&mut forker, "ready");
    forker.signal(Signal::SIGTERM);
    let logged = forker.err_line("run 1 (pid ");
    assert!(logged.contains("killed by SIGTERM"), "{logged}");
    assert_eq!(state(pid_in(&logged)), None);
    assert_eq!(forker.finish().status.code(), Some(143));
    mark.assert_nothing_left();
}

#[test]
fn a_timeout_needs_no_descriptor() {
    let wrapper = ["prlimit", "--nofile=8"];
    let args = "-q -e 1 -i 1h --now -n 1 --timeout 100ms -- sleep 60".split(' ');
    let forker = Running::start(forker_under(&wrapper, &args.collect::<Vec<_>>()));
    let finished = forker.finish();
    assert_eq!(finished.status.code(), Some(124));
    let is_logged = |line: &String| line.contains("timed out, killed by SIGTERM");
    assert!(finished.err.iter().any(is_logged), "{:?}", finished.err);
}

/// Says that it is ready and does not end when asked to.
const STUBBORN: &str = "trap '' TERM; echo ready; while :; do sleep 1; done";

#[test]
fn a_run_that_ignores_term_is_killed_after_the_grace() {
    let mut command = forker(&running("-e 1 -i 1h --grace 300ms", STUBBORN));
    let mark = Mark::on(&mut command);
    let mut forker = Running::start(command);
    wait_for_line(&mut forker, "ready");
    let start = Instant::now();
    forker.signal(Signal::SIGINT);
    let logged = forker.err_line("run 1 (pid ");
    assert!(logged.contains("killed by SIGKILL"), "{logged}");
    assert!(start.elapsed() >= Duration::from_millis(300));
    assert_eq!(forker.finish().status.code(), Some(130));
    mark.assert_nothing_left();
}

#[test]
fn a_second_signal_kills_at_once() {
    let mut command = forker(&running("-e 1 -i 1h --grace 1h", STUBBORN));
    let mark = Mark::on(&mut command);
    let mut forker = Running::start(command);
    wait_for_line(&mut forker, "ready");
    let first = Instant::now();
    forker.signal(Signal::SIGTERM);
    forker.err_line("stopping: ");
    // timeout(1), npm and outer supervisors send one request twice, within milliseconds.
    wait_until("a second signal kills", || {
        let ended = forker.has_ended();
        (!ended).then(|| forker.signal(Signal::SIGINT));
        ended.then_some(())
    });
    assert!(first.elapsed() >= Duration::from_secs(1), "killed after {:?}", first.elapsed());
    forker.err_line("killed by SIGKILL");
    assert_eq!(forker.finish().status.code(), Some(143));
    mark.assert_nothing_left();
}

#[test]
fn under_timeout_a_run_cleans_up_though_term_arrives_twice() {
    // timeout(1) signals forker, and then the group that forker is in.
    let script = "trap 'sleep 0.2; echo cleaned; exit 0' TERM; echo ready; sleep 30 & wait";
    let args = running("-qq -e 1 -i 1h", script);
    let finished = run(forker_under(&["timeout", "--signal=TERM", "1"], &args));
    assert_eq!(finished.out, ["ready", "cleaned"], "{:?}", finished.err);
}

#[test]
fn three_deep_the_innermost_run_cleans_up() {
    // Each forker gets TERM from the one outside of it, and the outermost twice.
    let forker = binary("forker");
    let forker = forker.to_str().unwrap();
    let script = "trap 'sleep 0.2; echo cleaned; exit 0' TERM; echo ready; sleep 30 & wait";
    let level = ["-qq", "-e", "1", "-i", "1h", "--"];
    let args = [&level[..], &[forker], &level, &[forker], &level, &["sh", "-c", script]].concat();
    let finished = run(forker_under(&["timeout", "--signal=TERM", "1"], &args));
    assert_eq!(finished.out, ["ready", "cleaned"], "{:?}", finished.err);
}

#[test]
fn a_stopped_run_takes_its_term() {
    let script = "echo ready; kill -STOP $$";
    let mut command = forker(&running("-e 1 -i 1h --grace 1h", script));
    let mark = Mark::on(&mut command);
    let mut forker = Running::start(command);
    wait_for_line(&mut forker, "ready");
    wait_until("the run is stopped", || {
        mark.bearers()
            .into_iter()
            .find(|pid| state_and_parent(*pid).is_some_and(|(state, _)| state == 'T'))
    });
    forker.signal(Signal::SIGTERM);
    forker.err_line("killed by SIGTERM");
    assert_eq!(forker.finish().status.code(), Some(143));
}

#[test]
fn a_signal_for_the_runs_is_passed_on_to_each_of_them() {
    for (signal, name) in [
        (Signal::SIGQUIT, "QUIT"),
        (Signal::SIGUSR1, "USR1"),
        (Signal::SIGUSR2, "USR2"),
        (Signal::SIGWINCH, "WINCH"),
    ] {
        let script =
            format!("trap 'echo got; exit 0' {name}; echo ready; while :; do sleep 0.01; done");
        let args = running("-q -e 1 -n 1", &script);
        let mut forker = Running::start(forker_under(&["env", "--default-signal"], &args));
        wait_for_line(&mut forker, "ready");
        forker.signal(signal);
        wait_for_line(&mut forker, "got");
        assert_eq!(forker.wait().code(), Some(0), "{name}");
    }
}

#[test]
fn a_signal_that_forker_was_started_to_ignore_is_passed_on_to_nobody() {
    // A shell cannot trap what it was started to ignore, Perl can.
    let script = "$| = 1; $SIG{USR1} = sub { print qq(got\\n) }; $SIG{TERM} = sub { print qq(end\\n); exit };
        print qq(ready\\n); sleep 1 while 1";
    for (wrapper, got) in [(&["env"][..], true), (&["env", "--ignore-signal=USR1"], false)] {
        let mut forker =
            Running::start(forker_under(wrapper, &["-q", "-e", "1", "--", "perl", "-e", script]));
        wait_for_line(&mut forker, "ready");
        forker.signal(Signal::SIGUSR1);
        if got {
            // Else Perl may begin with TERM while it is at USR1.
            wait_for_line(&mut forker, "got");
        }
        forker.signal(Signal::SIGTERM);
        wait_for_line(&mut forker, "end");
        let finished = forker.finish();
        assert_eq!(finished.status.code(), Some(143));
        assert!(got || !finished.out.contains(&"got".to_owned()), "{:?}", finished.out);
    }
}

#[test]
fn in_a_terminal_ctrl_z_stops_everything_fg_resumes_it_and_ctrl_c_ends_it() {
    let mut command = Command::new("script");
    command.args(["-q", "-c", "bash --norc -i", "/dev/null"]).stdin(Stdio::piped());
    let mark = Mark::on(&mut command);
    let mut terminal = Running::start(command);
    let shows = |terminal: &mut Running, text: &str| terminal.out_line(text);
    terminal.write(&format!(
        "{} -i 50ms -e 2 -n 100 -- sh -c 'echo at-work; sleep 60'\n",
        binary("forker").display()
    ));
    terminal.line(|_, line| line.trim_end() == "at-work");
    let of_forker = || {
        mark.bearers().into_iter().filter(|pid| {
            let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            ["forker\n", "sleep\n"].contains(&name.as_str())
        })
    };
    wait_until("a run is at work", || (of_forker().count() >= 2).then_some(()));
    terminal.write("\x1a");
    shows(&mut terminal, "Stopped");
    wait_until("everything is stopped", || {
        of_forker()
            .all(|pid| state_and_parent(pid).is_none_or(|(state, _)| state == 'T'))
            .then_some(())
    });
    terminal.write("fg\n");
    wait_until("everything goes on", || {
        of_forker()
            .all(|pid| state_and_parent(pid).is_none_or(|(state, _)| state != 'T'))
            .then_some(())
    });
    terminal.write("\x03");
    shows(&mut terminal, "stopping: ");
    terminal.write("echo \"status is $?\"\n");
    shows(&mut terminal, "status is 130");
    assert_eq!(of_forker().count(), 0);
    terminal.write("exit\n");
    terminal.wait();
}
