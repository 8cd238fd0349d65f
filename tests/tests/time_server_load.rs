//! time-server under attack and under load: the slow tests.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream, UdpSocket};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};
use std::{fs, thread};

use nix::sched::{CloneFlags, unshare};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::Signal;
use nix::sys::socket::{setsockopt, sockopt};
use tests::server::{Server, connect, read_all};
use tests::{DEADLINE, in_one_of_five, program};

const REPLY: usize = "\n\nCurrent time: Sun Nov 22 06:32:19 2026\n\n".len();

/// What the kernel tells of a server.
trait Usage {
    fn status(&self, name: &str) -> u64;
    fn memory(&self) -> u64;
    fn descriptors(&self) -> usize;
    fn processor_time(&self) -> Duration;
}

impl Usage for Server {
    fn status(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.pid())).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Resident memory, in bytes.
    fn memory(&self) -> u64 {
        self.status("VmRSS:") * 1024
    }

    fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.process.pid())).unwrap().count()
    }

    /// Processor time so far.
    fn processor_time(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.pid())).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        let ticks: u64 = fields[11..13].iter().map(|ticks| ticks.parse::<u64>().unwrap()).sum();
        Duration::from_millis(ticks * 10)
    }
}

/// A network namespace of this thread's own, so that nobody else moves its counters.
fn enter_own_network() {
    unshare(CloneFlags::CLONE_NEWNET).expect("root, for a network namespace of its own");
    let up = Command::new("ip").args(["link", "set", "lo", "up"]).status().unwrap();
    assert!(up.success());
}

/// A counter of this thread's network namespace (/proc/net/netstat: a line of names, a line of numbers).
fn netstat(name: &str) -> u64 {
    let text = fs::read_to_string("/proc/thread-self/net/netstat").unwrap();
    let mut lines = text.lines().filter(|line| line.starts_with("TcpExt:"));
    let names = lines.next().unwrap().split_whitespace();
    let numbers = lines.next().unwrap().split_whitespace();
    let (_, number) = names.zip(numbers).find(|(counter, _)| *counter == name).unwrap();
    number.parse().unwrap()
}

/// A thread that holds `count` connections open until the sender is dropped, in a descriptor table of its
/// own: the limit on descriptors counts for each table.
fn attacker(port: u16, count: usize, held: &Sender<()>) -> Sender<()> {
    let (release, released) = channel::<()>();
    let held = held.clone();
    thread::spawn(move || {
        unshare(CloneFlags::CLONE_FILES).unwrap();
        let connections: Vec<TcpStream> = (0..count).map(|_| connect(port)).collect();
        held.send(()).unwrap();
        released.recv().ok();
        drop(connections);
    });
    release
}

/// How a client behaves between connecting and closing. All of them read the whole reply.
fn behave(client: &mut TcpStream, manner: usize) -> usize {
    let mut reply = Vec::new();
    match manner {
        // Silent.
        0 => {}
        1 => client.write_all(b"hello").unwrap(),
        2 => client.write_all(&[b'x'; 4096]).unwrap(),
        // Half-closing first.
        3 => client.shutdown(Shutdown::Write).unwrap(),
        4 => {
            client.write_all(b"hello").unwrap();
            client.shutdown(Shutdown::Write).unwrap();
        }
        // Bytes after the reply.
        5 => {
            reply.resize(REPLY, 0);
            client.read_exact(&mut reply).unwrap();
            client.write_all(b"thanks").unwrap();
        }
        // One byte at a time.
        _ => {
            let mut byte = [0];
            while client.read(&mut byte).unwrap() == 1 {
                reply.extend(byte);
            }
        }
    }
    client.read_to_end(&mut reply).unwrap();
    reply.len()
}

#[test]
#[ignore = "needs root: a network namespace of its own"]
fn ten_thousand_clients_of_each_manner_are_never_reset() {
    enter_own_network();
    // Long enough to linger for the last of a hundred clients on a machine that takes its time.
    let server = Server::start(&["--linger", "1m"]);
    let aborts = || (netstat("TCPAbortOnData"), netstat("TCPAbortOnClose"));
    let before = aborts();
    for manner in 0..7 {
        for _ in 0..100 {
            // Stopped, the server meets what a slow network or a busy server would let it meet.
            server.process.signal(Signal::SIGSTOP);
            let mut clients: Vec<TcpStream> = (0..100).map(|_| server.connect()).collect();
            for client in &mut clients {
                if (1..5).contains(&manner) {
                    client.write_all(b"first").unwrap();
                }
            }
            server.process.signal(Signal::SIGCONT);
            for client in &mut clients {
                assert_eq!(behave(client, manner), REPLY, "manner {manner}");
                assert!(client.take_error().unwrap().is_none(), "manner {manner}: a reset");
            }
        }
    }
    assert_eq!(aborts(), before, "TCPAbortOnData, TCPAbortOnClose");
    for _ in 0..10_000 {
        let rude = server.connect();
        let abort = nix::libc::linger { l_onoff: 1, l_linger: 0 };
        setsockopt(&rude, sockopt::Linger, &abort).unwrap();
    }
    assert_eq!(server.ask().len(), REPLY);
}

