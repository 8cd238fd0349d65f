//! Where a setting comes from: flags win over the environment, over the file, over the defaults.
//!
//! clap alone knows what an option takes, so it checks every layer. The file and the environment are read
//! first and handed to clap as that command's defaults; a flag then wins by itself, and an option's
//! environment variable and file key both follow from its long flag (`--linger` of time-server:
//! `TIME_SERVER_LINGER`, `linger = "2s"`).

mod file;
mod print;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, Parser, ValueEnum};

use crate::generate::{What, generate};
use crate::{exit, logging};

/// A program's command line, in which [`CommonArgs`] are flattened.
pub trait Arguments: Parser {
    /// The end of the manual page: roff sections, the examples and the like.
    const MANUAL: &'static str;

    /// The options that every program has.
    fn common(&self) -> &CommonArgs;

    /// Told which options, by their id, were set and not left to their defaults; for a program to which a
    /// default is not the same as the same value asked for.
    fn learn(&mut self, _is_set: impl Fn(&str) -> bool) {}
}

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

/// What is wrong with the command line, the environment or the file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line does not fit; the text is clap's.
    #[error("{0}")]
    Usage(String),
    /// An environment variable holds a value that its option does not take.
    #[error("environment variable {name}: {problem}")]
    Environment {
        /// The variable.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The file cannot be read.
    #[error("cannot read the configuration {}: {source}; --config none does without", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file holds something that the program does not take.
    #[error("{0}")]
    File(#[from] file::Mistake),
    /// What was asked for (help, say) cannot be written: the disk is full.
    #[error("cannot write to stdout: {0}")]
    Stdout(io::Error),
}

impl exit::Failure for Error {
    fn status(&self) -> u8 {
        match self {
            Self::Stdout(_) => exit::FAILED,
            _ => exit::USAGE,
        }
    }
}

/// Reads the command line, the environment and the file into a program's validated configuration `C`, and
/// starts logging. `None` when everything asked for is done: help, version, a checked or printed configuration.
///
/// # Errors
/// What [`Error`] tells, and what `C`'s own validation refuses.
pub fn start<A, C, E>() -> Result<Option<C>, E>
where
    A: Arguments,
    C: TryFrom<A, Error = E>,
    E: From<Error>,
{
    let program = A::command().get_name().to_owned().leak();
    let environment = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let Some(settings) = resolve::<A>(std::env::args_os().collect(), &environment)? else {
        return Ok(None);
    };
    let mut args =
        A::from_arg_matches(&settings.matches).map_err(|error| usage(program, &error))?;
    args.learn(|id| settings.is_set(id));
    let common = args.common().clone();
    let config = C::try_from(args)?;
    logging::start(program, &common);
    for warning in &settings.warnings {
        tracing::warn!("{warning}");
    }
    if common.print_config {
        tell(print::toml(&settings).as_bytes())?;
    } else if common.check_config {
        let file = settings.file.map_or("no file".to_owned(), |path| path.display().to_string());
        tracing::info!("{file}: the configuration is valid");
    } else {
        return Ok(Some(config));
    }
    Ok(None)
}

/// Where a value was set.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    Environment(String),
    File { path: PathBuf, line: usize },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
        }
    }
}

/// Every option's value, and where it came from.
struct Settings {
    command: Command,
    matches: ArgMatches,
    origins: BTreeMap<String, Origin>,
    file: Option<PathBuf>,
    warnings: Vec<String>,
}

impl Settings {
    /// Whether an option's value is more than its default: a flag, the environment or the file gave it.
    fn is_set(&self, id: &str) -> bool {
        self.matches.value_source(id) == Some(ValueSource::CommandLine)
            || self.origins.contains_key(id)
    }
}

type Environment<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// Lays the layers over each other. `None` when what was asked for is told already (help, version, manual).
fn resolve<A: Arguments>(
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
fn is_setting(arg: &Arg) -> bool {
    let answers = matches!(
        arg.get_action(),
        ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
    );
    !answers
        && !matches!(arg.get_id().as_str(), "config" | "check_config" | "print_config" | "generate")
}

/// The file key of an option: its long flag, or a positional argument's name.
fn key(arg: &Arg) -> &str {
    arg.get_long().unwrap_or_else(|| arg.get_id().as_str())
}

fn variable(program: &str, arg: &Arg) -> String {
    format!("{program}_{}", key(arg)).to_uppercase().replace('-', "_")
}

fn is_list(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append)
        || arg.get_num_args().is_some_and(|range| range.max_values() > 1)
}

/// Whether an option takes these values, by asking clap about a command that has this option alone.
fn check(arg: &Arg, values: &[String]) -> Result<(), String> {
    let lone = arg.clone().required(false).default_values(values);
    match Command::new("check").no_binary_name(true).arg(lone).try_get_matches_from([""; 0]) {
        Ok(_) => Ok(()),
        Err(error) => Err(first_paragraph(&error.render().to_string())),
    }
}

/// clap's message on one line, and the way out on a second.
fn usage(program: &str, error: &clap::Error) -> Error {
    let rendered = error.render().to_string();
    let tips: String = rendered
        .split("\n\n")
        .filter_map(|paragraph| paragraph.trim().strip_prefix("tip: "))
        .map(|tip| format!(" ({tip})"))
        .collect();
    let problem = first_paragraph(&rendered);
    Error::Usage(format!("{problem}{tips}\nTry '{program} --help'."))
}

fn first_paragraph(rendered: &str) -> String {
    let paragraph = rendered.split("\n\n").next().unwrap_or_default();
    let lines: Vec<&str> = paragraph.lines().map(str::trim).collect();
    let text = lines.join(" ");
    crate::text::escape(text.strip_prefix("error: ").unwrap_or(&text)).into_owned()
}

/// Prints what was asked for; a reader that has gone is no error.
fn tell(text: &[u8]) -> Result<(), Error> {
    match io::stdout().write_all(text) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::Stdout(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
