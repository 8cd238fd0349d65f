//! forker lab: what each way of reaping knows and leaves.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tests::forker::{forker, forker_under};
use tests::processes::{Mark, state};
use tests::{Finished, Running, binary, in_one_of_five, run, wait_until};

/// A number in a line of JSON.
fn number(line: &str, name: &str) -> u64 {
    let (_, rest) =
        line.split_once(&format!("\"{name}\":")).unwrap_or_else(|| panic!("{name} in {line}"));
    rest.split([',', '}']).next().unwrap().parse().unwrap()
}

/// What a line of the lab says of its way: whether every status is known, or lost, whether every run is left as a
/// zombie, how many are, and whose the orphans are.
fn facts(line: &str) -> (bool, bool, bool, u64, &'static str) {
    let fact = |name| number(line, name);
    let runs = fact("runs");
    assert!(runs > 0, "{line}");
    assert_eq!(fact("statuses_known") + fact("statuses_lost"), runs, "{line}");
    let left = fact("zombies_left");
    let orphans = if line.contains("\"orphans_go_to\":\"itself\"") { "itself" } else { "init" };
    (fact("statuses_known") == runs, fact("statuses_lost") == runs, left == runs, left, orphans)
}

#[test]
fn the_lab_shows_what_each_way_knows_and_leaves() {
    in_one_of_five(|| {
        let mut command = forker(&["lab", "--log-format", "json"]);
        let mark = Mark::on(&mut command);
        let finished = run(command);
        assert_eq!(finished.status.code(), Some(0), "{finished:?}");
        mark.assert_nothing_left();
        let of = |way: &str| {
            let is_it = |line: &&String| line.contains(&format!("\"way\":\"{way}\""));
            facts(finished.out.iter().find(is_it).unwrap())
        };
        let runs = number(&finished.out[0], "runs");
        for (way, expected) in [
            //          all known, all lost, all zombies, zombies, orphans
            ("none", (false, true, true, runs, "init")),
            ("wait", (true, false, false, 0, "init")),
            ("sigchld", (true, false, false, 0, "itself")),
            ("pidfd", (true, false, false, 0, "init")),
            ("ignore", (false, true, false, 0, "init")),
            ("double-fork", (false, true, false, 0, "init")),
            ("pipe", (true, false, false, 0, "init")),
            ("kill", (false, true, false, 0, "init")),
        ] {
            // What the lab does not come to look at in time it cannot show.
            if of(way) != expected {
                return Err(format!("{way}: {:?} is not {expected:?}", of(way)));
            }
        }
        Ok(())
    });
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
    let finished = run(forker(&["lab", "--", "true", &"long ".repeat(99)]));
    assert!(finished.out.iter().all(|line| line.chars().count() <= 80 && !line.contains('\x1b')));
}

#[test]
fn a_command_that_cannot_be_executed_is_reported() {
    let finished = run(forker(&["lab", "--only", "sigchld", "--", "/nonexistent"]));
    assert_eq!(finished.status.code(), Some(125));
    let problem = "there is no such file; check the path";
    assert_eq!(finished.err, [format!("forker: cannot execute '/nonexistent': {problem}")]);
}

/// The lab as a job of its own: a group that has nobody to continue it cannot be stopped. No signal is ignored, as a
/// shell ignores QUIT for what it starts in the background.
fn lab(args: &[&str]) -> (Running, Mark) {
    let mut command = forker_under(&["env", "--default-signal"], &[&["lab"], args].concat());
    command.process_group(0);
    let mark = Mark::on(&mut command);
    (Running::start(command), mark)
}

/// A run that does not end, with a process that has left its group.
const ENDLESS: [&str; 6] = ["--only", "wait", "--", "sh", "-c", "setsid sleep 60.5 & sleep 60.6"];

/// The lab, its stand-in for init, the demonstrator, and the run's three.
fn wait_until_all_are_there(mark: &Mark) {
    wait_until("all are there", || {
        let names: Vec<String> = mark.bearers().into_iter().filter_map(name).collect();
        let are = |wanted: &str| names.iter().filter(|name| *name == wanted).count();
        (are("forker") == 3 && are("sleep") == 2).then_some(())
    });
}

fn name(pid: Pid) -> Option<String> {
    Some(fs::read_to_string(format!("/proc/{pid}/comm")).ok()?.trim_end().to_owned())
}

/// The first child of a process.
fn child_of(parent: Pid) -> Option<Pid> {
    let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).ok()?;
    children.split(' ').next()?.parse().ok().map(Pid::from_raw)
}

