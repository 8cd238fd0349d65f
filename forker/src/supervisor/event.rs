//! What goes into the supervisor and what comes out of it: events and actions.

use std::io;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::unistd::Pid;

use crate::process::snapshot::{Process, Target};
use crate::report::run::{Leftover, Outcome, RunReport, Survivor, Usage};

/// What has happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// Time has passed.
    Time,
    /// Before the first fork there were children already; this is what /proc shows.
    Inherited(io::Result<Vec<Process>>),
    /// A run was started, as the leader of its own group.
    Started { run: u64, due: Instant, pid: Pid },
    /// A run could not be started.
    NotStarted { run: u64, due: Instant, errno: Errno },
    /// These children have ended and are not reaped. All that were forker's children when they had are `children`.
    Children { ended: Vec<Pid>, children: io::Result<Vec<Pid>> },
    /// The supervisor wanted a look; this is what /proc shows.
    Looked(io::Result<Vec<Process>>),
    /// A child has ended. It is not reaped yet, so that its group's id is its own.
    HasEnded { pid: Pid },
    /// A child was reaped.
    Reaped { pid: Pid, outcome: Outcome, usage: Usage },
    /// A child was stopped by this signal.
    HasStopped { pid: Pid, signal: i32 },
    /// Every child that had ended was reaped. Of `Supervisor::unseen_groups`, these have no member any more.
    AllReaped { has_children: bool, ended_groups: Vec<Pid> },
    /// A signal could not be sent, though the target is there.
    Refused { target: Target, signal: Signal, errno: Errno },
    /// A signal that asks forker to end, by its number: nix has no real-time signals.
    Stop(i32),
    /// forker itself has failed: nothing is to be left.
    Failed,
    /// A signal that is meant for the runs.
    Forward(Signal),
    /// TSTP, TTIN or TTOU: everything is to be stopped until CONT.
    Suspend(Signal),
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
    /// Send a signal to each target; the answer is `Refused` for each that could not be signalled.
    Signal { targets: Vec<Target>, signal: Signal },
    /// Stop forker itself, as this signal would; the answer is `Continued`.
    Suspend(Signal),
    /// Log that ticks were missed.
    LogMissed(u64),
    /// Log that runs were skipped.
    LogSkipped(u64),
    /// Log that the terminal has stopped a run, by this signal.
    LogStopped { run: u64, pid: Pid, signal: Signal },
    /// Log how a run ended.
    LogRun(RunReport),
    /// Log that a process was left behind and has ended.
    LogLeftover(Leftover),
    /// Log that a process which nothing connects with its run any more goes on.
    LogDaemon { pid: Pid, name: String },
    /// Log that an orphan is left alone, for a process from before the first fork may have started it.
    LogUnclear { pid: Pid, name: String },
    /// Log that a process lives on though it was killed.
    LogSurvivor(Survivor),
    /// Log that a signal could not be sent to this process.
    LogRefused { pid: Pid, name: String, signal: Signal, errno: Errno },
    /// Log that /proc cannot be read, why, and the way out.
    LogBlind(String),
    /// Log that forker stops and that TERM goes to so many runs.
    LogStopping { runs: usize },
}
