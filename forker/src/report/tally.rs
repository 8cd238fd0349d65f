//! The sums over all runs, in constant memory: counts, and how late runs were started. The words for them are in `text`.

use common::histogram::Histogram;

use crate::report::run::{EndReason, Outcome, RunReport};

/// The sums so far.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) runs: u64,
    pub(crate) failed: u64,
    pub(crate) timed_out: u64,
    pub(crate) skipped: u64,
    pub(crate) missed: u64,
    pub(crate) late: Histogram,
}

impl Tally {
    /// Adds a run that has ended.
    pub(crate) fn add(&mut self, report: &RunReport) {
        self.runs += 1;
        self.failed += u64::from(report.failed());
        self.timed_out += u64::from(report.end_reason == Some(EndReason::TimedOut));
        if !matches!(report.outcome, Outcome::NotForked(_)) {
            self.late.add(report.late);
        }
    }
}
