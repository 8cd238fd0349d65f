//! Other processes as /proc shows them: who is whose parent, and in which group. It reads and judges nothing.

use std::collections::BTreeMap;
use std::fs;

use nix::unistd::Pid;
use tracing::warn;

/// A process at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) pid: Pid,
    pub(crate) parent: Pid,
    pub(crate) group: Pid,
    pub(crate) is_zombie: bool,
    /// In clock ticks since boot; with the pid it names a process for ever, as pids are used again.
    pub(crate) started: u64,
    pub(crate) name: String,
}

/// Every process there is, and none where there is no /proc.
pub(crate) fn all() -> Vec<Process> {
    let entries = fs::read_dir("/proc");
    if let Err(error) = &entries {
        warn!(
            "cannot look for processes in /proc: {error}; what has left its run's group is not found"
        );
    }
    let pids = entries
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid| read(Pid::from_raw(pid))).collect()
}

/// The children of `parent`, which has one thread. Of our own none can be missed: nobody else takes any away.
pub(crate) fn children(parent: Pid) -> Vec<Process> {
    // Where the kernel was built without it (CONFIG_PROC_CHILDREN), the long way.
    let Ok(pids) = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")) else {
        return all().into_iter().filter(|process| process.parent == parent).collect();
    };
    pids.split_whitespace().filter_map(|pid| read(Pid::from_raw(pid.parse().ok()?))).collect()
}

/// The process `pid`, if there is one.
pub(crate) fn read(pid: Pid) -> Option<Process> {
    parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
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
        // Taken out, so that a root below another root is not followed twice.
        for child in children.remove(&parent).unwrap_or_default() {
            parents.push(child.pid);
            found.push(child.clone());
        }
    }
    found
}

/// `proc_pid_stat(5)`. A name may hold anything, even `) R 1`, so it ends at the last parenthesis.
fn parse(stat: &str) -> Option<Process> {
    let (pid, rest) = stat.split_once(" (")?;
    let (name, rest) = rest.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    // Of a process that is being reaped just now the kernel gives -1 as the group: it is gone.
    let pid_of = |text: &str| text.parse().ok().filter(|pid| *pid >= 0).map(Pid::from_raw);
    Some(Process {
        pid: pid_of(pid)?,
        is_zombie: *fields.first()? == "Z",
        parent: pid_of(fields.get(1)?)?,
        group: pid_of(fields.get(2)?)?,
        started: fields.get(19)?.parse().ok()?,
        name: common::escape::escape(name).into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_anything() {
        let stat = "77 (a) R 1 (b) Z 5 6 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4242 0";
        let process = parse(stat).unwrap();
        assert_eq!(process.name, "a) R 1 (b");
        assert_eq!((process.parent, process.group), (Pid::from_raw(5), Pid::from_raw(6)));
        assert_eq!((process.is_zombie, process.started), (true, 4242));
        assert_eq!(parse("77 (a"), None);
        assert_eq!(parse(&stat.replace("Z 5 6", "X 0 -1")), None, "it is being reaped");
    }

    #[test]
    fn this_process_is_among_all() {
        assert!(all().iter().any(|process| process.pid == Pid::this()));
    }

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
