//! One strategy in a process of its own, and what can be observed of it from outside, in /proc.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use common::clock;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::signal::Signal;
use nix::unistd::{self, Pid};

use super::strategy::{Parent, Strategy};
use crate::error::Error;
use crate::process::command::PreparedCommand;
use crate::process::reap::{self, Children};
use crate::process::signals::{Received, Signals};
use crate::process::snapshot::{Process, Target};
use crate::process::{deliver, procfs};
use crate::report::run;
use crate::schedule::Schedule;
use crate::sys;

/// How often what is left is killed.
const KILL_ROUNDS: usize = 10;

/// The workload: one run on each of so many ticks.
pub(super) const TICKS: u32 = 20;
pub(super) const TICK: Duration = Duration::from_millis(30);

/// How often /proc is read.
const SAMPLE: Duration = Duration::from_millis(4);

/// How long the last runs may take to end.
const SETTLE: Duration = Duration::from_secs(2);

/// What was observed of a strategy.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) runs: u64,
    pub(super) statuses_known: u64,
    pub(super) ticks_missed: u64,
    pub(super) descriptors_held: u64,
    /// The zombies at the moment when there were most.
    pub(super) zombies_peak: Vec<Process>,
    pub(super) zombies_left: usize,
    pub(super) orphans_go_to: Option<&'static str>,
    /// How many of the zombies left init reaped, after their parent had ended.
    pub(super) reaped_by_init: usize,
}

/// The result of an experiment.
pub(super) enum Observed {
    Facts(Facts),
    /// A signal asked the lab to end; the exit status.
    Interrupted(u8),
}

/// Starts a demonstrator that deals with its children by `strategy`, observes it, and clears up.
pub(super) fn run(
    strategy: Strategy,
    command: &PreparedCommand,
    signals: &Signals,
) -> Result<Observed, Error> {
    let failed = Error::system("run the experiment");
    let (reader, writer) = unistd::pipe2(OFlag::O_CLOEXEC).map_err(&failed)?;
    let demonstrator = sys::fork(|| {
        let result = demonstrate(strategy.parent().as_mut(), command, &writer);
        u8::from(result.is_err())
    })
    .map_err(&failed)?;
    drop(writer);
    let observed = observe(demonstrator, &reader, signals);
    // Repeated, because a process may fork between the look and the signal.
    for _ in 0..KILL_ROUNDS {
        kill_below(Pid::this());
    }
    let reaped = reap_all().map_err(&failed)?;
    let mut observed = observed.map_err(&failed)?;
    if let Observed::Facts(facts) = &mut observed {
        facts.reaped_by_init = reaped.min(facts.zombies_left);
    }
    Ok(observed)
}

/// Kills all that descends from `parent`.
fn kill_below(parent: Pid) {
    for Process { pid, started, is_zombie, .. } in procfs::children(parent) {
        kill_below(pid);
        if !is_zombie {
            // What cannot be killed is another user's, and the table shows what is left.
            deliver::send(Target::Process { pid, started }, Signal::SIGKILL).ok();
        }
    }
}

/// Samples the demonstrator's children and the lab's own until the demonstrator has sent its counts.
fn observe(demonstrator: Pid, reader: &OwnedFd, signals: &Signals) -> nix::Result<Observed> {
    let mut facts = Facts::default();
    let mut counts = [0; 32];
    loop {
        facts.zombies_left = sample(demonstrator, &mut facts);
        let ready = wait(&[reader.as_fd(), signals.as_fd()], clock::now() + SAMPLE)?;
        while let Some(received) = signals.next()? {
            if let Received::Stop(signal) = received {
                return Ok(Observed::Interrupted(run::killed_by(signal)));
            }
        }
        // As init does: reap what was adopted and has ended. The demonstrator itself is reaped at the end.
        while let Children::Ended(zombie) = reap::look()?
            && zombie.pid() != demonstrator
        {
            zombie.reap()?;
        }
        if ready {
            let length = unistd::read(reader, &mut counts)?;
            if length != counts.len() {
                return Err(Errno::EIO);
            }
            [facts.runs, facts.statuses_known, facts.ticks_missed, facts.descriptors_held] =
                decode(&counts);
            facts.zombies_left = sample(demonstrator, &mut facts);
            return Ok(Observed::Facts(facts));
        }
    }
}

