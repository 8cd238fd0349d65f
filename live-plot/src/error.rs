//! What a user can cause, and the way out of it.

use std::io;
use std::path::PathBuf;

use common::exit::{self, Failure};

/// Why live-plot ends early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line, the environment or the file.
    #[error(transparent)]
    Config(#[from] common::config::Error),
    /// The input file cannot be opened.
    #[error("cannot read {}: {source}; name a file of numbers, or pipe them in", path.display())]
    Input {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// There is nowhere to open a window.
    #[error(
        "no display to open a window on (neither WAYLAND_DISPLAY nor DISPLAY is set); \
         run it on a desktop, or log in with 'ssh -X'"
    )]
    NoDisplay,
    /// The display does not answer, or has no OpenGL.
    #[error("cannot open a window on {display}: {problem}")]
    Window {
        /// Which display.
        display: String,
        /// What the system says.
        problem: String,
    },
    /// The system refuses a thread or a signal mask.
    #[error("cannot start: {0}")]
    System(#[from] io::Error),
}

impl Failure for Error {
    fn status(&self) -> u8 {
        match self {
            Self::Config(error) => error.status(),
            _ => exit::FAILED,
        }
    }
}
