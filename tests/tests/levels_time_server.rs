//! Levels for a time server of your own, in any language: `docs/build-your-own.md` says how to start, and why each of
//! them matters. Without `TIME_SERVER_BINARY` they judge the one of this workspace, which passes them all.
//!
//! Started with `--port PORT`, the program accepts TCP connections there on 127.0.0.1, sends each client the time with
//! its seconds, and closes.

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::signal::{Signal, killpg};
use nix::sys::socket::{setsockopt, sockopt};
use tests::levels::{
    PATIENCE, START, assert_as_the_page_says, comes, example, python_start, show, within,
};
use tests::processes::{state, time_awake};
use tests::server::{free_descriptor, limit_descriptors};
use tests::{Running, program};

/// The program that is judged, on its port.
struct Mine {
    process: Running,
    port: u16,
    /// What to read if the level fails.
    read: &'static str,
}

impl Mine {
    fn start(read: &'static str) -> Self {
        Self::on(free_port(), read)
    }

    fn on(port: u16, read: &'static str) -> Self {
        let mut command = program("time-server");
        command.args(["--port", &port.to_string()]);
        Self::from(command, port, read)
    }

    /// Waits until it listens. Nobody connects for that: it would be its first client.
    fn from(mut command: Command, port: u16, read: &'static str) -> Self {
        command.process_group(0);
        let mut mine = Self { process: Running::start(command), port, read };
        within(START, || mine.listens() || mine.process.has_ended());
        mine.demand(
            mine.listens(),
            &format!("with the arguments --port {port} it does not listen there"),
        );
        mine
    }

    fn listens(&self) -> bool {
        /// `TCP_LISTEN` in the kernel's `tcp_states.h`.
        const LISTEN: u8 = 10;
        states(self.port).contains(&LISTEN)
    }

    /// Fails the level unless something is so.
    fn demand(&self, is_so: bool, else_seen: &str) {
        assert!(is_so, "{else_seen}\nRead: {}", self.read);
    }

    fn connect(&self) -> TcpStream {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        TcpStream::connect_timeout(&address, PATIENCE).unwrap_or_else(|error| {
            panic!("a client cannot connect: {error}\nRead: {}", self.read);
        })
    }

    /// The reply to a client that has to get one.
    fn serves(&self, client: &mut TcpStream, who: &str) -> String {
        reply(client).unwrap_or_else(|seen| panic!("{who}: {seen}\nRead: {}", self.read))
    }

    /// The reply to one more client, which then closes.
    fn serves_one(&self, who: &str) -> String {
        self.serves(&mut self.connect(), who)
    }

    /// Stops it, so that what a client does now is done before the server looks.
    fn stop(&self) {
        self.process.signal(Signal::SIGSTOP);
        let is_stopped = comes(|| state(self.process.pid()) == Some('T'));
        self.demand(is_stopped, "it has ended");
    }

    fn go_on(&self) {
        self.process.signal(Signal::SIGCONT);
    }
}

/// A level that fails shows what the program has printed. It may be several processes, say one for each client.
impl Drop for Mine {
    fn drop(&mut self) {
        if thread::panicking() {
            show(&mut self.process);
        }
        // It may have ended already.
        let _ = killpg(self.process.pid(), Signal::SIGKILL);
    }
}

/// The states of all TCP sockets that have this local port (`proc_pid_net(5)`).
fn states(port: u16) -> Vec<u8> {
    let tables =
        ["/proc/net/tcp", "/proc/net/tcp6"].map(|t| fs::read_to_string(t).unwrap_or_default());
    let sockets = tables.iter().flat_map(|table| table.lines().skip(1));
    let here = format!(":{port:04X}");
    let here = sockets.filter_map(|socket| {
        let mut fields = socket.split_whitespace().skip(1);
        let is_here = fields.next()?.ends_with(&here);
        let state = u8::from_str_radix(fields.nth(1)?, 16).ok()?;
        is_here.then_some(state)
    });
    here.collect()
}

