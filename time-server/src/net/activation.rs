//! Sockets that a service manager has opened and passed, `sd_listen_fds`(3): whether each can be served, and
//! as what. The manager keeps its own copies: who waits in a queue when this process ends is answered by the
//! next one, so nobody is refused. For the same reason nothing here may ever be shut down, only closed.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::socket::{SockType, SockaddrStorage, getsockname, getsockopt, setsockopt, sockopt};

use crate::args::Config;
use crate::error::Error;
use crate::net::listener::{self, Listener};
use crate::service::{Service, Transport};
use crate::sys;

/// The name (`FileDescriptorName=`, systemd.socket(5)) of a socket that serves the Time Protocol.
const TIME: &str = "time";

/// The sockets that were passed, ready to be served; none when no service manager has opened any.
///
/// # Errors
/// One of them cannot be served.
pub fn listeners(config: &Config) -> Result<Vec<Listener>, Error> {
    let passed = sys::passed_sockets().map_err(Error::Activation)?;
    let adopt = |(socket, name): (OwnedFd, String)| {
        let fd = socket.as_raw_fd();
        adopt(socket, &name).map_err(|problem| Error::Passed { fd, name, problem })
    };
    let mut listeners: Vec<Listener> = passed.into_iter().map(adopt).collect::<Result<_, _>>()?;
    // The one that is told as the server's port comes first.
    listeners.sort_by_key(|listener| listener.service == Service::Time);
    if !listeners.is_empty() && config.names_sockets() {
        tracing::warn!(
            "--port, --bind, --udp and --time-port count for nothing: the service manager passed the \
             sockets; its ListenStream= and ListenDatagram= say where they are."
        );
    }
    Ok(listeners)
}

fn adopt(socket: OwnedFd, name: &str) -> Result<Listener, String> {
    let cannot = |errno: Errno| format!("which cannot be used: {}", errno.desc());
    let is_unserved = |what: &str| Err(format!("which is {what}"));
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
            return is_unserved("a connection, no listening socket: write Accept=no");
        }
        SockType::Stream => Transport::Tcp,
        SockType::Datagram if address.port() == 0 => {
            return is_unserved("bound to no port: write ListenDatagram=PORT");
        }
        SockType::Datagram => Transport::Udp,
        _ => return is_unserved("for neither TCP nor UDP: write ListenStream= or ListenDatagram="),
    };
    prepare(&socket, transport, &bound).map_err(cannot)?;
    let service = if name == TIME { Service::Time } else { Service::Daytime };
    Ok(Listener { socket, address, transport, service })
}

/// Makes it what [`listener::open`] makes; close-on-exec it is already.
fn prepare(socket: &OwnedFd, transport: Transport, bound: &SockaddrStorage) -> nix::Result<()> {
    let flags = OFlag::from_bits_retain(fcntl(socket, FcntlArg::F_GETFL)?);
    fcntl(socket, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
    let is_v6 = bound.as_sockaddr_in6().is_some();
    if transport == Transport::Udp {
        listener::tell_addresses(socket, is_v6)?;
        if is_v6 && !getsockopt(socket, sockopt::Ipv6V6Only)? {
            // The socket of both families: requests by IPv4 bring their address as IPv4 has it.
            setsockopt(&socket.as_fd(), sockopt::Ipv4PacketInfo, &true)?;
        }
    }
    Ok(())
}
