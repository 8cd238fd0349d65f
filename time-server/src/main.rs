//! `time-server`: answers every client with the time.

use std::process::ExitCode;

use time_server::args::{Args, Config};
use time_server::error::Error;
use time_server::server;

fn main() -> ExitCode {
    common::exit::finish(env!("CARGO_PKG_NAME"), run())
}

fn run() -> Result<u8, Error> {
    if let Some(config) = common::config::start::<Args, Config, Error>()? {
        server::run(&config)?;
    }
    Ok(common::exit::OK)
}