#[test]
fn it_ends_with_its_reader_and_leaves_nothing() {
    let mut command = forker(&[&["lab"][..], &ENDLESS].concat());
    let mark = Mark::on(&mut command);
    let mut lab = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until_all_are_there(&mark);
    drop(lab.stdout.take());
    let status = wait_until("the lab ends", || lab.try_wait().unwrap());
    assert_eq!(status.code(), Some(0));
    assert_eq!(std::io::read_to_string(lab.stderr.take().unwrap()).unwrap(), "");
    mark.assert_nothing_left();
}

#[test]
fn every_signal_that_would_end_it_ends_all_of_it_first() {
    for signal in [
        Signal::SIGINT,
        Signal::SIGTERM,
        Signal::SIGHUP,
        Signal::SIGQUIT,
        Signal::SIGUSR1,
        Signal::SIGALRM,
    ] {
        let (lab, mark) = lab(&ENDLESS);
        wait_until_all_are_there(&mark);
        lab.signal(signal);
        let finished = lab.finish();
        assert_eq!(finished.status.code(), Some(128 + signal as i32), "{signal}: {finished:?}");
        mark.assert_nothing_left();
    }
}

#[test]
fn a_hup_that_was_ignored_at_the_start_has_no_effect() {
    let nohup = ["sh", "-c", "trap '' HUP; exec \"$0\" \"$@\""];
    let mut lab = Running::start(forker_under(&nohup, &["lab", "--", "true"]));
    lab.out_line("none ");
    lab.signal(Signal::SIGHUP);
    let finished = lab.finish();
    assert_eq!(finished.status.code(), Some(0));
    assert!(finished.out.iter().any(|line| line.starts_with("kill ")), "{finished:?}");
}

#[test]
fn it_is_suspended_and_continued_with_all_that_it_has_started() {
    in_one_of_five(|| {
        let none = ["--log-format", "json", "--only", "none", "--", "sleep", "0.2"];
        let (mut lab, mark) = lab(&none);
        wait_until("a run is there", || (mark.bearers().len() > 3).then_some(()));
        lab.signal(Signal::SIGTSTP);
        let is_stopped = |pid| state(pid).is_none_or(|state| state == 'T' || state == 'Z');
        wait_until("all are stopped", || mark.bearers().into_iter().all(is_stopped).then_some(()));
        // Longer than the whole experiment.
        let later = Instant::now() + Duration::from_secs(1);
        wait_until("time goes by", || (Instant::now() > later).then_some(()));
        assert!(!lab.has_ended() && mark.bearers().into_iter().all(is_stopped));
        lab.signal(Signal::SIGCONT);
        let finished = lab.finish();
        assert_eq!(finished.status.code(), Some(0), "{finished:?}");
        mark.assert_nothing_left();
        // That second counts as no time of the experiment. A busy machine may miss ticks for other reasons.
        let missed = number(&finished.out[0], "ticks_missed");
        if missed < 10 { Ok(()) } else { Err(format!("{missed} ticks missed")) }
    });
}

#[test]
fn it_is_ended_when_it_was_suspended_before() {
    let (lab, mark) = lab(&ENDLESS);
    wait_until_all_are_there(&mark);
    lab.signal(Signal::SIGTSTP);
    let are = |stopped: bool| {
        let is = |pid| state(pid).is_none_or(|state| (state == 'T') == stopped);
        wait_until("all stop, or go on", || mark.bearers().into_iter().all(is).then_some(()));
    };
    are(true);
    lab.signal(Signal::SIGCONT);
    are(false);
    lab.signal(Signal::SIGTERM);
    let finished = lab.finish();
    assert_eq!(finished.status.code(), Some(143), "{finished:?}");
    assert!(finished.err.is_empty(), "{finished:?}");
    mark.assert_nothing_left();
}

#[test]
fn nothing_is_left_when_kill_ends_the_lab_or_what_stands_in_for_init() {
    for stopped in [false, true] {
        let (lab, mark) = lab(&ENDLESS);
        wait_until_all_are_there(&mark);
        if stopped {
            lab.signal(Signal::SIGTSTP);
            let is_stopped = |pid| state(pid) == Some('T');
            wait_until("all stop", || mark.bearers().into_iter().all(is_stopped).then_some(()));
        }
        lab.signal(Signal::SIGKILL);
        wait_until("nothing is left", || mark.bearers().is_empty().then_some(()));
    }
    let (lab, mark) = lab(&ENDLESS);
    wait_until_all_are_there(&mark);
    kill(child_of(lab.pid()).unwrap(), Signal::SIGKILL).unwrap();
    let finished = lab.finish();
    assert_eq!(finished.status.code(), Some(125));
    let problem = "forker: the lab's own processes were ended from outside; start it again";
    assert_eq!(finished.err, [problem]);
    mark.assert_nothing_left();
}

