//! forker as the tests start it, and the fields of its lines.

use std::process::{Command, Stdio};

use nix::unistd::Pid;

use crate::{Finished, Running, Stream, binary, program};

/// forker with arguments.
pub fn forker(args: &[&str]) -> Command {
    let mut command = program("forker");
    command.args(args);
    command
}

/// forker started by `env` or another program that executes it in its own process.
pub fn forker_under(wrapper: &[&str], args: &[&str]) -> Command {
    let mut command = Command::new(wrapper[0]);
    command
        .args(&wrapper[1..])
        .arg(binary("forker"))
        .args(args)
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .stdin(Stdio::null());
    command
}

/// Arguments: flags with blanks between, then a script for the shell as the command.
pub fn running<'a>(flags: &'a str, script: &'a str) -> Vec<&'a str> {
    flags.split(' ').chain(["--", "sh", "-c", script]).collect()
}

/// Waits for this very line on stdout.
pub fn wait_for_line(forker: &mut Running, wanted: &str) {
    forker.line(|stream, line| stream == Stream::Out && line == wanted);
}

/// The lines on stderr without the sums at the end: when quiet, those are there only if a busy machine made forker miss
/// ticks.
pub fn logged(finished: &Finished) -> Vec<&String> {
    finished.err.iter().filter(|line| !line.contains("; lateness p50 ")).collect()
}

/// Run, pid and status of a line like `run 3 (pid 77): exited 5 after …`.
pub fn exited(line: &str) -> Option<(u64, i32, i32)> {
    let (run, rest) = line.strip_prefix("run ")?.split_once(" (pid ")?;
    let (pid, rest) = rest.split_once("): exited ")?;
    let (status, _) = rest.split_once(' ')?;
    Some((run.parse().ok()?, pid.parse().ok()?, status.parse().ok()?))
}

/// The pid in a line like `run 3 (pid 77): …`.
pub fn pid_in(line: &str) -> Pid {
    let (_, rest) = line.split_once("(pid ").unwrap();
    Pid::from_raw(rest.split_once(')').unwrap().0.parse().unwrap())
}
