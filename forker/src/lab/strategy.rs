//! The strategies: what a parent can do to learn, or not to learn, that a child has ended. What they are called and
//! why they behave as they do is in `explanation`.

use std::collections::BTreeSet;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use clap::ValueEnum;
use common::clock;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::libc;
use nix::sys::prctl;
use nix::sys::signal::{SigHandler, Signal, raise};
use nix::sys::wait::WaitPidFlag;
use nix::unistd::{self, Pid};

use super::link::Counts;
use super::pace::{OUTPUT, TICK};
use super::poll::wait_readable;
use crate::process::command::PreparedCommand;
use crate::process::procfs;
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
    /// Read its output to the end, then wait
    Pipe,
    /// Reap when SIGCHLD says so, as forker
    Sigchld,
    /// Watch a descriptor for each child
    Pidfd,
    /// Ignore SIGCHLD, so that the kernel reaps
    Ignore,
    /// Fork twice, so that init reaps
    DoubleFork,
    /// KILL ends the parent: nobody waits
    Kill,
}

impl Strategy {
    /// A parent that follows it.
    pub(super) fn parent(self) -> Box<dyn Parent> {
        match self {
            Self::None => Box::new(Nothing),
            Self::Wait => Box::new(Wait),
            Self::Pipe => Box::new(Pipe::default()),
            Self::Sigchld => Box::new(Sigchld::default()),
            Self::Pidfd => Box::new(Pidfds::default()),
            Self::Ignore => Box::new(Ignore),
            Self::DoubleFork => Box::new(DoubleFork),
            Self::Kill => Box::new(Killed),
        }
    }
}

/// A parent that follows one strategy. It counts the statuses that become known to it.
pub(super) trait Parent {
    /// Called before the first fork.
    fn prepare(&mut self) -> nix::Result<()> {
        Ok(())
    }

    /// Starts a run.
    fn start(&mut self, command: &mut PreparedCommand, counts: &mut Counts) -> nix::Result<()>;

    /// Called when the run is counted.
    fn started(&mut self) -> nix::Result<()> {
        Ok(())
    }

    /// The descriptors that become readable when a child has ended.
    fn watched(&self) -> Vec<BorrowedFd<'_>> {
        Vec::new()
    }

    /// Reaps the children that have ended.
    fn collect(&mut self, _: &mut Counts) -> nix::Result<()> {
        Ok(())
    }
}

/// fork and exec, and no wait.
struct Nothing;

impl Parent for Nothing {
    fn start(&mut self, command: &mut PreparedCommand, _: &mut Counts) -> nix::Result<()> {
        command.start().map(drop)
    }
}

/// fork, exec, wait.
struct Wait;

impl Parent for Wait {
    fn start(&mut self, command: &mut PreparedCommand, counts: &mut Counts) -> nix::Result<()> {
        let run = command.start()?;
        sys::wait4(run, WaitPidFlag::empty())?;
        counts.statuses_known += 1;
        Ok(())
    }
}

/// fork, exec, read to the end of the output, wait: what a shell's `$(…)` does. The end comes when the last process that
/// has the pipe closes it (pipe(7)).
#[derive(Default)]
struct Pipe {
    /// Those whose output had no end in time.
    unfinished: Vec<Pid>,
}

impl Parent for Pipe {
    fn start(&mut self, command: &mut PreparedCommand, counts: &mut Counts) -> nix::Result<()> {
        let (reader, writer) = unistd::pipe2(OFlag::O_CLOEXEC)?;
        unistd::dup2_stdout(&writer)?;
        drop(writer);
        let run = command.start();
        // Or the parent itself would have the pipe open.
        command.silence()?;
        self.unfinished.push(run?);
        if !reads_to_the_end(&reader)? {
            counts.timed_out += 1;
        }
        self.collect(counts)
    }

    fn collect(&mut self, counts: &mut Counts) -> nix::Result<()> {
        let before = self.unfinished.len();
        self.unfinished
            .retain(|run| !matches!(sys::wait4(*run, WaitPidFlag::WNOHANG), Ok(Some(_))));
        counts.statuses_known += (before - self.unfinished.len()) as u64;
        Ok(())
    }
}

