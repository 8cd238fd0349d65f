//! The lab's stand-in for init, a process of its own: it adopts and reaps the orphans of one experiment, and ends all
//! that is left of it when the lab asks, and also when the lab itself has been killed.

use std::os::fd::AsFd;

use common::clock;
use nix::libc;
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::{self, Pid};

use super::link::{Link, Message};
use super::pace::{SAMPLE, SETTLE};
use super::poll::wait_readable;
use crate::process::reap::{self, Children};
use crate::process::signals::{Received, Signals};
use crate::process::snapshot::{Process, Target};
use crate::process::{deliver, procfs};
use crate::sys;

/// How often what is below a process is signalled: it may fork between the look and the signal.
const ROUNDS: usize = 10;

/// Is init to a child that calls `demonstrate`, until `lab` sends TERM or ends.
pub(super) fn run(
    lab: Pid,
    signals: &Signals,
    link: &Link,
    demonstrate: impl FnOnce() -> u8,
) -> nix::Result<()> {
    // A group of its own: what the terminal sends is for the lab, which decides.
    let own = Pid::from_raw(0);
    unistd::setpgid(own, own)?;
    prctl::set_child_subreaper(true)?;
    // The lab cannot catch KILL, but the kernel reports its end (PR_SET_PDEATHSIG(2const)). By CONT, which reaches this
    // process also while it is stopped (signal(7)).
    prctl::set_pdeathsig(Signal::SIGCONT)?;
    let demonstrator = sys::fork(|| {
        // The same for this process: without init nobody would end it.
        prctl::set_pdeathsig(Signal::SIGKILL).map_or(1, |()| demonstrate())
    })?;
    link.send(Message::Born(demonstrator))?;
    // It may have ended before its end could be reported.
    while unistd::getppid() == lab && !is_asked_to_end(signals)? {
        reap_ended(demonstrator, link)?;
        wait_readable(&[signals.as_fd()], None)?;
    }
    let reaped = clear()?;
    link.send(Message::Cleared(reaped))
}

fn is_asked_to_end(signals: &Signals) -> nix::Result<bool> {
    while let Some(received) = signals.next()? {
        if received == Received::Stop(libc::SIGTERM) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn reap_ended(demonstrator: Pid, link: &Link) -> nix::Result<()> {
    while let Children::Ended(zombie) = reap::look()? {
        let pid = zombie.pid();
        zombie.reap()?;
        if pid == demonstrator {
            link.send(Message::Ended)?;
        }
    }
    Ok(())
}

/// Ends and reaps all that descends from this process, and returns how many it has reaped.
pub(super) fn clear() -> nix::Result<u64> {
    signal_below(Pid::this(), Signal::SIGKILL);
    let mut reaped = 0;
    let deadline = clock::now() + SETTLE;
    while clock::now() < deadline {
        match reap::look()? {
            Children::Ended(zombie) => {
                zombie.reap()?;
                reaped += 1;
            }
            Children::Running => {
                signal_children(Pid::this(), Signal::SIGKILL);
                wait_readable(&[], Some(SAMPLE))?;
            }
            Children::None => break,
        }
    }
    Ok(reaped)
}

/// Signals all that descends from `ancestor`.
pub(super) fn signal_below(ancestor: Pid, signal: Signal) {
    for _ in 0..ROUNDS {
        signal_children(ancestor, signal);
    }
}

fn signal_children(parent: Pid, signal: Signal) {
    for Process { pid, started, is_zombie, .. } in procfs::children(parent) {
        if !is_zombie {
            // What cannot be signalled is another user's, and the table shows what is left.
            deliver::send(Target::Process { pid, started }, signal).ok();
        }
        signal_children(pid, signal);
    }
}
