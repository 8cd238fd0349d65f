//! Where a setting comes from: flags win over the environment, over the file, over the defaults.
//!
//! clap alone knows what an option takes, so it checks every layer. The file and the environment are read
//! first and handed to clap as that command's defaults; a flag then wins by itself, and an option's
//! environment variable and file key both follow from its long flag (`--linger` of time-server:
//! `TIME_SERVER_LINGER`, `linger = "2s"`).

mod file;
mod layers;
mod print;

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Parser;

use self::layers::resolve;
use crate::options::CommonArgs;
use crate::{escape, exit, logging};

/// A program's command line, in which [`CommonArgs`] are flattened.
pub trait Arguments: Parser {
    /// The end of the manual page: roff sections, the examples and the like.
    const MANUAL: &'static str;

    /// The options that every program has.
    fn common(&self) -> &CommonArgs;

    /// Told which options, by their id, were set and not left to their defaults; for a program to which a
    /// default is not the same as the same value asked for.
    fn learn(&mut self, _is_set: impl Fn(&str) -> bool) {}
}

/// What is wrong with the command line, the environment or the file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line does not fit; the text is clap's.
    #[error("{0}")]
    Usage(String),
    /// An environment variable holds a value that its option does not take.
    #[error("environment variable {name}: {problem}")]
    Environment {
        /// The variable.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The file cannot be read.
    #[error(
        "cannot read the configuration {}: {source}; --config none does without",
        escape::path(path)
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file holds something that the program does not take.
    #[error("{0}")]
    File(#[from] file::Mistake),
    /// What was asked for (help, say) cannot be written: the disk is full.
    #[error("cannot write to stdout: {0}")]
    Stdout(io::Error),
}

impl exit::Failure for Error {
    fn status(&self) -> u8 {
        match self {
            Self::Stdout(_) => exit::FAILED,
            _ => exit::USAGE,
        }
    }
}

/// Reads the command line, the environment and the file into a program's validated configuration `C`, and
/// starts logging. `None` when everything asked for is done: help, version, a checked or printed configuration.
///
/// # Errors
/// What [`Error`] tells, and what `C`'s own validation refuses.
pub fn start<A, C, E>() -> Result<Option<C>, E>
where
    A: Arguments,
    C: TryFrom<A, Error = E>,
    E: From<Error>,
{
    let program = A::command().get_name().to_owned().leak();
    let environment = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let Some(settings) = resolve::<A>(std::env::args_os().collect(), &environment)? else {
        return Ok(None);
    };
    let mut args =
        A::from_arg_matches(&settings.matches).map_err(|error| usage(program, &error))?;
    args.learn(|id| settings.is_set(id));
    let common = args.common().clone();
    let config = C::try_from(args)?;
    logging::start(program, &common);
    for warning in &settings.warnings {
        tracing::warn!("{warning}");
    }
    if common.print_config {
        tell(print::toml(&settings).as_bytes())?;
    } else if common.check_config {
        let file = settings.file.map_or("no file".to_owned(), |path| escape::path(&path));
        tracing::info!("{file}: the configuration is valid");
    } else {
        return Ok(Some(config));
    }
    Ok(None)
}

/// clap's message on one line, and the way out on a second.
fn usage(program: &str, error: &clap::Error) -> Error {
    let rendered = error.render().to_string();
    let tips: String = rendered
        .split("\n\n")
        .filter_map(|paragraph| paragraph.trim().strip_prefix("tip: "))
        .map(|tip| format!(" ({tip})"))
        .collect();
    let problem = first_paragraph(&rendered);
    Error::Usage(format!("{problem}{tips}\nTry '{program} --help'."))
}

fn first_paragraph(rendered: &str) -> String {
    let paragraph = rendered.split("\n\n").next().unwrap_or_default();
    let lines: Vec<&str> = paragraph.lines().map(str::trim).collect();
    let line = lines.join(" ");
    escape::escape(line.strip_prefix("error: ").unwrap_or(&line)).into_owned()
}

/// Prints what was asked for; a reader that has gone is no error.
fn tell(text: &[u8]) -> Result<(), Error> {
    match io::stdout().write_all(text) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::Stdout(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
