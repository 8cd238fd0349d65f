//! What the kernel knows: how many resets it has sent, and the states of the sockets. It counts resets for a whole network
//! namespace, so the lab enters one of its own where it may.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::net::Ipv4Addr;

use nix::sched::{CloneFlags, unshare};

use crate::sys;

/// The states in which a socket may stay for a while (RFC 9293 §3.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// `FIN_WAIT_1`, and `FIN_WAIT_2` after the acknowledgement, which may come 40 ms later.
    FinWait,
    CloseWait,
    TimeWait,
    Other,
}

/// One of the two ends of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Server,
    Client,
}

/// How many sockets of a server and of its clients are in each state.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct States([[usize; 4]; 2]);

impl States {
    /// So many of this side are in this state.
    pub(super) fn count(&self, side: Side, state: State) -> usize {
        self.0[side as usize][state as usize]
    }

    /// For each state the larger number.
    pub(super) fn max(mut self, other: &Self) -> Self {
        for (own, other) in self.0.iter_mut().flatten().zip(other.0.iter().flatten()) {
            *own = (*own).max(*other);
        }
        self
    }

    /// Whether all connections have ended: `TIME_WAIT` lasts for a minute.
    pub(super) fn are_settled(&self) -> bool {
        let has = |side, state| self.count(side, state) > 0;
        let has_any = |side| {
            [State::FinWait, State::CloseWait, State::Other].iter().any(|state| has(side, *state))
        };
        !has_any(Side::Server) && !has_any(Side::Client)
    }
}

/// Moves this process, which has no other threads yet, into a network namespace of its own, with loopback up.
///
/// # Errors
/// The system does not allow it; then nothing has changed.
pub(super) fn enter_own_network() -> nix::Result<()> {
    // Some systems let anybody enter, but not set up a network there. There is no way back: a child tries first.
    sys::attempt_in_child(enter)?;
    enter()
}

/// Root needs no namespace of users for it, and is not always allowed one.
fn enter() -> nix::Result<()> {
    unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNET)
        .or_else(|_| unshare(CloneFlags::CLONE_NEWNET))?;
    sys::raise_loopback()
}

/// How many resets this network namespace has sent: `Tcp: OutRsts`, `proc_pid_net(5)`.
pub(super) fn resets() -> io::Result<u64> {
    counter("/proc/net/snmp", "Tcp:", "OutRsts")
}

/// How many connections of this network namespace have ended without `TIME_WAIT` because it had too many of them:
/// `tcp_max_tw_buckets`, tcp(7).
pub(super) fn overflows() -> io::Result<u64> {
    counter("/proc/net/netstat", "TcpExt:", "TCPTimeWaitOverflow")
}

fn counter(file: &str, group: &str, name: &str) -> io::Result<u64> {
    let table = fs::read_to_string(file)?;
    parse_counter(&table, group, name).ok_or_else(|| ErrorKind::InvalidData.into())
}

/// The states of a server's and its clients' sockets, `proc_pid_net(5)`. The server listens at 127.0.0.1.
pub(super) fn states(port: u16) -> io::Result<States> {
    Ok(parse_states(&fs::read_to_string("/proc/net/tcp")?, port))
}

/// Two lines begin with the group: the names and the numbers.
fn parse_counter(table: &str, group: &str, name: &str) -> Option<u64> {
    let mut lines = table.lines().filter(|line| line.split(' ').next() == Some(group));
    let mut columns = lines.next()?.split(' ').zip(lines.next()?.split(' '));
    columns.find(|(column, _)| *column == name)?.1.parse().ok()
}

/// A line is a socket: number, own address, the other's, state, and more. An address is as in memory. The table is read in
/// parts, so a socket may be in it twice, in two states.
fn parse_states(table: &str, port: u16) -> States {
    let server = format!("{:08X}:{port:04X}", u32::from_ne_bytes(Ipv4Addr::LOCALHOST.octets()));
    let mut sockets = BTreeMap::new();
    // A busy machine has a hundred thousand lines.
    for line in table.lines().filter(|line| line.contains(&server)) {
        let mut columns = line.split_whitespace().skip(1);
        if let (Some(own), Some(other), Some(state)) =
            (columns.next(), columns.next(), columns.next())
        {
            // The kernel's `net/tcp_states.h`.
            let state = match state {
                "04" | "05" => State::FinWait,
                "06" => State::TimeWait,
                "08" => State::CloseWait,
                _ => State::Other,
            };
            sockets.insert((own, other), state);
        }
    }
    let mut states = States::default();
    for ((own, other), state) in sockets {
        let is_at = [(Side::Server, own == server), (Side::Client, other == server)];
        for (side, _) in is_at.into_iter().filter(|(_, is_there)| *is_there) {
            states.0[side as usize][state as usize] += 1;
        }
    }
    states
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_the_number_under_its_name() {
        let table = "Icmp: OutRsts\nIcmp: 4\nTcp: RtoMin OutRsts InCsumErrors\nTcp: 200 7 0\n";
        assert_eq!(parse_counter(table, "Tcp:", "OutRsts"), Some(7));
        assert_eq!(parse_counter(table, "Tcp:", "OutSegs"), None);
        assert_eq!(parse_counter("Tcp: OutRsts\n", "Tcp:", "OutRsts"), None);
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn each_socket_of_the_server_and_of_its_clients_counts_for_its_side() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue\n   \
               0: 0100007F:D903 00000000:0000 0A 00000000:00000000\n   \
               1: 0100007F:D903 0100007F:9C40 05 00000000:00000000\n   \
               2: 0100007F:9C40 0100007F:D903 08 00000000:00000000\n   \
               3: 0100007F:D903 0100007F:9C41 06 00000000:00000000\n   \
               4: 0100007F:0016 0100007F:9C41 01 00000000:00000000\n";
        let states = parse_states(table, 0xD903);
        assert_eq!(states.count(Side::Server, State::FinWait), 1);
        assert_eq!(states.count(Side::Client, State::CloseWait), 1);
        assert_eq!(states.count(Side::Server, State::TimeWait), 1);
        assert!(!states.are_settled());
        let last = table.lines().nth(4).unwrap();
        assert!(parse_states(last, 0xD903).are_settled());
    }
}
