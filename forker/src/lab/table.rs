//! What the lab prints: a table with a row for each strategy and two lines that explain it, or the same as JSON.

use std::ffi::CString;

use common::options::LogFormat;
use common::output;
use nix::errno::Errno;

use super::experiment::{Facts, TICK, TICKS};
use super::strategy::Strategy;
use crate::error::Error;
use crate::process::command;

const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[31m";
const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

/// How many zombies are listed one by one.
const LISTED: usize = 8;

/// The table, printed row by row; the explanations follow at the end.
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

    pub(super) fn begin(&self, command: &[CString]) -> Result<(), Error> {
        if self.format == LogFormat::Json {
            return Ok(());
        }
        print(&format!(
            "{TICKS} ticks, one each {}ms, and a run at each: {}\n\
             Each way is tried in a process of its own, with the lab as its init.\n\n",
            TICK.as_millis(),
            command::words(command)
        ))?;
        if self.at_length {
            return Ok(());
        }
        let units = "                     statuses      zombies    ticks  descriptors   orphans\n";
        let names = "way          runs  known  lost   peak  left  missed         held     go to\n";
        print(&self.paint(DIM, units))?;
        print(&self.paint(BOLD, names))
    }

    pub(super) fn add(&mut self, strategy: Strategy, facts: &Facts) -> Result<(), Error> {
        self.shown.push(strategy);
        match (self.format, self.at_length) {
            (LogFormat::Json, _) => print(&json(strategy, facts)),
            (LogFormat::Text, false) => print(&self.row(strategy, facts)),
            (LogFormat::Text, true) => print(&self.facts_at_length(strategy, facts)),
        }
    }

    pub(super) fn finish(&self) -> Result<(), Error> {
        if self.format == LogFormat::Text && !self.at_length {
            for strategy in &self.shown {
                let [first, second] = strategy.explanation();
                print(&format!(
                    "\n{}\n  {first}\n  {second}\n",
                    self.paint(BOLD, strategy.name())
                ))?;
            }
        }
        Ok(())
    }

    fn row(&self, strategy: Strategy, facts: &Facts) -> String {
        let bad = |number: u64, width: usize| {
            let cell = format!("{number:>width$}");
            if number > 0 { self.paint(RED, &cell) } else { cell }
        };
        format!(
            "{}{:>5}{:>7}{}{:>7}{}{}{:>13}{:>10}\n",
            self.paint(BOLD, &format!("{:<12}", strategy.name())),
            facts.runs,
            facts.statuses_known,
            bad(facts.statuses_lost(), 6),
            facts.zombies_peak.len(),
            bad(facts.zombies_left as u64, 6),
            bad(facts.ticks_missed, 8),
            facts.descriptors_held,
            facts.orphans_go_to.unwrap_or("-"),
        )
    }

    fn facts_at_length(&self, strategy: Strategy, facts: &Facts) -> String {
        let [first, second] = strategy.explanation();
        let mut text = format!("{}\n  {first}\n  {second}\n\n", self.paint(BOLD, strategy.name()));
        for (what, value) in [
            ("runs", facts.runs.to_string()),
            ("statuses known", facts.statuses_known.to_string()),
            ("statuses lost", facts.statuses_lost().to_string()),
            ("zombies at the peak", facts.zombies_peak.len().to_string()),
            ("zombies left at the end", facts.zombies_left.to_string()),
            ("ticks missed", facts.ticks_missed.to_string()),
            ("descriptors held", facts.descriptors_held.to_string()),
            ("orphans go to", facts.orphans_go_to.unwrap_or("-").to_owned()),
        ] {
            text += &format!("  {what:<24}{value:>7}\n");
        }
        if facts.zombies_peak.is_empty() {
            return text + "\nThere never was a zombie to be seen.\n";
        }
        text += "\nWhat ps shows at the peak:\n";
        text += &self.paint(BOLD, "    PID    PPID STAT COMMAND\n");
        for zombie in facts.zombies_peak.iter().take(LISTED) {
            text += &format!(
                "{:>7} {:>7} Z    [{}] <defunct>\n",
                zombie.pid, zombie.parent, zombie.name
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

    fn paint(&self, color: &str, text: &str) -> String {
        if self.color { format!("{color}{text}{RESET}") } else { text.to_owned() }
    }
}

impl Facts {
    fn statuses_lost(&self) -> u64 {
        self.runs.saturating_sub(self.statuses_known)
    }
}

impl Strategy {
    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Wait => "wait",
            Self::Sigchld => "sigchld",
            Self::Pidfd => "pidfd",
            Self::Ignore => "ignore",
            Self::DoubleFork => "double-fork",
        }
    }

    fn explanation(self) -> [&'static str; 2] {
        match self {
            Self::None => [
                "The parent never waits. Each child that has ended stays a zombie: it keeps its",
                "pid and its status for a parent that does not ask for them.",
            ],
            Self::Wait => [
                "The parent waits for each run at once. Every status is known, but meanwhile",
                "the parent can do nothing else, and misses ticks.",
            ],
            Self::Sigchld => [
                "SIGCHLD reports that a child has ended, and wait returns which. forker does",
                "this. As a subreaper it adopts the orphans too, and reaps them.",
            ],
            Self::Pidfd => [
                "Each child has a descriptor that becomes readable at its end. It needs no",
                "signal and no pid, which may be another's by now, but a descriptor a run.",
            ],
            Self::Ignore => [
                "With SIGCHLD ignored the kernel reaps each child: no zombie, but no status.",
                "It is inherited over exec: a command that waits gets no status either.",
            ],
            Self::DoubleFork => [
                "A child in between forks the run and ends, so init adopts the run from birth:",
                "no zombie here, but only init gets the status and the time of the end.",
            ],
        }
    }
}

fn json(strategy: Strategy, facts: &Facts) -> String {
    let orphans = facts.orphans_go_to.map_or_else(|| "null".to_owned(), |who| format!("\"{who}\""));
    format!(
        "{{\"way\":\"{}\",\"runs\":{},\"statuses_known\":{},\"statuses_lost\":{},\"zombies_peak\":{},\
         \"zombies_left\":{},\"ticks_missed\":{},\"descriptors_held\":{},\"orphans_go_to\":{orphans}}}\n",
        strategy.name(),
        facts.runs,
        facts.statuses_known,
        facts.statuses_lost(),
        facts.zombies_peak.len(),
        facts.zombies_left,
        facts.ticks_missed,
        facts.descriptors_held,
    )
}

fn print(text: &str) -> Result<(), Error> {
    output::print(text.as_bytes())
        .map_err(|error| Error::Stdout(Errno::try_from(error).unwrap_or(Errno::UnknownErrno)))
}
