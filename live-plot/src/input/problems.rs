//! How often it is reported what is wrong with a line: so many lines a second one by one, the rest by their number.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use common::throttle::Throttle;

use super::grammar::refusal::Refusal;
use super::proposal::Proposals;

/// How many bad lines a second are reported one by one; the others are counted.
const MAX_REPORTED: u32 = 10;

/// The warnings about lines.
#[derive(Debug)]
pub(super) struct Problems {
    warnings: Vec<String>,
    throttle: Throttle,
    proposals: Proposals,
    /// How many lines were not reported, by what is wrong with them.
    suppressed: BTreeMap<Refusal, u64>,
    /// Lines are typed at a prompt, where a line's number is of no use.
    is_typed: bool,
}

impl Problems {
    pub(super) fn new(is_typed: bool) -> Self {
        Self {
            warnings: Vec::new(),
            proposals: Proposals::default(),
            throttle: Throttle::new(MAX_REPORTED, Duration::from_secs(1)),
            suppressed: BTreeMap::new(),
            is_typed,
        }
    }

    /// Reports the line with this number, with options that are made for it, or counts it.
    pub(super) fn report(
        &mut self,
        refusal: Refusal,
        line: u64,
        now: Instant,
        options: impl FnOnce(&mut Proposals) -> Option<String>,
    ) {
        self.report_suppressed(now);
        if self.throttle.admit(now) {
            let text = match options(&mut self.proposals) {
                Some(options) if self.proposals.is_made(&options) => {
                    Refusal::NotUnderstood.text(Some("the same way out draws it"))
                }
                options => refusal.text(options.as_deref()),
            };
            let place = if self.is_typed { String::new() } else { format!(" (line {line})") };
            self.warnings.push(format!("{text}{place}"));
        } else {
            *self.suppressed.entry(refusal).or_default() += 1;
        }
    }

    /// Warns how many lines were not reported, once their second is over.
    pub(super) fn report_suppressed(&mut self, now: Instant) {
        if self.throttle.take_suppressed(now).is_none() {
            return;
        }
        for (refusal, count) in std::mem::take(&mut self.suppressed) {
            self.warnings.push(format!("{} ({count} more such lines)", refusal.text(None)));
        }
    }

    pub(super) fn warn(&mut self, text: String) {
        self.warnings.push(text);
    }

    /// The warnings since the last call.
    pub(super) fn take(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_for_a_line_are_written_once() {
        let mut problems = Problems::new(false);
        let now = common::clock::now();
        for line in 0..3 {
            let names = if line < 2 { "a,b" } else { "a,b,c" };
            let options = format!("--names {names} draws its cells");
            problems.report(Refusal::NotUnderstood, line, now, |_| Some(options));
        }
        assert_eq!(
            problems.take(),
            [
                "The line is not understood; --names a,b draws its cells. (line 0)",
                "The line is not understood; the same way out draws it. (line 1)",
                "The line is not understood; --names a,b,c draws its cells. (line 2)",
            ]
        );
    }

    #[test]
    fn a_flood_is_counted_by_what_is_wrong() {
        let mut problems = Problems::new(false);
        let now = common::clock::now();
        (0..10).for_each(|line| problems.report(Refusal::NoNumber, line, now, |_| None));
        assert_eq!(problems.take()[9], "Input must be a number. (line 9)");
        (0..7).for_each(|line| problems.report(Refusal::NoNumber, line, now, |_| None));
        (0..3).for_each(|line| problems.report(Refusal::BackInTime, line, now, |_| None));
        problems.report_suppressed(now + Duration::from_secs(1));
        assert_eq!(
            problems.take(),
            [
                "Input must be a number. (7 more such lines)",
                "The line's time is before the last one's. (3 more such lines)"
            ]
        );
    }
}
