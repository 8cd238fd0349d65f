//! Opens the sockets: socket, bind, and for TCP listen. Why that failed is worded in [`crate::error`]; sockets that a service
//! manager has opened are [`crate::net::activation`]'s.
//!
//! By default it opens one socket for IPv4 and one for IPv6 alone, not one for both: then IPv4 clients have their IPv4
//! address, and it is clear which of the two could not be opened.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockProtocol, SockType, SockaddrStorage, bind, getsockname,
    listen, setsockopt, socket, sockopt,
};

use crate::args::Config;
use crate::error::{Error, is_privileged};
use crate::service::{Service, Transport};
use crate::sys;

/// How many free ports are tried: the port that the first socket got may be taken for another one.
const PORT_TRIES: u32 = 16;

/// An open socket, what is served there and how.
#[derive(Debug)]
pub struct Listener {
    /// The socket, non-blocking.
    pub socket: OwnedFd,
    /// Where it is.
    pub address: SocketAddr,
    /// How clients send their requests.
    pub transport: Transport,
    /// What is served.
    pub service: Service,
    /// Whether nobody else has this socket: clients in the queue when it is closed would be reset.
    pub is_own: bool,
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let udp = if self.transport == Transport::Udp { " (UDP)" } else { "" };
        write!(f, "{}{udp}", self.address)
    }
}

/// Opens all that the configuration asks for, on each of its addresses or on all.
///
/// # Errors
/// A port is taken or privileged, or an address is none of this machine's.
pub fn open(config: &Config) -> Result<Vec<Listener>, Error> {
    let transports: &[Transport] =
        if config.udp { &[Transport::Tcp, Transport::Udp] } else { &[Transport::Tcp] };
    let open = |port, transports, service| open_service(&config.bind, port, transports, service);
    let mut listeners = open(config.port, transports, Service::Daytime)?;
    if let Some(port) = config.time_port {
        listeners.extend(open(port, transports, Service::Time)?);
    }
    if let Some(port) = config.ntp_port {
        listeners.extend(open(port, &[Transport::Udp], Service::Ntp)?);
    }
    let has = |is_ipv4| listeners.iter().any(|one| one.address.is_ipv4() == is_ipv4);
    for (name, is_ipv4) in [("IPv4", true), ("IPv6", false)] {
        if config.bind.is_empty() && !has(is_ipv4) {
            tracing::info!("{name} is off here, so it is not served.");
        }
    }
    Ok(listeners)
}

/// Opens one service's sockets; port 0 becomes the same free port on each.
fn open_service(
    addresses: &[SocketAddr],
    port: u16,
    transports: &[Transport],
    service: Service,
) -> Result<Vec<Listener>, Error> {
    let everywhere = [(Ipv4Addr::UNSPECIFIED, 0).into(), (Ipv6Addr::UNSPECIFIED, 0).into()];
    let open_all = || {
        let mut listeners: Vec<Listener> = Vec::new();
        let mut absent = Error::NoAddressFamily;
        let all = if addresses.is_empty() { &everywhere } else { addresses };
        for (mut address, transport) in
            all.iter().flat_map(|address| transports.iter().map(move |t| (*address, *t)))
        {
            address.set_port(listeners.first().map_or(port, |first| first.address.port()));
            match open_one(address, transport, service) {
                // The user has not named this address: the machine may have no IPv6, or no IPv4, or forbid it.
                Err(error @ Error::Forbidden { .. }) if addresses.is_empty() => absent = error,
                Err(error) if addresses.is_empty() && is_absent(&error) => {}
                listener => listeners.push(listener?),
            }
        }
        if listeners.is_empty() { Err(absent) } else { Ok(listeners) }
    };
    for _ in 1..PORT_TRIES {
        match open_all() {
            // Free for the first socket, but taken for another one: try another port.
            Err(Error::InUse { .. }) if port == 0 => {}
            result => return result,
        }
    }
    open_all()
}

fn is_absent(error: &Error) -> bool {
    matches!(error, Error::NoSuchAddress(_) | Error::Listen { errno: Errno::EAFNOSUPPORT, .. })
}

fn open_one(
    address: SocketAddr,
    transport: Transport,
    service: Service,
) -> Result<Listener, Error> {
    let explain = |errno| match errno {
        Errno::EADDRINUSE => Error::InUse { address, transport, service },
        Errno::EACCES if is_privileged(address.port()) => {
            Error::Privileged { port: address.port(), service }
        }
        Errno::EACCES | Errno::EPERM => Error::Forbidden { address, errno },
        Errno::EADDRNOTAVAIL => Error::NoSuchAddress(address),
        errno => Error::Listen { address, errno },
    };
    let socket = unbound(address, transport).map_err(|errno| match errno {
        // Not about the port, which the kernel has not seen.
        Errno::EACCES | Errno::EPERM => Error::Forbidden { address, errno },
        errno => explain(errno),
    })?;
    let opened = match transport {
        Transport::Tcp => open_tcp(&socket, address),
        Transport::Udp => open_udp(&socket, address, service),
    };
    opened.map_err(explain)?;
    let bound: SockaddrStorage = getsockname(socket.as_raw_fd()).map_err(explain)?;
    let address = sys::socket_address(&bound).unwrap_or(address);
    Ok(Listener { socket, address, transport, service, is_own: true })
}

fn open_tcp(socket: &OwnedFd, address: SocketAddr) -> nix::Result<()> {
    // Without it a restart would fail while connections of the last run are in TIME-WAIT, tcp(7), socket(7).
    setsockopt(socket, sockopt::ReuseAddr, &true)?;
    bind(socket.as_raw_fd(), &SockaddrStorage::from(address))?;
    // The kernel caps this at net.core.somaxconn, listen(2).
    listen(socket, Backlog::MAXALLOWABLE)
}

fn open_udp(socket: &OwnedFd, address: SocketAddr, service: Service) -> nix::Result<()> {
    enable_packet_info(socket, address.is_ipv6(), service)?;
    bind(socket.as_raw_fd(), &SockaddrStorage::from(address))
}

/// Asks for the address that each request was sent to, because the reply must come from there, ip(7), ipv6(7); for NTP also
/// for the time at which the kernel got it, socket(7).
pub(crate) fn enable_packet_info(
    socket: &OwnedFd,
    is_v6: bool,
    service: Service,
) -> nix::Result<()> {
    if service == Service::Ntp {
        setsockopt(socket, sockopt::ReceiveTimestampns, &true)?;
    }
    if is_v6 {
        setsockopt(socket, sockopt::Ipv6RecvPacketInfo, &true)
    } else {
        setsockopt(socket, sockopt::Ipv4PacketInfo, &true)
    }
}

fn unbound(address: SocketAddr, transport: Transport) -> nix::Result<OwnedFd> {
    let (kind, protocol) = match transport {
        Transport::Tcp => (SockType::Stream, SockProtocol::Tcp),
        Transport::Udp => (SockType::Datagram, SockProtocol::Udp),
    };
    let family = if address.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
    let socket = socket(family, kind, flags, protocol)?;
    if address.is_ipv6() {
        setsockopt(&socket, sockopt::Ipv6V6Only, &true)?;
    }
    Ok(socket)
}
