//! The time server that everybody writes first. It is wrong on purpose; how to do it right stands in
//! `docs/time-server.md`.
//!
//! - It closes the connection as soon as the reply is sent. If the client has sent something that nobody has read, the
//!   kernel sends a reset, and the client may lose the reply (RFC 2525 §2.17).
//! - A client that resets before its reply ends the server: `write_all` fails, and `unwrap` panics.
//! - So does a moment without a free descriptor: `accept` fails with EMFILE (accept(2)).
//! - It handles no signal. TERM ends it at once, and the clients in the listener's queue are reset.
//! - It prints a line for each client. If nobody reads these lines, the pipe fills up, and `println!` blocks the server.
//! - It tells the time in UTC, wherever you live.
//!
//! One usual fault is missing: in C and in Python you have to set `SO_REUSEADDR` yourself; std always sets it.
//!
//! `cargo run -p time-server --example naive-time-server -- --port 55555`

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "it is wrong on purpose, as the first version of such a program is"
)]

use std::io::Write;
use std::net::TcpListener;
use std::time::SystemTime;

use chrono::{DateTime, Utc};

fn main() {
    let port = std::env::args().nth(2).map_or(55555, |text| text.parse().unwrap());
    println!("Time Server starting on port {port}...");
    println!("Press Ctrl+C to stop the server.");
    let listener = TcpListener::bind(("0.0.0.0", port)).unwrap();
    loop {
        let (mut client, peer) = listener.accept().unwrap();
        println!("Sending time to {peer}...");
        let now = DateTime::<Utc>::from(SystemTime::now());
        let time = now.format("%a %b %e %H:%M:%S %Y");
        client.write_all(format!("\n\nCurrent time: {time}\n\n").as_bytes()).unwrap();
    }
}
