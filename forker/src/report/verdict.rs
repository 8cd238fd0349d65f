//! forker's exit status, and what it stands for: a run may end with the very status that has a meaning of forker's own.
//! Plain data; the words for it are in `text`.

use crate::report::run::{FAILED, killed_by};

/// What forker's exit status stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Success,
    /// The failed run that ended last.
    Run {
        number: u64,
        status: u8,
    },
    /// The signal that has stopped forker.
    Signal(i32),
    /// Something could not be ended, or cannot be seen.
    LeftBehind,
    /// The system has refused what forker cannot do without.
    Failure,
}

impl Verdict {
    pub(crate) fn status(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Run { status, .. } => status,
            Self::Signal(signal) => killed_by(signal),
            Self::LeftBehind | Self::Failure => FAILED,
        }
    }

    /// In a word, for the log as data.
    pub(crate) fn cause(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Run { .. } => "run",
            Self::Signal(_) => "signal",
            Self::LeftBehind => "left behind",
            Self::Failure => "forker",
        }
    }
}
