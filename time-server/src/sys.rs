//! The system calls that nix lacks or gives without what is needed here.
#![expect(unsafe_code, reason = "the one place in this crate that calls libc directly")]

use std::io;
use std::mem;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;

use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{SockaddrLike, SockaddrStorage};

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
