//! `time-server query`, the client: asks a server for the time, prints its answer and how far its clock is from this one.
//!
//! ```text
//! target (whom to ask) → ask → answer, or ntp (what it says) → finding (what is printed)   once, or again and again: every
//!                            → failure (why there is none)
//! ```

pub mod answer;
mod ask;
mod every;
mod failure;
mod finding;
mod ntp;
pub mod target;

use common::output;

use crate::args::Query;
use crate::error::Error;

/// Asks, and prints the answer; where it names an instant, also the offset of that clock from this one.
///
/// # Errors
/// The host has no address, or nobody answers in time.
pub fn run(query: &Query) -> Result<(), Error> {
    match query.every {
        Some(period) => every::run(query, period),
        None => {
            let (_, finding) = ask::any(query)?;
            output::print(finding.text.as_bytes()).map_err(Error::Stdout)
        }
    }
}
