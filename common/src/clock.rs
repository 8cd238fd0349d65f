//! The monotonic clock, read in the outermost loops alone: what decides gets the time as an argument.

use std::time::Instant;

/// The time now.
#[expect(clippy::disallowed_methods, reason = "the one place where the programs read this clock")]
#[must_use]
pub fn now() -> Instant {
    Instant::now()
}
