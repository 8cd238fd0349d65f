//! The words of the lab: a table with a row for each way and two lines that explain it, or the same as JSON. Printing is
//! left to `watch`.

use clap::ValueEnum;
use common::options::LogFormat;
use nix::errno::Errno;

use super::client::{CLIENTS, KINDS, LATE, ROUND_TRIP};
use super::experiment::Facts;
use super::kernel::{Side, State};
use super::way::Way;

const HEADER: [&str; 2] = [
    "            client sees             server    next one     sockets  TIME_WAIT",
    "way         whole cut off no time   resets    waits up to     held  held by",
];

/// What the table does not say by itself.
const LEGEND: &str = "\
cut off    The time came, then a reset in place of its end, or behind it. Over a
           network the reset may overtake the time; then that is lost too.
no time    An error before the client had read anything.
sockets    The most that the server had open at a time.
TIME_WAIT  Who ends a connection first remembers it for a minute, so that a late
           segment of it does not get into the next one. That costs memory, but
           no descriptor. After a reset nobody remembers anything.";

/// Why it is not known who holds `TIME_WAIT`.
const NO_ROOM: &str = "\
TIME_WAIT unknown: this machine has as many connections in it as it may have
(sysctl net.ipv4.tcp_max_tw_buckets); further ones end without.";

const STATES: [(State, &str, &str); 3] = [
    (State::FinWait, "FIN_WAIT_1/2", "has ended its direction, waits for the other's"),
    (State::CloseWait, "CLOSE_WAIT", "has the other's end, has not closed yet"),
    (State::TimeWait, "TIME_WAIT", "has ended first, remembers that for a minute"),
];

