//! A process as it was at one moment, and who descends from whom. Plain data: `procfs` reads it, `tree` keeps it, and
//! the supervisor gets it in events.

use std::collections::BTreeMap;

use nix::unistd::Pid;

/// A process at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) pid: Pid,
    pub(crate) parent: Pid,
    pub(crate) group: Pid,
    pub(crate) is_zombie: bool,
    /// In clock ticks since boot.
    pub(crate) started: u64,
    pub(crate) name: String,
}

impl Process {
    /// Whether both are the same process, perhaps at two moments. A pid alone does not identify a process: the kernel
    /// uses pids again. A pid and a start time do.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        (self.pid, self.started) == (other.pid, other.started)
    }
}

/// Those of `all` that descend from `roots`, without the roots themselves.
pub(crate) fn descendants(roots: &[Pid], all: &[Process]) -> Vec<Process> {
    let mut children: BTreeMap<Pid, Vec<&Process>> = BTreeMap::new();
    for process in all {
        children.entry(process.parent).or_default().push(process);
    }
    let mut parents = roots.to_vec();
    let mut found = Vec::new();
    while let Some(parent) = parents.pop() {
        // Removed, so that a root which descends from another root is not followed twice.
        for child in children.remove(&parent).unwrap_or_default() {
            parents.push(child.pid);
            found.push(child.clone());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descendants_are_found_through_every_generation() {
        let process = |pid, parent| Process {
            pid: Pid::from_raw(pid),
            parent: Pid::from_raw(parent),
            group: Pid::from_raw(pid),
            is_zombie: false,
            started: 0,
            name: String::new(),
        };
        let all = [process(9, 7), process(7, 5), process(5, 1), process(6, 1), process(1, 0)];
        let pids = |roots: &[i32]| {
            let roots: Vec<Pid> = roots.iter().copied().map(Pid::from_raw).collect();
            let mut found: Vec<i32> =
                descendants(&roots, &all).iter().map(|process| process.pid.as_raw()).collect();
            found.sort_unstable();
            found
        };
        assert_eq!(pids(&[5]), [7, 9]);
        assert_eq!(pids(&[1]), [5, 6, 7, 9]);
        assert_eq!(pids(&[5, 7]), [7, 9]);
        assert_eq!(pids(&[9]), [0; 0]);
    }
}
