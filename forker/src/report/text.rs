//! What forker says about its runs: the words, and the same facts as data. It decides nothing.

use std::fmt;
use std::time::Duration;

use common::words::count;
use nix::errno::Errno;
use nix::unistd::Pid;
use tracing::{info, warn};

use crate::process::reap::Usage;
use crate::report::run::{self, Outcome, Why, signal_name};
use crate::report::tally::Tally;
use crate::report::units::{Short, Size};

/// A run that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) run: u64,
    /// None when there never was a process.
    pub(crate) pid: Option<Pid>,
    pub(crate) outcome: Outcome,
    /// Why forker asked it to end, if it did.
    pub(crate) why: Option<Why>,
    pub(crate) took: Duration,
    pub(crate) usage: Usage,
    /// How long after its tick it was started.
    pub(crate) late: Duration,
}

impl Report {
    /// The exit status that stands for the run; what forker ended for its own reasons is no failure.
    pub(crate) fn status(&self) -> u8 {
        match self.why {
            None => self.outcome.status(),
            Some(Why::TimedOut) => run::TIMED_OUT,
            Some(Why::Replaced | Why::Stopped) => 0,
        }
    }

    /// Whether the run counts as a failure.
    pub(crate) fn failed(&self) -> bool {
        self.status() != 0
    }

    /// Tells it on stderr: a failure is told even when quiet.
    pub(crate) fn tell(&self, command: &str) {
        let line = Line { report: self, command };
        macro_rules! tell {
            ($level:ident) => {
                $level!(
                    run = self.run,
                    pid = self.pid.map(Pid::as_raw),
                    outcome = self.outcome.kind(),
                    status = self.outcome.status(),
                    ended_because = self.why.map(Why::word),
                    seconds = self.took.as_secs_f64(),
                    user_seconds = self.usage.user.as_secs_f64(),
                    system_seconds = self.usage.system.as_secs_f64(),
                    peak_bytes = self.usage.peak,
                    late_seconds = self.late.as_secs_f64(),
                    "{line}"
                )
            };
        }
        if self.failed() {
            tell!(warn);
        } else {
            tell!(info);
        }
    }
}

impl Outcome {
    fn kind(self) -> &'static str {
        match self {
            Self::Exited(_) => "exited",
            Self::Killed { .. } => "killed",
            Self::NotExecuted(_) => "not executed",
            Self::NotForked(_) => "not forked",
        }
    }
}

impl Why {
    fn word(self) -> &'static str {
        match self {
            Self::TimedOut => "timed out",
            Self::Replaced => "replaced",
            Self::Stopped => "stopped",
        }
    }
}

/// A process that a run left behind, and that has ended now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Left {
    /// None when it had cut every tie to its run.
    pub(crate) run: Option<u64>,
    /// Why its run was asked to end and it with it, if so.
    pub(crate) why: Option<Why>,
    pub(crate) pid: Pid,
    pub(crate) name: String,
    pub(crate) outcome: Outcome,
}

impl Left {
    /// Tells it, also when quiet: something that the user started was ended.
    pub(crate) fn tell(&self) {
        let Self { run, why, pid, name, outcome } = self;
        let run_name = run.map_or_else(|| "a run".to_owned(), |run| format!("run {run}"));
        let how = if outcome.is_kill() { "killed" } else { "ended" };
        let fate = match why {
            None => format!(": {how}; --keep-orphans keeps it"),
            Some(Why::TimedOut) => format!(" when it timed out: {how} after the grace"),
            Some(why) => format!(" when it was {}: {how} after the grace", why.word()),
        };
        warn!(
            run,
            pid = pid.as_raw(),
            name,
            outcome = how,
            ended_because = why.map(Why::word),
            "{run_name} left {name} (pid {pid}) behind{fate}"
        );
    }
}

/// Tells what it all came to; ticks that were missed are told even when quiet.
pub(crate) fn tell_summary(tally: &Tally) {
    let Tally { runs, failed, timed_out, skipped, missed, late } = tally;
    let [p50, p99, max] = [late.percentile(50), late.percentile(99), late.max()];
    macro_rules! tell {
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
                "{}: {failed} failed, {timed_out} timed out, {skipped} skipped; {} missed; \
                 lateness p50 {}, p99 {}, max {}",
                count(*runs, "run"),
                count(*missed, "tick"),
                Short(p50),
                Short(p99),
                Short(max)
            )
        };
    }
    if *missed > 0 {
        tell!(warn);
    } else {
        tell!(info);
    }
}

/// A report as the sentence that a person reads.
struct Line<'a> {
    report: &'a Report,
    command: &'a str,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { run, pid, outcome, .. } = self.report;
        write!(f, "run {run}")?;
        if let Some(pid) = pid {
            write!(f, " (pid {pid})")?;
        }
        write!(f, ": ")?;
        if let Some(why) = self.report.why {
            write!(f, "{}, ", why.word())?;
        }
        match outcome {
            Outcome::Exited(code) => write!(f, "exited {code}")?,
            Outcome::Killed { signal, dumped } => {
                let core = if *dumped { ", core dumped" } else { "" };
                write!(f, "killed by {}{core}", signal_name(*signal))?;
            }
            Outcome::NotExecuted(errno) => {
                return write!(
                    f,
                    "cannot execute '{}': {}",
                    self.command,
                    why(*errno, self.command)
                );
            }
            Outcome::NotForked(errno) => {
                return write!(f, "cannot fork: {}; the schedule goes on", errno.desc());
            }
        }
        let Report { took, usage, late, .. } = self.report;
        let cpu = Short(usage.user + usage.system);
        write!(f, " after {}; cpu {cpu}", Short(*took))?;
        write!(f, ", peak {}, {} late", Size(usage.peak), Short(*late))
    }
}

/// Why exec failed, with the way out.
fn why(errno: Errno, command: &str) -> String {
    match errno {
        Errno::ENOENT | Errno::ENOTDIR if command.contains('/') => {
            "there is no such file, or the interpreter it names is missing".to_owned()
        }
        Errno::ENOENT | Errno::ENOTDIR => {
            "not found in PATH; give its path, or add its folder to PATH".to_owned()
        }
        Errno::EACCES => {
            "permission denied; is it a program, and made executable by chmod +x?".to_owned()
        }
        Errno::ENOEXEC => {
            "not a program of this machine; a script begins with a line like #!/bin/sh".to_owned()
        }
        other => other.desc().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_who_how_and_how_long() {
        let report = Report {
            run: 3,
            pid: Some(Pid::from_raw(77)),
            outcome: Outcome::Exited(0),
            why: None,
            took: Duration::from_micros(12_340),
            usage: Usage {
                user: Duration::from_millis(2),
                system: Duration::from_millis(1),
                peak: 3 << 20,
            },
            late: Duration::from_micros(85),
        };
        let line = |outcome| {
            let report = Report { outcome, ..report.clone() };
            Line { report: &report, command: "nosuch" }.to_string()
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
    }
}
