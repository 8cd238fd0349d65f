//! A run is its whole tree: what forker waits for, asks to end, kills, leaves alone, and reports when it cannot.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tests::files::TempFile;
use tests::forker::{forker, forker_under, logged, pid_in, running, wait_for_line};
use tests::processes::{Mark, state, state_and_parent};
use tests::{Finished, Running, Stream, in_one_of_five, run, wait_until};

/// A folder that is gone when its test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("test-{}-{name}", std::process::id()));
        fs::create_dir(&path).unwrap();
        // Some tests give up root's rights.
        Command::new("chmod").arg("755").arg(&path).status().unwrap();
        Self(path)
    }

    /// A copy of a program, made by another process: see `TempFile::new`.
    fn copy(&self, program: &str, name: &str) -> String {
        let path = self.0.join(name);
        let copied = Command::new("cp").arg(program).arg(&path).status().unwrap();
        assert!(copied.success());
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A loop that counts the TERMs that it gets and ends a while after the first; `$|` is not buffered.
const COUNTER: &str = "$| = 1; $SIG{TERM} = sub { print qq(T\\n); $end ||= time + 2 };
    print qq(ready\\n); select undef, undef, undef, 0.1 until $end && time > $end";

fn terms(finished: &Finished) -> usize {
    finished.out.iter().filter(|line| *line == "T").count()
}

#[test]
fn a_daemon_of_a_process_from_before_the_first_fork_is_left_alone() {
    // The shell's child is forker's when the shell becomes forker. It ends when no run is going, and what it leaves comes to
    // forker, which adopts all that is below it.
    let folder = Folder::new("foreign");
    let pid_file = folder.0.join("pid");
    let daemon = "echo $$ >\"$PID_FILE.new\"; mv \"$PID_FILE.new\" \"$PID_FILE\"; exec sleep 60";
    let ended = folder.0.join("ended");
    let shell = format!(
        "(until test -e {0}; do sleep 0.01; done; sleep 0.3; setsid -f sh -c '{daemon}') & exec \"$@\"",
        ended.display()
    );
    let run = format!(">{}", ended.display());
    let mut command =
        forker_under(&["bash", "-c", &shell, "bash"], &running("-q --now -i 1h", &run));
    command.env("PID_FILE", &pid_file);
    let forker = Running::start(command);
    let daemon = wait_until("the daemon runs", || {
        fs::read_to_string(&pid_file).ok()?.trim().parse().ok().map(Pid::from_raw)
    });
    wait_until("forker has adopted it", || {
        state_and_parent(daemon).filter(|(_, parent)| *parent == forker.pid())
    });
    forker.signal(Signal::SIGTERM);
    let finished = forker.finish();
    assert_eq!(logged(&finished), [""; 0]);
    kill(daemon, Signal::SIGKILL).expect("the daemon lives");
}

#[test]
fn what_a_living_process_from_before_the_first_fork_may_have_started_is_left_alone_and_reported() {
    // The shell's child goes on while its daemon is forker's already.
    let folder = Folder::new("living");
    let pid_file = folder.0.join("pid");
    let daemon = "echo $$ >\"$PID_FILE.new\"; mv \"$PID_FILE.new\" \"$PID_FILE\"; exec sleep 60";
    let started = folder.0.join("started");
    let shell = format!(
        "(until test -e {}; do sleep 0.01; done; setsid -f sh -c '{daemon}'; echo $BASHPID; exec sleep 61) & exec \"$@\"",
        started.display()
    );
    let flags = "-q -e 1 -i 50ms --overlap forbid";
    let script = format!(
        ">{}; test -e {} || exec sleep 0.1; echo seen; exec sleep 60",
        started.display(),
        pid_file.display()
    );
    let mut command = forker_under(&["bash", "-c", &shell, "bash"], &running(flags, &script));
    command.env("PID_FILE", &pid_file);
    let mut forker = Running::start(command);
    wait_for_line(&mut forker, "seen");
    forker.signal(Signal::SIGTERM);
    let status = forker.wait();
    let daemon = Pid::from_raw(fs::read_to_string(&pid_file).unwrap().trim().parse().unwrap());
    let lives = kill(daemon, Signal::SIGKILL);
    let is_pid = |stream, line: &str| stream == Stream::Out && line.parse::<i32>().is_ok();
    let parent = forker.line(is_pid).parse().unwrap();
    kill(Pid::from_raw(parent), Signal::SIGKILL).unwrap();
    let finished = forker.finish();
    lives.expect("the daemon lives");
    assert_eq!(status.code(), Some(143));
    let about = |text: &str| finished.err.iter().filter(|line| line.contains(text)).count();
    assert_eq!((about("is left alone: "), about("a run left")), (1, 0), "{:?}", finished.err);
}

#[test]
fn who_moves_to_forkers_own_group_goes_with_its_run_though_others_are_there() {
    let perl = "setpgrp 0, getpgrp $ARGV[0]; $| = 1; print qq($$\n); sleep 60";
    let script = format!("perl -e '{perl}' $PPID & sleep 60");
    let shell = "sleep 62 & echo $!; exec \"$@\"";
    let args = running("-q -e 1 -n 1 --timeout 2s --grace 1s", &script);
    let finished = run(forker_under(&["bash", "-c", shell, "bash"], &args));
    let [other, moved] = &finished.out[..] else { panic!("{finished:?}") };
    let [other, moved] = [other, moved].map(|pid| Pid::from_raw(pid.parse().unwrap()));
    kill(other, Signal::SIGKILL).expect("it lives");
    assert_eq!(state(moved), None, "{:?}", finished.err);
    assert_eq!(finished.status.code(), Some(124));
}

#[test]
fn who_leaves_its_group_some_time_after_the_term_gets_no_second_one() {
    let perl = "use POSIX; $| = 1; my $end; $SIG{TERM} = sub {
            print qq(T\n); return if $end; select undef, undef, undef, 0.2; setsid; $end = time + 2; print qq(away\n)
        }; print qq(ready\n); select undef, undef, undef, 0.1 until $end && time > $end";
    let fifo = Folder::new("away");
    let path = fifo.0.join("fifo");
    nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let script = format!("perl -e '{perl}' & read line <{}", path.display());
    let mut forker = Running::start(forker(&running("-q -e 1 -i 1h --now --grace 1h", &script)));
    wait_for_line(&mut forker, "ready");
    // The leader ends, and what it leaves gets TERM with its group.
    fs::write(&path, "\n").unwrap();
    wait_for_line(&mut forker, "away");
    forker.signal(Signal::SIGTERM);
    let finished = forker.finish();
    assert_eq!(terms(&finished), 1, "{finished:?}");
    assert_eq!(finished.status.code(), Some(143));
}

