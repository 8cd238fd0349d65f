//! Everything that a run has started, and how a signal reaches it: its group at a stroke, and what has
//! left the group (setsid, a job-control shell) one by one, found by descent in /proc.
//!
//! No signal here can hit a stranger: a group is signalled only while its leader, not yet reaped, holds its
//! id, a process only through a pidfd that is checked to be the one seen. What stays out of reach is
//! another user's (a setuid program), and what a daemon becomes when it has cut every tie: it is adopted
//! by forker, and ends when forker does.

use std::collections::{BTreeMap, BTreeSet};

use nix::errno::Errno;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tracing::error;

use crate::process::procfs::{self, Process};
use crate::sys;

/// How often to look again for what was forked while it was being killed.
const ROUNDS: usize = 10;

/// What is known of the trees of runs, beyond what descent shows.
#[derive(Debug, Default)]
pub(crate) struct Trees {
    /// By leader: what once was seen in the tree. When its parents have died, descent no longer leads there.
    seen: BTreeMap<Pid, Vec<Process>>,
}

impl Trees {
    /// Signals all of the tree of `leader`, which may be dead.
    pub(crate) fn signal(&mut self, leader: Pid, signal: Signal) {
        // A child that is not reaped holds its group's id. Asked of the kernel: where /proc cannot be read, its group
        // gets the signal still.
        let is_held = sys::is_child(leader);
        let mut seen = self.seen.remove(&leader).unwrap_or_default();
        let mut signalled = BTreeSet::new();
        for _ in 0..rounds(signal) {
            // Looked up before anything is signalled: what loses its parents is no longer found below them.
            let mut new = members(leader, &seen);
            new.retain(|process| !process.is_zombie && signalled.insert(process.pid));
            if is_held {
                to_group(leader, signal);
            }
            if new.is_empty() {
                break;
            }
            for process in new.iter().filter(|process| !is_held || process.group != leader) {
                to_process(process, signal);
            }
            seen.extend(new);
        }
        self.seen.insert(leader, seen);
    }

    /// Signals `groups` and every other descendant of forker; gives those children that are no group's leader.
    pub(crate) fn signal_all(&mut self, groups: &[Pid], signal: Signal) -> Vec<Process> {
        let mut strays = Vec::new();
        let mut signalled = BTreeSet::new();
        for group in groups {
            to_group(*group, signal);
        }
        for _ in 0..rounds(signal) {
            let mut new = procfs::descendants(&[Pid::this()], &procfs::all());
            new.retain(|process| {
                !process.is_zombie
                    && !groups.contains(&process.group)
                    && signalled.insert(process.pid)
            });
            if new.is_empty() {
                break;
            }
            for process in &new {
                to_process(process, signal);
            }
            new.retain(|process| process.parent == Pid::this());
            strays.append(&mut new);
        }
        strays
    }

    /// What is left of the tree of `leader`, which has been reaped; the zombies among it are on their way.
    pub(crate) fn left(&mut self, leader: Pid) -> Vec<Process> {
        let seen = self.seen.remove(&leader).unwrap_or_default();
        if seen.is_empty() && !is_group(leader) {
            return Vec::new();
        }
        let mut left = procfs::descendants(&[Pid::this()], &procfs::all());
        left.retain(|process| {
            process.group == leader || seen.iter().any(|other| is_same(other, process))
        });
        if !left.is_empty() {
            self.seen.insert(leader, left.clone());
        }
        left
    }

    /// Whether nothing is left of the tree of `leader`, which has been reaped.
    pub(crate) fn is_gone(&mut self, leader: Pid) -> bool {
        let gone = self.left(leader).is_empty();
        if gone {
            self.seen.remove(&leader);
        }
        gone
    }
}

/// Asks what a dead leader leaves in its group to end, while its zombie still holds the group's id.
pub(crate) fn sweep(leader: Pid) {
    to_group(leader, Signal::SIGTERM);
}

/// Sends a signal to a group whose id cannot have become someone else's.
pub(crate) fn to_group(group: Pid, signal: Signal) {
    tell_refusal(group, signal, killpg(group, signal));
    if signal == Signal::SIGTERM {
        // A stopped process takes TERM only when it is continued.
        tell_refusal(group, Signal::SIGCONT, killpg(group, Signal::SIGCONT));
    }
}

/// `leader`, its group, what was once `seen` in its tree, and all that descends from those.
fn members(leader: Pid, seen: &[Process]) -> Vec<Process> {
    let ours = procfs::descendants(&[Pid::this()], &procfs::all());
    let is_seen = |process: &Process| seen.iter().any(|other| is_same(other, process));
    let (mut members, others): (Vec<_>, Vec<_>) = ours
        .into_iter()
        .partition(|process| process.pid == leader || process.group == leader || is_seen(process));
    let roots: Vec<Pid> = members.iter().map(|process| process.pid).collect();
    members.extend(procfs::descendants(&roots, &others));
    members
}

fn is_group(group: Pid) -> bool {
    killpg(group, None) != Err(Errno::ESRCH)
}

/// The pidfd holds on to whatever has the pid now; if that is what was seen, the signal goes there alone.
fn to_process(process: &Process, signal: Signal) {
    let Ok(pidfd) = sys::pidfd_open(process.pid) else {
        return;
    };
    if procfs::read(process.pid).is_some_and(|now| is_same(&now, process)) {
        tell_refusal(process.pid, signal, sys::pidfd_send_signal(&pidfd, signal));
        if signal == Signal::SIGTERM {
            tell_refusal(
                process.pid,
                Signal::SIGCONT,
                sys::pidfd_send_signal(&pidfd, Signal::SIGCONT),
            );
        }
    }
}

fn is_same(one: &Process, other: &Process) -> bool {
    (one.pid, one.started) == (other.pid, other.started)
}

/// Only what is being killed can outrun us.
fn rounds(signal: Signal) -> usize {
    if signal == Signal::SIGKILL { ROUNDS } else { 1 }
}

fn tell_refusal(to: Pid, signal: Signal, result: nix::Result<()>) {
    match result {
        // ESRCH: it has ended meanwhile.
        Ok(()) | Err(Errno::ESRCH) => {}
        Err(errno) => error!(pid = to.as_raw(), "cannot send {signal} to {to}: {}", errno.desc()),
    }
}
