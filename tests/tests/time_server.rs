//! time-server from outside: real clients, well-behaved and not, against the real binary.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::Signal;
use nix::sys::socket::{setsockopt, sockopt};
use nix::unistd::geteuid;
use tests::launcher::Launcher;
use tests::server::{Server, connect, free_descriptor, read_all};
use tests::{DEADLINE, Running, in_one_of_five, program, run, wait_until};

/// A new folder for files of one test.
fn temporary(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("time-server-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A library for `LD_PRELOAD`, whose functions take the place of the C library's. The compiler is there, for Rust links
/// its programs with it.
fn preloaded(folder: &Path, functions: &str) -> PathBuf {
    let (source, library) = (folder.join("preloaded.c"), folder.join("preloaded.so"));
    fs::write(&source, functions).unwrap();
    let mut compile = Command::new("cc");
    compile.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl");
    assert!(compile.status().unwrap().success());
    library
}

/// The number at the end of `Time Server starting on port 55555...`
fn port_of(line: &str) -> u16 {
    line.trim_end().trim_end_matches('.').rsplit(' ').next().unwrap().parse().unwrap()
}

/// The C library's view of the time, for comparison.
fn date(format: &str) -> String {
    let output =
        Command::new("date").arg(format!("+{format}")).env("LC_ALL", "C").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim_end_matches('\n').to_owned()
}

/// Asserts that a reply is what date(1) says at the same time.
fn assert_told(flags: &[&str], format: &str, dress: impl Fn(String) -> String) {
    let server = Server::start(flags);
    // Asked within one second, both can say but one thing.
    let (told, expected) = wait_until("a second in which all is asked", || {
        let before = date("%s");
        let (reply, expected) = (server.ask(), dress(date(format)));
        (date("%s") == before).then_some((reply, expected))
    });
    assert_eq!(told, expected);
}

#[test]
fn the_greeting_is_the_seeds_byte_for_byte() {
    assert_told(&[], "%a %b %e %H:%M:%S %Y", |time| format!("\n\nCurrent time: {time}\n\n"));
}

#[test]
fn every_format_tells_what_date_tells() {
    let line = |end: &'static str| move |time: String| format!("{time}{end}");
    assert_told(&["-f", "daytime"], "%d %b %Y %H:%M:%S %Z", |time| time.to_uppercase() + "\r\n");
    assert_told(&["-f", "ctime"], "%a %b %e %H:%M:%S %Y", line("\n"));
    assert_told(&["-f", "unix"], "%s", line("\n"));
    assert_told(&["-f", "time %H.%M.%S", "-z", "local"], "time %H.%M.%S", line("\n"));
}

#[test]
fn rfc3339_in_utc_ends_in_z_and_nist_has_nine_fields() {
    let reply = Server::start(&["-f", "rfc3339", "-z", "utc"]).ask();
    assert!(reply.ends_with("Z\n") && reply.len() == "2026-11-22T06:32:19Z\n".len(), "{reply:?}");
    let reply = Server::start(&["-f", "nist"]).ask();
    assert!(reply.ends_with(" UTC *\r\n"), "{reply:?}");
    let fields: Vec<&str> = reply.split_whitespace().collect();
    let today = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() / 86_400 + 40_587;
    assert_eq!(fields.len(), 9, "{reply:?}");
    assert!(fields[0].parse::<u64>().unwrap().abs_diff(today) <= 1, "{reply:?}");
}

#[test]
fn ipv4_and_ipv6_are_served_on_the_same_port() {
    let server = Server::start(&["-f", "unix"]);
    server.ask();
    match TcpStream::connect((Ipv6Addr::LOCALHOST, server.port)) {
        Ok(stream) => assert!(read_all(stream).unwrap().ends_with('\n')),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::AddrNotAvailable, "IPv6 is on, but not served")
        }
    }
}

#[test]
fn two_thousand_clients_that_speak_first_get_the_reply_and_a_clean_end() {
    let server = Server::start(&[]);
    for round in 0..20 {
        // Stopped, the server accepts nobody before all have spoken: each request is there, unread.
        server.process.signal(Signal::SIGSTOP);
        let mut clients: Vec<TcpStream> = (0..100).map(|_| server.connect()).collect();
        for client in &mut clients {
            client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        }
        server.process.signal(Signal::SIGCONT);
        for client in clients {
            let reply = read_all(client).unwrap_or_else(|error| panic!("round {round}: {error}"));
            assert!(reply.starts_with("\n\nCurrent time: "), "round {round}: {reply:?}");
        }
    }
}

