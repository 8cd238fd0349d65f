//! One experiment: a server that hangs up in one way, its clients, and what became of them.

use std::io::{self, ErrorKind, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::AsFd;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use chrono::SecondsFormat;
use common::clock::now;

use super::client::{CLIENTS, Client, KINDS, LIMIT, Seen};
use super::hang_up::{self, HangUp};
use super::kernel::{self, States};
use super::watch::{Interruption, Watch};
use super::way::Way;
use crate::error::Error;
use crate::reply::clock::utc_now;

/// How often the kernel's table is read. It takes some milliseconds, whatever is in it.
const SAMPLE: Duration = Duration::from_millis(10);
/// How long the last segments may take to arrive.
const SETTLE: Duration = Duration::from_millis(500);

/// What became of the clients of a server.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) whole: usize,
    pub(super) cut_off: usize,
    pub(super) no_time: usize,
    /// How many resets the server has sent; `None` where that cannot be known.
    pub(super) resets: Option<u64>,
    /// How long the last client has waited for its reply.
    pub(super) longest_wait: Duration,
    /// The most connections that the server had open at a time.
    pub(super) most_held: usize,
    /// The most sockets that were seen in each state at a time.
    pub(super) most: States,
    /// Those that were left when all had closed; `None` if the kernel had no room for more in `TIME_WAIT`.
    pub(super) left: Option<States>,
}

/// What is to be looked at besides what the clients see.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// The resets: the lab is alone in its network namespace.
    pub(super) at_resets: bool,
    /// The sockets' states, all the time.
    pub(super) at_states: bool,
}

/// Tries a way. If the program was stopped meanwhile (Ctrl-Z), its times mean nothing, and it is tried again.
pub(super) fn run(way: Way, look: Look, watch: &mut Watch) -> Result<Facts, Interruption> {
    loop {
        let facts = run_once(way, look, watch);
        if !watch.was_stopped()? {
            return facts;
        }
    }
}

/// Starts the server in a thread, and looks at the kernel's tables until it ends.
fn run_once(way: Way, look: Look, watch: &mut Watch) -> Result<Facts, Interruption> {
    let panicked = |_| Err(serving(io::Error::other("its thread has panicked")));
    let resets = || if look.at_resets { kernel::resets().map(Some) } else { Ok(None) };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(serving)?;
    let port = listener.local_addr().map_err(serving)?.port();
    let mut most = kernel::states(port).map_err(looking)?;
    let resets_before = resets().map_err(looking)?;
    let overflows_before = kernel::overflows().map_err(looking)?;
    let (ended, end) = io::pipe().map_err(serving)?;
    let serve = move || {
        let facts = serve(way, look, listener);
        drop(end);
        facts
    };
    let server = thread::Builder::new().name("server".to_owned()).spawn(serve);
    let server = server.map_err(Error::Thread)?;
    while !watch.wait(Some(ended.as_fd()), look.at_states.then_some(SAMPLE))? {
        most = most.max(&kernel::states(port).map_err(looking)?);
    }
    let mut facts = server.join().unwrap_or_else(panicked)?;
    let deadline = now() + SETTLE;
    let mut left = kernel::states(port).map_err(looking)?;
    while !left.are_settled() && now() < deadline {
        watch.wait(None, Some(SAMPLE))?;
        left = kernel::states(port).map_err(looking)?;
    }
    let has_room = kernel::overflows().map_err(looking)? == overflows_before;
    facts.left = has_room.then_some(left);
    facts.most = facts.most.max(&most).max(&left);
    facts.resets =
        resets().map_err(looking)?.zip(resets_before).map(|(after, before)| after - before);
    Ok(facts)
}

fn serving(source: io::Error) -> Error {
    let way_out = "it needs loopback ('ip link show lo') and 130 descriptors ('ulimit -Hn')";
    Error::Lab { doing: "serve its clients on 127.0.0.1", source, way_out }
}

fn looking(source: io::Error) -> Error {
    let way_out = "mount them: mount -t proc proc /proc";
    Error::Lab { doing: "read the kernel's tables", source, way_out }
}

/// Serves the clients, and returns when all have closed. The server begins when all have connected, so that each time the
/// same bytes are there before it replies.
fn serve(way: Way, look: Look, listener: TcpListener) -> Result<Facts, Error> {
    let address = listener.local_addr().map_err(serving)?;
    let (sender, seen) = mpsc::channel();
    thread::scope(|scope| {
        // Closed on every way out: the scope waits for the clients, and they for their time.
        let listener = listener;
        for kind in KINDS.into_iter().cycle().take(CLIENTS) {
            let client = Client::connect(kind, &address).map_err(serving)?;
            let sender = sender.clone();
            // Nobody is left to report to if the server has failed.
            let ask = move || sender.send(client.ask()).ok();
            let thread = thread::Builder::new().name("client".to_owned());
            thread.spawn_scoped(scope, ask).map_err(Error::Thread)?;
        }
        let mut facts = Facts::default();
        let mut server = hang_up::server(way);
        answer(&listener, server.as_mut(), &mut facts).map_err(serving)?;
        if look.at_states {
            facts.most = kernel::states(address.port()).map_err(looking)?;
        }
        collect(&seen, server.as_mut(), &mut facts).map_err(serving)?;
        Ok(facts)
    })
}

/// Sends the time to each client, and hangs up.
fn answer(listener: &TcpListener, server: &mut dyn HangUp, facts: &mut Facts) -> io::Result<()> {
    let start = now();
    for _ in 0..CLIENTS {
        let (mut client, _) = listener.accept()?;
        facts.most_held = facts.most_held.max(server.held() + 1);
        client.set_read_timeout(Some(LIMIT))?;
        let time = utc_now().to_rfc3339_opts(SecondsFormat::Secs, true);
        client.write_all(format!("{time}\n").as_bytes())?;
        facts.longest_wait = now().saturating_duration_since(start);
        server.hang_up(client)?;
    }
    Ok(())
}

/// Counts what the clients have seen, until the server has closed all connections.
fn collect(
    seen: &Receiver<io::Result<Seen>>,
    server: &mut dyn HangUp,
    facts: &mut Facts,
) -> io::Result<()> {
    let mut left = CLIENTS;
    while left > 0 || server.held() > 0 {
        let due = server.wake_at().map(|due| due.saturating_duration_since(now()));
        match (seen.recv_timeout(due.unwrap_or(2 * LIMIT)), due) {
            (Ok(seen), _) => {
                left -= 1;
                *match seen? {
                    Seen::Whole => &mut facts.whole,
                    Seen::CutOff => &mut facts.cut_off,
                    Seen::NoTime => &mut facts.no_time,
                } += 1;
            }
            (Err(RecvTimeoutError::Timeout), Some(_)) => server.tidy(now()),
            (Err(_), _) => return Err(ErrorKind::TimedOut.into()),
        }
    }
    Ok(())
}
