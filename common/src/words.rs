//! Facts in a user's words: a count with its noun, an error of the system without its number.

use std::io;

use nix::errno::Errno;

/// The number and the noun, which takes an s unless there is one of it: `1 run`, `2 runs`.
#[must_use]
pub fn count(number: u64, noun: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{s}")
}

/// An error of the system; std's own text ends in `(os error 2)`.
#[must_use]
pub fn io_error(error: &io::Error) -> String {
    let errno = error.raw_os_error().map(Errno::from_raw);
    errno.map_or_else(|| error.to_string(), |errno| errno.desc().to_owned())
}
