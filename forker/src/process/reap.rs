//! Reaping one zombie: what the kernel kept of it, and its pid is free. SIGCHLD says only that something has changed,
//! and several may come as one: `event_loop` comes here for one after the other, until none is left.

use std::time::Duration;

use nix::libc;
use nix::unistd::Pid;

use crate::sys;

/// What the kernel kept of a process until it was reaped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reaped {
    /// As wait(2) encodes it.
    pub(crate) status: i32,
    pub(crate) usage: Usage,
}

/// What a process and the children it waited for have used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) user: Duration,
    pub(crate) system: Duration,
    /// Peak resident memory in bytes; never less than forker's own, whose size the child started with.
    pub(crate) peak: u64,
}

/// Reaps the zombie `pid`.
///
/// # Errors
/// ECHILD if it is no zombie of ours.
pub(crate) fn reap(pid: Pid) -> nix::Result<Reaped> {
    let (status, usage) = sys::reap(pid)?;
    Ok(Reaped { status, usage: usage.into() })
}

impl From<libc::rusage> for Usage {
    fn from(usage: libc::rusage) -> Self {
        const KIB: u64 = 1024;
        Self {
            user: duration(usage.ru_utime),
            system: duration(usage.ru_stime),
            peak: u64::try_from(usage.ru_maxrss).unwrap_or(0) * KIB,
        }
    }
}

fn duration(time: libc::timeval) -> Duration {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_micros(u64::try_from(time.tv_usec).unwrap_or(0))
}
