//! `live-plot`: draws the numbers that are piped in.

use std::process::ExitCode;

use common::exit;
use live_plot::args::Args;
use live_plot::config::Config;
use live_plot::error::Error;
use live_plot::input::source::Source;
use live_plot::{export, signals, view};

fn main() -> ExitCode {
    exit::finish(run())
}

fn run() -> Result<u8, Error> {
    let Some(config) = common::config::start::<Args, Config, Error>()? else {
        return Ok(exit::OK);
    };
    let source = Source::open(config.file.as_deref())?;
    let signals = signals::block()?;
    if config.outputs.any() {
        export::run(&config, source, signals)
    } else {
        view::run(config, source, signals)
    }
}
