//! How a signal is delivered, and never to a stranger. Whom to signal, when and how often is decided elsewhere.

use nix::errno::Errno;
use nix::sys::signal::{self, Signal, killpg};
use nix::unistd::Pid;

use crate::process::procfs;
use crate::process::snapshot::Target;
use crate::sys;

/// Sends a signal. It is no error if the target has ended.
///
/// # Errors
/// EPERM, if the target lives and is another user's.
pub(crate) fn send(target: Target, signal: Signal) -> nix::Result<()> {
    // A stopped process acts on TERM only when it is continued (signal(7)).
    let then = (signal == Signal::SIGTERM).then_some(Signal::SIGCONT);
    for signal in [signal].into_iter().chain(then) {
        match send_one(target, signal) {
            Ok(()) | Err(Errno::ESRCH) => {}
            Err(_) if has_ended(target) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

fn send_one(target: Target, signal: Signal) -> nix::Result<()> {
    match target {
        Target::Group(group) => killpg(group, signal),
        Target::Child(pid) => signal::kill(pid, signal),
        Target::Process { pid, started } => send_to_process(pid, started, signal),
    }
}

/// A pidfd refers to one process for ever, so the check comes between opening it and sending. Where there is no pidfd
/// (ENOSYS, or no descriptor is left), the check comes right before kill(2).
fn send_to_process(pid: Pid, started: u64, signal: Signal) -> nix::Result<()> {
    if let Ok(pidfd) = sys::pidfd_open(pid)
        && let Ok(is_same) = is_same(pid, started)
    {
        return if is_same { sys::pidfd_send_signal(&pidfd, signal) } else { Ok(()) };
    }
    // The pidfd is closed by now: its descriptor may be the one that the check needs.
    if is_same(pid, started)? { signal::kill(pid, signal) } else { Ok(()) }
}

fn is_same(pid: Pid, started: u64) -> nix::Result<bool> {
    let process = procfs::read(pid)
        .map_err(|error| error.raw_os_error().map_or(Errno::UnknownErrno, Errno::from_raw))?;
    Ok(process.is_some_and(|process| process.started == started))
}

/// Whether it has ended meanwhile. A zombie of another user may not be signalled either (kill(2)).
fn has_ended(target: Target) -> bool {
    let ended = |pid| procfs::read(pid).is_ok_and(|now| now.is_none_or(|now| now.is_zombie));
    !matches!(target, Target::Group(_)) && ended(target.id())
}

/// Whether a group has any member, zombies included.
pub(crate) fn group_exists(group: Pid) -> bool {
    killpg(group, None) != Err(Errno::ESRCH)
}
