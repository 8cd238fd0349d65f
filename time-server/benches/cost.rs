//! What a connection costs, side by side in one run: time-server with default flags and its log in a file, a
//! bare accept/send/close loop, and nginx, xinetd and inetd where they are installed.
//!
//! `cargo bench -p time-server` prints the medians of ten interleaved rounds: processor time a reply (the server's own)
//! and replies a second, each also as a ratio to the bare loop's; for connections, for datagrams with a bare
//! recvfrom/sendto loop, and for datagrams from 20,000 addresses in turn; with one thread and with four of both.
//! `-- --udp --sources 100 --workers 2` measures that alone.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a benchmark prints its figures, reads the clock and ends at the first surprise"
)]

use std::fs::{self, File};
use std::io::{IoSlice, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::libc;
use nix::sys::signal::{Signal, kill};
use nix::sys::socket::{ControlMessage, MsgFlags, SockaddrIn, sendmsg};
use nix::time::{clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

const ROUNDS: usize = 10;
const CONNECTIONS: usize = 20_000;
const CLIENTS: usize = 4;
/// How many datagrams a client has on the way at a time.
const ON_THE_WAY: usize = 16;
const TEXT: &[u8] = b"\n\nCurrent time: Sun Nov 22 06:32:19 2026\n\n";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |flag: &str| {
        let at = arguments.iter().position(|argument| argument == flag)?;
        arguments.get(at + 1)?.parse::<u16>().ok()
    };
    let load = Load {
        workers: number("--workers").unwrap_or(1),
        is_udp: arguments.iter().any(|argument| argument == "--udp"),
        sources: number("--sources").unwrap_or(1),
    };
    if let Some(port) = number("--bare-loop") {
        let serve = if load.is_udp { bare_datagrams } else { bare_loop };
        return serve(port, load.workers);
    }
    let is_asked = |word: &String| ["--workers", "--udp", "--sources"].contains(&word.as_str());
    if arguments.iter().any(is_asked) {
        return measure(load);
    }
    for (is_udp, sources) in [(false, 1), (true, 1), (true, 20_000)] {
        for workers in [1, 4] {
            measure(Load { workers, is_udp, sources });
        }
    }
}

/// Measures the servers under this load, side by side.
fn measure(load: Load) {
    let folder = std::env::temp_dir().join(format!("time-server-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a temporary folder");
    let mut servers = vec![time_server(&folder, load), bare(load)];
    if !load.is_udp {
        servers.extend(nginx(&folder, load));
        servers.extend(xinetd(&folder, load));
        servers.extend(inetd(&folder, load));
    }

    for server in &mut servers {
        // Not counted: the first connections warm everything up.
        server.serve(CONNECTIONS / 10);
    }
    for round in 0..ROUNDS {
        for index in 0..servers.len() {
            // Each round begins with another server, so that none profits from its place.
            let index = (index + round) % servers.len();
            let figures = servers[index].serve(CONNECTIONS);
            servers[index].figures.push(figures);
        }
    }
    report(&servers, load);
    drop(servers);
    fs::remove_dir_all(&folder).expect("the temporary folder goes");
}

/// What the clients do.
#[derive(Clone, Copy)]
struct Load {
    /// Threads of each server.
    workers: u16,
    is_udp: bool,
    /// How many addresses the datagrams come from.
    sources: u16,
}

/// A server under load.
struct Server {
    name: &'static str,
    load: Load,
    process: Child,
    port: u16,
    figures: Vec<Figures>,
}

/// One round's result.
#[derive(Clone, Copy)]
struct Figures {
    /// Processor time of the server a connection, in microseconds.
    cost: f64,
    /// Connections a second.
    rate: f64,
}

impl Server {
    fn start(name: &'static str, port: u16, command: &mut Command, load: Load) -> Self {
        let process = command.stdin(Stdio::null()).spawn().expect(name);
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(Instant::now() < deadline, "{name} does not listen on {port}");
            thread::yield_now();
        }
        Self { name, load, process, port, figures: Vec::new() }
    }

    fn serve(&mut self, connections: usize) -> Figures {
        let port = self.port;
        let before = self.processor_time();
        let started = Instant::now();
        thread::scope(|scope| {
            for client in 0..CLIENTS {
                let (each, sources) = (connections / CLIENTS, usize::from(self.load.sources));
                if self.load.is_udp {
                    scope.spawn(move || ask_by_datagram(port, each, client * each, sources));
                } else {
                    scope.spawn(move || (0..each).for_each(|_| ask(port)));
                }
            }
        });
        let elapsed = started.elapsed();
        let spent = self.processor_time() - before;
        let connections = connections as f64;
        Figures {
            cost: spent.as_secs_f64() * 1e6 / connections,
            rate: connections / elapsed.as_secs_f64(),
        }
    }

    /// Processor time of the process with all its threads, and of its children.
    fn processor_time(&self) -> Duration {
        self.family().into_iter().filter_map(processor_time).sum()
    }

    fn family(&self) -> Vec<Pid> {
        let own = self.process.id();
        let children = fs::read_to_string(format!("/proc/{own}/task/{own}/children"));
        let children = children.unwrap_or_default();
        let ids = children.split_whitespace().flat_map(str::parse).chain([own.cast_signed()]);
        ids.map(Pid::from_raw).collect()
    }
}

/// `clock_getcpuclockid`(3): nanoseconds, where /proc/PID/stat has hundredths of a second.
fn processor_time(process: Pid) -> Option<Duration> {
    let clock = clock_getcpuclockid(process).ok()?;
    clock_gettime(clock).ok().map(Duration::from)
}

impl Drop for Server {
    fn drop(&mut self) {
        for process in self.family() {
            kill(process, Signal::SIGTERM).ok();
        }
        self.process.wait().ok();
    }
}

/// A client as they should be: reads to the end of file, then closes.
fn ask(port: u16) {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("a connection");
    let mut text = [0; 256];
    while stream.read(&mut text).expect("no reset") > 0 {}
}

/// A client that has some datagrams on the way at a time, each from another one of the addresses.
fn ask_by_datagram(port: u16, count: usize, first: usize, sources: usize) {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).expect("a socket");
    socket.set_read_timeout(Some(Duration::from_secs(1))).expect("a timeout");
    let server = SockaddrIn::from(SocketAddrV4::new(Ipv4Addr::LOCALHOST, port));
    let mut reply = [0; 512];
    for start in (first..first + count).step_by(ON_THE_WAY) {
        for number in start..start + ON_THE_WAY {
            let source =
                Ipv4Addr::from_bits(0x7f01_0001 + u32::try_from(number % sources).unwrap_or(0));
            let from = libc::in_pktinfo {
                ipi_ifindex: 0,
                ipi_spec_dst: libc::in_addr { s_addr: source.to_bits().to_be() },
                ipi_addr: libc::in_addr { s_addr: 0 },
            };
            let from = [ControlMessage::Ipv4PacketInfo(&from)];
            let text = [IoSlice::new(b"?")];
            sendmsg(socket.as_raw_fd(), &text, &from, MsgFlags::empty(), Some(&server))
                .expect("a request");
        }
        for _ in 0..ON_THE_WAY {
            socket.recv(&mut reply).expect("a reply");
        }
    }
}

