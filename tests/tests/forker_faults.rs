//! System calls that fail though they should not, or do not return: forker reports every run's end all the same, or what
//! has failed, keeps its deadlines, and leaves nothing behind.

use std::fs;
use std::process::Command;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tests::files::TempFile;
use tests::forker::{forker, forker_under, running};
use tests::processes::{Mark, processes, state_and_parent};
use tests::{Finished, Running, run, wait_until};

/// Runs forker while strace makes a system call fail: `wait4:error=EINTR:when=1`.
fn faulty(fault: &str, args: &[&str]) -> Finished {
    let inject = format!("inject={fault}");
    let mut command =
        forker_under(&["strace", "-qq", "-o", "/dev/null", "-e", &inject, "--"], args);
    let mark = Mark::on(&mut command);
    let finished = run(command);
    mark.assert_nothing_left();
    finished
}

fn count(finished: &Finished, text: &str) -> usize {
    finished.err.iter().filter(|line| line.contains(text)).count()
}

#[test]
#[ignore = "needs strace"]
fn a_wait_that_is_always_interrupted_loses_no_run() {
    let args = running("-q -e 1 -i 10ms -n 4", "exit 3");
    let finished = faulty("ppoll:error=EINTR:when=2+", &args);
    assert_eq!(count(&finished, "): exited 3 "), 4, "{:?}", finished.err);
    assert_eq!(finished.status.code(), Some(3));
}

#[test]
#[ignore = "needs strace"]
fn after_a_failure_of_its_own_it_reports_every_end_and_leaves_nothing() {
    let tree = "(trap '' TERM; sleep 60) & setsid sleep 61 & wait";
    for (fault, what) in [
        ("ppoll:error=ENOMEM:when=2+", "wait for events: Out of memory"),
        ("waitid:error=ENOMEM:when=2", "reap a child: Out of memory"),
        ("wait4:error=EINTR:when=1", "reap a child: Interrupted system call"),
    ] {
        let finished = faulty(fault, &running("-q -v -n 1 --now --timeout 200ms", tree));
        assert_eq!(count(&finished, "run 1 (pid "), 1, "{:?}", finished.err);
        assert_eq!(count(&finished, &format!("forker: cannot {what}")), 1, "{:?}", finished.err);
        // What was not said is not done: it kills at once.
        assert_eq!(count(&finished, "stopping: TERM"), 0, "{:?}", finished.err);
        assert_eq!(finished.status.code(), Some(125));
    }
}

#[test]
#[ignore = "needs strace"]
fn where_no_status_can_be_had_it_gives_up_and_says_so() {
    let finished = faulty("wait4:error=ENOMEM", &running("-q -n 1 --now", "exit 3"));
    assert_eq!(count(&finished, "run 1 (pid "), 1, "{:?}", finished.err);
    assert_eq!(count(&finished, "forker: cannot reap a child: Out of memory"), 1);
    assert_eq!(finished.status.code(), Some(125));
}

#[test]
#[ignore = "needs strace"]
fn a_fork_without_memory_is_a_failed_run_and_the_schedule_goes_on() {
    let finished = faulty("clone:error=ENOMEM:when=1", &running("-q -e 1 -i 10ms -n 2", "exit 3"));
    assert_eq!(count(&finished, "run 1: cannot fork: Out of memory"), 1, "{:?}", finished.err);
    assert_eq!(count(&finished, "run 2 (pid "), 1, "{:?}", finished.err);
    assert_eq!(finished.status.code(), Some(3));
}

#[test]
#[ignore = "needs strace"]
fn where_no_memory_can_be_shared_with_a_child_it_gets_a_copy() {
    for errno in ["EINVAL", "EPERM", "ENOSYS"] {
        let fault = format!("clone:error={errno}:when=1");
        let finished = faulty(&fault, &running("-q -n 1 --now", "exit 3"));
        assert_eq!(count(&finished, "run 1 (pid "), 1, "{errno}: {:?}", finished.err);
        assert_eq!(finished.status.code(), Some(3), "{errno}");
    }
}

#[test]
#[ignore = "needs strace"]
fn a_folder_of_path_on_a_network_that_does_not_answer_is_passed_over() {
    for errno in ["ESTALE", "ENODEV", "ETIMEDOUT"] {
        let inject = format!("inject=execve:error={errno}:when=1");
        let wrapper = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &inject, "--"];
        let mut command = forker_under(&wrapper, &running("-q -n 1 --now", "exit 3"));
        command.env("PATH", "/nonexistent:/usr/bin:/bin");
        let finished = run(command);
        assert_eq!(finished.status.code(), Some(3), "{errno}: {:?}", finished.err);
    }
}

