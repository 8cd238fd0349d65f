//! The stages of ending something: TERM, KILL after the grace, and giving up. Whom they are for is not known here.

use std::time::{Duration, Instant};

use super::descendants::Asked;

/// How long forker waits for what it has killed. A process in an uninterruptible system call, or of another user, may
/// not end.
const KILLED_END_WITHIN: Duration = Duration::from_secs(2);

/// How far the ending of a run, or of the strays, has come.
#[derive(Debug, Default)]
pub(super) struct Ending {
    pub(super) asked: Asked,
    /// The stage that the signals have followed: all that a look has shown by then has got it.
    pub(super) sent: Asked,
    /// When the next stage begins.
    pub(super) deadline: Option<Instant>,
    /// KILL has had its time, too: the next look shows what lives on.
    pub(super) has_failed: bool,
}

impl Ending {
    /// Nothing is sent yet; TERM is at this time, if ever.
    pub(super) fn at(deadline: Option<Instant>) -> Self {
        Self { deadline, ..Self::default() }
    }

    /// Begins with TERM, unless something was sent already.
    pub(super) fn begin(&mut self, kill_at: Instant) -> bool {
        let begins = self.asked == Asked::Nothing;
        if begins {
            self.asked = Asked::Term;
            self.deadline = Some(kill_at);
        }
        begins
    }

    pub(super) fn kill(&mut self, now: Instant) {
        if self.asked < Asked::Kill {
            self.asked = Asked::Kill;
            self.deadline = Some(now + KILLED_END_WITHIN);
        }
    }

    /// Goes on to the next stage if it is time; whether it was.
    pub(super) fn expire(&mut self, now: Instant, kill_at: Instant) -> bool {
        if self.deadline.is_none_or(|deadline| deadline > now) {
            return false;
        }
        match self.asked {
            Asked::Nothing => drop(self.begin(kill_at)),
            Asked::Term => self.kill(now),
            Asked::Kill => {
                self.deadline = None;
                self.has_failed = true;
            }
        }
        true
    }
}
