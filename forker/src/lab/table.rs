//! What was observed, in words: a table with a row for each strategy and two lines that explain it (`explanation`), or the
//! same as JSON. Printing is left to `watch`.

use std::ffi::CString;

use common::escape::escape;
use common::options::LogFormat;
use nix::errno::Errno;

use super::experiment::{Adopted, Adopter, Facts, Observed};
use super::link::Counts;
use super::pace::{TICK, TICKS};
use super::strategy::Strategy;
use crate::error::{advice, reason};
use crate::process::command;

const HEADER: [&str; 2] = [
    "                    statuses     zombies   ticks    forks  timed   fds orphans",
    "way         runs  known lost   peak left  missed  refused    out  held   go to",
];

/// Who adopts an orphan: `PR_SET_CHILD_SUBREAPER(2const)`.
const NEAREST: &str = "\
An orphan goes to the nearest subreaper above it, here the parent itself or the
stand-in for init. Where there is none, it goes to pid 1 of its pid namespace.";

const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[31m";
const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

/// How many zombies are listed one by one.
const LISTED: usize = 8;

/// As wide as a terminal is, at least.
const WIDTH: usize = 80;

/// The table, row by row; the explanations follow at the end.
pub(super) struct Table {
    shown: Vec<Strategy>,
    format: LogFormat,
    color: bool,
    /// One strategy alone is shown at length, not in a row.
    at_length: bool,
}

impl Table {
    pub(super) fn new(format: LogFormat, color: bool, at_length: bool) -> Self {
        Self { shown: Vec::new(), format, color, at_length }
    }

    pub(super) fn begin(&self, command: &[CString]) -> String {
        if self.format == LogFormat::Json {
            return String::new();
        }
        let mut text = format!(
            "{TICKS} ticks, one each {}ms, and at each a run of\n  {}\n\
             Each way is tried in a process of its own, below a stand-in for init.\n\n",
            TICK.as_millis(),
            shortened(&command::words(command), WIDTH - 2)
        );
        if !self.at_length {
            let [units, names] = HEADER;
            text += &format!("{}\n{}\n", self.paint(DIM, units), self.paint(BOLD, names));
        }
        text
    }

    pub(super) fn add(&mut self, strategy: Strategy, observed: &Observed) -> String {
        self.shown.push(strategy);
        match (observed, self.format, self.at_length) {
            (Ok(facts), LogFormat::Json, _) => json(strategy, facts),
            (Ok(facts), LogFormat::Text, false) => self.row(strategy, facts),
            (Ok(facts), LogFormat::Text, true) => self.facts_at_length(strategy, facts),
            (Err(errno), LogFormat::Json, _) => {
                format!("{{\"way\":\"{}\",\"error\":\"{}\"}}\n", strategy.name(), errno.desc())
            }
            (Err(errno), LogFormat::Text, _) => self.refusal(strategy, *errno),
        }
    }

    pub(super) fn finish(&self) -> String {
        if self.format == LogFormat::Json || self.at_length {
            return String::new();
        }
        let mut text = format!("\n{NEAREST}\n");
        for strategy in &self.shown {
            text += &format!("\n{}", self.explanation(*strategy));
        }
        text
    }

    fn row(&self, strategy: Strategy, facts: &Facts) -> String {
        let bad = |number: u64, width: usize| {
            let cell = format!("{number:>width$}");
            if number > 0 { self.paint(RED, &cell) } else { cell }
        };
        let counts = &facts.counts;
        format!(
            "{}{:>5}{:>7}{}{:>7}{}{}{}{}{:>6}{:>8}\n",
            self.paint(BOLD, &format!("{:<11}", strategy.name())),
            counts.runs,
            counts.statuses_known,
            bad(facts.statuses_lost(), 5),
            facts.zombies_peak.len(),
            bad(facts.zombies_left as u64, 5),
            bad(facts.ticks_missed(), 8),
            bad(counts.forks_refused, 9),
            bad(counts.timed_out, 7),
            counts.descriptors_held,
            facts.adopter(),
        )
    }

    fn refusal(&self, strategy: Strategy, errno: Errno) -> String {
        let name = self.paint(BOLD, &format!("{:<11}", strategy.name()));
        let way_out = match errno {
            Errno::ENOSYS | Errno::EPERM => "pidfd_open(2) needs Linux 5.3, and no seccomp filter",
            _ => advice(errno),
        };
        let mut text = format!("{name} refused: {}\n", reason(errno));
        for clause in way_out.split("; ").filter(|clause| !clause.is_empty()) {
            text += &format!("{:12}{clause}\n", "");
        }
        text
    }

    fn facts_at_length(&self, strategy: Strategy, facts: &Facts) -> String {
        let mut text = self.explanation(strategy) + "\n";
        for (what, _, value) in facts.numbers() {
            text += &format!("  {what:<24}{value:>7}\n");
        }
        text += &format!("  {:<24}{:>7}\n", "orphans go to", facts.adopter());
        if let Some(Adopted { orphan, by }) = &facts.adopted {
            let whose = match by {
                Adopter::Demonstrator => "the runs' parent, a subreaper itself.",
                Adopter::Init => "the stand-in for init.",
            };
            text += &format!(
                "\nAn orphan, {} (pid {}), now has the parent {}: {whose}\n{NEAREST}\n",
                shortened(&escape(&orphan.name), 20),
                orphan.pid,
                orphan.parent
            );
        }
        if facts.counts.forks_refused > 0 {
            text +=
                "\nA zombie counts for the limit on processes (ulimit -u) as a living one does.\n";
        }
        if facts.zombies_peak.is_empty() {
            return text + "\nThere never was a zombie to be seen.\n";
        }
        text += "\nWhat ps shows at the peak:\n";
        text += &self.paint(BOLD, "    PID    PPID STAT COMMAND\n");
        for zombie in facts.zombies_peak.iter().take(LISTED) {
            text += &format!(
                "{:>7} {:>7} Z    [{}] <defunct>\n",
                zombie.pid,
                zombie.parent,
                shortened(&escape(&zombie.name), 46)
            );
        }
        if facts.zombies_peak.len() > LISTED {
            text += &format!("    … and {} more\n", facts.zombies_peak.len() - LISTED);
        }
        if facts.zombies_left > 0 {
            text += &format!(
                "When their parent had ended, init adopted and reaped {}.\n",
                facts.reaped_by_init
            );
        }
        text
    }

    fn explanation(&self, strategy: Strategy) -> String {
        let [first, second] = strategy.explanation();
        format!("{}\n  {first}\n  {second}\n", self.paint(BOLD, &strategy.name()))
    }

    fn paint(&self, color: &str, text: &str) -> String {
        if self.color { format!("{color}{text}{RESET}") } else { text.to_owned() }
    }
}

impl Facts {
    /// What was counted: each in words, as JSON's key, and the number.
    fn numbers(&self) -> [(&'static str, &'static str, u64); 9] {
        let Counts { runs, statuses_known, forks_refused, timed_out, descriptors_held } =
            self.counts;
        [
            ("runs", "runs", runs),
            ("statuses known", "statuses_known", statuses_known),
            ("statuses lost", "statuses_lost", self.statuses_lost()),
            ("zombies at the peak", "zombies_peak", self.zombies_peak.len() as u64),
            ("zombies left at the end", "zombies_left", self.zombies_left as u64),
            ("ticks missed", "ticks_missed", self.ticks_missed()),
            ("forks refused", "forks_refused", forks_refused),
            ("waits timed out", "waits_timed_out", timed_out),
            ("descriptors held", "descriptors_held", descriptors_held),
        ]
    }

    fn adopter(&self) -> &'static str {
        match self.adopted.as_ref().map(|adopted| adopted.by) {
            Some(Adopter::Demonstrator) => "itself",
            Some(Adopter::Init) => "init",
            None => "-",
        }
    }
}

