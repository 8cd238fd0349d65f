//! Reads processes from /proc: proc(5), `proc_pid_stat(5)`. What follows from what it reads is decided elsewhere.

use std::fs;

use nix::unistd::Pid;
use tracing::warn;

use crate::process::snapshot::Process;

/// Every process that /proc shows; none, and a warning, where /proc cannot be read.
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

/// The children of `parent`, which must have one thread. Some may be missing if children are reaped meanwhile
/// (`proc_pid_children(5)`). A process that reads its own children misses none.
pub(crate) fn children(parent: Pid) -> Vec<Process> {
    // A kernel built without CONFIG_PROC_CHILDREN has no such file.
    let Ok(pids) = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")) else {
        return all().into_iter().filter(|process| process.parent == parent).collect();
    };
    pids.split_whitespace().filter_map(|pid| read(Pid::from_raw(pid.parse().ok()?))).collect()
}

/// The process `pid`, if there is one.
pub(crate) fn read(pid: Pid) -> Option<Process> {
    parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Parses a line of `/proc/PID/stat`. A name may hold anything, even `) R 1`: it ends at the last parenthesis.
fn parse(stat: &str) -> Option<Process> {
    let (pid, rest) = stat.split_once(" (")?;
    let (name, rest) = rest.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    // -1 as the group: the process is being reaped at this moment, and is no process any more.
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
        assert_eq!(parse(&stat.replace("Z 5 6", "X 0 -1")), None, "a process that is being reaped");
    }

    #[test]
    fn all_processes_include_this_one() {
        assert!(all().iter().any(|process| process.pid == Pid::this()));
    }
}
