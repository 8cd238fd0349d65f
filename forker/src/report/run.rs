//! What is known of a run that has ended: how it ended, why, what it used, and the exit status that stands for it.
//! Plain data. The words for it are in `text`, the sums over all runs in `tally`.

use std::time::Duration;

use nix::errno::Errno;
use nix::libc;
use nix::unistd::Pid;

/// A run that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunReport {
    pub(crate) run: u64,
    /// None if fork failed.
    pub(crate) pid: Option<Pid>,
    pub(crate) outcome: Outcome,
    /// Why forker ended the run, if it did.
    pub(crate) end_reason: Option<EndReason>,
    pub(crate) took: Duration,
    pub(crate) usage: Usage,
    /// How long after its tick the run was started.
    pub(crate) late: Duration,
}

impl RunReport {
    /// The exit status that stands for the run. A run that was replaced or stopped by forker is no failure.
    pub(crate) fn status(&self) -> u8 {
        match self.end_reason {
            _ if self.outcome == Outcome::NotEnded => FAILED,
            None => self.outcome.status(),
            Some(EndReason::TimedOut) => TIMED_OUT,
            Some(EndReason::Replaced | EndReason::Stopped) => 0,
        }
    }

    /// Whether the run counts as a failure.
    pub(crate) fn failed(&self) -> bool {
        self.status() != 0
    }

    /// Whether the run ended well, by itself.
    pub(crate) fn succeeded(&self) -> bool {
        self.end_reason.is_none() && !self.failed()
    }
}

/// A process that a run left behind and that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leftover {
    /// None if nothing connects the process with its run any more.
    pub(crate) run: Option<u64>,
    /// Why forker ended the run and this process with it, if it did.
    pub(crate) end_reason: Option<EndReason>,
    pub(crate) pid: Pid,
    pub(crate) name: String,
    pub(crate) outcome: Outcome,
}

/// A process that lives on though forker has killed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Survivor {
    /// None if nothing connects the process with its run any more.
    pub(crate) run: Option<u64>,
    pub(crate) pid: Pid,
    pub(crate) name: String,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// By exit(3), with this code.
    Exited(u8),
    /// By a signal. It is a plain number, because nix has no real-time signals.
    Killed {
        /// The signal.
        signal: i32,
        /// Whether it left a core dump.
        dumped: bool,
    },
    /// fork succeeded, exec failed.
    NotExecuted(Errno),
    /// fork failed: there was no process.
    NotForked(Errno),
    /// It was killed, and has not ended: forker does not wait for it any longer.
    NotEnded,
}

impl Outcome {
    /// Decodes the status that wait4(2) gives, with the macros of wait(2).
    pub(crate) fn from_wait(status: i32) -> Self {
        if libc::WIFSIGNALED(status) {
            Self::Killed { signal: libc::WTERMSIG(status), dumped: libc::WCOREDUMP(status) }
        } else {
            Self::Exited(u8::try_from(libc::WEXITSTATUS(status)).unwrap_or(u8::MAX))
        }
    }

    /// Whether KILL ended the process.
    pub(crate) fn is_kill(self) -> bool {
        matches!(self, Self::Killed { signal: libc::SIGKILL, .. })
    }

    /// The exit status that a shell would give; only 0 is no failure.
    pub(crate) fn status(self) -> u8 {
        match self {
            Self::Exited(code) => code,
            Self::Killed { signal, .. } => killed_by(signal),
            Self::NotExecuted(errno) => not_executed(errno),
            Self::NotForked(_) | Self::NotEnded => FAILED,
        }
    }
}

/// Why forker ended a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EndReason {
    /// It took longer than `--timeout`.
    TimedOut,
    /// The next run was due (`--overlap replace`).
    Replaced,
    /// forker itself ends.
    Stopped,
}

/// What a process and the children it waited for have used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) user: Duration,
    pub(crate) system: Duration,
    /// Peak resident memory in bytes. Never less than forker's own: a forked child starts with that size.
    pub(crate) peak: u64,
}

/// The status of a run that timed out, as timeout(1) has it.
const TIMED_OUT: u8 = 124;

/// The status when forker itself failed, as env(1), timeout(1) and nohup(1) have it: 1 may be a run's own.
pub(crate) const FAILED: u8 = 125;

/// The status of a process that a signal ended, as a shell gives it.
pub(crate) fn killed_by(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

/// 127 if there is no such command, 126 if it cannot be executed (POSIX, XCU 2.8.2).
pub(crate) fn not_executed(errno: Errno) -> u8 {
    match errno {
        Errno::ENOENT | Errno::ENOTDIR => 127,
        _ => 126,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_those_a_shell_gives() {
        assert_eq!(Outcome::from_wait(0).status(), 0);
        assert_eq!(Outcome::from_wait(255 << 8).status(), 255);
        assert_eq!(Outcome::from_wait(libc::SIGKILL).status(), 137);
        assert_eq!(Outcome::from_wait(64).status(), 192);
        let dumped = Outcome::from_wait(libc::SIGSEGV | 0x80);
        assert_eq!(dumped, Outcome::Killed { signal: libc::SIGSEGV, dumped: true });
        assert_eq!(Outcome::NotExecuted(Errno::ENOENT).status(), 127);
        assert_eq!(Outcome::NotExecuted(Errno::EACCES).status(), 126);
        assert_eq!(Outcome::NotForked(Errno::EAGAIN).status(), 125);
    }
}
