//! What every program's command line has: the end of `--help`, and negative numbers as values.

use clap::Command;

const EXIT_STATUS: &str = "\
Exit status:
          0 if all went well, also when a signal or a closed standard output
          ended it; 1 if it failed while running; 2 on bad usage or
          configuration.

";

/// What holds for every program.
const COMMON: &str = include_str!("help.txt");

/// Where the sections begin that come last.
const EXAMPLES: &str = "Examples:";

/// The command with the whole text of its `--help`: the common sections too, before its own examples.
pub(crate) fn complete(command: Command) -> Command {
    let program = command.get_name().to_owned();
    let own = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    let (own, examples) = own.split_at(own.find(EXAMPLES).unwrap_or(own.len()));
    let status = if own.contains("Exit status:") { "" } else { EXIT_STATUS };
    let variable = format!("{program}_").to_uppercase().replace('-', "_");
    let common = COMMON.replace("PROGRAM_", &variable).replace("PROGRAM", &program);
    command.after_long_help(format!("{own}{status}{common}{}", examples.trim_end()))
}

/// The command, to which a negative number is a wrong value of its option, not an unknown option.
pub(crate) fn with_negative_numbers(command: Command) -> Command {
    command.mut_args(|arg| {
        let takes_value = arg.get_long().is_some() && arg.get_action().takes_values();
        if takes_value { arg.allow_negative_numbers(true) } else { arg }
    })
}
