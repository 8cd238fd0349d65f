//! `forker lab`: the same workload under each way that Unix offers to deal with the end of a child, side by side.
//!
//! ```text
//! lab ── stands in for init: adopts and reaps orphans; samples /proc, prints the table   (experiment, table)
//! └─ demonstrator ── ticks, forks, and deals with its children in one way                (experiment, strategy)
//!    └─ run ── ends with a status, and leaves an orphan
//! ```

mod experiment;
mod strategy;
mod table;

use std::ffi::CString;
use std::io::{self, IsTerminal};

use clap::ValueEnum;
use common::logging;
use common::options::{ColorChoice, LogFormat};
use nix::sys::prctl;

use self::experiment::Observed;
pub(crate) use self::strategy::Strategy;
use self::table::Table;
use crate::error::Error;
use crate::process::command::PreparedCommand;
use crate::process::signals;
use crate::report::text;

/// What is to be shown.
#[derive(Debug)]
pub struct Lab {
    pub(crate) only: Option<Strategy>,
    pub(crate) command: Vec<CString>,
    pub(crate) format: LogFormat,
    pub(crate) color: ColorChoice,
}

/// Runs the workload under each strategy, or the only one, and prints what was observed.
///
/// # Errors
/// What the system refuses.
pub fn run(lab: &Lab) -> Result<u8, Error> {
    let (signals, inherited) = signals::take_over().map_err(Error::system("take over signals"))?;
    // As init does, the lab adopts every process below it whose parent ends.
    prctl::set_child_subreaper(true).map_err(Error::system("adopt orphans"))?;
    let command = PreparedCommand::new(&lab.command, false, inherited)
        .map_err(Error::system("prepare the command"))?;
    let color = logging::is_colored(lab.color, io::stdout().is_terminal());
    let mut table = Table::new(lab.format, color, lab.only.is_some());
    table.begin(&lab.command)?;
    let strategies =
        lab.only.map_or_else(|| Strategy::value_variants().to_vec(), |only| vec![only]);
    for strategy in strategies {
        match experiment::run(strategy, &command, &signals)? {
            Observed::Facts(facts) => {
                if let Some(errno) = command.any_failed_exec() {
                    return Err(Error::NotExecuted(text::not_executed(errno, &lab.command)));
                }
                table.add(strategy, &facts)?;
            }
            Observed::Interrupted(status) => return Ok(status),
        }
    }
    table.finish()?;
    Ok(common::exit::OK)
}
