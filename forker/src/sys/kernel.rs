//! The system calls of a run's child before its exec, made without the C library: its functions set `errno`, which a child
//! that shares forker's memory has in common with forker.

use std::ffi::{CStr, c_int};
use std::os::fd::{AsRawFd, BorrowedFd};

use nix::errno::Errno;
use nix::libc::{self, pid_t};
use nix::sys::signal::{SigSet, Signal};
use syscalls::{Sysno, syscall0, syscall2, syscall3, syscall4, syscall5};

use super::StringArray;

/// The size of a signal set for the kernel, sigprocmask(2): smaller than the C library's, which begins with the same bits.
const SET: usize = size_of::<u64>();

/// What `rt_sigaction(2)` reads first: the handler. Flags, and what else there is, are 0.
type Action = [usize; 6];

pub(super) fn getpid() -> pid_t {
    // SAFETY: getpid(2) touches no memory of ours.
    pid(unsafe { syscall0(Sysno::getpid) })
}

/// 0 for a parent in another pid namespace.
pub(super) fn getppid() -> pid_t {
    // SAFETY: getppid(2) touches no memory of ours.
    pid(unsafe { syscall0(Sysno::getppid) })
}

/// Makes this process the leader of a new group.
pub(super) fn lead_group() -> nix::Result<()> {
    // SAFETY: setpgid(2) touches no memory of ours.
    done(unsafe { syscall2(Sysno::setpgid, 0, 0) })
}

/// Makes `fd` this process's stdin.
pub(super) fn dup_to_stdin(fd: BorrowedFd<'_>) -> nix::Result<()> {
    let stdin = word(libc::STDIN_FILENO);
    // SAFETY: dup3(2) touches no memory of ours, and nothing in this process owns its stdin.
    done(unsafe { syscall3(Sysno::dup3, word(fd.as_raw_fd()), stdin, 0) })
}

/// The signal that this process gets when its parent ends.
pub(super) fn set_parent_death_signal(signal: Signal) -> nix::Result<()> {
    // SAFETY: this prctl(2) touches no memory of ours.
    done(unsafe { syscall2(Sysno::prctl, word(libc::PR_SET_PDEATHSIG), word(signal as c_int)) })
}

/// Sets a signal's disposition to the default.
pub(super) fn set_default(signal: Signal) -> nix::Result<()> {
    set_action(signal, [libc::SIG_DFL, 0, 0, 0, 0, 0])
}

/// Ignores a signal.
pub(super) fn ignore(signal: Signal) -> nix::Result<()> {
    set_action(signal, [libc::SIG_IGN, 0, 0, 0, 0, 0])
}

fn set_action(signal: Signal, action: Action) -> nix::Result<()> {
    let (signal, action) = (word(signal as c_int), &raw const action);
    // SAFETY: `action` is longer than a sigaction of the kernel. No old one is asked for.
    done(unsafe { syscall4(Sysno::rt_sigaction, signal, action.expose_provenance(), 0, SET) })
}

/// Blocks these signals and no others.
pub(super) fn set_mask(mask: &SigSet) -> nix::Result<()> {
    let (how, set) = (word(libc::SIG_SETMASK), &raw const *mask.as_ref());
    // SAFETY: `set` is a set of the C library, and so longer than the kernel's. No old one is asked for.
    done(unsafe { syscall4(Sysno::rt_sigprocmask, how, set.expose_provenance(), 0, SET) })
}

pub(super) fn write(fd: BorrowedFd<'_>, bytes: &[u8]) -> nix::Result<usize> {
    let (fd, start) = (word(fd.as_raw_fd()), bytes.as_ptr().expose_provenance());
    // SAFETY: the kernel reads `bytes` and no more.
    result(unsafe { syscall3(Sysno::write, fd, start, bytes.len()) })
}

/// Waits until `fd` can be written to.
pub(super) fn wait_writable(fd: BorrowedFd<'_>) -> nix::Result<()> {
    let mut wanted = libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLOUT, revents: 0 };
    let wanted = (&raw mut wanted).expose_provenance();
    // SAFETY: `wanted` is one pollfd, to be read and written to. No time and no mask are given.
    done(unsafe { syscall5(Sysno::ppoll, wanted, 1, 0, 0, SET) })
}

/// Whether there is a directory at `path`. A descriptor of it stays open until this process ends, or executes a program.
pub(super) fn is_directory(path: &CStr) -> bool {
    let flags = word(libc::O_PATH | libc::O_DIRECTORY | libc::O_CLOEXEC);
    let (at, path) = (word(libc::AT_FDCWD), path.as_ptr().expose_provenance());
    // SAFETY: `path` ends in NUL.
    unsafe { syscall3(Sysno::openat, at, path, flags) }.is_ok()
}

/// Replaces this process by the program at `path`; returns only if that fails.
pub(super) fn execve(path: &CStr, argv: &StringArray, envp: &StringArray) -> Errno {
    let (argv, envp) = (argv.pointers.as_ptr(), envp.pointers.as_ptr());
    // SAFETY: `path` ends in NUL; both arrays end in NULL and point to strings that they own.
    let result = unsafe {
        syscall3(
            Sysno::execve,
            path.as_ptr().expose_provenance(),
            argv.expose_provenance(),
            envp.expose_provenance(),
        )
    };
    result.map_or_else(errno, |_| Errno::UnknownErrno)
}

/// An int as the kernel takes it: with its sign in all of the register.
fn word(int: c_int) -> usize {
    (int as isize).cast_unsigned()
}

fn pid(result: Result<usize, syscalls::Errno>) -> pid_t {
    result.ok().and_then(|pid| pid.try_into().ok()).unwrap_or(0)
}

fn done(result: Result<usize, syscalls::Errno>) -> nix::Result<()> {
    result.map(drop).map_err(errno)
}

fn result(result: Result<usize, syscalls::Errno>) -> nix::Result<usize> {
    result.map_err(errno)
}

fn errno(errno: syscalls::Errno) -> Errno {
    Errno::from_raw(errno.into_raw())
}
