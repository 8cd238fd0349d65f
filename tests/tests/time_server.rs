//! time-server from outside: real clients, well-behaved and not, against the real binary. What it is started with is left to
//! `time_server_start`.

use std::fs;
use std::io::{BufRead as _, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::Signal;
use nix::sys::socket::{setsockopt, sockopt};
use tests::files::{preloaded, temporary};
use tests::launcher::Launcher;
use tests::server::{Server, connect, free_descriptor, read_all};
use tests::{DEADLINE, Running, in_one_of_five, program, wait_until};

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
