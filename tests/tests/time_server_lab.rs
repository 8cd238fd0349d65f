//! time-server lab: what clients see under each way to hang up, and who holds TIME_WAIT.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tests::processes::state;
use tests::{Finished, Running, in_one_of_five, program, run, wait_until};

fn lab(args: &[&str]) -> Command {
    let mut command = program("time-server");
    command.arg("lab").args(args);
    command
}

/// The lab behind another program's words.
fn lab_under(words: &[&str], args: &[&str]) -> Command {
    let lab = lab(args);
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).arg(lab.get_program()).args(lab.get_args());
    command.env("XDG_CONFIG_HOME", "/nonexistent").stdin(Stdio::null());
    command
}

/// A value in a line of JSON.
fn value<'a>(line: &'a str, name: &str) -> &'a str {
    let (_, rest) =
        line.split_once(&format!("\"{name}\":")).unwrap_or_else(|| panic!("{name} in {line}"));
    rest.split([',', '}']).next().unwrap()
}

fn number(line: &str, name: &str) -> f64 {
    value(line, name).parse().unwrap()
}

/// A way's line.
fn of<'a>(finished: &'a Finished, way: &str) -> &'a str {
    let is_it = |line: &&String| value(line, "way") == format!("\"{way}\"");
    finished.out.iter().find(is_it).unwrap_or_else(|| panic!("{way} in {finished:?}"))
}

#[test]
fn each_way_loses_its_clients_and_leaves_its_sockets() {
    in_one_of_five(|| {
        let finished = run(lab(&["--log-format", "json"]));
        assert_eq!(finished.status.code(), Some(0), "{finished:?}");
        for (way, whole, cut_off, no_time, resets, held, time_wait) in [
            //            clients that see        resets  sockets  TIME_WAIT at the server
            ("close", 20, 20, 20, 40, 1, 20),
            ("abort", 0, 40, 20, 60, 1, 0),
            ("half+close", 20, 20, 20, 40, 1, 20),
            ("both", 20, 20, 20, 40, 1, 20),
            ("wait", 60, 0, 0, 0, 1, 60),
            ("ring", 60, 0, 0, 0, 60, 60),
        ] {
            let line = of(&finished, way);
            let expected = format!(
                "{{\"way\":\"{way}\",\"clients\":60,\"whole\":{whole},\"cut_off\":{cut_off},\
                 \"no_time\":{no_time},\"server_resets\":{resets},\"longest_wait_seconds\":{},\
                 \"sockets_held\":{held},\"time_wait_server\":{time_wait},\"time_wait_client\":0}}",
                value(line, "longest_wait_seconds")
            );
            // Where the lab may have no network of its own.
            let uncounted =
                expected.replace(&format!("\"server_resets\":{resets}"), "\"server_resets\":null");
            // A server that gets no processor may be overtaken by its clients.
            if line != expected && line != uncounted {
                return Err(format!("{line} is not {expected}"));
            }
        }
        let wait = |way| number(of(&finished, way), "longest_wait_seconds");
        // Twenty clients take 80 ms each, one after the other.
        assert!(wait("wait") > 1.6, "{finished:?}");
        if wait("ring") > wait("wait") / 4.0 {
            return Err(format!("others wait for the ring: {finished:?}"));
        }
        Ok(())
    });
}

#[test]
fn the_table_fits_a_terminal_and_explains_each_way() {
    let finished = run(lab(&["--color", "always"]));
    assert!(finished.out.iter().any(|line| line.contains("\x1b[31m")), "lost clients are red");
    let finished = run(lab(&[]));
    assert_eq!(finished.err, [""; 0]);
    let lines = &finished.out;
    assert!(lines.iter().all(|line| line.chars().count() <= 80 && !line.contains('\x1b')));
    for way in ["close", "abort", "half+close", "both", "wait", "ring"] {
        assert!(lines.iter().any(|line| line.starts_with(&format!("{way} "))), "{lines:#?}");
        let at = lines.iter().position(|line| line == way).unwrap();
        assert!(lines[at + 1..at + 3].iter().all(|line| line.starts_with("  ")), "{lines:#?}");
    }
}

#[test]
fn one_way_alone_is_shown_with_the_states_of_its_sockets() {
    in_one_of_five(|| {
        let finished = run(lab(&["--only", "ring"]));
        let lines = finished.out;
        let states = |name: &str| {
            let mut table = lines.iter().skip_while(|line| !line.starts_with("  state "));
            let line = table.find(|line| line.trim_start().starts_with(name)).unwrap();
            let mut words = line.split_whitespace().skip(1).map(|word| word.parse::<u32>());
            (words.next().unwrap().unwrap(), words.next().unwrap().unwrap())
        };
        assert!(lines.iter().any(|line| line.starts_with("  time-server's way: ")), "{lines:#?}");
        let at_once = |count| (20..=60).contains(&count);
        // The server ends first: it alone waits for the other's end, and remembers the connection.
        match [states("FIN_WAIT_1/2"), states("CLOSE_WAIT"), states("TIME_WAIT")] {
            [(ended, 0), (0, to_close), (60, 0)] if at_once(ended) && at_once(to_close) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    });
}

#[test]
fn it_ends_with_its_reader() {
    let mut command = lab(&["--only", "wait"]);
    let mut lab = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut reader = BufReader::new(lab.stdout.take().unwrap());
    reader.read_line(&mut String::new()).unwrap();
    // For two seconds it has nothing to write.
    drop(reader);
    let started = Instant::now();
    let status = wait_until("the lab ends", || lab.try_wait().unwrap());
    assert_eq!(status.code(), Some(0));
    assert!(started.elapsed() < Duration::from_millis(1500), "it waited for its clients");
    assert_eq!(std::io::read_to_string(lab.stderr.take().unwrap()).unwrap(), "");
}

#[test]
fn a_signal_that_asks_it_to_stop_ends_it_at_once() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let mut lab = Running::start(lab_under(&["env", "--default-signal"], &["--only", "wait"]));
        lab.out_line("60 clients");
        lab.signal(signal);
        let finished = lab.finish();
        assert_eq!(finished.status.code(), Some(0), "{signal}: {finished:?}");
        assert!(!finished.out.iter().any(|line| line.contains("TIME_WAIT")), "{finished:?}");
        assert_eq!(finished.err, [""; 0]);
    }
}

