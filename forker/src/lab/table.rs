//! The lab's page: a table that says it at a glance, two lines a way that say why, or the same as JSON.

use common::options::LogFormat;
use common::output;
use nix::errno::Errno;

use super::experiment::{Facts, TICK, TICKS};
use super::{Kind, Lab};
use crate::Error;
use crate::process::command;

const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[31m";
const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

/// How many zombies are listed one by one.
const LISTED: usize = 8;

/// The page as it grows: a row when a way has been seen, the reasons at the end.
pub(super) struct Page {
    seen: Vec<Kind>,
    format: LogFormat,
    color: bool,
    only: bool,
}

impl Page {
    pub(super) fn new(lab: &Lab, color: bool) -> Result<Self, Error> {
        let page = Self { seen: Vec::new(), format: lab.format, color, only: lab.only.is_some() };
        if page.format == LogFormat::Text {
            let command = command::words(&lab.command);
            print(&format!(
                "{TICKS} ticks, one each {}ms, and a run at each: {command}
",
                TICK.as_millis()
            ))?;
            print("Each way is tried in a process of its own, with the lab as its init.\n\n")?;
        }
        if page.format == LogFormat::Text && !page.only {
            print(&page.paint(
                DIM,
                "                     statuses      zombies    ticks  descriptors   orphans\n",
            ))?;
            print(&page.paint(
                BOLD,
                "way          runs  known  lost   peak  left  missed         held     go to\n",
            ))?;
        }
        Ok(page)
    }

    pub(super) fn add(&mut self, kind: Kind, facts: &Facts) -> Result<(), Error> {
        self.seen.push(kind);
        match (self.format, self.only) {
            (LogFormat::Json, _) => print(&json(kind, facts)),
            (LogFormat::Text, false) => print(&self.row(kind, facts)),
            (LogFormat::Text, true) => print(&self.at_length(kind, facts)),
        }
    }

    pub(super) fn finish(&self) -> Result<(), Error> {
        if self.format == LogFormat::Text && !self.only {
            for kind in &self.seen {
                let [first, second] = kind.why();
                print(&format!("\n{}\n  {first}\n  {second}\n", self.paint(BOLD, kind.name())))?;
            }
        }
        Ok(())
    }

    fn row(&self, kind: Kind, facts: &Facts) -> String {
        let bad = |number: u64, width: usize| {
            let cell = format!("{number:>width$}");
            if number > 0 { self.paint(RED, &cell) } else { cell }
        };
        format!(
            "{}{:>5}{:>7}{}{:>7}{}{}{:>13}{:>10}\n",
            self.paint(BOLD, &format!("{:<12}", kind.name())),
            facts.runs,
            facts.known,
            bad(facts.lost(), 6),
            facts.peak.len(),
            bad(facts.left as u64, 6),
            bad(facts.missed, 8),
            facts.descriptors,
            facts.orphans_go_to.unwrap_or("-"),
        )
    }

    fn at_length(&self, kind: Kind, facts: &Facts) -> String {
        let [first, second] = kind.why();
        let mut text = format!("{}\n  {first}\n  {second}\n\n", self.paint(BOLD, kind.name()));
        for (what, value) in [
            ("runs", facts.runs.to_string()),
            ("statuses known", facts.known.to_string()),
            ("statuses lost", facts.lost().to_string()),
            ("zombies at the peak", facts.peak.len().to_string()),
            ("zombies left at the end", facts.left.to_string()),
            ("ticks missed", facts.missed.to_string()),
            ("descriptors held", facts.descriptors.to_string()),
            ("orphans go to", facts.orphans_go_to.unwrap_or("-").to_owned()),
        ] {
            text += &format!("  {what:<24}{value:>7}\n");
        }
        if facts.peak.is_empty() {
            return text + "\nThere never was a zombie to be seen.\n";
        }
        text += "\nWhat ps shows at the peak:\n";
        text += &self.paint(BOLD, "    PID    PPID STAT COMMAND\n");
        for zombie in facts.peak.iter().take(LISTED) {
            text += &format!(
                "{:>7} {:>7} Z    [{}] <defunct>\n",
                zombie.pid, zombie.parent, zombie.name
            );
        }
        if facts.peak.len() > LISTED {
            text += &format!("    … and {} more\n", facts.peak.len() - LISTED);
        }
        if facts.left > 0 {
            text += &format!(
                "When their parent had ended, init adopted and reaped {}.\n",
                facts.inherited
            );
        }
        text
    }

    fn paint(&self, color: &str, text: &str) -> String {
        if self.color { format!("{color}{text}{RESET}") } else { text.to_owned() }
    }
}

impl Facts {
    fn lost(&self) -> u64 {
        self.runs.saturating_sub(self.known)
    }
}

impl Kind {
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

    fn why(self) -> [&'static str; 2] {
        match self {
            Self::None => [
                "Nobody waits. Each child that has ended stays a zombie, to",
                "keep its pid and its status for a parent that never asks.",
            ],
            Self::Wait => [
                "The parent waits for each run at once. Every status is known, but meanwhile",
                "the parent can do nothing else, and ticks pass it by.",
            ],
            Self::Sigchld => [
                "A signal, read as data, says that someone has ended, and wait says who: this",
                "is forker's way. As a subreaper it adopts the orphans too, and reaps them.",
            ],
            Self::Pidfd => [
                "Each child has a descriptor that becomes readable at its end. No signal, and",
                "no pid that may be another's by now, for a descriptor held by each run.",
            ],
            Self::Ignore => [
                "The kernel, told that nobody will ask, reaps each child itself: no zombie, but",
                "no status. It passes on over exec, and surprises commands that do wait.",
            ],
            Self::DoubleFork => [
                "A child in between forks the run and ends, so init adopts the run from birth:",
                "no zombie here, but it is init that learns the status, and when it ended.",
            ],
        }
    }
}

fn json(kind: Kind, facts: &Facts) -> String {
    let orphans = facts.orphans_go_to.map_or_else(|| "null".to_owned(), |who| format!("\"{who}\""));
    format!(
        "{{\"way\":\"{}\",\"runs\":{},\"statuses_known\":{},\"statuses_lost\":{},\"zombies_peak\":{},\
         \"zombies_left\":{},\"ticks_missed\":{},\"descriptors_held\":{},\"orphans_go_to\":{orphans}}}\n",
        kind.name(),
        facts.runs,
        facts.known,
        facts.lost(),
        facts.peak.len(),
        facts.left,
        facts.missed,
        facts.descriptors,
    )
}

fn print(text: &str) -> Result<(), Error> {
    output::print(text.as_bytes())
        .map_err(|error| Error::Stdout(Errno::try_from(error).unwrap_or(Errno::UnknownErrno)))
}
