//! forker from outside: what it says, when it runs its command, and how many at a time.

use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tests::files::TempFile;
use tests::forker::{forker, logged, running};
use tests::processes::Mark;
use tests::{Running, in_one_of_five, run, wait_until};

#[test]
fn the_default_is_the_seeds_output_byte_for_byte() {
    let mut expected: Vec<u8> = (1..=10).flat_map(|k| format!("{k}\n").into_bytes()).collect();
    expected.extend(b"About to fork...\nChild process: About to execute ls -l\n");
    let ls = Command::new("ls").arg("-l").current_dir("/usr").output().unwrap();
    expected.extend(ls.stdout);
    in_one_of_five(|| {
        let output = forker(&["-i", "200ms", "-n", "1"]).current_dir("/usr").output().unwrap();
        let logged = String::from_utf8_lossy(&output.stderr);
        if !logged.contains("; 0 ticks missed; ") {
            return Err(logged.into_owned());
        }
        assert_eq!(String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&expected));
        assert_eq!(output.status.code(), Some(0));
        Ok(())
    });
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
    assert_eq!(logged(&finished), [""; 0]);
    let finished = run(forker(&running("-q -e 1 -n 1", "exit 3")));
    assert_eq!(logged(&finished).len(), 1);
    assert!(finished.err[0].contains("exited 3"), "{:?}", finished.err);
    assert_eq!(finished.status.code(), Some(3));
}

#[test]
fn bad_usage_is_reported_in_a_line_or_two_and_is_status_2() {
    for (args, logged) in [
        (&["-i", "0s"][..], "longer than 0"),
        (&["-i", "soon"], "for example 500ms"),
        (&["-e", "0"], "write a whole number, at least 1"),
        (&["-n", "many"], "write a whole number, at least 1"),
        (&["--bogus"], "unexpected argument '--bogus'"),
        (&["--grace", "1 parsec"], "--grace"),
        (&["--timeout", "101y"], "at most 100 years"),
    ] {
        let finished = run(forker(args));
        assert_eq!(finished.status.code(), Some(2), "{args:?}");
        let logged_text = finished.err.join("\n");
        assert!(logged_text.contains(logged), "{args:?}: {logged_text}");
        assert!(finished.err.len() <= 2, "{args:?}: {logged_text}");
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
fn overlap_forbid_runs_one_at_a_time() {
    let script = "echo begin; sleep 0.2; echo end";
    let finished = run(forker(&running("-q -e 1 -i 30ms -n 3 --overlap forbid", script)));
    assert_eq!(finished.out, ["begin", "end", "begin", "end", "begin", "end"]);
    assert_eq!(finished.status.code(), Some(0));
}

#[test]
fn overlap_replace_ends_the_last_and_that_is_no_failure() {
    let go = TempFile::new("go", "", 0o644);
    let script = format!("while test -e {}; do sleep 0.01; done; echo end", go.name());
    let args = running("-e 1 -i 30ms -n 3 --overlap replace", &script);
    let mut forker = Running::start(forker(&args));
    for replaced in ["run 1 (", "run 2 ("] {
        let logged = forker.err_line(replaced);
        assert!(logged.contains("): replaced, killed by SIGTERM "), "{logged}");
    }
    drop(go);
    let finished = forker.finish();
    assert_eq!(finished.out.iter().filter(|line| *line == "end").count(), 1, "{:?}", finished.out);
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
    let args = running("-e 1 -i 50ms --overlap forbid --until-failure", &script);
    let finished = run(forker(&args));
    assert_eq!(finished.status.code(), Some(9));
    assert_eq!(finished.err.iter().filter(|line| line.contains("exited")).count(), 3);
}

#[test]
fn the_end_is_summed_up_also_as_json() {
    let args = "-i 50ms -e 1 -n 2 --timeout 20ms --log-format json -- sleep 60".split(' ');
    let finished = run(forker(&args.collect::<Vec<_>>()));
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
fn no_run_takes_less_time_than_it_spent_on_a_processor() {
    let args = ["-q", "-v", "-e", "1", "-i", "1ms", "-n", "100", "--overlap", "forbid"];
    let finished = run(forker(&[&args[..], &["--log-format", "json", "--", "true"]].concat()));
    let fact = |line: &str, name: &str| -> Option<f64> {
        let (_, rest) = line.split_once(&format!("\"{name}\":"))?;
        rest.split([',', '}']).next()?.parse().ok()
    };
    let ended: Vec<_> =
        finished.err.iter().filter(|line| line.contains("\"peak_bytes\":")).collect();
    assert_eq!(ended.len(), 100);
    for line in ended {
        let took = fact(line, "seconds").unwrap();
        let used = fact(line, "user_seconds").unwrap() + fact(line, "system_seconds").unwrap();
        assert!(took >= used, "{line}");
    }
}
