//! The ways to hang up: their names, and why each has the result that it has. What a server does for it is `hang_up`'s.

use clap::ValueEnum;

/// A way to hang up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Way {
    /// Close
    Close,
    /// Close with a reset
    Abort,
    /// End the own direction, then close
    #[value(name = "half+close")]
    HalfClose,
    /// End both directions, then close
    Both,
    /// Wait for each client to close
    Wait,
    /// Let clients close while others are answered, as time-server
    Ring,
}

impl Way {
    /// Its name, as `--only` takes it.
    pub(super) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Why it has its result, in two lines.
    pub(super) fn explanation(self) -> [&'static str; 2] {
        match self {
            Self::Close => [
                "Bytes that the server has not read turn close() into a reset, and bytes that",
                "come later are answered with one. Only clients that say nothing are safe.",
            ],
            Self::Abort => [
                "SO_LINGER with a time of 0 makes every close() a reset. It leaves no",
                "TIME_WAIT, so some recommend it; but every client pays for that.",
            ],
            Self::HalfClose => [
                "shutdown(SHUT_WR) sends the end of file behind the time. But nobody reads",
                "what the client sends, so close() resets the connection all the same.",
            ],
            Self::Both => [
                "shutdown(SHUT_RDWR) does not read what the client sends either: it only",
                "tells the kernel that nobody will. So the result is that of half+close.",
            ],
            Self::Wait => [
                "After shutdown(SHUT_WR) the server reads until the client closes. No reset;",
                "but all others wait, and one client that never closes stops the server.",
            ],
            Self::Ring => [
                "time-server's way: as wait, but in one queue for all, while others are",
                "answered. It costs an open socket for each client that has not closed yet.",
            ],
        }
    }
}
