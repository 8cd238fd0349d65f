//! `live-plot`: draws the numbers that are piped in.

use std::io::{IsTerminal as _, stdout};
use std::process::ExitCode;

use common::exit;
use live_plot::args::Args;
use live_plot::config::Config;
use live_plot::error::Error;
use live_plot::input::source::Source;
use live_plot::place::{self, Here, Place};
use live_plot::{defect, export, signals, terminal, view};

fn main() -> ExitCode {
    exit::finish(run())
}

fn run() -> Result<u8, Error> {
    defect::end_at_a_panic();
    let Some(mut config) = common::config::start::<Args, Config, Error>()? else {
        return Ok(exit::OK);
    };
    let source = Source::open(config.file.as_deref(), config.follow)
        .inspect_err(|error| view::show_error(error, &config))?;
    config.is_whole = source.is_whole();
    let signals = signals::block()?;
    let has_display = view::display().is_some();
    let here = Here::now(has_display, stdout().is_terminal(), source.is_typed());
    match place::choose(&config, here)? {
        Place::Window => view::run(config, source, signals),
        Place::Terminal => terminal::run(config, source, signals),
        Place::Files => {
            config.outputs.still = config.terminal;
            export::run(&config, source, signals)
        }
    }
}
