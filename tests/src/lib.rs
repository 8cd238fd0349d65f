//! The harness of the black-box tests: the real binaries, built fresh, started as real processes, waited
//! for by what they say and do with a deadline, and killed when the test is over.

pub mod files;
pub mod forker;
pub mod launcher;
pub mod levels;
pub mod ntp;
pub mod plot;
pub mod processes;
pub mod random;
pub mod server;
pub mod terminal;
pub mod tmux;
pub mod window;

use std::collections::HashMap;
use std::env;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How long anything may take before a test fails. Generous: the machines are shared.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// A command for the fresh binary of `package`, untouched by the configuration of whoever runs the tests.
pub fn program(package: &'static str) -> Command {
    let mut command = Command::new(binary(package));
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let own = [
            "TIME_SERVER_",
            "FORKER_",
            "LIVE_PLOT_",
            "NO_COLOR",
            "NOTIFY_",
            "LISTEN_",
            "WATCHDOG_",
        ];
        if own.iter().any(|own| name.starts_with(own)) {
            command.env_remove(name);
        }
    }
    command.env("XDG_CONFIG_HOME", "/nonexistent").stdin(Stdio::null());
    command
}

/// The path of the binary of `package`: built now if its sources have changed, or somebody's own.
pub fn binary(package: &'static str) -> PathBuf {
    if let Some(own) = own_binary(package) {
        return own;
    }
    static BUILT: OnceLock<Mutex<HashMap<&str, PathBuf>>> = OnceLock::new();
    let mut built = BUILT.get_or_init(Mutex::default).lock().unwrap();
    built
        .entry(package)
        .or_insert_with(|| {
            let build = escargot::CargoBuild::new().package(package).bin(package);
            let build = if cfg!(debug_assertions) { build } else { build.release() };
            build.run().unwrap_or_else(|error| panic!("{package}: {error}")).path().to_owned()
        })
        .clone()
}

/// The program that is to be tested instead of `package`: `TIME_SERVER_BINARY=./mine`.
fn own_binary(package: &str) -> Option<PathBuf> {
    let variable = format!("{}_BINARY", package.to_uppercase().replace('-', "_"));
    let given = PathBuf::from(env::var_os(&variable).filter(|given| !given.is_empty())?);
    // Cargo starts tests in their crate's folder. The shell's own is still in its variable.
    let path = env::var_os("PWD").map(PathBuf::from).unwrap_or_default().join(&given);
    let metadata = path.metadata().unwrap_or_else(|error| {
        panic!("{variable}: {}: {error}; give the path from where you call cargo", path.display())
    });
    let is_program = metadata.is_file() && metadata.permissions().mode() & 0o111 != 0;
    assert!(
        is_program,
        "{variable}: {} cannot be executed; name a program, and chmod +x it",
        path.display()
    );
    Some(path)
}

/// Which of a program's streams a line comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// A running program whose lines are collected as they come; killed on drop.
#[derive(Debug)]
pub struct Running {
    child: Child,
    lines: Receiver<(Stream, String)>,
    said: Vec<(Stream, String)>,
}

