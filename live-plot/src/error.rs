//! The errors that a user can cause, each with the way out.

use std::io;
use std::path::PathBuf;

use common::escape;
use common::exit::{self, Failure};
use common::words;

/// Why live-plot ends early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line, the environment or the file.
    #[error(transparent)]
    Config(#[from] common::config::Error),
    /// The input cannot be opened.
    #[error(
        "cannot read {from}: {}; name a file of numbers, or pipe them in",
        words::io_error(source)
    )]
    Input {
        /// The file, or standard input.
        from: String,
        /// Why not.
        source: io::Error,
    },
    /// The input cannot be read to its end.
    #[error("cannot read {from}: {problem}")]
    Read {
        /// The file, or standard input.
        from: String,
        /// Why not.
        problem: String,
    },
    /// Not one number was read.
    #[error("no number was read from {from}{}; nothing is written", extent(*lines))]
    Nothing {
        /// The file, or standard input.
        from: String,
        /// How many lines were read.
        lines: u64,
    },
    /// Only what has a name can be followed.
    #[error("--follow needs a FILE; a pipe is read as it grows anyway")]
    Follow,
    /// Two things cannot go to one stdout.
    #[error(
        "only one of --terminal, --png, --svg, --csv and --summary can go to stdout; give the others a file"
    )]
    Stdout,
    /// A time is one column, or two.
    #[error(
        "--time takes one name, or two for the date and the clock time, as in --time date,clock"
    )]
    Times,
    /// A picture of that size is none, or more than anything can show.
    #[error("--size is {}x{}: {}", size.0, size.1, limits(*in_cells))]
    Size {
        /// Width and height.
        size: (u16, u16),
        /// They are counted in cells, not in pixels.
        in_cells: bool,
    },
    /// There is no terminal to draw in, or it refuses.
    #[error(
        "cannot draw in the terminal /dev/tty: {}; --terminal >FILE or --png FILE draws without one",
        words::io_error(.0)
    )]
    Terminal(io::Error),
    /// The terminal cannot show a picture and what is typed.
    #[error(
        "--terminal draws on the terminal that the numbers would be typed at; pipe them in, or name a FILE"
    )]
    Typed,
    /// Two pictures or tables cannot be one file.
    #[error("two outputs would be {}, and one of them lost; give each a file of its own", escape::path(.0))]
    Twice(PathBuf),
    /// The input would be replaced by an output.
    #[error("{} is the input and would be replaced; give the output another name", escape::path(.0))]
    Replaced(PathBuf),
    /// A file cannot be written.
    #[error(
        "cannot write {}: {}; nothing was changed there",
        escape::path(path),
        words::io_error(source)
    )]
    Output {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Something that is no regular file cannot be written any further.
    #[error("cannot write {to}: {}; what has been written is not all", words::io_error(source))]
    Stream {
        /// Standard output, or a device, FIFO or socket.
        to: String,
        /// Why not.
        source: io::Error,
    },
    /// The clipboard does not answer, or there is none.
    #[error("cannot copy: {0}; s saves the picture, c the samples")]
    Clipboard(String),
    /// There is not one sample yet, or none is seen.
    #[error("nothing to {0}")]
    NothingTo(&'static str),
    /// More samples than another program would take.
    #[error("more than {0} samples are seen, too many to copy; + shows less time, c saves all")]
    TooMany(usize),
    /// The picture cannot be made.
    #[error("cannot draw the picture: {0}")]
    Picture(String),
    /// There is nowhere to open a window.
    #[error(
        "no display to open a window on (neither WAYLAND_DISPLAY nor DISPLAY is set); \
         --terminal or --png FILE draws without one, 'ssh -X' brings one"
    )]
    NoDisplay,
    /// The display does not answer, or has no OpenGL.
    #[error("cannot open a window on {display}: {problem}; --png FILE draws without one")]
    Window {
        /// Which display.
        display: String,
        /// The system's message.
        problem: String,
    },
    /// The display or its libraries fail where winit does not expect it.
    #[error("the window on {display} is lost: {problem}")]
    LostWindow {
        /// Which display.
        display: String,
        /// The message of winit's panic.
        problem: String,
    },
    /// A panic.
    #[error(
        "this is a defect of live-plot; please report it with the line above and what was read"
    )]
    Defect,
    /// The system refuses a thread or a signal mask.
    #[error("cannot start: {}", words::io_error(.0))]
    System(#[from] io::Error),
}

fn extent(lines: u64) -> String {
    if lines == 0 {
        ": it is empty".to_owned()
    } else {
        format!(" ({})", words::count(lines, "line"))
    }
}

fn limits(in_cells: bool) -> &'static str {
    match in_cells {
        true => "with --terminal it is in cells, from 20x5 to 1000x500; write for example 100x30",
        false => "it is in pixels, each from 200 to 16384; write for example 1280x720",
    }
}

impl Failure for Error {
    fn status(&self) -> u8 {
        match self {
            Self::Config(error) => error.status(),
            Self::Follow
            | Self::Stdout
            | Self::Times
            | Self::Size { .. }
            | Self::Typed
            | Self::Twice(_)
            | Self::Replaced(_) => exit::USAGE,
            _ => exit::FAILED,
        }
    }
}
