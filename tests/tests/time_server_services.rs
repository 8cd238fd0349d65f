//! time-server beyond one listener: datagrams, the Time Protocol, limits, workers, figures, the client.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsRawFd, OwnedFd};
use std::process::{Command, Stdio};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use nix::sys::signal::Signal;
use nix::sys::socket::{
    AddressFamily, SockFlag, SockType, SockaddrIn, bind, connect, getsockname, socket,
};
use tests::server::{Server, read_all};
use tests::{DEADLINE, Stream, again, program, run, wait_until};

/// A server that tells the seconds since 1970.
fn start(flags: &[&str]) -> Server {
    Server::start(&[&["--format", "unix"], flags].concat())
}

fn time_port(server: &mut Server) -> u16 {
    number_after(&server.process.err_line("RFC 868"), ":")
}

/// A client socket that has asked by datagram.
fn datagram(server: &Server, from: [u8; 4], to: [u8; 4]) -> UdpSocket {
    let socket = UdpSocket::bind((Ipv4Addr::from(from), 0)).unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    socket.connect((Ipv4Addr::from(to), server.port)).unwrap();
    socket.send(b"?").unwrap();
    socket
}

/// What a connection from `source` gets.
fn ask_from(server: &Server, source: [u8; 4]) -> String {
    read_all(connect_from(source, server.port)).unwrap()
}

/// The figures since the start.
fn totals(server: &mut Server) -> String {
    server.process.signal(Signal::SIGUSR1);
    server.process.err_line("connections=")
}