#[test]
fn clients_that_speak_at_any_time_or_half_close_get_a_clean_end() {
    let server = Server::start(&["-f", "unix", "--linger", "1m"]);
    for request in [0, 5, 4096, 200_000] {
        let mut before = server.connect();
        before.write_all(&vec![b'x'; request]).unwrap();
        before.shutdown(Shutdown::Write).unwrap();
        assert!(read_all(before).unwrap().ends_with('\n'), "{request} bytes, half-closed");

        let mut after = server.connect();
        let mut reply = [0; 11];
        after.read_exact(&mut reply).unwrap();
        after.write_all(&vec![b'x'; request]).unwrap();
        assert_eq!(read_all(after).unwrap(), "", "{request} bytes after the reply");
    }
}

#[test]
fn a_client_that_never_closes_is_closed_at_its_deadline_and_keeps_nobody_waiting() {
    let server = Server::start(&["--linger", "300ms", "-f", "unix"]);
    let mut silent = server.connect();
    let mut reply = [0; 11];
    silent.read_exact(&mut reply).unwrap();
    for _ in 0..50 {
        server.ask();
    }
    // While the server lingers it takes what the client sends; once it has closed, that is answered by a reset.
    let started = Instant::now();
    wait_until("the server closes", || silent.write_all(b"x").is_err().then_some(()));
    assert!(started.elapsed() < DEADLINE);
}

#[test]
fn clients_that_reset_disturb_nobody() {
    let server = Server::start(&["-f", "unix"]);
    for _ in 0..200 {
        let rude = server.connect();
        let abort = nix::libc::linger { l_onoff: 1, l_linger: 0 };
        setsockopt(&rude, sockopt::Linger, &abort).unwrap();
        drop(rude);
        server.ask();
    }
}

#[test]
fn more_clients_than_may_linger_make_the_oldest_leave_and_are_all_answered() {
    let flags = ["--max-lingering", "8", "--linger", "1h", "-f", "unix", "--workers", "4"];
    let server = Server::start(&flags);
    let descriptors =
        || fs::read_dir(format!("/proc/{}/fd", server.process.pid())).unwrap().count();
    server.ask(); // Then it is at work, with all that it opens for itself.
    let before = descriptors();
    let mut held: Vec<TcpStream> = (0..100).map(|_| server.connect()).collect();
    for client in &mut held {
        let mut reply = [0; 11];
        client.read_exact(&mut reply).unwrap();
    }
    wait_until("at most eight are held", || (descriptors() <= before + 8).then_some(()));
}

#[test]
fn the_one_connection_that_may_close_is_told_as_one() {
    let mut server = Server::after("ulimit -n 65", "");
    server.process.err_line("At most 1 connection can be closing at once");
}

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

#[test]
fn when_no_descriptor_is_free_the_spare_one_lets_clients_be_answered() {
    let server = Server::start(&["--linger", "1h", "-f", "unix"]);
    server.limit_descriptors(free_descriptor(server.process.pid()));
    // The first client gets the spare one's, each further client that of the one before.
    let mut held: Vec<TcpStream> = (0..50).map(|_| server.connect()).collect();
    for client in &mut held {
        let mut reply = [0; 11];
        client.read_exact(&mut reply).unwrap();
    }
}

#[test]
fn the_log_is_bounded_and_counts_the_rest() {
    // All workers together have one log.
    let mut server = Server::start(&["-f", "unix", "--workers", "64"]);
    let started = Instant::now();
    for _ in 0..500 {
        server.ask();
    }
    let seconds = started.elapsed().as_secs() + 1;
    server.process.err_line("... and to ");
    server.process.signal(Signal::SIGTERM);
    let finished = server.process.finish();
    let told =
        finished.err.iter().filter(|line| line.starts_with("Sending time to 127.0.0.1:")).count();
    assert!(told >= 10 && told as u64 <= 10 * (seconds + 1), "{told} lines in {seconds} s");
    assert!(finished.err.iter().any(|line| line.ends_with("... Done.")));
}

