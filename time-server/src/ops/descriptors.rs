//! How many descriptors this process may have, getrlimit(2), and how many of them closing connections may use. What the
//! server itself needs is set apart first, for a worker without its descriptors answers nobody.

use std::fs;

use common::words;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::error::Error;

/// Descriptors that are kept free of closing connections, more if the server needs more.
const RESERVED: u64 = 64;
/// What each worker opens: its epoll(7) set and its spare descriptor.
const FOR_A_WORKER: u64 = 2;
/// What all workers share (events, signals), and room for a new connection and for files that are read now and then.
const SHARED: u64 = 16;

/// Raises the limit on descriptors to the hard one, which needs no privilege (getrlimit(2)), and returns it.
pub(crate) fn raise_limit() -> u64 {
    getrlimit(Resource::RLIMIT_NOFILE).map_or(1024, |(soft, hard)| {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard).map_or(soft, |()| hard)
    })
}

/// How many are open: the sockets, the standard streams, and what was inherited. The limit is one on their numbers, so those
/// beyond it take none of it.
pub(crate) fn open(limit: u64) -> u64 {
    let Ok(open) = fs::read_dir("/proc/self/fd") else { return 0 };
    let numbers = open.filter_map(|fd| fd.ok()?.file_name().to_str()?.parse::<u64>().ok());
    numbers.filter(|number| *number < limit).count() as u64
}

/// How many connections may be closing at once: as many as are `wanted`, as far as the limit goes. Logs if it does not.
///
/// # Errors
/// None would be left.
pub(crate) fn closing_capacity(
    limit: u64,
    open: u64,
    workers: usize,
    wanted: usize,
) -> Result<usize, Error> {
    let reserved = RESERVED.max(open + FOR_A_WORKER * workers as u64 + SHARED);
    let most = usize::try_from(limit.saturating_sub(reserved)).unwrap_or(usize::MAX);
    if most == 0 {
        return Err(Error::Descriptors { limit, needed: reserved + 1, workers });
    }
    if most < wanted {
        let connections = words::count(most as u64, "connection");
        tracing::warn!(
            "At most {connections} can be closing at once, by the limit on descriptors (ulimit -Hn)."
        );
    }
    Ok(wanted.min(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_and_inherited_descriptors_are_provided_for_before_closing_connections() {
        let capacity = |limit, open, workers| closing_capacity(limit, open, workers, 1024).ok();
        assert_eq!(capacity(1 << 20, 5, 1), Some(1024));
        assert_eq!(capacity(1024, 5, 1), Some(960));
        assert_eq!(capacity(65, 5, 1), Some(1));
        assert_eq!(capacity(64, 5, 1), None);
        assert_eq!(capacity(1024, 5, 256), Some(1024 - 512 - 21));
        assert_eq!(capacity(533, 5, 256), None);
        assert_eq!(capacity(1024, 905, 1), Some(101));
        assert_eq!(capacity(1024, 1010, 1), None);
    }

    #[test]
    fn descriptors_beyond_the_limit_take_none_of_it() {
        assert!(open(u64::MAX) >= 4, "the standard streams and the folder that is read");
        assert_eq!(open(2), 2);
    }
}
