//! How a run ended, and the exit status that stands for it. The words for it are `report`'s.

use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::Signal;

use crate::error;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// By exit(3), with this code.
    Exited(u8),
    /// By a signal; a plain number, because nix knows no real-time signals.
    Killed {
        /// The signal.
        signal: i32,
        /// Whether it left a core dump.
        dumped: bool,
    },
    /// It never became its command: exec failed.
    NotExecuted(Errno),
    /// It never came to be: fork failed.
    NotForked(Errno),
}

impl Outcome {
    /// What wait4(2) says, read by the macros of wait(2).
    pub(crate) fn from_wait(status: i32) -> Self {
        if libc::WIFSIGNALED(status) {
            Self::Killed { signal: libc::WTERMSIG(status), dumped: libc::WCOREDUMP(status) }
        } else {
            Self::Exited(u8::try_from(libc::WEXITSTATUS(status)).unwrap_or(u8::MAX))
        }
    }

    /// Whether KILL ended it.
    pub(crate) fn is_kill(self) -> bool {
        matches!(self, Self::Killed { signal: libc::SIGKILL, .. })
    }

    /// The exit status a shell would give it; 0 is the only one that is no failure.
    pub(crate) fn status(self) -> u8 {
        match self {
            Self::Exited(code) => code,
            Self::Killed { signal, .. } => killed_by(signal),
            Self::NotExecuted(errno) => not_executed(errno),
            Self::NotForked(_) => error::FAILED,
        }
    }
}

/// Why forker asked a run to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Its time was up.
    TimedOut,
    /// The next run was due.
    Replaced,
    /// forker itself is to end.
    Stopped,
}

/// The status of a run that timed out, as timeout(1) has it.
pub(crate) const TIMED_OUT: u8 = 124;

/// The status of what ended by a signal, as a shell gives it.
pub(crate) fn killed_by(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

/// 127 when there is no such command, 126 when it cannot be executed (POSIX, XCU 2.8.2).
pub(crate) fn not_executed(errno: Errno) -> u8 {
    match errno {
        Errno::ENOENT | Errno::ENOTDIR => 127,
        _ => 126,
    }
}

/// A signal's name, real-time ones among them.
pub(crate) fn signal_name(signal: i32) -> String {
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

    #[test]
    fn every_signal_has_a_name() {
        assert_eq!(signal_name(libc::SIGTERM), "SIGTERM");
        assert_eq!(signal_name(libc::SIGRTMIN() + 1), "SIGRTMIN+1");
        assert_eq!(signal_name(32), "signal 32");
    }
}
