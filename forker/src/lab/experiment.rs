//! One way in a process of its own, and what can be seen of it from outside.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use common::clock;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::signal::Signal;
use nix::unistd::{self, Pid};

use super::Kind;
use super::strategy::{self, Way};
use crate::Error;
use crate::process::command::Recipe;
use crate::process::procfs::{self, Process};
use crate::process::signals::Signals;
use crate::process::tree::Trees;
use crate::report::run;
use crate::schedule::Schedule;
use crate::sys::{self, Children};

/// The workload: a run at each of so many ticks.
pub(super) const TICKS: u32 = 20;
pub(super) const TICK: Duration = Duration::from_millis(30);

/// How often the lab looks.
const SAMPLE: Duration = Duration::from_millis(4);

/// How long the last runs may take to end.
const SETTLE: Duration = Duration::from_secs(2);

/// What was seen of a way.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) runs: u64,
    pub(super) known: u64,
    pub(super) missed: u64,
    pub(super) descriptors: u64,
    /// The zombies when there were most.
    pub(super) peak: Vec<Process>,
    pub(super) left: usize,
    pub(super) orphans_go_to: Option<&'static str>,
    /// How many zombies init reaped when their parent had ended.
    pub(super) inherited: usize,
}

/// How an experiment ended.
pub(super) enum Verdict {
    Seen(Facts),
    /// By INT or TERM; the exit status.
    Interrupted(u8),
}

/// Starts a process that deals with its children in this way, watches it, and clears up.
pub(super) fn run(kind: Kind, recipe: &Recipe, signals: &Signals) -> Result<Verdict, Error> {
    let failed = Error::system("run the experiment");
    let (report, reported) = unistd::pipe2(OFlag::O_CLOEXEC).map_err(&failed)?;
    let demonstrator = sys::fork(|| {
        let result = demonstrate(strategy::of(kind).as_mut(), recipe, &reported);
        u8::from(result.is_err())
    })
    .map_err(&failed)?;
    drop(reported);
    let watched = watch(demonstrator, &report, signals);
    Trees::default().signal_all(&[], Signal::SIGKILL);
    let adopted = bury_all().map_err(&failed)?;
    let mut verdict = watched.map_err(&failed)?;
    if let Verdict::Seen(facts) = &mut verdict {
        facts.inherited = adopted.min(facts.left);
    }
    Ok(verdict)
}

/// Samples the demonstrator's children and our own until it has said what it knows.
fn watch(demonstrator: Pid, report: &OwnedFd, signals: &Signals) -> nix::Result<Verdict> {
    let mut facts = Facts::default();
    let mut said = [0; 32];
    loop {
        facts.left = sample(demonstrator, &mut facts);
        let ready = wait(&[report.as_fd(), signals.as_fd()], clock::now() + SAMPLE)?;
        while let Some(signal) = signals.next()? {
            if matches!(signal, Signal::SIGINT | Signal::SIGTERM) {
                return Ok(Verdict::Interrupted(run::killed_by(signal as i32)));
            }
        }
        // As init does: what was adopted and has ended is reaped. The demonstrator itself lives on.
        while let Children::Ended(child) = sys::peek()?
            && child != demonstrator
        {
            sys::reap(child)?;
        }
        if ready {
            let length = unistd::read(report, &mut said)?;
            if length != said.len() {
                return Err(nix::errno::Errno::EIO);
            }
            [facts.runs, facts.known, facts.missed, facts.descriptors] = decode(&said);
            facts.left = sample(demonstrator, &mut facts);
            return Ok(Verdict::Seen(facts));
        }
    }
}

/// Counts the zombies, and looks who has adopted whom.
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
    if count > facts.peak.len() {
        facts.peak = zombies;
    }
    count
}

/// Reaps until there is no child left; gives how many were adopted as zombies or killed as orphans.
fn bury_all() -> nix::Result<usize> {
    let mut buried = 0_usize;
    let deadline = clock::now() + SETTLE;
    while clock::now() < deadline {
        match sys::peek()? {
            Children::Ended(child) => {
                sys::reap(child)?;
                buried += 1;
            }
            Children::Alive => drop(wait(&[], clock::now() + SAMPLE)?),
            Children::None => break,
        }
    }
    Ok(buried)
}

/// In the demonstrator: ticks and runs, then what it knows of them; then it waits to be ended.
fn demonstrate(way: &mut dyn Way, recipe: &Recipe, report: &OwnedFd) -> nix::Result<()> {
    recipe.silence()?;
    let before = descriptors();
    way.prepare()?;
    let (mut runs, mut known, mut held) = (0, 0, 0);
    let t0 = clock::now();
    let last = t0 + TICK * (TICKS - 1);
    let mut schedule = Schedule::new(t0, TICK, 1, false, true);
    while schedule.due().is_some_and(|due| due <= last) {
        if schedule.advance(clock::now()).is_some_and(|tick| tick.number <= TICKS.into()) {
            runs += 1;
            known += way.start(recipe)?;
            held = held.max(descriptors() - before);
        }
        wait(&way.watched(), schedule.due().unwrap_or(last))?;
        known += way.collect()?;
    }
    let deadline = clock::now() + SETTLE;
    while clock::now() < deadline
        && procfs::children(Pid::this()).iter().any(|child| !child.is_zombie)
    {
        wait(&way.watched(), clock::now() + SAMPLE)?;
        known += way.collect()?;
    }
    unistd::write(report, &encode([runs, known, u64::from(TICKS) - runs, held]))?;
    loop {
        unistd::pause();
    }
}

/// Waits until one of `fds` is readable, the first of them in particular, or it is `until`.
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

fn encode(facts: [u64; 4]) -> Vec<u8> {
    facts.iter().flat_map(|fact| fact.to_ne_bytes()).collect()
}

fn decode(said: &[u8; 32]) -> [u64; 4] {
    let (facts, _) = said.as_chunks::<8>();
    [0, 1, 2, 3].map(|index| u64::from_ne_bytes(facts[index]))
}
