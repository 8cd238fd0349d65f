//! What is known of a process, and of a group: plain data.

use nix::unistd::Pid;

use crate::process::snapshot::Target;

/// Whose a process is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    Run(u64),
    /// A descendant of forker of which nothing shows whose it was.
    Stray,
    /// Not forker's: it was there before the first fork, or forker has given it up.
    #[default]
    Foreign,
}

/// What a process has been sent to end it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Asked {
    #[default]
    Nothing,
    Term,
    Kill,
}

/// A process that is known.
#[derive(Debug, Default)]
pub(crate) struct Member {
    pub(crate) owner: Owner,
    pub(crate) name: String,
    /// None for a child that no look has shown.
    pub(super) started: Option<u64>,
    pub(super) group: Option<Pid>,
    /// It leads a run, and is not reaped.
    pub(super) is_leader: bool,
    /// forker will reap it.
    pub(super) is_child: bool,
    pub(super) is_zombie: bool,
    pub(crate) asked: Asked,
    /// It was asked at a stroke with its group, and no look has shown yet that it was in the group then.
    pub(super) is_asked_with_group: bool,
    /// It came after the TERM to all that may have started it, and got none.
    pub(crate) is_spared: bool,
    /// It was reported as a daemon that goes on.
    pub(super) is_daemon_reported: bool,
    /// Its end is nothing to report: it had ended before its run's leader.
    pub(crate) is_silent: bool,
    pub(super) is_refusal_reported: bool,
}

impl Member {
    /// It may start others: what forker has given up was killed.
    pub(super) fn is_foreign_child(&self) -> bool {
        self.owner == Owner::Foreign && self.is_child && self.asked < Asked::Kill
    }

    pub(super) fn target(&self, pid: Pid) -> Target {
        match self.started {
            Some(started) if !self.is_child => Target::Process { pid, started },
            _ => Target::Child(pid),
        }
    }
}

/// A process group that members of one owner are in.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) owner: Owner,
    /// A run's leader was forked into it.
    pub(super) is_runs: bool,
    /// What was sent to it at a stroke.
    pub(super) asked: Asked,
}
