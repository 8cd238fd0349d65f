//! Which processes belong to a run: its group, and what has left the group (by setsid(2), or as a job of a shell) but
//! descends from it. How a signal gets to them is the business of `deliver`.
//!
//! Two kinds of processes are not found. Those of another user (setuid programs) cannot be signalled. A daemon whose
//! parents have all ended shows no connection with its run: forker adopts it, and ends it when forker itself ends.

use std::collections::{BTreeMap, BTreeSet};

use nix::sys::signal::Signal;
use nix::unistd::Pid;

use crate::process::snapshot::{Process, descendants};
use crate::process::{deliver, procfs};
use crate::sys;

/// How often at most KILL is repeated.
const ROUNDS: usize = 10;

/// The processes that were seen to belong to runs. They are remembered because /proc shows only who descends from
/// whom now: when a parent ends, its children become forker's, and nothing shows whose they were.
#[derive(Debug, Default)]
pub(crate) struct Descendants {
    /// By the run's leader.
    seen: BTreeMap<Pid, Vec<Process>>,
}

impl Descendants {
    /// Signals the whole tree of `leader`, which may have been reaped.
    pub(crate) fn signal(&mut self, leader: Pid, signal: Signal) {
        // The group may be signalled only while its leader is not reaped. The kernel is asked for that, not /proc: where
        // /proc cannot be read, the group must still get the signal.
        let owns_group = sys::is_child(leader);
        let mut seen = self.seen.remove(&leader).unwrap_or_default();
        let mut signalled = BTreeSet::new();
        for _ in 0..rounds(signal) {
            // Before any signal is sent: what loses its parents by the signal is not found below them afterwards.
            let mut new = members(leader, &seen);
            new.retain(|process| !process.is_zombie && signalled.insert(process.pid));
            if owns_group {
                deliver::to_group(leader, signal);
            }
            if new.is_empty() {
                break;
            }
            for process in new.iter().filter(|process| !owns_group || process.group != leader) {
                deliver::to_process(process, signal);
            }
            seen.extend(new);
        }
        self.seen.insert(leader, seen);
    }

    /// What is left of the tree of `leader`, which has been reaped. Zombies are included.
    pub(crate) fn left(&mut self, leader: Pid) -> Vec<Process> {
        let seen = self.seen.remove(&leader).unwrap_or_default();
        if seen.is_empty() && !deliver::group_exists(leader) {
            return Vec::new();
        }
        let mut left = ours();
        left.retain(|process| process.group == leader || is_among(process, &seen));
        if !left.is_empty() {
            self.seen.insert(leader, left.clone());
        }
        left
    }
}

/// Signals `groups` and every other descendant of forker. Returns forker's children that are in none of the groups.
pub(crate) fn signal_all(groups: &[Pid], signal: Signal) -> Vec<Process> {
    let mut strays = Vec::new();
    let mut signalled = BTreeSet::new();
    for group in groups {
        deliver::to_group(*group, signal);
    }
    for _ in 0..rounds(signal) {
        let mut new = ours();
        new.retain(|process| {
            !process.is_zombie && !groups.contains(&process.group) && signalled.insert(process.pid)
        });
        if new.is_empty() {
            break;
        }
        for process in &new {
            deliver::to_process(process, signal);
        }
        new.retain(|process| process.parent == Pid::this());
        strays.append(&mut new);
    }
    strays
}

/// `leader`, its group, what was `seen` in its tree before, and all that descends from those.
fn members(leader: Pid, seen: &[Process]) -> Vec<Process> {
    let (mut members, others): (Vec<_>, Vec<_>) = ours().into_iter().partition(|process| {
        process.pid == leader || process.group == leader || is_among(process, seen)
    });
    let roots: Vec<Pid> = members.iter().map(|process| process.pid).collect();
    members.extend(descendants(&roots, &others));
    members
}

/// Every process that descends from forker.
fn ours() -> Vec<Process> {
    descendants(&[Pid::this()], &procfs::all())
}

fn is_among(process: &Process, seen: &[Process]) -> bool {
    seen.iter().any(|other| other.is_same(process))
}

/// KILL is repeated: a process may fork between our look at /proc and the signal. TERM is sent once: many programs
/// take a second TERM as a wish to end at once.
fn rounds(signal: Signal) -> usize {
    if signal == Signal::SIGKILL { ROUNDS } else { 1 }
}
