//! forker from outside: the real binary, real processes, real signals.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::unistd::Pid;
use tests::{Finished, Running, Stream, binary, program, run, wait_until};

fn forker(args: &[&str]) -> Command {
    let mut command = program("forker");
    command.args(args);
    command
}

/// forker started by `env` or another program that executes it in its own process.
fn forker_under(wrapper: &[&str], args: &[&str]) -> Command {
    let mut command = Command::new(wrapper[0]);
    command
        .args(&wrapper[1..])
        .arg(binary("forker"))
        .args(args)
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .stdin(Stdio::null());
    command
}

/// Waits for this very line on stdout.
fn says(forker: &mut Running, wanted: &str) {
    forker.line(|stream, line| stream == Stream::Out && line == wanted);
}

/// A value in the environment of forker and so of everything it starts: what is left of it can be found.
struct Mark(String);

impl Mark {
    const NAME: &'static str = "LEFT_BY_TEST";

    fn on(command: &mut Command) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mark = format!("{}-{number}", std::process::id());
        command.env(Self::NAME, &mark);
        Self(mark)
    }

    /// The processes that carry the mark.
    fn bearers(&self) -> Vec<Pid> {
        let entry = format!("{}={}", Self::NAME, self.0);
        processes()
            .filter(|pid| {
                let environ = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
                environ.split(|byte| *byte == 0).any(|found| found == entry.as_bytes())
            })
            .collect()
    }

    /// Fails if anything that forker started is left, now that it has ended.
    fn assert_nothing_left(&self) {
        assert_eq!(self.bearers(), [], "left behind");
    }
}

fn processes() -> impl Iterator<Item = Pid> {
    let names = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter_map(|name| name.parse().ok()).map(Pid::from_raw)
}

/// A process's state and parent, from proc_pid_stat(5).
fn state_and_parent(pid: Pid) -> Option<(char, Pid)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let state = fields.next()?.chars().next()?;
    Some((state, Pid::from_raw(fields.next()?.parse().ok()?)))
}

fn exists(pid: Pid) -> bool {
    state_and_parent(pid).is_some()
}

fn zombies_of(parent: Pid) -> Vec<Pid> {
    processes().filter(|pid| state_and_parent(*pid) == Some(('Z', parent))).collect()
}

/// A file of the test's own, gone when it ends.
struct TempFile(PathBuf);

impl TempFile {
    fn new(name: &str, content: &str, mode: u32) -> Self {
        let path = std::env::temp_dir().join(format!("forker-{}-{name}", std::process::id()));
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        Self(path)
    }

