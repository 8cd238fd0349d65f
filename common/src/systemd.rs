//! Notifications to the service manager that started the program, `sd_notify`(3). The message format is the sd-notify
//! crate's, the socket is ours: the crate opens a socket for every message and blocks while the manager does not read, and a
//! blocked manager must not block the program.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::{Duration, Instant};

pub use sd_notify::NotifyState;

use crate::escape::escape;
use crate::words;

/// The variables that a service manager sets for a program alone. No process that the program starts may inherit them:
/// `sd_notify`(3), `sd_listen_fds`(3), `sd_watchdog_enabled`(3).
pub const VARIABLES: [&str; 6] = [
    "NOTIFY_SOCKET",
    "LISTEN_PID",
    "LISTEN_FDS",
    "LISTEN_FDNAMES",
    "WATCHDOG_PID",
    "WATCHDOG_USEC",
];

/// What a busy machine may need beyond the longest time that a stop was planned to take.
const STOP_MARGIN: Duration = Duration::from_secs(5);

/// The longest line of a message, in bytes.
const LONGEST_LINE: usize = 200;

/// The connection to the service manager, if there is one.
#[derive(Debug, Default)]
pub struct Notifier(Option<UnixDatagram>);

impl Notifier {
    /// Connects to the socket that `NOTIFY_SOCKET` names. Not connected if it is not set, or cannot be reached.
    #[must_use]
    pub fn from_environment() -> Self {
        let name = env::var_os("NOTIFY_SOCKET").filter(|name| !name.is_empty());
        let connected =
            name.map(|name| connect(&name).map_err(|error| warn_unreachable(&name, &error)));
        Self(connected.and_then(Result::ok))
    }

    /// Whether there is a service manager.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.0.is_some()
    }

    /// Sends READY=1, alone, so that no status can spoil it, and then the status. Only the first message may block: a
    /// manager that does not get it would end the program.
    pub fn ready(&self, status: &str) {
        self.notify(&[NotifyState::Ready]);
        if let Some(Err(error)) = self.0.as_ref().map(|manager| manager.set_nonblocking(true)) {
            tracing::debug!("the service manager may block this program: {error}");
        }
        self.notify(&[NotifyState::Status(status)]);
    }

    /// Sends STOPPING=1, and how long that may take. The manager then waits so long, also beyond its own limit
    /// (`TimeoutStopSec=`, systemd.service(5)): what the program was told to wait for is not cut short.
    pub fn stopping(&self, longest: Duration) {
        let extended = longest.saturating_add(STOP_MARGIN).as_micros();
        let extended = format!("EXTEND_TIMEOUT_USEC={extended}");
        self.notify(&[NotifyState::Stopping, NotifyState::Custom(&extended)]);
    }

    /// Sends a message. If the manager's queue is full the message is lost; the next one replaces it.
    pub fn notify(&self, states: &[NotifyState<'_>]) {
        let Some(manager) = &self.0 else { return };
        let lines: Vec<String> = states.iter().map(line).collect();
        if let Err(error) = manager.send(lines.join("\n").as_bytes()) {
            tracing::debug!("the service manager was not notified: {error}");
        }
    }
}

/// When keep-alives are due, if the service manager asks for them (`WatchdogSec=`).
#[derive(Debug)]
pub struct KeepAlive {
    period: Duration,
    due: Instant,
}

impl KeepAlive {
    /// What the environment asks for: `sd_watchdog_enabled`(3).
    #[must_use]
    pub fn from_environment(now: Instant) -> Option<Self> {
        let timeout = sd_notify::watchdog_enabled().filter(|timeout| !timeout.is_zero())?;
        // Half of the timeout, as the manual page recommends.
        Some(Self::new(timeout / 2, now))
    }

    /// One every `period`, the first at once.
    #[must_use]
    pub fn new(period: Duration, now: Instant) -> Self {
        Self { period, due: now }
    }

    /// The time between two.
    #[must_use]
    pub fn period(&self) -> Duration {
        self.period
    }

    /// When the next one is due.
    #[must_use]
    pub fn wake_at(&self) -> Instant {
        self.due
    }

    /// Whether one is due; the next one is a period later.
    pub fn is_due(&mut self, now: Instant) -> bool {
        let is_due = now >= self.due;
        if is_due {
            self.due = now + self.period;
        }
        is_due
    }
}

/// A line of a message. A status may hold what came from outside: a line feed in it would begin another line, which the
/// manager obeys, and a message of 4096 bytes or more it ignores as a whole.
fn line(state: &NotifyState<'_>) -> String {
    const ELLIPSIS: char = '…';
    let mut line = escape(&state.to_string()).into_owned();
    if line.len() > LONGEST_LINE {
        line.truncate(line.floor_char_boundary(LONGEST_LINE - ELLIPSIS.len_utf8()));
        line.push(ELLIPSIS);
    }
    line
}

/// A path, or with a leading `@` a name in the abstract namespace, unix(7).
fn connect(name: &OsStr) -> io::Result<UnixDatagram> {
    let address = match name.as_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
        path => SocketAddr::from_pathname(OsStr::from_bytes(path))?,
    };
    let manager = UnixDatagram::unbound()?;
    manager.connect_addr(&address)?;
    Ok(manager)
}

fn warn_unreachable(name: &OsString, error: &io::Error) {
    let name = name.to_string_lossy();
    let (name, reason) = (escape(&name), words::io_error(error));
    tracing::warn!("cannot reach the service manager at NOTIFY_SOCKET={name}: {reason}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A manager in the abstract namespace, and its name as the environment has it.
    fn manager(name: &str) -> (UnixDatagram, OsString) {
        let name = format!("{name}-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        (UnixDatagram::bind_addr(&address).unwrap(), format!("@{name}").into())
    }

    #[test]
    fn ready_is_a_message_of_its_own_and_in_others_each_state_is_a_line() {
        let (manager, name) = manager("lines");
        let notifier = Notifier(Some(connect(&name).unwrap()));
        notifier.ready("all is well");
        notifier.stopping(Duration::from_secs(90));
        let mut message = [0; 100];
        let stopping = "STOPPING=1\nEXTEND_TIMEOUT_USEC=95000000";
        for expected in ["READY=1", "STATUS=all is well", stopping] {
            let length = manager.recv(&mut message).unwrap();
            assert_eq!(&message[..length], expected.as_bytes());
        }
    }

    proptest! {
        #[test]
        fn whatever_the_status_it_is_one_short_line(text in any::<String>(), times in 1_usize..100) {
            let line = line(&NotifyState::Status(&text.repeat(times)));
            prop_assert!(line.starts_with("STATUS=") && line.len() <= LONGEST_LINE);
            prop_assert!(!line.contains(char::is_control));
        }
    }

    #[test]
    fn a_manager_that_does_not_read_blocks_nobody() {
        let (_manager, name) = manager("blocked");
        let notifier = Notifier(Some(connect(&name).unwrap()));
        notifier.ready("");
        for _ in 0..10_000 {
            notifier.notify(&[NotifyState::Watchdog]);
        }
    }

    #[test]
    fn without_a_manager_nothing_is_sent() {
        let nobody = Notifier::default();
        assert!(!nobody.is_connected());
        nobody.ready("");
        assert!(connect(OsStr::new("/nonexistent/notify")).is_err());
    }
}
