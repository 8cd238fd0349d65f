//! The command line, checked and turned into a [`Config`], which cannot hold a bad state. What the settings mean is in
//! `config`; that the files can be opened is left to `input` and `export`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Parser};
use common::config::Arguments;
use common::duration;
use common::escape::escape;
use common::options::CommonArgs;
use regex::bytes::Regex;

use crate::config::{Config, Draw, Naming, Outputs, Panels, Rules, Theme, YRange};
use crate::error::Error;

/// The shortest window: one of no time shows nothing.
const SHORTEST: Duration = Duration::from_millis(1);

/// Draws the numbers piped into it, however many, as they come
///
/// Opens a window that stays until it is closed. With --png, --svg, --csv or --summary it opens none, and writes at the
/// end of input.
#[derive(Debug, Parser)]
#[command(name = "live-plot", version, after_long_help = include_str!("help.txt"))]
#[command(args_override_self = true, max_term_width = 100)]
pub struct Args {
    /// File of numbers; - or nothing is standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Go on reading at the end of FILE, as it grows
    ///
    /// As tail -F does: also when it is truncated or another file gets its name, and when it is not there yet. What stands
    /// in it at the start is drawn before the beginning, as history. Without a window it ends at a signal.
    #[arg(long)]
    follow: bool,
    /// Time that is shown [default: 10s; all of a FILE]
    #[arg(short, long, value_name = "DURATION", value_parser = duration::at_least(SHORTEST))]
    window: Option<Duration>,
    /// Values that are shown: A to B, or fitted
    ///
    /// With log, fitted on a logarithmic axis. By default fitted; of typed numbers -10 to 10 while all visible ones fit.
    #[arg(short, long, value_name = "A:B|auto|log", allow_hyphen_values = true)]
    y_range: Option<YRange>,
    /// Join by step, line or points
    ///
    /// With step a value holds until the next one.
    #[arg(short, long, value_name = "HOW", default_value = "step", hide_possible_values = true)]
    draw: Draw,
    /// Draw each series, or each group, in a panel
    ///
    /// The panels share one time axis. Series that no group names have one more panel together.
    #[arg(long, value_name = "A,B;C", num_args = 0..=1, require_equals = true, default_missing_value = "each")]
    panels: Option<Panels>,
    /// Name the columns, from the first on
    #[arg(long, value_name = "A,B,…", value_delimiter = ',', action = ArgAction::Append)]
    names: Vec<String>,
    /// Draw only these series
    #[arg(long, value_name = "A,B,…", value_delimiter = ',', action = ArgAction::Append)]
    only: Vec<String>,
    /// Name the rows by these columns or keys
    ///
    /// Not by their first word. Under `gpu,power` the row `1,70` is `1.power` with --rows gpu: a series for each number of gpu.
    /// In JSON and pairs they are keys. With none no row has a name: its words are states or remarks.
    #[arg(long, value_name = "A,B,…", value_delimiter = ',', action = ArgAction::Append)]
    #[arg(hide_short_help = true)]
    rows: Vec<String>,
    /// Draw a line without a number as a mark
    ///
    /// A vertical line with its text, where it came among the numbers; with --time at its own time, if it begins with one.
    #[arg(long)]
    marks: bool,
    /// Draw the change per second of each series
    ///
    /// Where samples have numbers and no times, the change per sample.
    #[arg(long)]
    rate: bool,
    /// Take what the named groups of this match
    ///
    /// As in `took (?<ms>[0-9.]+)`. A group called time is the time, one called name the name of the row. Lines that do not
    /// match are passed over.
    #[arg(long = "match", value_name = "REGEX", value_parser = pattern)]
    pattern: Option<Regex>,
    /// Take the time from this column or key
    ///
    /// Not from arrival. A time is RFC 3339, a date and a clock time (local time), a clock time, or seconds, milliseconds,
    /// microseconds or nanoseconds since 1970; below 1e8 it is elapsed seconds, but 20261126 a date. DATE,CLOCK joins two
    /// columns.
    #[arg(long, value_name = "NAME", value_delimiter = ',', num_args = 1)]
    time: Vec<String>,
    /// Show clock times in UTC, not local time
    #[arg(long, hide_short_help = true)]
    utc: bool,
    /// Title above the plot
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Unit of the values
    ///
    /// Seldom needed: numbers may bear their units themselves.
    #[arg(long, value_name = "TEXT", hide_short_help = true)]
    unit: Option<String>,
    /// Width and height, in pixels [default: 1280x720]
    ///
    /// That of a still of --terminal in cells; 80x24 by default.
    #[arg(long, value_name = "WxH", value_parser = size, hide_short_help = true)]
    size: Option<(u16, u16)>,
    /// Colours: system, dark or light
    #[arg(long, value_name = "THEME", default_value = "system", hide_possible_values = true)]
    #[arg(hide_short_help = true)]
    theme: Theme,
    /// Memory for raw samples
    ///
    /// Older samples stay as minima and maxima.
    #[arg(long, value_name = "SIZE", default_value = "256MiB", value_parser = bytes)]
    #[arg(hide_short_help = true)]
    history: usize,
    /// Draw in this terminal, in characters
    ///
    /// By itself where there is a terminal, but no display. If stdout is no terminal, or with the options below, one still
    /// of the whole input is printed at its end.
    #[arg(long, help_heading = "Without a window")]
    terminal: bool,
    /// Write a picture to this file, - for stdout
    #[arg(long, value_name = "FILE", help_heading = "Without a window")]
    png: Option<PathBuf>,
    /// Write a vector picture to this file, - for stdout
    #[arg(long, value_name = "FILE", help_heading = "Without a window")]
    svg: Option<PathBuf>,
    /// Write every sample to this file, - for stdout
    #[arg(long, value_name = "FILE", help_heading = "Without a window")]
    csv: Option<PathBuf>,
    /// Print a line about each series
    ///
    /// On stdout: its count, minimum, maximum, mean and percentiles.
    #[arg(long, help_heading = "Without a window")]
    summary: bool,
    /// Close the window at the end of input
    #[arg(long)]
    exit: bool,
    /// Show errors in a window, too
    ///
    /// For a start from a desktop, where nobody reads stderr: that FILE cannot be read is shown until the window is closed.
    #[arg(long, hide_short_help = true)]
    show_errors: bool,
    #[command(flatten)]
    common: CommonArgs,
}

