//! How fast an experiment goes, and how long anything in it may take.

use std::time::Duration;

/// The workload: one run on each of so many ticks.
pub(super) const TICKS: u32 = 20;
pub(super) const TICK: Duration = Duration::from_millis(30);

/// How often /proc is read.
pub(super) const SAMPLE: Duration = Duration::from_millis(4);

/// How long the last runs may take to end.
pub(super) const SETTLE: Duration = Duration::from_secs(2);

/// How long a parent waits for the end of a run's output.
pub(super) const OUTPUT: Duration = Duration::from_millis(200);
