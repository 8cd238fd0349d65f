//! The log lines about runs: the words that a person reads, and the same facts as fields for `--log-format json`.
//! It decides nothing; the facts come from `run` and `tally`.

use std::borrow::Cow;
use std::ffi::CString;
use std::fmt;
use std::time::Duration;

use common::escape::escape;
use common::words::count;
use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use tracing::{error, info, warn};

use crate::error::{advice, reason};
use crate::report::exec::not_executed;
use crate::report::human::{HumanBytes, HumanDuration};
use crate::report::run::{EndReason, Leftover, Outcome, RunReport, Survivor};
use crate::report::tally::Tally;
use crate::report::verdict::Verdict;

/// Logs how a run ended: a failure as a warning, which `-q` shows too.
pub(crate) fn log_run(report: &RunReport, command: &[CString]) {
    let line = Line { report, command };
    let pid = report.pid.map(Pid::as_raw);
    // Where fork failed there was no process, and its figures are not 0 but missing.
    let of_process = |figure: Duration| pid.map(|_| figure.as_secs_f64());
    macro_rules! log {
        ($level:ident) => {
            $level!(
                run = report.run,
                pid,
                outcome = outcome_word(report.outcome),
                status = report.outcome.status(),
                ended_because = report.end_reason.map(reason_word),
                seconds = of_process(report.took),
                user_seconds = of_process(report.usage.user),
                system_seconds = of_process(report.usage.system),
                peak_bytes = pid.map(|_| report.usage.peak),
                late_seconds = report.late.as_secs_f64(),
                "{line}"
            )
        };
    }
    if report.failed() {
        log!(warn);
    } else {
        log!(info);
    }
}

/// Logs that a process was left behind and ended. A warning: forker ended something that the user had started.
pub(crate) fn log_leftover(leftover: &Leftover) {
    let Leftover { run, end_reason, pid, name, outcome } = leftover;
    let (run_name, shown) = (run_name(*run), shown(name));
    let how = if outcome.is_kill() { "killed" } else { "ended" };
    let detail = match end_reason {
        None => format!(": {how}; --keep-orphans keeps it"),
        Some(EndReason::TimedOut) => format!(" when it timed out: {how} after the grace"),
        Some(reason) => format!(" when it was {}: {how} after the grace", reason_word(*reason)),
    };
    warn!(
        run,
        pid = pid.as_raw(),
        name,
        outcome = how,
        ended_because = end_reason.map(reason_word),
        "{run_name} left {shown} (pid {pid}) behind{detail}"
    );
}

/// Logs that a process which nothing connects with its run any more goes on. A warning: such processes may pile up.
pub(crate) fn log_daemon(pid: Pid, name: &str) {
    let shown = shown(name);
    warn!(
        pid = pid.as_raw(),
        name,
        "a run left {shown} (pid {pid}) running: it is ended when forker ends; --keep-orphans keeps it"
    );
}

/// Logs that an orphan is left alone. A warning: if a run has started it, it is left behind.
pub(crate) fn log_unclear(pid: Pid, name: &str) {
    let shown = shown(name);
    warn!(
        pid = pid.as_raw(),
        name,
        "{shown} (pid {pid}) is left alone: a run has started it, or a process from before the first run, and nothing shows \
         which; to end it: kill {pid}"
    );
}

/// Logs that a process lives on though it was killed.
pub(crate) fn log_survivor(survivor: &Survivor) {
    let Survivor { run, pid, name } = survivor;
    error!(
        run,
        pid = pid.as_raw(),
        name,
        "{} left {} (pid {pid}) behind: not ended by SIGKILL; see ps -o pid,stat,user,wchan,cmd -p {pid}",
        run_name(*run),
        shown(name)
    );
}

/// Logs that the terminal has stopped a run. A warning: nobody else may continue it.
pub(crate) fn log_stopped(run: u64, pid: Pid, signal: Signal) {
    let why = match signal {
        Signal::SIGTTIN => "it reads the terminal, in whose background runs are",
        _ => "it writes to the terminal, which stty tostop forbids in the background",
    };
    warn!(
        run,
        pid = pid.as_raw(),
        signal = signal.as_str(),
        "run {run} (pid {pid}): stopped by {signal}: {why}; setsid -w COMMAND takes the terminal from it, --timeout ends it"
    );
}

/// Logs that a process could not be signalled.
pub(crate) fn log_refused(pid: Pid, name: &str, signal: Signal, errno: Errno) {
    let (shown, reason) = (shown(name), errno.desc());
    error!(pid = pid.as_raw(), name, "cannot send {signal} to {shown} (pid {pid}): {reason}");
}

/// A process's name in a sentence: it may be empty (`PR_SET_NAME(2const)`), and hold anything.
fn shown(name: &str) -> Cow<'_, str> {
    if name.is_empty() { "''".into() } else { escape(name) }
}

fn run_name(run: Option<u64>) -> String {
    run.map_or_else(|| "a run".to_owned(), |run| format!("run {run}"))
}

/// forker's end, as the service manager shows it.
pub(crate) fn end(verdict: Verdict) -> String {
    let cause = match verdict {
        Verdict::Success => "all went well".to_owned(),
        Verdict::Run { number, .. } => format!("run {number} failed"),
        Verdict::Signal(signal) => format!("stopped by {}", signal_name(signal)),
        Verdict::LeftBehind => "a process may be left behind".to_owned(),
        Verdict::Failure => "forker failed".to_owned(),
    };
    format!("Ended with {}: {cause}", verdict.status())
}

