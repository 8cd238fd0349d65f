//! System calls that nix lacks, or offers only as unsafe: fork, wait that knows every signal and gives the rusage, pidfds.
//! One call a function; what to do with the results is decided elsewhere. And `child`: what a run does before its exec, on a `stack` of its own.
#![expect(unsafe_code, reason = "the one place in this crate that calls libc directly")]

pub(crate) mod child;
mod kernel;
pub(crate) mod stack;

use std::ffi::{CString, c_char, c_int};
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr;

use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{self, SaFlags, SigAction, SigHandler, SigSet, Signal};
use nix::sys::wait::WaitPidFlag;
use nix::unistd::{self, ForkResult, Pid};

// GCC's unwinder, which std takes for backtraces, from its archive. libgcc_s.so would be a sixth of a start: its constructor
// asks what the processor can do (CPUID), and on a virtual machine the hypervisor answers each question.
#[cfg(all(target_env = "gnu", not(target_feature = "crt-static")))]
#[link(name = "gcc_eh")]
unsafe extern "C" {}

/// A NULL-terminated array of strings, as execve(2) wants its argv and envp, made before the fork because
/// the child of a run allocates nothing.
#[derive(Debug)]
pub(crate) struct StringArray {
    pointers: Vec<*const c_char>,
    /// Owns what the pointers point to; never touched again.
    _strings: Vec<CString>,
}

impl StringArray {
    pub(crate) fn new(strings: Vec<CString>) -> Self {
        let pointers = strings.iter().map(|string| string.as_ptr()).chain([ptr::null()]).collect();
        Self { pointers, _strings: strings }
    }
}

/// Forks. The child calls `in_child` and ends with the status that it returns. It may allocate, as the lab's processes do;
/// the child of a run does not, [`child`].
///
/// # Errors
/// EAGAIN at a limit on processes, ENOMEM.
pub(crate) fn fork(in_child: impl FnOnce() -> u8) -> nix::Result<Pid> {
    // SAFETY: the program has one thread, so the child finds every lock free and the heap whole.
    match unsafe { unistd::fork() }? {
        ForkResult::Parent { child } => Ok(child),
        ForkResult::Child => exit_at_once(in_child()),
    }
}

/// Ends the process without running destructors or exit handlers: they are the parent's.
fn exit_at_once(status: u8) -> ! {
    // SAFETY: _exit(2) takes any status and does not return.
    unsafe { libc::_exit(status.into()) }
}

/// A child that has ended, `pid` or any, if one has; it is left a zombie.
///
/// # Errors
/// ECHILD if there is no such child.
pub(crate) fn ended_child(pid: Option<Pid>) -> nix::Result<Option<Pid>> {
    let (kind, id) =
        pid.map_or((libc::P_ALL, 0), |pid| (libc::P_PID, pid.as_raw().cast_unsigned()));
    let changed = waitid(kind, id, libc::WEXITED | libc::WNOWAIT)?;
    Ok(changed.map(|(pid, _)| pid))
}

/// A child that has stopped since the last call, and the signal that has stopped it.
///
/// # Errors
/// ECHILD if there is no child.
pub(crate) fn stopped_child() -> nix::Result<Option<(Pid, i32)>> {
    waitid(libc::P_ALL, 0, libc::WSTOPPED)
}

/// Reaps the child of a pidfd if it has ended, and returns whether it has.
///
/// # Errors
/// ECHILD if it is no child or was reaped.
pub(crate) fn reap_by_pidfd(pidfd: &OwnedFd) -> nix::Result<bool> {
    let changed = waitid(libc::P_PIDFD, pidfd.as_raw_fd().cast_unsigned(), libc::WEXITED)?;
    Ok(changed.is_some())
}

/// A child whose state has changed, and its exit code or the signal; `None` if none has. It does not wait.
///
/// libc's waitid, because nix's answers EINVAL for a child killed by a real-time signal.
fn waitid(kind: libc::idtype_t, id: libc::id_t, options: c_int) -> nix::Result<Option<(Pid, i32)>> {
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    // SAFETY: `info` is a siginfo_t to be written to.
    let result = unsafe { libc::waitid(kind, id, info.as_mut_ptr(), options | libc::WNOHANG) };
    Errno::result(result)?;
    // SAFETY: all zeroes is a siginfo_t, and waitid has filled it in or left it so.
    let info = unsafe { info.assume_init() };
    // SAFETY: after waitid the fields of SIGCHLD are the ones in use, or all is zero: no child has changed.
    let pid = unsafe { info.si_pid() };
    // SAFETY: as above.
    let status = unsafe { info.si_status() };
    Ok((pid != 0).then_some((Pid::from_raw(pid), status)))
}

