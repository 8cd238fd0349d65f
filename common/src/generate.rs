//! A program's manual page and shells' completions, made from the definition of its command line that parses it and
//! prints `--help`: none of them can know an option that another does not.

use std::io;

use clap::{Arg, Command, ValueEnum, ValueHint};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

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

/// The day of the last change to what the pages say, as man-pages(7) has it.
const DATE: &str = "2026-11-25";

/// The text asked for.
pub(crate) fn generate(what: What, command: Command) -> Vec<u8> {
    let program = command.get_name().to_owned();
    let completions = |shell| {
        let mut command = command.clone().mut_args(hint).mut_subcommands(|sub| sub.mut_args(hint));
        let mut text = Vec::new();
        clap_complete::generate(shell, &mut command, &program, &mut text);
        String::from_utf8_lossy(&text).into_owned()
    };
    let text = match what {
        // Writing to memory does not fail. `.br`, an empty line and `.br` are clap_mangen's way to an empty line.
        What::Man => String::from_utf8_lossy(&page(command).unwrap_or_default())
            .replace(".br\n\n.br\n", ".sp\n")
            // An ASCII terminal has no such letter.
            .replace('…', "..."),
        // clap_complete takes the hyphen in a program's name for a subcommand where it completes one.
        What::Bash => completions(Shell::Bash)
            .replace(&program.replace('-', "__subcmd__"), &program.replace('-', "__")),
        What::Zsh => completions(Shell::Zsh),
        // clap_complete's function gives up on an option whose value is still to come, and so on that value.
        What::Fish => completions(Shell::Fish).replace("\n    or return\n", "\n    or return 0\n"),
    };
    text.into_bytes()
}

/// A duration or a number is no file name: shells offer files where nothing is known of a value.
fn hint(arg: Arg) -> Arg {
    let is_free = arg.get_action().takes_values() && arg.get_possible_values().is_empty();
    let is_unknown = is_free && arg.get_value_hint() == ValueHint::Unknown;
    if is_unknown { arg.value_hint(ValueHint::Other) } else { arg }
}

/// One page a program, its subcommands in sections of it: `man time-server` describes all of time-server.
fn page(mut command: Command) -> io::Result<Vec<u8>> {
    command.build();
    let subcommands: Vec<Command> =
        command.get_subcommands().filter(|sub| sub.get_name() != "help").cloned().collect();
    let end = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    // clap_mangen leaves out the help of what `-h` leaves out.
    let command = command.mut_args(|arg| arg.hide_short_help(false));
    let man = Man::new(command).date(DATE).manual("User Commands");
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    for sub in subcommands {
        let heading = sub.get_bin_name().unwrap_or(sub.get_name()).to_uppercase();
        let is_common = |arg: &Arg| arg.is_global_set() || arg.get_id() == "help";
        let man = Man::new(sub.mut_args(|arg| if is_common(&arg) { arg.hide(true) } else { arg }));
        let mut own = Vec::new();
        man.render_description_section(&mut own)?;
        man.render_options_section(&mut own)?;
        let lines = own.split_inclusive(|byte| *byte == b'\n');
        Roff::new().control("SH", [heading.as_str()]).to_writer(&mut text)?;
        text.extend(lines.filter(|line| !line.starts_with(b".SH")).flatten());
    }
    sections(&end).to_writer(&mut text)?;
    Ok(text)
}

/// The end of a help as sections of a page: `Heading:`, terms after two blanks, text after more.
fn sections(help: &str) -> Roff {
    let mut roff = Roff::new();
    for line in help.lines().filter(|line| !line.is_empty()) {
        let text = line.trim_start();
        match line.len() - text.len() {
            0 => roff.control("SH", [text.trim_end_matches(':').to_uppercase().as_str()]),
            1 | 2 => roff.control("TP", []).text([bold(text)]),
            _ => roff.text([roman(text)]),
        };
    }
    roff
}
