//! What adds up over all runs, in constant memory: counts, and how late runs were started.

use common::histogram::Histogram;

use crate::report::run::{Outcome, Why};
use crate::report::text::Report;

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
    /// Adds a run that is over.
    pub(crate) fn add(&mut self, report: &Report) {
        self.runs += 1;
        self.failed += u64::from(report.failed());
        self.timed_out += u64::from(report.why == Some(Why::TimedOut));
        if !matches!(report.outcome, Outcome::NotForked(_)) {
            self.late.add(report.late);
        }
    }
}
