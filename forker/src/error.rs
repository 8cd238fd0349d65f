//! What a user can cause, each with its way out and its exit status.

use std::io;

use common::{config, exit, words};
use nix::errno::Errno;

use crate::report::run::FAILED;

/// Why forker itself failed; a run that fails is no such error, it is an outcome.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Flags, environment or file do not fit.
    #[error(transparent)]
    Config(#[from] config::Error),
    /// `command = []` in the file.
    #[error("the command is empty; name one, for example: forker -- ls -l")]
    NoCommand,
    /// `forker "$COMMAND"` where that is not set.
    #[error(
        "the command's name is empty (a variable that is not set?); name a command, for example: forker -- ls -l"
    )]
    EmptyName,
    /// Both ends were asked for, perhaps one of them in the file or the environment.
    #[error(
        "--until-failure and --until-success exclude each other; take one, and overrule the other by =false if it is set \
         elsewhere"
    )]
    TwoEnds,
    /// A word of the command has a NUL byte, which no argument of a process can hold.
    #[error("the command's word {0:?} holds a NUL byte; no program can be given that")]
    Nul(String),
    /// stdout takes nothing any more, and not because its reader has gone.
    #[error("cannot write to stdout: {}{}; -q leaves it to the command alone", .0.desc(), advice(*.0))]
    Stdout(Errno),
    /// The lab's command cannot be executed; the text names it and why.
    #[error("{0}")]
    NotExecuted(String),
    /// There is no /proc, or it is another pid namespace's.
    #[error("the lab watches processes in /proc, and cannot: {}", no_proc(.0))]
    NoProc(io::Error),
    /// Somebody has ended the lab's stand-in for init, or its demonstrator.
    #[error("the lab's own processes were ended from outside; start it again")]
    LabEnded,
    /// A container without its /dev, perhaps.
    #[error(
        "cannot open /dev/null, which runs get as their stdin: {}; mount /dev, or: mknod -m 666 /dev/null c 1 3",
        words::io_error(.0)
    )]
    NoNull(io::Error),
    /// The system refuses what forker cannot do without.
    #[error("cannot {what}: {}{}", reason(*errno), advice(*errno))]
    System {
        /// What was to be done.
        what: &'static str,
        /// Why it failed.
        errno: Errno,
    },
}

impl Error {
    /// Names what failed, for `map_err`.
    pub(crate) fn system(what: &'static str) -> impl Fn(Errno) -> Self {
        move |errno| Self::System { what, errno }
    }
}

impl exit::Failure for Error {
    fn status(&self) -> u8 {
        match self {
            Self::Config(config::Error::Stdout(_)) => FAILED,
            Self::Config(error) => error.status(),
            Self::NoCommand | Self::EmptyName | Self::TwoEnds | Self::Nul(_) => exit::USAGE,
            Self::Stdout(_)
            | Self::NotExecuted(_)
            | Self::NoProc(_)
            | Self::NoNull(_)
            | Self::LabEnded
            | Self::System { .. } => FAILED,
        }
    }
}

/// Why /proc cannot be read, and what to do.
pub(crate) fn no_proc(error: &io::Error) -> String {
    let advice = error.raw_os_error().map_or("", |errno| advice(Errno::from_raw(errno)));
    let way_out = if advice.is_empty() { "; mount it: mount -t proc proc /proc" } else { advice };
    words::io_error(error) + way_out
}

/// Why the system refuses something, in words.
pub(crate) fn reason(errno: Errno) -> &'static str {
    match errno {
        // Of fork(2). The system's own words are "Try again".
        Errno::EAGAIN => "too many processes",
        _ => errno.desc(),
    }
}

/// What to do when the system refuses something, as the end of a message.
pub(crate) fn advice(errno: Errno) -> &'static str {
    match errno {
        // fork(2) does not tell which of the two is reached.
        Errno::EAGAIN => {
            "; raise the limit on processes: ulimit -u; or that of the cgroup: pids.max, in a systemd unit TasksMax="
        }
        Errno::EFBIG => "; raise the limit on the size of files: ulimit -f",
        Errno::EMFILE => "; raise the limit on open files: ulimit -n",
        _ => "",
    }
}
