//! What asks a program to stop, and whether it is a second request or the first one that arrives twice.
//!
//! One request of a user often arrives as several signals within milliseconds: timeout(1) signals its child and then its
//! group, npm repeats the terminal's INT, an outer supervisor signals a group and its members, and a Ctrl-C that ends a
//! pipe also closes its output. Taken as two requests they would end at once what was asked to end cleanly.

use std::time::{Duration, Instant};

use nix::sys::signal::{SigSet, Signal};

pub use crate::sys::is_ignored;

/// What comes within this time of the first request is the same one.
const SAME_WITHIN: Duration = Duration::from_secs(1);

/// The signals that ask a program to stop: INT, TERM, and HUP unless it was ignored at the start, as nohup(1) does.
/// To be called before they are blocked: a blocked signal is queued even if it is ignored.
#[must_use]
pub fn signals() -> SigSet {
    let mut signals = SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM]);
    if !is_ignored(Signal::SIGHUP as i32) {
        signals.add(Signal::SIGHUP);
    }
    signals
}

/// The requests to stop so far. Pure: the time is an argument.
#[derive(Debug, Default)]
pub struct StopRequests {
    first: Option<Instant>,
}

/// What a request means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// The first: stop cleanly.
    First,
    /// The first once more: nothing is to be done.
    Same,
    /// A second one: stop at once.
    Second,
}

impl StopRequests {
    /// A signal that asks to stop has arrived: INT, TERM or HUP.
    pub fn signal(&mut self, now: Instant) -> Request {
        match self.first {
            None => self.begin(now),
            Some(first) if now.saturating_duration_since(first) < SAME_WITHIN => Request::Same,
            Some(_) => Request::Second,
        }
    }

    /// stdout's reader has closed, which never is a second request.
    pub fn output_closed(&mut self, now: Instant) -> Request {
        if self.first.is_some() { Request::Same } else { self.begin(now) }
    }

    fn begin(&mut self, now: Instant) -> Request {
        self.first = Some(now);
        Request::First
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any instant will do to start from")]
mod tests {
    use super::*;

    #[test]
    fn what_comes_within_a_second_of_the_first_is_the_same_and_what_comes_later_a_second_one() {
        let start = Instant::now();
        let mut requests = StopRequests::default();
        assert_eq!(requests.signal(start), Request::First);
        assert_eq!(requests.signal(start), Request::Same);
        assert_eq!(requests.signal(start + Duration::from_millis(999)), Request::Same);
        assert_eq!(requests.signal(start + SAME_WITHIN), Request::Second);
    }

    #[test]
    fn a_closed_output_is_never_a_second_request() {
        let start = Instant::now();
        let mut requests = StopRequests::default();
        assert_eq!(requests.output_closed(start), Request::First);
        assert_eq!(requests.output_closed(start + 9 * SAME_WITHIN), Request::Same);
        assert_eq!(requests.signal(start + 9 * SAME_WITHIN), Request::Second);
    }
}
