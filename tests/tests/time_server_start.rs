//! How time-server starts, from outside, or refuses to: addresses, ports, limits, values and configuration.

use std::ffi::OsStr;
use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::ffi::OsStrExt;
use std::process::Command;
use std::time::Duration;

use nix::sys::signal::Signal;
use nix::unistd::geteuid;
use tests::files::{preloaded, temporary};
use tests::launcher::Launcher;
use tests::server::Server;
use tests::{Running, in_one_of_five, program, run};

/// How a server ends that a shell starts after `setting` (ulimit, say).
fn refused_after(setting: &str, flags: &[&str]) -> (Option<i32>, String) {
    let binary = program("time-server");
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{setting} && exec \"$0\" --config none --port 0 \"$@\"")]);
    let finished = run({
        command.arg(binary.get_program()).args(flags);
        command
    });
    assert_eq!(finished.err.len(), 1, "more than a message: {:#?}", finished.err);
    (finished.status.code(), finished.err.join("\n"))
}

#[test]
fn a_limit_on_descriptors_that_leaves_none_for_clients_is_refused_at_the_start() {
    let (status, message) = refused_after("ulimit -n 64", &[]);
    assert_eq!(status, Some(1), "{message}");
    assert!(message.contains("the limit on descriptors is 64"), "{message}");
    assert!(message.contains("(ulimit -Hn, or LimitNOFILE= in the unit)"), "{message}");
    let (status, message) = refused_after("ulimit -n 500", &["--workers", "256"]);
    assert_eq!(status, Some(1), "{message}");
    assert!(message.ends_with(" or lower --workers"), "{message}");
}

