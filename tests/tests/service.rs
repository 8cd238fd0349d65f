//! time-server and forker as services: passed sockets, what the service manager is told, restarts.

use std::fs::{self, File};
use std::io::Read;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;
use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockType, SockaddrIn, SockaddrStorage, bind, connect, listen,
    setsockopt, socket, sockopt,
};
use tests::launcher::Launcher;
use tests::server::read_all;
use tests::{DEADLINE, Finished, Running, again, wait_until};

/// The name that systemd gives the sockets of a unit without `FileDescriptorName=`.
const UNIT: &str = "time-server.socket";

/// How long nothing must be heard of what tells something every [`BEAT`].
const SILENCE: Duration = Duration::from_millis(500);
/// Half of the watchdog's time in these tests.
const BEAT: Duration = Duration::from_millis(50);

fn tcp() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// A socket of each kind on one port, as the unit has them. On two ports a client's own could be the other
/// one by chance, and datagrams from a port that the server serves are not answered.
fn tcp_and_udp() -> (TcpListener, UdpSocket, SocketAddr) {
    let pair = || {
        let (stream, at) = tcp();
        UdpSocket::bind(at).ok().map(|datagram| (stream, datagram, at))
    };
    wait_until("a port is free for both", pair)
}

/// A socket of both families, as `ListenStream=13` makes it, and its port.
fn dual_stack(kind: SockType) -> (OwnedFd, u16) {
    let socket = socket(AddressFamily::Inet6, kind, SockFlag::SOCK_CLOEXEC, None).unwrap();
    setsockopt(&socket, sockopt::Ipv6V6Only, &false).unwrap();
    let anywhere = SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0));
    bind(socket.as_raw_fd(), &SockaddrStorage::from(anywhere)).unwrap();
    if kind == SockType::Stream {
        listen(&socket, Backlog::new(16).unwrap()).unwrap();
    }
    let bound: SockaddrStorage = nix::sys::socket::getsockname(socket.as_raw_fd()).unwrap();
    let port = bound.as_sockaddr_in6().unwrap().port();
    (socket, port)
}

fn client(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream
}

/// A client socket that has asked by datagram.
fn asking(from: Ipv4Addr, to: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind((from, 0)).unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    socket.connect(to).unwrap();
    socket.send(b"?").unwrap();
    socket
}

fn answer(socket: &UdpSocket) -> Vec<u8> {
    let mut reply = [0; 600];
    let length = again(|| socket.recv(&mut reply)).unwrap();
    reply[..length].to_vec()
}

/// Whether it is the ten digits and the line's end of `--format unix`.
fn is_told(reply: &[u8]) -> bool {
    reply.len() == 11 && reply.ends_with(b"\n")
}

/// Ends a service as systemd does.
fn stop(service: Running) -> Finished {
    service.signal(Signal::SIGTERM);
    service.finish()
}

#[test]
fn passed_sockets_are_served_and_the_name_time_is_the_time_protocol() {
    let (time, time_udp, time_at) = tcp_and_udp();
    let (daytime, daytime_udp, at) = tcp_and_udp();
    let launcher = Launcher::default()
        .holding(time, "time")
        .holding(time_udp, "time")
        .holding(daytime, UNIT)
        .holding(daytime_udp, UNIT);
    let mut service = launcher.start("time-server", &["-f", "unix"]);
    assert!(is_told(read_all(client(at)).unwrap().as_bytes()));
    assert!(is_told(&answer(&asking(Ipv4Addr::LOCALHOST, at))));
    let mut count = Vec::new();
    client(time_at).read_to_end(&mut count).unwrap();
    assert_eq!(count.len(), 4, "{count:?}");
    assert_eq!(answer(&asking(Ipv4Addr::LOCALHOST, time_at)).len(), 4);
    service.err_line(&format!("Listening on {at} and {at} (UDP)."));
    service.err_line(&format!("(RFC 868) on {time_at} and {time_at} (UDP)."));
    let finished = stop(service);
    assert_eq!(finished.status.code(), Some(0));
    assert!(!finished.err.iter().any(|line| line.contains("--port")), "{:?}", finished.err);
}