fn number_after(line: &str, mark: &str) -> u16 {
    let rest = &line[line.find(mark).unwrap() + mark.len()..];
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

fn connect_from(source: [u8; 4], port: u16) -> TcpStream {
    let address = |ip: [u8; 4], port| SockaddrIn::from(SocketAddrV4::new(ip.into(), port));
    let socket: OwnedFd =
        socket(AddressFamily::Inet, SockType::Stream, SockFlag::SOCK_CLOEXEC, None).unwrap();
    bind(socket.as_raw_fd(), &address(source, 0)).unwrap();
    connect(socket.as_raw_fd(), &address([127, 0, 0, 1], port)).unwrap();
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream
}

/// How many seconds may pass between an answer and a look at the clock. A busy machine takes its time; a wrong
/// epoch or zone is off by far more.
const SOON: u32 = 10;

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// RFC 868's count of a moment not long ago.
fn assert_is_now(bytes: &[u8]) {
    let count = u32::from_be_bytes(bytes.try_into().unwrap_or_else(|_| panic!("{bytes:?}")));
    let expected = u32::try_from((now() + 2_208_988_800) % (1 << 32)).unwrap();
    assert!(expected.wrapping_sub(count) <= SOON, "{count} is not {expected}");
}

#[test]
fn a_datagram_is_answered_from_the_address_that_was_asked() {
    let server = start(&["--udp"]);
    for asked in [[127, 0, 0, 1], [127, 0, 0, 5]] {
        // A connected socket takes datagrams from that address alone.
        let client = datagram(&server, [127, 0, 0, 1], asked);
        let mut reply = [0; 600];
        let length = again(|| client.recv(&mut reply)).unwrap();
        let told: u64 = std::str::from_utf8(&reply[..length]).unwrap().trim().parse().unwrap();
        assert!(now().abs_diff(told) <= SOON.into());
    }
}

#[test]
fn all_datagrams_that_wait_are_answered_each_to_its_own_sender() {
    let server = start(&["--udp"]);
    // Stopped, the server finds more of them than it takes at a time.
    server.process.signal(Signal::SIGSTOP);
    let clients: Vec<UdpSocket> = (1..=100)
        .map(|number| datagram(&server, [127, 0, 1, number], [127, 0, 2, number]))
        .collect();
    server.process.signal(Signal::SIGCONT);
    for client in clients {
        let mut reply = [0; 600];
        assert_eq!(again(|| client.recv(&mut reply)).unwrap(), 11);
    }
    // IPv6 has other control messages.
    if UdpSocket::bind("[::1]:0").is_ok() {
        let (status, _, err) = query(&["--udp", &format!("[::1]:{}", server.port)]);
        assert_eq!((status, err.as_str()), (Some(0), ""));
    }
}

#[test]
fn datagrams_of_another_server_are_not_answered() {
    let mut server = start(&["--udp", "--bind", "127.0.0.1"]);
    let other = UdpSocket::bind((Ipv4Addr::new(127, 0, 0, 2), server.port)).unwrap();
    other.connect((Ipv4Addr::LOCALHOST, server.port)).unwrap();
    other.send(b"?").unwrap();
    // Requests are taken in order: once a later one is answered, the earlier one has been passed over.
    let mut reply = [0; 600];
    let last = datagram(&server, [127, 0, 0, 1], [127, 0, 0, 1]);
    again(|| last.recv(&mut reply)).unwrap();
    other.set_nonblocking(true).unwrap();
    assert!(other.recv(&mut reply).is_err());
    let totals = totals(&mut server);
    assert!(totals.contains(" guarded=1 ") && totals.contains(" replies=1 "), "{totals}");
}

#[test]
fn one_source_gets_ten_datagrams_a_second_unless_told_otherwise() {
    let mut server = start(&["--udp"]);
    let started = Instant::now();
    let flood = datagram(&server, [127, 0, 0, 3], [127, 0, 0, 1]);
    for _ in 0..99 {
        flood.send(b"?").unwrap();
    }
    let mut reply = [0; 600];
    let last = datagram(&server, [127, 0, 0, 4], [127, 0, 0, 1]);
    again(|| last.recv(&mut reply)).unwrap();
    flood.set_nonblocking(true).unwrap();
    let mut replies = 0;
    while flood.recv(&mut reply).is_ok() {
        replies += 1;
    }
    let most = 10 + started.elapsed().as_millis() / 100;
    assert!(replies >= 10 && replies <= most, "{replies} replies, at most {most} are due");
    assert!(totals(&mut server).contains(&format!(" over_rate={} ", 100 - replies)));
}

#[test]
fn the_time_protocol_is_four_bytes_over_both_transports() {
    let mut server = start(&["--udp", "--time-port", "0", "--bind", "127.0.0.1"]);
    let port = time_port(&mut server);
    let mut bytes = Vec::new();
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap().read_to_end(&mut bytes).unwrap();
    assert_is_now(&bytes);

    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.set_read_timeout(Some(DEADLINE)).unwrap();
    client.send_to(b"", (Ipv4Addr::LOCALHOST, port)).unwrap();
    let mut reply = [0; 600];
    let length = again(|| client.recv(&mut reply)).unwrap();
    assert_is_now(&reply[..length]);
}

#[test]
fn with_require_sync_an_unsynchronised_clock_is_not_told() {
    let mut server = start(&["--time-port", "0", "--require-sync", "--bind", "127.0.0.1"]);
    let port = time_port(&mut server);
    let mut bytes = Vec::new();
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap().read_to_end(&mut bytes).unwrap();
    // SAFETY: timex is plain data, and with `modes` 0 adjtimex only reads.
    let state = unsafe {
        let mut state: nix::libc::timex = std::mem::zeroed();
        nix::libc::adjtimex(&raw mut state);
        state
    };
    if state.status & nix::libc::STA_UNSYNC == 0 && state.maxerror < 16_000_000 {
        assert_is_now(&bytes);
    } else {
        assert_eq!(bytes, b"");
        server.process.err_line("until it is, the Time Protocol is not answered");
        server.process.err_line("... not sent: the clock is not synchronised.");
        let totals = totals(&mut server);
        assert!(totals.contains(" replies=0 ") && totals.contains(" withheld=1 "), "{totals}");
    }
}

#[test]
fn over_the_rate_a_source_is_told_nothing_and_others_are_not_held_up() {
    let mut server = start(&["--rate", "5"]);
    let started = Instant::now();
    let replies = (0..50).filter(|_| !ask_from(&server, [127, 0, 0, 9]).is_empty()).count();
    let most = 5 + started.elapsed().as_millis() / 200;
    assert!(replies >= 5 && replies as u128 <= most, "{replies} replies, at most {most} are due");
    for _ in 0..5 {
        assert!(!ask_from(&server, [127, 0, 0, 10]).is_empty());
    }
    let totals = totals(&mut server);
    assert!(totals.contains(&format!(" over_rate={} ", 50 - replies)), "{totals}");
}

#[test]
fn only_allowed_networks_are_answered() {
    let mut server = start(&["--allow", "127.0.0.8/30", "--allow", "2001:db8::/32"]);
    assert_eq!(ask_from(&server, [127, 0, 0, 1]), "");
    assert!(!ask_from(&server, [127, 0, 0, 11]).is_empty());
    assert!(totals(&mut server).contains(" foreign=1 "));
}

#[test]
fn several_workers_answer_all_and_stop_together() {
    let server = start(&["--workers", "4"]);
    let port = server.port;
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(move || {
                (0..50).for_each(|_| {
                    assert!(!read_all(connect_from([127, 0, 0, 1], port)).unwrap().is_empty());
                });
            });
        }
    });
    let waiting: Vec<TcpStream> =
        (0..100).map(|_| connect_from([127, 0, 0, 1], server.port)).collect();
    server.process.signal(Signal::SIGTERM);
    for client in waiting {
        assert!(!read_all(client).unwrap().is_empty());
    }
    let finished = server.process.finish();
    assert_eq!(finished.status.code(), Some(0));
    let totals = finished.err.last().unwrap();
    assert!(totals.starts_with("connections=500 replies=500 "), "{totals}");
}

