//! Datagrams by the batch: a system call costs more than the rest of an answer, and recvmmsg(2) and sendmmsg(2) take many.
//! With each come the address that it was sent to and the time of its arrival, as control messages (cmsg(3)). Who is
//! answered, and what, is decided elsewhere.

use std::fmt;
use std::mem;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;

use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{SockaddrLike, SockaddrStorage};

use super::{length_of, socket_address};

/// How many datagrams one system call takes or sends.
pub(crate) const BATCH: usize = 32;

/// How much of a datagram is kept, in bytes: NTP's packet, the only request that says anything.
const KEPT: usize = 48;

/// Room for the control messages of one datagram: both kinds of packet information, which a socket of both families has for
/// IPv4, and the time of arrival.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
struct Control([u8; 104]);

impl Control {
    const EMPTY: Self = Self([0; 104]);
}

/// The address that a datagram was sent to, and that its reply comes from: ip(7), ipv6(7).
#[derive(Debug, Clone, Copy)]
pub(crate) enum PacketInfo {
    V4(libc::in_pktinfo),
    V6(libc::in6_pktinfo),
}

/// What the kernel tells of a datagram beside its sender.
#[derive(Clone, Copy, Default)]
pub(crate) struct Ancillary {
    /// Where it was sent to, if that is an IPv4 address.
    pub(crate) v4: Option<libc::in_pktinfo>,
    /// Where it was sent to: an IPv6 address, or an IPv4 one mapped into IPv6.
    pub(crate) v6: Option<libc::in6_pktinfo>,
    /// When it arrived, if the socket has `SO_TIMESTAMPNS`, socket(7).
    pub(crate) arrived: Option<libc::timespec>,
}

/// The datagrams of one recvmmsg(2): who has sent them, where to, and how they begin.
pub(crate) struct Datagrams {
    peers: [libc::sockaddr_storage; BATCH],
    contents: [[u8; KEPT]; BATCH],
    controls: [Control; BATCH],
    /// How much of each the kernel has filled in.
    lengths: [Lengths; BATCH],
}

#[derive(Clone, Copy, Default)]
struct Lengths {
    peer: libc::socklen_t,
    content: usize,
    control: usize,
}

impl fmt::Debug for Datagrams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Datagrams").finish_non_exhaustive()
    }
}

impl Datagrams {
    /// Room for a batch.
    pub(crate) fn new() -> Self {
        // SAFETY: sockaddr_storage is plain data, for which all zeroes is a value.
        let peers = [unsafe { mem::zeroed() }; BATCH];
        Self {
            peers,
            contents: [[0; KEPT]; BATCH],
            controls: [Control::EMPTY; BATCH],
            lengths: [Lengths::default(); BATCH],
        }
    }

    /// Receives what has come, up to a batch; returns how many.
    ///
    /// # Errors
    /// Those of recvmmsg(2); EAGAIN when nothing has come.
    pub(crate) fn receive(&mut self, socket: BorrowedFd<'_>) -> nix::Result<usize> {
        let mut blocks = self.contents.each_mut().map(|content| libc::iovec {
            iov_base: content.as_mut_ptr().cast(),
            iov_len: content.len(),
        });
        // SAFETY: mmsghdr is plain data, for which all zeroes is a value.
        let mut headers: [libc::mmsghdr; BATCH] = unsafe { mem::zeroed() };
        let places = self.peers.iter_mut().zip(&mut blocks).zip(&mut self.controls);
        for (header, ((peer, block), control)) in headers.iter_mut().zip(places) {
            header.msg_hdr.msg_name = (&raw mut *peer).cast();
            header.msg_hdr.msg_namelen = length_of(peer);
            header.msg_hdr.msg_iov = &raw mut *block;
            header.msg_hdr.msg_iovlen = 1;
            header.msg_hdr.msg_control = control.0.as_mut_ptr().cast();
            header.msg_hdr.msg_controllen = control.0.len();
        }
        let (flags, most) = (libc::MSG_DONTWAIT, libc::c_uint::try_from(BATCH).unwrap_or(1));
        // SAFETY: every pointer in the headers is to a live local or field of the length beside it.
        let received = unsafe {
            libc::recvmmsg(socket.as_raw_fd(), headers.as_mut_ptr(), most, flags, ptr::null_mut())
        };
        let received = usize::try_from(Errno::result(received)?).unwrap_or(0);
        for (length, header) in self.lengths.iter_mut().zip(&headers[..received]) {
            *length = Lengths {
                peer: header.msg_hdr.msg_namelen,
                content: header.msg_len as usize,
                control: header.msg_hdr.msg_controllen,
            };
        }
        Ok(received)
    }

    /// The sender of a datagram, if it is one of the internet.
    pub(crate) fn peer(&self, index: usize) -> Option<SocketAddr> {
        let address = (&raw const self.peers[index]).cast();
        // SAFETY: the kernel wrote an address of this length there.
        let peer = unsafe { SockaddrStorage::from_raw(address, Some(self.lengths[index].peer)) };
        peer.as_ref().and_then(socket_address)
    }

    /// How a datagram begins.
    pub(crate) fn content(&self, index: usize) -> &[u8] {
        &self.contents[index][..self.lengths[index].content]
    }

