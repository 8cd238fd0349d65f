//! What a setting is: the option that clap knows, its key, its environment variable, and what it takes.

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::{Arg, ArgAction, Command};

use super::error::problem;

/// The variables that are set; an empty one counts as unset.
pub(super) type Environment = BTreeMap<String, OsString>;

/// The environment of this process.
pub(super) fn environment() -> Environment {
    let set = std::env::vars_os().filter(|(_, value)| !value.is_empty());
    set.filter_map(|(name, value)| Some((name.into_string().ok()?, value))).collect()
}

/// Whether an option can be set in the file or the environment.
pub(super) fn is_setting(arg: &Arg) -> bool {
    let answers = matches!(
        arg.get_action(),
        ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
    );
    let about_settings = ["config", "check_config", "print_config", "generate"];
    !answers && !about_settings.contains(&arg.get_id().as_str())
}

/// The options that can be set in the file or the environment.
pub(super) fn settings(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| is_setting(arg))
}

/// The file key of an option: its long flag, or a positional argument's name.
pub(super) fn key(arg: &Arg) -> &str {
    arg.get_long().unwrap_or_else(|| arg.get_id().as_str())
}

/// The environment variable of a key.
pub(super) fn variable(program: &str, key: &str) -> String {
    format!("{program}_{key}").to_uppercase().replace('-', "_")
}

pub(super) fn is_list(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append)
        || arg.get_num_args().is_some_and(|range| range.max_values() > 1)
}

/// A switch: on if it is there.
pub(super) fn is_switch(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::SetTrue)
}

/// Whether an option takes these values: clap is asked about a command that has this option alone.
pub(super) fn check(arg: &Arg, values: &[String]) -> Result<(), String> {
    let lone = arg.clone().required(false).default_values(values);
    let command = Command::new("check").no_binary_name(true).arg(lone);
    command.try_get_matches_from([""; 0]).map(drop).map_err(|error| problem(&error))
}
