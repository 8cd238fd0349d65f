//! Processes: how one is started (`command`), seen (`procfs`), signalled with all of its tree (`tree`) and reaped (`reap`),
//! and the signals that forker itself gets (`signals`).

pub(crate) mod command;
pub(crate) mod procfs;
pub(crate) mod reap;
pub(crate) mod signals;
pub(crate) mod tree;
