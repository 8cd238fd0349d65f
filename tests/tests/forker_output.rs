//! forker's stdout and stderr when nobody reads them, when they are closed, full or a file.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::AsFd;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tests::files::TempFile;
use tests::forker::{forker, running};
use tests::processes::Mark;
use tests::terminal::{control, pty};
use tests::{binary, run, wait_until};

/// What a pipe takes at least, pipe(7), in bytes.
const PAGE: usize = 4096;

#[test]
fn a_closed_stdout_ends_it_though_it_has_nothing_to_write() {
    let mut command = forker(&["-q", "-e", "1", "-i", "1h", "--", "sleep", "60"]);
    let mark = Mark::on(&mut command);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    wait_until("forker and its run are there", || (mark.bearers().len() == 2).then_some(()));
    drop(child.stdout.take());
    let status = wait_until("forker ends", || child.try_wait().unwrap());
    assert_eq!(status.code(), Some(0));
    mark.assert_nothing_left();
}

#[test]
fn a_run_that_dies_of_the_closed_stdout_is_no_failure() {
    let script = format!(
        "{} -q -i 1ms -e 1 -- seq 1000 | head -3; echo ${{PIPESTATUS[0]}}",
        binary("forker").display()
    );
    let mut command = Command::new("bash");
    command.args(["-c", &script]).env("XDG_CONFIG_HOME", "/nonexistent");
    let finished = run(command);
    assert_eq!(finished.out, ["1", "2", "3", "0"]);
    assert!(!finished.err.iter().any(|line| line.starts_with("run ")), "{:?}", finished.err);
}

#[test]
fn a_full_disk_is_told_and_ends_it_with_125() {
    for args in [&["-i", "1h", "--", "true"][..], &["lab", "--only", "wait", "--", "true"]] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let mut forker = forker(args).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
        let status = wait_until("forker ends", || forker.try_wait().unwrap());
        let logged = std::io::read_to_string(forker.stderr.take().unwrap()).unwrap();
        assert!(logged.contains("cannot write to stdout: No space left on device"), "{logged}");
        assert_eq!(status.code(), Some(125), "{args:?}");
    }
}

#[test]
fn a_stdout_that_nobody_reads_holds_up_no_signal() {
    let script = "echo ready >&2; exec head -c 1000000 /dev/zero";
    let mut command = forker(&running("-i 1ms -e 5", script));
    let mark = Mark::on(&mut command);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // One run at least is beyond what a pipe holds, the others wait to say that they are about to start.
    wait_until("runs pile up", || (mark.bearers().len() > 20).then_some(()));
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).unwrap();
    let status = wait_until("forker ends", || child.try_wait().unwrap());
    assert_eq!(status.code(), Some(143));
    mark.assert_nothing_left();
}

