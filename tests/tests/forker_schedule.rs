//! When forker begins and when it has done enough: --align, --splay, --until-success.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use nix::sys::signal::Signal;
use tests::files::TempFile;
use tests::forker::{forker, running};
use tests::{Finished, Running, in_one_of_five, run};

/// The seconds in the line `first tick in 1.2s` as JSON has it.
fn first_tick_in(finished: &Finished) -> Duration {
    let line = finished.err.iter().find(|line| line.contains("\"first tick in ")).unwrap();
    let (_, rest) = line.split_once("\"seconds\":").unwrap();
    Duration::from_secs_f64(rest.split([',', '}']).next().unwrap().parse().unwrap())
}

#[test]
fn until_success_ends_with_0_at_the_first_run_that_ends_well() {
    let count = TempFile::new("until-first", "", 0o644);
    let script = format!("echo >>{0}; test $(wc -l <{0}) -ge 3 || exit 9", count.name());
    let args = running("-e 1 -i 50ms --overlap forbid --until-success", &script);
    let finished = run(forker(&args));
    assert_eq!(finished.status.code(), Some(0));
    assert_eq!(finished.err.iter().filter(|line| line.contains(": exited 9")).count(), 2);
    let summary = finished.err.last().unwrap();
    assert!(summary.starts_with("3 runs: 2 failed, 0 timed out, "), "{summary}");
}

#[test]
fn until_success_with_a_count_gives_the_last_status_when_no_run_ends_well() {
    let count = TempFile::new("until-last", "", 0o644);
    let script = format!("echo >>{0}; exit $(wc -l <{0})", count.name());
    let args = running("-e 1 -i 20ms -n 3 --overlap forbid --until-success", &script);
    assert_eq!(run(forker(&args)).status.code(), Some(3));
}

#[test]
fn two_ends_exclude_each_other_wherever_they_are_set() {
    let file = TempFile::new("until", "until-failure = true\n", 0o644);
    let in_file = ["--config", file.name(), "--until-success", "-n", "1", "-e", "1", "--", "false"];
    for args in [&["--until-failure", "--until-success"][..], &in_file] {
        let finished = run(forker(args));
        assert_eq!(finished.status.code(), Some(2), "{args:?}");
        let said = finished.err.join(" ");
        assert!(said.contains("--until-failure and --until-success exclude each other"), "{said}");
    }
    let overruled = run(forker(&[&["--until-failure=false"], &in_file[..]].concat()));
    assert_eq!(overruled.status.code(), Some(1), "{:?}", overruled.err);
}

#[test]
fn align_begins_when_the_clock_shows_a_whole_multiple() {
    in_one_of_five(|| {
        let args = ["-q", "--align", "--now", "-i", "1s", "-n", "1", "--", "date", "+%N"];
        let finished = run(forker(&args));
        let nanos: u32 = finished.out[0].parse().unwrap();
        if nanos < 200_000_000 { Ok(()) } else { Err(format!("{nanos} ns after the second")) }
    });
}

#[test]
fn align_counts_from_midnight_of_the_local_time() {
    // Zones as POSIX writes them, ahead of UTC if the number is negative.
    for (zone, ahead) in [("UTC0", 0), ("XXX-5:30", 19_800), ("XXX3", -10_800)] {
        let mut command = forker(&["--log-format", "json", "--align", "-i", "1d", "--", "true"]);
        command.env("TZ", zone);
        let mut forker = Running::start(command);
        forker.err_line("first tick in ");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        forker.signal(Signal::SIGTERM);
        let finished = forker.finish();
        assert_eq!(finished.status.code(), Some(143), "TERM is heard while it waits");
        let midnight = now.cast_signed() + first_tick_in(&finished).as_secs().cast_signed() + ahead;
        // A minute for a busy machine.
        let off = (midnight + 60).rem_euclid(86_400);
        assert!(off <= 120, "{zone}: {off}");
    }
}

#[test]
fn splay_waits_a_random_part_of_its_duration_and_reports_it() {
    let args = "--log-format json --splay 300ms -i 1h -e 1 -n 1 -- true".split(' ');
    let args: Vec<&str> = args.collect();
    let waits = [(); 4].map(|()| {
        let start = Instant::now();
        let wait = first_tick_in(&run(forker(&args)));
        assert!(wait <= start.elapsed() && wait < Duration::from_millis(300), "{wait:?}");
        wait
    });
    assert!(waits.iter().any(|wait| *wait != waits[0]), "{waits:?}");
}

#[test]
fn a_wait_for_the_first_tick_can_be_ended() {
    let mut forker = Running::start(forker(&["--align", "--splay", "100y", "-i", "100y"]));
    forker.err_line("first tick in ");
    forker.signal(Signal::SIGINT);
    let finished = forker.finish();
    assert_eq!(finished.status.code(), Some(130));
    assert_eq!(finished.out, [""; 0]);
}
