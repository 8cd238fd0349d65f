//! What is wrong at the start is reported in the format that was asked for, by all three programs.

use tests::files::TempFile;
use tests::{Finished, program, run};

const PROGRAMS: [&str; 3] = ["time-server", "forker", "live-plot"];

fn started(package: &'static str, args: &[&str], variable: Option<(&str, &str)>) -> Finished {
    let mut command = program(package);
    command.args(args).envs(variable).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    run(command)
}

/// Fails unless stderr is one record with this message in it.
fn assert_one_record(finished: &Finished, status: i32, message: &str) {
    assert_eq!(finished.status.code(), Some(status), "{finished:#?}");
    let [line] = &finished.err[..] else { panic!("{finished:#?}") };
    assert!(line.starts_with("{\"timestamp\":\"") && line.ends_with("\"}"), "{line}");
    assert!(line.contains("Z\",\"level\":\"ERROR\",\"message\":\""), "{line}");
    assert!(line.contains(message), "{line}");
}

#[test]
fn bad_usage_is_a_record() {
    for package in PROGRAMS {
        let json = ["--bogus", "--log-format", "json"];
        let unexpected = "unexpected argument '--bogus' found";
        assert_one_record(&started(package, &json, None), 2, unexpected);
        let variable = format!("{}_LOG_FORMAT", package.to_uppercase().replace('-', "_"));
        let by_variable = started(package, &["--bogus"], Some((&variable, "json")));
        assert_one_record(&by_variable, 2, unexpected);
        let file = TempFile::new("json.toml", "log-format = \"json\"\n", 0o644);
        let by_file = started(package, &["--config", file.name(), "--bogus"], None);
        assert_one_record(&by_file, 2, unexpected);

        let text = started(package, &["--bogus"], None);
        let program = text.err[0].strip_suffix(": unexpected argument '--bogus' found");
        assert_eq!(program, Some(package), "{text:#?}");
    }
}

#[test]
fn an_option_that_a_subcommand_does_not_take_is_refused_before_it_too() {
    for (package, args, problem) in [
        (
            "forker",
            ["--color=never", "-n3", "lab"],
            "'--count' before 'lab' has no effect on it; leave it out",
        ),
        (
            "forker",
            ["-q", "--now", "lab"],
            "'--now' before 'lab' has no effect on it; leave it out",
        ),
        (
            "time-server",
            ["--udp", "query", "::1"],
            "'--udp' before 'query' has no effect on it; write it after 'query'",
        ),
    ] {
        let finished = started(package, &args, None);
        assert_eq!(finished.status.code(), Some(2), "{finished:#?}");
        assert_eq!(finished.err[0], format!("{package}: the option {problem}"));
    }
}

#[test]
fn a_bad_file_is_a_record() {
    for package in PROGRAMS {
        let file = TempFile::new("bad.toml", "log-format = \"json\"\nprot = 2\n", 0o644);
        let unknown = "unknown key 'prot'";
        assert_one_record(&started(package, &["--config", file.name()], None), 2, unknown);
        let missing = ["--config", "/nonexistent.toml", "--log-format", "json"];
        let unreadable = "cannot read the configuration file /nonexistent.toml";
        assert_one_record(&started(package, &missing, None), 2, unreadable);
    }
}

#[test]
fn a_file_without_an_end_or_in_another_encoding_is_refused_at_once() {
    let latin = TempFile::new("latin.toml", "", 0o644);
    std::fs::write(latin.name(), b"# a comment\n# caf\xe9\n").unwrap();
    for package in PROGRAMS {
        for (file, problem) in [
            ("/dev/zero", "file /dev/zero: it is larger than 1 MiB;"),
            (latin.name(), "latin.toml: line 2 is not valid UTF-8;"),
        ] {
            let finished = started(package, &["--config", file, "--check-config"], None);
            assert_eq!(finished.status.code(), Some(2), "{finished:#?}");
            assert!(finished.err[0].contains(problem), "{finished:#?}");
        }
    }
}

#[test]
fn what_cannot_be_opened_is_a_record() {
    let json = ["--log-format", "json"];
    let server = ["--bind", "192.0.2.1", "--port", "0"];
    let failed = |package, args: &[&str]| started(package, &[&json[..], args].concat(), None);
    assert_one_record(&failed("time-server", &server), 1, "192.0.2.1 is no address of");
    assert_one_record(&failed("live-plot", &["/nonexistent"]), 1, "cannot read /nonexistent");
    let lab = ["lab", "--only", "wait", "--", "/nonexistent"];
    assert_one_record(&failed("forker", &lab), 125, "cannot execute '/nonexistent'");
}

#[test]
fn help_and_version_stay_as_they_are() {
    for package in PROGRAMS {
        for flag in ["--help", "--version"] {
            let finished = started(package, &["--log-format", "json", flag], None);
            assert!(finished.status.success() && finished.err.is_empty(), "{finished:#?}");
            assert!(!finished.out[0].starts_with('{'), "{finished:#?}");
        }
    }
}
