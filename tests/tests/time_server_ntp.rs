//! time-server as an NTP server: what it answers, to whom, and which times its replies have.

use std::collections::BTreeSet;
use std::io::IoSliceMut;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use nix::sys::signal::Signal;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt};
use nix::sys::time::TimeSpec;
use tests::launcher::Launcher;
use tests::ntp::{LENGTH, ORIGIN, RECEIVE, REFERENCE, REQUEST, TRANSMIT, now, timestamp};
use tests::random::Random;
use tests::server::Server;
use tests::{DEADLINE, again, program, run, wait_until};

/// A server of NTP on a port of 127.0.0.1 (and of all other addresses), and that port.
fn start(flags: &[&str]) -> (Server, u16) {
    let mut server = Server::start(&[&["--ntp-port", "0"], flags].concat());
    let line = server.process.err_line("(RFC 5905) on ");
    let address = line.split(" on ").nth(1).unwrap().split(' ').next().unwrap();
    let port = address.trim_end_matches('.').parse::<SocketAddr>().unwrap().port();
    (server, port)
}

/// A client of 127.0.0.1.
fn client(port: u16) -> UdpSocket {
    client_from(([127, 0, 0, 1], 0).into(), port)
}

fn client_from(from: SocketAddr, port: u16) -> UdpSocket {
    let socket = UdpSocket::bind(from).unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    socket.connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    socket
}

/// A packet with this first byte and transmit timestamp; the other fields are what no reply has.
fn packet(first: u8, transmit: u64, length: usize) -> Vec<u8> {
    let mut packet = vec![0xa5; length];
    packet.iter_mut().take(1).for_each(|byte| *byte = first);
    if let Some(place) = packet.get_mut(40..48) {
        place.copy_from_slice(&transmit.to_be_bytes());
    }
    packet
}

fn reply(client: &UdpSocket) -> Vec<u8> {
    let mut reply = [0; 600];
    let length = again(|| client.recv(&mut reply)).unwrap();
    reply[..length].to_vec()
}

fn ask(client: &UdpSocket, transmit: u64) -> Vec<u8> {
    client.send(&packet(REQUEST, transmit, LENGTH)).unwrap();
    reply(client)
}

/// Whether a timestamp is within two others, whichever their eras.
fn is_within(from: u64, timestamp: u64, to: u64) -> bool {
    timestamp.wrapping_sub(from) <= to.wrapping_sub(from)
}

/// A socket whose datagrams have the time at which the kernel got them. The kernel begins with that a moment after it was
/// asked to, for all sockets; until then they have the time at which they are read.
fn stamped() -> UdpSocket {
    let probe = UdpSocket::bind("127.0.0.1:0").unwrap();
    setsockopt(&probe, sockopt::ReceiveTimestampns, &true).unwrap();
    probe.connect(probe.local_addr().unwrap()).unwrap();
    wait_until("the kernel says when a datagram came", || {
        probe.send(b"?").unwrap();
        let after = TimeSpec::from_duration(SystemTime::now().duration_since(UNIX_EPOCH).unwrap());
        let (mut byte, mut control) = ([0], nix::cmsg_space!(TimeSpec));
        let mut blocks = [IoSliceMut::new(&mut byte)];
        let (fd, flags) = (probe.as_raw_fd(), MsgFlags::empty());
        let message = recvmsg::<()>(fd, &mut blocks, Some(&mut control), flags).unwrap();
        let came = message.cmsgs().unwrap().find_map(|control| match control {
            ControlMessageOwned::ScmTimestampns(came) => Some(came),
            _ => None,
        });
        (came.unwrap() <= after).then_some(())
    });
    probe
}

/// Whether the kernel says that its clock is synchronised, and its largest error.
fn kernel() -> (bool, Duration) {
    // SAFETY: timex is plain data, and with `modes` 0 adjtimex only reads.
    let state = unsafe {
        let mut state: nix::libc::timex = std::mem::zeroed();
        nix::libc::adjtimex(&raw mut state);
        state
    };
    let is_synchronised = state.status & nix::libc::STA_UNSYNC == 0 && state.maxerror < 16_000_000;
    (is_synchronised, Duration::from_micros(state.maxerror.cast_unsigned()))
}

fn totals(server: &mut Server) -> String {
    server.process.signal(Signal::SIGUSR1);
    server.process.err_line("connections=")
}

#[test]
fn a_reply_has_the_requests_timestamp_and_the_times_of_arrival_and_of_sending() {
    let (_server, port) = start(&["--stratum", "7"]);
    let client = client(port);
    for version in 1..=4_u8 {
        let before = now();
        client.send(&packet(version << 3 | 3, 0xdead_beef, LENGTH)).unwrap();
        let reply = reply(&client);
        let after = now();
        assert_eq!(reply.len(), LENGTH);
        assert_eq!((reply[0] & 0x3f, reply[1], reply[2]), (version << 3 | 4, 7, 0xa5));
        assert_eq!(timestamp(&reply, ORIGIN), 0xdead_beef);
        let (received, sent) = (timestamp(&reply, RECEIVE), timestamp(&reply, TRANSMIT));
        assert!(
            is_within(before, received, sent) && is_within(received, sent, after),
            "{reply:x?}"
        );
        assert!(timestamp(&reply, REFERENCE).wrapping_sub(sent).cast_signed() <= 0, "{reply:x?}");
    }
}