impl Running {
    /// Starts `command` with its stdout and stderr collected.
    pub fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        child.stdout.iter().for_each(widen);
        child.stderr.iter().for_each(widen);
        let (sender, lines) = channel();
        let out = child.stdout.take().map(|s| (Stream::Out, Box::new(s) as Box<dyn Read + Send>));
        let err = child.stderr.take().map(|s| (Stream::Err, Box::new(s) as Box<dyn Read + Send>));
        for (stream, source) in out.into_iter().chain(err) {
            let sender = sender.clone();
            thread::spawn(move || {
                for line in BufReader::new(source).split(b'\n').map_while(Result::ok) {
                    let line = String::from_utf8_lossy(&line).into_owned();
                    if sender.send((stream, line)).is_err() {
                        return;
                    }
                }
            });
        }
        Self { child, lines, said: Vec::new() }
    }

    /// The process id.
    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed())
    }

    /// Writes to the program's stdin (which must be piped).
    pub fn write(&mut self, text: &str) {
        self.write_bytes(text.as_bytes());
    }

    /// Writes what is no text, perhaps.
    pub fn write_bytes(&mut self, bytes: &[u8]) {
        self.child.stdin.as_mut().expect("stdin is piped").write_all(bytes).unwrap();
    }

    /// Closes the program's stdin: end of input.
    pub fn end_input(&mut self) {
        drop(self.child.stdin.take());
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).unwrap();
    }

    /// The first line, old or new, that `matches`; waits for it.
    pub fn line(&mut self, matches: impl Fn(Stream, &str) -> bool) -> String {
        if let Some((_, line)) = self.said.iter().find(|(stream, line)| matches(*stream, line)) {
            return line.clone();
        }
        let deadline = Instant::now() + DEADLINE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok((stream, line)) => {
                    self.said.push((stream, line.clone()));
                    if matches(stream, &line) {
                        return line;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    panic!("no such line in time; it said {:#?}", self.said)
                }
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("it ended without that line; it said {:#?}", self.said)
                }
            }
        }
    }

    /// Waits for the first line on stderr that contains `text`.
    pub fn err_line(&mut self, text: &str) -> String {
        self.line(|stream, line| stream == Stream::Err && line.contains(text))
    }

    /// Waits for the first line on stdout that contains `text`.
    pub fn out_line(&mut self, text: &str) -> String {
        self.line(|stream, line| stream == Stream::Out && line.contains(text))
    }

    /// Waits for the end: status, and every line of stdout and of stderr.
    pub fn finish(mut self) -> Finished {
        let status = self.wait();
        // A grandchild may hold the pipes open: what was said by the end is what counts. Else this ends
        // with the last line, however slow the machine.
        while let Ok(line) = self.lines.recv_timeout(Duration::from_secs(5)) {
            self.said.push(line);
        }
        let pick = |wanted| {
            let lines = self.said.iter().filter(|(stream, _)| *stream == wanted);
            lines.map(|(_, line)| line.clone()).collect()
        };
        Finished { status, out: pick(Stream::Out), err: pick(Stream::Err) }
    }

    /// Waits for the process to end, within the deadline.
    pub fn wait(&mut self) -> ExitStatus {
        wait_until("the process ends", || self.child.try_wait().unwrap())
    }

    /// The lines that have come so far.
    pub fn printed(&mut self) -> &[(Stream, String)] {
        self.said.extend(self.lines.try_iter());
        &self.said
    }

    /// Whether the process has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }
}

/// Gives a pipe room for a mebibyte: what a program writes last must fit even if a busy machine keeps us from
/// reading, for a program waits only a moment for its reader.
fn widen(pipe: &impl AsFd) {
    // Where the system refuses it, the pipe has room for less.
    let _ = fcntl(pipe, FcntlArg::F_SETPIPE_SZ(1 << 20));
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a program left: its status and its lines.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// Its lines on stdout.
    pub out: Vec<String>,
    /// Its lines on stderr.
    pub err: Vec<String>,
}

/// Runs a command to its end.
pub fn run(command: Command) -> Finished {
    Running::start(command).finish()
}

/// Polls until `probe` gives a value; fails the test after [`DEADLINE`].
pub fn wait_until<T>(what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(value) = probe() {
            return value;
        }
        assert!(Instant::now() < deadline, "waited {DEADLINE:?} in vain: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// Receives once more where a stop of the whole process has cut it short: with a timeout the kernel does not
/// begin again by itself (signal(7)).
pub fn again<T>(mut receive: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match receive() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// For what a busy machine can spoil though the program is right: passes if one of a few attempts does. A
/// program that is wrong spoils them all.
pub fn in_one_of_five(mut attempt: impl FnMut() -> Result<(), String>) {
    let mut failures = Vec::new();
    while let Err(failure) = attempt() {
        failures.push(failure);
        assert!(failures.len() < 5, "no attempt of five passed: {failures:#?}");
    }
}
