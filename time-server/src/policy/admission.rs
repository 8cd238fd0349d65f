//! Who is answered, for all workers together: the allowed networks, and the rate of each source
//! ([`crate::policy::rate_limit`]). Pure.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use ipnet::IpNet;
use parking_lot::Mutex;

use crate::policy::rate_limit::{CAPACITY, RateLimit};
use crate::service::Transport;

/// The default of `--rate` for datagrams. Their source can be forged: this is the most that an attacker can have sent to
/// somebody else, and the most in a loop with another server.
const UDP_RATE: u32 = 10;

/// What is decided about a client before it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is answered.
    Admitted,
    /// Its network is not among the allowed ones.
    Foreign,
    /// Its source has had as many replies as its rate allows.
    OverRate,
}

/// The allowed networks and the limits on the rate of each source.
#[derive(Debug)]
pub struct Admission {
    networks: Vec<IpNet>,
    /// None: connections are unlimited, for their source cannot be forged.
    tcp: Option<Arc<Mutex<RateLimit>>>,
    udp: Arc<Mutex<RateLimit>>,
}

impl Admission {
    /// Admits clients of some networks (none: of all) at a rate, which connections and datagrams share.
    #[must_use]
    pub fn new(networks: Vec<IpNet>, rate: Option<u32>, now: Instant) -> Self {
        let limit = |rate| Arc::new(Mutex::new(RateLimit::new(rate, CAPACITY, now)));
        let tcp = rate.map(limit);
        let udp = tcp.clone().unwrap_or_else(|| limit(UDP_RATE));
        Self { networks, tcp, udp }
    }

    /// Decides about a client; if it is admitted, its reply counts against its rate.
    pub fn decide(&self, transport: Transport, peer: IpAddr, now: Instant) -> Decision {
        let mut decision = Decision::Admitted;
        self.decide_each(transport, [peer].into_iter(), now, |decided| decision = decided);
        decision
    }

    /// Decides about some clients at a time: the workers share the limit, and each waits for it only once.
    pub fn decide_each(
        &self,
        transport: Transport,
        peers: impl Iterator<Item = IpAddr>,
        now: Instant,
        mut decided: impl FnMut(Decision),
    ) {
        let limit = match transport {
            Transport::Tcp => self.tcp.as_ref(),
            Transport::Udp => Some(&self.udp),
        };
        let mut limit = limit.map(|limit| limit.lock());
        for peer in peers {
            let admits = |limit: &mut RateLimit| limit.admit(peer, now);
            decided(if !is_allowed(&self.networks, peer) {
                Decision::Foreign
            } else if limit.as_deref_mut().is_none_or(admits) {
                Decision::Admitted
            } else {
                Decision::OverRate
            });
        }
    }
}

/// Whether an address is in one of the networks; none at all means everybody.
fn is_allowed(networks: &[IpNet], peer: IpAddr) -> bool {
    networks.is_empty() || networks.iter().any(|network| network.contains(&peer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_networks_everybody_is_allowed_else_only_they() {
        let is_allowed =
            |networks: &[IpNet], peer: &str| is_allowed(networks, peer.parse().unwrap());
        assert!(is_allowed(&[], "192.0.2.1"));
        let networks = ["192.0.2.0/30".parse().unwrap(), "2001:db8::/32".parse().unwrap()];
        assert!(is_allowed(&networks, "192.0.2.3"));
        assert!(!is_allowed(&networks, "192.0.2.4"));
        assert!(is_allowed(&networks, "2001:db8::9"));
    }
}
