//! How addresses to listen on, and networks whose clients are answered, are written in an option.

use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use ipnet::IpNet;
use nix::net::if_::if_nametoindex;

/// The addresses, each once, and without those that 0.0.0.0 or :: has anyway: a second socket on the same one would find
/// its port in use.
pub(crate) fn without_duplicates(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let mut unique: Vec<SocketAddr> = Vec::new();
    for address in &addresses {
        let covers = |other: &SocketAddr| {
            other.ip().is_unspecified() && other.is_ipv4() == address.is_ipv4() && other != address
        };
        if !unique.contains(address) && !addresses.iter().any(covers) {
            unique.push(*address);
        }
    }
    unique
}

/// An address to listen on; a link-local one is one only together with its interface (RFC 4007 §11).
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let (ip, interface) = match text.split_once('%') {
        Some((ip, interface)) => (ip, Some(interface)),
        None => (text, None),
    };
    let malformed = |_syntax| "write an address, like 192.0.2.1, 2001:db8::1 or fe80::1%eth0 ('ip addr' lists this machine's)";
    let ip: IpAddr = ip.parse().map_err(malformed)?;
    match (ip.to_canonical(), interface) {
        (IpAddr::V6(v6), Some(name)) => {
            let number = name.parse().ok().or_else(|| if_nametoindex(name).ok());
            let number = number.ok_or_else(|| {
                format!("no interface has this name: {name} ('ip link' lists them)")
            })?;
            Ok(SocketAddrV6::new(v6, 0, 0, number).into())
        }
        (IpAddr::V4(_), Some(_)) => Err("only an IPv6 address has an interface".to_owned()),
        (IpAddr::V6(v6), None) if v6.is_unicast_link_local() => {
            Err(format!("a link-local address needs its interface: {v6}%eth0"))
        }
        (ip, None) => Ok(SocketAddr::new(ip, 0)),
    }
}

/// The IPv4 network, if an IPv6 one has only IPv4-mapped addresses (RFC 4291 §2.5.5.2).
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(mapped) = network else { return network };
    let length = mapped.prefix_len().checked_sub(96);
    let inner = mapped.addr().to_ipv4_mapped().zip(length);
    inner.and_then(|(address, length)| IpNet::new(address.into(), length).ok()).unwrap_or(network)
}

/// A network, or a single address as a network of one. IPv4-mapped ones become IPv4, as the peers' addresses do.
pub(crate) fn network(text: &str) -> Result<IpNet, String> {
    text.parse::<IpAddr>()
        .map(IpNet::from)
        .or_else(|_address| text.parse())
        .map(canonical)
        .map_err(|_network| "a network is written like 192.0.2.0/24 or 2001:db8::/32".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ipv4_addresses_written_as_ipv6_are_ipv4() {
        for (text, met) in [
            ("127.0.0.1", "127.0.0.1/32"),
            ("::ffff:127.0.0.1", "127.0.0.1/32"),
            ("::ffff:127.0.0.0/104", "127.0.0.0/8"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("::/0", "::/0"),
        ] {
            assert_eq!(network(text), Ok(met.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn an_address_that_is_named_twice_or_is_one_of_all_is_one() {
        let unique = |texts: &[&str], met: &[&str]| {
            let read = |texts: &[&str]| {
                texts.iter().map(|text| address(text).unwrap()).collect::<Vec<_>>()
            };
            assert_eq!(without_duplicates(read(texts)), read(met), "{texts:?}");
        };
        unique(&["127.0.0.1", "::1", "::ffff:127.0.0.1"], &["127.0.0.1", "::1"]);
        unique(&["127.0.0.1", "::1", "0.0.0.0", "127.0.0.2"], &["::1", "0.0.0.0"]);
        unique(&["::", "::", "::1", "127.0.0.1"], &["::", "127.0.0.1"]);
        unique(&["fe80::1%1", "fe80::1%2"], &["fe80::1%1", "fe80::1%2"]);
    }

    #[test]
    fn a_link_local_address_has_its_interface() {
        assert_eq!(address("fe80::1%lo"), address("fe80::1%1"));
        for (text, problem) in [
            ("fe80::1", "fe80::1%eth0"),
            ("fe80::1%nowhere", "'ip link' lists them"),
            ("127.0.0.1%lo", "only an IPv6 address"),
            ("localhost", "like 192.0.2.1"),
            ("", "like 192.0.2.1"),
        ] {
            assert!(address(text).unwrap_err().contains(problem), "{text}");
        }
    }
}