#[test]
fn a_socket_of_both_families_shows_ipv4_clients_as_they_are() {
    let ((stream, port), (datagram, udp_port)) =
        (dual_stack(SockType::Stream), dual_stack(SockType::Datagram));
    let launcher = Launcher::default().holding(stream, UNIT).holding(datagram, UNIT);
    let flags = ["-f", "unix", "--allow", "127.0.0.8/30", "--rate", "2"];
    let mut service = launcher.start("time-server", &flags);
    let ask = |source: [u8; 4]| {
        let flags = SockFlag::SOCK_CLOEXEC;
        let socket = socket(AddressFamily::Inet, SockType::Stream, flags, None).unwrap();
        bind(socket.as_raw_fd(), &SockaddrIn::from(std::net::SocketAddrV4::new(source.into(), 0)))
            .unwrap();
        connect(socket.as_raw_fd(), &SockaddrIn::new(127, 0, 0, 1, port)).unwrap();
        read_all(TcpStream::from(socket)).unwrap()
    };
    assert_eq!(ask([127, 0, 0, 1]), "");
    assert!(is_told(ask([127, 0, 0, 9]).as_bytes()));
    service.err_line("Sending time to 127.0.0.9:");
    // By datagram too, and a connected socket takes the reply from the address that was asked alone.
    let asked = SocketAddr::from(([127, 0, 0, 5], udp_port));
    assert!(is_told(&answer(&asking([127, 0, 0, 10].into(), asked))));
    service.err_line("Sending time to 127.0.0.10:");
    // Each has a share of its own, which one network of all mapped addresses would not be.
    let replies = |source| (0..20).filter(|_| !ask(source).is_empty()).count();
    assert!(replies([127, 0, 0, 9]) < 20);
    assert!(is_told(ask([127, 0, 0, 11]).as_bytes()));
}

#[test]
fn what_cannot_be_served_is_refused_by_its_name() {
    let (_peer, at) = tcp();
    let folder = std::env::temp_dir().join(format!("refused-{}", std::process::id()));
    let unix = UnixListener::bind(&folder).unwrap();
    fs::remove_file(&folder).unwrap();
    let unbound =
        socket(AddressFamily::Inet, SockType::Datagram, SockFlag::SOCK_CLOEXEC, None).unwrap();
    let file = File::open("/dev/null").unwrap();
    let refused: [(OwnedFd, &str); 4] = [
        (file.into(), "no socket"),
        (unix.into(), "neither an IPv4 nor an IPv6 socket"),
        (client(at).into(), "write Accept=no"),
        (unbound, "bound to no port"),
    ];
    for (descriptor, problem) in refused {
        let launcher = Launcher::default().holding(tcp().0, UNIT).holding(descriptor, "odd");
        let finished = launcher.start("time-server", &[]).finish();
        let told = finished.err.join("\n");
        assert_eq!(finished.status.code(), Some(2), "{told}");
        assert!(
            told.contains("descriptor 4 (named 'odd'): it is ") && told.contains(problem),
            "{told}"
        );
        assert_eq!(launcher.hear_any(Duration::from_millis(1)), None);
    }
    for variable in [("LISTEN_FDS", "90"), ("LISTEN_FDS", "two"), ("LISTEN_FDNAMES", "a:b")] {
        let launcher = Launcher::default().holding(tcp().0, UNIT).with(variable.0, variable.1);
        let finished = launcher.start("time-server", &[]).finish();
        let told = finished.err.join("\n");
        assert_eq!(finished.status.code(), Some(2), "{variable:?}: {told}");
        assert!(told.contains("LISTEN_FDS"), "{told}");
    }
}

#[test]
fn a_connection_as_accept_yes_passes_it_is_answered_alone() {
    for (is_time, length) in [(false, 11), (true, 4)] {
        let (listener, at) = tcp();
        let mut client = client(at);
        let launcher = Launcher::default().holding(listener.accept().unwrap().0, "connection");
        let port = if is_time { at.port() } else { 1 }.to_string();
        let service = launcher.start("time-server", &["-f", "unix", "--time-port", &port]);
        let mut reply = Vec::new();
        client.read_to_end(&mut reply).unwrap();
        assert_eq!(reply.len(), length, "{reply:?}");
        drop(client);
        let finished = service.finish();
        assert_eq!(finished.status.code(), Some(0), "{:?}", finished.err);
        launcher.hear("READY=1");
    }
}

