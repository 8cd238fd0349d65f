//! `time-server lab`: the same clients under every way to hang up, side by side.
//!
//! ```text
//! lab ── prints, obeys signals and the reader of stdout, looks at the kernel's tables     (watch, table, kernel)
//! └─ server ── a thread: accepts, sends the time, hangs up in one way                     (experiment, hang_up, way)
//!    └─ clients ── a thread each: speak, read to the end, see what they got               (client)
//! ```
//!
//! All are threads of one process, so nothing of them outlives it. What the ring does is the server's own code, in
//! [`crate::policy`] and [`crate::responder`].

mod client;
mod experiment;
mod hang_up;
mod kernel;
mod table;
mod watch;
pub mod way;

use std::io::{self, IsTerminal};

use clap::ValueEnum;
use common::logging;

use self::experiment::Look;
use self::table::Table;
use self::watch::{Interruption, Watch};
use self::way::Way;
use crate::args::Lab;
use crate::error::Error;
use crate::ops::descriptors;

/// Tries each way to hang up, or the only one, and prints what became of the clients.
///
/// # Errors
/// What the system refuses.
pub fn run(lab: &Lab) -> Result<(), Error> {
    match show(lab) {
        Ok(()) | Err(Interruption::Stopped) => Ok(()),
        Err(Interruption::Failed(error)) => Err(error),
    }
}

fn show(lab: &Lab) -> Result<(), Interruption> {
    descriptors::raise_limit();
    // Before the first thread is started: a process of several cannot enter a namespace of users, unshare(2).
    let own_network = kernel::enter_own_network();
    let color = logging::is_colored(lab.color, io::stdout().is_terminal());
    let mut table = Table::new(lab.format, color, lab.only.is_some(), own_network);
    let mut watch = Watch::new()?;
    watch.print(&table.begin())?;
    let ways = lab.only.map_or_else(|| Way::value_variants().to_vec(), |only| vec![only]);
    let look = Look { at_resets: own_network.is_ok(), at_states: lab.only.is_some() };
    for way in ways {
        let facts = experiment::run(way, look, &mut watch)?;
        watch.print(&table.add(way, &facts))?;
    }
    watch.print(&table.finish())
}
