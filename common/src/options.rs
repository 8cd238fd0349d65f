//! The options that every program has.

use std::path::PathBuf;

use clap::{ArgAction, ValueEnum};

use crate::generate::What;
use crate::number;

/// Where they stand in the help.
pub(crate) const HEADING: &str = "Common options";

/// The options every program has.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = HEADING)]
pub struct CommonArgs {
    /// Log more; twice: everything
    #[arg(short, long, action = ArgAction::Count, value_parser = number::within(0_u8, 9))]
    pub verbose: u8,
    /// Log only warnings and errors; twice: errors
    #[arg(short, long, action = ArgAction::Count, value_parser = number::within(0_u8, 9))]
    pub quiet: u8,
    /// Write the log as text or as json (one object per line)
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    #[arg(global = true, hide_short_help = true)]
    pub log_format: LogFormat,
    /// Colour the output: auto, always or never
    ///
    /// auto colours what goes to a terminal, unless NO_COLOR is set or TERM is dumb.
    #[arg(long, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    #[arg(global = true, hide_short_help = true)]
    pub color: ColorChoice,
    /// Read this configuration file, or none
    #[arg(long, value_name = "FILE|none")]
    pub config: Option<PathBuf>,
    /// Check the configuration and exit
    #[arg(long, hide_short_help = true)]
    pub check_config: bool,
    /// Print the configuration in force and where each value comes from, as TOML, and exit
    #[arg(long, hide_short_help = true)]
    pub print_config: bool,
    /// Print the manual page (man) or the completions of a shell (bash, zsh, fish), and exit
    #[arg(long, value_name = "WHAT", hide_possible_values = true, hide_short_help = true)]
    pub generate: Option<What>,
}

/// How stderr is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A sentence a line.
    #[default]
    Text,
    /// A JSON object a line.
    Json,
}

/// When to colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