#[test]
fn the_time_of_arrival_is_the_kernels() {
    let _stamped = stamped();
    let (server, port) = start(&[]);
    let client = client(port);
    server.process.signal(Signal::SIGSTOP);
    let before = now();
    client.send(&packet(REQUEST, 1, LENGTH)).unwrap();
    let after = now();
    server.process.signal(Signal::SIGCONT);
    let reply = reply(&client);
    assert!(is_within(before, timestamp(&reply, RECEIVE), after), "{reply:x?}");
    assert!(is_within(after, timestamp(&reply, TRANSMIT), now()), "{reply:x?}");
}

#[test]
fn an_unsynchronised_clock_is_told_as_such_unless_stratum_vouches_for_it() {
    let (mut server, port) = start(&[]);
    let told = ask(&client(port), 1);
    let (is_synchronised, max_error) = kernel();
    if is_synchronised {
        assert_eq!((told[0] >> 6 & 2, told[1]), (0, 10));
    } else {
        server.process.err_line("clients of NTP are told so and do not use it. --stratum 10");
        assert_eq!((told[0] >> 6, told[1], timestamp(&told, REFERENCE)), (3, 0, 0));
    }
    // Seconds in 16 bits, and a fraction in as many; the kernel lets it grow.
    let dispersion = u32::from_be_bytes(told[8..12].try_into().unwrap());
    let told_error = Duration::from_secs_f64(f64::from(dispersion) / 65536.0);
    assert!(told_error <= max_error + Duration::from_millis(100), "{told_error:?} {max_error:?}");

    let (_server, port) = start(&["--stratum", "12"]);
    let told = ask(&client(port), 1);
    assert_eq!((told[0] >> 6 == 3, told[1]), (false, 12));
    assert!(told[8..10] == [0, 0] || is_synchronised, "{told:x?}");
}

#[test]
fn of_ten_thousand_datagrams_of_every_mode_version_and_length_requests_alone_are_answered() {
    let (mut server, port) = start(&["--rate", "1000000", "--stratum", "10"]);
    let client = client(port);
    let mut random = Random::new(1);
    let mut lengths: Vec<usize> = Vec::new();
    let (mut wanted, mut answered) = (BTreeSet::new(), BTreeSet::new());
    let mut send = |first: u8, length: usize| {
        let number = lengths.len() as u64;
        client.send(&packet(first, number, length)).unwrap();
        if first & 7 == 3 && (1..=4).contains(&(first >> 3 & 7)) && length >= LENGTH {
            wanted.insert(number);
        }
        lengths.push(length);
        // Now and then all that went so far is waited for, so that no buffer is ever full.
        if number % 50 != 49 {
            return;
        }
        while answered.len() < wanted.len() {
            let reply = reply(&client);
            let origin = timestamp(&reply, ORIGIN);
            assert!(reply.len() <= lengths[origin as usize], "{reply:x?}");
            assert!(answered.insert(origin), "answered twice: {reply:x?}");
        }
    };
    for number in 0..10_000_usize {
        let length = match random.number() % 4 {
            0 => random.number() % LENGTH as u64,
            1 => LENGTH as u64,
            _ => random.number() % 600,
        };
        // Every first byte comes some forty times.
        send((number % 256) as u8, usize::try_from(length).unwrap());
    }
    assert_eq!(answered, wanted);
    ask(&client, 10_000);
    let totals = totals(&mut server);
    let guarded = 10_000 - wanted.len();
    assert!(wanted.len() > 300 && totals.contains(&format!(" guarded={guarded} ")), "{totals}");
}

#[test]
fn this_servers_own_ports_and_broadcasts_are_not_answered() {
    let (mut server, port) = start(&["--udp", "--bind", "127.0.0.1"]);
    let request = packet(REQUEST, 1, LENGTH);
    for own in [server.port, port] {
        let other = client_from(([127, 0, 0, 2], own).into(), port);
        other.send(&request).unwrap();
        // Requests are taken in order: once a later one is answered, the earlier one has been passed over.
        ask(&client(port), 2);
        other.set_nonblocking(true).unwrap();
        assert!(other.recv(&mut [0; 600]).is_err(), "{own}");
    }
    assert!(totals(&mut server).contains(" guarded=2 "));

    let (mut server, port) = start(&[]);
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    sender.set_broadcast(true).unwrap();
    sender.send_to(&request, (Ipv4Addr::new(127, 255, 255, 255), port)).unwrap();
    ask(&client(port), 2);
    sender.set_nonblocking(true).unwrap();
    assert!(sender.recv(&mut [0; 600]).is_err());
    assert!(totals(&mut server).contains(" guarded=1 "));
}

