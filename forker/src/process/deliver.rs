//! How a signal is delivered, and never to a stranger: to a whole group at once, or to one process through a pidfd.
//! Whom to signal, when and how often is decided elsewhere.

use nix::errno::Errno;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tracing::error;

use crate::process::procfs;
use crate::process::snapshot::Process;
use crate::sys;

/// Sends a signal to a group. The group's leader must not have been reaped: until then no other group can get its id.
pub(crate) fn to_group(group: Pid, signal: Signal) {
    send(group, signal, |signal| killpg(group, signal));
}

/// Sends a signal to a process, unless another process has its pid by now. A pidfd refers to one process for ever, so
/// the check comes between opening it and sending.
pub(crate) fn to_process(process: &Process, signal: Signal) {
    let Ok(pidfd) = sys::pidfd_open(process.pid) else {
        return;
    };
    if procfs::read(process.pid).is_some_and(|now| now.is_same(process)) {
        send(process.pid, signal, |signal| sys::pidfd_send_signal(&pidfd, signal));
    }
}

/// Whether a group has any member, zombies included.
pub(crate) fn group_exists(group: Pid) -> bool {
    killpg(group, None) != Err(Errno::ESRCH)
}

fn send(to: Pid, signal: Signal, send: impl Fn(Signal) -> nix::Result<()>) {
    // A stopped process acts on TERM only when it is continued (signal(7)).
    let then = (signal == Signal::SIGTERM).then_some(Signal::SIGCONT);
    for signal in [signal].into_iter().chain(then) {
        match send(signal) {
            // ESRCH: it has ended meanwhile.
            Ok(()) | Err(Errno::ESRCH) => {}
            Err(errno) => {
                error!(pid = to.as_raw(), "cannot send {signal} to {to}: {}", errno.desc());
            }
        }
    }
}
