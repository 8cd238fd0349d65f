//! The options that every program has.

use std::path::PathBuf;

use clap::{ArgAction, ValueEnum};

use crate::generate::What;

/// The options every program has.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Options of every program")]
pub struct CommonArgs {
    /// Say more on stderr (twice: everything)
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,
    /// Say less on stderr: problems alone (twice: errors alone)
    #[arg(short, long, action = ArgAction::Count)]
    pub quiet: u8,
    /// How stderr is written: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    #[arg(global = true)]
    pub log_format: LogFormat,
    /// When to colour: auto (on a terminal, unless NO_COLOR is set), always or never
    #[arg(long, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    #[arg(global = true)]
    pub color: ColorChoice,
    /// Read this configuration file, or none [default: the first of
    /// ~/.config/PROGRAM/config.toml and /etc/PROGRAM/config.toml]
    #[arg(long, value_name = "FILE|none")]
    pub config: Option<PathBuf>,
    /// Check the whole configuration and exit
    #[arg(long)]
    pub check_config: bool,
    /// Print the configuration in force as TOML, with each value's origin, and exit
    #[arg(long)]
    pub print_config: bool,
    /// Print the manual page (man) or a shell's completions (bash, zsh or fish), and exit
    #[arg(long, value_name = "WHAT", hide_possible_values = true)]
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
