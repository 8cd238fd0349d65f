//! `time-server`: answers every client with the time.

use std::process::ExitCode;

use time_server::args::{Args, Task};
use time_server::error::Error;
use time_server::{lab, query, server};

fn main() -> ExitCode {
    common::exit::finish(run())
}

fn run() -> Result<u8, Error> {
    match common::config::start::<Args, Task, Error>()? {
        Some(Task::Serve(config)) => server::run(&config)?,
        Some(Task::Query(query)) => query::run(&query)?,
        Some(Task::Lab(lab)) => lab::run(&lab)?,
        None => {}
    }
    Ok(common::exit::OK)
}
