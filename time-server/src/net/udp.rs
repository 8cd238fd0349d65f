//! Datagrams in, as many out (RFC 867, RFC 868), and which senders are never answered.
//!
//! Two servers that answer each other's replies never stop (CERT CA-1996-01, CVE-2024-2169). So a request is answered
//! only if it comes from an ephemeral port of a unicast address, and was sent to this host alone. A loop with a server on a
//! high port is still possible; the limit on the rate of each source bounds it, but does not end it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::fd::BorrowedFd;

use nix::errno::Errno;
use nix::libc;

use crate::sys::{self, BATCH, Datagrams, PacketInfo};

/// The longest reply, in bytes: too short to be fragmented (RFC 1122 §3.3.3), and of little use for amplification attacks.
pub const LONGEST: usize = 512;

/// The first port that a client may send from: those below belong to services (RFC 6335 §6).
const FIRST_EPHEMERAL: u16 = 1024;

/// A request: its sender, and the address that it was sent to, which the reply must come from.
#[derive(Debug, Clone, Copy)]
pub struct Request {
    /// The sender.
    pub peer: SocketAddr,
    destination: PacketInfo,
}

/// Receives and answers some requests at a time, for a system call costs more than the rest.
#[derive(Debug)]
pub struct Requests {
    datagrams: Box<Datagrams>,
    /// Those that were received last and have not been refused.
    pub waiting: Vec<Request>,
}

impl Default for Requests {
    fn default() -> Self {
        Self { datagrams: Box::new(Datagrams::new()), waiting: Vec::with_capacity(BATCH) }
    }
}

impl Requests {
    /// Takes the next requests from the socket; their content does not matter (RFC 867). Returns how many datagrams came; one
    /// without its addresses does not wait.
    ///
    /// # Errors
    /// Those of recvmmsg(2); EAGAIN when there is none.
    pub fn receive(&mut self, socket: BorrowedFd<'_>) -> nix::Result<usize> {
        self.waiting.clear();
        let count = self.datagrams.receive(socket)?;
        let requests = (0..count).filter_map(|index| {
            // A socket of both families has both for an IPv4 request; only IPv4's shows a broadcast.
            let mut infos = self.datagrams.packet_infos(index);
            let first = infos.next()?;
            let destination = match (first, infos.next()) {
                (_, Some(PacketInfo::V4(info))) | (PacketInfo::V4(info), _) => {
                    PacketInfo::V4(for_reply(info))
                }
                (info, _) => info,
            };
            Some(Request { peer: self.datagrams.peer(index)?, destination })
        });
        self.waiting.extend(requests);
        Ok(count)
    }

    /// Sends the reply to each that waits, from the address that it was sent to; reports what became of each.
    ///
    /// A reply that is longer than [`LONGEST`] is not sent: a part of it may mean another time.
    pub fn reply(
        &self,
        socket: BorrowedFd<'_>,
        text: &[u8],
        mut report: impl FnMut(SocketAddr, nix::Result<()>),
    ) {
        let mut left = self.waiting.as_slice();
        while let Some(first) = left.first() {
            let replies = left.iter().map(|request| (request.peer, request.destination));
            let sent = if text.len() > LONGEST {
                Err(Errno::EMSGSIZE)
            } else {
                sys::send_to_each(socket, text, replies)
            };
            // An error is about the first one. EAGAIN, when the socket's buffer is full: the reply is lost, as datagrams may be.
            if let Err(errno) = sent {
                report(first.peer, Err(errno));
            }
            let (done, rest) = left.split_at(sent.map_or(1, |sent| sent.clamp(1, left.len())));
            if sent.is_ok() {
                done.iter().for_each(|request| report(request.peer, Ok(())));
            }
            left = rest;
        }
    }
}

/// What the reply is sent with. The kernel does not know the local address of a request that came before `IP_PKTINFO` was
/// set (to a passed socket, while no server ran): then the reply is sent from the destination, and if that is a broadcast
/// address, the kernel refuses. Interface 0 leaves the interface to the routing table.
fn for_reply(info: libc::in_pktinfo) -> libc::in_pktinfo {
    let is_unknown = info.ipi_spec_dst.s_addr == 0;
    let local = if is_unknown { info.ipi_addr } else { info.ipi_spec_dst };
    libc::in_pktinfo { ipi_ifindex: 0, ipi_spec_dst: local, ..info }
}

impl Request {
    /// Whether it may be answered; `own_ports` are the ports of this server.
    #[must_use]
    pub fn is_answerable(&self, own_ports: &[u16]) -> bool {
        let is_for_this_host = match self.destination {
            // `ipi_spec_dst` is the local address: for a broadcast it is not the destination, ip(7).
            PacketInfo::V4(info) => info.ipi_addr.s_addr == info.ipi_spec_dst.s_addr,
            PacketInfo::V6(info) => info.ipi6_addr.s6_addr[0] != 0xff,
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
