//! What goes into the supervisor and what comes out of it: events and actions.

use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::unistd::Pid;

use crate::process::snapshot::Process;
use crate::report::run::{Leftover, Outcome, RunReport, Usage};

/// What has happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// Time has passed.
    Time,
    /// A run was started, as the leader of its own group.
    Started { run: u64, due: Instant, pid: Pid },
    /// A run could not be started.
    NotStarted { run: u64, due: Instant, errno: Errno },
    /// A child was reaped. If it led a run's group, `left` is what is left of the run's tree.
    Ended { pid: Pid, outcome: Outcome, usage: Usage, left: Vec<Process> },
    /// Every child that had ended was reaped.
    AllReaped { has_children: bool },
    /// Nothing is left of the tree of this leader.
    TreeEnded { leader: Pid },
    /// These processes were signalled with all others, and no run is known that they belong to.
    Strays(Vec<Process>),
    /// INT or TERM.
    Stop(Signal),
    /// A signal that is meant for the runs.
    Forward(Signal),
    /// TSTP: everything is to be stopped until CONT.
    Suspend,
    /// CONT, after a stop of this length.
    Continued { after: Duration },
    /// stdout takes nothing any more.
    OutputClosed,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Show a tick's number on stdout.
    ShowTick(u64),
    /// Start a run; the answer is `Started` or `NotStarted`.
    Start { run: u64, due: Instant },
    /// Signal the whole tree of this leader.
    Signal { leader: Pid, signal: Signal },
    /// Signal the groups of these leaders and everything else that descends from forker; the answer is `Strays`.
    SignalAll { leaders: Vec<Pid>, signal: Signal },
    /// Kill everything that descends from forker once more.
    KillRest,
    /// Forward a signal to the groups of these leaders.
    Forward { leaders: Vec<Pid>, signal: Signal },
    /// Stop forker itself; the answer is `Continued`.
    Suspend,
    /// Check whether anything is left of this leader's tree; if not, the answer is `TreeEnded`.
    CheckTree { leader: Pid },
    /// Log that ticks were missed.
    LogMissed(u64),
    /// Log that runs were skipped.
    LogSkipped(u64),
    /// Log how a run ended.
    LogRun(RunReport),
    /// Log that a process was left behind and has ended.
    LogLeftover(Leftover),
    /// Log that forker stops and that TERM goes to so many runs.
    LogStopping { runs: usize },
    /// Log that KILL was sent and not everything has ended.
    LogUnkillable,
}
