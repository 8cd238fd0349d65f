//! Why nobody has answered, in a user's words and with a way out. Pure. Asking is [`crate::query`]'s.

use std::io;
use std::net::SocketAddr;
use std::path::Path;

use common::words;

use crate::args::Query;

/// Why there is no answer from one address.
#[derive(Debug)]
pub(super) enum Failure {
    /// The system reports an error.
    System(io::Error),
    /// The connection was closed without a byte, or the datagram is empty.
    Empty,
    /// Some bytes have come, but not the end: they may mean anything.
    CutShort {
        /// How many.
        length: usize,
        /// What came instead of more.
        error: io::Error,
    },
    /// There is an answer, but it is not what was asked for.
    Unusable(String),
    /// Datagrams have come, but none that is the reply of an NTP server to the request.
    NotNtp,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl Failure {
    fn is_refusal(&self) -> bool {
        matches!(self, Self::System(error) if error.kind() == io::ErrorKind::ConnectionRefused)
    }

    fn describe(&self) -> String {
        match self {
            Self::System(error) if is_late(error) => {
                "no answer in time; a firewall may drop what is sent there, or raise --timeout"
                    .to_owned()
            }
            // connect(2): a broadcast address, or a filter of this machine.
            Self::System(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                "Permission denied: ask one host, not a broadcast address, or a firewall here forbids it"
                    .to_owned()
            }
            Self::System(error) => words::io_error(error),
            Self::Unusable(problem) => problem.clone(),
            Self::NotNtp => "what it answered is no reply of NTP (RFC 5905) to this request; name its NTP port as HOST:PORT, or ask without --ntp".to_owned(),
            Self::Empty => "closed the connection without a reply".to_owned(),
            Self::CutShort { length, error } => {
                let bytes = words::count(*length as u64, "byte");
                let end = if is_late(error) {
                    "no end in time".to_owned()
                } else {
                    words::io_error(error)
                };
                format!("the answer was cut short: {bytes}, then {end}")
            }
        }
    }
}

fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// What came of asking all addresses, with the way out. An address is named if it is not the one that the user has named.
pub(super) fn explain(query: &Query, failures: &[(SocketAddr, Failure)]) -> String {
    let Some((address, failure)) = failures.last() else {
        return "it has no address".to_owned();
    };
    if failures.iter().all(|(_, failure)| failure.is_refusal()) {
        let (transport, way_out) = match query {
            Query { ntp: true, .. } => ("UDP", ""),
            Query { udp: true, .. } => ("UDP", ", or ask without --udp"),
            _ => ("TCP", ""),
        };
        return format!(
            "Connection refused: no server uses this {transport} port; name another one as HOST:PORT{way_out}"
        );
    }
    let problem = failure.describe();
    if query.target.is_address() { problem } else { format!("{}: {problem}", address.ip()) }
}

/// Why a name has no address; std's text begins with what it has called.
pub(super) fn unresolved(error: &io::Error) -> String {
    let reason = error.to_string();
    let reason = reason.rsplit(": ").next().unwrap_or_default();
    // resolv.conf(5): without it the C library asks a name server on this machine.
    let way_out = match Path::new("/etc/resolv.conf").exists() {
        true => "check the name, or write an address",
        false => "there is no /etc/resolv.conf here, so no name server is known: write an address",
    };
    format!("no address was found: {reason}; {way_out}")
}