#[test]
fn a_worker_that_cannot_start_ends_the_server_with_a_line_and_it_is_never_ready() {
    let folder = temporary("threads");
    let library = preloaded(
        &folder,
        "#define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <pthread.h>
        typedef int create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
        int pthread_create(pthread_t *id, const pthread_attr_t *how, void *(*run)(void *), void *with) {
            static int started;
            if (started++ == 3) return EAGAIN;
            return ((create *)dlsym(RTLD_NEXT, \"pthread_create\"))(id, how, run, with);
        }",
    );
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let launcher = Launcher::default().holding(listener, "time-server.socket");
    let mut command = launcher.command("time-server", &["--workers", "8"]);
    command.env("LD_PRELOAD", library);
    let finished = run(command);
    assert_eq!(finished.status.code(), Some(1), "{:?}", finished.err);
    let line =
        "time-server: cannot start worker 5: the system allows no more threads; lower --workers,";
    assert!(finished.err[0].starts_with(line), "{:?}", finished.err);
    assert_eq!(finished.err.len(), 1, "{:?}", finished.err);
    assert_eq!(launcher.hear_any(Duration::from_millis(1)), None);
    fs::remove_dir_all(folder).unwrap();
}

/// A wrong call: its status and the one message.
fn refused(flags: &[&str]) -> (Option<i32>, String) {
    let mut command = program("time-server");
    command.args(flags);
    let finished = run(command);
    assert!(finished.err.len() <= 4, "more than a message: {:#?}", finished.err);
    (finished.status.code(), finished.err.join("\n"))
}

#[test]
fn a_port_in_use_is_named_with_how_to_see_who_holds_it() {
    let server = Server::start(&[]);
    let (status, message) = refused(&["-p", &server.port.to_string()]);
    assert_eq!(status, Some(1));
    assert!(
        message.contains(&format!(
            "0.0.0.0:{} is in use; 'ss -ltnp sport = :{}'",
            server.port, server.port
        )),
        "{message}"
    );
}

#[test]
fn a_port_in_use_is_named_with_the_tool_and_the_option_that_fit_it() {
    // Another test's connection may have the same number as a TCP port by chance.
    in_one_of_five(|| {
        let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port().to_string();
        let common = ["--udp", "-b", "127.0.0.1", "-p"];
        for (flags, option) in
            [(&[port.as_str()][..], "--port"), (&["0", "--time-port", &port], "--time-port")]
        {
            let (status, message) = refused(&[&common, flags].concat());
            let expected = format!(
                "127.0.0.1:{port} is in use; 'ss -lunp sport = :{port}' shows by whom (as root), {option} takes another"
            );
            if status != Some(1) || !message.ends_with(&expected) {
                return Err(message);
            }
        }
        Ok(())
    });
}

#[test]
fn an_address_that_another_one_has_anyway_is_no_port_in_use() {
    let server =
        Server::start(&["-b", "127.0.0.1", "-b", "0.0.0.0", "-b", "127.0.0.1", "-f", "unix"]);
    server.ask();
}

#[test]
#[ignore = "needs root: a network namespace of its own"]
fn a_link_local_address_is_served_on_its_interface() {
    let set_up = "ip link set lo up && ip -6 addr add fe80::1/64 dev lo nodad && \
                  exec \"$0\" --config none -p 0 -b fe80::1%lo -f unix";
    let mut command = Command::new("unshare");
    command.args(["-n", "sh", "-c", set_up]).arg(program("time-server").get_program());
    let mut server = Server::from(command);
    server.process.err_line("Try: nc fe80::1%");
    let mut ask = Command::new("nsenter");
    ask.args(["-n", "-t", &server.process.pid().to_string()]);
    let target = format!("[fe80::1%lo]:{}", server.port);
    ask.arg(program("time-server").get_program()).args(["query", &target]);
    assert_eq!(run(ask).status.code(), Some(0));
}

#[test]
#[ignore = "needs strace"]
fn what_the_system_forbids_is_not_blamed_on_the_port() {
    let forbidden = |error: &str, when: &str, flags: &[&str]| {
        let mut command = Command::new("strace");
        let fault = format!("inject=socket:error={error}:when={when}");
        command.args(["-D", "-f", "-q", "-o", "/dev/null", "-e", &fault]);
        command.arg(program("time-server").get_program()).args(["--config", "none", "-p", "0"]);
        command.args(flags);
        command
    };
    for error in ["EPERM", "EAFNOSUPPORT"] {
        // The third and the fourth socket are those of IPv6.
        let mut process = Running::start(forbidden(error, "3..4", &["--udp"]));
        process.err_line("Listening on 0.0.0.0:");
        process.signal(Signal::SIGTERM);
        let told = process.finish().err;
        let about_it = told.iter().filter(|line| *line == "IPv6 is off here, so it is not served.");
        assert_eq!(about_it.count(), 1, "{told:#?}");
    }
    for flags in [&[][..], &["-b", "127.0.0.1"]] {
        let finished = run(forbidden("EPERM", "1+", flags));
        assert_eq!(finished.status.code(), Some(1));
        let line = &finished.err[0];
        assert!(
            line.contains(": Operation not permitted; a sandbox or a security policy"),
            "{line}"
        );
    }
}

#[test]
fn a_clock_before_1970_ends_nothing() {
    let folder = temporary("clock");
    let library = preloaded(
        &folder,
        "#define _GNU_SOURCE
        #include <sys/syscall.h>
        #include <time.h>
        #include <unistd.h>
        int clock_gettime(clockid_t clock, struct timespec *now) {
            int result = syscall(SYS_clock_gettime, clock, now);
            if (clock == CLOCK_REALTIME) now->tv_sec = -86400;
            return result;
        }",
    );
    for (format, reply) in [("unix", "-86400\n"), ("daytime", "31 DEC 1969 00:00:00 UTC\r\n")] {
        let mut command = program("time-server");
        command.args(["-p", "0", "-z", "utc", "-f", format]).env("LD_PRELOAD", &library);
        assert_eq!(Server::from(command).ask(), reply);
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_longest_durations_end_nothing() {
    let server = Server::start(&["--linger", "100y", "--stats", "100y", "-f", "unix"]);
    server.ask();
    let mut command = program("time-server");
    command.args(["query", "--timeout", "100y", &format!("127.0.0.1:{}", server.port)]);
    assert_eq!(run(command).status.code(), Some(0));
}

#[test]
fn a_privileged_port_without_the_right_says_how_to_get_it() {
    let setting = fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").unwrap();
    let first: u16 = setting.trim().parse().unwrap();
    if first == 0 {
        return; // This machine knows no privileged ports.
    }
    let binary = program("time-server");
    let port = first - 1;
    for (option, unit) in [
        ("--port", "time-server.socket"),
        ("--time-port", "time-server.socket"),
        ("--ntp-port", "time-server-ntp.socket"),
    ] {
        let mut command = if geteuid().is_root() {
            let mut command = Command::new("setpriv");
            command.arg("--bounding-set=-net_bind_service").arg(binary.get_program());
            command
        } else {
            Command::new(binary.get_program())
        };
        command.args(["--config", "none", "--bind", "127.0.0.1", option, &port.to_string()]);
        if option != "--port" {
            command.args(["--port", "0"]);
        }
        let finished = run(command);
        assert_eq!(finished.status.code(), Some(1), "{finished:#?}");
        let message = format!(
            "permission denied for port {port}: ports below {first} need root or CAP_NET_BIND_SERVICE; \
             let systemd open it ({unit}), or take a higher {option}"
        );
        assert!(finished.err[0].contains(&message), "{finished:#?}");
    }
}

#[test]
fn bad_values_are_refused_with_status_2_and_the_way_out() {
    for (flags, part) in [
        (&["--prot", "1"][..], "a similar argument exists: '--port'"),
        (&["-p", "65536"], "write a whole number from 0 to 65535"),
        (&["-f", "iso"], "neither greeting"),
        (&["-f", "%!"], "this % conversion does not exist"),
        (&["-f", "%H:%M %#z %Y"], "cannot print one\n  | %H:%M %#z %Y\n  |       ^^^\nTry"),
        (
            &["--udp", "-f", &"%B ".repeat(59)],
            "a reply of up to 591 bytes; one by UDP may have 512",
        ),
        (
            &["--udp", "-f", &"%s ".repeat(60)],
            "a reply of up to 661 bytes; one by UDP may have 512",
        ),
        (&["-f", &"%Y".repeat(3000)], "a reply of up to 12001 bytes; one may have 4096"),
        (
            &["-z", "Mars/Olympus"],
            "'--timezone <ZONE>': no such time zone; write local, utc or a name",
        ),
        (&["-b", "localhost"], "write an address, like 192.0.2.1, 2001:db8::1 or fe80::1%eth0"),
        (&["-b", "fe80::1"], "a link-local address needs its interface: fe80::1%eth0"),
        (&["-b", "fe80::1%nowhere"], "no interface has this name: nowhere ('ip link' lists them)"),
        (&["--linger", "2"], "write a number with its unit"),
        (&["--linger", "101y"], "must be at most 100 years"),
        (&["--stats", "0s"], "must be at least 1ms"),
        (&["--max-lingering", "0"], "write a whole number from 1 to 4294967295"),
        (&["--max-lingering", "many"], "write a whole number from 1 to 4294967295"),
        (&["--workers", "257"], "write a whole number from 1 to 256"),
        (&["--rate", "0.5"], "write a whole number from 1 to 4294967295"),
        (&["--config", "/nonexistent.toml"], "use --config none to run without one"),
    ] {
        let (status, message) = refused(flags);
        assert_eq!(status, Some(2), "{flags:?}: {message}");
        assert!(message.contains(part), "{flags:?}: {message}");
    }
    let (status, message) = refused(&["-p", "0", "-b", "203.0.113.1"]);
    assert_eq!(status, Some(1));
    assert!(message.contains("203.0.113.1 is no address of this machine"), "{message}");
}

#[test]
fn a_tz_that_is_no_zone_is_refused_where_it_is_used_and_names_where_it_comes_from() {
    let server = Server::start(&["-f", "rfc3339", "-z", "utc"]);
    let target = format!("127.0.0.1:{}", server.port);
    for tz in [&b"nonsense"[..], b"XXX24", b"/dev/zero", b"Caf\xe9", b"/tmp"] {
        let start = |flags: &[&str]| {
            let mut command = program("time-server");
            command.args(flags).env("TZ", OsStr::from_bytes(tz));
            command
        };
        let refused = run(start(&["-p", "0"]));
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        let line = &refused.err[0];
        assert!(line.contains("TZ=") && line.ends_with("--timezone names another one"), "{line}");
        assert_eq!(run(start(&["query", &target])).status.code(), Some(0));
        Running::start(start(&["-p", "0", "-f", "unix"])).err_line("Listening on");
        Running::start(start(&["-p", "0", "-z", "utc"])).err_line("Listening on");
    }
}

#[test]
fn a_tz_in_any_form_is_served_as_date_has_it() {
    for tz in ["", ":", "UTC0", "<+03>-3", "XXX23:59:59", "EST5EDT,M3.2.0,M11.1.0", "CET-1CEST"] {
        let mut command = program("time-server");
        command.args(["-p", "0", "-f", "%F %H:%M:%S %Z"]).env("TZ", tz);
        let mut server = Server::from(command);
        if tz == "CET-1CEST" {
            server.process.err_line("does not say when daylight saving time begins");
        }
        // date(1) just before and just after.
        let date = || {
            let mut date = Command::new("date");
            let date = date.arg("+%F %H:%M:%S %Z").env("TZ", tz).output().unwrap();
            String::from_utf8(date.stdout).unwrap()
        };
        let (before, told, after) = (date(), server.ask(), date());
        assert!(
            before <= told && told <= after,
            "{tz}: {told} is not between {before} and {after}"
        );
    }
}

#[test]
fn what_is_not_utf_8_is_named_wherever_it_comes_from() {
    let odd = OsStr::from_bytes(b"caf\xe9 %Y");
    let mut by_flag = program("time-server");
    by_flag.arg("-f").arg(odd);
    let mut by_variable = program("time-server");
    by_variable.env("TIME_SERVER_FORMAT", odd);
    for (command, name) in [
        (by_flag, "the argument 'caf"),
        (by_variable, "environment variable TIME_SERVER_FORMAT: 'caf"),
    ] {
        let finished = run(command);
        assert_eq!(finished.status.code(), Some(2));
        assert!(finished.err[0].contains(name), "{:?}", finished.err);
        assert!(finished.err[0].ends_with(" %Y' is not valid UTF-8"), "{:?}", finished.err);
    }
}

#[test]
fn the_configuration_comes_from_the_users_file_and_prints_as_toml_that_loads_again() {
    let folder = std::env::temp_dir().join(format!("time-server-test-{}", std::process::id()));
    fs::create_dir_all(folder.join("time-server")).unwrap();
    let file = folder.join("time-server/config.toml");
    fs::write(&file, "format = \"unix\"\nbind = [\"127.0.0.1\"]\n").unwrap();
    let print = |more: &[&str]| {
        let mut command = program("time-server");
        command
            .arg("--print-config")
            .args(more)
            .env("XDG_CONFIG_HOME", &folder)
            .env("TIME_SERVER_LINGER", "9s");
        run(command)
    };
    let first = print(&["-p", "0"]);
    assert_eq!(first.status.code(), Some(0));
    let text = first.out.join("\n");
    assert!(text.contains("port = 0  # command line"), "{text}");
    assert!(text.contains("linger = \"9s\"  # environment TIME_SERVER_LINGER"), "{text}");
    assert!(text.contains(&format!("format = \"unix\"  # {}:1", file.display())), "{text}");

    fs::write(&file, &text).unwrap();
    let values = |lines: &[String]| {
        lines.iter().map(|line| line.split("  #").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(values(&print(&[]).out), values(&first.out));

    fs::write(&file, "port = 1\nprot = 2\n").unwrap();
    let broken = print(&[]);
    assert_eq!(broken.status.code(), Some(2));
    assert!(broken.err[0].contains("unknown key 'prot'"), "{broken:#?}");
    assert!(broken.err[1].ends_with("config.toml:2:1"), "{broken:#?}");
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn json_lines_carry_the_facts_as_data() {
    let mut server = {
        let mut command = program("time-server");
        command.args(["--port", "0", "--log-format", "json"]);
        Running::start(command)
    };
    let line = server.err_line("\"port\":");
    assert!(line.starts_with("{\"timestamp\":\"") && line.contains("\"level\":\"INFO\""), "{line}");
}
