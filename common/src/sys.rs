//! What nix lacks: a write that gives up instead of waiting, and a look at how a signal is treated.
#![expect(unsafe_code, reason = "the one place in this crate that calls libc directly")]

use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;

use nix::errno::Errno;
use nix::libc;

/// Writes what fits into `fd` at once, whatever its `O_NONBLOCK` says: that flag belongs to the open file
/// description, which the shell and every child share, so it is not ours to set.
///
/// Source: pwritev2(2), `RWF_NOWAIT`.
///
/// # Errors
/// EAGAIN when nothing fits now; EOPNOTSUPP where the file knows no such write (terminals).
pub(crate) fn write_nowait(fd: BorrowedFd<'_>, bytes: &[u8]) -> nix::Result<usize> {
    const CURRENT_OFFSET: libc::off_t = -1;
    let block = libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
    // SAFETY: `block` describes `bytes`, which outlives the call and is only read from.
    let written = unsafe {
        libc::pwritev2(fd.as_raw_fd(), &raw const block, 1, CURRENT_OFFSET, libc::RWF_NOWAIT)
    };
    Errno::result(written).map(isize::unsigned_abs)
}

/// Whether a signal is ignored (sigaction(2)). It is a plain number, because nix has no real-time signals.
#[must_use]
pub fn is_ignored(signal: i32) -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: a null new action only asks, and `action` is a place for the answer.
    let result = unsafe { libc::sigaction(signal, ptr::null(), action.as_mut_ptr()) };
    // SAFETY: all zeroes is a sigaction, and the call has filled it in or left it so.
    let action = unsafe { action.assume_init() };
    result == 0 && action.sa_sigaction == libc::SIG_IGN
}
