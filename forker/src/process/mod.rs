//! Processes: started (`command`), read from /proc (`procfs`, `snapshot`), signalled (`deliver`) and reaped (`reap`);
//! and the signals that forker itself gets (`signals`).

pub(crate) mod command;
pub(crate) mod deliver;
pub(crate) mod procfs;
pub(crate) mod reap;
pub(crate) mod signals;
pub(crate) mod snapshot;
