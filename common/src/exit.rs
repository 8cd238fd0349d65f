//! From a program's result to its last line on stderr and its exit status.

use std::fmt;
use std::process::ExitCode;

use crate::logging;

/// The status of a run that did what it was asked, also when INT, TERM or a closed stdout ended it.
pub const OK: u8 = 0;
/// The status of a program that failed while running.
pub const FAILED: u8 = 1;
/// The status of bad usage or configuration.
pub const USAGE: u8 = 2;

/// An error that can end a program.
pub trait Failure: fmt::Display {
    /// The exit status it ends with.
    fn status(&self) -> u8;
}

/// Reports a failure on stderr, writes what stderr's reader still takes, and gives the exit status.
pub fn finish<E: Failure>(result: Result<u8, E>) -> ExitCode {
    let status = result.unwrap_or_else(|error| {
        tracing::error!("{error}");
        error.status()
    });
    logging::stderr().lock().finish();
    ExitCode::from(status)
}
