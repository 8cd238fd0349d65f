//! A count with its noun: `1 run`, `2 runs`.

/// The number and the noun, which takes an s unless there is one of it.
#[must_use]
pub fn count(number: u64, noun: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{s}")
}
