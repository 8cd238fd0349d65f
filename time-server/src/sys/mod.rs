//! The system calls that nix lacks or gives without what is needed here. Those for many datagrams at a time are in
//! `datagrams`.
#![expect(unsafe_code, reason = "the one place in this crate that calls libc directly")]

pub(crate) mod datagrams;

use std::io;
use std::mem;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;

use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{
    AddressFamily, SockFlag, SockType, SockaddrLike as _, SockaddrStorage, socket,
};
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
    let mut length = length_of(&address);
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

fn length_of<T>(value: &T) -> libc::socklen_t {
    libc::socklen_t::try_from(size_of_val(value)).unwrap_or(0)
}