#[test]
fn five_hundred_clients_that_send_two_lines_are_not_reset_whatever_the_workers() {
    for workers in ["1", "2", "4", "64"] {
        let server = start(&["--workers", workers, "--linger", "1m"]);
        let mut clients: Vec<TcpStream> = (0..500)
            .map(|_| {
                let mut client = tests::server::connect(server.port);
                client.write_all(b"one\n").unwrap();
                client
            })
            .collect();
        for client in &mut clients {
            let mut reply = String::new();
            client.read_to_string(&mut reply).unwrap();
            assert_eq!(reply.len(), 11, "{workers} workers");
        }
        // A connection that the server has closed answers the second line by a reset, at once on this host.
        let resets = clients
            .iter_mut()
            .filter_map(|client| client.write_all(b"two\n").and(client.take_error()).transpose())
            .count();
        assert_eq!(resets, 0, "{workers} workers");
    }
}

#[test]
fn figures_come_as_one_line_a_period_and_end_with_their_reader() {
    let mut server = start(&["--stats", "50ms"]);
    let told = |line: &str| line.starts_with("connections/s=") && line.contains(" lingering=");
    server.ask();
    server.process.line(|stream, line| {
        stream == Stream::Out && told(line) && !line.starts_with("connections/s=0 ")
    });

    let mut command = program("time-server");
    command.args(["--port", "0", "--stats", "1h", "-q"]).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    // Nothing is due for an hour: that the reader is gone must be noticed by itself.
    let status = wait_until("it ends with its reader", || child.try_wait().unwrap());
    assert_eq!(status.code(), Some(0));
}

#[test]
fn figures_that_find_no_space_are_told_and_end_it_as_failed() {
    let mut command = program("time-server");
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    command.args(["--port", "0", "--stats", "10ms"]).stdout(full).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let status = wait_until("it ends", || child.try_wait().unwrap());
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert!(told.contains("cannot write to stdout: No space left on device"), "{told}");
    assert_eq!(status.code(), Some(1));
}

/// Runs the client.
fn query(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = program("time-server");
    command.arg("query").args(arguments);
    let finished = run(command);
    (finished.status.code(), finished.out.join("\n"), finished.err.join("\n"))
}

