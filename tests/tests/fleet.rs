//! What is shipped and said for many machines: three time-servers behind HAProxy, while one of them is drained, stopped,
//! killed or stands still; what proxies make of a close; command lines for Kubernetes; statistics for Prometheus.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, thread};

use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::signal::Signal;
use tests::files::TempFile;
use tests::server::{Server, connect};
use tests::{Running, program, run, wait_until};

const CLIENTS: usize = 5000;
/// How many clients there are at a time.
const AT_ONCE: usize = 20;

struct Fleet {
    servers: Vec<Server>,
    address: SocketAddr,
    control: PathBuf,
    _haproxy: Running,
}

fn start(port: u16) -> Server {
    let mut command = program("time-server");
    command.args(["--port", &port.to_string(), "-b", "127.0.0.1", "-f", "daytime", "-z", "utc"]);
    Server::from(command)
}

impl Fleet {
    fn start(test: &str) -> Self {
        let servers: Vec<Server> = (0..3).map(|_| start(0)).collect();
        let control = format!("time-server-fleet-{test}-{}", std::process::id());
        let control = std::env::temp_dir().join(control);
        let mut command = Command::new("haproxy");
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/haproxy/haproxy.cfg");
        command.args(["-db", "-f", file]).env("TIME_CONTROL", &control);
        for (name, server) in ["TIME_ONE", "TIME_TWO", "TIME_THREE"].into_iter().zip(&servers) {
            command.env(name, format!("127.0.0.1:{}", server.port));
        }
        // HAProxy takes no free port by itself, but a socket that listens.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let fd = fcntl(&listener, FcntlArg::F_DUPFD(100)).unwrap();
        // SAFETY: the descriptor is new, and nobody else has it.
        #[expect(unsafe_code, reason = "fcntl gives a bare number")]
        let inherited = unsafe { OwnedFd::from_raw_fd(fd) };
        command.env("TIME_ADDRESS", format!("fd@{}", inherited.as_raw_fd()));
        let haproxy = Running::start(command);
        let fleet = Self { servers, address, control, _haproxy: haproxy };
        (0..3).for_each(|server| fleet.wait_for(server, "UP"));
        fleet
    }

