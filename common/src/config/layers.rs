//! Every option's value and where it came from: the file and the environment are read, checked by clap, and
//! handed to clap as the command's defaults, so that a flag wins by itself.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::{Arguments, Error, file, first_paragraph, tell, usage};
use crate::escape;
use crate::generate::generate;

/// Where a value was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    Environment(String),
    File { path: PathBuf, line: usize },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::File { path, line } => write!(f, "{}:{line}", escape::path(path)),
        }
    }
}

/// Every option's value, and where it came from.
pub(super) struct Settings {
    pub(super) command: Command,
    pub(super) matches: ArgMatches,
    pub(super) origins: BTreeMap<String, Origin>,
    pub(super) file: Option<PathBuf>,
    pub(super) warnings: Vec<String>,
}

impl Settings {
    /// Whether an option's value is more than its default: a flag, the environment or the file gave it.
    pub(super) fn is_set(&self, id: &str) -> bool {
        self.matches.value_source(id) == Some(ValueSource::CommandLine)
            || self.origins.contains_key(id)
    }
}

pub(super) type Environment<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// Lays the layers over each other. `None` when what was asked for is told already (help, version, manual).
pub(super) fn resolve<A: Arguments>(
    argv: Vec<OsString>,
    environment: Environment<'_>,
) -> Result<Option<Settings>, Error> {
    let command = A::command();
    let program = command.get_name().to_owned();
    // The command line alone comes first: help must work whatever the file says, and it names the file.
    let flags = match with_switches(command.clone()).try_get_matches_from(&argv) {
        Ok(matches) => matches,
        Err(error) if !error.use_stderr() => {
            // The help of the plain command: `--now` reads better there than `--now[=<BOOL>]`.
            let plain = command.try_get_matches_from(&argv).err();
            let answer = plain.filter(|plain| !plain.use_stderr()).unwrap_or(error);
            tell(answer.render().to_string().as_bytes())?;
            return Ok(None);
        }
        Err(error) => return Err(usage(&program, &error)),
    };
    if let Some(what) = flags.get_one("generate") {
        tell(&generate(*what, command, A::MANUAL))?;
        return Ok(None);
    }
    let mut layers = Layers::default();
    let file = file::find(&program, flags.get_one("config"), environment)?;
    if let Some((path, text)) = &file {
        layers.add_file(path, text, &command)?;
    }
    layers.add_environment(&command, environment)?;

    let given = |id: &str| flags.value_source(id) == Some(ValueSource::CommandLine);
    if given("verbose") || given("quiet") {
        // They are one dial: a flag on either side overrules what the lower layers say of both.
        layers.values.retain(|id, _| id != "verbose" && id != "quiet");
    }
    let Layers { mut values, origins, warnings } = layers;
    let command = command.mut_args(|arg| match values.remove(arg.get_id().as_str()) {
        Some(list) => arg.default_values(list),
        None => arg,
    });
    let matches = with_switches(command.clone()).try_get_matches_from(&argv);
    let matches = matches.map_err(|error| usage(&program, &error))?;
    let file = file.map(|(path, _)| path);
    Ok(Some(Settings { command, matches, origins, file, warnings }))
}

/// Lets every boolean be switched off again: `--now=false` overrules a file's `now = true`, `--now` is
/// `--now=true`.
fn with_switches(command: Command) -> Command {
    command.mut_args(|arg| {
        if !is_setting(&arg) || !matches!(arg.get_action(), ArgAction::SetTrue) {
            return arg;
        }
        let is_off = arg.get_default_values().is_empty();
        let arg = if is_off { arg.default_value("false") } else { arg };
        let switch = arg.action(ArgAction::Set).num_args(0..=1).require_equals(true);
        switch.default_missing_value("true").value_name("BOOL")
    })
}

/// What the file and the environment set, by the option's id.
#[derive(Default)]
struct Layers {
    values: BTreeMap<String, Vec<String>>,
    origins: BTreeMap<String, Origin>,
    warnings: Vec<String>,
}

impl Layers {
    fn set(&mut self, id: String, values: Vec<String>, origin: Origin) {
        self.origins.insert(id.clone(), origin);
        self.values.insert(id, values);
    }

    fn add_file(&mut self, path: &Path, text: &str, command: &Command) -> Result<(), Error> {
        for entry in file::read(path, text, command)? {
            let origin = Origin::File { path: path.to_owned(), line: entry.line };
            self.set(entry.id, entry.values, origin);
        }
        Ok(())
    }

    fn add_environment(
        &mut self,
        command: &Command,
        environment: Environment<'_>,
    ) -> Result<(), Error> {
        let options = command.get_arguments().filter(|arg| arg.get_long().is_some());
        for arg in options.filter(|arg| is_setting(arg)) {
            let name = variable(command.get_name(), arg);
            let Some(value) = environment(&name) else { continue };
            let value = value.to_string_lossy().into_owned();
            if name.ends_with("_PORT") && value.starts_with("tcp://") {
                self.warnings
                    .push(format!("{name} is a Kubernetes service link, no port: ignored"));
                continue;
            }
            let values = if is_list(arg) {
                value.split(',').map(str::to_owned).collect()
            } else {
                vec![value]
            };
            check(arg, &values)
                .map_err(|problem| Error::Environment { name: name.clone(), problem })?;
            self.set(arg.get_id().to_string(), values, Origin::Environment(name));
        }
        Ok(())
    }
}

/// Whether an option can be set in the file or the environment.
pub(super) fn is_setting(arg: &Arg) -> bool {
    let answers = matches!(
        arg.get_action(),
        ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
    );
    !answers
        && !matches!(arg.get_id().as_str(), "config" | "check_config" | "print_config" | "generate")
}

/// The file key of an option: its long flag, or a positional argument's name.
pub(super) fn key(arg: &Arg) -> &str {
    arg.get_long().unwrap_or_else(|| arg.get_id().as_str())
}

fn variable(program: &str, arg: &Arg) -> String {
    format!("{program}_{}", key(arg)).to_uppercase().replace('-', "_")
}

pub(super) fn is_list(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append)
        || arg.get_num_args().is_some_and(|range| range.max_values() > 1)
}

/// Whether an option takes these values, by asking clap about a command that has this option alone.
pub(super) fn check(arg: &Arg, values: &[String]) -> Result<(), String> {
    let lone = arg.clone().required(false).default_values(values);
    match Command::new("check").no_binary_name(true).arg(lone).try_get_matches_from([""; 0]) {
        Ok(_) => Ok(()),
        Err(error) => Err(first_paragraph(&error.render().to_string())),
    }
}
