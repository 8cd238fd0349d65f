//! How the server to ask is written: `localhost`, `192.0.2.1:13`, `[2001:db8::1]:13`.

use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use common::number;

/// A host, and its port if one was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// A name or an address.
    pub host: String,
    /// The port, unless it is the default one.
    pub port: Option<u16>,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let malformed =
            || "it is written like localhost, 192.0.2.1:13 or [2001:db8::1]:13".to_owned();
        let (host, port) = match text.strip_prefix('[').map(|rest| rest.split_once(']')) {
            Some(Some((host, ""))) if is_ipv6(host) => (host, None),
            Some(Some((host, rest))) if is_ipv6(host) => {
                (host, Some(rest.strip_prefix(':').ok_or_else(malformed)?))
            }
            Some(_) => return Err(malformed()),
            // More than one colon: an IPv6 address without a port.
            None if is_ipv6(text) => (text, None),
            None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
        };
        if host.is_empty()
            || text.contains('/')
            || host.contains(['[', ']'])
            || port.is_some_and(|port| port.contains(':'))
        {
            return Err(malformed());
        }
        let port = port.map(number::within(1, u16::MAX)).transpose();
        let port = port.map_err(|problem| format!("{problem} as the port"))?;
        Ok(Self { host: host.to_owned(), port })
    }
}

/// Whether it is an IPv6 address, perhaps with the interface of a link-local one: `fe80::1%eth0`.
fn is_ipv6(host: &str) -> bool {
    let address = host.split_once('%').map_or(host, |(address, _interface)| address);
    address.parse::<Ipv6Addr>().is_ok()
}

impl Target {
    /// Whether it is an address, not a name.
    #[must_use]
    pub fn is_address(&self) -> bool {
        is_ipv6(&self.host) || self.host.parse::<IpAddr>().is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_with_a_port_is_written_so_that_nobody_can_misread_it() {
        let read = |text: &str| text.parse::<Target>().map(|target| (target.host, target.port));
        let is = |host: &str, port| Ok((host.to_owned(), port));
        assert_eq!(read("localhost"), is("localhost", None));
        assert_eq!(read("192.0.2.1:13"), is("192.0.2.1", Some(13)));
        assert_eq!(read("2001:db8::1"), is("2001:db8::1", None));
        assert_eq!(read("[::1]"), is("::1", None));
        assert_eq!(read("[::1]:13"), is("::1", Some(13)));
        assert_eq!(read("[fe80::1%eth0]:13"), is("fe80::1%eth0", Some(13)));
        for bad in [
            "",
            ":13",
            "[::1]13",
            "[::1",
            "[::1]:",
            "[localhost]:13",
            "a:b:c",
            "a:0",
            "a:x",
            "http://a",
            "http://a:13",
            "::1]:13",
        ] {
            assert!(read(bad).is_err(), "{bad}: {:?}", read(bad));
        }
    }
}
