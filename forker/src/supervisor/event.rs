//! The supervisor's vocabulary: what it is told, and what it answers.

use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::unistd::Pid;

use crate::process::procfs::Process;
use crate::process::reap::Usage;
use crate::report::run::Outcome;
use crate::report::text::{Left, Report};

/// What has happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// Time has passed.
    Time,
    /// A run was started as asked, as the leader of its own group.
    Started { run: u64, due: Instant, pid: Pid },
    /// A run could not be started.
    NotStarted { run: u64, due: Instant, errno: Errno },
    /// A child has been reaped, and this is left of its tree if it led one.
    Ended { pid: Pid, outcome: Outcome, usage: Usage, left: Vec<Process> },
    /// Every child that had ended is reaped; whether others are alive.
    Reaped { alive: bool },
    /// Nothing is left of the tree of this leader.
    Gone { leader: Pid },
    /// These belong to no run, and were signalled with all the others.
    Strays(Vec<Process>),
    /// INT or TERM.
    Stop(Signal),
    /// A signal that is meant for the runs.
    Forward(Signal),
    /// TSTP: the user wants everything to stop, and to go on later.
    Suspend,
    /// CONT, after so long a stop.
    Continued { after: Duration },
    /// Nobody reads stdout any more.
    OutputClosed,
}

/// What is to be done about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Show a tick's number.
    ShowTick(u64),
    /// Tell that ticks were missed.
    TellMissed(u64),
    /// Tell that runs were skipped.
    TellSkipped(u64),
    /// Start a run, and answer with `Started` or `NotStarted`.
    Start { run: u64, due: Instant },
    /// Signal the whole tree of this leader.
    Signal { leader: Pid, signal: Signal },
    /// Signal the groups of these leaders and all else that descends from forker; answer with `Strays`.
    SignalAll { leaders: Vec<Pid>, signal: Signal },
    /// Kill all that descends from forker once more.
    KillRest,
    /// Pass a signal on to the groups of these leaders.
    Pass { leaders: Vec<Pid>, signal: Signal },
    /// Stop forker itself; answer with `Continued`.
    Suspend,
    /// Look whether anything is left of this leader's tree; if not, answer with `Gone`.
    Look { leader: Pid },
    /// Tell how a run ended.
    Tell(Report),
    /// Tell what became of something left behind.
    TellLeft(Left),
    /// Tell that so many runs were told to end.
    TellStopping { runs: usize },
    /// Tell that what was killed has not ended all the same.
    TellImmortal,
}
