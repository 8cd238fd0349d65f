//! A time-server on a free port, and the client that reads to a clean end.

use std::io::{self, Read};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::ptr;

use nix::errno::Errno;
use nix::libc;
use nix::unistd::Pid;

use crate::{DEADLINE, Running, program};

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    /// Its process.
    pub process: Running,
    /// Its port, on every address.
    pub port: u16,
}

impl Server {
    /// Starts one with more flags.
    pub fn start(flags: &[&str]) -> Self {
        let mut command = program("time-server");
        command.args(["--port", "0"]).args(flags);
        Self::from(command)
    }

    /// Starts one on a free port after a shell has run `setting` (ulimit, say), with more flags.
    pub fn after(setting: &str, flags: &str) -> Self {
        let binary = program("time-server");
        let mut command = Command::new("sh");
        let line = format!("{setting} && exec \"$0\" --config none --port 0 {flags}");
        command.args(["-c", &line]).arg(binary.get_program());
        Self::from(command)
    }

    /// Waits until the server that this command starts listens.
    pub fn from(command: Command) -> Self {
        let mut process = Running::start(command);
        process.err_line("Listening on");
        let line = process.err_line("Time Server starting on port");
        let port = line.trim_end_matches('.').rsplit(' ').next().unwrap().parse().unwrap();
        Self { process, port }
    }

    /// Sets the limit on descriptors of the running server; returns the one before.
    pub fn limit_descriptors(&self, limit: u64) -> u64 {
        limit_descriptors(self.process.pid(), limit)
    }

    /// A client from 127.0.0.1.
    pub fn connect(&self) -> TcpStream {
        connect(self.port)
    }

    /// What a client that only reads gets, up to the end of file.
    pub fn ask(&self) -> String {
        read_all(self.connect()).unwrap()
    }
}

/// Sets a running process's limit on descriptors (the soft one, prlimit(2)); returns the one before.
pub fn limit_descriptors(pid: Pid, limit: u64) -> u64 {
    let pid = pid.as_raw();
    let mut limits = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: no new limits are given; the kernel writes the old ones into the local.
    let got = unsafe { libc::prlimit(pid, libc::RLIMIT_NOFILE, ptr::null(), &raw mut limits) };
    Errno::result(got).unwrap();
    let before = std::mem::replace(&mut limits.rlim_cur, limit);
    // SAFETY: the kernel reads the local; it writes nothing, for the old limits are not asked for.
    let set =
        unsafe { libc::prlimit(pid, libc::RLIMIT_NOFILE, &raw const limits, ptr::null_mut()) };
    Errno::result(set).unwrap();
    before
}

/// The lowest number that no descriptor of a process has: as its limit, it can open nothing more.
pub fn free_descriptor(pid: Pid) -> u64 {
    let folder = format!("/proc/{pid}/fd");
    (0..).find(|fd| !Path::new(&format!("{folder}/{fd}")).is_symlink()).unwrap()
}

/// A client of 127.0.0.1.
pub fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream
}

/// Reads to the end of file, which must be clean: a reset that comes behind it is an error too, for on a
/// real network it may come before the reply.
///
/// # Errors
/// A reset, or no end in time.
pub fn read_all(mut stream: TcpStream) -> io::Result<String> {
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    stream.take_error()?.map_or(Ok(text), Err)
}