#[test]
fn options_that_passed_sockets_replace_are_told_and_those_they_cannot_meet_refused() {
    let (socket, at) = tcp();
    let launcher = Launcher::default().holding(socket, UNIT);
    // The default port too, if it is asked for.
    for flags in [&["-p", "1", "-b", "192.0.2.1", "-f", "unix"][..], &["-p", "55555", "-f", "unix"]]
    {
        let mut service = launcher.start("time-server", flags);
        service.err_line("--port, --bind, --udp and --time-port count for nothing");
        assert!(is_told(read_all(client(at)).unwrap().as_bytes()));
    }

    let finished = launcher.start("time-server", &["--require-sync"]).finish();
    assert_eq!(finished.status.code(), Some(2), "{:?}", finished.err);
    let launcher = Launcher::default().holding(tcp_and_udp().1, UNIT);
    let long = format!("%Y{}", "x".repeat(600));
    let finished = launcher.start("time-server", &["-f", &long]).finish();
    assert_eq!(finished.status.code(), Some(2), "{:?}", finished.err);
    let launcher = Launcher::default().holding(tcp_and_udp().1, "time");
    let _service = launcher.start("time-server", &["--require-sync"]);
    launcher.hear("READY=1");
}

#[test]
fn sockets_that_were_passed_to_another_process_are_left_alone() {
    let (socket, at) = tcp();
    let launcher = Launcher::default().holding(socket, UNIT);
    let mut command = tests::program("time-server");
    command.args(["--port", "0"]).envs([("LISTEN_PID", "1"), ("LISTEN_FDS", "1")]);
    let mut service = Running::start(command);
    let line = service.err_line("Listening on");
    assert!(!line.contains(&at.to_string()), "{line}");
    drop(launcher);
}

#[test]
fn ready_is_told_when_clients_are_answered_and_never_without_a_port() {
    let launcher = Launcher::default();
    let mut service = launcher.start("time-server", &["--port", "0", "-f", "unix"]);
    assert_eq!(launcher.hear("READY=1"), "READY=1", "a message of its own");
    launcher.hear("STATUS=replies sent: 0, connections closing: 0");
    let line = service.err_line("Time Server starting on port");
    let port: u16 = line.trim_end_matches('.').rsplit(' ').next().unwrap().parse().unwrap();
    assert!(is_told(read_all(client(([127, 0, 0, 1], port).into())).unwrap().as_bytes()));

    let taken = port.to_string();
    let finished = launcher.start("time-server", &["--port", &taken]).finish();
    assert_eq!(finished.status.code(), Some(1));
    // Between the first one's start and here only its own figures may have been told.
    while let Some(message) = launcher.hear_any(Duration::from_millis(1)) {
        assert!(!message.contains("READY"), "{message}");
    }
}

#[test]
fn stopping_is_told_at_once_and_the_status_when_it_has_changed() {
    let (socket, at) = tcp();
    let launcher = Launcher::default().holding(socket, UNIT);
    let service = launcher.start("time-server", &["-f", "unix", "--linger", "1h"]);
    launcher.hear("READY=1");
    let held = client(at);
    launcher.hear("STATUS=replies sent: 1, connections closing: 1");
    service.signal(Signal::SIGTERM);
    // The client that has not closed keeps the server, but not the message.
    launcher.hear("STOPPING=1");
    drop(held);
    assert_eq!(service.finish().status.code(), Some(0));
}

#[test]
fn the_status_counts_what_every_worker_has_done() {
    let (socket, at) = tcp();
    let launcher = Launcher::default().holding(socket, UNIT);
    let service = launcher.start("time-server", &["-f", "unix", "--workers", "4"]);
    launcher.hear("READY=1");
    assert!(is_told(read_all(client(at)).unwrap().as_bytes()));
    launcher.hear("STATUS=replies sent: 1, connections closing: 0");
    stop(service);
}

