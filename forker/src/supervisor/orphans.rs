//! What outlives the leaders of runs, and which of it is worth telling when it ends.

use std::collections::BTreeMap;

use nix::sys::signal::Signal;
use nix::unistd::Pid;

use crate::process::procfs::Process;
use crate::report::run::{Outcome, Why};
use crate::report::text::Left;

/// The orphans that were seen and have not ended.
#[derive(Debug, Default)]
pub(super) struct Orphans(BTreeMap<Pid, Orphan>);

#[derive(Debug)]
struct Orphan {
    /// None when it had cut every tie to its run.
    run: Option<u64>,
    name: String,
    was: Was,
}

/// How things stood when its leader had ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Was {
    Alive,
    /// Asked to end together with its leader, and perhaps about to.
    Asked(Why),
    /// Killed together with its leader: which of them is reaped first says nothing.
    Killed,
    /// Dead already, or just now of our TERM.
    Zombie,
}

impl Orphans {
    pub(super) fn remember(&mut self, run: Option<u64>, was: Was, processes: Vec<Process>) {
        for Process { pid, name, is_zombie, .. } in processes {
            let was = if is_zombie && was == Was::Alive { Was::Zombie } else { was };
            self.0.entry(pid).or_insert(Orphan { run, name, was });
        }
    }

    /// A child that leads no run has ended: what there is to tell, if it was left behind and did not go
    /// with its leader.
    pub(super) fn ended(&mut self, pid: Pid, outcome: Outcome) -> Option<Left> {
        let Orphan { run, name, was } = self.0.remove(&pid)?;
        let ended_by =
            |signal| matches!(outcome, Outcome::Killed { signal: by, .. } if by == signal as i32);
        let (was_left, why) = match was {
            Was::Alive => (true, None),
            Was::Asked(why) => (ended_by(Signal::SIGKILL), Some(why)),
            Was::Killed => (false, None),
            Was::Zombie => (ended_by(Signal::SIGTERM), None),
        };
        was_left.then_some(Left { run, why, pid, name, outcome })
    }

    /// How many there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// There is no child left, so there is no orphan.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
