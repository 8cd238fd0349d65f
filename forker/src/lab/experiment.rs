//! One strategy in a process of its own, and what can be observed of it from outside, in /proc.

use std::os::fd::AsFd;

use common::clock;
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{self, Pid};

use super::link::{Counts, Link, Message};
use super::pace::{SAMPLE, SETTLE, TICKS};
use super::poll::wait_readable;
use super::strategy::Strategy;
use super::watch::{Interruption, Watch, Woken};
use super::{demonstrator, init};
use crate::error::Error;
use crate::process::command::PreparedCommand;
use crate::process::procfs;
use crate::process::snapshot::Process;
use crate::sys;

/// What was observed of a strategy.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) counts: Counts,
    /// The zombies at the moment when there were most.
    pub(super) zombies_peak: Vec<Process>,
    pub(super) zombies_left: usize,
    pub(super) adopted: Option<Adopted>,
    /// How many of the zombies left init reaped, after their parent had ended.
    pub(super) reaped_by_init: u64,
}

/// An orphan as /proc shows it, and who its parent is now.
#[derive(Debug)]
pub(super) struct Adopted {
    pub(super) orphan: Process,
    pub(super) by: Adopter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Adopter {
    /// The demonstrator, which has made itself a subreaper.
    Demonstrator,
    /// The lab's stand-in for init: the nearest subreaper above.
    Init,
}

impl Facts {
    pub(super) fn statuses_lost(&self) -> u64 {
        self.counts.runs.saturating_sub(self.counts.statuses_known)
    }

    /// The ticks on which the parent did not even try to start a run.
    pub(super) fn ticks_missed(&self) -> u64 {
        u64::from(TICKS).saturating_sub(self.counts.runs + self.counts.forks_refused)
    }
}

/// The result of an experiment: what was observed, or why the system refuses it.
pub(super) type Observed = Result<Facts, Errno>;

/// Starts a demonstrator that deals with its children by `strategy`, observes it, and clears up.
pub(super) fn run(
    strategy: Strategy,
    command: &mut PreparedCommand,
    watch: &mut Watch,
) -> Result<Observed, Interruption> {
    let failed = Error::system("run the experiment");
    let (link, others) = Link::pair().map_err(&failed)?;
    let lab = Pid::this();
    let init = sys::fork(|| {
        let demonstrate = || demonstrator::run(strategy, command, &others);
        match init::run(lab, watch.signals(), &others, demonstrate) {
            Ok(()) => 0,
            Err(errno) => {
                // The lab sees its end in any case.
                others.send(Message::Refused(errno)).ok();
                1
            }
        }
    })
    .map_err(&failed)?;
    drop(others);
    // Here too, because nobody knows which of the two runs first.
    unistd::setpgid(init, init).ok();
    let mut experiment = Experiment { strategy, init, demonstrator: None, link };
    let observed = experiment.observe(watch);
    let reaped = experiment.clear().map_err(failed)?;
    Ok(observed?.map(|mut facts| {
        facts.reaped_by_init = reaped.min(facts.zombies_left as u64);
        facts
    }))
}

struct Experiment {
    strategy: Strategy,
    /// The lab's child, not reaped until all is over.
    init: Pid,
    demonstrator: Option<Pid>,
    link: Link,
}

impl Experiment {
    /// Samples until the demonstrator has sent its last counts.
    fn observe(&mut self, watch: &mut Watch) -> Result<Observed, Interruption> {
        let mut facts = Facts::default();
        loop {
            self.sample(&mut facts);
            match watch.wait(Some(self.link.as_fd()), Some(clock::now() + SAMPLE))? {
                Woken::ByTime => {}
                Woken::ToSuspend(signal) => self.suspend(signal, watch)?,
                Woken::ByMessage => {
                    let message = self.link.receive().map_err(Error::system("observe"))?;
                    match message.ok_or(Error::LabEnded)? {
                        Message::Born(pid) => self.demonstrator = Some(pid),
                        Message::Going(counts) => facts.counts = counts,
                        Message::Done(counts) => {
                            facts.counts = counts;
                            self.sample(&mut facts);
                            return Ok(Ok(facts));
                        }
                        Message::Ended if self.strategy == Strategy::Kill => {
                            self.sample(&mut facts);
                            return Ok(Ok(facts));
                        }
                        Message::Refused(errno) => return Ok(Err(errno)),
                        Message::Ended | Message::Cleared(_) => return Err(Error::LabEnded.into()),
                    }
                }
            }
        }
    }

    /// Looks at the zombies, and at whose children the orphans are. A run leads a group of its own; an orphan is a child
    /// of the demonstrator in a group that it does not lead, and every child of init but the demonstrator.
    fn sample(&self, facts: &mut Facts) {
        let Some(demonstrator) = self.demonstrator else { return };
        let children = procfs::children(demonstrator);
        let is_orphan = |child: &Process| child.group != child.pid && child.group != self.init;
        let mut orphan = children.iter().find(|child| is_orphan(child)).cloned();
        let mut by = Adopter::Demonstrator;
        if orphan.is_none() && facts.adopted.is_none() {
            orphan =
                procfs::children(self.init).into_iter().find(|child| child.pid != demonstrator);
            by = Adopter::Init;
        }
        facts.adopted = orphan.map(|orphan| Adopted { orphan, by }).or(facts.adopted.take());
        let zombies: Vec<Process> = children.into_iter().filter(|child| child.is_zombie).collect();
        facts.zombies_left = zombies.len();
        if zombies.len() > facts.zombies_peak.len() {
            facts.zombies_peak = zombies;
        }
    }

    /// Ctrl-Z: stops all of the experiment, then the lab; goes on when the lab is continued.
    fn suspend(&self, signal: Signal, watch: &Watch) -> Result<(), Interruption> {
        let before = clock::now();
        init::signal_below(Pid::this(), Signal::SIGSTOP);
        watch.suspend(signal)?;
        let pause = clock::now().saturating_duration_since(before);
        // A demonstrator that has ended meanwhile is reported by init.
        self.link.send_pause(pause).ok();
        init::signal_below(Pid::this(), Signal::SIGCONT);
        Ok(())
    }

    /// Lets init end and reap what is left, and returns how many it has reaped. Then the lab ends what is left of that: it
    /// adopts them if init is killed.
    fn clear(&self) -> nix::Result<u64> {
        // Its child, not reaped: the pid is its own.
        kill(self.init, Signal::SIGTERM).ok();
        let mut reaped = 0;
        let deadline = clock::now() + 2 * SETTLE;
        loop {
            let left = deadline.saturating_duration_since(clock::now());
            if left.is_zero() || !wait_readable(&[self.link.as_fd()], Some(left))? {
                break;
            }
            match self.link.receive()? {
                Some(Message::Cleared(count)) => reaped = count,
                Some(_) => {}
                None => break,
            }
        }
        init::clear()?;
        Ok(reaped)
    }
}
