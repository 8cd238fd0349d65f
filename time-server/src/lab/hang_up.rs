//! What a server can do with a connection when it has sent its reply, in code. Why the result is what it is says `way`.

use std::io;
use std::net::{Shutdown, TcpStream};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use common::clock::now;
use nix::libc;
use nix::sys::socket::{setsockopt, sockopt};

use super::client::CLIENTS;
use super::way::Way;
use crate::policy::closing::ClosingConnections;
use crate::responder::probe;

/// A server that hangs up in this way.
pub(super) fn server(way: Way) -> Box<dyn HangUp> {
    match way {
        Way::Close => Box::new(Close),
        Way::Abort => Box::new(Abort),
        Way::HalfClose => Box::new(ShutDown(Shutdown::Write)),
        Way::Both => Box::new(ShutDown(Shutdown::Both)),
        Way::Wait => Box::new(Wait),
        Way::Ring => Box::new(Ring(ClosingConnections::new(1, CLIENTS, LINGER, now()))),
    }
}

/// How long a client in the ring may take to close: the server's default.
const LINGER: Duration = Duration::from_secs(2);

/// A server that hangs up in one way.
pub(super) trait HangUp {
    /// Hangs up: the reply has been sent. Dropping a stream closes it.
    fn hang_up(&mut self, client: TcpStream) -> io::Result<()>;

    /// The connections that it has not closed yet.
    fn held(&self) -> usize {
        0
    }

    /// When to look after them next.
    fn wake_at(&self) -> Option<Instant> {
        None
    }

    /// Looks after them.
    fn tidy(&mut self, _: Instant) {}
}

/// close.
struct Close;

impl HangUp for Close {
    fn hang_up(&mut self, client: TcpStream) -> io::Result<()> {
        drop(client);
        Ok(())
    }
}

/// `SO_LINGER` with a time of 0, then close: the kernel forgets what it has not sent, and resets (socket(7)).
struct Abort;

impl HangUp for Abort {
    fn hang_up(&mut self, client: TcpStream) -> io::Result<()> {
        let at_once = libc::linger { l_onoff: 1, l_linger: 0 };
        setsockopt(&client, sockopt::Linger, &at_once)?;
        drop(client);
        Ok(())
    }
}

/// shutdown, then close.
struct ShutDown(Shutdown);

impl HangUp for ShutDown {
    fn hang_up(&mut self, client: TcpStream) -> io::Result<()> {
        client.shutdown(self.0)?;
        drop(client);
        Ok(())
    }
}

/// shutdown of the own direction, read to the client's end, close.
struct Wait;

impl HangUp for Wait {
    fn hang_up(&mut self, mut client: TcpStream) -> io::Result<()> {
        client.shutdown(Shutdown::Write)?;
        io::copy(&mut client, &mut io::sink())?;
        drop(client);
        Ok(())
    }
}

/// shutdown of the own direction, then into the queue. What is there is looked after between two clients: what they send is
/// discarded, and at their end, or when they take too long, the queue closes them.
struct Ring(ClosingConnections<OwnedFd>);

impl HangUp for Ring {
    fn hang_up(&mut self, client: TcpStream) -> io::Result<()> {
        client.shutdown(Shutdown::Write)?;
        let oldest_of_too_many = self.0.push(0, client.into(), now());
        drop(oldest_of_too_many);
        Ok(())
    }

    fn held(&self) -> usize {
        self.0.len(0)
    }

    fn wake_at(&self) -> Option<Instant> {
        self.0.wake_at(0)
    }

    fn tidy(&mut self, now: Instant) {
        self.0.sweep(0, now, probe);
    }
}
