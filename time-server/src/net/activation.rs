//! Sockets that a service manager has opened and passed, `sd_listen_fds`(3): whether each can be served, and
//! as what. The manager keeps descriptors of the same listeners. So clients in the queue when this process ends are answered
//! by the next one, and nobody is refused. A listener may only be closed here, never shut down: shutdown(2) would act on
//! the manager's socket too. With `Accept=yes` (systemd.socket(5)) one connection is passed, for a process of its own.

use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::socket::{
    SockType, SockaddrStorage, getpeername, getsockname, getsockopt, setsockopt, sockopt,
};

use crate::args::Config;
use crate::error::Error;
use crate::net::listener::{self, Listener};
use crate::service::{Service, Transport};
use crate::sys;

/// The names (`FileDescriptorName=`, systemd.socket(5)) of sockets that serve the Time Protocol, and NTP.
const TIME: &str = "time";
const NTP: &str = "ntp";

/// What somebody else has opened.
#[derive(Debug)]
pub enum Passed {
    /// Sockets to serve until the server is stopped.
    Listeners(Vec<Listener>),
    /// One client.
    Connection(Connection),
}

/// A client that somebody else has accepted.
#[derive(Debug)]
pub struct Connection {
    /// Its socket.
    pub socket: OwnedFd,
    /// Its address.
    pub peer: SocketAddr,
    /// What it is served.
    pub service: Service,
}

impl Connection {
    /// The connection that a socket is, if it is one.
    pub(crate) fn of(socket: &impl AsFd, config: &Config) -> Option<Self> {
        let socket = socket.as_fd();
        let is_stream = getsockopt(&socket, sockopt::SockType) == Ok(SockType::Stream);
        let own: SockaddrStorage = getsockname(socket.as_raw_fd()).ok().filter(|_| is_stream)?;
        let peer: SockaddrStorage = getpeername(socket.as_raw_fd()).ok()?;
        Some(Self {
            socket: socket.try_clone_to_owned().ok()?,
            peer: sys::socket_address(&peer)?,
            service: service_at(sys::socket_address(&own), SockType::Stream, config),
        })
    }
}

/// What is served at an address, where no name says it.
pub(crate) fn service_at(address: Option<SocketAddr>, kind: SockType, config: &Config) -> Service {
    let port = address.map(|at| at.port());
    match port {
        Some(_) if port == config.time_port => Service::Time,
        Some(_) if port == config.ntp_port && kind == SockType::Datagram => Service::Ntp,
        _ => Service::Daytime,
    }
}

/// What was passed, ready to be served; none if no service manager has passed anything.
///
/// # Errors
/// A socket cannot be served.
pub fn passed(config: &Config) -> Result<Option<Passed>, Error> {
    let passed = sys::passed_sockets().map_err(Error::Activation)?;
    if let [(socket, _name)] = passed.as_slice()
        && let Some(connection) = Connection::of(socket, config)
    {
        return Ok(Some(Passed::Connection(connection)));
    }
    let adopt = |(socket, name): (OwnedFd, String)| {
        let fd = socket.as_raw_fd();
        let service = match name.as_str() {
            TIME => Service::Time,
            NTP => Service::Ntp,
            _ => Service::Daytime,
        };
        adopt(socket, service).map_err(|problem| Error::Passed { fd, name, problem })
    };
    let mut listeners: Vec<Listener> = passed.into_iter().map(adopt).collect::<Result<_, _>>()?;
    // The first one's port is logged as the server's.
    listeners.sort_by_key(|listener| listener.service);
    if listeners.is_empty() {
        return Ok(None);
    }
    if config.names_sockets() {
        tracing::warn!(
            "--ntp-port, --port, --bind, --udp and --time-port count for nothing: the service manager passed the \
             sockets; its ListenStream= and ListenDatagram= say where they are."
        );
    }
    Ok(Some(Passed::Listeners(listeners)))
}

/// A socket that somebody else has opened, ready to be served.
///
/// # Errors
/// It cannot be served; the text says why not.
pub(crate) fn adopt(socket: OwnedFd, service: Service) -> Result<Listener, String> {
    let cannot = |errno: Errno| format!("it cannot be used: {}", errno.desc());
    let is_unserved = |what: &str| Err(format!("it is {what}"));
    let kind = match getsockopt(&socket, sockopt::SockType) {
        Err(Errno::ENOTSOCK) => return is_unserved("no socket"),
        kind => kind.map_err(cannot)?,
    };
    let bound: SockaddrStorage = getsockname(socket.as_raw_fd()).map_err(cannot)?;
    let Some(address) = sys::socket_address(&bound) else {
        return is_unserved("neither an IPv4 nor an IPv6 socket: write ListenStream=PORT");
    };
    let transport = match kind {
        SockType::Stream if !getsockopt(&socket, sockopt::AcceptConn).map_err(cannot)? => {
            return is_unserved(
                "no listening socket; a connection is served alone: write Accept=no",
            );
        }
        SockType::Stream if service == Service::Ntp => {
            return is_unserved("for TCP, and NTP is served by UDP: write ListenDatagram=PORT");
        }
        SockType::Stream => Transport::Tcp,
        SockType::Datagram if address.port() == 0 => {
            return is_unserved("bound to no port: write ListenDatagram=PORT");
        }
        SockType::Datagram => Transport::Udp,
        _ => return is_unserved("for neither TCP nor UDP: write ListenStream= or ListenDatagram="),
    };
    prepare(&socket, transport, service, &bound).map_err(cannot)?;
    Ok(Listener { socket, address, transport, service, is_own: false })
}

/// Sets what [`listener::open`] sets; close-on-exec was set when the socket was taken.
fn prepare(
    socket: &OwnedFd,
    transport: Transport,
    service: Service,
    bound: &SockaddrStorage,
) -> nix::Result<()> {
    let flags = OFlag::from_bits_retain(fcntl(socket, FcntlArg::F_GETFL)?);
    fcntl(socket, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
    let is_v6 = bound.as_sockaddr_in6().is_some();
    if transport == Transport::Udp {
        listener::enable_packet_info(socket, is_v6, service)?;
        if is_v6 && !getsockopt(socket, sockopt::Ipv6V6Only)? {
            // A socket of both families: the packet information of an IPv4 request is IPv4's.
            setsockopt(&socket.as_fd(), sockopt::Ipv4PacketInfo, &true)?;
        }
    }
    Ok(())
}
