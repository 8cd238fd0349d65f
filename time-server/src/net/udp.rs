//! One datagram in, one out (RFC 867, RFC 868), and whom never to answer.
//!
//! Two servers that answer each other's answers go on for ever (CERT CA-1996-01, CVE-2024-2169). So only
//! ephemeral ports of unicast addresses are answered, and only what was sent to this machine alone. A server
//! on a high port is still possible: the limit on each source's rate then bounds the loop; it cannot end it.

use std::io::{IoSlice, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::fd::{AsRawFd, BorrowedFd};

use nix::libc;
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, sendmsg,
};

use crate::sys;

/// The longest reply: what every path on the internet carries in one piece, and no gift to who amplifies.
pub const LONGEST: usize = 512;

/// The first port that a client may ask from: those below belong to services (RFC 6335 §6).
const FIRST_EPHEMERAL: u16 = 1024;

/// A request: who asked, and at which of our addresses.
#[derive(Debug)]
pub struct Request {
    /// Who asked.
    pub peer: SocketAddr,
    asked: Asked,
}

/// The address at which a request arrived, which the reply must come from.
#[derive(Debug, Clone, Copy)]
enum Asked {
    V4(libc::in_pktinfo),
    V6(libc::in6_pktinfo),
}

/// Takes the next request from the socket; what it says does not matter (RFC 867).
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
    let mut asked = None;
    for control in message.cmsgs()? {
        match control {
            // A socket of both families tells of an IPv4 request twice; this one knows a broadcast.
            ControlMessageOwned::Ipv4PacketInfo(info) => asked = Some(Asked::V4(complete(info))),
            ControlMessageOwned::Ipv6PacketInfo(info) if asked.is_none() => {
                asked = Some(Asked::V6(info));
            }
            _ => {}
        }
    }
    let peer = message.address.as_ref().and_then(sys::socket_address);
    let (Some(peer), Some(asked)) = (peer, asked) else { return Err(nix::errno::Errno::EPROTO) };
    Ok(Request { peer, asked })
}

/// A request that came before anybody asked for its address (to a passed socket, while no server ran) tells
/// where it was sent to alone: then the reply is to come from there, and from a broadcast address the kernel
/// sends none.
fn complete(info: libc::in_pktinfo) -> libc::in_pktinfo {
    if info.ipi_spec_dst.s_addr == 0 {
        libc::in_pktinfo { ipi_spec_dst: info.ipi_addr, ..info }
    } else {
        info
    }
}

/// Sends the reply from the address that was asked.
///
/// # Errors
/// Those of sendmsg(2); EAGAIN when the socket's buffer is full: the reply is lost, as datagrams may be.
pub fn reply(socket: BorrowedFd<'_>, request: &Request, text: &[u8]) -> nix::Result<()> {
    let (v4, v6);
    let from = match request.asked {
        Asked::V4(info) => {
            v4 = libc::in_pktinfo { ipi_ifindex: 0, ..info };
            ControlMessage::Ipv4PacketInfo(&v4)
        }
        Asked::V6(info) => {
            v6 = info;
            ControlMessage::Ipv6PacketInfo(&v6)
        }
    };
    let text = [IoSlice::new(&text[..text.len().min(LONGEST)])];
    let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
    let to = SockaddrStorage::from(request.peer);
    sendmsg(socket.as_raw_fd(), &text, &[from], flags, Some(&to)).map(drop)
}

impl Request {
    /// Whether it may be answered; `own_ports` are those that this server answers itself.
    #[must_use]
    pub fn is_answerable(&self, own_ports: &[u16]) -> bool {
        let was_for_us_alone = match self.asked {
            // The kernel names the address that it would answer from: another one for a broadcast, ip(7).
            Asked::V4(info) => info.ipi_addr.s_addr == info.ipi_spec_dst.s_addr,
            Asked::V6(info) => info.ipi6_addr.s6_addr[0] != 0xff,
        };
        was_for_us_alone && may_be_a_client(self.peer, own_ports)
    }
}

/// Whether an address can belong to a client rather than to a server or to nobody.
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
