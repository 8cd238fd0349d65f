//! What the user asked for, the schedule apart.

use std::time::Duration;

use clap::ValueEnum;

/// What to do when a run is due and the last one is still going.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Overlap {
    Allow,
    Forbid,
    Replace,
}

/// Which end of a run is forker's end too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    Failure,
    Success,
}

/// When a run may start, and when it and forker end.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    /// How many runs in all; None is no end.
    pub(crate) count: Option<u64>,
    /// From TERM to KILL.
    pub(crate) grace: Duration,
    pub(crate) overlap: Overlap,
    pub(crate) max_children: u64,
    pub(crate) timeout: Option<Duration>,
    pub(crate) until: Option<Until>,
    pub(crate) keep_orphans: bool,
}
