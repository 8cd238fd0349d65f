//! The command line, and the configuration it becomes: one that cannot hold a bad state.

use std::ffi::{CString, OsString};
use std::os::unix::ffi::OsStringExt;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueHint};
use common::config::Arguments;
use common::duration::{self, at_least};
use common::number;
use common::options::CommonArgs;

use crate::error::Error;
use crate::lab::{Lab, Strategy};
use crate::supervisor::{Overlap, Policy, Until};

/// Runs a command on a steady schedule and leaves no process behind.
#[derive(Debug, Parser)]
#[command(name = "forker", version, after_long_help = include_str!("help.txt"))]
#[command(override_usage = USAGE, disable_help_subcommand = true, max_term_width = 100)]
pub struct Args {
    /// Time between ticks
    #[arg(short, long, value_name = "DURATION", default_value = "500ms", value_parser = at_least(SHORTEST))]
    #[arg(allow_hyphen_values = true)]
    interval: Duration,
    /// Run on every Nth tick
    #[arg(short, long, value_name = "N", default_value_t = 10, value_parser = number::at_least(1_u64))]
    every: u64,
    /// End after N runs [default: no end]
    ///
    /// Counts the runs that were started; what was skipped is no run.
    #[arg(short = 'n', long, value_name = "N", value_parser = number::at_least(1_u64))]
    count: Option<u64>,
    /// Run on tick 1 too
    #[arg(long)]
    now: bool,
    /// Begin at a whole multiple of the interval
    ///
    /// By the local clock, once: with -i 1h the first tick is on the hour, and the others follow at the interval.
    #[arg(long)]
    align: bool,
    /// Wait a random part of this before the first tick
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, allow_hyphen_values = true)]
    splay: Option<Duration>,
    /// If a run is going: allow, forbid or replace
    ///
    /// allow starts another run, forbid skips this one, replace terminates the last one first.
    #[arg(long, value_name = "WAY", default_value = "allow", hide_possible_values = true)]
    overlap: Overlap,
    /// Runs at a time; others are skipped
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = number::at_least(1_u64))]
    max_children: u64,
    /// Terminate a run that takes longer [default: never]
    ///
    /// TERM to the run and all that it has started, KILL after the grace.
    #[arg(long, value_name = "DURATION", value_parser = at_least(SHORTEST))]
    #[arg(allow_hyphen_values = true)]
    timeout: Option<Duration>,
    /// Time between TERM and KILL
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = duration::parse)]
    #[arg(allow_hyphen_values = true)]
    grace: Duration,
    /// Stop at the first run that fails
    #[arg(long)]
    until_failure: bool,
    /// Stop at the first run that ends well
    ///
    /// With -n, and if none did, the status is that of the last run.
    #[arg(long)]
    until_success: bool,
    /// Leave alone what a run leaves behind
    ///
    /// What a run has left by itself; what is being terminated with a run is not kept.
    #[arg(long)]
    keep_orphans: bool,
    /// Command to run, with its arguments [default: ls -l]
    #[arg(value_name = "COMMAND", trailing_var_arg = true, default_values = ["ls", "-l"])]
    #[arg(value_hint = ValueHint::CommandWithArguments, hide_default_value = true)]
    command: Vec<OsString>,
    #[command(flatten)]
    common: CommonArgs,
    #[command(subcommand)]
    lesson: Option<Lesson>,
}

#[derive(Debug, Subcommand)]
enum Lesson {
    /// Show one workload under eight ways to deal with the end of a child
    Lab {
        /// Show only this way, in detail
        #[arg(long, value_name = "WAY")]
        only: Option<Strategy>,
        /// Command to run [default: a shell that exits with 7 and leaves an orphan]
        #[arg(value_name = "COMMAND", trailing_var_arg = true, default_values = WORKLOAD)]
        #[arg(value_hint = ValueHint::CommandWithArguments, hide_default_value = true)]
        command: Vec<OsString>,
    },
}

const USAGE: &str = "forker [OPTIONS] [[--] COMMAND [ARG...]]
       forker lab [--only WAY] [-- COMMAND [ARG...]]";

/// A run that ends with a status of its own after longer than a tick, and leaves an orphan.
const WORKLOAD: [&str; 3] = ["sh", "-c", "sleep 0.4 & sleep 0.04; exit 7"];

impl Arguments for Args {
    fn common(&self) -> &CommonArgs {
        &self.common
    }
}

/// The shortest interval and timeout. An interval of 0 would be a busy loop.
const SHORTEST: Duration = Duration::from_nanos(1);

/// What was asked for.
#[derive(Debug)]
pub enum Task {
    /// To run a command on a schedule.
    Run(Config),
    /// To show the life of a process.
    Lab(Lab),
}

/// What forker is to do.
#[derive(Debug)]
pub struct Config {
    pub(crate) interval: Duration,
    pub(crate) every: u64,
    pub(crate) now: bool,
    pub(crate) align: bool,
    pub(crate) splay: Option<Duration>,
    pub(crate) policy: Policy,
    /// At least one word.
    pub(crate) command: Vec<CString>,
    /// Whether stdout shows what forker does, or is the command's alone.
    pub(crate) shows_ticks: bool,
}

impl TryFrom<Args> for Task {
    type Error = Error;

    fn try_from(args: Args) -> Result<Self, Error> {
        if let Some(Lesson::Lab { only, command }) = args.lesson {
            let command = words(command)?;
            let CommonArgs { log_format, color, .. } = args.common;
            return Ok(Self::Lab(Lab { only, command, format: log_format, color }));
        }
        let until = match (args.until_failure, args.until_success) {
            (false, false) => None,
            (true, false) => Some(Until::Failure),
            (false, true) => Some(Until::Success),
            (true, true) => return Err(Error::TwoEnds),
        };
        Ok(Self::Run(Config {
            interval: args.interval,
            every: args.every,
            now: args.now,
            align: args.align,
            splay: args.splay,
            policy: Policy {
                count: args.count,
                grace: args.grace,
                overlap: args.overlap,
                max_children: args.max_children,
                timeout: args.timeout,
                until,
                keep_orphans: args.keep_orphans,
            },
            command: words(args.command)?,
            shows_ticks: args.common.quiet == 0,
        }))
    }
}

fn words(command: Vec<OsString>) -> Result<Vec<CString>, Error> {
    let command: Vec<CString> = command.into_iter().map(c_string).collect::<Result<_, _>>()?;
    match command.first() {
        None => Err(Error::NoCommand),
        Some(name) if name.is_empty() => Err(Error::EmptyName),
        Some(_) => Ok(command),
    }
}

fn c_string(word: OsString) -> Result<CString, Error> {
    CString::new(word.into_vec())
        .map_err(|error| Error::Nul(String::from_utf8_lossy(&error.into_vec()).into_owned()))
}
