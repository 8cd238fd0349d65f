//! What a socket serves, and over which transport: two small types that every room uses.

/// What a listener serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// The time as text (RFC 867).
    Daytime,
    /// The seconds since 1900 in 32 bits (RFC 868).
    Time,
}

/// How clients send their requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// By connection.
    Tcp,
    /// By datagram.
    Udp,
}