    fn name(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// What was said on stderr but for the sum at the end: when quiet that is there only if a busy machine made
/// forker miss ticks.
fn told(finished: &Finished) -> Vec<&String> {
    finished.err.iter().filter(|line| !line.contains("; lateness p50 ")).collect()
}

/// Run, pid and status of a line like `run 3 (pid 77): exited 5 after …`.
fn exited(line: &str) -> Option<(u64, i32, i32)> {
    let (run, rest) = line.strip_prefix("run ")?.split_once(" (pid ")?;
    let (pid, rest) = rest.split_once("): exited ")?;
    let (status, _) = rest.split_once(' ')?;
    Some((run.parse().ok()?, pid.parse().ok()?, status.parse().ok()?))
}

/// The pid in a line like `run 3 (pid 77): …`.
fn pid_in(line: &str) -> Pid {
    let (_, rest) = line.split_once("(pid ").unwrap();
    Pid::from_raw(rest.split_once(')').unwrap().0.parse().unwrap())
}

#[test]
fn the_default_is_the_seeds_output_byte_for_byte() {
    let mut expected: Vec<u8> = (1..=10).flat_map(|k| format!("{k}\n").into_bytes()).collect();
    expected.extend(b"About to fork...\nChild process: About to execute ls -l\n");
    let ls = Command::new("ls").arg("-l").current_dir("/usr").output().unwrap();
    expected.extend(ls.stdout);
    let output = forker(&["-i", "200ms", "-n", "1"]).current_dir("/usr").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&expected));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn the_defaults_are_the_seeds() {
    let printed = run(forker(&["--print-config"])).out.join("\n");
    for line in ["interval = \"500ms\"", "every = 10", "command = [\"ls\", \"-l\"]", "now = false"]
    {
        assert!(printed.contains(line), "{line} in {printed}");
    }
}

#[test]
fn quiet_leaves_stdout_to_the_command_and_stderr_to_failures() {
    let finished = run(forker(&["-q", "-i", "200ms", "-e", "1", "-n", "3", "--", "echo", "hi"]));
    assert_eq!(finished.out, ["hi", "hi", "hi"]);
    assert_eq!(told(&finished), [""; 0]);
    let finished = run(forker(&["-q", "-e", "1", "-n", "1", "--", "sh", "-c", "exit 3"]));
    assert_eq!(finished.err.len(), 1);
    assert!(finished.err[0].contains("exited 3"), "{:?}", finished.err);
    assert_eq!(finished.status.code(), Some(3));
}

#[test]
fn a_thousand_runs_leave_no_zombie_and_every_status_is_right() {
    let script = "exit $(($$ % 256))";
    let mut forker = Running::start(forker(&["-i", "1ms", "-e", "1", "--", "sh", "-c", script]));
    let mut zombies: HashMap<Pid, Instant> = HashMap::new();
    for number in 1..=1000 {
        let line = forker.err_line(&format!("run {number} ("));
        let (_, pid, status) = exited(&line).unwrap_or_else(|| panic!("{line}"));
        assert_eq!(status, pid % 256, "{line}");
        if number % 50 == 0 {
            let now = zombies_of(forker.pid());
            zombies.retain(|pid, _| now.contains(pid));
            for pid in now {
                let since = zombies.entry(pid).or_insert_with(Instant::now);
                assert!(since.elapsed() < Duration::from_secs(1), "{pid} is a zombie for long");
            }
        }
    }
    forker.signal(Signal::SIGTERM);
    assert_eq!(forker.finish().status.code(), Some(143));
}

#[test]
fn two_thousand_runs_a_millisecond_apart_end_well_and_leave_nothing() {
    let mut command = forker(&["-q", "-i", "1ms", "-e", "1", "-n", "2000", "--", "true"]);
    let mark = Mark::on(&mut command);
    let finished = run(command);
    assert_eq!(finished.out, [""; 0]);
    // A busy machine may make it miss ticks; that is told, and nothing else.
    assert!(
        finished.err.iter().all(|line| line.starts_with("2000 runs: 0 failed")),
        "{:?}",
        finished.err
    );
    assert_eq!(finished.status.code(), Some(0));
    mark.assert_nothing_left();
}

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
fn a_command_that_does_not_exist_is_127_and_told() {
    let finished = run(forker(&["-q", "-e", "1", "-n", "1", "nosuch"]));
    assert_eq!(finished.status.code(), Some(127));
    assert_eq!(finished.err.len(), 1);
    assert!(finished.err[0].ends_with(
        "cannot execute 'nosuch': not found in PATH; give its path, or add its folder to PATH"
    ));
    assert_eq!(run(forker(&["-q", "-e", "1", "-n", "1", "/no/such"])).status.code(), Some(127));
    assert_eq!(run(forker(&["-q", "-e", "1", "-n", "1", "--", ""])).status.code(), Some(127));
}

#[test]
fn a_command_that_cannot_be_executed_is_126_and_told() {
    let plain = TempFile::new("plain", "#!/bin/sh\n", 0o644);
    let junk = TempFile::new("junk", "junk", 0o755);
    for (name, why) in
        [(plain.name(), "chmod +x"), ("/tmp", "permission denied"), (junk.name(), "#!/bin/sh")]
    {
        let finished = run(forker(&["-q", "-e", "1", "-n", "1", "--", name]));
        assert_eq!(finished.status.code(), Some(126), "{name}");
        assert!(finished.err[0].contains(why), "{:?}", finished.err);
    }
    // Many at a time are not taken for each other.
    let finished = run(forker(&["-q", "-e", "1", "-i", "1ms", "-n", "100", "nosuch"]));
    assert_eq!(
        finished.err.iter().filter(|line| line.contains("cannot execute 'nosuch'")).count(),
        100
    );
    // A command's own 126 and 127 are its own.
    let finished = run(forker(&["-q", "-e", "1", "-n", "1", "--", "sh", "-c", "exit 127"]));
    assert!(finished.err[0].contains("exited 127"), "{:?}", finished.err);
}

#[test]
fn bad_usage_is_told_in_a_line_or_two_and_is_status_2() {
    for (args, told) in [
        (&["-i", "0s"][..], "longer than zero"),
        (&["-i", "soon"], "for example 500ms"),
        (&["-e", "0"], "0 is not in 1.."),
        (&["-n", "0"], "0 is not in 1.."),
        (&["--bogus"], "unexpected argument '--bogus'"),
        (&["--grace", "1 parsec"], "--grace"),
    ] {
        let finished = run(forker(args));
        assert_eq!(finished.status.code(), Some(2), "{args:?}");
        let told_text = finished.err.join("\n");
        assert!(told_text.contains(told), "{args:?}: {told_text}");
        assert!(finished.err.len() <= 2, "{args:?}: {told_text}");
    }
}

#[test]
fn a_command_from_the_file_is_run() {
    let file = TempFile::new(
        "config",
        "command = [\"echo\", \"from\", \"file\"]\nevery = 1\ncount = 1\n",
        0o644,
    );
    let finished = run(forker(&["-q", "--config", file.name()]));
    assert_eq!(finished.out, ["from file"]);
    let empty = TempFile::new("empty", "command = []\n", 0o644);
    let finished = run(forker(&["--config", empty.name()]));
    assert_eq!(finished.status.code(), Some(2));
    let nul = TempFile::new("nul", "command = [\"a\\u0000b\"]\n", 0o644);
    let finished = run(forker(&["--config", nul.name()]));
    assert_eq!(finished.status.code(), Some(2));
    assert!(finished.err[0].contains("NUL"), "{:?}", finished.err);
}

#[test]
fn term_in_the_middle_of_a_run_ends_the_run_too() {
    let mut command =
        forker(&["-i", "1h", "-e", "1", "--now", "--", "sh", "-c", "echo ready; sleep 60"]);
    let mark = Mark::on(&mut command);
    let mut forker = Running::start(command);
    says(&mut forker, "ready");
    forker.signal(Signal::SIGTERM);
    let told = forker.err_line("run 1 (pid ");
    assert!(told.contains("killed by SIGTERM"), "{told}");
    assert!(!exists(pid_in(&told)));
    assert_eq!(forker.finish().status.code(), Some(143));
    mark.assert_nothing_left();
}

/// Says that it is ready and does not end when asked to.
const STUBBORN: &str = "trap '' TERM; echo ready; while :; do sleep 1; done";

#[test]
fn a_run_that_ignores_term_is_killed_after_the_grace() {
    let mut command =
        forker(&["-e", "1", "-i", "1h", "--grace", "300ms", "--", "sh", "-c", STUBBORN]);
    let mark = Mark::on(&mut command);
    let mut forker = Running::start(command);
    says(&mut forker, "ready");
    let start = Instant::now();
    forker.signal(Signal::SIGINT);
    let told = forker.err_line("run 1 (pid ");
    assert!(told.contains("killed by SIGKILL"), "{told}");
    assert!(start.elapsed() >= Duration::from_millis(300));
    assert_eq!(forker.finish().status.code(), Some(130));
    mark.assert_nothing_left();
}

#[test]
fn a_second_signal_kills_at_once() {
    let mut command = forker(&["-e", "1", "-i", "1h", "--grace", "1h", "--", "sh", "-c", STUBBORN]);
    let mark = Mark::on(&mut command);
    let mut forker = Running::start(command);
    says(&mut forker, "ready");
    forker.signal(Signal::SIGTERM);
    forker.err_line("stopping: ");
    forker.signal(Signal::SIGINT);
    forker.err_line("killed by SIGKILL");
    assert_eq!(forker.finish().status.code(), Some(143));
    mark.assert_nothing_left();
}

#[test]
fn a_stopped_run_takes_its_term() {
    let script = "echo ready; kill -STOP $$";
    let mut command = forker(&["-e", "1", "-i", "1h", "--grace", "1h", "--", "sh", "-c", script]);
    let mark = Mark::on(&mut command);
    let mut forker = Running::start(command);
    says(&mut forker, "ready");
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
    command.args(["-c", &script]);
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
        let told = std::io::read_to_string(forker.stderr.take().unwrap()).unwrap();
        assert!(told.contains("cannot write to stdout: No space left on device"), "{told}");
        assert_eq!(status.code(), Some(125), "{args:?}");
    }
}

