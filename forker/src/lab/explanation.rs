//! What each way is called, and why it behaves as it does.

use clap::ValueEnum;

use super::strategy::Strategy;

impl Strategy {
    /// Its name, as `--only` takes it.
    pub(super) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Two lines that fit a terminal.
    pub(super) fn explanation(self) -> [&'static str; 2] {
        match self {
            Self::None => [
                "The parent never waits. Each child that has ended stays a zombie: it keeps its",
                "pid and its status for a parent that does not ask for them.",
            ],
            Self::Wait => [
                "The parent waits for each run at once. Every status is known, but meanwhile",
                "the parent can do nothing else, and misses ticks.",
            ],
            Self::Pipe => [
                "The parent reads each run's output to its end, then waits. A process in the",
                "background has the pipe open as well: here the parent gives up after 200ms.",
            ],
            Self::Sigchld => [
                "SIGCHLD reports that a child has ended, and wait returns which. forker does",
                "this. As a subreaper it adopts the orphans too, and reaps them.",
            ],
            Self::Pidfd => [
                "Each child has a descriptor that becomes readable at its end. It needs no",
                "signal and no pid, which may be another's by now, but a descriptor a run.",
            ],
            Self::Ignore => [
                "With SIGCHLD ignored the kernel reaps each child: no zombie, but no status.",
                "It is inherited over exec: a command that waits gets no status either.",
            ],
            Self::DoubleFork => [
                "A child in between forks the run and ends, so init adopts the run from birth:",
                "no zombie here, but only init gets the status and the time of the end.",
            ],
            Self::Kill => [
                "KILL, which nobody can catch, ends the parent when its first run has started.",
                "The run lives on and init adopts it: whoever wanted its status gets none.",
            ],
        }
    }
}
