//! What can be wrong with the command line, the environment or the file.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use crate::{escape, exit, words};

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
        "cannot read the configuration file {}: {}; use --config none to run without one",
        escape::path(path),
        words::io_error(source)
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file holds something that the program does not take; the text shows where.
    #[error("{0}")]
    File(String),
    /// What was asked for (help, say) cannot be written: the disk is full.
    #[error("cannot write to stdout: {}", words::io_error(.0))]
    Stdout(io::Error),
}

impl Error {
    /// clap's message on one line, and the way out on a second. `asked` is the command that was: `time-server query`.
    pub(super) fn usage(asked: &str, error: &clap::Error) -> Self {
        let rendered = error.render().to_string();
        let tips = rendered.lines().filter_map(|line| line.trim().strip_prefix("tip: "));
        // How to pass a mistyped option as a value is the wrong way out.
        let tips = tips.filter(|tip| !tip.starts_with("to pass "));
        let tips: String = tips.map(|tip| format!(" ({tip})")).collect();
        Self::Usage(format!("{}{tips}\nTry '{asked} --help'.", problem(error)))
    }
}

/// The first paragraph of clap's message, on one line; lines that begin with a bar show a place in a value, and stay lines.
pub(super) fn problem(error: &clap::Error) -> String {
    let rendered = error.render().to_string();
    // Not the first empty line: the value may have one.
    let ends = ["\n\n  tip:", "\n\nUsage:", "\n\nFor more"].map(|end| rendered.find(end));
    let end = ends.into_iter().flatten().min().unwrap_or(rendered.len());
    let paragraph = &rendered[..end];
    let mut problem = String::new();
    for line in paragraph.lines().map(str::trim) {
        let start = if line.starts_with("| ") { "\n  " } else { " " };
        problem.push_str(start);
        problem.push_str(&shortened(&escape::escape(line)));
    }
    let problem = problem.trim_start();
    problem.strip_prefix("error: ").unwrap_or(problem).to_owned()
}

/// A line without its middle, where it is too long to be read: a value may have any length.
fn shortened(line: &str) -> Cow<'_, str> {
    const START: usize = 120;
    const END: usize = 240;
    let length = line.chars().count();
    if length <= START + END {
        return Cow::Borrowed(line);
    }
    let start: String = line.chars().take(START).collect();
    let end: String = line.chars().skip(length - END).collect();
    Cow::Owned(format!("{start} ... {end}"))
}

impl exit::Failure for Error {
    fn status(&self) -> u8 {
        match self {
            Self::Stdout(_) => exit::FAILED,
            _ => exit::USAGE,
        }
    }
}