#[test]
fn a_stdout_that_nobody_reads_holds_up_no_signal() {
    let script = "echo ready >&2; exec head -c 1000000 /dev/zero";
    let mut command = forker(&["-i", "1ms", "-e", "5", "--", "sh", "-c", script]);
    let mark = Mark::on(&mut command);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // One run at least is beyond what a pipe holds, the others wait to say that they are about to start.
    wait_until("runs pile up", || (mark.bearers().len() > 20).then_some(()));
    nix::sys::signal::kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).unwrap();
    let status = wait_until("forker ends", || child.try_wait().unwrap());
    assert_eq!(status.code(), Some(143));
    mark.assert_nothing_left();
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
fn what_forker_inherits_is_put_right_for_itself_and_handed_to_the_run() {
    let show = ["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"];
    for wrapper in [
        &["env"][..],
        &["env", "--ignore-signal=CHLD"],
        &["env", "--block-signal=TERM,CHLD,INT"],
        &["env", "--ignore-signal=HUP,USR1", "--block-signal=USR2"],
        &["nohup"],
    ] {
        let mut alone = Command::new(wrapper[0]);
        alone.args(&wrapper[1..]).args(show);
        let args: Vec<&str> = ["-q", "-e", "1", "-n", "1", "--"].into_iter().chain(show).collect();
        assert_eq!(run(forker_under(wrapper, &args)).out, run(alone).out, "{wrapper:?}");

        let args = ["-q", "-e", "1", "-n", "1", "--", "sh", "-c", "exit 7"];
        assert_eq!(run(forker_under(wrapper, &args)).status.code(), Some(7), "{wrapper:?}");

        let mut forker = Running::start(forker_under(
            wrapper,
            &["-e", "1", "--grace", "100ms", "--", "sleep", "60"],
        ));
        says(&mut forker, "2");
        forker.signal(Signal::SIGTERM);
        assert_eq!(forker.finish().status.code(), Some(143), "{wrapper:?}");
    }
}

#[test]
fn yes_to_head_prints_no_complaint() {
    let finished = run(forker(&["-q", "-e", "1", "-n", "1", "--", "sh", "-c", "yes | head -1"]));
    assert_eq!((finished.out, finished.err), (vec!["y".to_owned()], vec![]));
}