#[test]
#[ignore = "needs strace"]
fn a_line_for_which_there_was_no_memory_comes_later() {
    // The fifth write is the last: that of the sums.
    for when in [1, 5] {
        let fault = format!("pwritev2:error=ENOMEM:when={when}");
        let finished =
            faulty(&fault, &running("-q -v -e 1 -i 10ms -n 4 --overlap forbid", "exit 3"));
        assert_eq!(count(&finished, "): exited 3 "), 4, "{:?}", finished.err);
        assert_eq!(count(&finished, "4 runs: "), 1, "{:?}", finished.err);
    }
}

#[test]
fn a_segv_to_a_child_before_its_exec_is_its_end_and_no_failed_exec() {
    // While another process has a lease on the file, an exec waits in its open (fcntl(2), F_SETLEASE).
    let program = TempFile::new("leased", "", 0o755);
    let hold = "use Fcntl qw(F_SETLEASE F_WRLCK); $| = 1; $SIG{IO} = q(IGNORE); open F, q(+<), shift or die $!;
        fcntl F, F_SETLEASE, F_WRLCK or die $!; print qq(leased\n); sleep 60";
    let mut holder = Command::new("perl");
    holder.args(["-e", hold, program.name()]);
    let mut holder = Running::start(holder);
    holder.out_line("leased");
    for signal in [Signal::SIGSEGV, Signal::SIGBUS] {
        let forker = Running::start(forker(&["-q", "-n", "1", "--now", "--", program.name()]));
        let is_child =
            |pid: &Pid| state_and_parent(*pid).map(|(_, parent)| parent) == Some(forker.pid());
        let child = wait_until("forker has a run", || processes().find(is_child));
        kill(child, signal).unwrap();
        let finished = forker.finish();
        assert_eq!(count(&finished, &format!("killed by {signal}")), 1, "{:?}", finished.err);
        assert_eq!(finished.status.code(), Some(128 + signal as i32));
    }
}

/// A folder that goes when its test ends, on which a file system is to be mounted.
struct MountPoint(std::path::PathBuf);

impl Drop for MountPoint {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

#[test]
#[ignore = "needs root: it mounts a file system that does not answer"]
fn a_command_on_a_file_system_that_does_not_answer_holds_up_no_deadline_and_no_signal() {
    let folder = std::env::temp_dir().join(format!("forker-hung-{}", std::process::id()));
    fs::create_dir(&folder).unwrap();
    let folder = MountPoint(folder);
    let program = folder.0.join("program");
    // Whoever has this descriptor is to answer for the file system: forker and its run have it, and do not read it.
    let mount = format!(
        "exec 9<>/dev/fuse
        mount -i -t fuse -o fd=9,rootmode=40000,user_id=0,group_id=0 none {}; exec \"$@\"",
        folder.0.display()
    );
    let command = |flags: &str| {
        let args: Vec<&str> = flags.split(' ').chain(["--", program.to_str().unwrap()]).collect();
        let mut command = forker_under(&["unshare", "-m", "sh", "-c", &mount, "sh"], &args);
        let mark = Mark::on(&mut command);
        (command, mark)
    };
    let (timed, mark) = command("-q -n 3 -e 1 -i 20ms --timeout 300ms --grace 300ms");
    let finished = run(timed);
    assert_eq!(count(&finished, "): timed out, killed by SIG"), 3, "{:?}", finished.err);
    assert_eq!(finished.status.code(), Some(124));
    mark.assert_nothing_left();

    let (stopped, mark) = command("-q -n 1 --now --grace 300ms");
    let forker = Running::start(stopped);
    // The shell has a child too: mount(8).
    let has_run = || {
        let name = fs::read_to_string(format!("/proc/{}/comm", forker.pid())).ok()?;
        let is_child =
            |pid: &Pid| state_and_parent(*pid).map(|(_, parent)| parent) == Some(forker.pid());
        (name == "forker\n").then(|| processes().find(is_child))?
    };
    wait_until("forker has a run", has_run);
    forker.signal(Signal::SIGTERM);
    assert_eq!(forker.finish().status.code(), Some(143));
    mark.assert_nothing_left();
}

#[test]
#[ignore = "needs root: it mounts an empty /dev"]
fn a_container_without_dev_null_is_told_so_at_the_start() {
    let mount = "mount -t tmpfs dev /dev && exec \"$@\"";
    let args = ["-n", "1", "--now", "--", "true"];
    let finished = run(forker_under(&["unshare", "-m", "sh", "-c", mount, "sh"], &args));
    assert_eq!(finished.status.code(), Some(125), "{:?}", finished.err);
    let wanted = "forker: cannot open /dev/null, which runs get as their stdin: ";
    assert!(finished.err[0].starts_with(wanted), "{:?}", finished.err);
}
