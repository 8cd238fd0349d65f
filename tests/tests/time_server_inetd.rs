//! time-server started as inetd(8) starts a server: with a socket as its stdin, stdout and stderr.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Child, ExitStatus, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};
use nix::unistd::Pid;
use tests::ntp::{LENGTH, REPLY, REQUEST};
use tests::server::{connect, read_all};
use tests::{DEADLINE, Running, again, program, wait_until};

/// A server with a socket on its standard streams; killed on drop.
struct Inetd(Child);

impl Inetd {
    fn start(socket: impl AsFd, flags: &[&str]) -> Self {
        let copy = || Stdio::from(socket.as_fd().try_clone_to_owned().unwrap());
        let mut command = program("time-server");
        command.args(flags).stdin(copy()).stdout(copy()).stderr(copy());
        Self(command.spawn().unwrap())
    }

    fn wait(&mut self) -> ExitStatus {
        wait_until("the server ends", || self.0.try_wait().unwrap())
    }

    fn stop(mut self) {
        kill(Pid::from_raw(self.0.id().cast_signed()), Signal::SIGTERM).unwrap();
        assert_eq!(self.wait().code(), Some(0));
    }
}

impl Drop for Inetd {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Two ends of a connection: the client, and the socket that the server gets.
fn connection() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = connect(listener.local_addr().unwrap().port());
    (client, listener.accept().unwrap().0)
}

#[test]
fn a_connection_gets_the_time_and_nothing_else_also_a_client_that_speaks_first() {
    let (mut client, socket) = connection();
    client.write_all(b"hello\n").unwrap();
    let mut server =
        Inetd::start(&socket, &["-f", "unix", "-vv", "--linger", "1m", "--workers", "4"]);
    drop(socket);
    let mut reply = String::new();
    client.read_to_string(&mut reply).unwrap();
    assert_eq!(reply.len(), 11, "{reply:?}");
    client.write_all(b"thanks\n").unwrap();
    drop(client);
    assert_eq!(server.wait().code(), Some(0));
}

#[test]
fn a_connection_to_the_time_port_gets_four_bytes() {
    let (mut client, socket) = connection();
    let port = socket.local_addr().unwrap().port().to_string();
    let mut server = Inetd::start(&socket, &["--time-port", &port]);
    drop(socket);
    let mut reply = Vec::new();
    client.read_to_end(&mut reply).unwrap();
    assert_eq!(reply.len(), 4, "{reply:?}");
    drop(client);
    assert_eq!(server.wait().code(), Some(0));
}

#[test]
fn a_listener_is_served_until_term() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = Inetd::start(&listener, &["-f", "unix"]);
    for _ in 0..3 {
        assert_eq!(read_all(connect(port)).unwrap().len(), 11);
    }
    server.stop();
}

#[test]
fn a_udp_socket_is_served_until_term() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let server = Inetd::start(&socket, &["-f", "unix"]);
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.set_read_timeout(Some(DEADLINE)).unwrap();
    client.send_to(b"?", (Ipv4Addr::LOCALHOST, socket.local_addr().unwrap().port())).unwrap();
    let mut reply = [0; 100];
    assert_eq!(again(|| client.recv(&mut reply)).unwrap(), 11);
    server.stop();
}

#[test]
fn a_udp_socket_on_the_ntp_port_is_asked_by_ntp() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    let server = Inetd::start(&socket, &["--ntp-port", &port.to_string(), "--stratum", "5"]);
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.set_read_timeout(Some(DEADLINE)).unwrap();
    client.send_to(&[REQUEST; LENGTH], (Ipv4Addr::LOCALHOST, port)).unwrap();
    let mut reply = [0; 100];
    assert_eq!(again(|| client.recv(&mut reply)).unwrap(), LENGTH);
    assert_eq!(reply[..2], [REPLY, 5]);
    server.stop();
}

#[test]
fn a_socket_that_cannot_be_served_is_refused_and_a_socket_pair_is_a_pipe() {
    let start = |socket: OwnedFd| {
        let mut command = program("time-server");
        command.args(["-p", "0"]).stdin(Stdio::from(socket));
        Running::start(command)
    };
    let path = std::env::temp_dir().join(format!("time-server-inetd-{}", std::process::id()));
    let unix = UnixListener::bind(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let flags = SockFlag::SOCK_CLOEXEC;
    let lone = socket(AddressFamily::Inet, SockType::Stream, flags, None).unwrap();
    for (socket, problem) in [
        (OwnedFd::from(unix), "it is neither an IPv4 nor an IPv6 socket"),
        (lone, "it is neither a listener nor connected"),
    ] {
        let finished = start(socket).finish();
        assert_eq!(finished.status.code(), Some(2), "{:?}", finished.err);
        assert_eq!(finished.err.len(), 1, "{:?}", finished.err);
        let line = &finished.err[0];
        assert!(line.contains("descriptor 0: ") && line.contains(problem), "{line}");
    }
    let (_other, end) = UnixStream::pair().unwrap();
    start(end.into()).err_line("Listening on");
}