/// Returns the number of zombies, and notes whose children the orphans are. A run leads a group of its own; an orphan
/// is a child in a group that it does not lead.
fn sample(demonstrator: Pid, facts: &mut Facts) -> usize {
    let children = procfs::children(demonstrator);
    let own_group = unistd::getpgrp();
    let is_orphan = |child: &Process| child.group != child.pid && child.group != own_group;
    if children.iter().any(is_orphan) {
        facts.orphans_go_to = Some("itself");
    } else if procfs::children(Pid::this()).iter().any(|child| child.pid != demonstrator) {
        facts.orphans_go_to.get_or_insert("init");
    }
    let zombies: Vec<Process> = children.into_iter().filter(|child| child.is_zombie).collect();
    let count = zombies.len();
    if count > facts.zombies_peak.len() {
        facts.zombies_peak = zombies;
    }
    count
}

/// Reaps until there is no child left, and returns how many there were.
fn reap_all() -> nix::Result<usize> {
    let mut reaped = 0_usize;
    let deadline = clock::now() + SETTLE;
    while clock::now() < deadline {
        match reap::look()? {
            Children::Ended(zombie) => {
                zombie.reap()?;
                reaped += 1;
            }
            Children::Running => drop(wait(&[], clock::now() + SAMPLE)?),
            Children::None => break,
        }
    }
    Ok(reaped)
}

/// In the demonstrator: starts a run on each tick, sends its counts, and waits to be killed.
fn demonstrate(
    parent: &mut dyn Parent,
    command: &PreparedCommand,
    writer: &OwnedFd,
) -> nix::Result<()> {
    command.silence()?;
    let before = descriptors();
    parent.prepare()?;
    let (mut runs, mut known, mut held) = (0, 0, 0);
    let t0 = clock::now();
    let last = t0 + TICK * (TICKS - 1);
    let mut schedule = Schedule::new(t0, TICK, 1, false, true);
    while schedule.due().is_some_and(|due| due <= last) {
        if schedule.advance(clock::now()).is_some_and(|tick| tick.number <= TICKS.into()) {
            runs += 1;
            known += parent.start(command)?;
            held = held.max(descriptors() - before);
        }
        wait(&parent.watched(), schedule.due().unwrap_or(last))?;
        known += parent.collect()?;
    }
    let deadline = clock::now() + SETTLE;
    while clock::now() < deadline
        && procfs::children(Pid::this()).iter().any(|child| !child.is_zombie)
    {
        wait(&parent.watched(), clock::now() + SAMPLE)?;
        known += parent.collect()?;
    }
    unistd::write(writer, &encode([runs, known, u64::from(TICKS) - runs, held]))?;
    loop {
        unistd::pause();
    }
}

/// Waits until one of `fds` is readable, at most until `until`. Returns whether the first is.
fn wait(fds: &[BorrowedFd<'_>], until: Instant) -> nix::Result<bool> {
    let mut fds: Vec<PollFd<'_>> =
        fds.iter().map(|fd| PollFd::new(*fd, PollFlags::POLLIN)).collect();
    let timeout = until.saturating_duration_since(clock::now());
    ppoll(&mut fds, Some(timeout.into()), None)?;
    Ok(fds.first().and_then(PollFd::any).unwrap_or(false))
}

fn descriptors() -> u64 {
    std::fs::read_dir("/proc/self/fd").map_or(0, |entries| entries.count() as u64)
}

fn encode(counts: [u64; 4]) -> Vec<u8> {
    counts.iter().flat_map(|count| count.to_ne_bytes()).collect()
}

fn decode(bytes: &[u8; 32]) -> [u64; 4] {
    let (counts, _) = bytes.as_chunks::<8>();
    [0, 1, 2, 3].map(|index| u64::from_ne_bytes(counts[index]))
}
