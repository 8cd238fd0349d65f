//! The demonstrator: a process that starts a run on each tick and deals with its children by one strategy. It counts
//! what only it can know; the rest is observed from outside.

use std::time::{Duration, Instant};

use common::clock;
use nix::errno::Errno;
use nix::unistd::{self, Pid};

use super::link::{Counts, Link, Message};
use super::pace::{SAMPLE, SETTLE, TICK, TICKS};
use super::poll::wait_readable;
use super::strategy::{Parent, Strategy};
use crate::process::command::PreparedCommand;
use crate::process::procfs;
use crate::schedule::Schedule;

/// Demonstrates a strategy, then waits to be killed. Returns only if the system refuses something.
pub(super) fn run(strategy: Strategy, command: &mut PreparedCommand, link: &Link) -> u8 {
    let demonstrator = Demonstrator { counts: Counts::default(), link, stopped: Duration::ZERO };
    match demonstrator.demonstrate(strategy.parent().as_mut(), command) {
        Ok(()) => 0,
        Err(errno) => {
            // Nobody is left to report to if this fails too.
            link.send(Message::Refused(errno)).ok();
            1
        }
    }
}

struct Demonstrator<'a> {
    counts: Counts,
    link: &'a Link,
    /// How long the lab had it stopped (Ctrl-Z): that time is no part of the experiment.
    stopped: Duration,
}

impl Demonstrator<'_> {
    fn demonstrate(
        mut self,
        parent: &mut dyn Parent,
        command: &mut PreparedCommand,
    ) -> nix::Result<()> {
        command.silence()?;
        let before = descriptors();
        parent.prepare()?;
        let t0 = self.now()?;
        let last = t0 + TICK * (TICKS - 1);
        let mut schedule = Schedule::new(t0, TICK, 1, false, true);
        while schedule.due().is_some_and(|due| due <= last) {
            if schedule.advance(self.now()?).is_some_and(|tick| tick.number <= TICKS.into()) {
                self.start(parent, command)?;
                let held = descriptors().saturating_sub(before);
                self.counts.descriptors_held = self.counts.descriptors_held.max(held);
            }
            self.wait(parent, schedule.due().unwrap_or(last))?;
        }
        let deadline = self.now()? + SETTLE;
        while self.now()? < deadline && has_living_child() {
            let next = self.now()? + SAMPLE;
            self.wait(parent, next)?;
        }
        self.link.send(Message::Done(self.counts))?;
        loop {
            unistd::pause();
        }
    }

    /// Starts a run. That fork is refused is no error: it is what zombies lead to.
    fn start(&mut self, parent: &mut dyn Parent, command: &mut PreparedCommand) -> nix::Result<()> {
        match parent.start(command, &mut self.counts) {
            Ok(()) => self.counts.runs += 1,
            Err(Errno::EAGAIN | Errno::ENOMEM) => self.counts.forks_refused += 1,
            Err(errno) => return Err(errno),
        }
        self.link.send(Message::Going(self.counts))?;
        parent.started()
    }

    /// Waits for a child to end, at most until `until`.
    fn wait(&mut self, parent: &mut dyn Parent, until: Instant) -> nix::Result<()> {
        let timeout = until.saturating_duration_since(self.now()?);
        wait_readable(&parent.watched(), Some(timeout))?;
        parent.collect(&mut self.counts)
    }

    /// The time, without that for which it was stopped. The clock is read first: stopped between the two, it is too
    /// early, and the loop waits; too late would be ticks that it had not missed.
    fn now(&mut self) -> nix::Result<Instant> {
        let now = clock::now();
        self.stopped += self.link.receive_pause()?;
        Ok(now.checked_sub(self.stopped).unwrap_or(now))
    }
}

/// True also where that cannot be seen, for lack of a descriptor: then the parent waits as long as it may.
fn has_living_child() -> bool {
    let lives =
        |pid: Pid| procfs::read(pid).map_or(true, |child| child.is_some_and(|it| !it.is_zombie));
    procfs::own_children().map_or(true, |children| children.into_iter().any(lives))
}

fn descriptors() -> u64 {
    std::fs::read_dir("/proc/self/fd").map_or(0, |entries| entries.count() as u64)
}
