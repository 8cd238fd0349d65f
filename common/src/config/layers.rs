//! Every option's value and where it came from: the file and the environment are read, checked by clap, and handed to
//! clap as the command's defaults, so that a flag wins by itself.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::error::Error;
use super::file::{self, Entry};
use super::setting::{Environment, check, is_list, is_setting, is_switch, key, settings, variable};
use crate::generate::generate;
use crate::options::HEADING;
use crate::{escape, help, output};

/// They are one dial: what a layer sets of either overrules what the lower layers set of both.
const VERBOSITY: [&str; 2] = ["verbose", "quiet"];

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

/// Lays the layers over each other. `None` when what was asked for is printed: help, version, manual page. `new` gives the
/// command: to make it again costs less than a copy, and nearly every start needs one alone.
pub(super) fn resolve(
    new: &dyn Fn() -> Command,
    argv: &[OsString],
    environment: &Environment,
) -> Result<Option<Settings>, Error> {
    let refuse = |error: clap::Error| match not_utf8(&error, argv) {
        Some(problem) => Error::Usage(problem),
        None => Error::usage(&asked(new(), argv), &error),
    };
    let print = |text: &[u8]| output::print(text).map(|()| None).map_err(Error::Stdout);
    let mut command = new();
    let program = command.get_name().to_owned();
    // The command line alone comes first: help must work whatever the file holds, and it names the file.
    let flags = match parse(&mut command, argv) {
        Ok(matches) => matches,
        Err(answer) if !answer.use_stderr() => {
            let whole = parse(&mut help::complete(new()), argv).err().unwrap_or(answer);
            return print(whole.render().to_string().as_bytes());
        }
        Err(error) => return Err(refuse(error)),
    };
    if let Some(problem) = before_subcommand(&command, &flags) {
        return Err(Error::Usage(format!("{problem}\nTry '{} --help'.", asked(new(), argv))));
    }
    if let Some(what) = flags.get_one("generate") {
        return print(&generate(*what, help::complete(new())));
    }
    let mut layers = Layers::default();
    let defaults = variable(&program, "defaults");
    if let Some(text) = environment.get(&defaults) {
        let entries = file::read(Path::new(&defaults), &text.to_string_lossy(), &command)?;
        layers.add(entries, |_| Origin::Environment(defaults.clone()));
    }
    let file = file::find(&program, flags.get_one("config"), environment)?;
    if let Some((path, text)) = &file {
        let entries = file::read(path, text, &command)?;
        layers.add(entries, |line| Origin::File { path: path.clone(), line });
    }
    layers.add_environment(&command, environment)?;

    let given = |id: &str| flags.value_source(id) == Some(ValueSource::CommandLine);
    if VERBOSITY.into_iter().any(given) {
        layers.forget_verbosity();
    }
    let Layers { mut values, origins, warnings } = layers;
    let file = file.map(|(path, _)| path);
    if values.is_empty() {
        return Ok(Some(Settings { command, matches: flags, origins, file, warnings }));
    }
    let mut command = new().mut_args(|arg| match values.remove(arg.get_id().as_str()) {
        Some(list) => arg.default_values(list),
        None => arg,
    });
    let matches = parse(&mut command, argv).map_err(refuse)?;
    Ok(Some(Settings { command, matches, origins, file, warnings }))
}

/// The command that was asked, whose help may help: the program's, or that of its subcommand.
fn asked(command: Command, argv: &[OsString]) -> String {
    let name = command.get_name().to_owned();
    // Without what is wrong with it, as far as clap can tell.
    let matches = command.ignore_errors(true).try_get_matches_from(argv);
    let subcommand = matches.ok().and_then(|matches| matches.subcommand_name().map(str::to_owned));
    subcommand.map_or(name.clone(), |subcommand| format!("{name} {subcommand}"))
}

/// What is wrong with an option before a subcommand: only those that every program has mean something to both.
fn before_subcommand(command: &Command, flags: &ArgMatches) -> Option<String> {
    let subcommand = command.find_subcommand(flags.subcommand_name()?)?;
    let is_given = |arg: &&Arg| {
        let source = flags.value_source(arg.get_id().as_str());
        source == Some(ValueSource::CommandLine) && arg.get_help_heading() != Some(HEADING)
    };
    let (long, name) = (command.get_arguments().find(is_given)?.get_long()?, subcommand.get_name());
    let has_it = subcommand.get_arguments().any(|arg| arg.get_long() == Some(long));
    let way_out =
        if has_it { format!("write it after '{name}'") } else { "leave it out".to_owned() };
    Some(format!("the option '--{long}' before '{name}' has no effect on it; {way_out}"))
}

