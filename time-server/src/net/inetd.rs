//! A socket on descriptor 0, as inetd(8) and its successors pass it: a listener or a UDP socket ("wait"), or one
//! connection ("nowait"). Sockets from systemd are [`crate::net::activation`]'s.
//!
//! inetd gives a server the same socket as stdin, stdout and stderr. Nothing but the time may go to the client, so those of
//! the three that are the socket become /dev/null: a log is written only where inetd was told of another place for it.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd};

use nix::errno::Errno;
use nix::sys::socket::{SockType, SockaddrStorage, getsockname, getsockopt, sockopt};
use nix::sys::stat::fstat;
use nix::unistd::{dup2_stderr, dup2_stdin, dup2_stdout};

use crate::args::Config;
use crate::error::Error;
use crate::net::activation::{self, Connection, Passed};
use crate::sys;

/// The socket on descriptor 0, if there is one to serve. A socket pair is none: some programs have such a thing for a pipe.
///
/// # Errors
/// It is a socket of the internet, or one that listens, but cannot be served.
pub fn inherited(config: &Config) -> Result<Option<Passed>, Error> {
    let stdin = io::stdin();
    let Ok(kind) = getsockopt(&stdin, sockopt::SockType) else { return Ok(None) };
    let Ok(bound) = getsockname::<SockaddrStorage>(stdin.as_raw_fd()) else { return Ok(None) };
    let address = sys::socket_address(&bound);
    let listens = getsockopt(&stdin, sockopt::AcceptConn).unwrap_or(false);
    if address.is_none() && !listens {
        return Ok(None);
    }
    let unusable = |problem: String| Error::Passed { fd: 0, name: String::new(), problem };
    let errno = |errno: Errno| unusable(format!("it cannot be used: {}", errno.desc()));
    let passed = if let Some(connection) = Connection::of(&stdin, config) {
        Passed::Connection(connection)
    } else if kind == SockType::Stream && !listens {
        return Err(unusable("it is neither a listener nor connected".to_owned()));
    } else {
        let copy = stdin.as_fd().try_clone_to_owned();
        let socket = copy.map_err(|error| unusable(error.to_string()))?;
        let service = activation::service_at(address, kind, config);
        Passed::Listeners(vec![activation::adopt(socket, service).map_err(unusable)?])
    };
    silence(file_of(&stdin).map_err(errno)?).map_err(errno)?;
    Ok(Some(passed))
}

/// Which file a descriptor is of.
fn file_of(fd: impl AsFd) -> nix::Result<(u64, u64)> {
    fstat(fd).map(|file| (file.st_dev, file.st_ino))
}

/// Makes each of the standard streams that is the socket /dev/null.
fn silence(socket: (u64, u64)) -> nix::Result<()> {
    let null = File::options().read(true).write(true).open("/dev/null");
    let null = null.map_err(|error| Errno::from_raw(error.raw_os_error().unwrap_or(0)))?;
    if file_of(io::stdout())? == socket {
        dup2_stdout(&null)?;
    }
    if file_of(io::stderr())? == socket {
        dup2_stderr(&null)?;
    }
    dup2_stdin(&null)
}