const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[31m";
const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

/// From here on a wait is shown as bad, in milliseconds.
const LONG: u128 = 100;

/// The table, row by row; the explanations follow at the end.
pub(super) struct Table {
    format: LogFormat,
    color: bool,
    /// One way alone is shown at length, not in a row.
    at_length: bool,
    own_network: nix::Result<()>,
    /// Whether it was seen that the kernel had no room for more in `TIME_WAIT`.
    had_no_room: bool,
}

impl Table {
    pub(super) fn new(
        format: LogFormat,
        color: bool,
        at_length: bool,
        own_network: nix::Result<()>,
    ) -> Self {
        Self { format, color, at_length, own_network, had_no_room: false }
    }

    pub(super) fn begin(&self) -> String {
        if self.format == LogFormat::Json {
            return String::new();
        }
        let each = CLIENTS / KINDS.len();
        let mut text = format!(
            "{CLIENTS} clients connect; then a server sends the time to each, and hangs up.\n\
             {each} only read; {each} send a line first; {each} send two lines that arrive {LATE} and\n\
             {} ms after the time was sent. Then each reads to the end, and closes.\n\n",
            LATE + ROUND_TRIP
        );
        if !self.at_length {
            let [units, names] = HEADER;
            text += &format!("{}\n{}\n", self.paint(DIM, units), self.paint(BOLD, names));
        }
        text
    }

    pub(super) fn add(&mut self, way: Way, facts: &Facts) -> String {
        self.had_no_room |= facts.left.is_none();
        match (self.format, self.at_length) {
            (LogFormat::Json, _) => json(way, facts),
            (LogFormat::Text, false) => self.row(way, facts),
            (LogFormat::Text, true) => self.at_length(way, facts),
        }
    }

    pub(super) fn finish(&self) -> String {
        if self.format == LogFormat::Json {
            return String::new();
        }
        let mut text = String::new();
        if !self.at_length {
            text += &format!("\n{LEGEND}\n");
        }
        if let Err(errno) = self.own_network {
            text += &format!("\n{}\n", not_counted(errno));
        }
        if self.had_no_room {
            text += &format!("\n{NO_ROOM}\n");
        }
        if !self.at_length {
            for way in Way::value_variants() {
                text += &format!("\n{}", self.explanation(*way));
            }
        }
        text
    }

    fn row(&self, way: Way, facts: &Facts) -> String {
        let bad = |is_bad: bool, cell: String| if is_bad { self.paint(RED, &cell) } else { cell };
        let count = |number: usize, width: usize| bad(number > 0, format!("{number:>width$}"));
        let wait = facts.wait();
        format!(
            "{}{:>5}{}{}{}{}{:>9}  {}\n",
            self.paint(BOLD, &format!("{:<12}", way.name())),
            facts.whole,
            count(facts.cut_off, 8),
            count(facts.no_time, 8),
            bad(facts.resets > Some(0), format!("{:>9}", facts.resets())),
            bad(wait > LONG, format!("{wait:>12} ms")),
            facts.most_held,
            facts.time_wait(),
        )
    }

    fn at_length(&self, way: Way, facts: &Facts) -> String {
        let mut text = self.explanation(way) + "\n";
        for (what, value) in [
            ("clients that saw the time whole", facts.whole.to_string()),
            ("clients that were cut off", facts.cut_off.to_string()),
            ("clients that saw no time", facts.no_time.to_string()),
            ("resets sent by the server", facts.resets()),
            ("the last client waited", format!("{} ms", facts.wait())),
            ("sockets held at most", facts.most_held.to_string()),
            ("TIME_WAIT held by", facts.time_wait()),
        ] {
            text += &format!("  {what:<34}{value:>9}\n");
        }
        text += "\nThe most sockets seen in each state at a time (/proc/net/tcp):\n";
        text += &self.paint(BOLD, "  state        server  client\n");
        for (state, name, meaning) in STATES {
            let [server, client] = [Side::Server, Side::Client].map(|s| facts.most.count(s, state));
            text += &format!("  {name:<12}{server:>7}{client:>8}  {meaning}\n");
        }
        text
    }

    fn explanation(&self, way: Way) -> String {
        let [first, second] = way.explanation();
        format!("{}\n  {first}\n  {second}\n", self.paint(BOLD, &way.name()))
    }

    fn paint(&self, color: &str, text: &str) -> String {
        if self.color { format!("{color}{text}{RESET}") } else { text.to_owned() }
    }
}

impl Facts {
    /// In milliseconds, rounded up: nobody is answered in none.
    fn wait(&self) -> u128 {
        self.longest_wait.as_micros().div_ceil(1000)
    }

    fn resets(&self) -> String {
        self.resets.map_or_else(|| "-".to_owned(), |number| number.to_string())
    }

    fn time_wait(&self) -> String {
        let Some(left) = &self.left else { return "unknown".to_owned() };
        let held = |side| left.count(side, State::TimeWait);
        match (held(Side::Server), held(Side::Client)) {
            (0, 0) => "nobody".to_owned(),
            (server, 0) => format!("server {server}"),
            (0, client) => format!("client {client}"),
            (server, client) => format!("both {server}+{client}"),
        }
    }
}

/// Why there is no number of resets.
fn not_counted(errno: Errno) -> String {
    format!(
        "server resets: - because the kernel counts them for a whole network namespace,\n\
         and one of its own is refused to the lab ({}). Root may\n\
         have one (sudo); in a container only with --privileged.",
        errno.desc()
    )
}

fn json(way: Way, facts: &Facts) -> String {
    let or_null = |number: Option<u64>| number.map_or("null".to_owned(), |n| n.to_string());
    let resets = or_null(facts.resets);
    let time_wait = |side| facts.left.map(|left| left.count(side, State::TimeWait) as u64);
    let [server, client] = [Side::Server, Side::Client].map(|side| or_null(time_wait(side)));
    format!(
        "{{\"way\":\"{}\",\"clients\":{CLIENTS},\"whole\":{},\"cut_off\":{},\"no_time\":{},\
         \"server_resets\":{resets},\"longest_wait_seconds\":{:.6},\"sockets_held\":{},\
         \"time_wait_server\":{server},\"time_wait_client\":{client}}}\n",
        way.name(),
        facts.whole,
        facts.cut_off,
        facts.no_time,
        facts.longest_wait.as_secs_f64(),
        facts.most_held,
    )
}

#[cfg(test)]
mod tests {
    use super::super::kernel::States;
    use super::*;

    /// As wide as a terminal is, at least.
    const WIDTH: usize = 80;

    #[test]
    fn the_header_and_the_rows_are_in_line_and_all_fits_a_terminal() {
        let mut text = String::new();
        for at_length in [false, true] {
            let mut table = Table::new(LogFormat::Text, false, at_length, Err(Errno::ENOSPC));
            text += &table.begin();
            let left = Some(States::default());
            let facts = Facts { cut_off: 60, resets: Some(60), left, ..Facts::default() };
            for way in Way::value_variants() {
                text += &table.add(*way, &facts);
            }
            text += &table.add(Way::Ring, &Facts::default());
            text += &table.finish();
        }
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        let row = text.lines().find(|line| line.starts_with("half+close ")).unwrap();
        let end = |text: &str, word: &str| text.find(word).unwrap() + word.len();
        assert_eq!(end(HEADER[1], "cut off"), end(row, " 60"));
        assert_eq!(end(HEADER[1], "up to"), end(row, " ms"));
        assert_eq!(HEADER[1].find("held by"), row.find("nobody"));
    }
}