impl Arguments for Args {
    fn common(&self) -> &CommonArgs {
        &self.common
    }
}

/// Width and height: what their unit is, and which are sensible, other options decide.
fn size(text: &str) -> Result<(u16, u16), String> {
    let number = |text: &str| text.parse::<u16>().ok().filter(|n| *n > 0);
    text.split_once('x')
        .and_then(|(width, height)| Some((number(width)?, number(height)?)))
        .ok_or_else(|| "write WIDTHxHEIGHT, for example 1280x720".to_owned())
}

/// The size of a picture in pixels, and of one in cells.
fn sizes(size: Option<(u16, u16)>, in_cells: bool) -> Result<[(u16, u16); 2], Error> {
    let (pixels, cells) = ((1280, 720), (80, 24));
    match size {
        None => Ok([pixels, cells]),
        Some(size @ (20..=1000, 5..=500)) if in_cells => Ok([pixels, size]),
        Some(size @ (200..=16_384, 200..=16_384)) if !in_cells => Ok([size, cells]),
        Some(size) => Err(Error::Size { size, in_cells }),
    }
}

/// A regular expression with a name for each series.
fn pattern(text: &str) -> Result<Regex, String> {
    let way_out = "write for example 'took (?<ms>[0-9.]+)'";
    let regex = Regex::new(text).map_err(|problem| {
        let problem = problem.to_string();
        // The last line is what is wrong, those before it show where.
        let last =
            problem.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        format!("{last}; {way_out}")
    })?;
    let has_names = regex.capture_names().flatten().next().is_some();
    has_names.then_some(regex).ok_or_else(|| format!("none of its groups has a name; {way_out}"))
}

/// A size in bytes.
fn bytes(text: &str) -> Result<usize, String> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let shift = match unit.trim() {
        "KiB" | "K" => 10,
        "MiB" | "M" => 20,
        "GiB" | "G" => 30,
        _ => return Err("write a whole number of KiB, MiB or GiB, for example 256MiB".to_owned()),
    };
    let size = digits.parse::<usize>().ok().and_then(|number| number.checked_mul(1 << shift));
    match size {
        Some(size) if size >= 1 << 20 => Ok(size),
        Some(_) => Err("it must be at least 1MiB".to_owned()),
        None => Err("it is more than a machine can have; write for example 256MiB".to_owned()),
    }
}

impl TryFrom<Args> for Config {
    type Error = Error;

    fn try_from(args: Args) -> Result<Self, Error> {
        let mut outputs = Outputs {
            still: false,
            png: args.png,
            svg: args.svg,
            csv: args.csv,
            summary: args.summary,
        };
        // Beside them there is no live screen.
        outputs.still = args.terminal && outputs.any();
        if outputs.to_stdout() > 1 {
            return Err(Error::Stdout);
        }
        let file = args.file.filter(|path| path.as_os_str() != "-");
        if args.follow && file.is_none() {
            return Err(Error::Follow);
        }
        // Names in the input are escaped, too.
        let escaped =
            |names: Vec<String>| names.iter().map(|name| escape(name).into_owned()).collect();
        let (names, only) = (escaped(args.names), escaped(args.only));
        let rows = args.rows;
        let has_time_group =
            |regex: &Regex| regex.capture_names().flatten().any(|name| name == "time");
        let mut time = args.time;
        if time.is_empty() && args.pattern.as_ref().is_some_and(has_time_group) {
            time.push("time".to_owned());
        }
        if time.len() > 2 {
            return Err(Error::Times);
        }
        let [size, cells] = sizes(args.size, args.terminal && !outputs.is_figure())?;
        Ok(Self {
            file,
            follow: args.follow,
            // Known once it is open.
            is_whole: false,
            rules: Rules {
                naming: Naming { names, only, rows, time },
                pattern: args.pattern,
                marks: args.marks,
                rate: args.rate,
            },
            window: args.window,
            y_range: args.y_range,
            draw: args.draw,
            title: args.title,
            unit: args.unit,
            size,
            cells,
            terminal: args.terminal,
            color: args.common.color,
            panels: args.panels.unwrap_or_default(),
            utc: args.utc,
            theme: args.theme,
            history: args.history,
            outputs,
            exit: args.exit,
            show_errors: args.show_errors,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units_and_limits() {
        assert_eq!(bytes("256MiB"), Ok(256 << 20));
        assert_eq!(size("1280x720"), Ok((1280, 720)));
        assert_eq!(sizes(Some((100, 30)), true).unwrap(), [(1280, 720), (100, 30)]);
        assert_eq!(sizes(Some((200, 200)), false).unwrap(), [(200, 200), (80, 24)]);
        for (bad, in_cells) in [((1280, 720), true), ((19, 5), true), ((100, 30), false)] {
            assert!(sizes(Some(bad), in_cells).is_err(), "{bad:?}");
        }
        for bad in ["", "5", "1KiB", "-1MiB", "99999999999GiB", "1.5GiB"] {
            assert!(bytes(bad).is_err(), "{bad}");
        }
        for bad in ["", "1280", "0x10", "99999x99999", "axb"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }
}
