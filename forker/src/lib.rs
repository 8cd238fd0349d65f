//! forker: the life of a process, from fork to reap, on a steady schedule.
//!
//! ```text
//! args → schedule → supervisor: event → action → child: fork, exec
//!                       ↑                            ⋮
//!   report ← outcome ← reap ← SIGCHLD ← signals      exit, zombie
//! ```
//!
//! Above the dots stands what decides: `schedule` and `supervisor` are pure, take `now` and touch nothing.
//! `event_loop` waits in one `ppoll`, feeds them and carries out what they say; `child`, `reap` and
//! `signals` are its hands, and `sys` alone calls libc.

mod args;
mod child;
mod error;
pub mod event_loop;
pub mod lab;
mod ledger;
mod outcome;
mod process;
mod reap;
mod report;
mod schedule;
mod signals;
mod supervisor;
mod sys;
mod tally;
mod tree;
mod units;

pub use args::{Args, Config, Task};
pub use error::Error;
