//! What a socket serves, and over which transport: two small types that every module uses.

/// The port of NTP, from which its clients may ask, too (RFC 5905 §9.1).
pub const NTP_PORT: u16 = 123;

/// What a listener serves, in the order in which it is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// The time as text (RFC 867).
    Daytime,
    /// The seconds since 1900 in 32 bits (RFC 868).
    Time,
    /// Packets with times of arrival and of sending (NTP, RFC 5905), over UDP alone.
    Ntp,
}

impl Service {
    /// The option that names its port.
    #[must_use]
    pub const fn port_option(self) -> &'static str {
        match self {
            Self::Daytime => "--port",
            Self::Time => "--time-port",
            Self::Ntp => "--ntp-port",
        }
    }

    /// The unit of systemd's that opens its port.
    #[must_use]
    pub const fn socket_unit(self) -> &'static str {
        match self {
            Self::Daytime | Self::Time => "time-server.socket",
            Self::Ntp => "time-server-ntp.socket",
        }
    }
}

/// How clients send their requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// By connection.
    Tcp,
    /// By datagram.
    Udp,
}
