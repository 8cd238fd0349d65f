//! What the programs do for a service manager beside its notifications: levels in the journal, keep-alives, the defaults
//! of a unit, a log under its filters.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::process::Stdio;

use nix::sys::signal::Signal;
use tests::forker::{forker, forker_under};
use tests::launcher::Launcher;
use tests::{program, run};

#[test]
fn on_the_journal_each_line_begins_with_its_level() {
    let path = std::env::temp_dir().join(format!("journal-{}", std::process::id()));
    let journal = File::options().append(true).create(true).open(&path).unwrap();
    let metadata = journal.metadata().unwrap();
    let log = |stream: String, args: &[&str]| {
        let mut command = forker(args);
        command.env("JOURNAL_STREAM", stream);
        command.stdout(Stdio::null()).stderr(journal.try_clone().unwrap()).status().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, "").unwrap();
        text
    };
    let named = format!("{}:{}", metadata.dev(), metadata.ino());
    let failing = ["-q", "-e", "1", "-n", "1", "--", "false"];
    let lines = log(named.clone(), &failing);
    assert!(lines.starts_with("<4>run 1 (pid "), "{lines}");
    let lines = log(named.clone(), &["-e", "1", "-n", "1", "--", "true"]);
    assert!(lines.lines().all(|line| line.starts_with("<6>")), "{lines}");
    let lines = log(named, &["--bogus"]);
    let (first, second) = lines.split_once('\n').unwrap();
    assert!(first.starts_with("<3>forker: ") && second.starts_with("<3>Try "), "{lines}");
    let lines = log(format!("{}:1", metadata.dev()), &failing);
    assert!(lines.starts_with("run 1 "), "another file is the journal: {lines}");
    fs::remove_file(path).unwrap();
}

#[test]
fn forker_answers_the_watchdog() {
    let launcher = Launcher::default().with("WATCHDOG_USEC", "100000");
    let service = launcher.start("forker", &["-q", "-i", "1h", "--", "true"]);
    for _ in 0..4 {
        launcher.hear("WATCHDOG=1");
    }
    service.signal(Signal::SIGTERM);
    service.finish();
}

#[test]
fn a_file_wins_over_the_defaults_of_a_unit() {
    let path = std::env::temp_dir().join(format!("defaults-{}.toml", std::process::id()));
    let ticks = |text: &str| {
        fs::write(&path, text).unwrap();
        let mut command = program("forker");
        command.arg("--config").arg(&path).args(["-e", "1", "-n", "1", "--", "echo", "hello"]);
        command.env("FORKER_DEFAULTS", "quiet = 1");
        run(command).out
    };
    assert_eq!(ticks(""), ["hello"]);
    assert_eq!(ticks("quiet = 0")[0], "1");
    assert_eq!(ticks("verbose = 0")[0], "1");
    fs::remove_file(path).unwrap();
}

#[test]
#[ignore = "needs strace"]
fn a_filter_that_forbids_the_write_that_does_not_wait_costs_no_line() {
    let wrapper = ["strace", "-qq", "-o", "/dev/null", "-e", "trace=pwritev2"];
    let refused = ["-e", "inject=pwritev2:error=EPERM"];
    let args = ["-e", "1", "-n", "1", "--", "true"];
    let finished = run(forker_under(&[&wrapper[..], &refused[..]].concat(), &args));
    assert!(finished.err.iter().any(|line| line.starts_with("run 1 (pid ")), "{:?}", finished.err);
    assert!(finished.out.iter().any(|line| line == "About to fork..."), "{:?}", finished.out);
}
