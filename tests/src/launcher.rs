//! A service manager in small: it holds the sockets, passes them to one process after the other as
//! systemd does (sd_listen_fds(3)), and hears what they tell it (sd_notify(3)).

use std::io::ErrorKind;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixDatagram;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;

use crate::{DEADLINE, Running, again, program};

/// The first descriptor that is passed (`SD_LISTEN_FDS_START`).
const FIRST: i32 = 3;
/// Where the held sockets lie: beyond all that are passed, so that none is overwritten by another.
const HELD_FROM: i32 = 100;

/// The manager of one service.
#[derive(Debug)]
pub struct Launcher {
    sockets: Vec<(OwnedFd, String)>,
    variables: Vec<(String, String)>,
    manager: UnixDatagram,
    path: PathBuf,
}

impl Default for Launcher {
    fn default() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("launcher-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        // One that was killed may have left its socket to a later process of the same id.
        let _ = std::fs::remove_file(&path);
        let manager = UnixDatagram::bind(&path).unwrap();
        Self { sockets: Vec::new(), variables: Vec::new(), manager, path }
    }
}

impl Launcher {
    /// Holds a descriptor, to be passed under a name (`FileDescriptorName=`).
    #[must_use]
    pub fn holding(mut self, socket: impl Into<OwnedFd>, name: &str) -> Self {
        // The original is closed, the copy alone is held.
        let held = fcntl(socket.into(), FcntlArg::F_DUPFD_CLOEXEC(HELD_FROM)).unwrap();
        // SAFETY: fcntl has just made this descriptor and nobody else knows it.
        let held = unsafe { <OwnedFd as std::os::fd::FromRawFd>::from_raw_fd(held) };
        self.sockets.push((held, name.to_owned()));
        self
    }

    /// Gives the service one more variable, or another value for what it gets anyway.
    #[must_use]
    pub fn with(mut self, variable: &str, value: &str) -> Self {
        self.variables.push((variable.to_owned(), value.to_owned()));
        self
    }

    /// Starts the service: a program, with flags.
    pub fn start(&self, package: &'static str, flags: &[&str]) -> Running {
        Running::start(self.command(package, flags))
    }

    /// The service, not yet started: a program, with flags.
    pub fn command(&self, package: &'static str, flags: &[&str]) -> Command {
        let binary = program(package);
        let mut command = Command::new("sh");
        // The shell's process becomes the program's: so it knows the program's id beforehand.
        command.args(["-c", "LISTEN_PID=$$ WATCHDOG_PID=$$ exec \"$0\" --config none \"$@\""]);
        command.arg(binary.get_program()).args(flags).env("NOTIFY_SOCKET", &self.path);
        if !self.sockets.is_empty() {
            let names: Vec<&str> = self.sockets.iter().map(|(_, name)| name.as_str()).collect();
            command.env("LISTEN_FDS", names.len().to_string());
            command.env("LISTEN_FDNAMES", names.join(":"));
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        let held: Vec<i32> = self.sockets.iter().map(|(socket, _)| socket.as_raw_fd()).collect();
        let pass = move || {
            for (passed, held) in (FIRST..).zip(&held) {
                // SAFETY: dup2 touches no memory; what it replaces belongs to a process about to end.
                if unsafe { libc::dup2(*held, passed) } < 0 {
                    return Err(std::io::Error::last_os_error());
                }
            }
            Ok(())
        };
        // SAFETY: between fork and exec it only calls dup2, which is async-signal-safe.
        unsafe { command.pre_exec(pass) };
        command
    }

    /// Waits for the next message with this line.
    pub fn hear(&self, line: &str) -> String {
        let deadline = Instant::now() + DEADLINE;
        let mut heard = Vec::new();
        while Instant::now() < deadline {
            let Some(message) = self.hear_any(Duration::from_millis(100)) else { continue };
            if message.lines().any(|told| told.starts_with(line)) {
                return message;
            }
            heard.push(message);
        }
        panic!("never heard {line}, but {heard:?}");
    }

    /// The next message, if it comes in time.
    pub fn hear_any(&self, within: Duration) -> Option<String> {
        self.manager.set_read_timeout(Some(within)).unwrap();
        let mut message = [0; 4096];
        match again(|| self.manager.recv(&mut message)) {
            Ok(length) => Some(String::from_utf8(message[..length].to_vec()).unwrap()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => None,
            Err(error) => panic!("{error}"),
        }
    }
}

impl Drop for Launcher {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}
