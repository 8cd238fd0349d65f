//! The system calls that nix lacks or gives without what is needed here.
#![expect(unsafe_code, reason = "the one place in this crate that calls libc directly")]

use std::io;
use std::mem;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;

use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, SockaddrLike, SockaddrStorage, socket};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};

/// Takes one connection off the queue: a non-blocking socket and its peer's address.
///
/// nix's `accept4` gives no address, and getpeername(2) fails once the peer has reset.
///
/// # Errors
/// Those of accept(2).
pub(crate) fn accept(listener: BorrowedFd<'_>) -> nix::Result<(OwnedFd, SocketAddr)> {
    // SAFETY: sockaddr_storage is plain data, for which all zeroes is a value.
    let mut address: libc::sockaddr_storage = unsafe { mem::zeroed() };
    let mut length = libc::socklen_t::try_from(size_of_val(&address)).unwrap_or(0);
    // SAFETY: both pointers are to live locals, and `length` is the size of what `address` can hold.
    let accepted = unsafe {
        libc::accept4(
            listener.as_raw_fd(),
            (&raw mut address).cast(),
            &raw mut length,
            libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC,
        )
    };
    let raw = Errno::result(accepted)?;
    // SAFETY: accept4 has just returned this descriptor and nobody else knows it.
    let socket = unsafe { OwnedFd::from_raw_fd(raw) };
    // SAFETY: the kernel wrote an address of `length` bytes there.
    let peer = unsafe { SockaddrStorage::from_raw((&raw const address).cast(), Some(length)) };
    let nobody = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    Ok((socket, peer.as_ref().and_then(socket_address).unwrap_or(nobody)))
}

/// An internet address as std has it. A socket of both families shows IPv4 addresses mapped into IPv6; here they are IPv4
/// again, as rates, networks and people expect. Such a socket also sends to them in this form, ipv6(7).
pub(crate) fn socket_address(address: &SockaddrStorage) -> Option<SocketAddr> {
    let v4 = address.as_sockaddr_in().map(|v4| SocketAddr::V4(SocketAddrV4::from(*v4)));
    let v6 = address.as_sockaddr_in6().map(|v6| match v6.ip().to_ipv4_mapped() {
        Some(v4) => SocketAddr::from((v4, v6.port())),
        None => SocketAddr::V6(SocketAddrV6::from(*v6)),
    });
    v4.or(v6)
}

/// The sockets that the service manager has passed and their names, `sd_listen_fds`(3). Call it once, before anything else
/// is opened: the descriptors are known by number only. It removes the variables.
///
/// # Errors
/// The variables contradict themselves or the descriptors that are open.
pub(crate) fn passed_sockets() -> io::Result<Vec<(OwnedFd, String)>> {
    // SAFETY: the workers' threads are started later: nobody else reads the environment now.
    let passed = unsafe { sd_notify::listen_fds_with_names_and_unset_env() }?;
    // SAFETY: the descriptors are open, LISTEN_PID says that they are for this process, and nothing that this process has
    // opened before is still open: no other value owns them.
    Ok(passed.map(|(fd, name)| (unsafe { OwnedFd::from_raw_fd(fd) }, name)).collect())
}

/// Discards up to `limit` received bytes without copying them; 0 is the peer's end of file.
///
/// Source: tcp(7), "`MSG_TRUNC`".
///
/// # Errors
/// Those of recv(2); EAGAIN when nothing has come.
pub(crate) fn discard(socket: BorrowedFd<'_>, limit: usize) -> nix::Result<usize> {
    let flags = libc::MSG_TRUNC | libc::MSG_DONTWAIT;
    // SAFETY: with MSG_TRUNC a TCP socket discards the bytes and writes nothing to the (null) buffer.
    let received = unsafe { libc::recv(socket.as_raw_fd(), ptr::null_mut(), limit, flags) };
    Errno::result(received).map(isize::unsigned_abs)
}

/// Lets a listening socket take no more SYN, as if each was lost: who has sent one before still gets in, and who comes
/// later tries again after a second (RFC 6298 §2), when the port is closed or another server's.
///
/// Source: socket(7), "`SO_ATTACH_FILTER`"; the filter sees a segment from its TCP header on.
///
/// # Errors
/// Those of setsockopt(2).
pub(crate) fn take_no_syn(listener: BorrowedFd<'_>) -> nix::Result<()> {
    /// Where a TCP header has its flags, and the flag SYN among them, RFC 9293 §3.1.
    const FLAGS: u32 = 13;
    const SYN: u32 = 2;
    let instruction = |code: u32, on_true, on_false, k| libc::sock_filter {
        code: u16::try_from(code).unwrap_or(0),
        jt: on_true,
        jf: on_false,
        k,
    };
    let mut program = [
        instruction(libc::BPF_LD | libc::BPF_B | libc::BPF_ABS, 0, 0, FLAGS),
        instruction(libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K, 0, 1, SYN),
        instruction(libc::BPF_RET | libc::BPF_K, 0, 0, 0),
        instruction(libc::BPF_RET | libc::BPF_K, 0, 0, u32::MAX),
    ];
    let length = libc::c_ushort::try_from(program.len()).unwrap_or(0);
    let filter = libc::sock_fprog { len: length, filter: program.as_mut_ptr() };
    // SAFETY: the option's value is a live sock_fprog, and that points to as many live instructions as it says.
    let attached = unsafe {
        libc::setsockopt(
            listener.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_ATTACH_FILTER,
            (&raw const filter).cast(),
            length_of(&filter),
        )
    };
    Errno::result(attached).map(drop)
}