#[test]
fn a_log_that_nobody_reads_holds_up_no_reply() {
    let (_reader, writer) = std::io::pipe().unwrap();
    fcntl(&writer, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).unwrap();
    let mut writer = std::fs::File::from(OwnedFd::from(writer));
    while writer.write(&[b'x'; 4096]).is_ok() {}
    while writer.write(b"x").is_ok() {}
    fcntl(&writer, FcntlArg::F_SETFL(OFlag::empty())).unwrap();

    // The port cannot be read from a log nobody reads: it is passed with its socket.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let launcher = Launcher::default().holding(listener, "time-server.socket");
    let mut command = launcher.command("time-server", &["-vv"]);
    let mut child = command.stderr(writer).spawn().unwrap();
    assert!(read_all(connect(port)).unwrap().contains("Current time"));
    let pid = nix::unistd::Pid::from_raw(child.id().cast_signed());
    nix::sys::signal::kill(pid, Signal::SIGTERM).unwrap();
    let status = wait_until("it ends", || child.try_wait().unwrap());
    assert_eq!(status.code(), Some(0));
}

#[test]
fn a_log_that_may_not_grow_ends_no_server() {
    let folder = temporary("log");
    let log = folder.join("log");
    let mut command = Command::new("sh");
    let line = "ulimit -f 1 && exec \"$0\" --config none -p 0 -f unix 2>\"$1\"";
    command.args(["-c", line]).arg(program("time-server").get_program()).arg(&log);
    let server = Running::start(command);
    let port = wait_until("it listens", || {
        let text = fs::read_to_string(&log).ok()?;
        text.contains("Listening").then(|| port_of(text.lines().next().unwrap()))
    });
    // POSIX has a unit of 512 bytes; bash's is 1024.
    wait_until("the log is full", || {
        read_all(connect(port)).unwrap();
        (fs::metadata(&log).unwrap().len() >= 512).then_some(())
    });
    for _ in 0..100 {
        assert_eq!(read_all(connect(port)).unwrap().len(), 11);
    }
    server.signal(Signal::SIGTERM);
    assert_eq!(server.finish().status.code(), Some(0));
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_terminal_that_takes_nothing_from_background_jobs_stops_no_server() {
    let job = "stty tostop; \"$TIME_SERVER\" --config none -p 0 & read -r line; kill %1; wait %1; echo ended: $?";
    let mut command = Command::new("script");
    command.args(["-qfc", &format!("bash -mc '{job}'"), "/dev/null"]).stdin(Stdio::piped());
    command.env("TIME_SERVER", program("time-server").get_program());
    let mut terminal = Running::start(command);
    let port = port_of(&terminal.out_line("Time Server starting on port"));
    terminal.out_line("Listening on");
    read_all(connect(port)).unwrap();
    terminal.write("\n");
    terminal.out_line("ended: 0");
}

#[test]
fn usr1_is_answered_however_quiet_the_server_is() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let launcher = Launcher::default().holding(listener, "time-server.socket");
    let mut service = launcher.start("time-server", &["-q"]);
    launcher.hear("READY=1");
    service.signal(Signal::SIGUSR1);
    service.err_line("connections=0 replies=0 ");
}

#[test]
fn term_answers_who_waits_lets_the_closing_finish_and_exits_0() {
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        let server = Server::start(&["-f", "unix"]);
        let waiting: Vec<TcpStream> = (0..100).map(|_| server.connect()).collect();
        server.process.signal(signal);
        for client in waiting {
            assert_eq!(read_all(client).unwrap().len(), 11);
        }
        assert_eq!(server.process.finish().status.code(), Some(0));
    }
}

