//! The options with their defaults, and the checked configuration that they become. Configuration files and environment
//! variables are `common`'s.

use std::env;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use clap::{Parser, Subcommand};
use common::config::Arguments;
use common::duration;
use common::escape::escape;
use common::number;
use common::options::{ColorChoice, CommonArgs, LogFormat};
use ipnet::IpNet;

use crate::error::Error;
use crate::lab::way::Way;
use crate::net::address::{address, network, without_duplicates};
use crate::net::udp;
use crate::query::target::Target;
use crate::reply::format::{self, Format};
use crate::reply::zone::{Zone, ZoneError};
use crate::service::{NTP_PORT, Service, Transport};

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
    /// Answer requests of NTP (RFC 5905) on this UDP port
    ///
    /// Each reply has the times at which the request came and at which the reply went, so that a client can take the way
    /// there and back into account. While the kernel says that this clock is not synchronised, clients are told so and do not
    /// use it.
    #[arg(long, value_name = "PORT", value_parser = number::within(0, u16::MAX))]
    ntp_port: Option<u16>,
    /// Vouch for this clock to clients of NTP
    ///
    /// It is served as synchronised, whatever the kernel says, N steps from a reference clock, 1 to 15; clients prefer servers
    /// with fewer. Without it, a clock that the kernel says is synchronised has stratum 10.
    #[arg(long, value_name = "N", value_parser = number::within(1_u8, 15))]
    stratum: Option<u8>,
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
    /// answer names an instant: rfc3339, rfc3339-us, unix, nist, daytime in UTC, the Time Protocol, and NTP.
    Query(Query),
    /// Show what clients see under six ways to hang up
    ///
    /// Sixty clients on loopback, and a server that sends them the time and hangs up. Most clients send something too: a
    /// server that just closes resets those.
    Lab {
        /// Show only this way, in detail
        #[arg(long, value_name = "WAY")]
        only: Option<Way>,
    },
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
    /// Ask by NTP (RFC 5905) [default port: 123]
    ///
    /// Also prints what the server says about its clock, and the uncertainty that follows: half the delay, half the root
    /// delay, and the root dispersion. NTP is always asked by datagram.
    #[arg(long, conflicts_with = "time")]
    pub ntp: bool,
    /// Ask every DURATION, one line each: offset=… delay=…
    ///
    /// In seconds, ready for live-plot, until INT, TERM or the end of stdout's reader. What is unknown is nan. A public NTP
    /// server takes it amiss to be asked more than once a minute.
    #[arg(long, value_name = "DURATION", value_parser = duration::at_least(MILLISECOND))]
    pub every: Option<Duration>,
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
        self.target.port.unwrap_or(match self {
            Self { ntp: true, .. } => NTP_PORT,
            Self { time: true, .. } => TIME_PORT,
            _ => DEFAULT_PORT,
        })
    }
}

/// What the lab is to show.
#[derive(Debug)]
pub struct Lab {
    /// One way alone, in detail.
    pub only: Option<Way>,
    /// How to write it.
    pub format: LogFormat,
    /// Whether to colour it.
    pub color: ColorChoice,
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

/// What is to be done.
#[derive(Debug)]
pub enum Task {
    /// Serve the time.
    Serve(Box<Config>),
    /// Ask for it.
    Query(Query),
    /// Show how to hang up.
    Lab(Lab),
}

impl TryFrom<Args> for Task {
    type Error = Error;

    fn try_from(mut args: Args) -> Result<Self, Error> {
        match args.command.take() {
            Some(Command::Query(query)) => Ok(Self::Query(query)),
            Some(Command::Lab { only }) => {
                let CommonArgs { log_format, color, .. } = args.common;
                Ok(Self::Lab(Lab { only, format: log_format, color }))
            }
            None => Config::try_from(args).map(Box::new).map(Self::Serve),
        }
    }
}

const USAGE: &str = "time-server [OPTIONS]
       time-server query [OPTIONS] <HOST[:PORT]>
       time-server lab [--only WAY]";

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
    /// The port of NTP.
    pub ntp_port: Option<u16>,
    /// The stratum at which the user vouches for the clock.
    pub stratum: Option<u8>,
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
        let has_more = self.udp || self.time_port.is_some() || self.ntp_port.is_some();
        self.names_port || !self.bind.is_empty() || has_more
    }
}

impl TryFrom<Args> for Config {
    type Error = Error;

    fn try_from(args: Args) -> Result<Self, Error> {
        let transport = if args.udp { Transport::Udp } else { Transport::Tcp };
        let zone = match args.timezone {
            ZoneName::Named(zone) => *zone,
            // This machine's zone may be anything: it is read only where it is shown.
            ZoneName::Local if args.format.shows_zone() => Zone::local(env::var_os("TZ"))?,
            ZoneName::Local => Zone::utc(),
        };
        check_length(&args.format, &zone, transport)?;
        let port = args.port.unwrap_or(DEFAULT_PORT);
        check_ports([
            (Some(port), Service::Daytime),
            (args.time_port, Service::Time),
            (args.ntp_port, Service::Ntp),
        ])?;
        Ok(Self {
            port,
            names_port: args.port.is_some(),
            bind: without_duplicates(args.bind),
            format: args.format,
            zone,
            udp: args.udp,
            time_port: args.time_port,
            ntp_port: args.ntp_port,
            stratum: args.stratum,
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

/// Whether each service has a port of its own; 0 takes a free one.
fn check_ports(ports: [(Option<u16>, Service); 3]) -> Result<(), Error> {
    for (index, (port, service)) in ports.iter().enumerate() {
        let is_same = |other: &&(Option<u16>, Service)| {
            port.is_some_and(|port| port != 0) && other.0 == *port
        };
        if let Some((_, other)) = ports[..index].iter().find(is_same) {
            let (option, other) = (service.port_option(), other.port_option());
            return Err(Error::Conflict(format!(
                "{other} and {option} are the same; each service needs its own"
            )));
        }
    }
    Ok(())
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