/// Reads and discards until the end, or until that takes too long: then false.
fn reads_to_the_end(reader: &OwnedFd) -> nix::Result<bool> {
    let deadline = clock::now() + OUTPUT;
    let mut buffer = [0; 4096];
    loop {
        let left = deadline.saturating_duration_since(clock::now());
        if left.is_zero() {
            return Ok(false);
        }
        if wait_readable(&[reader.as_fd()], Some(left))? && unistd::read(reader, &mut buffer)? == 0
        {
            return Ok(true);
        }
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

    fn start(&mut self, command: &mut PreparedCommand, _: &mut Counts) -> nix::Result<()> {
        self.runs.insert(command.start()?);
        Ok(())
    }

    fn watched(&self) -> Vec<BorrowedFd<'_>> {
        self.signals.iter().map(AsFd::as_fd).collect()
    }

    fn collect(&mut self, counts: &mut Counts) -> nix::Result<()> {
        while let Some(signals) = &self.signals
            && signals.next()?.is_some()
        {}
        while let Children::Ended(zombie) = reap::look()? {
            counts.statuses_known += u64::from(self.runs.remove(&zombie.pid()));
            zombie.reap()?;
        }
        Ok(())
    }
}

/// Each child has a descriptor that becomes readable when the child has ended, and by which it is reaped
/// (`pidfd_open(2)`, waitid(2)). No pid is used.
#[derive(Default)]
struct Pidfds(Vec<OwnedFd>);

impl Parent for Pidfds {
    /// Whether the kernel has pidfds must be known before the first run: without one nobody would reap it.
    fn prepare(&mut self) -> nix::Result<()> {
        sys::pidfd_open(Pid::this()).map(drop)
    }

    fn start(&mut self, command: &mut PreparedCommand, _: &mut Counts) -> nix::Result<()> {
        self.0.push(sys::pidfd_open(command.start()?)?);
        Ok(())
    }

    fn watched(&self) -> Vec<BorrowedFd<'_>> {
        self.0.iter().map(AsFd::as_fd).collect()
    }

    fn collect(&mut self, counts: &mut Counts) -> nix::Result<()> {
        let before = self.0.len();
        self.0.retain(|pidfd| !matches!(sys::reap_by_pidfd(pidfd), Ok(true)));
        counts.statuses_known += (before - self.0.len()) as u64;
        Ok(())
    }
}

/// With SIGCHLD ignored the kernel reaps each child itself (sigaction(2), `SA_NOCLDWAIT`).
struct Ignore;

impl Parent for Ignore {
    fn prepare(&mut self) -> nix::Result<()> {
        sys::set_disposition(Signal::SIGCHLD, SigHandler::SigIgn).map(drop)
    }

    fn start(&mut self, command: &mut PreparedCommand, _: &mut Counts) -> nix::Result<()> {
        command.start().map(drop)
    }
}

/// A child in between forks the run and ends at once, so that init adopts the run.
struct DoubleFork;

impl Parent for DoubleFork {
    fn start(&mut self, command: &mut PreparedCommand, _: &mut Counts) -> nix::Result<()> {
        // Errnos are small: one fits into an exit status.
        let mut fork = || command.start().map_or_else(|errno| errno as i32, |_| 0);
        let between = sys::fork(|| u8::try_from(fork()).unwrap_or(u8::MAX))?;
        match sys::wait4(between, WaitPidFlag::empty())? {
            Some((status, _)) if status != 0 => Err(Errno::from_raw(libc::WEXITSTATUS(status))),
            _ => Ok(()),
        }
    }
}

/// KILL ends the parent when its first run has begun.
struct Killed;

impl Parent for Killed {
    fn start(&mut self, command: &mut PreparedCommand, _: &mut Counts) -> nix::Result<()> {
        let run = command.start()?;
        // Until the exec the run has its parent's name, and what is left would be shown under that.
        let name = |pid| procfs::read(pid).ok().flatten().map(|process| process.name);
        let until = clock::now() + TICK;
        while clock::now() < until && name(run) == name(Pid::this()) {
            wait_readable(&[], Some(Duration::from_millis(1)))?;
        }
        Ok(())
    }

    fn started(&mut self) -> nix::Result<()> {
        raise(Signal::SIGKILL)
    }
}