#[test]
#[ignore = "slow: 20,000 connections held open"]
fn twenty_thousand_clients_that_never_close_lock_nobody_out() {
    const HELD: usize = 20_000;
    const ATTACKERS: usize = 8;
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).unwrap();
    let server = Server::after("ulimit -n 1024", "");
    server.ask();
    let memory = server.memory();
    let (sender, holding) = channel();
    let attackers: Vec<Sender<()>> =
        (0..ATTACKERS).map(|_| attacker(server.port, HELD / ATTACKERS, &sender)).collect();
    for _ in 0..ATTACKERS {
        holding.recv_timeout(DEADLINE).unwrap();
    }
    let mut waits: Vec<Duration> = (0..1000)
        .map(|_| {
            let started = Instant::now();
            assert_eq!(server.ask().len(), REPLY);
            started.elapsed()
        })
        .collect();
    waits.sort();
    let growth = server.memory().saturating_sub(memory);
    println!("p50 {:?}, p99 {:?}, memory +{} KiB", waits[500], waits[990], growth / 1024);
    assert!(growth < 8 << 20, "memory grew by {growth} bytes");
    assert!(server.descriptors() <= 1024);

    in_one_of_five(|| {
        let before = server.processor_time();
        thread::sleep(Duration::from_secs(2)); // What is measured is a stretch of time.
        let spent = server.processor_time() - before;
        println!("{spent:?} of processor time in two seconds of idle attackers");
        if spent < Duration::from_millis(100) { Ok(()) } else { Err(format!("{spent:?}")) }
    });
    drop(attackers);
}

#[test]
#[ignore = "slow: a million connections"]
fn a_million_connections_leave_descriptors_and_memory_flat() {
    const THREADS: u64 = 4;
    const EACH: u64 = 250_000;
    let mut server = Server::start(&[]);
    let port = server.port;
    let load = |each: u64| {
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(move || {
                    (0..each)
                        .for_each(|_| assert_eq!(read_all(connect(port)).unwrap().len(), REPLY));
                });
            }
        });
    };
    load(2500);
    let (memory, descriptors) = (server.memory(), server.descriptors());
    load(EACH);
    let growth = server.memory().saturating_sub(memory);
    assert!(growth < 1 << 20, "memory grew by {growth} bytes");
    tests::wait_until("the descriptors are as few as before", || {
        (server.descriptors() <= descriptors).then_some(())
    });
    server.process.signal(Signal::SIGUSR1);
    let connections = THREADS * (EACH + 2500);
    let totals = server.process.err_line("connections=");
    assert!(
        totals.starts_with(&format!("connections={connections} replies={connections} ")),
        "{totals}"
    );
}

