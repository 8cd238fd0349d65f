//! The life of a TCP socket: a server that answers every client with the time, whatever the client does.
//!
//! ```text
//! args → server → worker, the loop: accept → responder: reply → send → shutdown → linger → close
//!
//! args       every option with its default
//! error      every message that ends the program
//! server     opens the sockets, checks them, starts the workers
//! worker     the loop: waits, and takes clients from their listeners
//! responder  what becomes of a client: makes the system calls for each
//! service    what a socket serves (Daytime, Time or NTP), over which transport (TCP or UDP)
//! net/       listener (opens sockets, on what address reads), activation (sockets from systemd), inetd (a socket on
//!            descriptor 0), udp (datagrams), poller (epoll), accept_error (what an error of accept means)
//! policy/    admission (which clients are answered, and how often by default; counts with rate_limit), closing
//!            (how many connections may be closing; linger is one worker's queue of them): pure
//! reply/     what a reply says: format (the texts), nist (one of them), ntp (and its packet), zone (time zones; zoneinfo
//!            reads their files), clock (is it synchronised?); pure but for the clock and the zone's file
//! ops/       housekeeping (signals, statistics), signals, shutdown, stats, log, descriptors (their limit), systemd
//! query/     the client `time-server query`, once or again and again (every): target (whom to ask), ask, answer (what a
//!            server's answer means), ntp (NTP's), finding (what is printed of it), failure (why there is none)
//! lab/       the demonstration `time-server lab`: the same clients under every way to hang up
//! sys/       system calls that nix lacks; datagrams: many at a time
//! ```

pub mod args;
pub mod error;
pub mod lab;
pub mod net;
pub mod ops;
pub mod policy;
pub mod query;
pub mod reply;
pub mod responder;
pub mod server;
pub mod service;
mod sys;
pub mod worker;