#[test]
fn the_client_prints_answer_offset_and_round_trip() {
    let mut server = start(&["--udp", "--time-port", "0"]);
    let time_port = time_port(&mut server);
    for (flags, port) in [
        (&[][..], server.port),
        (&["--udp"], server.port),
        (&["--time"], time_port),
        (&["--time", "--udp"], time_port),
    ] {
        let target = format!("localhost:{port}");
        let arguments: Vec<&str> = flags.iter().copied().chain([target.as_str()]).collect();
        let (status, out, err) = query(&arguments);
        assert_eq!((status, err.as_str()), (Some(0), ""), "{flags:?}");
        let offset = out.lines().last().unwrap();
        let seconds: f64 = offset.split(' ').nth(1).unwrap().parse().unwrap();
        assert!(
            seconds.abs() < SOON.into() && offset.contains(", round_trip: "),
            "{flags:?}: {out}"
        );
    }
}

#[test]
fn with_microseconds_the_client_knows_the_offset_to_the_round_trip() {
    let server = Server::start(&["-f", "rfc3339-us"]);
    let (status, out, _) = query(&[&format!("127.0.0.1:{}", server.port)]);
    assert_eq!(status, Some(0));
    let line = out.lines().last().unwrap();
    let words: Vec<&str> = line.split(' ').collect();
    let (bound, round_trip): (f64, f64) = (words[4].parse().unwrap(), words[7].parse().unwrap());
    assert!(bound <= round_trip / 2.0 + 2e-6, "{line}");
}

#[test]
fn the_client_gives_up_in_time_and_says_so() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let (status, out, err) = query(&["--timeout", "200ms", &address]);
    assert_eq!((status, out.as_str()), (Some(1), ""));
    assert!(err.contains(&format!("no time from {address}: no answer in time; ")), "{err}");
    assert!(err.contains("raise --timeout"), "{err}");
    // Bound, the port is nobody else's; without listen(2) who connects is refused.
    let deaf = socket(AddressFamily::Inet, SockType::Stream, SockFlag::SOCK_CLOEXEC, None).unwrap();
    bind(deaf.as_raw_fd(), &SockaddrIn::new(127, 0, 0, 1, 0)).unwrap();
    let address = getsockname::<SockaddrIn>(deaf.as_raw_fd()).unwrap().to_string();
    let (status, _, err) = query(&[&address]);
    assert_eq!(status, Some(1));
    assert!(err.contains(&format!("no time from {address}: Connection refused")), "{err}");
    assert!(err.ends_with("name another one as HOST:PORT"), "{err}");
}

/// A server that sends this to each client, and then closes or hangs.
fn stranger(text: &'static [u8], closes: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for client in listener.incoming() {
            let mut client = client.unwrap();
            client.write_all(text).unwrap();
            if !closes {
                held.push(client);
            }
        }
    });
    address
}

#[test]
fn an_answer_that_was_cut_short_is_none() {
    for (flags, text) in
        [(&[][..], b"17956".as_slice()), (&[], b"1795616276\n"), (&["--time"], b"1795")]
    {
        let address = stranger(text, false);
        let (status, out, err) = query(&[flags, &["--timeout", "300ms", &address]].concat());
        assert_eq!((status, out.as_str()), (Some(1), ""), "{text:?}");
        let bytes = format!("the answer was cut short: {} bytes, then no end in time", text.len());
        assert!(err.ends_with(&bytes), "{err}");
    }
}

#[test]
fn what_may_be_another_instant_gives_no_offset_and_the_reason() {
    for (text, reason) in [
        (b"17956\n".as_slice(), "a number, but not of seconds since 1970"),
        (b"Sun Nov 22 06:32:19 2026\n", "names no zone"),
        (b"22 NOV 26 06:32:19 UTC\r\n", "year has not four digits"),
        (b"61367 26-11-22 06:32:19 00 0 0   0.0 UTC *\r\n", "day number is not that of its date"),
    ] {
        let (status, out, _) = query(&[&stranger(text, true)]);
        assert_eq!(status, Some(0));
        let line = out.lines().last().unwrap();
        assert!(line.starts_with("offset: unknown (the answer") && line.contains(reason), "{out}");
    }
}

