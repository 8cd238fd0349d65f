//! The manual pages and completions that `--generate` prints: they know what `--help` knows, and work where
//! they are used.

use std::io::Write;
use std::process::{Command, Stdio};

use tests::files::TempFile;
use tests::{program, run};

const PROGRAMS: [&str; 3] = ["time-server", "forker", "live-plot"];

fn generated(package: &'static str, what: &str) -> String {
    let mut command = program(package);
    command.args(["--generate", what]);
    let finished = run(command);
    assert!(finished.status.success(), "{package} {what}: {:?}", finished.err);
    assert!(finished.err.is_empty(), "{package} {what}: {:?}", finished.err);
    finished.out.join("\n") + "\n"
}

/// The long options that a program's help lists.
fn options(package: &'static str, subcommand: Option<&str>) -> Vec<String> {
    let mut command = program(package);
    command.args(subcommand).arg("--help");
    let lines = run(command).out;
    let listed = lines.iter().map(|line| line.trim_start()).filter(|line| line.starts_with('-'));
    let long = listed.filter_map(|line| line.split([' ', '.', '[']).find(|w| w.starts_with("--")));
    let options: Vec<String> = long.map(str::to_owned).collect();
    assert!(options.contains(&"--help".to_owned()), "{lines:?}");
    options
}

/// Whether a text has this option, and not only one that begins or ends like it; roff has marks of its own.
fn names(text: &str, option: &str) -> bool {
    let part_of_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let text = text.replace("\\-", "-").replace("\\fB", "");
    text.match_indices(option).any(|(at, _)| {
        let after = text[at + option.len()..].chars().next();
        !text[..at].ends_with(part_of_word) && !after.is_some_and(part_of_word)
    })
}

/// What a shell says to a script; stdin is the generated text.
fn shell(shell: &str, arguments: &[&str], input: &str) -> String {
    let mut command = Command::new(shell);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{shell}: {error}"));
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{shell}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The words that bash offers for the last of `words`.
fn bash_offers(package: &'static str, words: &[&str]) -> Vec<String> {
    let script = r#"source /dev/stdin
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
        function=$(complete -p "$1" | sed 's/.*-F \([^ ]*\).*/\1/')
        "$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}""#;
    let arguments: Vec<&str> =
        ["--norc", "-c", script, "bash", package].iter().chain(words).copied().collect();
    let offered = shell("bash", &arguments, &generated(package, "bash"));
    offered.lines().map(str::to_owned).collect()
}

#[test]
fn every_option_of_the_help_is_in_the_page_and_in_each_completion() {
    for package in PROGRAMS {
        let texts = ["man", "bash", "zsh", "fish"].map(|what| generated(package, what));
        let subcommand = match package {
            "time-server" => Some("query"),
            "forker" => Some("lab"),
            _ => None,
        };
        let own = subcommand.map(|_| options(package, subcommand)).unwrap_or_default();
        for option in options(package, None).iter().chain(&own) {
            let name = option.trim_start_matches('-');
            for (text, written) in texts.iter().zip([option, option, option, &format!("-l {name}")])
            {
                assert!(names(text, written), "{package}: no {written} in {text}");
            }
        }
    }
}

#[test]
fn a_page_has_the_sections_that_people_look_for() {
    for package in PROGRAMS {
        let page = generated(package, "man");
        let sections: Vec<&str> = page.lines().filter_map(|l| l.strip_prefix(".SH ")).collect();
        for section in ["NAME", "SYNOPSIS", "OPTIONS", "\"EXIT STATUS\"", "ENVIRONMENT", "FILES"] {
            assert!(sections.contains(&section), "{package}: {section} is not in {sections:?}");
        }
        assert_eq!(sections[sections.len() - 2..], ["EXAMPLES", "\"SEE ALSO\""], "{package}");
        let page = page.replace("\\-", "-");
        assert!(page.contains(&format!("/etc/{package}/config.toml")), "{page}");
        let variables = package.to_uppercase().replace('-', "_");
        assert!(page.contains(&format!("{variables}_OPTION")), "{page}");
        assert!(!page.contains("PROGRAM_") && !page.contains("/PROGRAM/"), "{page}");
    }
    assert!(generated("forker", "man").contains("124 timed out"));
    for subcommand in ["QUERY", "LAB"] {
        let heading = format!(".SH \"TIME-SERVER {subcommand}\"");
        assert!(generated("time-server", "man").contains(&heading), "{heading}");
    }
}

#[test]
fn the_short_help_fits_a_screen_and_the_long_one_is_whole() {
    for package in PROGRAMS {
        let help = |flag| {
            let mut command = program(package);
            command.arg(flag).env("COLUMNS", "80");
            run(command).out
        };
        let (short, long) = (help("-h"), help("--help"));
        assert!(short.len() <= 36, "{package}: {short:#?}");
        for section in ["Exit status:", "Environment:", "Files:", "Examples:"] {
            assert!(long.iter().any(|line| line == section), "{package}: no {section}");
        }
    }
}

#[test]
fn bash_completes_options_values_and_subcommands() {
    assert_eq!(bash_offers("forker", &["--over"]), ["--overlap"]);
    assert_eq!(bash_offers("forker", &["--overlap", "r"]), ["replace"]);
    assert_eq!(bash_offers("forker", &["la"]), ["lab"]);
    assert_eq!(bash_offers("forker", &["lab", "--only", "d"]), ["double-fork"]);
    assert_eq!(bash_offers("time-server", &["query", "--ti"]), ["--time", "--timeout"]);
    assert_eq!(bash_offers("time-server", &["lab", "--only", "h"]), ["half+close"]);
    assert_eq!(bash_offers("live-plot", &["--theme", ""]), ["system", "dark", "light"]);
    assert_eq!(bash_offers("live-plot", &["-d", "s"]), ["step"]);
    // A number is no file of the current folder.
    assert_eq!(bash_offers("time-server", &["--port", "8"]), ["8"]);
}

#[test]
fn what_is_wrong_elsewhere_does_not_hold_it_up() {
    let mut command = program("forker");
    command.args(["--config", "/nonexistent", "--generate", "man"]).env("FORKER_INTERVAL", "soon");
    assert!(run(command).status.success());

    let mut command = program("forker");
    command.args(["--generate", "html"]);
    let finished = run(command);
    assert_eq!(finished.status.code(), Some(2));
    let said = finished.err.join("\n");
    assert!(said.contains("html") && said.contains("man, bash, zsh, fish"), "{said}");
}

#[test]
#[ignore = "needs man-db, mandoc, zsh and fish"]
fn man_and_the_other_shells_take_them() {
    for package in PROGRAMS {
        let page = generated(package, "man");
        let file = TempFile::new(&format!("{package}.1"), &page, 0o644);
        let man = Command::new("man").args(["--warnings", "-l", file.name()]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&man.stderr), "", "{package}");
        shell("mandoc", &["-T", "lint", "-W", "warning"], &page);

        let zsh = "autoload -U compinit && compinit -D && source /dev/stdin && whence -w _$0";
        assert!(
            shell("zsh", &["-fc", zsh, package], &generated(package, "zsh")).contains("function")
        );

        // fish has the whole of it: it completes for real.
        let fish = format!("source; complete -C '{package} --log-format j'");
        let offered = shell("fish", &["--no-config", "-c", &fish], &generated(package, "fish"));
        assert!(offered.starts_with("json"), "{package}: {offered}");
    }
}
