//! Packets of NTP, put together and taken apart byte by byte: what the tests know of them is not what the programs know.

use std::time::{SystemTime, UNIX_EPOCH};

/// The length of a packet.
pub const LENGTH: usize = 48;
/// The first byte of a client's request in version 4.
pub const REQUEST: u8 = 4 << 3 | 3;
/// The first byte of a server's reply in version 4.
pub const REPLY: u8 = 4 << 3 | 4;

/// The four timestamps, in their order in a packet.
pub const REFERENCE: usize = 0;
/// What the request has as its time of sending.
pub const ORIGIN: usize = 1;
/// When the request came.
pub const RECEIVE: usize = 2;
/// When the packet was sent.
pub const TRANSMIT: usize = 3;

/// One of the timestamps.
pub fn timestamp(packet: &[u8], number: usize) -> u64 {
    let at = 16 + 8 * number;
    u64::from_be_bytes(packet[at..at + 8].try_into().unwrap())
}

/// Sets one of the timestamps.
pub fn set_timestamp(packet: &mut [u8], number: usize, timestamp: u64) {
    let at = 16 + 8 * number;
    packet[at..at + 8].copy_from_slice(&timestamp.to_be_bytes());
}

/// The clock as a timestamp: seconds since 1900 in 32 bits, and a fraction in as many.
pub fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seconds = (now.as_secs() + 2_208_988_800) % (1 << 32);
    let fraction = (u64::from(now.subsec_nanos()) << 32) / 1_000_000_000;
    (seconds << 32) | fraction
}
