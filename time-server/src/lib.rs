//! The life of a TCP socket: a server that answers every client with the time, whatever the client does.
//!
//! ```text
//! args → server → worker's loop: accept → reply(now) → send → shutdown → linger → close
//!
//! server     opens the sockets, checks, starts the workers
//! worker     the loop
//! service    what a socket serves, and over which transport
//! net/       listener, activation (from systemd), udp, poller (epoll), accept_error
//! policy/    admission (who), rate_limit (how often), linger (how long): pure
//! reply/     format, nist, zone, clock: what a client is told; pure but for the clock
//! ops/       housekeeping (signals, statistics), shutdown, stats, log, systemd
//! query/     the client, and answer: what a server's answer means
//! sys        what nix lacks
//! ```

pub mod args;
pub mod error;
pub mod net;
pub mod ops;
pub mod policy;
pub mod query;
pub mod reply;
pub mod server;
pub mod service;
mod sys;
pub mod worker;
