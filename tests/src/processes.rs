//! What /proc tells of processes, and a mark by which a program's descendants are found, wherever they went.

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use nix::unistd::Pid;

/// A value in the environment of a program and so of everything it starts: what is left of it can be found.
#[derive(Debug)]
pub struct Mark(String);

impl Mark {
    const NAME: &'static str = "LEFT_BY_TEST";

    /// Marks what `command` starts, itself included.
    pub fn on(command: &mut Command) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mark = format!("{}-{number}", std::process::id());
        command.env(Self::NAME, &mark);
        Self(mark)
    }

    /// The processes that carry the mark.
    pub fn bearers(&self) -> Vec<Pid> {
        let entry = format!("{}={}", Self::NAME, self.0);
        processes()
            .filter(|pid| {
                let environ = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
                environ.split(|byte| *byte == 0).any(|found| found == entry.as_bytes())
            })
            .collect()
    }

    /// Fails if anything that the program started is left, now that it has ended.
    pub fn assert_nothing_left(&self) {
        assert_eq!(self.bearers(), [], "left behind");
    }
}

/// Every process there is.
pub fn processes() -> impl Iterator<Item = Pid> {
    let names = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter_map(|name| name.parse().ok()).map(Pid::from_raw)
}

/// A process's state and parent, from proc_pid_stat(5).
pub fn state_and_parent(pid: Pid) -> Option<(char, Pid)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let state = fields.next()?.chars().next()?;
    Some((state, Pid::from_raw(fields.next()?.parse().ok()?)))
}

/// A process's state: S, T, Z and so on.
pub fn state(pid: Pid) -> Option<char> {
    state_and_parent(pid).map(|(state, _)| state)
}

/// The children of a process that have ended and were not reaped.
pub fn zombies_of(parent: Pid) -> Vec<Pid> {
    processes().filter(|pid| state_and_parent(*pid) == Some(('Z', parent))).collect()
}
