//! The options with their defaults, and the checked configuration that they become. Configuration files and environment
//! variables are `common`'s.

use std::env;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::str::FromStr;
use std::time::Duration;

use clap::{Parser, Subcommand};
use common::config::Arguments;
use common::duration;
use common::escape::escape;
use common::number;
use common::options::CommonArgs;
use ipnet::IpNet;
use nix::net::if_::if_nametoindex;

use crate::error::Error;
use crate::net::udp;
use crate::reply::format::{self, Format};
use crate::reply::zone::{Zone, ZoneError};
use crate::service::Transport;

/// The port when none is named.
const DEFAULT_PORT: u16 = 55555;
/// The port of RFC 868.
const TIME_PORT: u16 = 37;
/// The shortest period and the shortest timeout.
const MILLISECOND: Duration = Duration::from_millis(1);

/// Answers every client that connects with the time, whatever the client does.
#[derive(Debug, Parser)]
#[command(name = "time-server", version, after_long_help = include_str!("help.txt"))]
#[command(override_usage = USAGE, disable_help_subcommand = true, max_term_width = 100)]
pub struct Args {
    /// Port to listen on; 0 takes any [default: 55555]
    #[arg(short, long, value_parser = number::within(0, u16::MAX))]
    port: Option<u16>,
    /// Address to listen on, repeatable [default: all]
    ///
    /// By default every IPv4 and IPv6 address, as two sockets. A link-local address has its interface: `fe80::1%eth0`
    #[arg(short, long, value_name = "ADDR", value_delimiter = ',', value_parser = address)]
    bind: Vec<SocketAddr>,
    /// greeting, daytime, ctime, rfc3339, nist, unix or '%H:%M'
    ///
    /// How to write the time: one of the names, or a text with a conversion of strftime(3). rfc3339-us is rfc3339 with
    /// microseconds.
    #[arg(short, long, default_value = "greeting")]
    format: Format,
    /// local, utc or one like Europe/Berlin
    ///
    /// Whose time to serve; names are those of the system's zoneinfo.
    #[arg(short = 'z', long, value_name = "ZONE", default_value = "local")]
    timezone: ZoneName,
    /// Answer datagrams on the same port too (RFC 867)
    #[arg(long)]
    udp: bool,
    /// Serve the Time Protocol (RFC 868) on this port
    ///
    /// Its reply is the seconds since 1900 in four bytes. With --udp over UDP too.
    #[arg(long, value_name = "PORT", value_parser = number::within(0, u16::MAX))]
    time_port: Option<u16>,
    /// Answer RFC 868 only while the clock is synchronised
    ///
    /// Otherwise the connection is closed with no reply, as RFC 868 asks. The kernel reports whether its clock is
    /// synchronised (adjtimex(2)).
    #[arg(long)]
    require_sync: bool,
    /// Time a connection may take to close
    ///
    /// After its reply the client has this time to close; what it sends meanwhile is discarded.
    #[arg(long, value_name = "DURATION", default_value = "2s", value_parser = duration::parse)]
    linger: Duration,
    /// Connections closing at a time
    ///
    /// At this limit the oldest is closed, so that a client is always answered. It is at most the limit on descriptors
    /// less 64, or less what the workers need if that is more: two each.
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = number::within(1, u32::MAX))]
    max_lingering: u32,
    /// Replies per second and source [default: UDP 10]
    ///
    /// A source is an IPv4 address or an IPv6 /64; bursts of as many are allowed. By default TCP has no limit.
    #[arg(long, value_name = "N", value_parser = number::within(1, u32::MAX))]
    rate: Option<u32>,
    /// Network whose clients are answered, repeatable
    ///
    /// By default everyone is answered.
    #[arg(long, value_name = "CIDR", value_delimiter = ',', value_parser = network)]
    allow: Vec<IpNet>,
    /// Worker threads
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = number::within(1_u32, 256))]
    workers: u32,
    /// Print one line of statistics every DURATION
    ///
    /// On stdout, as name=value pairs with connections/s first, ready for live-plot.
    #[arg(long, value_name = "DURATION", value_parser = duration::at_least(MILLISECOND))]
    stats: Option<Duration>,
    #[command(flatten)]
    common: CommonArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Ask a server for the time
    ///
    /// Prints the answer, the offset of that clock from this one, and the round trip. The offset is known where the
    /// answer names an instant: rfc3339, rfc3339-us, unix, nist, daytime in UTC, and the Time Protocol.
    Query(Query),
}

/// What to ask, and whom.
#[derive(Debug, Clone, clap::Args)]
pub struct Query {
    /// Ask by datagram
    #[arg(long)]
    pub udp: bool,
    /// Ask for the 32-bit time (RFC 868) [default port: 37]
    #[arg(long)]
    pub time: bool,
    /// Time to wait for the answer
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = duration::at_least(MILLISECOND))]
    pub timeout: Duration,
    /// Server to ask [default port: 55555]
    ///
    /// An IPv6 address with a port stands in brackets: `[2001:db8::1]:13`
    #[arg(value_name = "HOST[:PORT]")]
    pub target: Target,
}