#[test]
fn a_daemon_that_has_cut_every_tie_counts_as_a_run_that_is_going() {
    let folder = Folder::new("pile");
    let lock = folder.0.join("lock");
    let script = format!(
        "test -e {0} && {{ echo taken; exit; }}; setsid sh -c 'mkdir {0}; sleep 0.3; rmdir {0}' &
        until test -e {0}; do sleep 0.01; done; echo locked",
        lock.display()
    );
    let mut forker =
        Running::start(forker(&running("-q -e 1 -i 50ms -n 3 --overlap forbid", &script)));
    forker.err_line(" running: it is ended when forker ends; ");
    let finished = forker.finish();
    assert_eq!(finished.out, ["locked"; 3], "{:?}", finished.err);
}

#[test]
fn one_wish_is_one_term_to_each_process() {
    // The shell dies of the TERM at once, the counter takes its time: the shell's end is no second wish.
    let script = format!("perl -e '{COUNTER}'; true");
    let timed_out = run(forker(&running("-q -e 1 -n 1 --timeout 1s", &script)));
    assert!(timed_out.err[0].contains("timed out, killed by SIGTERM"), "{:?}", timed_out.err);
    assert_eq!(terms(&timed_out), 1);

    let mut forker = Running::start(forker(&running("-q -e 1", &script)));
    wait_for_line(&mut forker, "ready");
    forker.signal(Signal::SIGTERM);
    let stopped = forker.finish();
    assert_eq!(stopped.status.code(), Some(143));
    assert_eq!(terms(&stopped), 1);
}

