//! What the three programs share, and nothing else:
//!
//! ```text
//! options   the options that every program has
//! config    flags over environment over file over defaults; --check-config, --print-config
//! generate  the manual page and the shells' completions, from the definition that parses
//! logging   what a program says about itself: levels, text or JSON, on stderr
//! output    a descriptor written to without ever waiting for its reader
//! escape    what came from outside, made harmless for a terminal or a log
//! throttle  so many lines a period, the rest counted
//! systemd   what the service manager is told, if one started the program
//! duration  how durations are written in options
//! histogram how long something took, many times over
//! plural    a count with its noun
//! clock     the one place where the monotonic clock is read
//! exit      from a result to the line on stderr and the exit status
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
pub mod options;
pub mod output;
pub mod plural;
mod sys;
pub mod systemd;
pub mod throttle;
