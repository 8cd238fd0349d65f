//! System calls that fail though they should not: forker reports every run's end all the same, or what has failed,
//! and leaves nothing behind.

use tests::forker::{forker_under, running};
use tests::processes::Mark;
use tests::{Finished, run};

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
