//! One datagram in, one out (RFC 867, RFC 868), and which senders are never answered.
//!
//! Two servers that answer each other's replies never stop (CERT CA-1996-01, CVE-2024-2169). So a request is answered
//! only if it comes from an ephemeral port of a unicast address, and was sent to this host alone. A loop with a server on a
//! high port is still possible; the limit on the rate of each source bounds it, but does not end it.

use std::io::{IoSlice, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::fd::{AsRawFd, BorrowedFd};

use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, sendmsg,
};

use crate::sys;

/// The longest reply, in bytes: too short to be fragmented (RFC 1122 §3.3.3), and of little use for amplification attacks.
pub const LONGEST: usize = 512;

/// The first port that a client may send from: those below belong to services (RFC 6335 §6).
const FIRST_EPHEMERAL: u16 = 1024;

/// A request: its sender, and the address that it was sent to.
#[derive(Debug)]
pub struct Request {
    /// The sender.
    pub peer: SocketAddr,
    destination: Destination,
}

/// The address that a request was sent to, which the reply must come from.
#[derive(Debug, Clone, Copy)]
enum Destination {
    V4(libc::in_pktinfo),
    V6(libc::in6_pktinfo),
}

/// Takes the next request from the socket; its content does not matter (RFC 867).
///
/// # Errors
/// Those of recvmsg(2); EAGAIN when there is none; EPROTO for one without its addresses.
pub fn receive(socket: BorrowedFd<'_>) -> nix::Result<Request> {
    let mut control = nix::cmsg_space!(libc::in6_pktinfo, libc::in_pktinfo);
    let mut nothing = [0_u8; 1];
    let mut buffers = [IoSliceMut::new(&mut nothing)];
    let flags = MsgFlags::MSG_DONTWAIT;
    let message =
        recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut buffers, Some(&mut control), flags)?;
    let mut destination = None;
    for control in message.cmsgs()? {
        match control {
            // A socket of both families has both for an IPv4 request; only this one shows a broadcast.
            ControlMessageOwned::Ipv4PacketInfo(info) => {
                destination = Some(Destination::V4(for_reply(info)));
            }
            ControlMessageOwned::Ipv6PacketInfo(info) if destination.is_none() => {
                destination = Some(Destination::V6(info));
            }
            _ => {}
        }
    }
    let peer = message.address.as_ref().and_then(sys::socket_address);
    let (Some(peer), Some(destination)) = (peer, destination) else {
        return Err(Errno::EPROTO);
    };
    Ok(Request { peer, destination })
}

/// What the reply is sent with. The kernel does not know the local address of a request that came before `IP_PKTINFO` was
/// set (to a passed socket, while no server ran): then the reply is sent from the destination, and if that is a broadcast
/// address, the kernel refuses. Interface 0 leaves the interface to the routing table.
fn for_reply(info: libc::in_pktinfo) -> libc::in_pktinfo {
    let is_unknown = info.ipi_spec_dst.s_addr == 0;
    let local = if is_unknown { info.ipi_addr } else { info.ipi_spec_dst };
    libc::in_pktinfo { ipi_ifindex: 0, ipi_spec_dst: local, ..info }
}

/// Sends the reply from the address that the request was sent to.
///
/// # Errors
/// Those of sendmsg(2); EAGAIN when the socket's buffer is full: the reply is lost, as datagrams may be. EMSGSIZE for one that
/// is longer than [`LONGEST`]: a part of it may mean another time.
pub fn reply(socket: BorrowedFd<'_>, request: &Request, text: &[u8]) -> nix::Result<()> {
    let from = match &request.destination {
        Destination::V4(info) => ControlMessage::Ipv4PacketInfo(info),
        Destination::V6(info) => ControlMessage::Ipv6PacketInfo(info),
    };
    if text.len() > LONGEST {
        return Err(Errno::EMSGSIZE);
    }
    let text = [IoSlice::new(text)];
    let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
    let to = SockaddrStorage::from(request.peer);
    sendmsg(socket.as_raw_fd(), &text, &[from], flags, Some(&to)).map(drop)
}

impl Request {
    /// Whether it may be answered; `own_ports` are the ports of this server.
    #[must_use]
    pub fn is_answerable(&self, own_ports: &[u16]) -> bool {
        let is_for_this_host = match self.destination {
            // `ipi_spec_dst` is the local address: for a broadcast it is not the destination, ip(7).
            Destination::V4(info) => info.ipi_addr.s_addr == info.ipi_spec_dst.s_addr,
            Destination::V6(info) => info.ipi6_addr.s6_addr[0] != 0xff,
        };
        is_for_this_host && may_be_a_client(self.peer, own_ports)
    }
}

/// Whether an address can be a client's: not a server's, and not that of many hosts or of none.
fn may_be_a_client(peer: SocketAddr, own_ports: &[u16]) -> bool {
    let is_unicast = match peer.ip() {
        IpAddr::V4(v4) => !v4.is_multicast() && v4 != Ipv4Addr::BROADCAST && !v4.is_unspecified(),
        IpAddr::V6(v6) => !v6.is_multicast() && !v6.is_unspecified(),
    };
    is_unicast && peer.port() >= FIRST_EPHEMERAL && !own_ports.contains(&peer.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ephemeral_ports_of_unicast_addresses_are_answered() {
        let may = |peer: &str| may_be_a_client(peer.parse().unwrap(), &[55555]);
        assert!(may("192.0.2.1:1024"));
        assert!(may("[2001:db8::1]:65535"));
        for peer in [
            "192.0.2.1:7",
            "192.0.2.1:13",
            "192.0.2.1:19",
            "192.0.2.1:37",
            "192.0.2.1:1023",
            "192.0.2.1:0",
            "192.0.2.1:55555",
            "224.0.0.1:4000",
            "255.255.255.255:4000",
            "0.0.0.0:4000",
            "[ff02::1]:4000",
            "[::]:4000",
        ] {
            assert!(!may(peer), "{peer}");
        }
    }
}
