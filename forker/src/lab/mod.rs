//! `forker lab`: one workload under every way that Unix offers to deal with a child's end, side by side.
//!
//! ```text
//! lab, the init of it all ── samples /proc, reaps what it adopts, prints the table      (experiment, table)
//! └─ demonstrator ── ticks, forks, and deals with its children in one way               (experiment, strategy)
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

use self::experiment::Verdict;
use crate::Error;
use crate::process::command::Recipe;
use crate::process::signals;

/// A way to deal with the end of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Not at all
    None,
    /// Wait for each child at once
    Wait,
    /// Reap when SIGCHLD says so, as forker
    Sigchld,
    /// Watch a descriptor for each child
    Pidfd,
    /// Ignore SIGCHLD, so that the kernel reaps
    Ignore,
    /// Fork twice, so that init reaps
    DoubleFork,
}

/// What is to be shown.
#[derive(Debug)]
pub struct Lab {
    pub(crate) only: Option<Kind>,
    pub(crate) command: Vec<CString>,
    pub(crate) format: LogFormat,
    pub(crate) color: ColorChoice,
}

/// Runs the workload under each way, or the only one, and shows what came of it.
///
/// # Errors
/// What the system refuses.
pub fn run(lab: &Lab) -> Result<u8, Error> {
    let (signals, inherited) = signals::take_over().map_err(Error::system("take over signals"))?;
    // The lab stands in for init: whoever loses its parent below becomes its child.
    prctl::set_child_subreaper(true).map_err(Error::system("adopt orphans"))?;
    let recipe = Recipe::new(&lab.command, false, inherited)
        .map_err(Error::system("prepare the command"))?;
    let color = logging::is_colored(lab.color, io::stdout().is_terminal());
    let mut page = table::Page::new(lab, color)?;
    let kinds = lab.only.map_or_else(|| Kind::value_variants().to_vec(), |only| vec![only]);
    for kind in kinds {
        match experiment::run(kind, &recipe, &signals)? {
            Verdict::Seen(facts) => {
                if let Some(errno) = recipe.any_failed_exec() {
                    return Err(Error::System { what: "execute the command", errno });
                }
                page.add(kind, &facts)?;
            }
            Verdict::Interrupted(status) => return Ok(status),
        }
    }
    page.finish()?;
    Ok(common::exit::OK)
}