/// Reaps the child `pid` when it has ended: its wait status and what it used. With WNOHANG it does not wait for the
/// end, and `None` is a child that has not ended.
///
/// # Errors
/// ECHILD if there is no such child.
pub(crate) fn wait4(pid: Pid, options: WaitPidFlag) -> nix::Result<Option<(i32, libc::rusage)>> {
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: both are places of their types to be written to.
    let result =
        unsafe { libc::wait4(pid.as_raw(), &raw mut status, options.bits(), usage.as_mut_ptr()) };
    match Errno::result(result)? {
        0 => Ok(None),
        // SAFETY: all zeroes is an rusage, and wait4 has filled it in.
        _ => Ok(Some((status, unsafe { usage.assume_init() }))),
    }
}

/// The set of these signals, real-time ones included, which nix has not. Those that the C library keeps for itself (32
/// and 33, nptl(7)) it leaves out.
pub(crate) fn signal_set(signals: impl Iterator<Item = i32>) -> SigSet {
    let mut set = *SigSet::empty().as_ref();
    for signal in signals {
        // SAFETY: `set` is an initialised set; a number that is no signal is refused, and changes nothing.
        unsafe { libc::sigaddset(&raw mut set, signal) };
    }
    // SAFETY: the set was initialised by nix and filled by sigaddset(3) alone.
    unsafe { SigSet::from_sigset_t_unchecked(set) }
}

/// Whether a signal has come that is blocked and was not read.
pub(crate) fn is_pending(signal: Signal) -> bool {
    let mut pending = *SigSet::empty().as_ref();
    // SAFETY: `pending` is a set to be written to.
    unsafe { libc::sigpending(&raw mut pending) };
    // SAFETY: the set was initialised by nix, and perhaps filled by sigpending(2).
    unsafe { SigSet::from_sigset_t_unchecked(pending) }.contains(signal)
}

/// Sets a signal's disposition to the default or to ignored, and returns the one before.
///
/// # Errors
/// EINVAL for KILL and STOP.
pub(crate) fn set_disposition(signal: Signal, handler: SigHandler) -> nix::Result<SigHandler> {
    let action = SigAction::new(handler, SaFlags::empty(), SigSet::empty());
    // SAFETY: only the default and ignoring are ever set: no code of ours runs as a handler.
    let before = unsafe { signal::sigaction(signal, &action) }?;
    Ok(before.handler())
}

/// By how many seconds the local time is ahead of UTC, at a time since 1970; 0 if the zone is not known.
pub(crate) fn utc_offset(time: i64) -> i64 {
    let mut local = MaybeUninit::<libc::tm>::zeroed();
    // SAFETY: the program has one thread, so nobody changes TZ meanwhile; `local` is a place to be written to.
    unsafe { libc::localtime_r(&raw const time, local.as_mut_ptr()) };
    // SAFETY: all zeroes is a tm, and localtime_r(3) has filled it in or left it so.
    unsafe { local.assume_init() }.tm_gmtoff
}

/// A descriptor that refers to the process that has `pid` now, and never to another.
///
/// # Errors
/// ESRCH when there is none, EMFILE and its like.
pub(crate) fn pidfd_open(pid: Pid) -> nix::Result<OwnedFd> {
    // SAFETY: pidfd_open(2) takes a pid and flags, and touches no memory of ours.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0) };
    let fd = i32::try_from(Errno::result(fd)?).unwrap_or(-1);
    // SAFETY: the kernel has just given us this descriptor, close-on-exec, and nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Sends a signal to the process of a pidfd, never to another that has its pid by now.
///
/// # Errors
/// ESRCH when it has been reaped, EPERM.
pub(crate) fn pidfd_send_signal(pidfd: &OwnedFd, signal: Signal) -> nix::Result<()> {
    let no_info = ptr::null::<libc::siginfo_t>();
    // SAFETY: the descriptor is open, and a null info asks the kernel to fill in its own.
    let result = unsafe {
        libc::syscall(libc::SYS_pidfd_send_signal, pidfd.as_raw_fd(), signal as i32, no_info, 0)
    };
    Errno::result(result).map(drop)
}