#[test]
fn a_client_that_connects_while_the_listener_is_closed_is_refused_and_never_reset() {
    let folder = temporary("closing");
    // Between the last look at the queue and the close stands epoll_ctl: here it takes long.
    let library = preloaded(
        &folder,
        "#define _GNU_SOURCE
        #include <dlfcn.h>
        #include <sys/epoll.h>
        #include <unistd.h>
        typedef int control(int, int, int, struct epoll_event *);
        int epoll_ctl(int poll, int op, int fd, struct epoll_event *event) {
            if (op == EPOLL_CTL_DEL) usleep(100000);
            return ((control *)dlsym(RTLD_NEXT, \"epoll_ctl\"))(poll, op, fd, event);
        }",
    );
    let mut command = program("time-server");
    command.args(["--port", "0"]).env("LD_PRELOAD", library);
    let mut server = Server::from(command);
    let address = (Ipv4Addr::LOCALHOST, server.port).into();
    server.ask();
    server.process.signal(Signal::SIGTERM);
    while let Ok(client) = TcpStream::connect_timeout(&address, Duration::from_millis(500)) {
        assert!(read_all(client).unwrap().starts_with("\n\nCurrent time: "));
    }
    assert!(server.process.wait().success());
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_second_signal_ends_it_at_once_but_not_the_first_one_that_arrives_twice() {
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        let mut server = Server::start(&["--linger", "1h", "-f", "unix"]);
        let mut stays = server.connect();
        let mut reply = [0; 11];
        stays.read_exact(&mut reply).unwrap();
        let first = Instant::now();
        server.process.signal(signal);
        server.process.err_line("1 connection is still closing");
        // timeout(1), npm and outer supervisors send one wish twice, within milliseconds.
        let status = wait_until("a second signal ends it", || {
            let ended = server.process.has_ended();
            (!ended).then(|| server.process.signal(signal));
            ended.then(|| server.process.wait())
        });
        assert!(first.elapsed() >= Duration::from_secs(1), "ended after {:?}", first.elapsed());
        assert_eq!((status.code(), status.signal()), (Some(0), None), "{signal}");
    }
}

#[test]
fn the_closed_end_of_a_pipe_is_no_second_signal() {
    let mut command = program("time-server");
    command.args(["--port", "0", "-f", "unix", "--linger", "1h", "--stats", "1h"]);
    let (reader, writer) = std::io::pipe().unwrap();
    let mut child = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let line = lines.find(|line| line.starts_with("Time Server starting on port")).unwrap();
    let mut stays = connect(port_of(&line));
    let mut reply = [0; 11];
    stays.read_exact(&mut reply).unwrap();
    // One Ctrl-C: the signal, and the end of the reader that got it too.
    let pid = nix::unistd::Pid::from_raw(child.id().cast_signed());
    nix::sys::signal::kill(pid, Signal::SIGINT).unwrap();
    lines.find(|line| line.contains("1 connection is still closing")).unwrap();
    drop(reader);
    // The answer shows that the loop has seen the closed end, which came before.
    nix::sys::signal::kill(pid, Signal::SIGUSR1).unwrap();
    lines.find(|line| line.starts_with("connections=")).unwrap();
    // The connection lingers still: what the client sends is discarded. If the server had closed it, the first byte would
    // be answered by a reset, and a later one would fail.
    for _ in 0..50 {
        stays.write_all(b"x").unwrap();
        std::thread::sleep(Duration::from_millis(2));
    }
    drop(stays);
    let status = wait_until("it ends when the client has closed", || child.try_wait().unwrap());
    assert_eq!(status.code(), Some(0));
}

#[test]
fn hup_is_left_alone_where_it_was_ignored_at_the_start() {
    let mut server = Server::after("trap '' HUP", "-f unix");
    server.process.signal(Signal::SIGHUP);
    // The lowest number is read first: once USR1 is answered, HUP would have been obeyed.
    server.process.signal(Signal::SIGUSR1);
    server.process.err_line("connections=0");
    // A server that stops might answer the first, which it finds in its queue.
    server.ask();
    server.ask();
    server.process.signal(Signal::SIGTERM);
    assert_eq!(server.process.finish().status.code(), Some(0));
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
fn a_restart_takes_the_port_that_old_connections_still_have_in_time_wait() {
    // Another test may take the port between the two servers.
    in_one_of_five(|| {
        let server = Server::start(&["-b", "127.0.0.1"]);
        server.ask();
        let local = format!(":{:04X}", server.port);
        wait_until("the server's side of the connection is in TIME-WAIT", || {
            let table = fs::read_to_string("/proc/net/tcp").unwrap();
            let mut rows = table.lines().map(|row| row.split_whitespace().collect::<Vec<_>>());
            // The local address and the state, proc_pid_net(5); TCP_TIME_WAIT is 6.
            rows.any(|row| row[1].ends_with(&local) && row[3] == "06").then_some(())
        });
        server.process.signal(Signal::SIGTERM);
        server.process.finish();

        let mut command = program("time-server");
        command.args(["-b", "127.0.0.1", "--port", &server.port.to_string()]);
        let line = Running::start(command)
            .line(|_, line| line.contains("Listening on") || line.contains(" is in use; "));
        if line.contains("Listening on") { Ok(()) } else { Err(line) }
    });
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
