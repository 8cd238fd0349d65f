//! forker's stdout and stderr when there is no room for them: a full disk, a limit on the size of files.

use std::fs::{self, File};
use std::process::{Command, Stdio};

use nix::sys::signal::Signal;
use tests::files::TempFile;
use tests::forker::{forker, forker_under, running};
use tests::processes::Mark;
use tests::{Running, run, wait_until};

/// forker under a limit on the size of files, in bytes.
fn limited(bytes: &str, args: &[&str]) -> Command {
    let fsize = format!("--fsize={bytes}");
    forker_under(&["env", "--default-signal", "prlimit", &fsize], args)
}

fn writing_to(file: &TempFile) -> Stdio {
    File::create(file.name()).unwrap().into()
}

#[test]
fn a_stdout_at_the_limit_on_file_size_ends_it_in_order_and_is_reported_once() {
    let file = TempFile::new("limited-out", "", 0o644);
    let mut command = limited("50:", &running("-e 100000 -i 1ms --now", "sleep 60"));
    command.stdout(writing_to(&file)).stderr(Stdio::piped());
    let mark = Mark::on(&mut command);
    let mut child = command.spawn().unwrap();
    let status = wait_until("forker ends", || child.try_wait().unwrap());
    let logged = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
    let reason =
        "cannot write to stdout: File too large; raise the limit on the size of files: ulimit -f; ";
    assert_eq!(logged.matches(reason).count(), 1, "{logged}");
    assert_eq!(status.code(), Some(125));
    mark.assert_nothing_left();
}

#[test]
fn a_stderr_at_the_limit_on_file_size_stops_no_schedule_and_has_every_line_when_there_is_room() {
    let file = TempFile::new("limited-err", "", 0o644);
    let to_file = format!("exec prlimit --fsize=200: \"$@\" 2>{}", file.name());
    let wrapper = ["env", "--default-signal", "sh", "-c", &to_file, "sh"];
    let args = ["-q", "-v", "-e", "1", "-i", "5ms", "--overlap", "forbid", "--", "true"];
    let mut forker = Running::start(forker_under(&wrapper, &args));
    wait_until("the file is full", || {
        (fs::metadata(file.name()).unwrap().len() == 200).then_some(())
    });
    assert!(!forker.has_ended());
    let pid = forker.pid().to_string();
    let raised = Command::new("prlimit").args(["--fsize=unlimited:", "--pid", &pid]).status();
    assert!(raised.unwrap().success());
    let is_there = |text: &str, number| text.contains(&format!("run {number} ("));
    let text = wait_until("thirty lines", || {
        let text = fs::read_to_string(file.name()).unwrap();
        is_there(&text, 30).then_some(text)
    });
    assert!((1..30).all(|number| is_there(&text, number)), "{text}");
    forker.signal(Signal::SIGTERM);
    assert_eq!(forker.finish().status.code(), Some(143));
}

#[test]
fn a_stderr_on_a_full_disk_stops_no_schedule() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut command = forker(&["-q", "-v", "-e", "1", "-i", "1ms", "-n", "20", "--", "true"]);
    assert_eq!(command.stderr(full).status().unwrap().code(), Some(0));
}

#[test]
fn a_run_has_the_limit_and_the_signal_that_forker_was_given() {
    let file = TempFile::new("limited-run", "", 0o644);
    let script = format!("exec head -c 100000 /dev/zero >{}", file.name());
    let args = running("-q -e 1 -n 1", &script);
    let killed = run(limited("1000:", &args));
    assert!(killed.err[0].contains("): killed by SIGXFSZ after "), "{:?}", killed.err);
    assert_eq!(killed.status.code(), Some(128 + nix::libc::SIGXFSZ));

    let wrapper = ["env", "--ignore-signal=XFSZ", "prlimit", "--fsize=1000:"];
    let failed = Running::start(forker_under(&wrapper, &args)).finish();
    assert_eq!(failed.status.code(), Some(1), "{:?}", failed.err);
}