/// A port that nobody has, not even a connection that is over; below those that the system gives to clients.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = (std::process::id() % 200) as u16 * 100;
    loop {
        let port = 10_000 + first + NEXT.fetch_add(1, Ordering::Relaxed) % 100;
        if states(port).is_empty() {
            return port;
        }
    }
}

/// What a client reads up to the end of file, which has to be a clean one.
fn reply(client: &mut TcpStream) -> Result<String, String> {
    let deadline = Instant::now() + PATIENCE;
    let mut text = Vec::new();
    let end = loop {
        let left = deadline.saturating_duration_since(Instant::now());
        client.set_read_timeout(Some(left.max(Duration::from_millis(1)))).unwrap();
        let mut bytes = [0; 4096];
        match client.read(&mut bytes) {
            Ok(0) => break client.take_error().unwrap().map_or(Ok(()), Err),
            Ok(length) => text.extend(&bytes[..length]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    let text = String::from_utf8_lossy(&text).into_owned();
    match end {
        Ok(()) if text.is_empty() => Err("it reads the end of file, and nothing before".to_owned()),
        Ok(()) => Ok(text),
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            Err(format!("it reads {text:?}, and the end of file does not come in {PATIENCE:?}"))
        }
        Err(error) => Err(format!("it reads {text:?}, and then gets the error '{error}'")),
    }
}

#[test]
fn level_01_a_client_gets_the_time() {
    let mine = Mine::start("bind(2), listen(2), accept(2), send(2), close(2), ctime(3)");
    let text = mine.serves_one("the first client");
    let has_digits = text.chars().any(|c| c.is_ascii_digit());
    mine.demand(has_digits, &format!("the first client reads {text:?}, which is no time"));
}

#[test]
fn level_02_the_next_client_gets_the_time_too() {
    let mine = Mine::start(
        "accept(2): each call gives one connection, the listening socket stays; time(2)",
    );
    let first = mine.serves_one("the first client");
    mine.demand(
        comes(|| mine.serves_one("the next client") != first),
        &format!(
            "after {PATIENCE:?}, a client still reads {first:?}: a time with its seconds changes"
        ),
    );
}

#[test]
fn level_03_a_client_that_resets_does_no_harm() {
    let mine = Mine::start(
        "send(2), ECONNRESET and EPIPE; signal(7), SIGPIPE; accept(2), 'Error handling'",
    );
    for _ in 0..5 {
        mine.stop();
        let client = mine.connect();
        // With a linger time of zero, close sends a reset (socket(7), SO_LINGER).
        let abort = nix::libc::linger { l_onoff: 1, l_linger: 0 };
        setsockopt(&client, sockopt::Linger, &abort).unwrap();
        drop(client);
        mine.go_on();
        mine.serves_one("the client after one that has reset its connection");
    }
}

#[test]
fn level_04_a_client_that_speaks_first_gets_the_whole_reply() {
    let mine = Mine::start("RFC 2525 section 2.17, RFC 9112 section 9.6, shutdown(2)");
    for _ in 0..5 {
        mine.stop();
        let mut client = mine.connect();
        client.write_all(b"What time is it?\r\n").unwrap();
        mine.go_on();
        mine.serves(&mut client, "a client that sends a line first");
    }
}

#[test]
fn level_05_clients_that_never_close_hold_up_nobody() {
    let mine = Mine::start(
        "poll(2), epoll(7); socket(7), SO_RCVTIMEO: it bounds one read, not all of them",
    );
    let mut talker = mine.connect();
    thread::spawn(move || {
        while talker.write_all(b"and ").is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    let (started, mut silent) = (Instant::now(), Vec::new());
    for number in 1..=20 {
        let who = format!(
            "client {number}, while one talks on and the others are silent and do not close"
        );
        let mut client = mine.connect();
        mine.serves(&mut client, &who);
        silent.push(client);
        mine.demand(
            started.elapsed() < PATIENCE,
            &format!("{who}: it is served, but all together have waited {PATIENCE:?}"),
        );
    }
}

#[test]
fn level_06_it_starts_again_at_once_on_the_same_port() {
    let read = "socket(7), SO_REUSEADDR; RFC 9293 section 3.3.2 on TIME-WAIT; ss(8)";
    let port = free_port();
    let mine = Mine::on(port, read);
    mine.serves_one("the first client");
    let mut stays = mine.connect();
    mine.serves(&mut stays, "a client that stays");
    // It ends by KILL.
    drop(mine);
    let again = Mine::on(port, read);
    again.serves_one("a client of the server that was started again");
}

#[test]
fn level_07_term_ends_it_when_all_who_wait_are_served() {
    let mut mine = Mine::start("signal(7), signalfd(2); accept(2) with O_NONBLOCK, until EAGAIN");
    mine.serves_one("a client before TERM");
    mine.stop();
    let mut waiting: Vec<TcpStream> = (0..5).map(|_| mine.connect()).collect();
    mine.process.signal(Signal::SIGTERM);
    mine.go_on();
    for client in &mut waiting {
        mine.serves(client, "a client that has connected before TERM");
    }
    drop(waiting);
    let has_ended = comes(|| mine.process.has_ended());
    mine.demand(has_ended, &format!("it goes on {PATIENCE:?} after TERM"));
    let status = mine.process.wait();
    mine.demand(
        status.success(),
        &format!("TERM asked it to end, but its status is no 0: {status}"),
    );
}

#[test]
fn level_08_without_a_free_descriptor_it_goes_on() {
    let mut mine = Mine::start("accept(2), EMFILE; getrlimit(2), RLIMIT_NOFILE; poll(2)");
    mine.serves_one("a client before the limit");
    let pid = mine.process.pid();
    let limit = limit_descriptors(pid, free_descriptor(pid));
    // A server that waits in accept has the next client's descriptor already: the second client meets the limit.
    let unlucky = [mine.connect(), mine.connect()];
    let before = time_awake(pid);
    thread::sleep(Duration::from_secs(1));
    let has_ended = mine.process.has_ended();
    mine.demand(!has_ended, "it has ended, because for a moment there was no free descriptor");
    let awake = time_awake(pid).saturating_sub(before);
    mine.demand(
        awake < Duration::from_millis(500),
        &format!("without a free descriptor it is awake for {awake:?} of a second: it tries again and again"),
    );
    limit_descriptors(pid, limit);
    drop(unlucky);
    mine.serves_one("a client when descriptors are free again");
}

#[test]
fn level_09_a_log_that_nobody_reads_holds_up_nobody() {
    let (_unread, log) = io::pipe().unwrap();
    fcntl(&log, FcntlArg::F_SETPIPE_SZ(4096)).unwrap();
    let port = free_port();
    let mut command = Command::new("sh");
    command
        .args(["-c", "exec \"$0\" --port \"$1\" >\"$2\" 2>&1"])
        .arg(program("time-server").get_program())
        .arg(port.to_string())
        .arg(format!("/proc/{}/fd/{}", std::process::id(), log.as_raw_fd()))
        .env("XDG_CONFIG_HOME", "/nonexistent");
    let mine = Mine::from(
        command,
        port,
        "pipe(7), 'Pipe capacity'; write(2), EAGAIN; fcntl(2), O_NONBLOCK",
    );
    for number in 1..=300 {
        mine.serves_one(&format!("client {number}, while nobody reads what the server prints"));
    }
}

#[test]
fn the_page_says_what_the_naive_server_passes() {
    let naive = example("time-server", "naive-time-server");
    assert_as_the_page_says("time-server", "naive.rs", &naive);
}

#[test]
#[ignore = "needs python3"]
fn the_page_says_what_its_python_server_passes() {
    let start = python_start("time-server");
    assert_as_the_page_says("time-server", "Python", start.name().as_ref());
}
