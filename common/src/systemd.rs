//! What a program tells the service manager that started it, `sd_notify`(3): the words are the sd-notify
//! crate's, the socket is ours. The crate opens one for every message and waits while its reader is behind;
//! but a program must not stand still because its manager does.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

pub use sd_notify::NotifyState;

/// What a service manager tells a program by its environment, and what no process that the program starts
/// may see: `sd_notify`(3), `sd_listen_fds`(3), `sd_watchdog_enabled`(3).
pub const VARIABLES: [&str; 6] = [
    "NOTIFY_SOCKET",
    "LISTEN_PID",
    "LISTEN_FDS",
    "LISTEN_FDNAMES",
    "WATCHDOG_PID",
    "WATCHDOG_USEC",
];

/// The service manager, if one wants to be told.
#[derive(Debug, Default)]
pub struct Notifier(Option<UnixDatagram>);

impl Notifier {
    /// The manager that `NOTIFY_SOCKET` names; nobody when that is not set or nobody is there.
    #[must_use]
    pub fn from_environment() -> Self {
        let name = env::var_os("NOTIFY_SOCKET").filter(|name| !name.is_empty());
        let connected = name.map(|name| connect(&name).map_err(|error| untold(&name, &error)));
        Self(connected.and_then(Result::ok))
    }

    /// Whether anybody is told.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        self.0.is_some()
    }

    /// Says that the start is over, and how things are. This alone waits for its reader: a manager that has
    /// not heard it would end the program.
    pub fn ready(&self, status: &str) {
        self.tell(&[NotifyState::Ready, NotifyState::Status(status)]);
        if let Some(Err(error)) = self.0.as_ref().map(|manager| manager.set_nonblocking(true)) {
            tracing::debug!("the service manager may hold us up: {error}");
        }
    }

    /// Tells the manager; what it has no room for is lost, and told again or outdated soon.
    pub fn tell(&self, states: &[NotifyState<'_>]) {
        let Some(manager) = &self.0 else { return };
        let lines: Vec<String> = states.iter().map(ToString::to_string).collect();
        if let Err(error) = manager.send(lines.join("\n").as_bytes()) {
            tracing::debug!("the service manager was not told: {error}");
        }
    }
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

fn untold(name: &OsString, error: &io::Error) {
    tracing::warn!("nobody to notify at NOTIFY_SOCKET={}: {error}", name.display());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A manager in the abstract namespace, and its name as the environment has it.
    fn manager(name: &str) -> (UnixDatagram, OsString) {
        let name = format!("{name}-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        (UnixDatagram::bind_addr(&address).unwrap(), format!("@{name}").into())
    }

    #[test]
    fn a_message_is_a_line_for_each_state() {
        let (manager, name) = manager("lines");
        let notifier = Notifier(Some(connect(&name).unwrap()));
        notifier.ready("all is well");
        let mut message = [0; 100];
        let length = manager.recv(&mut message).unwrap();
        assert_eq!(&message[..length], b"READY=1\nSTATUS=all is well");
    }

    #[test]
    fn a_manager_that_does_not_read_holds_nobody_up() {
        let (_manager, name) = manager("deaf");
        let notifier = Notifier(Some(connect(&name).unwrap()));
        notifier.ready("");
        for _ in 0..10_000 {
            notifier.tell(&[NotifyState::Watchdog]);
        }
    }

    #[test]
    fn without_a_manager_nothing_is_told() {
        let nobody = Notifier::default();
        assert!(!nobody.is_heard());
        nobody.ready("");
        assert!(connect(OsStr::new("/nonexistent/notify")).is_err());
    }
}
