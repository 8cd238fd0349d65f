//! Every error that ends time-server: its message, which names the way out, and its exit status.

use std::fs;
use std::io;
use std::net::SocketAddr;

use common::escape::escape;
use common::exit::{self, Failure};
use common::words;
use nix::errno::Errno;

use crate::reply::zone::ZoneError;
use crate::service::{Service, Transport};

/// An error that ends time-server.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Bad usage or configuration.
    #[error(transparent)]
    Config(#[from] common::config::Error),
    /// Another socket has this address and port.
    #[error(
        "{address} is in use; 'ss {} sport = :{}' shows by whom (as root), {} takes another",
        ss_flags(*transport), address.port(), service.port_option()
    )]
    InUse {
        /// The address and the port.
        address: SocketAddr,
        /// Its transport.
        transport: Transport,
        /// What was to be served there.
        service: Service,
    },
    /// The port is below the first unprivileged one.
    #[error(
        "permission denied for port {port}: ports below {} need root or CAP_NET_BIND_SERVICE; let systemd open it ({}), or take a higher {}",
        first_unprivileged_port(), service.socket_unit(), service.port_option()
    )]
    Privileged {
        /// The port.
        port: u16,
        /// What was to be served there.
        service: Service,
    },
    /// The system forbids it, and not because of the port.
    #[error(
        "cannot listen on {address}: {}; a sandbox or a security policy forbids it (RestrictAddressFamilies= or SystemCallFilter= in the unit, SELinux, seccomp)",
        errno.desc()
    )]
    Forbidden {
        /// Where.
        address: SocketAddr,
        /// How.
        errno: Errno,
    },
    /// The address belongs to no interface.
    #[error("{} is no address of this machine ('ip addr' lists them); see --bind", .0.ip())]
    NoSuchAddress(SocketAddr),
    /// Listening failed for another reason.
    #[error("cannot listen on {address}: {}{}", errno.desc(), way_out(*errno))]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        errno: Errno,
    },
    /// Neither IPv4 nor IPv6.
    #[error("this machine has neither IPv4 nor IPv6 to listen on ('ip addr' lists its addresses)")]
    NoAddressFamily,
    /// The variables about passed sockets contradict themselves or the open descriptors.
    #[error(
        "LISTEN_FDS and LISTEN_FDNAMES do not fit the open descriptors: {}; unset them, and time-server opens its sockets itself",
        words::io_error(.0)
    )]
    Activation(io::Error),
    /// The service manager passed something that cannot be served.
    #[error("cannot serve the socket passed as descriptor {fd}{}: {problem}", named(name))]
    Passed {
        /// Its number.
        fd: std::os::fd::RawFd,
        /// Its name, as the socket unit has it.
        name: String,
        /// What is wrong with it, and the way out.
        problem: String,
    },
    /// This machine's time zone is none.
    #[error("{0}; --timezone names another one")]
    Zone(#[from] ZoneError),
    /// Two options contradict each other.
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
    #[error("cannot write to stdout: {}", words::io_error(.0))]
    Stdout(io::Error),
    /// A thread could not be started.
    #[error(
        "cannot start a thread: {}; allow more processes (ulimit -u, or TasksMax= in the unit)",
        no_thread(.0)
    )]
    Thread(io::Error),
    /// A worker's thread could not be started.
    #[error(
        "cannot start worker {number}: {}; lower --workers, or allow more processes (ulimit -u, or TasksMax= in the unit) and memory (ulimit -v)",
        no_thread(source)
    )]
    Worker {
        /// Which.
        number: usize,
        /// Why not.
        source: io::Error,
    },
    /// The limit on descriptors leaves none for clients.
    #[error(
        "the limit on descriptors is {limit}, but {} and what is open already need {needed}; raise it (ulimit -Hn, or LimitNOFILE= in the unit){}",
        words::count(*workers as u64, "worker"),
        if *workers > 1 { " or lower --workers" } else { "" }
    )]
    Descriptors {
        /// The limit.
        limit: u64,
        /// The least that would do.
        needed: u64,
        /// The workers, for each of which some are needed.
        workers: usize,
    },
    /// The lab cannot do its experiments.
    #[error("the lab cannot {doing}: {}; {way_out}", words::io_error(source))]
    Lab {
        /// What it cannot do.
        doing: &'static str,
        /// Why not.
        source: io::Error,
        /// What helps.
        way_out: &'static str,
    },
    /// A system call failed that never should.
    #[error("{call} failed: {}", errno.desc())]
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
            Self::Conflict(_) | Self::Zone(_) | Self::Activation(_) | Self::Passed { .. } => {
                exit::USAGE
            }
            _ => exit::FAILED,
        }
    }
}

/// Why a thread could not be started: EAGAIN stands for each limit that there is, `pthread_create`(3).
fn no_thread(error: &io::Error) -> String {
    match error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::EAGAIN) => "the system allows no more threads".to_owned(),
        _ => words::io_error(error),
    }
}

/// The name of a passed socket, if it has one: a manager without names passes `unknown`, `sd_listen_fds`(3).
fn named(name: &str) -> String {
    match name {
        "" | "unknown" => String::new(),
        name => format!(" (named '{}')", escape(name)),
    }
}

/// The flags with which ss(8) lists the sockets of a transport.
const fn ss_flags(transport: Transport) -> &'static str {
    match transport {
        Transport::Tcp => "-ltnp",
        Transport::Udp => "-lunp",
    }
}

/// The way out: another address may help, but not against a lack of descriptors or memory.
const fn way_out(errno: Errno) -> &'static str {
    match errno {
        Errno::EMFILE => {
            "; raise the limit on descriptors (ulimit -Hn, or LimitNOFILE= in the unit)"
        }
        Errno::ENFILE | Errno::ENOBUFS | Errno::ENOMEM => "",
        _ => "; see --bind",
    }
}

/// Whether a port needs a privilege; 0 takes one that needs none.
pub(crate) fn is_privileged(port: u16) -> bool {
    port != 0 && port < first_unprivileged_port()
}

/// Where the unprivileged ports begin on this machine (ip(7), `ip_unprivileged_port_start`).
fn first_unprivileged_port() -> u16 {
    let setting = fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    setting.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(1024)
}
