//! What the three programs share, and nothing else:
//!
//! ```text
//! options    the options that every program has
//! config/    flags over environment over file over defaults; --check-config, --print-config
//! help       the end of every --help; generate makes the manual page and completions of it
//! duration, number   how the values of options are written
//! logging    what a program logs: levels, text or JSON, on stderr
//! output     a descriptor written to without ever waiting for its reader
//! terminal   a terminal opened once more, to be written to without waiting
//! escape     what came from outside, made harmless for a terminal or a log
//! regular_file   a file whose name came from outside, read only if it is one
//! words      counts and errors in a user's words
//! throttle   so many lines a period, the rest counted
//! histogram  how long something took, many times over
//! clock      the one place where the monotonic clock is read
//! stop       tells a second request to stop from one that arrives as two signals
//! systemd    what the service manager is notified of, if one started the program
//! exit       from a result to the line on stderr and the exit status
//! ```
//!
//! A program's `main` is one call of [`config::start`], its own work, and [`exit::finish`].

pub mod clock;
pub mod config;
pub mod duration;
pub mod escape;
pub mod exit;
pub mod generate;
mod help;
pub mod histogram;
pub mod logging;
pub mod number;
pub mod options;
pub mod output;
pub mod regular_file;
pub mod stop;
mod sys;
pub mod systemd;
mod terminal;
pub mod throttle;
pub mod words;
