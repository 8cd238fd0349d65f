//! The clients: what they send and when, and what they see of the reply. They know nothing of the server's strategy.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// How many clients there are, as many of each kind.
pub(super) const CLIENTS: usize = 60;

/// How long anything may take that should not take long.
pub(super) const LIMIT: Duration = Duration::from_secs(10);

/// How long after the reply a late line arrives, in milliseconds.
pub(super) const LATE: u16 = 50;
/// How long a client takes to react, in milliseconds, as if the server were so far away.
pub(super) const ROUND_TRIP: u16 = 10;

/// What a client does before it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing.
    Reads,
    /// It sends a line as soon as it is connected.
    SpeaksFirst,
    /// It sends two lines that arrive when the server has already replied.
    SpeaksLate,
}

pub(super) const KINDS: [Kind; 3] = [Kind::Reads, Kind::SpeaksFirst, Kind::SpeaksLate];

/// What a client has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// The time, and its end.
    Whole,
    /// The time, and a reset where the end should be or behind it.
    CutOff,
    /// An error before it has read the time.
    NoTime,
}

/// A client that is connected, and has not seen anything yet.
#[derive(Debug)]
pub(super) struct Client {
    kind: Kind,
    stream: TcpStream,
}

impl Client {
    /// Connects; a client that speaks first has spoken then.
    pub(super) fn connect(kind: Kind, server: &SocketAddr) -> io::Result<Self> {
        let mut stream = TcpStream::connect_timeout(server, LIMIT)?;
        stream.set_read_timeout(Some(LIMIT))?;
        if kind == Kind::SpeaksFirst {
            stream.write_all(b"what time is it?\n")?;
        }
        Ok(Self { kind, stream })
    }

    /// Does the rest, and closes.
    pub(super) fn ask(mut self) -> io::Result<Seen> {
        if self.kind == Kind::SpeaksLate {
            // Until the reply is here, or a reset.
            self.stream.peek(&mut [0]).map(drop).or_else(only_if_reset)?;
            self.wait_for_reset(LATE)?;
            for line in ["what time\n", "is it?\n"] {
                if let Err(error) = self.stream.write_all(line.as_bytes()) {
                    // A client that cannot ask does not read the answer.
                    return only_if_reset(error).map(|()| Seen::NoTime);
                }
                self.wait_for_reset(ROUND_TRIP)?;
            }
        }
        let mut text = String::new();
        let end = self.stream.read_to_string(&mut text);
        // It may come behind the end.
        self.wait_for_reset(ROUND_TRIP)?;
        let is_reset = end.is_err() || self.stream.take_error()?.is_some();
        end.map(drop).or_else(only_if_reset)?;
        Ok(match (text.is_empty(), is_reset) {
            (true, _) => Seen::NoTime,
            (false, true) => Seen::CutOff,
            (false, false) => Seen::Whole,
        })
    }

    /// Waits so many milliseconds, or until the connection is reset: poll(2) reports that unasked.
    fn wait_for_reset(&self, milliseconds: u16) -> io::Result<()> {
        let mut fds = [PollFd::new(self.stream.as_fd(), PollFlags::empty())];
        poll(&mut fds, PollTimeout::from(milliseconds))?;
        Ok(())
    }
}

/// Passes on what is wrong with the system, not with the connection. After the server's end of file a reset is EPIPE.
fn only_if_reset(error: io::Error) -> io::Result<()> {
    match error.kind() {
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    }
}