#[test]
fn one_idle_client_delays_a_restart_for_nobody() {
    for workers in ["1", "3"] {
        let (stream, datagram, at) = tcp_and_udp();
        let launcher = Launcher::default().holding(stream, UNIT).holding(datagram, UNIT);
        let flags = ["-f", "unix", "--linger", "1h", "--workers", workers];
        let service = launcher.start("time-server", &flags);
        launcher.hear("READY=1");
        let mut idle = client(at);
        idle.read_exact(&mut [0; 11]).unwrap();
        service.signal(Signal::SIGTERM);
        let stopping = launcher.hear("STOPPING=1");
        // systemd waits at least so long: twice the hour, and five seconds.
        assert!(stopping.ends_with("EXTEND_TIMEOUT_USEC=7205000000"), "{stopping}");
        // No next server is there, and this one has not ended.
        for _ in 0..20 {
            assert!(is_told(read_all(client(at)).unwrap().as_bytes()));
        }
        assert!(is_told(&answer(&asking(Ipv4Addr::LOCALHOST, at))));
        drop(idle);
        assert_eq!(service.finish().status.code(), Some(0));
        let waiting = client(at);
        let next = launcher.start("time-server", &["-f", "unix"]);
        assert!(is_told(read_all(waiting).unwrap().as_bytes()));
        stop(next);
    }
}

#[test]
fn the_watchdog_is_told_while_the_loops_turn_and_not_when_they_stand_still() {
    let (socket, at) = tcp();
    let timeout = (2 * BEAT).as_micros().to_string();
    let launcher = Launcher::default().holding(socket, UNIT).with("WATCHDOG_USEC", &timeout);
    let service = launcher.start("time-server", &["--workers", "3", "-f", "unix"]);
    launcher.hear("READY=1");
    for _ in 0..5 {
        launcher.hear("WATCHDOG=1");
    }
    service.signal(Signal::SIGSTOP);
    wait_until("each of its threads stands still", || {
        let mut threads = fs::read_dir(format!("/proc/{}/task", service.pid())).unwrap();
        let stands = |thread: &Path| fs::read_to_string(thread).unwrap().contains(") T ");
        threads.all(|thread| stands(&thread.unwrap().path().join("stat"))).then_some(())
    });
    while launcher.hear_any(Duration::from_millis(1)).is_some() {}
    assert_eq!(launcher.hear_any(SILENCE), None);
    service.signal(Signal::SIGCONT);
    launcher.hear("WATCHDOG=1");
    assert!(is_told(read_all(client(at)).unwrap().as_bytes()));
}

#[test]
fn who_asks_while_no_server_runs_is_answered_by_the_next() {
    let (stream, datagram, at) = tcp_and_udp();
    let launcher = Launcher::default().holding(stream, UNIT).holding(datagram, UNIT);
    let start = || launcher.start("time-server", &["-f", "unix"]);
    for _ in 0..3 {
        let waiting: Vec<TcpStream> = (0..50).map(|_| client(at)).collect();
        let asked = asking(Ipv4Addr::LOCALHOST, at);
        let service = start();
        for client in waiting {
            assert!(is_told(read_all(client).unwrap().as_bytes()));
        }
        assert!(is_told(&answer(&asked)));
        assert_eq!(stop(service).status.code(), Some(0));
    }
}

/// Ends a server and tells how many connections it has answered.
fn connections(service: Running) -> u64 {
    let finished = stop(service);
    assert_eq!(finished.status.code(), Some(0), "{:?}", finished.err);
    let totals = finished.err.last().unwrap();
    let (_, count) = totals.split_once("connections=").unwrap();
    count.split(' ').next().unwrap().parse().unwrap()
}