#[test]
fn children_that_forker_got_over_exec_are_left_alone() {
    let log = TempFile::new("inherited", "", 0o644);
    let script = format!(
        "exec > >(while read -r line; do sleep 0.02; echo \"L $line\"; done >{}) 2>&1; exec \"$@\"",
        log.name()
    );
    let args = ["-e", "1", "-n", "5", "-i", "20ms", "--", "echo", "hi"];
    let finished = run(forker_under(&["bash", "-c", &script, "bash"], &args));
    assert_eq!(finished.status.code(), Some(0));
    // It goes on after forker's end, and has all that forker wrote.
    let logged = wait_until("the logger has the last line", || {
        let logged = fs::read_to_string(log.name()).unwrap();
        logged.contains("L 5 runs: ").then_some(logged)
    });
    assert_eq!(logged.matches("L hi\n").count(), 5, "{logged}");
}

#[test]
fn what_a_timeout_has_asked_to_end_is_no_orphan_to_be_kept() {
    let script = "(trap '' TERM; sleep 60.1) & echo $!; sleep 60.2";
    let args = running("-q --keep-orphans -e 1 -n 1 --timeout 1s --grace 200ms", script);
    let mut command = forker(&args);
    let mark = Mark::on(&mut command);
    let finished = run(command);
    assert!(
        finished.err.iter().any(|line| line.ends_with("when it timed out: killed after the grace")),
        "{:?}",
        finished.err
    );
    assert_eq!(finished.status.code(), Some(124));
    mark.assert_nothing_left();
}

/// Holds a lock while it works and some time after a TERM, below a shell that dies of the TERM at once.
fn locked(lock: &Path) -> String {
    let lock = lock.display();
    format!(
        "sh -c 'trap \"sleep 0.3; rmdir {lock}; exit\" TERM; mkdir {lock} || {{ echo taken; exit; }}
        echo locked; while :; do sleep 0.01; done'; true"
    )
}

#[test]
fn a_run_is_going_while_anything_of_its_tree_is() {
    for flags in [
        "--overlap replace",
        "--overlap forbid --timeout 300ms",
        "--max-children 1 --timeout 300ms",
    ] {
        let folder = Folder::new("lock");
        let script = locked(&folder.0.join("lock"));
        let flags = format!("-q -e 1 -i 400ms --grace 1h {flags}");
        let mut forker = Running::start(forker(&running(&flags, &script)));
        // On a busy machine a run may be ended before it has the lock; then the next will do.
        let locked = Cell::new(0);
        forker.line(|stream, line| {
            assert_ne!(line, "taken", "{flags}");
            locked.set(locked.get() + usize::from(stream == Stream::Out && line == "locked"));
            locked.get() == 3
        });
        forker.signal(Signal::SIGTERM);
        let finished = forker.finish();
        assert!(!finished.out.contains(&"taken".to_owned()), "{flags}: {:?}", finished.out);
    }
}

#[test]
fn the_end_by_count_waits_for_the_tree_and_a_runs_line_does_not() {
    let script = "perl -e '$SIG{TERM} = sub { sleep 1; print qq(cleaned\\n); exit }; open F, qq(>$ENV{FIFO}); close F; sleep 60' &
        read line <$FIFO; exit 5";
    let mut command = forker(&running("-q -e 1 -n 1", script));
    let fifo = std::env::temp_dir().join(format!("test-{}-tree-fifo", std::process::id()));
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
    command.env("FIFO", &fifo);
    let mut forker = Running::start(command);
    let line = forker.err_line("run 1 (pid ");
    assert!(line.contains("exited 5 after"), "{line}");
    assert!(!forker.has_ended());
    let finished = forker.finish();
    fs::remove_file(fifo).unwrap();
    assert_eq!(finished.out, ["cleaned"]);
    assert_eq!(finished.status.code(), Some(5));
}

