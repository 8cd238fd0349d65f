//! What an error of accept(2) means for the server. Pure.

use nix::errno::Errno;

/// The kinds of error of accept(2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AcceptError {
    /// The queue is empty: wait for the next client.
    Empty,
    /// One client is lost: accept the next one.
    Transient,
    /// No descriptor is left. The client stays in the queue and the listener readable.
    NoDescriptor,
    /// No memory is left. The client stays in the queue and the listener readable.
    NoMemory,
    /// The listener itself is broken.
    Fatal,
}

impl From<Errno> for AcceptError {
    /// Every error is transient but the few that are known to concern the listener or this process: on Linux accept(2)
    /// also returns errors that are pending on the new connection, to be treated like EAGAIN.
    fn from(errno: Errno) -> Self {
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
            assert_eq!(AcceptError::from(errno), AcceptError::Transient, "{errno}");
        }
    }

    #[test]
    fn a_lack_of_descriptors_or_memory_is_not_a_broken_listener() {
        assert_eq!(AcceptError::from(Errno::EMFILE), AcceptError::NoDescriptor);
        assert_eq!(AcceptError::from(Errno::ENFILE), AcceptError::NoDescriptor);
        assert_eq!(AcceptError::from(Errno::ENOMEM), AcceptError::NoMemory);
        assert_eq!(AcceptError::from(Errno::ENOBUFS), AcceptError::NoMemory);
        assert_eq!(AcceptError::from(Errno::EAGAIN), AcceptError::Empty);
        assert_eq!(AcceptError::from(Errno::EBADF), AcceptError::Fatal);
        assert_eq!(AcceptError::from(Errno::EINVAL), AcceptError::Fatal);
        assert_eq!(AcceptError::from(Errno::ENOTSOCK), AcceptError::Fatal);
    }
}