/// Restarts a server `times` under the load of clients that never rest; none may be refused or lost.
fn restart_under_load(times: u32) {
    let (stream, datagram, at) = tcp_and_udp();
    let launcher = Launcher::default().holding(stream, UNIT).holding(datagram, UNIT);
    let start = || {
        let service = launcher.start("time-server", &["-f", "unix", "--rate", "1000000"]);
        launcher.hear("READY=1");
        service
    };
    let (answered, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    let mut accepted = 0;
    let by_datagram = thread::scope(|scope| {
        let ask = || {
            while !is_over.load(Ordering::Relaxed) {
                let reply = read_all(client(at)).unwrap();
                assert!(is_told(reply.as_bytes()), "{reply:?}");
                answered.fetch_add(1, Ordering::Relaxed);
            }
        };
        let ask_by_datagram = || {
            let mut count = 0;
            while !is_over.load(Ordering::Relaxed) {
                assert!(is_told(&answer(&asking(Ipv4Addr::LOCALHOST, at))));
                count += 1;
            }
            count
        };
        let clients: Vec<_> = (0..3).map(|_| scope.spawn(ask)).collect();
        let datagrams = scope.spawn(ask_by_datagram);
        for _ in 0..times {
            let service = start();
            let before = answered.load(Ordering::Relaxed);
            wait_until("clients are answered", || {
                (answered.load(Ordering::Relaxed) > before).then_some(())
            });
            accepted += connections(service);
        }
        is_over.store(true, Ordering::Relaxed);
        // Whoever still waits is answered by one more.
        let last = start();
        clients.into_iter().for_each(|client| client.join().unwrap());
        let by_datagram = datagrams.join().unwrap();
        accepted += connections(last);
        by_datagram
    });
    let answered = answered.into_inner();
    println!("{times} restarts: {answered} connections, {by_datagram} datagrams, none lost");
    assert_eq!(accepted, answered);
    assert!(by_datagram > 0);
}

#[test]
fn restarts_under_load_refuse_and_lose_nobody() {
    restart_under_load(20);
}

#[test]
#[ignore = "needs time: half a minute"]
fn a_thousand_restarts_under_load_refuse_and_lose_nobody() {
    restart_under_load(1000);
}

#[test]
fn no_run_of_forker_sees_what_its_service_manager_told_it() {
    let launcher = Launcher::default().holding(tcp().0, "odd").with("WATCHDOG_USEC", "1000000");
    let service = launcher.start("forker", &["-q", "--now", "-i", "20ms", "-n", "3", "--", "env"]);
    // forker itself has seen it.
    launcher.hear("READY=1");
    launcher.hear("STATUS=Running env every ");
    let finished = service.finish();
    assert_eq!(finished.status.code(), Some(0), "{:?}", finished.err);
    let of_service = |line: &&String| {
        ["NOTIFY_SOCKET", "LISTEN_", "WATCHDOG_"].iter().any(|name| line.starts_with(name))
    };
    assert_eq!(finished.out.iter().find(of_service), None);
    assert!(finished.out.iter().any(|line| line.starts_with("PATH=")), "{:?}", finished.out);
}

#[test]
fn forker_with_a_command_longer_than_a_message_may_be_becomes_ready() {
    let launcher = Launcher::default();
    let words = format!("a\nREADY=0 b\x1b[2J {}", "ж".repeat(4096));
    let _service = launcher.start("forker", &["-q", "-i", "1h", "--", "true", &words]);
    assert_eq!(launcher.hear_any(DEADLINE).as_deref(), Some("READY=1"), "before all others");
    let status = launcher.hear_any(DEADLINE).unwrap();
    assert!(status.starts_with("STATUS=Running true 'a\\nREADY=0 b\\u{1b}[2J ж"), "{status}");
    assert!(status.len() <= 200 && status.ends_with('…'), "{status}");
}

#[test]
fn forker_tells_that_it_stops() {
    let launcher = Launcher::default();
    let service = launcher.start("forker", &["-q", "--grace", "90s"]);
    launcher.hear("READY=1");
    service.signal(Signal::SIGTERM);
    let stopping = launcher.hear("STOPPING=1");
    // systemd waits for the grace, whatever the unit's limit, and five seconds more.
    assert!(stopping.ends_with("EXTEND_TIMEOUT_USEC=95000000"), "{stopping}");
    assert_eq!(service.finish().status.code(), Some(143));
}
