//! forker: the life of a process, from fork to reap, on a steady schedule.
//!
//! ```text
//! schedule             is a tick due, and a run on it?
//!    ↓ Tick
//! supervisor           may the run start? what ends it, and when?         events in, actions out
//!    ↓ Action::Start
//! process/command      prepare; sys/stack: fork; sys/child: exec. Here a child is born
//!    ⋮                 the run goes, ends, and is a zombie
//! process/signals      SIGCHLD wakes the loop
//! process/reap         who has ended?
//!    ↓ Event::Children, Looked, HasEnded
//! supervisor           what does it leave? TERM to that while the zombie holds its group's id; then it is reaped
//!    ↓ Event::Reaped
//! supervisor           does its exit count as a failure? has the last of its tree ended?
//!    ↓ Action::LogRun
//! report/text          the run's line, in words
//! ```
//!
//! | where | what |
//! |---|---|
//! | `event_loop/` | the loop: waits in one ppoll, gives the supervisor its events, does its actions |
//! | `first_tick` | how long until the first tick: `--align`, `--splay`; pure |
//! | `schedule` | when ticks and runs are due; pure |
//! | `supervisor/` | what happens next; pure. `starting`: when a run starts; `descendants`: which process is whose; `escalation`: TERM, grace, KILL; `suspension`: STOP and CONT; `reaping`: what has ended, what was left |
//! | `process/` | start, read `/proc`, signal, reap |
//! | `report/` | a run's data (`run`), the sums (`tally`), what the exit status stands for (`verdict`), the words (`text`, `exec`, `human`) |
//! | `lab/` | one workload under each way to deal with the end of a child |
//! | `sys` | system calls that nix lacks; `child`: what a run does between fork and exec, `stack`: where |

mod args;
mod error;
pub mod event_loop;
mod first_tick;
pub mod lab;
mod process;
mod report;
mod schedule;
mod supervisor;
mod sys;

pub use args::{Args, Config, Task};
pub use error::Error;