#[test]
fn a_lab_that_was_started_with_chld_ignored_or_blocked_shows_the_same() {
    for signals in ["--ignore-signal=CHLD", "--block-signal=CHLD"] {
        for (way, fact) in [("none", "zombies_left"), ("wait", "statuses_known")] {
            let args = ["lab", "--log-format", "json", "--only", way, "--", "true"];
            let finished = run(forker_under(&["env", signals], &args));
            let line = &finished.out[0];
            assert_eq!(number(line, fact), number(line, "runs"), "{signals}: {line}");
        }
    }
}

#[test]
fn a_background_process_that_has_the_pipe_wedges_the_parent_until_the_timeout() {
    let lab = |script| {
        let lab = ["lab", "--log-format", "json", "--only", "pipe", "--", "sh", "-c", script];
        run(forker(&lab)).out.remove(0)
    };
    let wedged = lab("sleep 5 & exit 3");
    let runs = number(&wedged, "runs");
    assert_eq!(number(&wedged, "waits_timed_out"), runs, "{wedged}");
    assert_eq!(number(&wedged, "statuses_known"), runs, "{wedged}");
    assert!((1..=4).contains(&runs), "each takes 200 ms of 600: {wedged}");
    assert_eq!(number(&wedged, "ticks_missed"), 20 - runs, "{wedged}");
    in_one_of_five(|| {
        let free = lab("sleep 5 >&2 & exit 3");
        if number(&free, "waits_timed_out") == 0 { Ok(()) } else { Err(free) }
    });
}

#[test]
fn who_adopts_an_orphan_is_read_from_its_parent() {
    in_one_of_five(|| {
        let none = ["--log-format", "json", "--only", "none", "--", "sh", "-c", "sleep 9 & exit 3"];
        let (mut lab, mark) = lab(&none);
        let mut init = None;
        while init.is_none() && !lab.has_ended() {
            init = child_of(lab.pid());
        }
        let line = lab.finish().out.remove(0);
        mark.assert_nothing_left();
        let init = init.ok_or("nobody was looking while it ran")?;
        let parent = number(&line, "orphans_ppid");
        if parent == u64::from(init.as_raw().unsigned_abs()) { Ok(()) } else { Err(line) }
    });
}

#[test]
fn a_pidfd_that_is_refused_is_reported() {
    // One of these leaves descriptors for the lab itself and for its first runs, and none for another.
    let args = ["lab", "--only", "pidfd", "--", "sleep", "1"];
    let refused = |limit| run(forker_under(&["prlimit", &format!("--nofile={limit}")], &args));
    let all: Vec<Finished> = (8..14).map(refused).collect();
    let problem =
        "pidfd       refused: Too many open files\n            raise the limit on open files";
    let one = all.iter().find(|finished| finished.out.join("\n").contains(problem));
    let one = one.unwrap_or_else(|| panic!("{all:#?}"));
    assert_eq!(one.status.code(), Some(125), "{one:#?}");
}

#[test]
#[ignore = "needs root: it unmounts /proc for itself"]
fn without_proc_it_says_so() {
    let no_proc = ["unshare", "-m", "sh", "-c", "umount -l /proc; exec \"$0\" \"$@\""];
    let finished = run(forker_under(&no_proc, &["lab"]));
    assert_eq!(finished.status.code(), Some(125));
    assert_eq!(finished.out, [""; 0]);
    let problem = "forker: the lab watches processes in /proc, and cannot: No such file or directory; \
                   mount it: mount -t proc proc /proc";
    assert_eq!(finished.err, [problem]);
}

#[test]
#[ignore = "needs root: it gives it up for a user with a limit on processes"]
fn forks_that_are_refused_are_counted() {
    let uid = 55_555 + std::process::id() % 1000;
    let file = std::env::temp_dir().join(format!("forker-lab-{uid}"));
    fs::copy(binary("forker"), &file).unwrap();
    let user = format!("--reuid={uid}");
    // Three are the lab's own.
    let limits = ["--clear-groups", "prlimit", "--nproc=8", file.to_str().unwrap()];
    let lab = |way| {
        let mut command = Command::new("setpriv");
        command.arg(&user).args(limits).args(["lab", "--log-format", "json", "--only", way]);
        command.args(["--", "true"]).env("XDG_CONFIG_HOME", "/nonexistent");
        let finished = run(command);
        assert_eq!(finished.status.code(), Some(0), "{finished:?}");
        finished.out[0].clone()
    };
    let none = lab("none");
    let sigchld = lab("sigchld");
    fs::remove_file(&file).unwrap();
    // Five zombies are all that this user may have: no fork succeeds any more.
    assert_eq!(number(&none, "zombies_left"), 5, "{none}");
    assert_eq!(number(&none, "runs"), 5, "{none}");
    assert!(number(&none, "forks_refused") > 5, "{none}");
    assert_eq!(number(&sigchld, "forks_refused"), 0, "{sigchld}");
}