    /// What HAProxy answers to a command, if it listens by now.
    fn ask(&self, command: &str) -> Option<String> {
        let mut stream = UnixStream::connect(&self.control).ok()?;
        writeln!(stream, "{command}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        Some(answer)
    }

    fn set(&self, server: usize, state: &str) {
        let name = ["one", "two", "three"][server];
        let answer = self.ask(&format!("set server time/{name} state {state}")).unwrap();
        assert_eq!(answer.trim(), "");
    }

    /// Waits until HAProxy's last check of a server made it UP or DOWN.
    fn wait_for(&self, server: usize, status: &str) {
        let name = ["time,one,", "time,two,", "time,three,"][server];
        wait_until(status, || {
            let table = self.ask("show stat")?;
            let row = table.lines().find(|row| row.starts_with(name))?;
            let cells: Vec<&str> = row.split(',').collect();
            let is_checked = status != "UP" || cells[36].starts_with("L7OK");
            (cells[17] == status && is_checked).then_some(())
        });
    }

    /// Thousands of clients, and something that happens meanwhile; returns how many had no whole time.
    fn lost_while(&mut self, happens: impl FnOnce(&mut Self)) -> usize {
        let (asked, lost) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let port = self.address.port();
        thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(|| {
                    while asked.fetch_add(1, Ordering::Relaxed) < CLIENTS {
                        let mut reply = String::new();
                        let read = connect(port).read_to_string(&mut reply);
                        if read.is_err() || !reply.ends_with(" UTC\r\n") {
                            lost.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
            wait_until("a thousand clients", || {
                (asked.load(Ordering::Relaxed) > CLIENTS / 5).then_some(())
            });
            happens(self);
        });
        println!("{} of {CLIENTS} without the time", lost.load(Ordering::Relaxed));
        lost.into_inner()
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        // Nothing more can be done about a file that cannot be removed.
        let _ = fs::remove_file(&self.control);
    }
}

#[test]
#[ignore = "needs haproxy"]
fn who_drains_or_stops_a_server_loses_no_client() {
    let mut fleet = Fleet::start("stop");
    assert_eq!(fleet.lost_while(|fleet| fleet.set(0, "drain")), 0, "drain");
    fleet.set(0, "ready");
    fleet.wait_for(0, "UP");
    let lost = fleet.lost_while(|fleet| fleet.servers[0].process.signal(Signal::SIGTERM));
    assert_eq!(lost, 0, "TERM");
}

#[test]
#[ignore = "needs haproxy"]
fn all_are_restarted_one_by_one_and_no_client_is_lost() {
    let mut fleet = Fleet::start("restart");
    let lost = fleet.lost_while(|fleet| {
        for server in 0..3 {
            fleet.set(server, "drain");
            fleet.servers[server].process.signal(Signal::SIGTERM);
            assert!(fleet.servers[server].process.wait().success());
            fleet.servers[server] = start(fleet.servers[server].port);
            fleet.set(server, "ready");
            fleet.wait_for(server, "UP");
        }
    });
    assert_eq!(lost, 0);
}

#[test]
#[ignore = "needs haproxy"]
fn a_server_that_is_killed_or_stands_still_costs_no_client_more_than_one_try() {
    let mut fleet = Fleet::start("kill");
    let lost = fleet.lost_while(|fleet| {
        fleet.servers[1].process.signal(Signal::SIGSTOP);
        fleet.wait_for(1, "DOWN");
    });
    assert!(lost <= AT_ONCE, "{lost} lost by STOP");
    fleet.servers[1].process.signal(Signal::SIGCONT);
    fleet.wait_for(1, "UP");
    let lost = fleet.lost_while(|fleet| fleet.servers[0].process.signal(Signal::SIGKILL));
    assert!(lost <= AT_ONCE, "{lost} lost by KILL");
}

/// How many of 200 clients of each kind get the time: those that only read, those that send a line first, and those that
/// also end their direction then.
fn whole(port: u16) -> [usize; 3] {
    [0, 1, 2].map(|kind| {
        let got_time = |_: &i32| {
            let mut client = connect(port);
            let mut reply = String::new();
            // What a reset spoils is no time.
            let sent = if kind > 0 { client.write_all(b"hello\n") } else { Ok(()) };
            let ended = if kind > 1 { client.shutdown(Shutdown::Write) } else { Ok(()) };
            let read = client.read_to_string(&mut reply);
            sent.and(ended).and(read).is_ok() && reply.ends_with(" UTC\r\n")
        };
        (0..200).filter(got_time).count()
    })
}

/// A port that was free just now, for programs that take no free one by themselves.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A proxy with this configuration, in which PORT stands for its own one.
fn proxy(command: &[&str], configuration: &str) -> (Running, TempFile, u16) {
    let port = free_port();
    let file = TempFile::new("proxy", &configuration.replace("PORT", &port.to_string()), 0o644);
    let mut started = Command::new(command[0]);
    started.args(&command[1..]).arg(file.name());
    let running = Running::start(started);
    wait_until("the proxy listens", || TcpStream::connect(("127.0.0.1", port)).ok());
    (running, file, port)
}

#[test]
#[ignore = "needs haproxy, nginx and its stream module"]
fn a_proxy_may_spoil_a_half_closed_connection() {
    let server = start(0);
    println!("nothing: {:?}", whole(server.port));
    assert_eq!(whole(server.port), [200; 3], "nothing between");
    let haproxy = format!(
        "defaults\n mode tcp\n timeout connect 1s\n timeout client 5s\n timeout server 5s\n\
         listen time\n bind 127.0.0.1:PORT\n server one 127.0.0.1:{}\n",
        server.port
    );
    let (_haproxy, _file, port) = proxy(&["haproxy", "-db", "-f"], &haproxy);
    assert_eq!(whole(port), [200; 3], "HAProxy");
    for option in ["", "proxy_half_close on;"] {
        let nginx = format!(
            "load_module /usr/lib/nginx/modules/ngx_stream_module.so;\ndaemon off; pid /dev/null;\n\
             error_log /dev/null; events {{}}\n\
             stream {{ server {{ listen 127.0.0.1:PORT; proxy_pass 127.0.0.1:{}; {option} }} }}\n",
            server.port
        );
        let (_nginx, _file, port) = proxy(&["nginx", "-c"], &nginx);
        let [read, spoke, half_closed] = whole(port);
        println!("nginx {option}: {read} {spoke} {half_closed}");
        assert_eq!(read, 200);
        // Without the option some that speak first are reset, and hardly any that half-closes gets the time: that takes a
        // reply which is faster than nginx' look at the end of file.
        if option.is_empty() {
            assert!(half_closed < 20, "{half_closed} of 200");
        } else {
            assert_eq!((spoke, half_closed), (200, 200));
        }
    }
}

#[test]
#[ignore = "needs haproxy"]
fn haproxys_plain_check_is_over_before_a_server_hears_of_it() {
    let mut server = start(0);
    let control = std::env::temp_dir().join(format!("time-server-check-{}", std::process::id()));
    let configuration = format!(
        "global\n stats socket {}\ndefaults\n mode tcp\n timeout connect 1s\n timeout client 5s\n timeout server 5s\n\
         listen time\n bind 127.0.0.1:PORT\n server one 127.0.0.1:{} check inter 10ms\n",
        control.display(),
        server.port
    );
    let port = free_port();
    let file = TempFile::new("check", &configuration.replace("PORT", &port.to_string()), 0o644);
    let mut command = Command::new("haproxy");
    command.args(["-db", "-f", file.name()]);
    let _haproxy = Running::start(command);
    wait_until("a check has succeeded", || {
        let mut stream = UnixStream::connect(&control).ok()?;
        writeln!(stream, "show stat").unwrap();
        let mut table = String::new();
        stream.read_to_string(&mut table).unwrap();
        let row = table.lines().find(|row| row.starts_with("time,one,"))?;
        let checks = row.split(',').nth(36)?;
        checks.starts_with("L4OK").then_some(())
    });
    server.process.signal(Signal::SIGUSR1);
    server.process.err_line("connections=0 ");
    fs::remove_file(control).unwrap();
}

/// The words in brackets behind `args:` or `command:` in a manifest.
fn command_lines(manifest: &str) -> Vec<Vec<String>> {
    let lists = manifest.lines().filter_map(|line| {
        let (_, list) = line.split_once("args: [").or_else(|| line.split_once("command: ["))?;
        list.split_once(']').map(|(list, _)| list)
    });
    let word = |word: &str| word.trim().trim_matches('"').to_owned();
    lists.map(|list| list.split(',').map(word).collect()).collect()
}

#[test]
fn the_command_lines_of_the_manifests_are_understood() {
    for (package, manifest) in [
        ("time-server", include_str!("../../deploy/kubernetes/time-server.yaml")),
        ("forker", include_str!("../../deploy/kubernetes/forker.yaml")),
    ] {
        let lines = command_lines(manifest);
        assert!(!lines.is_empty());
        for mut words in lines {
            let mut command = program(package);
            if words[0].starts_with('/') {
                // A probe: nobody listens there now.
                words.remove(0);
                let finished = run({
                    command.args(&words);
                    command
                });
                assert_eq!(finished.status.code(), Some(1), "{words:?}: {:?}", finished.err);
                continue;
            }
            command.arg("--check-config").args(&words);
            let finished = run(command);
            assert!(finished.status.success(), "{words:?}: {:?}", finished.err);
        }
    }
}

#[test]
#[ignore = "needs prometheus, for promtool"]
fn the_statistics_as_a_text_file_pass_promtool() {
    let page = include_str!("../../docs/fleet.md");
    let (_, block) = page.split_once("```sh run\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let folder = std::env::temp_dir().join(format!("time-server-prom-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let script = format!(
        "{block}\npromtool check metrics <time_server.prom; status=$?; kill $!; exit $status"
    );
    let mut command = Command::new("sh");
    let binary = program("time-server");
    let programs = std::path::Path::new(binary.get_program()).parent().unwrap().to_owned();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    command.args(["-c", &script]).current_dir(&folder).env("PATH", path);
    let finished = run(command);
    assert!(finished.status.success(), "{:?} {:?}", finished.out, finished.err);
    fs::remove_dir_all(folder).unwrap();
}
