//! The gate: who is let in, for all workers together. What it decides by is [`crate::policy::rate_limit`]'s.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use ipnet::IpNet;
use parking_lot::Mutex;

use crate::policy::rate_limit::{Admission, CAPACITY, Limiter, is_allowed};
use crate::service::Transport;

/// Replies a second for one source of datagrams when nothing else is said: what a forged address can have
/// sent to it, and what a loop with another server comes down to.
const UDP_RATE: u32 = 10;

/// The allowed networks and the limits on the rate of each source.
#[derive(Debug)]
pub struct Gate {
    networks: Vec<IpNet>,
    /// None: connections are unlimited, for their source cannot be forged.
    tcp: Option<Arc<Mutex<Limiter>>>,
    udp: Arc<Mutex<Limiter>>,
}

impl Gate {
    /// A gate for some networks (none: everybody) and a rate, of connections and datagrams together.
    #[must_use]
    pub fn new(networks: Vec<IpNet>, rate: Option<u32>, now: Instant) -> Self {
        let limiter = |rate, capacity| Arc::new(Mutex::new(Limiter::new(rate, capacity, now)));
        let tcp = rate.map(|rate| limiter(rate, CAPACITY));
        let udp = tcp.clone().unwrap_or_else(|| limiter(UDP_RATE, CAPACITY));
        Self { networks, tcp, udp }
    }

    /// Decides about a client, and takes its reply out of its source's share.
    pub fn admission(&self, transport: Transport, peer: IpAddr, now: Instant) -> Admission {
        if !is_allowed(&self.networks, peer) {
            return Admission::Foreign;
        }
        let limiter = match transport {
            Transport::Tcp => self.tcp.as_ref(),
            Transport::Udp => Some(&self.udp),
        };
        match limiter {
            Some(limiter) if !limiter.lock().admit(peer, now) => Admission::OverRate,
            _ => Admission::Admitted,
        }
    }
}
