//! Checks of what was read, for lines that a form has read otherwise than their author meant them: `unread` finds numbers
//! that were left out, `changing` names that are new on each line, `mixed` one name for two
//! things, `behind` words behind a number that may turn it, `places` objects of JSON that have changed their places;
//! `pattern` has the parts of the way out. They change no reading, and each reports once. Pure. What many rows of one table
//! show is left to `apart`.

mod behind;
mod changing;
mod mixed;
mod places;
mod unread;

pub(super) use behind::Behind;
pub(super) use changing::Changing;
pub(super) use mixed::{MOST_NAMES, Mixed};
pub(super) use places::Places;
pub(super) use unread::Unread;

/// So many lines are each looked at, then one in so many: a flood of lines of one kind has shown what it is.
const FIRST_LINES: u64 = 1000;
const ONE_IN: u64 = 64;

/// What the checks know of the lines so far.
#[derive(Debug, Default)]
pub(super) struct Checks {
    lines: u64,
    pub(super) unread: Unread,
    pub(super) changing: Changing,
    pub(super) mixed: Mixed,
    pub(super) behind: Behind,
    pub(super) places: Places,
}

impl Checks {
    /// Whether the next line is looked at closely.
    pub(super) fn look(&mut self) -> bool {
        let is_near = self.is_near();
        self.lines += 1;
        is_near
    }

    /// Passes over the next line, unless that is looked at closely.
    pub(super) fn pass(&mut self) -> bool {
        let is_passed = !self.is_near();
        self.lines += u64::from(is_passed);
        is_passed
    }

    fn is_near(&self) -> bool {
        self.lines < FIRST_LINES || (self.lines + 1).is_multiple_of(ONE_IN)
    }
}