    /// What the kernel tells of a datagram.
    pub(crate) fn ancillary(&self, index: usize) -> Ancillary {
        // SAFETY: msghdr is plain data, for which all zeroes is a value.
        let mut header: libc::msghdr = unsafe { mem::zeroed() };
        header.msg_control = self.controls[index].0.as_ptr().cast_mut().cast();
        header.msg_controllen = self.lengths[index].control;
        // SAFETY: the header is live and has the length that the kernel has written.
        let mut next = unsafe { libc::CMSG_FIRSTHDR(&raw const header) };
        let mut ancillary = Ancillary::default();
        // SAFETY: the pointer is null or to a whole header within the control buffer, which is aligned for it.
        while let Some(message) = unsafe { next.as_ref() } {
            // SAFETY: as above; the data follows the header.
            let data = unsafe { libc::CMSG_DATA(next) };
            match (message.cmsg_level, message.cmsg_type) {
                (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
                    // SAFETY: messages of this type hold an in_pktinfo, ip(7).
                    ancillary.v4 = Some(unsafe { ptr::read_unaligned(data.cast()) });
                }
                (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => {
                    // SAFETY: messages of this type hold an in6_pktinfo, ipv6(7).
                    ancillary.v6 = Some(unsafe { ptr::read_unaligned(data.cast()) });
                }
                (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS) => {
                    // SAFETY: messages of this type hold a timespec, socket(7).
                    ancillary.arrived = Some(unsafe { ptr::read_unaligned(data.cast()) });
                }
                _ => {}
            }
            // SAFETY: both pointers are those of this control buffer.
            next = unsafe { libc::CMSG_NXTHDR(&raw const header, next) };
        }
        ancillary
    }
}

/// Sends one text to each of up to [`BATCH`] peers, from the address beside it; returns to how many of the first ones.
///
/// # Errors
/// Those of sendmmsg(2), about the first one.
pub(crate) fn send_to_each(
    socket: BorrowedFd<'_>,
    text: &[u8],
    replies: impl Iterator<Item = (SocketAddr, PacketInfo)>,
) -> nix::Result<usize> {
    let mut block = libc::iovec { iov_base: text.as_ptr().cast_mut().cast(), iov_len: text.len() };
    let mut peers = [None; BATCH];
    let mut controls = [Control::EMPTY; BATCH];
    // SAFETY: mmsghdr is plain data, for which all zeroes is a value.
    let mut headers: [libc::mmsghdr; BATCH] = unsafe { mem::zeroed() };
    let mut count = 0;
    let places = headers.iter_mut().zip(&mut peers).zip(&mut controls);
    for (((header, peer), control), (to, from)) in places.zip(replies) {
        let peer: &SockaddrStorage = peer.insert(SockaddrStorage::from(to));
        header.msg_hdr.msg_name = peer.as_ptr().cast_mut().cast();
        header.msg_hdr.msg_namelen = peer.len();
        header.msg_hdr.msg_iov = &raw mut block;
        header.msg_hdr.msg_iovlen = 1;
        header.msg_hdr.msg_control = control.0.as_mut_ptr().cast();
        header.msg_hdr.msg_controllen = control.0.len();
        header.msg_hdr.msg_controllen = write_packet_info(&header.msg_hdr, from);
        count += 1;
    }
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    // SAFETY: every pointer in the first `count` headers is to a live local, or to the text, which is only read.
    let sent = unsafe { libc::sendmmsg(socket.as_raw_fd(), headers.as_mut_ptr(), count, flags) };
    Ok(usize::try_from(Errno::result(sent)?).unwrap_or(0))
}

/// Writes one control message into the header's empty buffer, and returns its length.
fn write_packet_info(header: &libc::msghdr, info: PacketInfo) -> usize {
    let (level, kind, size) = match info {
        PacketInfo::V4(info) => (libc::IPPROTO_IP, libc::IP_PKTINFO, size_of_val(&info)),
        PacketInfo::V6(info) => (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO, size_of_val(&info)),
    };
    let size = libc::c_uint::try_from(size).unwrap_or(0);
    // SAFETY: the header has a control buffer, and it is larger than a header of a message.
    let message = unsafe { libc::CMSG_FIRSTHDR(&raw const *header) };
    // SAFETY: a calculation alone.
    let length = unsafe { libc::CMSG_LEN(size) };
    let start = libc::cmsghdr { cmsg_len: length as usize, cmsg_level: level, cmsg_type: kind };
    // SAFETY: the pointer is to the start of that buffer.
    unsafe { ptr::write_unaligned(message, start) };
    // SAFETY: the data follows the header.
    let data = unsafe { libc::CMSG_DATA(message) };
    match info {
        // SAFETY: the buffer is larger than the header and this data.
        PacketInfo::V4(info) => unsafe { ptr::write_unaligned(data.cast(), info) },
        // SAFETY: the same.
        PacketInfo::V6(info) => unsafe { ptr::write_unaligned(data.cast(), info) },
    }
    // SAFETY: a calculation alone.
    unsafe { libc::CMSG_SPACE(size) as usize }
}
