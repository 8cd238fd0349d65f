//! How an error in the configuration is reported: in the format that was asked for, as far as that can be known while
//! the configuration cannot. Flags win over the environment over the file, here too; what is wrong itself counts for
//! nothing.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Command, ValueEnum};
use toml::de::DeTable;

use super::setting::{Environment, variable};
use super::{file, layers};
use crate::options::LogFormat;

/// The format that was asked for.
pub(super) fn log_format(
    command: &Command,
    argv: &[OsString],
    environment: &Environment,
) -> LogFormat {
    let program = command.get_name();
    let parsed = layers::parse(&mut command.clone(), argv).ok();
    let flag = |id: &str, long: &str| match &parsed {
        Some(matches) if matches.value_source(id) == Some(ValueSource::CommandLine) => {
            matches.get_raw(id)?.next_back().map(OsStr::to_owned)
        }
        Some(_) => None,
        None => last(argv, long),
    };
    let format = |text: OsString| LogFormat::from_str(text.to_str()?, false).ok();
    let in_file = || {
        let path = flag("config", "--config").map(PathBuf::from);
        let (_, text) = file::find(program, path.as_ref(), environment).ok()??;
        // The rest of it may be wrong.
        let (table, _) = DeTable::parse_recoverable(&text);
        table.get_ref().get("log-format")?.get_ref().as_str().map(OsString::from)
    };
    flag("log_format", "--log-format")
        .and_then(format)
        .or_else(|| format(environment.get(&variable(program, "log-format"))?.clone()))
        .or_else(|| format(in_file()?))
        .unwrap_or_default()
}

/// The last value of an option in a command line that clap refuses. What follows a `--` is no option.
fn last(argv: &[OsString], option: &str) -> Option<OsString> {
    let words: Vec<_> = argv.iter().take_while(|word| *word != "--").collect();
    let value = |(at, word): (usize, &&OsString)| match word.to_str()?.strip_prefix(option)? {
        "" => words.get(at + 1).map(OsString::from),
        rest => rest.strip_prefix('=').map(OsString::from),
    };
    words.iter().enumerate().rev().find_map(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::CommonArgs;

    /// The format for this command line, this variable and this file.
    fn asked(flags: &[&str], value: Option<&str>, text: &str) -> LogFormat {
        let file = tempfile(text);
        let command = <CommonArgs as clap::Args>::augment_args(Command::new("forker"));
        let command = command.arg(clap::Arg::new("command").trailing_var_arg(true).num_args(0..));
        let config = file.to_str().unwrap();
        let argv = ["forker", "--config", config]
            .into_iter()
            .chain(flags.iter().copied())
            .map(OsString::from);
        let variable = value.map(|value| ("FORKER_LOG_FORMAT".to_owned(), OsString::from(value)));
        let found = log_format(
            &command,
            &argv.collect::<Vec<_>>(),
            &variable.into_iter().collect::<Environment>(),
        );
        std::fs::remove_file(&file).unwrap();
        found
    }

    fn tempfile(text: &str) -> PathBuf {
        static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("early-{}-{number}.toml", std::process::id()));
        std::fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn the_format_is_found_wherever_it_was_asked_for() {
        use LogFormat::{Json, Text};
        for (flags, variable, file, expected) in [
            (&["--bogus"][..], None, "", Text),
            (&["--bogus", "--log-format", "json"], None, "", Json),
            (&["--log-format=json", "--bogus"], None, "", Json),
            (&["--log-format=text", "--bogus", "--log-format=json"], None, "", Json),
            (&["--log-format=xml"], None, "", Text),
            (&["--log-format"], None, "", Text),
            // The command's own option, not ours.
            (&["--bogus", "--", "ls", "--log-format", "json"], None, "", Text),
            (&["ls", "--log-format", "json"], None, "", Text),
            (&["--bogus"], Some("json"), "", Json),
            (&["--bogus", "--log-format", "text"], Some("json"), "", Text),
            (&["--log-format", "xml"], Some("json"), "", Json),
            (&[], None, "nonsense = 1\nlog-format = \"json\"", Json),
            (&["--bogus"], None, "log-format = \"json\"\nlog-format =", Json),
            (&["--bogus"], Some("text"), "log-format = \"json\"", Text),
        ] {
            assert_eq!(asked(flags, variable, file), expected, "{flags:?} {variable:?} {file:?}");
        }
    }
}
