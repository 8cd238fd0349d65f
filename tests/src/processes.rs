//! What /proc tells of processes, and a mark by which a program's descendants are found, wherever they went.

use std::collections::HashMap;
use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::unistd::{Pid, SysconfVar, sysconf};

use crate::wait_until;

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

/// How long a process has computed, or waited for a processor, all its threads together (`sched-stats.rst` of the
/// kernel): a loop that never sleeps has all the time there is, on a busy machine too.
pub fn time_awake(pid: Pid) -> Duration {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let nanos = threads.filter_map(|thread| {
        let schedstat = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        let fields = schedstat.split_whitespace().take(2);
        fields.map(|nanos| nanos.parse::<u64>().ok()).sum::<Option<u64>>()
    });
    Duration::from_nanos(nanos.sum())
}

/// The time in which the kernel counts so many ticks (sysconf(3), `_SC_CLK_TCK`).
pub fn kernel_ticks(ticks: u32) -> Duration {
    let a_second = sysconf(SysconfVar::CLK_TCK).unwrap().unwrap();
    Duration::from_secs(1) * ticks / u32::try_from(a_second).unwrap()
}

/// How often a process has gone to sleep by itself.
pub fn sleeps(pid: Pid) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let count = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
    count.trim().parse().ok()
}

/// Waits until a process has blocked a signal: from then on it reads it as data and does not die of it
/// (`proc_pid_status(5)`).
pub fn wait_for_blocked(pid: Pid, signal: Signal) {
    let bit = 1_u64 << (signal as i32 - 1);
    wait_until("the signal is blocked", || {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let blocked = status.lines().find_map(|line| line.strip_prefix("SigBlk:"))?;
        let blocked = u64::from_str_radix(blocked.trim(), 16).ok()?;
        (blocked & bit != 0).then_some(())
    });
}

/// The children of a process that have ended and were not reaped.
pub fn zombies_of(parent: Pid) -> Vec<Pid> {
    processes().filter(|pid| state_and_parent(*pid) == Some(('Z', parent))).collect()
}

/// Watches that no child stays a zombie while its parent is about. A machine that keeps the parent from running
/// makes zombies old too: so their age counts only with what the parent did meanwhile.
#[derive(Debug)]
pub struct Zombies {
    parent: Pid,
    /// When each was first seen, and how often its parent had slept by then.
    seen: HashMap<Pid, (Instant, u64)>,
}

impl Zombies {
    /// So old, a zombie is one too many.
    const OLD: Duration = Duration::from_millis(50);
    /// A parent that has slept so often since has been through its loop several times.
    const SLEEPS: u64 = 20;

    /// Those of `parent`.
    pub fn of(parent: Pid) -> Self {
        Self { parent, seen: HashMap::new() }
    }

    /// Fails if one was there for long, and its parent went to sleep again and again without a look at it.
    pub fn look(&mut self) {
        let Some(before) = sleeps(self.parent) else { return };
        let now = zombies_of(self.parent);
        let Some(after) = sleeps(self.parent) else { return };
        self.seen.retain(|pid, _| now.contains(pid));
        for pid in now {
            let (since, slept) = *self.seen.entry(pid).or_insert_with(|| (Instant::now(), after));
            let (age, sleeps) = (since.elapsed(), before.saturating_sub(slept));
            let is_old = age >= Self::OLD && sleeps >= Self::SLEEPS;
            assert!(!is_old, "{pid} is a zombie for {age:?}; its parent has slept {sleeps} times");
        }
    }
}
