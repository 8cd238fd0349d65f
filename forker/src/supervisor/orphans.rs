//! Processes that live on when their run's leader has ended, and which of them are reported when they end.
//!
//! Left behind is what still ran when the leader ended by itself. What forker ended together with its leader was not
//! left behind, even if it is reaped a little later.

use std::collections::BTreeMap;

use nix::sys::signal::Signal;
use nix::unistd::Pid;

use crate::process::snapshot::Process;
use crate::report::run::{EndReason, Leftover, Outcome};

/// The orphans that were seen and have not ended.
#[derive(Debug, Default)]
pub(super) struct Orphans(BTreeMap<Pid, Orphan>);

#[derive(Debug)]
struct Orphan {
    /// None if nothing connects it with its run any more.
    run: Option<u64>,
    name: String,
    state: StateAtExit,
}

/// The state of a process when its run's leader had ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StateAtExit {
    /// It ran, and had not been signalled before.
    Running,
    /// TERM had been sent to it and to its leader; it may be about to end.
    TermSent(EndReason),
    /// KILL had been sent to it and to its leader. Which of the two is reaped first is chance.
    KillSent,
    /// It was a zombie already: it ended before its leader, or just now by the TERM to its leader's group.
    Zombie,
}

impl Orphans {
    pub(super) fn add(&mut self, run: Option<u64>, state: StateAtExit, processes: Vec<Process>) {
        for Process { pid, name, is_zombie, .. } in processes {
            let state = match state {
                StateAtExit::Running if is_zombie => StateAtExit::Zombie,
                state => state,
            };
            self.0.entry(pid).or_insert(Orphan { run, name, state });
        }
    }

    /// A child that leads no run has ended: what there is to report, if it was left behind.
    pub(super) fn ended(&mut self, pid: Pid, outcome: Outcome) -> Option<Leftover> {
        let Orphan { run, name, state } = self.0.remove(&pid)?;
        let ended_by =
            |signal| matches!(outcome, Outcome::Killed { signal: by, .. } if by == signal as i32);
        let (was_left, end_reason) = match state {
            StateAtExit::Running => (true, None),
            // It ignored the TERM, and forker killed it after the grace.
            StateAtExit::TermSent(reason) => (ended_by(Signal::SIGKILL), Some(reason)),
            StateAtExit::KillSent => (false, None),
            // forker's TERM ended it: it still ran when its leader ended.
            StateAtExit::Zombie => (ended_by(Signal::SIGTERM), None),
        };
        was_left.then_some(Leftover { run, end_reason, pid, name, outcome })
    }

    /// There is no child left, and so no orphan.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
