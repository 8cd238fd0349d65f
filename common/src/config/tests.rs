use std::ffi::OsString;

use proptest::prelude::*;

use super::layers::{Settings, is_one_off, resolve};
use super::*;

/// A server that counts to a number.
#[derive(Debug, Parser)]
#[command(name = "time-server")]
struct Args {
    #[arg(long, default_value_t = 55555)]
    port: u16,
    #[arg(long)]
    bind: Vec<std::net::IpAddr>,
    #[arg(long)]
    udp: bool,
    #[arg(long)]
    title: Option<String>,
    command: Vec<String>,
    #[command(flatten)]
    common: CommonArgs,
}

impl Arguments for Args {
    fn common(&self) -> &CommonArgs {
        &self.common
    }
}

/// Resolves with a file of this text, these variables and these flags.
fn resolved(file: &str, variables: &[(&str, &str)], flags: &[&str]) -> Result<Settings, String> {
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("common-{}-{number}.toml", std::process::id()));
    std::fs::write(&path, file).unwrap();
    let config = OsString::from("--config");
    let argv = [OsString::from("time-server"), config, path.clone().into_os_string()];
    let argv: Vec<_> = argv.into_iter().chain(flags.iter().map(OsString::from)).collect();
    let environment =
        variables.iter().map(|(name, value)| ((*name).to_owned(), OsString::from(value))).collect();
    let command = || help::with_negative_numbers(<Args as clap::CommandFactory>::command());
    let result = resolve(&command, &argv, &environment);
    std::fs::remove_file(&path).unwrap();
    let name = path.display().to_string();
    result.map(Option::unwrap).map_err(|error| error.to_string().replace(&name, "FILE"))
}

fn args(settings: &Settings) -> Args {
    <Args as clap::FromArgMatches>::from_arg_matches(&settings.matches).unwrap()
}

fn error(result: Result<Settings, String>) -> String {
    result.err().unwrap()
}

#[test]
fn flags_win_over_environment_over_file_over_defaults() {
    let port = |file, variables: &[(&str, &str)], flags: &[&str]| {
        args(&resolved(file, variables, flags).unwrap()).port
    };
    let variables = [("TIME_SERVER_PORT", "3")];
    assert_eq!(port("port = 2", &variables, &["--port", "4"]), 4);
    assert_eq!(port("port = 2", &variables, &[]), 3);
    assert_eq!(port("port = 2", &[], &[]), 2);
    assert_eq!(port("", &[], &[]), 55555);
}

#[test]
fn lists_are_arrays_in_the_file_and_comma_separated_in_the_environment() {
    let file = "bind = [\"::1\", \"127.0.0.1\"]\ncommand = [\"ls\", \"-l\"]";
    let settings = resolved(file, &[], &[]).unwrap();
    assert_eq!(args(&settings).bind.len(), 2);
    assert_eq!(args(&settings).command, ["ls", "-l"]);
    let settings = resolved(file, &[("TIME_SERVER_BIND", "::1,::2,::3")], &["id"]).unwrap();
    assert_eq!(args(&settings).bind.len(), 3);
    assert_eq!(args(&settings).command, ["id"]);
}

#[test]
fn an_unknown_key_is_shown_with_line_and_caret() {
    let shown = error(resolved("# mine\nport = 1\nprot = 2\n", &[], &[]));
    assert_eq!(
        shown,
        "unknown key 'prot' (a similar key exists: 'port'); 'time-server --config none --print-config' lists all keys\n \
         --> FILE:3:1\n  |\n3 | prot = 2\n  | ^^^^"
    );
}

#[test]
fn a_bad_value_is_shown_with_line_and_caret() {
    let shown = error(resolved("port = 99999\n", &[], &[]));
    assert_eq!(
        shown,
        "invalid value '99999' for '--port <PORT>': 99999 is not in 0..=65535\n \
         --> FILE:1:8\n  |\n1 | port = 99999\n  |        ^^^^^"
    );
    assert!(error(resolved("udp = 1", &[], &[])).contains("'udp' is true or false"));
    assert!(error(resolved("port = [1]", &[], &[])).contains("'port' takes one value"));
    assert!(
        error(resolved("log-format = \"xml\"", &[], &[])).contains("possible values: text, json")
    );
    assert!(error(resolved("port = ", &[], &[])).contains("--> FILE:1:"));
}

#[test]
fn a_bad_variable_is_named() {
    let shown = error(resolved("", &[("TIME_SERVER_PORT", "x")], &[]));
    assert!(
        shown.starts_with("environment variable TIME_SERVER_PORT: invalid value 'x'"),
        "{shown}"
    );
}

#[test]
fn a_kubernetes_service_link_is_ignored_with_a_warning() {
    let settings = resolved("", &[("TIME_SERVER_PORT", "tcp://10.0.0.1:80")], &[]).unwrap();
    assert_eq!(args(&settings).port, 55555);
    assert_eq!(settings.warnings.len(), 1);
}

#[test]
fn a_variable_that_is_one_letter_off_an_option_is_warned_of() {
    for (name, expected) in [
        ("TIME_SERVER_PROT", "unknown variable TIME_SERVER_PROT: did you mean TIME_SERVER_PORT?"),
        (
            "TIME_SERVER_LOG_FORMATS",
            "unknown variable TIME_SERVER_LOG_FORMATS: did you mean TIME_SERVER_LOG_FORMAT?",
        ),
        (
            "TIME_SERVER_CONFI",
            "unknown variable TIME_SERVER_CONFI: did you mean TIME_SERVER_CONFIG?",
        ),
    ] {
        assert_eq!(resolved("", &[(name, "x")], &[]).unwrap().warnings, [expected]);
    }
    // Kubernetes sets such variables, and other programs may have theirs.
    for name in ["TIME_SERVER_SERVICE_PORT", "TIME_SERVER_PORT_80_TCP", "TIME_SERVER", "PATH"] {
        assert!(resolved("", &[(name, "x")], &[]).unwrap().warnings.is_empty(), "{name}");
    }
}

