//! A process as it was at one moment, and whom a signal is for. Plain data: `procfs` reads it, the supervisor decides
//! by it, and `deliver` sends to it.

use nix::unistd::Pid;

/// A process at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) pid: Pid,
    pub(crate) parent: Pid,
    pub(crate) group: Pid,
    /// Whether it has ended and is not reaped.
    pub(crate) is_zombie: bool,
    /// In clock ticks since boot. A pid alone does not identify a process, because the kernel uses pids again; a pid
    /// and a start time do.
    pub(crate) started: u64,
    /// As the process has chosen it: any text, which is escaped where it is printed.
    pub(crate) name: String,
}

/// Whom a signal is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// A whole group at a stroke.
    Group(Pid),
    /// The process that has this pid and started at this time.
    Process { pid: Pid, started: u64 },
    /// A child that is not reaped: until then its pid is its own.
    Child(Pid),
}

impl Target {
    /// The pid, or the group's id.
    pub(crate) fn id(self) -> Pid {
        match self {
            Self::Group(id) | Self::Child(id) | Self::Process { pid: id, .. } => id,
        }
    }
}
