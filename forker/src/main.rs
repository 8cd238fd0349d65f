//! Runs a command on a steady schedule and leaves no process behind.

use std::process::ExitCode;

use common::{config, exit};
use forker::{Args, Error, Task, event_loop, lab};

fn main() -> ExitCode {
    exit::finish(run())
}

fn run() -> Result<u8, Error> {
    match config::start::<Args, Task, Error>()? {
        Some(Task::Run(config)) => event_loop::run(&config),
        Some(Task::Lab(lab)) => lab::run(&lab),
        None => Ok(exit::OK),
    }
}