#[test]
fn a_hup_that_was_ignored_at_the_start_has_no_effect() {
    let nohup = ["sh", "-c", "trap '' HUP; exec \"$0\" \"$@\""];
    let mut lab = Running::start(lab_under(&nohup, &[]));
    lab.out_line("60 clients");
    lab.signal(Signal::SIGHUP);
    let finished = lab.finish();
    assert_eq!(finished.status.code(), Some(0));
    assert!(finished.out.iter().any(|line| line.starts_with("ring ")), "{finished:?}");
}

#[test]
fn the_time_for_which_it_was_suspended_counts_for_nothing() {
    in_one_of_five(|| {
        // A job of its own: a group that has nobody to continue it cannot be stopped.
        let mut command = lab(&["--only", "wait", "--log-format", "json"]);
        command.process_group(0);
        let mut lab = Running::start(command);
        let pid = lab.pid();
        let threads = || std::fs::read_dir(format!("/proc/{pid}/task")).unwrap().count();
        wait_until("clients are there", || (threads() > 10).then_some(()));
        lab.signal(Signal::SIGTSTP);
        wait_until("it stops", || (state(pid) == Some('T')).then_some(()));
        // Longer than the whole experiment.
        let later = Instant::now() + Duration::from_secs(4);
        wait_until("time goes by", || (Instant::now() > later).then_some(()));
        assert!(!lab.has_ended());
        lab.signal(Signal::SIGCONT);
        let finished = lab.finish();
        assert_eq!(finished.status.code(), Some(0), "{finished:?}");
        let line = of(&finished, "wait");
        assert_eq!(value(line, "whole"), "60", "{line}");
        // A busy machine may take as long for other reasons.
        if number(line, "longest_wait_seconds") < 4.0 { Ok(()) } else { Err(line.to_owned()) }
    });
}

#[test]
fn a_limit_that_leaves_no_descriptors_is_reported_with_the_way_out() {
    let finished = run(lab_under(&["prlimit", "--nofile=64"], &["--only", "ring"]));
    assert_eq!(finished.status.code(), Some(1), "{finished:?}");
    let [problem] = &finished.err[..] else { panic!("{finished:?}") };
    let start = "time-server: the lab cannot serve its clients on 127.0.0.1: Too many open files; ";
    assert!(problem.starts_with(start) && problem.contains("ulimit -Hn"), "{problem}");
}

/// The lab where it may have no network of its own, after some settings of the one that it uses.
fn without_own_network(settings: &str, args: &[&str]) -> Finished {
    let forbid = format!(
        "ip link set lo up && {settings} echo 0 >/proc/sys/user/max_net_namespaces && exec \"$0\" \"$@\""
    );
    let alone = ["unshare", "--user", "--map-root-user", "--net", "sh", "-c", &forbid];
    let finished = run(lab_under(&alone, args));
    assert_eq!(finished.status.code(), Some(0), "{finished:#?}");
    finished
}

#[test]
#[ignore = "needs unprivileged user namespaces, and ip"]
fn where_it_may_have_no_network_of_its_own_resets_are_not_counted_and_it_says_so() {
    let finished = without_own_network("", &["--log-format", "json", "--only", "ring"]);
    assert_eq!(value(&finished.out[0], "server_resets"), "null");
    assert_eq!(value(&finished.out[0], "time_wait_server"), "60");
    let finished = without_own_network("", &[]);
    let row = finished.out.iter().find(|line| line.starts_with("ring ")).unwrap();
    assert_eq!(row.split_whitespace().nth(4), Some("-"), "{row}");
    let why = "and one of its own is refused to the lab (No space left on device).";
    assert!(finished.out.iter().any(|line| line.starts_with(why)), "{finished:#?}");
}

#[test]
#[ignore = "needs unprivileged user namespaces, and ip"]
fn where_the_kernel_has_no_room_for_time_wait_nobody_knows_who_holds_it() {
    let no_room = "echo 0 >/proc/sys/net/ipv4/tcp_max_tw_buckets &&";
    let finished = without_own_network(no_room, &["--log-format", "json", "--only", "ring"]);
    assert_eq!(value(&finished.out[0], "time_wait_server"), "null");
    let finished = without_own_network(no_room, &[]);
    let row = finished.out.iter().find(|line| line.starts_with("ring ")).unwrap();
    assert!(row.ends_with("  unknown"), "{row}");
    let row = finished.out.iter().find(|line| line.starts_with("abort ")).unwrap();
    assert!(row.ends_with("  nobody"), "{row}");
    assert!(finished.out.iter().any(|line| line.starts_with("TIME_WAIT unknown: ")));
}
