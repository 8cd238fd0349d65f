//! The life of a TCP socket: a server that answers every client with the time, whatever the client does.
//!
//! ```text
//! args → listener → worker's loop: accept → reply(now) → send → shutdown → linger → close
//!
//! executing  listener  opens the sockets           deciding  accept  what an error of accept(2) means
//!            activation  takes those that systemd opened
//!            server    puts it all together                  limit   who is answered, how often
//!            worker    the loop                              reply   what a client is told
//!            watch     what it waits for                     format, nist   how the time is written
//!            udp       one datagram in, one out              linger  who is still closing, until when
//!            clock, zone   whose time, and whether to trust it
//!            master, control, stats, log   signals, stopping, figures, what is said
//!            notify    what the service manager is told
//!            query     the client                            reading what a server's answer means
//!            sys       what nix lacks
//! ```

pub mod accept;
pub mod activation;
pub mod args;
pub mod clock;
pub mod control;
pub mod error;
pub mod format;
pub mod gate;
pub mod limit;
pub mod linger;
pub mod listener;
mod log;
pub mod master;
mod nist;
pub mod notify;
pub mod query;
pub mod reading;
pub mod reply;
pub mod server;
pub mod stats;
mod sys;
pub mod udp;
pub mod watch;
pub mod worker;
pub mod zone;
