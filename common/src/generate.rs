//! A program's manual page and shells' completions, made from the very definition of its command line that
//! parses it and prints `--help`: none of them can know an option that another does not.
//!
//! What clap does not know (environment, files, statuses) stands here once; examples, keys and what else a
//! program's page needs come from the program, as roff.

use std::ffi::OsStr;
use std::io;

use clap::{Arg, Command, ValueEnum, ValueHint};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

/// What can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// The manual page, roff for man(1).
    Man,
    /// Completions for bash.
    Bash,
    /// Completions for zsh.
    Zsh,
    /// Completions for fish.
    Fish,
}

/// The text asked for; `manual` ends the page.
pub(crate) fn generate(what: What, command: Command, manual: &str) -> Vec<u8> {
    let shell = match what {
        // Writing to memory does not fail.
        What::Man => return page(command, manual).unwrap_or_default(),
        What::Bash => Shell::Bash,
        What::Zsh => Shell::Zsh,
        What::Fish => Shell::Fish,
    };
    let program = command.get_name().to_owned();
    let mut command = command.mut_args(hint).mut_subcommands(|sub| sub.mut_args(hint));
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command, &program, &mut text);
    if shell == Shell::Bash {
        // clap_complete takes the hyphen in a program's name for a subcommand where it completes one.
        let (wrong, right) = (program.replace('-', "__subcmd__"), program.replace('-', "__"));
        text = String::from_utf8_lossy(&text).replace(&wrong, &right).into_bytes();
    }
    if shell == Shell::Fish {
        // clap_complete's function gives up on an option whose value is still to come, and so on that value.
        let script = String::from_utf8_lossy(&text);
        text = script.replace("\n    or return\n", "\n    or return 0\n").into_bytes();
    }
    text
}

/// A duration or a number is no file name: shells offer files where nothing is known of a value.
fn hint(arg: Arg) -> Arg {
    let is_free = arg.get_action().takes_values() && arg.get_possible_values().is_empty();
    if is_free && arg.get_value_hint() == ValueHint::Unknown {
        arg.value_hint(ValueHint::Other)
    } else {
        arg
    }
}

/// One page a program, its subcommands in sections of it: `man time-server` tells all of time-server.
fn page(mut command: Command, manual: &str) -> io::Result<Vec<u8>> {
    command.build();
    let program = command.get_name().to_owned();
    let version = command.get_version().unwrap_or_default().to_owned();
    let subcommands: Vec<Command> =
        command.get_subcommands().filter(|sub| sub.get_name() != "help").cloned().collect();
    let mut forms = vec![usage(&command)];
    if command.get_overridden_usage().is_none() {
        forms.extend(subcommands.iter().map(usage));
    }
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let (statuses, notes): (Vec<&str>, Vec<&str>) =
        after.split("\n\n").partition(|paragraph| paragraph.starts_with(STATUSES));
    let (description, rest) = manual.split_at(manual.find(".SH").unwrap_or(manual.len()));

    let man = Man::new(command.override_usage(forms.join("\n")).mut_args(whole_default));
    let mut text = Vec::new();
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    text.extend(description.as_bytes());
    for paragraph in notes.into_iter().filter(|paragraph| !paragraph.is_empty()) {
        Roff::new().control("PP", []).text([roman(paragraph)]).to_writer(&mut text)?;
    }
    man.render_options_section(&mut text)?;
    for sub in subcommands {
        subcommand(sub, &mut text)?;
    }
    text.extend(b".SH \"EXIT STATUS\"\n");
    match statuses.first().and_then(|paragraph| paragraph.strip_prefix(STATUSES)) {
        Some(own) => Roff::new().text([roman(own.trim())]).to_writer(&mut text)?,
        None => text.extend(EXIT_STATUS.as_bytes()),
    }
    text.extend(COMMON.as_bytes());
    text.extend(rest.as_bytes());

    // Every piece that clap_mangen and roff write defines the apostrophe; once is enough. The title is our
    // own because theirs knows no date.
    let variables = program.to_uppercase().replace('-', "_");
    let body = String::from_utf8_lossy(&text)
        .replace(APOSTROPHE, "")
        .replace('…', "...") // which an ASCII terminal lacks
        .replace(".br\n\n.br\n", ".sp\n") // clap_mangen's way to an empty line
        .replace("PROGRAM_", &format!("{variables}_"))
        .replace("/PROGRAM/", &format!("/{program}/"));
    let title = program.to_uppercase();
    let head = format!(r#".TH {title} 1 {DATE} "{program} {version}" "User Commands""#);
    Ok(format!("{APOSTROPHE}{head}\n{body}").into_bytes())
}

/// Several words of one default, as a person would type them.
fn whole_default(arg: Arg) -> Arg {
    let words = arg.get_default_values();
    if words.len() < 2 {
        return arg;
    }
    let quoted = |word: &OsStr| match word.to_string_lossy() {
        word if word.contains(' ') => format!("{word:?}"),
        word => word.into_owned(),
    };
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    arg.hide_default_value(true).help(format!("{help} [default: {}]", words.join(" ")))
}

/// How a command is called, without the word `Usage:`.
fn usage(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    usage.trim_start_matches("Usage: ").to_owned()
}

/// A section for a subcommand: what it does, and the options of its own.
fn subcommand(command: Command, text: &mut Vec<u8>) -> io::Result<()> {
    let heading = command.get_bin_name().unwrap_or(command.get_name()).to_uppercase();
    Roff::new().control("SH", [heading.as_str()]).to_writer(text)?;
    let command = command.mut_args(|arg| {
        let everyones = arg.is_global_set() || matches!(arg.get_id().as_str(), "help" | "version");
        whole_default(arg).hide(everyones)
    });
    let man = Man::new(command);
    for section in [Man::render_description_section, Man::render_options_section] {
        let mut own = Vec::new();
        section(&man, &mut own)?;
        let headless = own.split_inclusive(|byte| *byte == b'\n');
        text.extend(headless.filter(|line| !line.starts_with(b".SH")).flatten());
    }
    Ok(())
}

/// The day of the last change to what the pages say, as man-pages(7) has it.
const DATE: &str = "2026-11-25";

/// How a paragraph of a program's help begins that tells statuses of its own.
const STATUSES: &str = "Exit status:";

/// What roff writes before each text.
const APOSTROPHE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

const EXIT_STATUS: &str = r"0 if all went well, also when INT, TERM or a closed standard output ended it; 1 if it
failed while running; 2 on bad usage or configuration.
";

/// What holds for every program.
const COMMON: &str = r#".SH ENVIRONMENT
.TP
\fBPROGRAM_\fIOPTION\fR
Sets the option of that name, in capitals, with _ for \-. Lists are separated by commas. An empty
variable counts as unset. Flags win over the environment, the environment over the file.
.TP
\fBNO_COLOR\fR
If set and not empty, nothing is coloured unless \fB\-\-color always\fR asks for it.
.SH FILES
.TP
\fI$XDG_CONFIG_HOME/PROGRAM/config.toml\fR, \fI/etc/PROGRAM/config.toml\fR
The first of them that exists is read, unless \fB\-\-config\fR names another file or none.
XDG_CONFIG_HOME is \fI~/.config\fR if unset. The keys are the long options; lists are arrays.
\fB\-\-print\-config\fR shows what is in force in this form.
"#;