#[test]
fn a_run_has_its_own_group_no_input_and_only_the_descriptors_that_forker_was_given() {
    let script = "set -- $(cat /proc/$$/stat); test $1 = $5 && echo leader; readlink /proc/$$/fd/0";
    let mut command = forker(&["-q", "-e", "1", "-n", "1", "--", "sh", "-c", script]);
    command.stdin(Stdio::piped());
    let finished = run(command);
    assert_eq!(finished.out, ["leader", "/dev/null"]);

    let wrapper = ["sh", "-c", "exec 8</dev/null; exec \"$@\"", "sh"];
    let list = ["ls", "/proc/self/fd"];
    let mut alone = Command::new(wrapper[0]);
    alone.args(&wrapper[1..]).args(list);
    let args = ["-q", "-e", "1", "-n", "1", "--"].iter().chain(&list).copied();
    let given = run(forker_under(&wrapper, &args.collect::<Vec<_>>())).out;
    assert_eq!(given, run(alone).out);
    assert!(given.contains(&"8".to_owned()), "{given:?}");
}

#[test]
fn closed_standard_descriptors_are_dev_null() {
    for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        let wrapper = ["sh", "-c", &format!("exec \"$@\" {closed}"), "sh"];
        let script = "test -e /proc/$$/fd/0 && test -e /proc/$$/fd/1 && test -e /proc/$$/fd/2 && echo x && echo y >&2 && exit 5";
        let finished =
            run(forker_under(&wrapper, &["-e", "1", "-n", "1", "--", "sh", "-c", script]));
        assert_eq!(finished.status.code(), Some(5), "{closed}: {finished:?}");
    }
}

#[test]
fn tick_k_is_where_t0_puts_it() {
    let start = Instant::now();
    let finished = run(forker(&["-i", "10ms", "-e", "100", "-n", "1", "--", "true"]));
    assert!(start.elapsed() >= Duration::from_millis(990));
    assert_eq!(
        finished.out.last().map(String::as_str),
        Some("Child process: About to execute true")
    );
    let ticks = finished.out.iter().filter_map(|line| line.parse::<u64>().ok());
    assert!(ticks.is_sorted());
}

#[test]
fn what_a_leader_leaves_in_its_group_is_ended_and_told() {
    let mut command = forker(&["-q", "-e", "1", "-n", "1", "--", "sh", "-c", "sleep 60 & echo hi"]);
    let mark = Mark::on(&mut command);
    let finished = run(command);
    assert_eq!(finished.out, ["hi"]);
    assert_eq!(finished.status.code(), Some(0));
    assert_eq!(finished.err.len(), 1, "{:?}", finished.err);
    assert!(finished.err[0].starts_with("run 1 left s"), "{:?}", finished.err);
    assert!(finished.err[0].ends_with(") behind: ended; --keep-orphans keeps it"));
    mark.assert_nothing_left();
}

#[test]
fn a_dead_child_that_its_parent_never_reaped_is_nothing_left_behind() {
    let script = "true & exec sleep 0.1";
    let finished =
        run(forker(&["-q", "-e", "1", "-n", "2", "-i", "1ms", "--", "sh", "-c", script]));
    assert_eq!(finished.out, [""; 0]);
    assert_eq!(told(&finished), [""; 0]);
}

#[test]
fn what_ignores_term_is_killed_after_the_grace_also_when_its_leader_is_gone() {
    // The shell ends when the one that it leaves is ready.
    let script = "mkfifo $FIFO; sh -c 'trap \"\" TERM; : >$FIFO; while :; do sleep 1; done' & : <$FIFO; rm $FIFO";
    let mut command =
        forker(&["-q", "-e", "1", "-n", "1", "--grace", "200ms", "--", "sh", "-c", script]);
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
    let mut command = forker(&[
        "-q",
        "-e",
        "1",
        "-n",
        "1",
        "--keep-orphans",
        "--",
        "sh",
        "-c",
        "sleep 60 & echo $!",
    ]);
    let mark = Mark::on(&mut command);
    let mut forker = Running::start(command);
    let kept: Pid = Pid::from_raw(forker.line(|stream, _| stream == Stream::Out).parse().unwrap());
    assert_eq!(forker.wait().code(), Some(0));
    assert_eq!(mark.bearers(), [kept]);
    nix::sys::signal::kill(kept, Signal::SIGKILL).unwrap();
}

