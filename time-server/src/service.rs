//! What a socket serves, and over which transport: two small types that every module uses.

/// What a listener serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// The time as text (RFC 867).
    Daytime,
    /// The seconds since 1900 in 32 bits (RFC 868).
    Time,
}

impl Service {
    /// The option that names its port.
    #[must_use]
    pub const fn port_option(self) -> &'static str {
        match self {
            Self::Daytime => "--port",
            Self::Time => "--time-port",
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
