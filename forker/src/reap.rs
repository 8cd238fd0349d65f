//! Reaping: SIGCHLD says only that something has changed and several may come as one, so every zombie is
//! taken, one by one, until none is left.

use std::time::Duration;

use nix::libc;
use nix::unistd::Pid;

use crate::sys;

/// What the kernel kept of a process until it was reaped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reaped {
    pub(crate) pid: Pid,
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

/// Reaps one child that has ended; `None` when there is none.
///
/// # Errors
/// None that waitid(2) and wait4(2) document for these arguments.
pub(crate) fn next() -> nix::Result<Option<Reaped>> {
    let Some(pid) = sys::peek_ended()? else {
        return Ok(None);
    };
    let (status, usage) = sys::reap(pid)?;
    Ok(Some(Reaped { pid, status, usage: usage.into() }))
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
