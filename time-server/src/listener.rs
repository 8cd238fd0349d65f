//! Opens the listening sockets: socket, bind, listen.
//!
//! By default two sockets, one for IPv4 and one for IPv6 alone: more than one dual-stack socket says, and
//! IPv4 peers show their real address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::{
    self, AddressFamily, Backlog, SockFlag, SockProtocol, SockType, SockaddrStorage, bind,
    getsockname, listen, setsockopt, sockopt,
};

use crate::error::Error;
use crate::sys;

/// How often another free port is tried when the one that IPv4 got is taken on IPv6.
const PORT_TRIES: u32 = 16;

/// A listening socket and its address.
#[derive(Debug)]
pub struct Listener {
    /// The socket, non-blocking.
    pub socket: OwnedFd,
    /// Where it listens.
    pub address: SocketAddr,
}

/// Listens on `port` of each address, or of all if none is given; port 0 is the same free port on each.
///
/// # Errors
/// The port is taken or privileged, or an address is none of this machine's.
pub fn open(addresses: &[IpAddr], port: u16) -> Result<Vec<Listener>, Error> {
    for _ in 1..PORT_TRIES {
        match open_once(addresses, port) {
            // The free port of the first address is taken on another: try the next free one.
            Err(Error::InUse(_)) if port == 0 => {}
            result => return result,
        }
    }
    open_once(addresses, port)
}

fn open_once(addresses: &[IpAddr], port: u16) -> Result<Vec<Listener>, Error> {
    if addresses.is_empty() {
        let v4 = open_one(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), port));
        let port = v4.as_ref().map_or(port, |v4| v4.address.port());
        let v6 = open_one(SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), port));
        return match (v4, v6) {
            (Ok(v4), Err(error)) if is_absent(&error) => Ok(vec![v4]),
            (Err(error), Ok(v6)) if is_absent(&error) => Ok(vec![v6]),
            (v4, v6) => Ok(vec![v4?, v6?]),
        };
    }
    let mut listeners: Vec<Listener> = Vec::with_capacity(addresses.len());
    for ip in addresses {
        let port = listeners.first().map_or(port, |first| first.address.port());
        listeners.push(open_one(SocketAddr::new(*ip, port))?);
    }
    Ok(listeners)
}

/// Whether the machine simply has no such address family (IPv6 is often switched off).
fn is_absent(error: &Error) -> bool {
    matches!(error, Error::NoSuchAddress(_) | Error::Listen { errno: Errno::EAFNOSUPPORT, .. })
}

fn open_one(address: SocketAddr) -> Result<Listener, Error> {
    let explain = |errno| match errno {
        Errno::EADDRINUSE => Error::InUse(address),
        Errno::EACCES | Errno::EPERM => Error::Privileged(address.port()),
        Errno::EADDRNOTAVAIL => Error::NoSuchAddress(address),
        errno => Error::Listen { address, errno },
    };
    let socket = listening(address).map_err(explain)?;
    let bound: SockaddrStorage = getsockname(socket.as_raw_fd()).map_err(explain)?;
    Ok(Listener { socket, address: sys::socket_address(&bound).unwrap_or(address) })
}

fn listening(address: SocketAddr) -> nix::Result<OwnedFd> {
    let family = if address.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
    let socket = socket::socket(family, SockType::Stream, flags, SockProtocol::Tcp)?;
    // A restart must not wait for the last run's connections in TIME_WAIT, socket(7).
    setsockopt(&socket, sockopt::ReuseAddr, &true)?;
    if address.is_ipv6() {
        setsockopt(&socket, sockopt::Ipv6V6Only, &true)?;
    }
    bind(socket.as_raw_fd(), &SockaddrStorage::from(address))?;
    // The kernel caps this at net.core.somaxconn, listen(2).
    listen(&socket, Backlog::MAXALLOWABLE)?;
    Ok(socket)
}
