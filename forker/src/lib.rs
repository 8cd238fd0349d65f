//! forker: the life of a process, from fork to reap, on a steady schedule.
//!
//! ```text
//! args → schedule → supervisor: event → action → process/command: fork, exec
//!                       ↑                                           ⋮
//!   report ← process/reap ← SIGCHLD ← process/signals               exit, zombie
//!
//! event_loop   waits in one ppoll, feeds the supervisor, does what it says
//! schedule     when a run is due: pure
//! supervisor/  what happens next: event, escalation, orphans; pure
//! process/     command, reap, procfs, tree (whom a signal reaches), signals
//! report/      run (how one ended), tally, text, units
//! lab/         one workload under every way to reap: experiment, strategy, table
//! sys          what nix lacks
//! ```

mod args;
mod error;
pub mod event_loop;
pub mod lab;
mod process;
mod report;
mod schedule;
mod supervisor;
mod sys;

pub use args::{Args, Config, Task};
pub use error::Error;
