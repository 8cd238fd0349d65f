//! What a program logs: on stderr, as plain sentences or as JSON.
//!
//! In text a line is the event's message alone. The event's fields are the same facts as data: `--log-format json` writes
//! them, with time and level. Errors begin with the program's name, because in a pipe several programs share one terminal.
//! A blocked stderr never blocks the program ([`crate::output`]). On the journal each line of text begins with its level,
//! `<4>` for a warning, which journald takes off (sd-daemon(3)): `journalctl -p warning` then shows what it says.

use std::fmt;
use std::io::{self, IsTerminal, Stderr};
use std::os::fd::AsFd;
use std::sync::LazyLock;

use nix::sys::stat::fstat;
use parking_lot::Mutex;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;

use crate::escape;
use crate::options::{ColorChoice, CommonArgs, LogFormat};
use crate::output::Output;

static STDERR: LazyLock<Mutex<Output<Stderr>>> =
    LazyLock::new(|| Mutex::new(Output::for_log(io::stderr())));

/// The program's stderr: watch it and flush it from the event loop while something is pending.
#[must_use]
pub fn stderr() -> &'static Mutex<Output<Stderr>> {
    &STDERR
}

/// Starts logging as the common options ask. A second call changes nothing.
pub fn start(program: &str, args: &CommonArgs) {
    let builder = tracing_subscriber::fmt()
        .with_max_level(level(args))
        .with_writer(|| Line)
        .with_ansi(false)
        .log_internal_errors(false);
    let own = own(program, level(args));
    let started = match args.log_format {
        LogFormat::Text => {
            let color = is_colored(args.color, io::stderr().is_terminal());
            let journal = is_journal(&io::stderr());
            let text = builder.event_format(Text { program: program.to_owned(), color, journal });
            tracing::subscriber::set_global_default(text.finish().with(own))
        }
        LogFormat::Json => tracing::subscriber::set_global_default(
            builder
                .json()
                .with_writer(|| JsonLine)
                .flatten_event(true)
                .with_target(false)
                .with_current_span(false)
                .with_span_list(false)
                .finish()
                .with(own),
        ),
    };
    // Refused only when logging runs already.
    started.ok();
}

/// Lets through the events of our own crates. Those of libraries (winit's, say) come only with `-vv`.
fn own(program: &str, level: LevelFilter) -> Targets {
    let others = match level {
        LevelFilter::TRACE => level,
        _ => LevelFilter::OFF,
    };
    Targets::new()
        .with_default(others)
        .with_target(program.replace('-', "_"), level)
        .with_target(env!("CARGO_PKG_NAME"), level)
}

/// Whether to colour what goes to a stream that is or is not a terminal (<https://no-color.org>).
#[must_use]
pub fn is_colored(choice: ColorChoice, is_terminal: bool) -> bool {
    let variable = |name| std::env::var_os(name).unwrap_or_default();
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            is_terminal && variable("NO_COLOR").is_empty() && variable("TERM") != "dumb"
        }
    }
}

/// Whether `stderr` is the journal: `JOURNAL_STREAM` names its device and inode (systemd.exec(5)).
fn is_journal(stderr: &impl AsFd) -> bool {
    let named = std::env::var("JOURNAL_STREAM").unwrap_or_default();
    fstat(stderr).is_ok_and(|stat| named == format!("{}:{}", stat.st_dev, stat.st_ino))
}

/// `-v` and `-q` move the level up and down from INFO.
fn level(args: &CommonArgs) -> LevelFilter {
    match i16::from(args.verbose) - i16::from(args.quiet) {
        ..=-3 => LevelFilter::OFF,
        -2 => LevelFilter::ERROR,
        -1 => LevelFilter::WARN,
        0 => LevelFilter::INFO,
        1 => LevelFilter::DEBUG,
        2.. => LevelFilter::TRACE,
    }
}

/// The writer of one event: tracing-subscriber hands it the whole line at once.
struct Line;

impl io::Write for Line {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        STDERR.lock().push(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The writer of one record, in which serde has left C1 and the bidirectional controls as they are.
struct JsonLine;

impl io::Write for JsonLine {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        Line.write(escape::json(&String::from_utf8_lossy(line)).as_bytes()).map(|_| line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The text format: the message alone, an error after the program's name.
struct Text {
    program: String,
    color: bool,
    journal: bool,
}

impl<S, N> FormatEvent<S, N> for Text
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut line: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        const RED: &str = "\x1b[31m";
        const YELLOW: &str = "\x1b[33m";
        const DIM: &str = "\x1b[2m";
        const RESET: &str = "\x1b[0m";
        let level = *event.metadata().level();
        let start = match level {
            Level::ERROR => RED,
            Level::WARN => YELLOW,
            Level::INFO => "",
            _ => DIM,
        };
        let mut message = Message(String::new());
        event.record(&mut message);
        let Message(mut message) = message;
        if level == Level::ERROR {
            message = format!("{}: {message}", self.program);
        }
        if self.color && !start.is_empty() {
            message = format!("{start}{message}{RESET}");
        }
        if !self.journal {
            return writeln!(line, "{message}");
        }
        let priority = match level {
            Level::ERROR => 3,
            Level::WARN => 4,
            Level::INFO => 6,
            _ => 7,
        };
        // Each line is an entry of its own.
        message.lines().try_for_each(|text| writeln!(line, "<{priority}>{text}"))
    }
}

/// Picks an event's message out of its fields.
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbose_and_quiet_move_the_level_from_info() {
        let level = |verbose, quiet| level(&CommonArgs { verbose, quiet, ..CommonArgs::default() });
        assert_eq!(level(0, 0), LevelFilter::INFO);
        assert_eq!(level(0, 1), LevelFilter::WARN);
        assert_eq!(level(0, 2), LevelFilter::ERROR);
        assert_eq!(level(0, 9), LevelFilter::OFF);
        assert_eq!(level(2, 1), LevelFilter::DEBUG);
        assert_eq!(level(255, 0), LevelFilter::TRACE);
    }

    #[test]
    fn color_goes_to_terminals_unless_chosen_otherwise() {
        assert!(is_colored(ColorChoice::Always, false));
        assert!(!is_colored(ColorChoice::Never, true));
        assert!(!is_colored(ColorChoice::Auto, false));
    }
}
