//! Where a setting comes from: flags win over the environment, the environment over the file, the file over the defaults.
//! A service's unit sets other defaults, in a file's form: `FORKER_DEFAULTS='quiet = 1'`; its user's file wins over them.
//!
//! clap alone knows what an option takes, so clap checks every layer. `layers` reads the file and the environment first
//! and hands their values to clap as the command's defaults; a flag then wins by itself. An option's environment
//! variable and file key both follow from its long flag (`--linger` of time-server: `TIME_SERVER_LINGER`,
//! `linger = "2s"`). `early` finds out how to report what is wrong with any of these.

mod early;
mod error;
mod file;
mod layers;
mod print;
mod setting;

use std::ffi::OsString;

use clap::{Command, Parser};

pub use self::error::Error;
use self::setting::Environment;
use crate::options::{ColorChoice, CommonArgs};
use crate::{escape, help, logging, output};

/// A program's command line, in which [`CommonArgs`] are flattened.
pub trait Arguments: Parser {
    /// The options that every program has.
    fn common(&self) -> &CommonArgs;
}

/// Reads the command line, the environment and the file into a program's validated configuration `C`, and starts
/// logging, also if it returns an error. `None` when everything asked for is done: help, version, a checked or printed
/// configuration.
///
/// # Errors
/// What [`Error`] lists, and what `C`'s own validation refuses.
pub fn start<A, C, E>() -> Result<Option<C>, E>
where
    A: Arguments,
    C: TryFrom<A, Error = E>,
    E: From<Error>,
{
    let command = || help::with_negative_numbers(A::command());
    let argv: Vec<OsString> = std::env::args_os().collect();
    let environment = setting::environment();
    configure(&command, &argv, &environment).inspect_err(|_| {
        // Nothing, if logging runs already.
        let log_format = early::log_format(&command(), &argv, &environment);
        let common = CommonArgs { log_format, color: ColorChoice::Never, ..CommonArgs::default() };
        logging::start(command().get_name(), &common);
    })
}

fn configure<A, C, E>(
    command: &dyn Fn() -> Command,
    argv: &[OsString],
    environment: &Environment,
) -> Result<Option<C>, E>
where
    A: Arguments,
    C: TryFrom<A, Error = E>,
    E: From<Error>,
{
    let Some(settings) = layers::resolve(command, argv, environment)? else {
        return Ok(None);
    };
    let args = A::from_arg_matches(&settings.matches);
    let program = settings.command.get_name();
    let args = args.map_err(|error| Error::usage(program, &error))?;
    let common = args.common().clone();
    let config = C::try_from(args)?;
    logging::start(program, &common);
    for warning in &settings.warnings {
        tracing::warn!("{warning}");
    }
    if common.print_config {
        output::print(print::toml(&settings).as_bytes()).map_err(Error::Stdout)?;
    } else if common.check_config {
        let file = settings.file.map_or("no file".to_owned(), |path| escape::path(&path));
        tracing::info!("{file}: the configuration is valid");
    } else {
        return Ok(Some(config));
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