#[test]
fn a_child_waits_for_the_reader_of_a_stdout_that_is_non_blocking() {
    let (mut reader, mut writer) = io::pipe().unwrap();
    fcntl(&writer, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).unwrap();
    while writer.write(&[b'x'; PAGE]).is_ok() {}
    let mut command = forker(&["-i", "10ms", "-e", "1", "-n", "3", "--", "true"]);
    let mark = Mark::on(&mut command);
    let mut child = command.stdout(writer).stderr(Stdio::null()).spawn().unwrap();
    drop(command);
    wait_until("runs pile up", || (mark.bearers().len() == 4).then_some(()));
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    assert_eq!(text.matches("Child process: About to execute true\n").count(), 3, "{text}");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_stderr_that_nobody_reads_holds_up_nothing() {
    // Two thousand lines of a hundred bytes are more than a pipe holds.
    let mut command = forker(&["-i", "1ms", "-e", "1", "-n", "2000", "--", "true"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let status = wait_until("forker ends", || child.try_wait().unwrap());
    assert_eq!(status.code(), Some(0));
}

#[test]
fn a_terminal_that_nobody_reads_holds_up_no_timeout_and_no_signal() {
    for is_controlling in [true, false] {
        let mut command =
            forker(&running("-e 1 -i 1ms --timeout 50ms --grace 1s", "sleep 0.04; exit 3"));
        let mark = Mark::on(&mut command);
        let (_master, terminal) = pty((80, 24));
        command.stdout(terminal.try_clone().unwrap()).stderr(terminal.try_clone().unwrap());
        if is_controlling {
            control(&mut command);
        }
        let mut forker = command.spawn().unwrap();
        let pid = Pid::from_raw(forker.id().cast_signed());
        drop(command);
        let is_full = || {
            let mut terminal = [PollFd::new(terminal.as_fd(), PollFlags::POLLOUT)];
            poll(&mut terminal, PollTimeout::ZERO) == Ok(0)
        };
        // Twice: it may have been locked for a moment by a write that had room.
        wait_until("the terminal is full", || (is_full() && is_full()).then_some(()));
        kill(pid, Signal::SIGTERM).unwrap();
        let status = wait_until("forker ends", || forker.try_wait().unwrap());
        assert_eq!(status.code(), Some(143), "controlling: {is_controlling}");
        mark.assert_nothing_left();
    }
}

#[test]
fn the_failures_reach_a_reader_that_comes_when_forker_has_ended() {
    // Two thousand lines are more than the pipe holds at first.
    let mut command = forker(&["-q", "-e", "1", "-i", "1ms", "-n", "2000", "--", "false"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let status = wait_until("forker ends", || child.try_wait().unwrap());
    assert_eq!(status.code(), Some(1));
    let logged = io::read_to_string(child.stderr.take().unwrap()).unwrap();
    assert_eq!(logged.lines().filter(|line| line.contains("exited 1")).count(), 2000);
}

#[test]
fn a_timeout_holds_though_nobody_reads_stdout() {
    let mut command = forker(&[
        "-i",
        "1h",
        "-e",
        "1",
        "-n",
        "1",
        "--timeout",
        "300ms",
        "--",
        "head",
        "-c",
        "1000000",
        "/dev/zero",
    ]);
    let mark = Mark::on(&mut command);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let status = wait_until("forker ends", || child.try_wait().unwrap());
    assert_eq!(status.code(), Some(124));
    mark.assert_nothing_left();
}

#[test]
fn ticks_written_to_a_file_are_there_once_over_a_thousand_forks() {
    let file = TempFile::new("ticks", "", 0o644);
    let out = fs::File::create(file.name()).unwrap();
    // However slowly runs end, none is skipped.
    let args = "-i 1ms -e 1 -n 1000 --max-children 1000 -- true".split(' ');
    let mut command = forker(&args.collect::<Vec<_>>());
    let status = command.stdout(out).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(0));
    let text = fs::read_to_string(file.name()).unwrap();
    let ticks: Vec<u64> = text.lines().filter_map(|line| line.parse().ok()).collect();
    assert!(ticks.is_sorted_by(|one, next| one < next));
    assert_eq!(ticks.len(), 1000, "each of the thousand ticks that ran is there once");
    assert_eq!(text.matches("About to fork...\n").count(), 1000);
    assert_eq!(text.matches("Child process: About to execute true\n").count(), 1000);
}

#[test]
fn what_waits_for_its_reader_is_printed_once_however_many_runs_start_meanwhile() {
    // A child has a copy of all that forker keeps for a slow reader. If it wrote to the same output, that would come twice.
    const RUNS: usize = 300;
    const UNREAD: usize = 200;
    // A run that cannot be executed has a line with the whole command, and takes no time.
    let nowhere = format!("/nonexistent/{}", "long/".repeat(400));
    let args =
        format!("-i 1ms -e 1 -n {RUNS} --max-children {RUNS} --log-format json -- {nowhere}");
    let mut command = forker(&args.split(' ').collect::<Vec<_>>());
    let (mut log, stderr) = io::pipe().unwrap();
    fcntl(&log, FcntlArg::F_SETPIPE_SZ(PAGE as i32)).unwrap();
    let mut child = command.stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
    drop(command);
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (sender, forks) = channel();
    let reader = thread::spawn(move || {
        let is_fork = |line: &String| line == "About to fork...";
        lines.map_while(Result::ok).filter(is_fork).for_each(|_| sender.send(()).unwrap_or(()));
    });
    let mut logged = Vec::new();
    for () in forks.iter().take(RUNS).skip(UNREAD) {
        // There is room for a page, just when the next child is made.
        let mut page = [0; PAGE];
        let length = log.read(&mut page).unwrap();
        logged.extend_from_slice(&page[..length]);
    }
    log.read_to_end(&mut logged).unwrap();
    reader.join().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(127));
    let logged = String::from_utf8(logged).unwrap();
    let times = |run: &usize| logged.matches(&format!("\"run\":{run},")).count();
    let odd: Vec<usize> = (1..=RUNS).filter(|run| times(run) != 1).collect();
    assert!(odd.is_empty(), "not printed once: the lines of runs {odd:?}");
}
