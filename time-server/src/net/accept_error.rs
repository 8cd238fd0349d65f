//! What an error of accept(2) means. Pure.

use nix::errno::Errno;

/// What to do about an error of accept(2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The queue is empty: wait for the next client.
    Empty,
    /// That one client is lost; the next is not.
    Transient,
    /// No descriptor is left. The client stays in the queue and the listener readable.
    NoDescriptor,
    /// No memory is left. The client stays in the queue and the listener readable.
    NoMemory,
    /// The listener itself is broken.
    Fatal,
}

impl Verdict {
    /// Tells an error's kind.
    ///
    /// Source: accept(2): on Linux it passes on errors that are pending on the new connection, which are
    /// to be treated like EAGAIN; so every error is transient but the few that are known to speak of the
    /// listener or of this process.
    #[must_use]
    pub const fn of(errno: Errno) -> Self {
        match errno {
            Errno::EAGAIN => Self::Empty,
            Errno::EMFILE | Errno::ENFILE => Self::NoDescriptor,
            Errno::ENOBUFS | Errno::ENOMEM => Self::NoMemory,
            Errno::EBADF | Errno::EINVAL | Errno::ENOTSOCK | Errno::EFAULT => Self::Fatal,
            _ => Self::Transient,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_client_or_a_network_error_ends_nothing() {
        use Errno::*;
        for errno in [
            EINTR,
            ECONNABORTED,
            EPERM,
            EPROTO,
            ENETDOWN,
            ENOPROTOOPT,
            EHOSTDOWN,
            ENONET,
            EHOSTUNREACH,
            EOPNOTSUPP,
            ENETUNREACH,
            ETIMEDOUT,
        ] {
            assert_eq!(Verdict::of(errno), Verdict::Transient, "{errno}");
        }
    }

    #[test]
    fn exhaustion_is_told_from_a_broken_listener() {
        assert_eq!(Verdict::of(Errno::EMFILE), Verdict::NoDescriptor);
        assert_eq!(Verdict::of(Errno::ENFILE), Verdict::NoDescriptor);
        assert_eq!(Verdict::of(Errno::ENOMEM), Verdict::NoMemory);
        assert_eq!(Verdict::of(Errno::ENOBUFS), Verdict::NoMemory);
        assert_eq!(Verdict::of(Errno::EAGAIN), Verdict::Empty);
        assert_eq!(Verdict::of(Errno::EBADF), Verdict::Fatal);
        assert_eq!(Verdict::of(Errno::EINVAL), Verdict::Fatal);
        assert_eq!(Verdict::of(Errno::ENOTSOCK), Verdict::Fatal);
    }
}