/// Names the argument that is not UTF-8, which clap does not.
fn not_utf8(error: &clap::Error, argv: &[OsString]) -> Option<String> {
    let word = argv.iter().find(|word| word.to_str().is_none())?;
    (error.kind() == ErrorKind::InvalidUtf8).then(|| {
        format!("the argument '{}' is not valid UTF-8", escape::escape(&word.to_string_lossy()))
    })
}

/// The command line as clap reads it.
pub(super) fn parse(command: &mut Command, argv: &[OsString]) -> Result<ArgMatches, clap::Error> {
    match with_values_for_switches(command, argv) {
        Some(mut command) => command.try_get_matches_from_mut(argv),
        None => command.try_get_matches_from_mut(argv),
    }
}

/// Lets a flag overrule the file's `now = true`: where the command line has `--now=false`, that switch takes a value.
/// The others stay as they are, for the help reads better with `--now` than with `--now[=<BOOL>]`.
fn with_values_for_switches(command: &Command, argv: &[OsString]) -> Option<Command> {
    let has_value = |arg: &Arg| {
        let start = format!("--{}=", arg.get_long().unwrap_or_default());
        is_switch(arg)
            && argv.iter().any(|word| word.as_encoded_bytes().starts_with(start.as_bytes()))
    };
    settings(command).any(has_value).then(|| {
        command.clone().mut_args(|arg| {
            if !is_setting(&arg) || !has_value(&arg) {
                return arg;
            }
            let is_unset = arg.get_default_values().is_empty();
            let arg = if is_unset { arg.default_value("false") } else { arg };
            let switch = arg.action(ArgAction::Set).num_args(0..=1).require_equals(true);
            switch.default_missing_value("true").value_name("BOOL")
        })
    })
}

/// Whether one slip of the keyboard turns one name into the other. It leaves the first two letters or the last two as
/// they are: the distance itself, of every two names, took a third of the time that a start takes.
pub(super) fn is_one_off(name: &str, known: &str) -> bool {
    let (a, b) = (name.as_bytes(), known.as_bytes());
    let begin_or_end_alike =
        a.first_chunk::<2>() == b.first_chunk() || a.last_chunk::<2>() == b.last_chunk();
    a.len().abs_diff(b.len()) <= 1 && begin_or_end_alike && strsim::osa_distance(name, known) == 1
}

/// What the file and the environment set, by the option's id.
#[derive(Default)]
struct Layers {
    values: BTreeMap<String, Vec<String>>,
    origins: BTreeMap<String, Origin>,
    warnings: Vec<String>,
}

impl Layers {
    /// Lays a file's entries over what was set before.
    fn add(&mut self, entries: Vec<Entry>, origin: impl Fn(usize) -> Origin) {
        if entries.iter().any(|entry| VERBOSITY.contains(&entry.id.as_str())) {
            self.forget_verbosity();
        }
        for entry in entries {
            self.set(entry.id, entry.values, origin(entry.line));
        }
    }

    fn forget_verbosity(&mut self) {
        for id in VERBOSITY {
            self.values.remove(id);
            self.origins.remove(id);
        }
    }

    fn set(&mut self, id: String, values: Vec<String>, origin: Origin) {
        self.origins.insert(id.clone(), origin);
        self.values.insert(id, values);
    }

    fn add_environment(
        &mut self,
        command: &Command,
        environment: &Environment,
    ) -> Result<(), Error> {
        let program = command.get_name();
        if VERBOSITY.iter().any(|id| environment.contains_key(&variable(program, id))) {
            self.forget_verbosity();
        }
        let mut known = ["config", "defaults"].map(|key| variable(program, key)).to_vec();
        for arg in settings(command).filter(|arg| arg.get_long().is_some()) {
            let name = variable(program, key(arg));
            known.push(name.clone());
            let Some(value) = environment.get(&name) else { continue };
            let Some(value) = value.to_str().map(str::to_owned) else {
                let value = escape::escape(&value.to_string_lossy()).into_owned();
                let problem = format!("'{value}' is not valid UTF-8");
                return Err(Error::Environment { name, problem });
            };
            if name.ends_with("_PORT") && value.starts_with("tcp://") {
                let warning = format!("{name} is a Kubernetes service link, no port: ignored");
                self.warnings.push(warning);
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
        // A word of another program's may begin alike, so only what is nearly an option is worth a warning.
        for name in environment.keys().filter(|name| !known.contains(name)) {
            if let Some(meant) = known.iter().find(|known| is_one_off(name, known)) {
                let name = escape::escape(name);
                self.warnings.push(format!("unknown variable {name}: did you mean {meant}?"));
            }
        }
        Ok(())
    }
}