#[test]
fn nothing_is_skipped_after_the_last_run() {
    let args = "-q -v -e 1 -i 10ms -n 1 --overlap forbid -- sleep 0.3".split(' ');
    let finished = run(forker(&args.collect::<Vec<_>>()));
    let sum = finished.err.last().unwrap();
    assert!(sum.contains(" 0 skipped; "), "{sum}");
}

#[test]
fn a_name_cut_within_a_letter_hides_no_process() {
    let folder = Folder::new("name");
    // The kernel keeps 15 bytes of a name: here half of the eighth letter is lost.
    let sleep = folder.copy("/bin/sleep", "абвгдежз");
    let script = format!("setsid {sleep} 60 & echo $!; sleep 60");
    let mut command = forker(&running("-q -e 1 -n 1 --timeout 1s --grace 200ms", &script));
    let mark = Mark::on(&mut command);
    let finished = run(command);
    assert_eq!(finished.status.code(), Some(124), "{:?}", finished.err);
    mark.assert_nothing_left();
}

#[test]
fn every_process_has_a_line_of_its_own_whatever_its_name() {
    // Perl gives a process the name that is assigned to $0. One of them is empty, two are the same.
    let script = r#"pipe R, W;
        for $name ("", "a\tb", "\xff", "\xff", q{")\ }, "\n\xe2\x80\xae") {
            if (!fork) { close R; $0 = $name; close W; sleep 60; exit }
        }
        close W; <R>"#;
    for format in ["text", "json"] {
        let args = ["-q", "-n", "1", "--now", "--log-format", format, "--", "perl", "-e", script];
        let mut command = forker(&args);
        let mark = Mark::on(&mut command);
        let finished = run(command);
        let wanted = if format == "text" {
            [
                "left '' (",
                r"left a\tb (",
                "left \u{fffd} (",
                "left \u{fffd} (",
                r#"left ")\  ("#,
                r"left \n\u{202e} (",
            ]
        } else {
            [
                r#""name":"","#,
                r#""name":"a\tb","#,
                "\"name\":\"\u{fffd}\",",
                "\"name\":\"\u{fffd}\",",
                r#""name":"\")\\ ","#,
                r#""name":"\n\u202e","#,
            ]
        };
        let mut lines = logged(&finished);
        assert_eq!(lines.len(), wanted.len(), "{lines:?}");
        for name in wanted {
            let place = lines.iter().position(|line| line.contains(name));
            lines.remove(place.unwrap_or_else(|| panic!("no {name} in {lines:?}")));
        }
        mark.assert_nothing_left();
    }
}

#[test]
fn a_process_whose_main_thread_has_ended_is_ended_too() {
    // exit(2), not exit(3): only the calling thread ends. The other one speaks when /proc shows that.
    let script = format!(
        "use threads; $| = 1; threads->create(sub {{
            do {{ open F, qq(/proc/$$/stat); $_ = <F> }} until /[)] Z /; print qq($$\\n); sleep 60
        }}); syscall {}, 0",
        nix::libc::SYS_exit
    );
    let mut forker = Running::start(forker(&running(
        "-q -e 1 --grace 1s",
        &format!("setsid perl -e '{script}' & sleep 60"),
    )));
    let headless = forker.line(|stream, line| stream == Stream::Out && line.parse::<i32>().is_ok());
    let headless = Pid::from_raw(headless.parse().unwrap());
    assert_eq!(state(headless), Some('Z'));
    forker.signal(Signal::SIGTERM);
    assert_eq!(forker.wait().code(), Some(143));
    let left = state(headless);
    // Else a failed test would leave it behind.
    let _ = kill(headless, Signal::SIGKILL);
    assert_eq!(left, None);
}