#[test]
#[ignore = "slow: ten seconds without descriptors"]
fn without_descriptors_it_waits_quietly_and_is_back_at_once() {
    let server = Server::start(&[]);
    let limit = server.limit_descriptors(3);
    let mut waiting = server.connect();
    let (before, started) = (server.processor_time(), Instant::now());
    thread::sleep(Duration::from_secs(10)); // The stretch of time that is measured.
    let spent = server.processor_time() - before;
    assert!(spent < Duration::from_millis(500), "{spent:?} in ten seconds: a busy loop");
    waiting.set_nonblocking(true).unwrap();
    assert_eq!(waiting.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
    waiting.set_nonblocking(false).unwrap();

    server.limit_descriptors(limit);
    let freed = Instant::now();
    assert_eq!(read_all(waiting).unwrap().len(), REPLY);
    println!("back after {:?}", freed.elapsed());
    let seconds = started.elapsed().as_secs();
    server.process.signal(Signal::SIGTERM);
    let finished = server.process.finish();
    let told = finished.err.iter().filter(|line| line.starts_with("Clients have to wait")).count();
    assert!((1..=seconds + 2).contains(&(told as u64)), "{told} lines in {seconds} seconds");
}

/// A server whose system calls fail as strace is told, on 127.0.0.1 alone.
fn faulty(faults: &[&str], flags: &[&str]) -> Server {
    let mut command = Command::new("strace");
    // -D: the server, not strace, is the process that was started.
    command.args(["-D", "-f", "-q", "-o", "/dev/null"]);
    for fault in faults {
        command.args(["-e", fault]);
    }
    command.arg(program("time-server").get_program());
    command.args(["--config", "none", "-p", "0", "-b", "127.0.0.1", "-f", "unix"]).args(flags);
    Server::from(command)
}

#[test]
#[ignore = "needs strace"]
fn a_lack_of_memory_while_it_recovers_from_one_ends_nothing() {
    // The fifth epoll_ctl is the one that takes the listener up again.
    let faults =
        ["inject=accept4:error=ENOMEM:when=1..2", "inject=epoll_ctl:error=ENOMEM:when=5..7"];
    let mut server = faulty(&faults, &[]);
    assert_eq!(server.ask().len(), 11);
    server.process.err_line("Clients have to wait: accept4: Out of memory.");
    server.process.err_line("Clients have to wait: epoll_ctl: Out of memory.");
    assert_eq!(server.ask().len(), 11);
}

#[test]
#[ignore = "needs strace"]
fn a_socket_that_fails_for_good_is_told_once_and_rests() {
    let mut server = faulty(&["inject=recvmmsg:error=EIO"], &["--udp"]);
    let started = Instant::now();
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.send_to(b"?", (Ipv4Addr::LOCALHOST, server.port)).unwrap();
    server.process.err_line("Clients have to wait: recvmmsg: I/O error.");
    thread::sleep(Duration::from_secs(1)); // The stretch of time that is measured.
    server.process.signal(Signal::SIGUSR1);
    let totals = server.process.err_line(" transient=");
    let (_, tries) = totals.split_once(" transient=").unwrap();
    let tries: f64 = tries.split(' ').next().unwrap().parse().unwrap();
    // Sixteen in a row, then a rest of 50 ms.
    assert!(tries <= 16.0 + 330.0 * started.elapsed().as_secs_f64(), "{tries}: a busy loop");
    assert_eq!(server.ask().len(), 11);
    server.process.signal(Signal::SIGTERM);
    let finished = server.process.finish();
    let told = finished.err.iter().filter(|line| line.contains("have to wait: recvmmsg")).count();
    assert_eq!(told, 1, "{:?}", finished.err);
}

#[test]
#[ignore = "needs strace"]
fn a_clock_that_may_not_be_looked_at_is_told_once() {
    let forbidden = ["inject=adjtimex,clock_adjtime:error=EPERM"];
    let server = faulty(&forbidden, &["--workers", "3"]);
    // The state is read once a second and worker.
    let first = server.ask();
    let second = |reply: &str| reply.trim().parse::<u64>().unwrap();
    tests::wait_until("two more seconds have been told", || {
        (second(&server.ask()) >= second(&first) + 2).then_some(())
    });
    server.process.signal(Signal::SIGTERM);
    let finished = server.process.finish();
    let told = finished.err.iter().filter(|line| line.contains("adjtimex")).count();
    assert_eq!(told, 1, "{:?}", finished.err);
    assert_eq!(finished.status.code(), Some(0));
}

#[test]
#[ignore = "slow: load until the end"]
fn term_under_load_loses_nobody_who_was_accepted() {
    for _ in 0..10 {
        let server = Server::start(&["--workers", "2"]);
        let port = server.port;
        let (told, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
        let finished = thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while !is_over.load(Ordering::Relaxed) {
                        let Ok(client) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else {
                            break;
                        };
                        client.set_read_timeout(Some(DEADLINE)).unwrap();
                        // Who was queued but not accepted when the listeners closed is reset with nothing.
                        match read_all(client).map(|text| text.len()) {
                            Ok(REPLY) => drop(told.fetch_add(1, Ordering::Relaxed)),
                            Ok(length) => panic!("{length} bytes of a reply"),
                            Err(_) => {}
                        }
                    }
                });
            }
            tests::wait_until("clients are served", || {
                (told.load(Ordering::Relaxed) > 500).then_some(())
            });
            server.process.signal(Signal::SIGTERM);
            let finished = server.process.finish();
            is_over.store(true, Ordering::Relaxed);
            finished
        });
        let told = told.into_inner();
        let totals = finished.err.last().unwrap();
        assert_eq!(finished.status.code(), Some(0));
        assert!(
            totals.starts_with(&format!("connections={told} replies={told} ")),
            "{told}, {totals}"
        );
    }
}
