//! Opens the sockets: socket, bind, and for TCP listen. Why that failed is worded in [`crate::error`]; sockets that a service
//! manager has opened are [`crate::net::activation`]'s.
//!
//! By default it opens one socket for IPv4 and one for IPv6 alone, not one for both: then IPv4 clients have their IPv4
//! address, and it is clear which of the two could not be opened.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockProtocol, SockType, SockaddrStorage, bind, getsockname,
    listen, setsockopt, socket, sockopt,
};

use crate::args::Config;
use crate::error::Error;
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
    let open = |port, service| open_service(&config.bind, port, transports, service);
    let mut listeners = open(config.port, Service::Daytime)?;
    if let Some(port) = config.time_port {
        listeners.extend(open(port, Service::Time)?);
    }
    Ok(listeners)
}

/// Opens one service's sockets; port 0 becomes the same free port on each.
fn open_service(
    addresses: &[IpAddr],
    port: u16,
    transports: &[Transport],
    service: Service,
) -> Result<Vec<Listener>, Error> {
    let everywhere = [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
    let open_all = || {
        let mut listeners: Vec<Listener> = Vec::new();
        let all = if addresses.is_empty() { &everywhere } else { addresses };
        for (ip, transport) in all.iter().flat_map(|ip| transports.iter().map(move |t| (*ip, *t))) {
            let port = listeners.first().map_or(port, |first| first.address.port());
            match open_one(SocketAddr::new(ip, port), transport, service) {
                // The user has not named this address: the machine may have no IPv6, or no IPv4.
                Err(error) if addresses.is_empty() && is_absent(&error) => {}
                listener => listeners.push(listener?),
            }
        }
        if listeners.is_empty() { Err(Error::NoAddressFamily) } else { Ok(listeners) }
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
        Errno::EACCES | Errno::EPERM => Error::Privileged { port: address.port(), service },
        Errno::EADDRNOTAVAIL => Error::NoSuchAddress(address),
        errno => Error::Listen { address, errno },
    };
    let socket = match transport {
        Transport::Tcp => tcp(address),
        Transport::Udp => udp(address),
    };
    let socket = socket.map_err(explain)?;
    let bound: SockaddrStorage = getsockname(socket.as_raw_fd()).map_err(explain)?;
    let address = sys::socket_address(&bound).unwrap_or(address);
    Ok(Listener { socket, address, transport, service })
}

fn tcp(address: SocketAddr) -> nix::Result<OwnedFd> {
    let socket = unbound(address, SockType::Stream, SockProtocol::Tcp)?;
    // Without it a restart would fail while connections of the last run are in TIME-WAIT, tcp(7), socket(7).
    setsockopt(&socket, sockopt::ReuseAddr, &true)?;
    bind(socket.as_raw_fd(), &SockaddrStorage::from(address))?;
    // The kernel caps this at net.core.somaxconn, listen(2).
    listen(&socket, Backlog::MAXALLOWABLE)?;
    Ok(socket)
}

fn udp(address: SocketAddr) -> nix::Result<OwnedFd> {
    let socket = unbound(address, SockType::Datagram, SockProtocol::Udp)?;
    enable_packet_info(&socket, address.is_ipv6())?;
    bind(socket.as_raw_fd(), &SockaddrStorage::from(address))?;
    Ok(socket)
}

/// Asks for the address that each request was sent to, because the reply must come from there, ip(7), ipv6(7).
pub(crate) fn enable_packet_info(socket: &OwnedFd, is_v6: bool) -> nix::Result<()> {
    if is_v6 {
        setsockopt(socket, sockopt::Ipv6RecvPacketInfo, &true)
    } else {
        setsockopt(socket, sockopt::Ipv4PacketInfo, &true)
    }
}

fn unbound(address: SocketAddr, kind: SockType, protocol: SockProtocol) -> nix::Result<OwnedFd> {
    let family = if address.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
    let socket = socket(family, kind, flags, protocol)?;
    if address.is_ipv6() {
        setsockopt(&socket, sockopt::Ipv6V6Only, &true)?;
    }
    Ok(socket)
}