impl Query {
    /// Whom to ask, with the port: `localhost:55555`.
    #[must_use]
    pub fn address(&self) -> String {
        let (host, port) = (escape(&self.target.host), self.port());
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }

    /// The port to ask at.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.target.port.unwrap_or(if self.time { TIME_PORT } else { DEFAULT_PORT })
    }
}

/// Whose time is served.
#[derive(Debug, Clone)]
enum ZoneName {
    /// This machine's.
    Local,
    /// UTC, or that of a zone in the system's zoneinfo.
    Named(Box<Zone>),
}

impl FromStr for ZoneName {
    type Err = ZoneError;

    fn from_str(name: &str) -> Result<Self, ZoneError> {
        match name {
            "local" => Ok(Self::Local),
            "utc" | "UTC" => Ok(Self::Named(Box::new(Zone::utc()))),
            _ => Zone::named(name).map(Box::new).map(Self::Named),
        }
    }
}

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

/// What is to be done.
#[derive(Debug)]
pub enum Task {
    /// Serve the time.
    Serve(Box<Config>),
    /// Ask for it.
    Query(Query),
}

impl TryFrom<Args> for Task {
    type Error = Error;

    fn try_from(mut args: Args) -> Result<Self, Error> {
        match args.command.take() {
            Some(Command::Query(query)) => Ok(Self::Query(query)),
            None => Config::try_from(args).map(Box::new).map(Self::Serve),
        }
    }
}

const USAGE: &str = "time-server [OPTIONS]
       time-server query [OPTIONS] <HOST[:PORT]>";

impl Arguments for Args {
    fn common(&self) -> &CommonArgs {
        &self.common
    }
}

/// What the server is to do, checked.
#[derive(Debug)]
pub struct Config {
    /// The port, 0 for a free one.
    pub port: u16,
    /// Whether the port was set, even if to its default.
    pub names_port: bool,
    /// The addresses (their port is 0), empty for all.
    pub bind: Vec<SocketAddr>,
    /// How the time is written.
    pub format: Format,
    /// The time zone.
    pub zone: Zone,
    /// Whether datagrams are answered too.
    pub udp: bool,
    /// The port of the Time Protocol.
    pub time_port: Option<u16>,
    /// Whether the Time Protocol is not answered while the clock is not synchronised.
    pub require_sync: bool,
    /// How long a connection may take to close.
    pub linger: Duration,
    /// How many connections may be closing at once.
    pub max_lingering: usize,
    /// Replies a second for one source.
    pub rate: Option<u32>,
    /// The networks that are answered, empty for all.
    pub allow: Vec<IpNet>,
    /// Threads that accept, at least one.
    pub workers: usize,
    /// The period of the statistics on stdout.
    pub stats: Option<Duration>,
}

impl Config {
    /// Whether it says where to listen, which has no effect if sockets are passed.
    #[must_use]
    pub fn names_sockets(&self) -> bool {
        self.names_port || !self.bind.is_empty() || self.udp || self.time_port.is_some()
    }
}

impl TryFrom<Args> for Config {
    type Error = Error;

    fn try_from(args: Args) -> Result<Self, Error> {
        let conflict = |text: &str| Err(Error::Conflict(text.to_owned()));
        let transport = if args.udp { Transport::Udp } else { Transport::Tcp };
        let zone = match args.timezone {
            ZoneName::Named(zone) => *zone,
            // This machine's zone may be anything: it is read only where it is told.
            ZoneName::Local if args.format.tells_zone() => Zone::local(env::var_os("TZ"))?,
            ZoneName::Local => Zone::utc(),
        };
        check_length(&args.format, &zone, transport)?;
        let port = args.port.unwrap_or(DEFAULT_PORT);
        if args.time_port.is_some_and(|time_port| time_port != 0 && time_port == port) {
            return conflict("--port and --time-port are the same; each service needs its own");
        }
        Ok(Self {
            port,
            names_port: args.port.is_some(),
            bind: without_duplicates(args.bind),
            format: args.format,
            zone,
            udp: args.udp,
            time_port: args.time_port,
            require_sync: args.require_sync,
            linger: args.linger,
            max_lingering: args.max_lingering as usize,
            rate: args.rate,
            allow: args.allow,
            workers: args.workers as usize,
            stats: args.stats,
        })
    }
}

/// Whether every reply fits, for none is ever cut.
///
/// # Errors
/// There is an instant whose reply does not.
pub(crate) fn check_length(
    format: &Format,
    zone: &Zone,
    transport: Transport,
) -> Result<(), Error> {
    let (most, by) = match transport {
        Transport::Tcp => (format::LONGEST, ""),
        Transport::Udp => (udp::LONGEST, " by UDP"),
    };
    match format.longest(zone) {
        longest if longest > most => Err(Error::Conflict(format!(
            "this --format makes a reply of up to {longest} bytes; one{by} may have {most}"
        ))),
        _ => Ok(()),
    }
}

/// The addresses, each once, and without those that 0.0.0.0 or :: has anyway: a second socket on the same one would find
/// its port in use.
fn without_duplicates(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
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
fn address(text: &str) -> Result<SocketAddr, String> {
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
fn network(text: &str) -> Result<IpNet, String> {
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