/// A member of the group that ignores TERM, and one that has left the group.
const SPLIT: &str = "trap '' TERM; setsid sleep 60 & sleep 60";

#[test]
fn one_free_descriptor_is_enough_to_find_and_end_a_tree() {
    let args = running("-q -e 1 -n 1 --timeout 1s --grace 200ms", SPLIT);
    let mut command = forker_under(&["prlimit", "--nofile=8"], &args);
    let mark = Mark::on(&mut command);
    let finished = run(command);
    assert_eq!(finished.status.code(), Some(124), "{:?}", finished.err);
    mark.assert_nothing_left();
}

#[test]
fn without_a_descriptor_a_runs_group_is_killed_and_the_rest_is_reported_once() {
    let args = running("-q -e 1 -n 2 -i 10ms --timeout 1s --grace 200ms", SPLIT);
    let mut command = forker_under(&["prlimit", "--nofile=7"], &args);
    let mark = Mark::on(&mut command);
    let finished = run(command);
    let reports = finished.err.iter().filter(|line| line.contains("cannot look for processes in"));
    assert_eq!(reports.count(), 1, "{:?}", finished.err);
    assert_eq!(finished.status.code(), Some(125), "{:?}", finished.err);
    let left = mark.bearers();
    left.iter().for_each(|pid| kill(*pid, Signal::SIGKILL).unwrap());
    assert_eq!(left.len(), 2, "those that have left their groups");
}

#[test]
#[ignore = "needs strace"]
fn a_kernel_without_pidfds_is_no_reason_to_leave_a_process() {
    let wrapper = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pidfd_open"];
    let wrapper = [&wrapper[..], &["-e", "inject=pidfd_open:error=ENOSYS"]].concat();
    let args = running("-q -e 1 -n 1 --timeout 1s --grace 200ms", SPLIT);
    let mut command = forker_under(&wrapper, &args);
    let mark = Mark::on(&mut command);
    let finished = run(command);
    assert_eq!(finished.status.code(), Some(124), "{:?}", finished.err);
    mark.assert_nothing_left();
}

#[test]
#[ignore = "needs root: it makes namespaces"]
fn where_proc_cannot_be_read_a_runs_group_is_killed_and_that_is_reported() {
    let no_proc = ["unshare", "--mount", "sh", "-c", "umount -l /proc; exec \"$@\"", "sh"];
    let empty = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs none /proc; exec \"$@\"", "sh"];
    let anothers = ["unshare", "--pid", "--fork"];
    let script = "trap '' TERM; sleep 60 & exit 0";
    for wrapper in [&no_proc[..], &empty, &anothers] {
        let args = running("-q -e 1 -n 1 --grace 200ms", script);
        let mut command = forker_under(wrapper, &args);
        let mark = Mark::on(&mut command);
        let finished = run(command);
        let reports = finished.err.iter().filter(|line| line.contains("cannot look for processes"));
        assert_eq!(reports.count(), 1, "{wrapper:?}: {:?}", finished.err);
        assert_eq!(finished.status.code(), Some(0), "{wrapper:?}");
        mark.assert_nothing_left();
    }
}

