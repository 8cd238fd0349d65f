//! Sockets: opened (`listener`, on addresses that `address` reads), or passed by systemd (`activation`) or inetd (`inetd`);
//! polled (`poller`); datagrams received and sent (`udp`); and what an error of accept(2) means (`accept_error`, pure).

pub mod accept_error;
pub mod activation;
pub(crate) mod address;
pub mod inetd;
pub mod listener;
pub mod poller;
pub mod udp;
