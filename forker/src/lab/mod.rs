//! `forker lab`: the same workload under each way that Unix offers to deal with the end of a child, side by side.
//!
//! ```text
//! lab ── watches in /proc, prints, obeys signals and the reader of stdout                  (experiment, watch, table)
//! └─ init ── a stand-in: adopts and reaps orphans, ends all below it when the lab ends     (init)
//!    └─ demonstrator ── ticks, forks, and deals with its children in one way               (demonstrator, strategy)
//!       └─ run ── ends with a status, and leaves an orphan
//! ```
//!
//! The three processes of forker's own speak over a socket (`link`). If KILL ends the lab, init ends what is below it; if
//! KILL ends init, the lab does. Only KILL to both at the same time leaves processes behind.

mod demonstrator;
mod experiment;
mod explanation;
mod init;
mod link;
mod pace;
mod poll;
mod strategy;
mod table;
mod watch;

use std::ffi::CString;
use std::io::{self, IsTerminal};

use clap::ValueEnum;
use common::logging;
use common::options::{ColorChoice, LogFormat};
use nix::sys::prctl;

pub(crate) use self::strategy::Strategy;
use self::table::Table;
use self::watch::{Interruption, Watch};
use crate::error::Error;
use crate::process::command::PreparedCommand;
use crate::process::{procfs, signals};
use crate::report::exec;
use crate::report::run::FAILED;

/// What is to be shown.
#[derive(Debug)]
pub struct Lab {
    pub(crate) only: Option<Strategy>,
    pub(crate) command: Vec<CString>,
    pub(crate) format: LogFormat,
    pub(crate) color: ColorChoice,
}

/// Runs the workload under each strategy, or the only one, and prints what was observed. That the system refuses one of
/// several is what there is to see; that it refuses the only one is a failure.
///
/// # Errors
/// What the system refuses.
pub fn run(lab: &Lab) -> Result<u8, Error> {
    match show(lab) {
        Ok(()) => Ok(common::exit::OK),
        Err(Interruption::Stopped(status)) => Ok(status),
        Err(Interruption::Failed(error)) => Err(error),
    }
}

fn show(lab: &Lab) -> Result<(), Interruption> {
    let (signals, inherited) = signals::take_over().map_err(Error::system("take over signals"))?;
    // If the stand-in for init is killed, what was below it comes to the lab.
    prctl::set_child_subreaper(true).map_err(Error::system("adopt orphans"))?;
    let mut command = PreparedCommand::new(&lab.command, false, &inherited, None)?;
    procfs::all().map_err(Error::NoProc)?;
    let color = logging::is_colored(lab.color, io::stdout().is_terminal());
    let mut table = Table::new(lab.format, color, lab.only.is_some());
    let mut watch = Watch::new(signals);
    watch.print(&table.begin(&lab.command))?;
    let strategies =
        lab.only.map_or_else(|| Strategy::value_variants().to_vec(), |only| vec![only]);
    for strategy in strategies {
        let observed = experiment::run(strategy, &mut command, &mut watch)?;
        if let Some(errno) = command.any_failed_exec() {
            return Err(Error::NotExecuted(exec::not_executed(errno, &lab.command)).into());
        }
        watch.print(&table.add(strategy, &observed))?;
        if observed.is_err() && lab.only.is_some() {
            return Err(Interruption::Stopped(FAILED));
        }
    }
    watch.print(&table.finish())
}