/// The floor for datagrams.
fn bare_datagrams(port: u16, workers: u16) {
    // Only to be seen by those who wait for the start.
    let _listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port");
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port)).expect("the port");
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let mut request = [0; 512];
                while let Ok((_, peer)) = socket.recv_from(&mut request) {
                    socket.send_to(TEXT, peer).ok();
                }
            });
        }
    });
}

/// The floor: what a server costs that cares for nobody.
fn bare_loop(port: u16, workers: u16) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port");
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Ok((mut client, _)) = listener.accept() {
                    client.write_all(TEXT).ok();
                }
            });
        }
    });
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}

fn time_server(folder: &Path, load: Load) -> Server {
    let port = free_port();
    let mut command = Command::new(env!("CARGO_BIN_EXE_time-server"));
    command.args(["--config", "none", "--port", &port.to_string()]);
    command.args(["--workers", &load.workers.to_string()]);
    if load.is_udp {
        command.args(["--udp", "--rate", "1000000"]);
    }
    command.stderr(File::create(folder.join("log")).expect("a log"));
    Server::start("time-server", port, &mut command, load)
}

fn bare(load: Load) -> Server {
    let port = free_port();
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--bare-loop", &port.to_string(), "--workers", &load.workers.to_string()]);
    command.args(load.is_udp.then_some("--udp"));
    Server::start("bare loop", port, &mut command, load)
}

