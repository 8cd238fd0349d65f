//! What can end the server, told so that the user knows what to do.

use std::fs;
use std::net::SocketAddr;

use common::exit::{self, Failure};
use nix::errno::Errno;

/// An error that ends time-server.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Bad usage or configuration.
    #[error(transparent)]
    Config(#[from] common::config::Error),
    /// Somebody else listens there.
    #[error("{0} is in use; 'ss -ltnp sport = :{port}' shows by whom (as root), --port takes another", port = .0.port())]
    InUse(SocketAddr),
    /// The port is below the first unprivileged one.
    #[error("port {0} needs a right that this user has not (ports below {first} do): let systemd open it (time-server.socket), grant CAP_NET_BIND_SERVICE or take a higher --port", first = first_unprivileged_port())]
    Privileged(u16),
    /// The address belongs to no interface.
    #[error("{} is no address of this machine ('ip addr' lists them); see --bind", .0.ip())]
    NoSuchAddress(SocketAddr),
    /// Listening failed for another reason.
    #[error("cannot listen on {address}: {errno}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        errno: Errno,
    },
    /// Neither IPv4 nor IPv6.
    #[error("this machine has neither IPv4 nor IPv6 to listen on ('ip addr' lists its addresses)")]
    NoAddressFamily,
    /// What the service manager says of the sockets it passed makes no sense.
    #[error(
        "LISTEN_FDS, LISTEN_FDNAMES and the open descriptors do not fit together: {0}; without these variables time-server opens its sockets itself"
    )]
    Activation(std::io::Error),
    /// The service manager passed something that cannot be served.
    #[error("the service manager passed descriptor {fd} ({name:?}), {problem}")]
    Passed {
        /// Its number.
        fd: std::os::fd::RawFd,
        /// Its name, as the socket unit has it.
        name: String,
        /// What is wrong with it, and the way out.
        problem: String,
    },
    /// Two options ask for what cannot be had together.
    #[error("{0}")]
    Conflict(String),
    /// No server answered the client.
    #[error("no time from {host}: {problem}")]
    NoAnswer {
        /// Who was asked.
        host: String,
        /// What came of it.
        problem: String,
    },
    /// The answer could not be printed.
    #[error("cannot write to stdout: {0}")]
    Stdout(std::io::Error),
    /// A thread could not be started.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
    /// A system call failed that never should.
    #[error("{call} failed: {errno}")]
    System {
        /// Which.
        call: &'static str,
        /// How.
        errno: Errno,
    },
}

impl Error {
    /// Names the system call that failed, for `map_err`.
    pub(crate) fn system(call: &'static str) -> impl FnOnce(Errno) -> Self {
        move |errno| Self::System { call, errno }
    }
}

impl Failure for Error {
    fn status(&self) -> u8 {
        match self {
            Self::Config(error) => error.status(),
            Self::Conflict(_) | Self::Activation(_) | Self::Passed { .. } => exit::USAGE,
            _ => exit::FAILED,
        }
    }
}

/// Where the unprivileged ports begin on this machine (ip(7), `ip_unprivileged_port_start`).
fn first_unprivileged_port() -> u16 {
    let setting = fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    setting.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(1024)
}