#[test]
#[ignore = "needs root: it chooses the next pid of a namespace"]
fn a_run_that_gets_the_pid_of_an_earlier_one_is_not_taken_for_it() {
    // The first run times out after 2 s. What it leaves outside of its group ignores TERM, and sees to it that the
    // second run, at 2.4 s, gets the first one's pid. The KILL for the first is due at 3.6 s, when the second is going.
    let script = "if mkdir $FOLDER/first; then
            P=$$ setsid sh -c 'trap \"\" TERM; while :; do echo $((P-1)) >/proc/sys/kernel/ns_last_pid; done' &
            sleep 60
        fi; exec sleep 1.6";
    let folder = Folder::new("reuse");
    let wrapper = ["unshare", "--pid", "--fork", "--mount-proc"];
    let args = running("-e 1 -n 2 -i 2400ms --timeout 2s --grace 1600ms", script);
    let mut command = forker_under(&wrapper, &args);
    command.env("FOLDER", &folder.0);
    let mut forker = Running::start(command);
    let [first, second] = ["run 1 (pid", "run 2 (pid"].map(|run| forker.err_line(run));
    assert_eq!(pid_in(&first), pid_in(&second));
    assert!(second.contains("): exited 0 after"), "{second}");
    assert_eq!(forker.finish().status.code(), Some(124));
}

/// forker as nobody, who may run a program that becomes root.
fn as_nobody(folder: &Folder, flags: &str, command: &str) -> Command {
    let file = folder.copy(tests::binary("forker").to_str().unwrap(), "forker");
    let become_root = folder.copy("/usr/bin/setpriv", "become-root");
    Command::new("chmod").args(["4755", &become_root]).status().unwrap();
    let mut nobody = Command::new("setpriv");
    nobody.args(["--reuid=65534", "--regid=65534", "--clear-groups", &file]);
    nobody.args(flags.split(' ')).args(["--", &become_root, "--reuid=0"]).args(command.split(' '));
    nobody.env("XDG_CONFIG_HOME", "/nonexistent");
    nobody
}

#[test]
#[ignore = "needs root: forker gives it up, and its run gets it back"]
fn a_run_that_became_another_user_and_left_nothing_makes_no_noise() {
    let folder = Folder::new("noise");
    let finished = run(as_nobody(&folder, "-q -e 1 -n 1", "true"));
    assert_eq!(logged(&finished), [""; 0]);
    assert_eq!(finished.status.code(), Some(0));
}

#[test]
#[ignore = "needs root: forker gives it up, and its run gets it back"]
fn what_cannot_be_ended_is_reported_counts_as_gone_and_gives_125() {
    let folder = Folder::new("survivor");
    let flags = "-q -e 1 -n 1 --timeout 1s --grace 200ms";
    let finished = run(as_nobody(&folder, flags, "sleep 60"));
    let report = |start: &str| {
        let line = finished.err.iter().find(|line| line.contains(start));
        line.unwrap_or_else(|| panic!("no {start}: {:?}", finished.err))
    };
    let survivor = pid_in(report("run 1 left sleep (pid "));
    let lives = state(survivor);
    kill(survivor, Signal::SIGKILL).unwrap();
    assert_eq!(lives, Some('S'));
    assert_eq!(pid_in(report("run 1 (pid ")), survivor, "a run has a line in any case");
    let refused = finished.err.iter().filter(|line| line.contains("cannot send "));
    assert_eq!(refused.count(), 1, "once a process: {:?}", finished.err);
    assert_eq!(finished.status.code(), Some(125));
}

#[test]
#[ignore = "slow: five seconds of leftovers"]
fn leftovers_of_many_runs_delay_no_tick() {
    in_one_of_five(|| {
        let script = "trap '' TERM; sleep 60 & exit 0";
        let args = running("-e 1 -i 20ms --grace 4s --max-children 300 --log-format json", script);
        let mut forker = Running::start(forker(&args));
        forker.err_line("\"run\":250,");
        forker.signal(Signal::SIGINT);
        forker.signal(Signal::SIGINT);
        let finished = forker.finish();
        let sum = finished.err.last().unwrap();
        let field = |name: &str| -> f64 {
            let (_, rest) = sum.split_once(&format!("\"{name}\":")).unwrap();
            rest.split([',', '}']).next().unwrap().parse().unwrap()
        };
        let (missed, late) = (field("missed"), field("late_p50_seconds"));
        if missed < 60.0 && late < 0.02 { Ok(()) } else { Err(sum.clone()) }
    });
}