fn json(strategy: Strategy, facts: &Facts) -> String {
    let mut text = format!("{{\"way\":\"{}\"", strategy.name());
    for (_, key, value) in facts.numbers() {
        text += &format!(",\"{key}\":{value}");
    }
    let (adopter, parent) = match &facts.adopted {
        Some(Adopted { orphan, .. }) => {
            (format!("\"{}\"", facts.adopter()), orphan.parent.to_string())
        }
        None => ("null".to_owned(), "null".to_owned()),
    };
    text + &format!(",\"orphans_go_to\":{adopter},\"orphans_ppid\":{parent}}}\n")
}

/// A text in at most so many columns. What is not ASCII may be two columns wide.
fn shortened(text: &str, width: usize) -> String {
    let columns = |c: char| if c.is_ascii() { 1 } else { 2 };
    if text.chars().map(columns).sum::<usize>() <= width {
        return text.to_owned();
    }
    let mut left = width - 2;
    let fits = |c: &char| left.checked_sub(columns(*c)).map(|rest| left = rest).is_some();
    text.chars().take_while(fits).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_shortened_to_fit() {
        assert_eq!(shortened("sleep 1", 7), "sleep 1");
        assert_eq!(shortened("sleep 10", 7), "sleep…");
        assert_eq!(shortened("абв", 6), "абв");
        assert_eq!(shortened("абвг", 6), "аб…");
    }

    #[test]
    fn the_header_and_the_rows_are_in_line_and_fit_a_terminal() {
        let mut table = Table::new(LogFormat::Text, false, false);
        let facts = Facts { zombies_left: 1234, ..Facts::default() };
        let row = table.add(Strategy::DoubleFork, &Ok(facts));
        let refused: String = [Errno::ENOSYS, Errno::EAGAIN, Errno::EMFILE]
            .map(|errno| table.add(Strategy::Pidfd, &Err(errno)))
            .concat();
        let command = CString::new("x".repeat(200)).unwrap();
        let text = table.begin(&[command]) + &row + &refused + &table.finish();
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        let end = |text: &str, word: &str| text.find(word).unwrap() + word.len();
        assert_eq!(end(HEADER[1], " left"), end(&row, " 1234"));
        assert_eq!(HEADER.map(str::len), [row.trim_end().len(); 2]);
    }
}