/// Logs the sums over all runs. Missed ticks make it a warning, which `-q` shows too.
pub(crate) fn log_summary(tally: &Tally, verdict: Verdict) {
    let Tally { runs, failed, timed_out, skipped, missed, late } = tally;
    let [p50, p99, max] = [late.percentile(50), late.percentile(99), late.max()];
    macro_rules! log {
        ($level:ident) => {
            $level!(
                runs,
                failed,
                timed_out,
                skipped,
                missed,
                late_p50_seconds = p50.as_secs_f64(),
                late_p99_seconds = p99.as_secs_f64(),
                late_max_seconds = max.as_secs_f64(),
                exit_status = verdict.status(),
                exit_because = verdict.cause(),
                "{}: {failed} failed, {timed_out} timed out, {skipped} skipped; {} missed; \
                 lateness p50 {}, p99 {}, max {}",
                count(*runs, "run"),
                count(*missed, "tick"),
                HumanDuration(p50),
                HumanDuration(p99),
                HumanDuration(max)
            )
        };
    }
    if *missed > 0 {
        log!(warn);
    } else {
        log!(info);
    }
}

fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Exited(_) => "exited",
        Outcome::Killed { .. } => "killed",
        Outcome::NotExecuted(_) => "not executed",
        Outcome::NotForked(_) => "not forked",
        Outcome::NotEnded => "not ended",
    }
}

fn reason_word(reason: EndReason) -> &'static str {
    match reason {
        EndReason::TimedOut => "timed out",
        EndReason::Replaced => "replaced",
        EndReason::Stopped => "stopped",
    }
}

/// A run's line, for a person.
struct Line<'a> {
    report: &'a RunReport,
    command: &'a [CString],
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RunReport { run, pid, outcome, end_reason, took, usage, late } = self.report;
        write!(f, "run {run}")?;
        if let Some(pid) = pid {
            write!(f, " (pid {pid})")?;
        }
        write!(f, ": ")?;
        if let Some(reason) = end_reason {
            write!(f, "{}, ", reason_word(*reason))?;
        }
        match outcome {
            Outcome::Exited(code) => write!(f, "exited {code}")?,
            Outcome::Killed { signal, dumped } => {
                let core = if *dumped { ", core dumped" } else { "" };
                write!(f, "killed by {}{core}", signal_name(*signal))?;
            }
            Outcome::NotEnded => write!(f, "not ended by SIGKILL")?,
            Outcome::NotExecuted(errno) => return f.write_str(&not_executed(*errno, self.command)),
            Outcome::NotForked(errno) => {
                let (reason, advice) = (reason(*errno), advice(*errno));
                return write!(f, "cannot fork: {reason}{advice}; the schedule goes on");
            }
        }
        let cpu = HumanDuration(usage.user + usage.system);
        write!(f, " after {}; cpu {cpu}", HumanDuration(*took))?;
        write!(f, ", peak {}, {} late", HumanBytes(usage.peak), HumanDuration(*late))
    }
}

/// A signal's name; a real-time signal is named as signal(7) does.
fn signal_name(signal: i32) -> String {
    match Signal::try_from(signal) {
        Ok(known) => known.as_str().to_owned(),
        Err(_) if (libc::SIGRTMIN()..=libc::SIGRTMAX()).contains(&signal) => {
            format!("SIGRTMIN+{}", signal - libc::SIGRTMIN())
        }
        Err(_) => format!("signal {signal}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::report::run::Usage;

    #[test]
    fn a_line_has_the_run_how_it_ended_and_how_long_it_took() {
        let report = RunReport {
            run: 3,
            pid: Some(Pid::from_raw(77)),
            outcome: Outcome::Exited(0),
            end_reason: None,
            took: Duration::from_micros(12_340),
            usage: Usage {
                user: Duration::from_millis(2),
                system: Duration::from_millis(1),
                peak: 3 << 20,
            },
            late: Duration::from_micros(85),
        };
        let line = |outcome| {
            let report = RunReport { outcome, ..report.clone() };
            Line { report: &report, command: &[c"nosuch".to_owned()] }.to_string()
        };
        assert_eq!(
            line(Outcome::Exited(0)),
            "run 3 (pid 77): exited 0 after 12.3ms; cpu 3ms, peak 3 MiB, 85us late"
        );
        assert_eq!(
            line(Outcome::Killed { signal: 9, dumped: false }),
            "run 3 (pid 77): killed by SIGKILL after 12.3ms; cpu 3ms, peak 3 MiB, 85us late"
        );
        assert_eq!(
            line(Outcome::NotExecuted(Errno::ENOENT)),
            "run 3 (pid 77): cannot execute 'nosuch': not found in PATH; give its path, or add its folder to PATH"
        );
        assert_eq!(
            line(Outcome::NotForked(Errno::EAGAIN)),
            "run 3 (pid 77): cannot fork: too many processes; raise the limit on processes: ulimit -u; \
             or that of the cgroup: pids.max, in a systemd unit TasksMax=; the schedule goes on"
        );
    }

    #[test]
    fn every_signal_has_a_name() {
        assert_eq!(signal_name(libc::SIGTERM), "SIGTERM");
        assert_eq!(signal_name(libc::SIGRTMIN() + 1), "SIGRTMIN+1");
        assert_eq!(signal_name(32), "signal 32");
    }
}
