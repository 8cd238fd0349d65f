//! Facts in a user's words: a count with its noun, an error of the system without its number, a name to be copied.

use std::borrow::Cow;
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

/// A name as a shell takes it for one word, to be copied to a command line.
#[must_use]
pub fn quoted(name: &str) -> Cow<'_, str> {
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-+,:@%".contains(letter);
    match !name.is_empty() && name.chars().all(is_plain) {
        true => name.into(),
        false => format!("'{}'", name.replace('\'', r"'\''")).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_name_is_one_word_for_a_shell() {
        for (name, word) in [
            ("/tmp/é_1.log", "/tmp/é_1.log"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's $x", r"'it'\''s $x'"),
        ] {
            assert_eq!(quoted(name), word);
        }
    }
}