#[test]
fn a_daemon_that_cut_every_tie_ends_with_forker() {
    let script = "setsid sh -c 'sleep 60 & echo daemon'";
    let mut command = forker(&["-q", "-e", "1", "-n", "1", "--", "sh", "-c", script]);
    let mark = Mark::on(&mut command);
    let finished = run(command);
    assert!(finished.err.iter().any(|line| line.starts_with("a run left ")), "{:?}", finished.err);
    assert_eq!(finished.status.code(), Some(0));
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
    let mut command = forker(&[
        "-e",
        "1",
        "-n",
        "1",
        "--timeout",
        "1s",
        "--grace",
        "500ms",
        "--log-format",
        "json",
        "--",
        "sh",
        "-c",
        WILD,
    ]);
    let mark = Mark::on(&mut command);
    let mut forker = Running::start(command);
    for part in ["escapee", "daemon", "stopped"] {
        says(&mut forker, part);
    }
    let line = forker.err_line("run 1 (pid ");
    assert!(line.contains("\"ended_because\":\"timed out\""), "{line}");
    let (_, rest) = line.split_once("\"seconds\":").unwrap();
    let seconds: f64 = rest.split_once(',').unwrap().0.parse().unwrap();
    assert!((1.5..2.5).contains(&seconds), "{line}");
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
    let args = [
        "-q",
        "-e",
        "1",
        "-n",
        "1",
        "--timeout",
        "1s",
        "--grace",
        "200ms",
        "--",
        "sh",
        "-c",
        script,
    ];
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
fn what_is_killed_together_with_its_run_is_not_told_as_left_behind() {
    // Which of the shell and its sleep is reaped first, chance decides: twenty runs meet both orders.
    let script = "trap '' TERM; while :; do sleep 1; done";
    let args = [
        "-q",
        "-e",
        "1",
        "-i",
        "10ms",
        "-n",
        "20",
        "--timeout",
        "300ms",
        "--grace",
        "200ms",
        "--",
        "sh",
        "-c",
        script,
    ];
    let finished = run(forker(&args));
    let ends = finished.err.iter().filter(|line| line.contains("): timed out, killed by SIGKILL "));
    assert_eq!(ends.count(), 20, "{:?}", finished.err);
    assert_eq!(told(&finished).len(), 20, "{:?}", finished.err);
    assert_eq!(finished.status.code(), Some(124));
}

#[test]
fn a_run_that_ends_on_the_term_of_its_timeout_has_timed_out_all_the_same() {
    let script = "trap 'exit 0' TERM; while :; do sleep 0.05; done";
    let finished =
        run(forker(&["-q", "-e", "1", "-n", "1", "--timeout", "200ms", "--", "sh", "-c", script]));
    assert!(
        finished.err.iter().any(|line| line.contains("timed out, exited 0")),
        "{:?}",
        finished.err
    );
    assert_eq!(finished.status.code(), Some(124));
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
fn overlap_forbid_runs_one_at_a_time_and_replace_ends_the_last() {
    let script = "echo begin; sleep 0.2; echo end";
    let args = |way| {
        ["-q", "-e", "1", "-i", "30ms", "-n", "3", "--overlap", way, "--", "sh", "-c", script]
    };
    let finished = run(forker(&args("forbid")));
    assert_eq!(finished.out, ["begin", "end", "begin", "end", "begin", "end"]);
    assert_eq!(finished.status.code(), Some(0));
    let finished = run(forker(&args("replace")));
    assert_eq!(finished.out.iter().filter(|line| *line == "end").count(), 1, "{:?}", finished.out);
    assert_eq!(finished.out.last().map(String::as_str), Some("end"));
    assert_eq!(finished.status.code(), Some(0), "a replaced run is no failure");
}

#[test]
fn no_more_than_max_children_run_at_a_time() {
    let mut command =
        forker(&["-q", "-e", "1", "-i", "1ms", "--max-children", "3", "--", "sleep", "60"]);
    let mark = Mark::on(&mut command);
    let mut forker = Running::start(command);
    wait_until("three runs", || (mark.bearers().len() == 4).then_some(()));
    for _ in 0..20 {
        assert!(mark.bearers().len() <= 4);
    }
    forker.signal(Signal::SIGTERM);
    assert_eq!(forker.wait().code(), Some(143));
    mark.assert_nothing_left();
}

#[test]
fn until_failure_stops_at_the_first_run_that_fails() {
    let count = TempFile::new("count", "", 0o644);
    let script = format!("echo >>{0}; test $(wc -l <{0}) -lt 3 || exit 9", count.name());
    let args = [
        "-e",
        "1",
        "-i",
        "50ms",
        "--overlap",
        "forbid",
        "--until-failure",
        "--",
        "sh",
        "-c",
        &script,
    ];
    let finished = run(forker(&args));
    assert_eq!(finished.status.code(), Some(9));
    assert_eq!(finished.err.iter().filter(|line| line.contains("exited")).count(), 3);
}

/// Sets a signal to its default in the kernel. The C library keeps 32 and 33 for itself: posix_spawn(3) leaves
/// them ignored, and sigaction(2) refuses to touch them, in env(1) too.
fn set_to_default(signal: i32) -> std::io::Result<()> {
    // The kernel's own struct sigaction, at most four words; all zero is SIG_DFL.
    let action = [0_u64; 4];
    // SAFETY: the kernel reads `action`, and writes nothing where no old action is asked for.
    let result = unsafe {
        nix::libc::syscall(nix::libc::SYS_rt_sigaction, signal, action.as_ptr(), 0_usize, 8_usize)
    };
    if result == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
}

#[test]
fn every_exit_code_and_every_deadly_signal_is_told_as_it_was() {
    let counter = TempFile::new("counter", "0", 0o644);
    let next = format!("n=$(cat {0}); echo $((n+1)) >{0};", counter.name());
    let runs = |count: &str, script: String| {
        let args = [
            "-q",
            "-e",
            "1",
            "-i",
            "1ms",
            "-n",
            count,
            "--overlap",
            "forbid",
            "--",
            "sh",
            "-c",
            &script,
        ];
        // Nothing ignored: a signal that whoever runs this test ignores would not be deadly.
        let mut forker = forker_under(&["env", "--default-signal"], &args);
        // SAFETY: between fork and exec it makes system calls alone.
        unsafe { forker.pre_exec(|| [32, 33].into_iter().try_for_each(set_to_default)) };
        run(forker).err
    };
    let told = runs("256", format!("{next} exit $n"));
    for code in 1..=255 {
        let line = told.iter().find(|line| line.starts_with(&format!("run {} (", code + 1)));
        assert_eq!(exited(line.unwrap()).unwrap().2, code);
    }
    fs::write(&counter.0, "1").unwrap();
    // Not deadly: CHLD, CONT, STOP, TSTP, TTIN, TTOU, URG, WINCH.
    let deadly: Vec<usize> =
        (1..=64).filter(|n| ![17, 18, 19, 20, 21, 22, 23, 28].contains(n)).collect();
    let told = runs(
        "64",
        format!(
            "{next} case $n in 17|18|19|20|21|22|23|28) exit 0;; esac; ulimit -c 0; kill -$n $$; exit 99"
        ),
    );
    for signal in deadly {
        let name = match nix::sys::signal::Signal::try_from(i32::try_from(signal).unwrap()) {
            Ok(signal) => signal.as_str().to_owned(),
            // The C library keeps them for itself and names them not; the kernel kills by them all the same.
            Err(_) if signal < 34 => format!("signal {signal}"),
            Err(_) => format!("SIGRTMIN+{}", signal - 34), // as signal(7) has it
        };
        let line = told.iter().find(|line| line.starts_with(&format!("run {signal} ("))).unwrap();
        assert!(line.contains(&format!("): killed by {name} after ")), "{line}");
    }
}

#[test]
fn a_signal_for_the_runs_is_passed_on_to_each_of_them() {
    for (signal, name) in [
        (Signal::SIGHUP, "HUP"),
        (Signal::SIGQUIT, "QUIT"),
        (Signal::SIGUSR1, "USR1"),
        (Signal::SIGUSR2, "USR2"),
        (Signal::SIGWINCH, "WINCH"),
    ] {
        let script =
            format!("trap 'echo got; exit 0' {name}; echo ready; while :; do sleep 0.01; done");
        let args = ["-q", "-e", "1", "-n", "1", "--", "sh", "-c", &script];
        let mut forker = Running::start(forker_under(&["env", "--default-signal"], &args));
        says(&mut forker, "ready");
        forker.signal(signal);
        says(&mut forker, "got");
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
        says(&mut forker, "ready");
        forker.signal(Signal::SIGUSR1);
        forker.signal(Signal::SIGTERM);
        says(&mut forker, "end");
        let finished = forker.finish();
        assert_eq!(finished.status.code(), Some(143));
        assert_eq!(finished.out.contains(&"got".to_owned()), got, "{wrapper:?}");
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

#[test]
fn the_ledger_balances_over_adoptions_and_zombies() {
    let script = "true & sleep 0.02 & exec sleep 0.01";
    let finished = run(forker(&[
        "-q", "-v", "--audit", "-i", "5ms", "-e", "1", "-n", "200", "--", "sh", "-c", script,
    ]));
    assert_eq!(finished.status.code(), Some(0), "{:?}", finished.err);
    let line = finished.err.iter().find(|line| line.starts_with("the ledger balances: ")).unwrap();
    assert!(line.starts_with("the ledger balances: forked 200 + adopted "), "{line}");
    assert!(line.contains(" = running 0 + zombie 0 + reaped "), "{line}");
}

#[test]
fn the_end_is_summed_up_also_as_json() {
    let args = [
        "-i",
        "50ms",
        "-e",
        "1",
        "-n",
        "2",
        "--timeout",
        "20ms",
        "--log-format",
        "json",
        "--",
        "sleep",
        "60",
    ];
    let finished = run(forker(&args));
    let summary = finished.err.last().unwrap();
    for fact in [
        "\"runs\":2,",
        "\"failed\":2,",
        "\"timed_out\":2,",
        "\"skipped\":0,",
        "\"missed\":",
        "\"late_p99_seconds\":",
    ] {
        assert!(summary.contains(fact), "{fact} in {summary}");
    }
}

#[test]
fn ticks_written_to_a_file_are_there_once_over_a_thousand_forks() {
    let file = TempFile::new("ticks", "", 0o644);
    let out = fs::File::create(&file.0).unwrap();
    let mut command = forker(&["-i", "1ms", "-e", "1", "-n", "1000", "--", "true"]);
    let status = command.stdout(out).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(0));
    let text = fs::read_to_string(&file.0).unwrap();
    let ticks: Vec<u64> = text.lines().filter_map(|line| line.parse().ok()).collect();
    assert!(ticks.is_sorted_by(|one, next| one < next));
    assert_eq!(ticks.len(), 1000, "each of the thousand ticks that ran is there once");
    assert_eq!(text.matches("About to fork...\n").count(), 1000);
    assert_eq!(text.matches("Child process: About to execute true\n").count(), 1000);
}

/// A number in a line of JSON.
fn number(line: &str, name: &str) -> u64 {
    let (_, rest) =
        line.split_once(&format!("\"{name}\":")).unwrap_or_else(|| panic!("{name} in {line}"));
    rest.split([',', '}']).next().unwrap().parse().unwrap()
}

#[test]
fn the_lab_shows_what_each_way_knows_and_leaves() {
    let mut command = forker(&["lab", "--log-format", "json"]);
    let mark = Mark::on(&mut command);
    let finished = run(command);
    assert_eq!(finished.status.code(), Some(0), "{finished:?}");
    mark.assert_nothing_left();
    let of = |way: &str| {
        let line =
            finished.out.iter().find(|line| line.contains(&format!("\"way\":\"{way}\""))).unwrap();
        let fact = |name| number(line, name);
        let runs = fact("runs");
        assert!(runs > 0, "{line}");
        assert_eq!(fact("statuses_known") + fact("statuses_lost"), runs, "{line}");
        let orphans = if line.contains("\"orphans_go_to\":\"itself\"") { "itself" } else { "init" };
        (
            fact("statuses_known") == runs,
            fact("statuses_lost") == runs,
            fact("zombies_left") == runs,
            fact("zombies_left"),
            orphans,
        )
    };
    //                            all known, all lost, all zombies, zombies, orphans
    assert_eq!(of("none"), (false, true, true, number(&finished.out[0], "runs"), "init"));
    assert_eq!(of("wait"), (true, false, false, 0, "init"));
    assert_eq!(of("sigchld"), (true, false, false, 0, "itself"));
    assert_eq!(of("pidfd"), (true, false, false, 0, "init"));
    assert_eq!(of("ignore"), (false, true, false, 0, "init"));
    assert_eq!(of("double-fork"), (false, true, false, 0, "init"));
}

#[test]
fn the_lab_fits_a_terminal_and_shows_zombies_at_length() {
    let finished = run(forker(&["lab", "--only", "none", "--", "true"]));
    assert!(
        finished.out.iter().any(|line| line.ends_with(" Z    [true] <defunct>")),
        "{:#?}",
        finished.out
    );
    let finished = run(forker(&["lab", "--color", "always", "--", "true"]));
    assert!(finished.out.iter().any(|line| line.contains("\x1b[31m")), "lost statuses are red");
    let finished = run(forker(&["lab", "--", "true"]));
    assert!(finished.out.iter().all(|line| line.chars().count() <= 80 && !line.contains('\x1b')));
}

#[test]
#[ignore = "slow: 512 processes"]
fn children_that_end_while_forker_is_stopped_are_all_reaped_when_it_goes_on() {
    let fifo = std::env::temp_dir().join(format!("forker-{}-512", std::process::id()));
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let name = fifo.to_str().unwrap();
    let args =
        ["-q", "-e", "1", "-i", "1ms", "-n", "512", "--max-children", "512", "--", "cat", name];
    let mut forker = Running::start(forker(&args));
    let children = |state| {
        let of = |pid: &Pid| {
            state_and_parent(*pid).is_some_and(|(now, parent)| {
                parent == forker.pid() && (state == '*' || now == state)
            })
        };
        processes().filter(of).count()
    };
    wait_until("512 runs", || (children('*') == 512).then_some(()));
    forker.signal(Signal::SIGSTOP);
    wait_until("512 zombies", || {
        // Whoever waits for a writer gets one that has nothing to say; without a reader this fails.
        let mut options = fs::OpenOptions::new();
        let _ = options.write(true).custom_flags(nix::libc::O_NONBLOCK).open(&fifo);
        (children('Z') == 512).then_some(())
    });
    let start = Instant::now();
    forker.signal(Signal::SIGCONT);
    assert_eq!(forker.wait().code(), Some(0));
    assert!(start.elapsed() < Duration::from_millis(200), "{:?}", start.elapsed());
    fs::remove_file(&fifo).unwrap();
}

#[test]
#[ignore = "needs root: it gives it up for a user with a limit on processes"]
fn a_fork_that_is_refused_costs_its_run_is_told_and_the_schedule_goes_on() {
    let uid = 54_321 + std::process::id() % 1000;
    let (user, file) =
        (format!("--reuid={uid}"), std::env::temp_dir().join(format!("forker-{uid}")));
    fs::copy(binary("forker"), &file).unwrap();
    let mut command = Command::new("setpriv");
    // forker itself is one process of this user, its first run the second and last.
    command.args([&user, "--clear-groups", "prlimit", "--nproc=2", file.to_str().unwrap()]);
    command
        .args(["-q", "-e", "1", "-i", "50ms", "-n", "3", "--", "sleep", "1"])
        .env("XDG_CONFIG_HOME", "/nonexistent");
    let finished = run(command);
    fs::remove_file(&file).unwrap();
    let refused = finished.err.iter().filter(|line| line.contains("cannot fork: ")).count();
    assert_eq!(refused, 2, "{:?}", finished.err);
    assert_eq!(finished.status.code(), Some(125));
}

#[test]
#[ignore = "slow: 10,000 runs"]
fn ten_thousand_runs_give_ten_thousand_statuses_and_no_old_zombie() {
    let mut forker = Running::start(forker(&["-i", "1ms", "-e", "1", "-n", "10000", "--", "true"]));
    let mut zombies: HashMap<Pid, Instant> = HashMap::new();
    let start = Instant::now();
    while !forker.has_ended() {
        assert!(start.elapsed() < Duration::from_secs(300));
        let now = zombies_of(forker.pid());
        zombies.retain(|pid, _| now.contains(pid));
        for pid in now {
            let since = zombies.entry(pid).or_insert_with(Instant::now);
            assert!(
                since.elapsed() < Duration::from_millis(50),
                "{pid} is a zombie for {:?}",
                since.elapsed()
            );
        }
    }
    let finished = forker.finish();
    assert_eq!(finished.status.code(), Some(0));
    assert_eq!(
        finished.err.iter().filter(|line| line.contains("): exited 0 after")).count(),
        10_000
    );
}

#[test]
#[ignore = "slow: 100,000 runs"]
fn a_hundred_thousand_runs_cost_no_memory_and_no_descriptor() {
    let args =
        ["-q", "-i", "1us", "-e", "1", "--overlap", "forbid", "-n", "100000", "--", "/bin/true"];
    let mut forker = Running::start(forker(&args));
    let folder = format!("/proc/{}", forker.pid());
    let look = || {
        let status = fs::read_to_string(format!("{folder}/status")).ok()?;
        let anonymous = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
        let kib: i64 = anonymous.trim().trim_end_matches(" kB").parse().ok()?;
        // Reading the folder of another process's descriptors, one sees those alone.
        Some((kib, fs::read_dir(format!("{folder}/fd")).ok()?.count()))
    };
    let start = Instant::now();
    let mut looks = Vec::new();
    while !forker.has_ended() {
        assert!(start.elapsed() < Duration::from_secs(900));
        looks.extend(look());
        thread::sleep(Duration::from_millis(20));
    }
    // A look may fall into a fork, whose pipe is open, or into forker's own end: medians know neither.
    let median = |part: &[(i64, usize)]| {
        let (mut memory, mut descriptors): (Vec<_>, Vec<_>) = part.iter().copied().unzip();
        memory.sort_unstable();
        descriptors.sort_unstable();
        (memory[part.len() / 2], descriptors[part.len() / 2])
    };
    let tenth = looks.len() / 10;
    let (first, last) = (median(&looks[tenth..2 * tenth]), median(&looks[9 * tenth..]));
    assert!(last.0 - first.0 < 64, "from {} to {} KiB", first.0, last.0);
    assert_eq!(last.1, first.1, "descriptors");
    assert_eq!(forker.finish().status.code(), Some(0));
}

#[test]
#[ignore = "slow: ten seconds of nothing"]
fn between_ticks_nothing_wakes_it() {
    let forker = Running::start(forker(&["-q", "-i", "1h", "-e", "2", "--", "true"]));
    let status = format!("/proc/{}/status", forker.pid());
    let switches = || {
        let text = fs::read_to_string(&status).unwrap();
        let line = text.lines().find(|line| line.starts_with("voluntary_ctxt_switches")).unwrap();
        line.split('\t').nth(1).unwrap().parse::<u64>().unwrap()
    };
    let mut before = switches();
    wait_until("it waits", || {
        let now = switches();
        (std::mem::replace(&mut before, now) == now && state_and_parent(forker.pid())?.0 == 'S')
            .then_some(())
    });
    thread::sleep(Duration::from_secs(10));
    assert_eq!(switches(), before);
}

#[test]
#[ignore = "needs root: it makes a namespace of processes"]
fn as_init_of_a_namespace_it_reaps_a_thousand_orphans_and_obeys_term() {
    let script = "for i in $(seq 1000); do (sleep 0 &); done; echo done; exec sleep 60";
    let wrapper = ["unshare", "--pid", "--fork", "--mount-proc"];
    let mut unshare = Running::start(forker_under(
        &wrapper,
        &[
            "-q",
            "-v",
            "--audit",
            "-e",
            "1",
            "-i",
            "100ms",
            "--overlap",
            "forbid",
            "--",
            "sh",
            "-c",
            script,
        ],
    ));
    says(&mut unshare, "done");
    let init = processes()
        .find(|pid| state_and_parent(*pid).is_some_and(|(_, parent)| parent == unshare.pid()))
        .unwrap();
    wait_until("no zombie is left", || zombies_of(init).is_empty().then_some(()));
    nix::sys::signal::kill(init, Signal::SIGTERM).unwrap();
    let finished = unshare.finish();
    assert_eq!(finished.status.code(), Some(143));
    let ledger =
        finished.err.iter().find(|line| line.starts_with("the ledger balances: ")).unwrap();
    assert!(
        ledger.contains("forked 1 + adopted 1000 = running 0 + zombie 0 + reaped 1001"),
        "{ledger}"
    );
}
