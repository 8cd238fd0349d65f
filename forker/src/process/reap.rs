//! From a zombie to its status: look who has ended, then reap. The type holds the order in which this has to be done.
//!
//! A zombie keeps its pid and, if it leads a group, the group's id: until it is reaped, no other process and no other
//! group can get them. So what is to be done to a group is done while its leader is a [`Zombie`]: reaping consumes that.

use std::time::Duration;

use nix::errno::Errno;
use nix::libc;
use nix::sys::wait::WaitPidFlag;
use nix::unistd::Pid;

use crate::report::run::Usage;
use crate::sys;

/// A child that has ended and is not reaped.
#[derive(Debug)]
pub(crate) struct Zombie(Pid);

/// What is known of our children.
#[derive(Debug)]
pub(crate) enum Children {
    /// At least this one has ended.
    Ended(Zombie),
    /// There are some, and none has ended.
    Running,
    None,
}

/// What the kernel kept of a process until it was reaped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reaped {
    /// As wait(2) encodes it.
    pub(crate) status: i32,
    pub(crate) usage: Usage,
}

/// Looks for a child that has ended and leaves it a zombie. SIGCHLD means only that something has changed, and several
/// may come as one: the caller looks again until none is left.
///
/// # Errors
/// None that waitid(2) documents for these arguments.
pub(crate) fn look() -> nix::Result<Children> {
    match sys::ended_child(None) {
        Ok(Some(pid)) => Ok(Children::Ended(Zombie(pid))),
        Ok(None) => Ok(Children::Running),
        Err(Errno::ECHILD) => Ok(Children::None),
        Err(errno) => Err(errno),
    }
}

/// Those of `children` that have ended.
pub(crate) fn ended(children: &[Pid]) -> Vec<Zombie> {
    let has_ended = |pid: &&Pid| matches!(sys::ended_child(Some(**pid)), Ok(Some(_)));
    children.iter().filter(has_ended).map(|pid| Zombie(*pid)).collect()
}

/// A child that has stopped since the last call, and the signal that has stopped it.
///
/// # Errors
/// None that waitid(2) documents for these arguments.
pub(crate) fn stopped() -> nix::Result<Option<(Pid, i32)>> {
    match sys::stopped_child() {
        Err(Errno::ECHILD) => Ok(None),
        result => result,
    }
}

impl Zombie {
    pub(crate) fn pid(&self) -> Pid {
        self.0
    }

    /// Reaps it: from here on its pid may be another's.
    ///
    /// # Errors
    /// ECHILD if somebody else has reaped it.
    pub(crate) fn reap(self) -> nix::Result<Reaped> {
        let (status, usage) = sys::wait4(self.0, WaitPidFlag::WNOHANG)?.ok_or(Errno::ECHILD)?;
        Ok(Reaped { status, usage: usage.into() })
    }
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
