//! The life of a TCP socket: a server that answers every client with the time, whatever the client does.
//!
//! ```text
//! args → listener → server: accept → reply(now) → send → shutdown → linger → close
//!
//! listener  opens the sockets            reply   what a client is told (pure)
//! server    the loop that executes       linger  who is still closing, and until when (pure)
//! sys       what nix lacks               accept  what an error of accept(2) means (pure)
//! log       what is said about clients   zone, clock   local time, and whether to trust it
//! ```

pub mod accept;
pub mod args;
pub mod clock;
pub mod error;
pub mod linger;
pub mod listener;
mod log;
pub mod reply;
pub mod server;
mod sys;
pub mod zone;
