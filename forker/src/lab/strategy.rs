//! The ways themselves: each is what one does to know, or not to know, that a child has ended.

use std::collections::BTreeSet;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::sys::prctl;
use nix::sys::signal::{SigHandler, Signal};
use nix::unistd::Pid;

use super::Kind;
use crate::process::command::Recipe;
use crate::process::signals::{self, Signals};
use crate::sys::{self, Children};

/// One way. Counts are of runs whose status has become known.
pub(super) trait Way {
    /// Before the first fork.
    fn prepare(&mut self) -> nix::Result<()> {
        Ok(())
    }

    /// Starts a run.
    fn start(&mut self, recipe: &Recipe) -> nix::Result<u64>;

    /// What becomes readable when a child has ended.
    fn watched(&self) -> Vec<BorrowedFd<'_>> {
        Vec::new()
    }

    /// Looks who has ended.
    fn collect(&mut self) -> nix::Result<u64> {
        Ok(0)
    }
}

/// The way of this kind.
pub(super) fn of(kind: Kind) -> Box<dyn Way> {
    match kind {
        Kind::None => Box::new(Nothing),
        Kind::Wait => Box::new(Wait),
        Kind::Sigchld => Box::new(Sigchld::default()),
        Kind::Pidfd => Box::new(Pidfds::default()),
        Kind::Ignore => Box::new(Ignore),
        Kind::DoubleFork => Box::new(DoubleFork),
    }
}

/// fork, exec, and never look back.
struct Nothing;

impl Way for Nothing {
    fn start(&mut self, recipe: &Recipe) -> nix::Result<u64> {
        recipe.start().map(|_| 0)
    }
}

/// fork, exec, wait.
struct Wait;

impl Way for Wait {
    fn start(&mut self, recipe: &Recipe) -> nix::Result<u64> {
        let run = recipe.start()?;
        sys::wait(run).map(|_| 1)
    }
}

/// A signal says that someone has ended, and wait(2) says who, until it says that no one else has.
#[derive(Default)]
struct Sigchld {
    signals: Option<Signals>,
    runs: BTreeSet<Pid>,
}

impl Way for Sigchld {
    fn prepare(&mut self) -> nix::Result<()> {
        prctl::set_child_subreaper(true)?;
        self.signals = Some(signals::take_over()?.0);
        Ok(())
    }

    fn start(&mut self, recipe: &Recipe) -> nix::Result<u64> {
        self.runs.insert(recipe.start()?);
        Ok(0)
    }

    fn watched(&self) -> Vec<BorrowedFd<'_>> {
        self.signals.iter().map(AsFd::as_fd).collect()
    }

    fn collect(&mut self) -> nix::Result<u64> {
        while let Some(signals) = &self.signals
            && signals.next()?.is_some()
        {}
        let mut known = 0;
        while let Children::Ended(child) = sys::peek()? {
            sys::reap(child)?;
            known += u64::from(self.runs.remove(&child));
        }
        Ok(known)
    }
}

/// Each child has a descriptor that becomes readable when it has ended (`pidfd_open(2)`).
#[derive(Default)]
struct Pidfds(Vec<(Pid, OwnedFd)>);

impl Way for Pidfds {
    fn start(&mut self, recipe: &Recipe) -> nix::Result<u64> {
        let run = recipe.start()?;
        self.0.push((run, sys::pidfd_open(run)?));
        Ok(0)
    }

    fn watched(&self) -> Vec<BorrowedFd<'_>> {
        self.0.iter().map(|(_, pidfd)| pidfd.as_fd()).collect()
    }

    fn collect(&mut self) -> nix::Result<u64> {
        let before = self.0.len();
        self.0.retain(|(run, _)| sys::reap(*run).is_err());
        Ok((before - self.0.len()) as u64)
    }
}

/// The kernel is told that nobody will ask (sigaction(2), `SA_NOCLDWAIT`).
struct Ignore;

impl Way for Ignore {
    fn prepare(&mut self) -> nix::Result<()> {
        sys::set_disposition(Signal::SIGCHLD, SigHandler::SigIgn).map(drop)
    }

    fn start(&mut self, recipe: &Recipe) -> nix::Result<u64> {
        recipe.start().map(|_| 0)
    }
}

/// A child in between forks the run and ends, so that the run is an orphan from its birth.
struct DoubleFork;

impl Way for DoubleFork {
    fn start(&mut self, recipe: &Recipe) -> nix::Result<u64> {
        let between = sys::fork(|| u8::from(recipe.start().is_err()))?;
        sys::wait(between).map(|_| 0)
    }
}
