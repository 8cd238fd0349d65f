//! Datagrams in, as many out (RFC 867, RFC 868, NTP), and which senders are never answered.
//!
//! Two servers that answer each other's replies never stop (CERT CA-1996-01, CVE-2024-2169). So a request is answered
//! only if it comes from an ephemeral port of a unicast address, and was sent to this host alone. A loop with a server on a
//! high port is still possible; the limit on the rate of each source bounds it, but does not end it. In NTP no reply is a
//! request, and its clients may ask from its own port.

use std::io::IoSlice;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::fd::{AsRawFd, BorrowedFd};

use chrono::{DateTime, Utc};
use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{ControlMessage, MsgFlags, SockaddrStorage, sendmsg};

use crate::reply::clock::instant;
use crate::service::{NTP_PORT, Service};
use crate::sys::datagrams::{BATCH, Datagrams, PacketInfo, send_to_each};

/// The longest reply, in bytes: too short to be fragmented (RFC 1122 §3.3.3), and of little use for amplification attacks.
pub const LONGEST: usize = 512;

/// The first port that a client may send from: those below belong to services (RFC 6335 §6).
const FIRST_EPHEMERAL: u16 = 1024;

/// A request: its sender, and the address that it was sent to, which the reply must come from.
#[derive(Debug, Clone, Copy)]
pub struct Request {
    /// The sender.
    pub peer: SocketAddr,
    /// When it arrived, on a socket that was prepared for that.
    pub arrived: Option<DateTime<Utc>>,
    destination: PacketInfo,
    /// Which of the datagrams it is.
    index: usize,
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
    /// Takes the next requests from the socket. Returns how many datagrams came; one without its addresses does not wait.
    ///
    /// # Errors
    /// Those of recvmmsg(2); EAGAIN when there is none.
    pub fn receive(&mut self, socket: BorrowedFd<'_>) -> nix::Result<usize> {
        self.waiting.clear();
        let count = self.datagrams.receive(socket)?;
        let requests = (0..count).filter_map(|index| {
            let ancillary = self.datagrams.ancillary(index);
            // A socket of both families has both for an IPv4 request; only IPv4's shows a broadcast.
            let destination = ancillary.v4.map(for_reply).or(ancillary.v6.map(PacketInfo::V6))?;
            let arrived = ancillary.arrived.and_then(|time| instant(time.into()));
            Some(Request { peer: self.datagrams.peer(index)?, arrived, destination, index })
        });
        self.waiting.extend(requests);
        Ok(count)
    }

    /// Keeps those that wait if they are wanted, by what they are and how they begin.
    pub fn retain(&mut self, is_wanted: impl Fn(&Request, &[u8]) -> bool) {
        let datagrams = &self.datagrams;
        self.waiting.retain(|request| is_wanted(request, datagrams.content(request.index)));
    }

    /// Those that wait, and how they begin.
    pub fn iter(&self) -> impl Iterator<Item = (&Request, &[u8])> {
        self.waiting.iter().map(|request| (request, self.datagrams.content(request.index)))
    }

    /// Sends one reply to each that waits, from the address that it was sent to; reports what became of each.
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
                send_to_each(socket, text, replies)
            };
            // An error is about the first one. EAGAIN, when the socket's buffer is full: the reply is lost, as
            // datagrams may be.
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
fn for_reply(info: libc::in_pktinfo) -> PacketInfo {
    let is_unknown = info.ipi_spec_dst.s_addr == 0;
    let local = if is_unknown { info.ipi_addr } else { info.ipi_spec_dst };
    PacketInfo::V4(libc::in_pktinfo { ipi_ifindex: 0, ipi_spec_dst: local, ..info })
}

impl Request {
    /// Sends a reply of its own to it, from the address that it was sent to.
    ///
    /// # Errors
    /// Those of sendmsg(2).
    pub fn reply(&self, socket: BorrowedFd<'_>, text: &[u8]) -> nix::Result<()> {
        let from = match &self.destination {
            PacketInfo::V4(info) => ControlMessage::Ipv4PacketInfo(info),
            PacketInfo::V6(info) => ControlMessage::Ipv6PacketInfo(info),
        };
        let to = SockaddrStorage::from(self.peer);
        let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
        sendmsg(socket.as_raw_fd(), &[IoSlice::new(text)], &[from], flags, Some(&to)).map(drop)
    }

    /// Whether it may be answered by a service; `own_ports` are the ports of this server.
    #[must_use]
    pub fn is_answerable(&self, service: Service, own_ports: &[u16]) -> bool {
        let is_for_this_host = match self.destination {
            // `ipi_spec_dst` is the local address: for a broadcast it is not the destination, ip(7).
            PacketInfo::V4(info) => info.ipi_addr.s_addr == info.ipi_spec_dst.s_addr,
            PacketInfo::V6(info) => info.ipi6_addr.s6_addr[0] != 0xff,
        };
        is_for_this_host && may_be_a_client(self.peer, service, own_ports)
    }
}

/// Whether an address can be a client's: not a server's, and not that of many hosts or of none.
fn may_be_a_client(peer: SocketAddr, service: Service, own_ports: &[u16]) -> bool {
    let is_unicast = match peer.ip() {
        IpAddr::V4(v4) => !v4.is_multicast() && v4 != Ipv4Addr::BROADCAST && !v4.is_unspecified(),
        IpAddr::V6(v6) => !v6.is_multicast() && !v6.is_unspecified(),
    };
    let is_server = own_ports.contains(&peer.port());
    is_unicast
        && match service {
            Service::Ntp => peer.port() == NTP_PORT || peer.port() != 0 && !is_server,
            Service::Daytime | Service::Time => peer.port() >= FIRST_EPHEMERAL && !is_server,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ephemeral_ports_of_unicast_addresses_are_answered() {
        let may = |peer: &str| may_be_a_client(peer.parse().unwrap(), Service::Time, &[55555]);
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
    #[test]
    fn clients_of_ntp_ask_from_any_port_but_this_servers() {
        let may = |peer: &str| {
            may_be_a_client(peer.parse().unwrap(), Service::Ntp, &[55555, NTP_PORT, 11123])
        };
        for peer in ["192.0.2.1:1", "192.0.2.1:123", "192.0.2.1:1023", "[2001:db8::1]:123"] {
            assert!(may(peer), "{peer}");
        }
        for peer in
            ["192.0.2.1:0", "192.0.2.1:55555", "192.0.2.1:11123", "224.0.1.1:123", "0.0.0.0:123"]
        {
            assert!(!may(peer), "{peer}");
        }
    }
}