/// What the kernel knows about its clock, and the state that it is in (`TIME_OK`, `TIME_INS`, …): adjtimex(2) with no modes
/// set, which only reads.
///
/// # Errors
/// EPERM or ENOSYS where a sandbox forbids even reading.
pub(crate) fn clock_state() -> nix::Result<(libc::timex, i32)> {
    // SAFETY: timex is plain data, for which all zeroes is a value; `modes` 0 asks to change nothing.
    let mut state: libc::timex = unsafe { mem::zeroed() };
    // SAFETY: `state` is a live local of the type that the kernel fills in.
    let result = unsafe { libc::adjtimex(&raw mut state) };
    Errno::result(result).map(|result| (state, result))
}

/// Makes an attempt in a child process, for what cannot be undone. This process must have no other thread.
///
/// # Errors
/// Those of the attempt; EPERM if it has ended the child.
pub(crate) fn attempt_in_child(attempt: impl FnOnce() -> nix::Result<()>) -> nix::Result<()> {
    // SAFETY: there is no other thread, whose locks would stay locked in the child.
    match unsafe { fork() }? {
        ForkResult::Child => {
            let status = attempt().map_or_else(|errno| errno as i32, |()| 0);
            // SAFETY: it ends the child, and runs nothing of the parent's.
            unsafe { libc::_exit(status) }
        }
        ForkResult::Parent { child } => match waitpid(child, None)? {
            WaitStatus::Exited(_, 0) => Ok(()),
            WaitStatus::Exited(_, errno) => Err(Errno::from_raw(errno)),
            _ => Err(Errno::EPERM),
        },
    }
}

/// Raises the loopback interface of this network namespace, which is down at first: netdevice(7).
///
/// # Errors
/// EPERM without the right to.
pub(crate) fn raise_loopback() -> nix::Result<()> {
    let any = socket(AddressFamily::Inet, SockType::Datagram, SockFlag::SOCK_CLOEXEC, None)?;
    // SAFETY: ifreq is plain data, for which all zeroes is a value.
    let mut request: libc::ifreq = unsafe { mem::zeroed() };
    for (place, byte) in request.ifr_name.iter_mut().zip(b"lo") {
        *place = byte.cast_signed();
    }
    request.ifr_ifru.ifru_flags = libc::c_short::try_from(libc::IFF_UP).unwrap_or(0);
    // SAFETY: the kernel reads a name and flags from this live local.
    let raised = unsafe { libc::ioctl(any.as_raw_fd(), libc::SIOCSIFFLAGS, &raw const request) };
    Errno::result(raised).map(drop)
}

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

impl std::fmt::Debug for Datagrams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
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
        let mut told = Ancillary::default();
        // SAFETY: the pointer is null or to a whole header within the control buffer, which is aligned for it.
        while let Some(message) = unsafe { next.as_ref() } {
            // SAFETY: as above; the data follows the header.
            let data = unsafe { libc::CMSG_DATA(next) };
            match (message.cmsg_level, message.cmsg_type) {
                (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
                    // SAFETY: messages of this type hold an in_pktinfo, ip(7).
                    told.v4 = Some(unsafe { ptr::read_unaligned(data.cast()) });
                }
                (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => {
                    // SAFETY: messages of this type hold an in6_pktinfo, ipv6(7).
                    told.v6 = Some(unsafe { ptr::read_unaligned(data.cast()) });
                }
                (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS) => {
                    // SAFETY: messages of this type hold a timespec, socket(7).
                    told.arrived = Some(unsafe { ptr::read_unaligned(data.cast()) });
                }
                _ => {}
            }
            // SAFETY: both pointers are those of this control buffer.
            next = unsafe { libc::CMSG_NXTHDR(&raw const header, next) };
        }
        told
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

fn length_of<T>(value: &T) -> libc::socklen_t {
    libc::socklen_t::try_from(size_of_val(value)).unwrap_or(0)
}
