//! Runs a command on a steady schedule and leaves no process behind.

use std::process::ExitCode;

use common::{config, exit};
use forker::{Args, Config, Error, event_loop};

fn main() -> ExitCode {
    exit::finish(env!("CARGO_PKG_NAME"), run())
}

fn run() -> Result<u8, Error> {
    let Some(config) = config::start::<Args, Config, Error>()? else {
        return Ok(exit::OK);
    };
    event_loop::run(&config)
}
