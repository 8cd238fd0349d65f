//! The lines of the log about where the server listens and about its clients. A second has some ten lines about clients
//! at most, and the other clients are counted: neither a busy day nor an attacker fills a disk.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use common::throttle::Throttle;
use nix::errno::Errno;
use parking_lot::Mutex;

use crate::net::listener::Listener;
use crate::service::{Service, Transport};

const PERIOD: Duration = Duration::from_secs(1);
const CLIENTS_A_PERIOD: u32 = 10;

/// Logs where the server listens, and how to try it.
pub(crate) fn log_listeners(listeners: &[Listener], is_activated: bool) {
    let Some(first) = listeners.first() else { return };
    let client = if first.transport == Transport::Udp { "nc -u" } else { "nc" };
    let first = first.address;
    let port = first.port();
    let served = |service| -> Vec<String> {
        let listeners = listeners.iter().filter(|listener| listener.service == service);
        listeners.map(ToString::to_string).collect()
    };
    let addresses = served(Service::Daytime);
    let (time, ntp) = (served(Service::Time), served(Service::Ntp));
    let host = match first {
        SocketAddr::V6(v6) if v6.scope_id() != 0 => format!("{}%{}", v6.ip(), v6.scope_id()),
        at if !at.ip().is_unspecified() => at.ip().to_string(),
        SocketAddr::V4(_) => "127.0.0.1".to_owned(),
        SocketAddr::V6(_) => "::1".to_owned(),
    };
    tracing::info!(port, "Time Server starting on port {port}...");
    if is_activated {
        tracing::info!("Sockets passed by the service manager: {}.", listeners.len());
    } else {
        tracing::info!("Press Ctrl+C to stop the server.");
    }
    if !addresses.is_empty() {
        tracing::info!("Listening on {}. Try: {client} {host} {port}", addresses.join(" and "));
    }
    if !time.is_empty() {
        tracing::info!("Serving the Time Protocol (RFC 868) on {}.", time.join(" and "));
    }
    if !ntp.is_empty() {
        tracing::info!("Serving NTP (RFC 5905) on {}.", ntp.join(" and "));
    }
}

/// How long a fault must not have come before it is news again.
const FAULT_PERIOD: Duration = Duration::from_secs(10);

/// What became of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was sent.
    Sent,
    /// None was sent, because the clock is not synchronised.
    Withheld,
    /// It could not be sent.
    Failed(Errno),
}

/// The bounded log of clients and of faults that make them wait, which all workers share.
#[derive(Debug)]
pub(crate) struct ClientLog {
    clients: Mutex<Throttle>,
    faults: Mutex<Faults>,
}

/// The faults that were logged, and when each came last.
#[derive(Debug, Default)]
struct Faults(Vec<(&'static str, Errno, Instant)>);

impl Faults {
    /// Whether a fault is to be logged: not while it goes on.
    fn is_news(&mut self, call: &'static str, errno: Errno, now: Instant) -> bool {
        let known = self.0.iter_mut().find(|fault| (fault.0, fault.1) == (call, errno));
        let Some((_, _, last)) = known else {
            self.0.push((call, errno, now));
            return true;
        };
        let before = std::mem::replace(last, now);
        now.saturating_duration_since(before) > FAULT_PERIOD
    }
}

impl Default for ClientLog {
    fn default() -> Self {
        Self {
            clients: Mutex::new(Throttle::new(CLIENTS_A_PERIOD, PERIOD)),
            faults: Mutex::default(),
        }
    }
}

impl ClientLog {
    /// Logs clients, and what became of their replies.
    pub(crate) fn log_clients(&self, clients: &[(SocketAddr, Outcome)], now: Instant) {
        let mut admitted = self.clients.lock();
        for (peer, outcome) in clients {
            if admitted.admit(now) {
                log_client(*peer, *outcome);
            }
        }
    }

    /// Logs a fault that the next try would meet again: no descriptor or no memory is left, say.
    pub(crate) fn log_fault(&self, call: &'static str, errno: Errno, now: Instant) {
        let is_news = self.faults.lock().is_news(call, errno, now);
        if is_news {
            tracing::warn!(call, error = %errno, "Clients have to wait: {call}: {}.", errno.desc());
        }
    }

    /// Logs how many clients were answered without a line, once their second is over.
    pub(crate) fn log_suppressed(&self, now: Instant) {
        let suppressed = self.clients.lock().take_suppressed(now);
        if let Some(suppressed) = suppressed {
            tracing::info!(clients = suppressed, "... and to {suppressed} more.");
        }
    }

    /// When [`Self::log_suppressed`] is due next.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        self.clients.lock().wake_at()
    }
}

fn log_client(peer: SocketAddr, outcome: Outcome) {
    let peer = peer.to_string();
    match outcome {
        Outcome::Sent => tracing::info!(peer, "Sending time to {peer}... Done."),
        Outcome::Withheld => {
            tracing::info!(
                peer,
                "Sending time to {peer}... not sent: the clock is not synchronised."
            );
        }
        Outcome::Failed(errno) => {
            tracing::info!(peer, error = %errno, "Sending time to {peer}... not sent: {}.", errno.desc());
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any instant will do to start from")]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_news_once_and_again_when_it_was_over() {
        let mut faults = Faults::default();
        let start = Instant::now();
        assert!(faults.is_news("accept4", Errno::EMFILE, start));
        assert!(faults.is_news("accept4", Errno::ENOMEM, start));
        let on = |second| start + Duration::from_secs(second);
        assert!((1..60).all(|second| !faults.is_news("accept4", Errno::EMFILE, on(second))));
        assert!(faults.is_news("accept4", Errno::EMFILE, on(80)));
    }
}
