//! The command line, and the configuration that it becomes.

use std::net::IpAddr;
use std::time::Duration;

use clap::Parser;
use common::config::CommonArgs;

use crate::error::Error;
use crate::reply::Format;
use crate::zone::Zone;

/// Answers every client that connects with the time, whatever the client does.
#[derive(Debug, Parser)]
#[command(name = "time-server", version, after_help = AFTER_HELP)]
pub struct Args {
    /// The port to listen on; 0 takes a free one and says which
    #[arg(short, long, default_value_t = 55555)]
    port: u16,
    /// An address to listen on, repeatable [default: every IPv4 and IPv6 address]
    #[arg(short, long, value_name = "ADDR", value_delimiter = ',')]
    bind: Vec<IpAddr>,
    /// How the time is written: greeting, daytime, ctime, rfc3339, nist, unix, or any text
    /// with strftime conversions, like '%H:%M:%S'
    #[arg(short, long, default_value = "greeting")]
    format: Format,
    /// Whose time: local, utc, or a name from the system's zoneinfo, like Europe/Berlin
    #[arg(short = 'z', long, value_name = "ZONE", default_value = "local")]
    timezone: Zone,
    /// How long a connection may take to close after its reply
    #[arg(long, value_name = "DURATION", default_value = "2s")]
    linger: humantime::Duration,
    /// How many connections may be closing at once; the oldest makes room
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = at_least_one)]
    max_lingering: usize,
    #[command(flatten)]
    common: CommonArgs,
}

const AFTER_HELP: &str = "\
Each option is also a key of the configuration file (--linger: linger = \"2s\") and an environment
variable (TIME_SERVER_LINGER). Try it: time-server & nc 127.0.0.1 55555";

impl AsRef<CommonArgs> for Args {
    fn as_ref(&self) -> &CommonArgs {
        &self.common
    }
}

/// What the server does, checked.
#[derive(Debug)]
pub struct Config {
    /// The port, 0 for a free one.
    pub port: u16,
    /// The addresses, empty for all.
    pub bind: Vec<IpAddr>,
    /// How the time is written.
    pub format: Format,
    /// Whose time it is.
    pub zone: Zone,
    /// How long a connection may take to close.
    pub linger: Duration,
    /// How many connections may be closing at once.
    pub max_lingering: usize,
}

impl TryFrom<Args> for Config {
    type Error = Error;

    fn try_from(args: Args) -> Result<Self, Error> {
        Ok(Self {
            port: args.port,
            bind: args.bind,
            format: args.format,
            zone: args.timezone,
            linger: args.linger.into(),
            max_lingering: args.max_lingering,
        })
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("it must be at least 1".to_owned()),
        number => number.map_err(|error: std::num::ParseIntError| error.to_string()),
    }
}