#[test]
fn one_source_gets_ten_replies_a_second_and_what_is_no_request_uses_up_none() {
    let (mut server, port) = start(&["--allow", "127.0.0.0/30"]);
    let started = Instant::now();
    let flood = client_from(([127, 0, 0, 3], 0).into(), port);
    (0..100).for_each(|number| drop(flood.send(&packet(4 << 3 | 4, number, LENGTH))));
    (0..100).for_each(|number| drop(flood.send(&packet(REQUEST, number, LENGTH))));
    client_from(([127, 0, 0, 4], 0).into(), port).send(&packet(REQUEST, 1, LENGTH)).unwrap();
    ask(&client(port), 2);
    flood.set_nonblocking(true).unwrap();
    let replies = (0..).take_while(|_| flood.recv(&mut [0; 600]).is_ok()).count();
    let most = 10 + started.elapsed().as_millis() / 100;
    assert!(replies >= 10 && replies as u128 <= most, "{replies} replies, at most {most} are due");
    let totals = totals(&mut server);
    let over_rate = format!(" over_rate={} foreign=1 guarded=100 ", 100 - replies);
    assert!(totals.contains(&over_rate), "{totals}");
}

#[test]
#[ignore = "needs root"]
fn a_client_may_ask_from_port_123() {
    let bind = ["--bind", "127.0.0.1"];
    let from = SocketAddr::from(([127, 0, 0, 2], 123));
    let (_server, port) = start(&bind);
    assert_eq!(ask(&client_from(from, port), 5).len(), LENGTH);
    // Its own port, too: another server's client asks from there.
    let _server = Server::start(&[&["--ntp-port", "123"][..], &bind].concat());
    assert_eq!(ask(&client_from(from, 123), 5).len(), LENGTH);
}

#[test]
fn a_passed_socket_named_ntp_is_served_and_its_first_request_has_come_when_it_came() {
    let _stamped = stamped();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    // As Timestamping=ns in the unit, systemd.socket(5).
    setsockopt(&socket, sockopt::ReceiveTimestampns, &true).unwrap();
    let launcher = Launcher::default().holding(socket, "ntp");
    let client = client(address.port());
    let before = now();
    client.send(&packet(REQUEST, 1, LENGTH)).unwrap();
    let after = now();
    let mut service = launcher.start("time-server", &["--stratum", "3"]);
    let reply = reply(&client);
    service.err_line(&format!("Serving NTP (RFC 5905) on {address} (UDP)."));
    assert!(is_within(before, timestamp(&reply, RECEIVE), after), "{reply:x?}");
    assert!(is_within(after, timestamp(&reply, TRANSMIT), now()), "{reply:x?}");

    let launcher = Launcher::default().holding(TcpListener::bind("127.0.0.1:0").unwrap(), "ntp");
    let finished = launcher.start("time-server", &[]).finish();
    assert_eq!(finished.status.code(), Some(2));
    let told = finished.err.join("\n");
    assert!(told.contains("(named 'ntp'): it is for TCP, and NTP is served by UDP"), "{told}");
}

#[test]
fn what_does_not_fit_ntp_is_refused_with_a_way_out() {
    for (flags, problem) in [
        (&["--stratum", "10"][..], "--stratum is about NTP alone: give it an --ntp-port"),
        (&["--ntp-port", "0", "--stratum", "0"], "write a whole number from 1 to 15"),
        (&["--ntp-port", "0", "--stratum", "16"], "write a whole number from 1 to 15"),
        (&["--ntp-port", "55555"], "--port and --ntp-port are the same"),
        (&["--ntp-port", "37", "--time-port", "37"], "--time-port and --ntp-port are the same"),
    ] {
        let mut command = program("time-server");
        command.args(flags);
        let finished = run(command);
        assert_eq!(finished.status.code(), Some(2), "{flags:?}");
        assert!(finished.err.join("\n").contains(problem), "{finished:?}");
    }
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut command = program("time-server");
    command.args(["-p", "0", "-b", "127.0.0.1", "--ntp-port", &port]);
    let finished = run(command);
    assert_eq!(finished.status.code(), Some(1));
    let hint = format!("'ss -lunp sport = :{port}' shows by whom (as root), --ntp-port takes");
    assert!(finished.err[0].contains(&hint), "{finished:?}");
}

#[test]
fn ntp_is_set_in_the_environment_and_the_file_as_the_rest() {
    let mut command = program("time-server");
    command.args(["--port", "0"]).env("TIME_SERVER_NTP_PORT", "0");
    command.env("TIME_SERVER_DEFAULTS", "stratum = 9");
    let mut server = Server::from(command);
    let line = server.process.err_line("(RFC 5905) on 0.0.0.0:");
    let port = line.split(':').nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert_eq!(ask(&client(port), 1)[1], 9);
}
