//! The strategies: what a parent can do to learn, or not to learn, that a child has ended. What they are called and
//! why they behave as they do is in `table`.

use std::collections::BTreeSet;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use clap::ValueEnum;
use nix::sys::prctl;
use nix::sys::signal::{SigHandler, Signal};
use nix::sys::wait::WaitPidFlag;
use nix::unistd::Pid;

use crate::process::command::PreparedCommand;
use crate::process::reap::{self, Children};
use crate::process::signals::{self, Signals};
use crate::sys;

/// A way to deal with the end of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Strategy {
    /// Not at all
    None,
    /// Wait for each child at once
    Wait,
    /// Reap when SIGCHLD says so, as forker
    Sigchld,
    /// Watch a descriptor for each child
    Pidfd,
    /// Ignore SIGCHLD, so that the kernel reaps
    Ignore,
    /// Fork twice, so that init reaps
    DoubleFork,
}

impl Strategy {
    /// A parent that follows it.
    pub(super) fn parent(self) -> Box<dyn Parent> {
        match self {
            Self::None => Box::new(Nothing),
            Self::Wait => Box::new(Wait),
            Self::Sigchld => Box::new(Sigchld::default()),
            Self::Pidfd => Box::new(Pidfds::default()),
            Self::Ignore => Box::new(Ignore),
            Self::DoubleFork => Box::new(DoubleFork),
        }
    }
}

/// A parent that follows one strategy. `start` and `collect` return how many more statuses are known.
pub(super) trait Parent {
    /// Called before the first fork.
    fn prepare(&mut self) -> nix::Result<()> {
        Ok(())
    }

    /// Starts a run.
    fn start(&mut self, command: &PreparedCommand) -> nix::Result<u64>;

    /// The descriptors that become readable when a child has ended.
    fn watched(&self) -> Vec<BorrowedFd<'_>> {
        Vec::new()
    }

    /// Reaps the children that have ended.
    fn collect(&mut self) -> nix::Result<u64> {
        Ok(0)
    }
}

/// fork and exec, and no wait.
struct Nothing;

impl Parent for Nothing {
    fn start(&mut self, command: &PreparedCommand) -> nix::Result<u64> {
        command.start().map(|_| 0)
    }
}

/// fork, exec, wait.
struct Wait;

impl Parent for Wait {
    fn start(&mut self, command: &PreparedCommand) -> nix::Result<u64> {
        let run = command.start()?;
        sys::wait4(run, WaitPidFlag::empty()).map(|_| 1)
    }
}

/// SIGCHLD shows that some child has ended; wait(2), called until no other has, shows which.
#[derive(Default)]
struct Sigchld {
    signals: Option<Signals>,
    runs: BTreeSet<Pid>,
}

impl Parent for Sigchld {
    fn prepare(&mut self) -> nix::Result<()> {
        prctl::set_child_subreaper(true)?;
        self.signals = Some(signals::take_over()?.0);
        Ok(())
    }

    fn start(&mut self, command: &PreparedCommand) -> nix::Result<u64> {
        self.runs.insert(command.start()?);
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
        while let Children::Ended(zombie) = reap::look()? {
            known += u64::from(self.runs.remove(&zombie.pid()));
            zombie.reap()?;
        }
        Ok(known)
    }
}

/// Each child has a descriptor that becomes readable when the child has ended (`pidfd_open(2)`).
#[derive(Default)]
struct Pidfds(Vec<(Pid, OwnedFd)>);

impl Parent for Pidfds {
    fn start(&mut self, command: &PreparedCommand) -> nix::Result<u64> {
        let run = command.start()?;
        self.0.push((run, sys::pidfd_open(run)?));
        Ok(0)
    }

    fn watched(&self) -> Vec<BorrowedFd<'_>> {
        self.0.iter().map(|(_, pidfd)| pidfd.as_fd()).collect()
    }

    fn collect(&mut self) -> nix::Result<u64> {
        let before = self.0.len();
        self.0.retain(|(run, _)| !matches!(sys::wait4(*run, WaitPidFlag::WNOHANG), Ok(Some(_))));
        Ok((before - self.0.len()) as u64)
    }
}

/// With SIGCHLD ignored the kernel reaps each child itself (sigaction(2), `SA_NOCLDWAIT`).
struct Ignore;

impl Parent for Ignore {
    fn prepare(&mut self) -> nix::Result<()> {
        sys::set_disposition(Signal::SIGCHLD, SigHandler::SigIgn).map(drop)
    }

    fn start(&mut self, command: &PreparedCommand) -> nix::Result<u64> {
        command.start().map(|_| 0)
    }
}

/// A child in between forks the run and ends at once, so that init adopts the run.
struct DoubleFork;

impl Parent for DoubleFork {
    fn start(&mut self, command: &PreparedCommand) -> nix::Result<u64> {
        let between = sys::fork(|| u8::from(command.start().is_err()))?;
        sys::wait4(between, WaitPidFlag::empty()).map(|_| 0)
    }
}