#[test]
fn a_host_that_could_be_misread_is_refused_with_how_to_write_it() {
    for host in ["[::1]13", "[::1", "http://localhost"] {
        let (status, out, err) = query(&[host]);
        assert_eq!((status, out.as_str()), (Some(2), ""), "{host}");
        assert!(err.contains("[2001:db8::1]:13"), "{err}");
        assert!(err.ends_with("Try 'time-server query --help'."), "{err}");
    }
}

#[test]
fn a_name_without_an_address_is_told_with_a_way_out() {
    let (status, out, err) = query(&["nobody.invalid"]);
    assert_eq!((status, out.as_str()), (Some(1), ""));
    assert!(err.contains("no time from nobody.invalid:55555: no address was found: "), "{err}");
    assert!(err.ends_with("; check the name, or write an address"), "{err}");
}

#[test]
fn a_broadcast_address_is_told_as_what_cannot_be_asked() {
    let (status, _, err) = query(&["--udp", "127.255.255.255:13"]);
    assert_eq!(status, Some(1), "{err}");
    assert!(err.contains("Permission denied: ask one host, not a broadcast address"), "{err}");
}

#[test]
fn the_client_names_the_flag_that_fits_what_was_answered() {
    let mut server = start(&["--udp", "--time-port", "0"]);
    let time = format!("localhost:{}", time_port(&mut server));
    let text = format!("localhost:{}", server.port);
    for transport in [&[][..], &["--udp"]] {
        let (status, out, err) = query(&[transport, &[time.as_str()]].concat());
        assert_eq!((status, out.as_str()), (Some(1), ""));
        assert!(err.contains("four bytes that are no text") && err.contains("--time"), "{err}");
        let (status, out, err) = query(&[transport, &["--time", text.as_str()]].concat());
        assert_eq!((status, out.as_str()), (Some(1), ""));
        assert!(err.contains("not the Time Protocol") && err.contains("without --time"), "{err}");
    }
}

#[test]
fn what_a_stranger_answers_is_bounded_and_escaped() {
    let stranger = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = stranger.local_addr().unwrap().to_string();
    let answer = std::thread::spawn(move || {
        let (mut client, _) = stranger.accept().unwrap();
        client.write_all(b"\x1b]0;owned\x07").unwrap();
        // It may hang up on so much.
        while client.write_all(&[b'x'; 65536]).is_ok() {}
    });
    let (status, out, _) = query(&[&address]);
    assert_eq!(status, Some(0));
    assert!(out.starts_with("\\u{1b}]0;owned\\u{7}xxx"), "{:?}", &out[..20.min(out.len())]);
    assert!(out.len() < 5000, "{} bytes", out.len());
    answer.join().unwrap();
}

#[test]
#[ignore = "needs Debian's netcat-openbsd and rdate"]
fn netcat_and_rdate_are_served() {
    let mut server = start(&["--udp", "--time-port", "0"]);
    let time_port = time_port(&mut server).to_string();
    let port = server.port.to_string();
    let output = |command: &[&str]| {
        let mut command = [command, &[]].concat().into_iter();
        let mut process = Command::new(command.next().unwrap());
        let output = process.args(command).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let told: u64 = output(&["nc", "-N", "127.0.0.1", &port]).trim().parse().unwrap();
    assert!(now().abs_diff(told) <= SOON.into());
    let year = output(&["date", "+%Y"]);
    assert!(output(&["rdate", "-p", "-o", &time_port, "127.0.0.1"]).contains(year.trim()));
    assert!(output(&["rdate", "-p", "-u", "-o", &time_port, "127.0.0.1"]).contains(year.trim()));
}