fn installed(path: &str) -> Option<PathBuf> {
    Some(PathBuf::from(path)).filter(|path| path.exists())
}

/// nginx's stream module, which Debian packages as libnginx-mod-stream.
fn nginx(folder: &Path, load: Load) -> Option<Server> {
    let binary = installed("/usr/sbin/nginx")?;
    let module = installed("/usr/lib/nginx/modules/ngx_stream_module.so")?;
    let port = free_port();
    let config = format!(
        "load_module {};\ndaemon off;\nworker_processes {};\npid {2}/nginx.pid;\n\
         error_log {2}/nginx.log;\nevents {{}}\nstream {{ server {{ listen 127.0.0.1:{port}; \
         return \"\\n\\nCurrent time: $time_local\\n\\n\"; }} }}\n",
        module.display(),
        load.workers,
        folder.display(),
    );
    let file = folder.join("nginx.conf");
    fs::write(&file, config).expect("nginx's configuration");
    let mut command = Command::new(binary);
    command.arg("-c").arg(&file).arg("-p").arg(folder).stderr(Stdio::null());
    Some(Server::start("nginx", port, &mut command, load))
}

fn xinetd(folder: &Path, load: Load) -> Option<Server> {
    let binary = installed("/usr/sbin/xinetd")?;
    let port = free_port();
    let config = format!(
        "service daytime\n{{\n type = INTERNAL UNLISTED\n id = bench\n socket_type = stream\n \
         protocol = tcp\n user = root\n wait = no\n port = {port}\n bind = 127.0.0.1\n \
         instances = UNLIMITED\n cps = 1000000 1\n per_source = UNLIMITED\n disable = no\n}}\n"
    );
    let file = folder.join("xinetd.conf");
    fs::write(&file, config).expect("xinetd's configuration");
    let mut command = Command::new(binary);
    command.arg("-dontfork").arg("-f").arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
    Some(Server::start("xinetd", port, &mut command, load))
}

/// OpenBSD's inetd, as Debian has it. What it answers itself it answers on the service's own port, 13: so only where
/// that is free, and for root.
fn inetd(folder: &Path, load: Load) -> Option<Server> {
    const PORT: u16 = 13;
    let binary = installed("/usr/sbin/inetd")?;
    drop(TcpListener::bind((Ipv4Addr::LOCALHOST, PORT)).ok()?);
    let file = folder.join("inetd.conf");
    let config = "127.0.0.1:daytime stream tcp nowait root internal\n";
    fs::write(&file, config).expect("inetd's configuration");
    let mut command = Command::new(binary);
    command.arg("-i").arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
    Some(Server::start("inetd", PORT, &mut command, load))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2])
}

fn report(servers: &[Server], load: Load) {
    let bare = servers.iter().find(|server| server.name == "bare loop").expect("the floor");
    let what = if load.is_udp { "datagrams" } else { "connections" };
    println!(
        "{CONNECTIONS} {what} from {CLIENTS} clients, addresses: {}, threads: {}, medians of {ROUNDS} interleaved rounds",
        load.sources, load.workers
    );
    println!("{:12} {:>16} {:>7} {:>16} {:>7}", "", "CPU/reply", "ratio", "replies/s", "ratio");
    for server in servers {
        // The ratio within each round: what disturbs the machine disturbs both.
        let compared = |of: fn(&Figures) -> f64| {
            let pairs = server.figures.iter().zip(&bare.figures);
            median(pairs.map(|(own, floor)| of(own) / of(floor)).collect())
        };
        let figure = |of: fn(&Figures) -> f64| median(server.figures.iter().map(of).collect());
        println!(
            "{:12} {:>13.2} µs {:>7.2} {:>16.0} {:>7.2}",
            server.name,
            figure(|figures| figures.cost),
            compared(|figures| figures.cost),
            figure(|figures| figures.rate),
            compared(|figures| figures.rate),
        );
    }
    std::io::stdout().flush().ok();
}