#[test]
fn what_the_file_holds_is_shown_harmless() {
    let shown = error(resolved("a = \"\u{1b}[2J\u{202e}\"\n\u{9b} = 1\n", &[], &[]));
    assert!(!shown.contains(['\u{1b}', '\u{202e}', '\u{9b}']), "{shown:?}");
}

#[test]
fn a_flag_on_either_side_overrules_the_file_on_verbosity() {
    let settings = resolved("verbose = 2", &[], &["-q"]).unwrap();
    assert_eq!((args(&settings).common.verbose, args(&settings).common.quiet), (0, 1));
    let settings = resolved("verbose = 2", &[], &[]).unwrap();
    assert_eq!(args(&settings).common.verbose, 2);
}

#[test]
fn a_services_defaults_are_below_the_file_and_in_its_form() {
    let defaults = ("TIME_SERVER_DEFAULTS", "quiet = 1\ntitle = \"of the unit\"");
    let settings = resolved("verbose = 1", &[defaults], &[]).unwrap();
    let args = args(&settings);
    assert_eq!((args.common.verbose, args.common.quiet), (1, 0), "the file wins");
    assert_eq!(args.title.as_deref(), Some("of the unit"));
    let printed = print::toml(&settings);
    assert!(printed.contains("quiet = 0  # default\n"), "{printed}");
    assert!(printed.contains("\"of the unit\"  # environment TIME_SERVER_DEFAULTS\n"), "{printed}");
    let wrong = error(resolved("", &[("TIME_SERVER_DEFAULTS", "prot = 1")], &[]));
    assert!(wrong.contains("similar key exists: 'port'"), "{wrong}");
    assert!(wrong.contains("--> TIME_SERVER_DEFAULTS:1:1"), "{wrong}");
}

#[test]
fn what_the_file_switches_on_a_flag_switches_off() {
    let udp = |file, flags: &[&str]| args(&resolved(file, &[], flags).unwrap()).udp;
    assert!(udp("udp = true", &[]));
    assert!(!udp("udp = true", &["--udp=false"]));
    assert!(udp("udp = false", &["--udp"]));
    assert!(udp("", &["--udp", "ls"]), "a word behind it is not its value");
    assert!(error(resolved("", &[], &["--udp=maybe"])).contains("[possible values: true, false]"));
    let printed = print::toml(&resolved("udp = true", &[], &["--udp=false"]).unwrap());
    assert!(printed.contains("udp = false  # command line\n"), "{printed}");
}

#[test]
fn a_wrong_flag_is_two_lines_with_the_way_out() {
    let shown = error(resolved("", &[], &["--prot", "1"]));
    assert_eq!(
        shown,
        "unexpected argument '--prot' found (a similar argument exists: '--port')\n\
         Try 'time-server --help'."
    );
}

#[test]
fn a_wrong_way_out_is_not_offered() {
    let shown = error(resolved("", &[], &["--portt=1"]));
    assert!(!shown.contains("to pass") && shown.lines().count() == 2, "{shown}");
    let shown = error(resolved("", &[], &["--port", "-1"]));
    assert!(shown.starts_with("invalid value '-1' for '--port <PORT>'"), "{shown}");
    assert!(error(resolved("verbose = \"x\"", &[], &[])).contains("write a whole number"));
}

#[test]
fn what_is_printed_names_each_origin() {
    let settings = resolved("udp = true", &[("TIME_SERVER_PORT", "7")], &["--bind=::1"]).unwrap();
    let printed = print::toml(&settings);
    assert!(printed.contains("port = 7  # environment TIME_SERVER_PORT\n"), "{printed}");
    assert!(printed.contains("bind = [\"::1\"]  # command line\n"), "{printed}");
    assert!(printed.contains("udp = true  # "), "{printed}");
    assert!(printed.contains(".toml:1\n"), "{printed}");
    assert!(printed.contains("# title is not set\n"), "{printed}");
    assert!(printed.contains("log-format = \"text\"  # default\n"), "{printed}");
}

proptest! {
    #[test]
    fn names_are_one_off_if_their_distance_is_one(a in "[AB_]{5,9}", b in "[AB_]{5,9}") {
        prop_assert_eq!(is_one_off(&a, &b), strsim::osa_distance(&a, &b) == 1);
    }

    #[test]
    fn what_is_printed_loads_again(port: u16, udp: bool, title in "\\PC*", words in prop::collection::vec("[^-].*", 0..4)) {
        let port = format!("--port={port}");
        let title = format!("--title={title}");
        let mut flags = vec![port.as_str(), &title];
        if udp {
            flags.push("--udp");
        }
        flags.push("--");
        flags.extend(words.iter().map(String::as_str));
        let once = args(&resolved("", &[], &flags).unwrap());
        let printed = print::toml(&resolved("", &[], &flags).unwrap());
        let again = args(&resolved(&printed, &[], &[]).unwrap());
        prop_assert_eq!((once.port, once.udp, once.title, once.command), (again.port, again.udp, again.title, again.command));
    }

    #[test]
    fn no_text_makes_the_file_reader_panic(text in any::<String>()) {
        resolved(&text, &[], &[]).ok();
    }
}
