//! The command line, and the configuration it becomes, which cannot hold a bad state.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{ArgAction, Parser, ValueEnum};
use common::config::Arguments;
use common::escape::escape;
use common::options::CommonArgs;
use nix::fcntl::OFlag;

use crate::error::Error;
use crate::export::Outputs;
use crate::input::source::Source;
use crate::input::{Naming, Rules};
use crate::picture::decimate::Draw;
use crate::series::store::Axis;

/// The window's length when nothing says otherwise, as in the first live plot this one grew out of.
const WINDOW: Duration = Duration::from_secs(10);

/// Draws the numbers piped into it, however many, as they come
///
/// In a window that stays open until it is closed; with --png, --svg, --csv or --summary without a window, at the end of
/// input.
#[derive(Debug, Parser)]
#[command(name = "live-plot", version, after_long_help = include_str!("help.txt"))]
#[command(args_override_self = true, max_term_width = 100)]
pub struct Args {
    /// File of numbers; - or nothing is standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Time that is shown [default: 10s; all of a FILE]
    #[arg(short, long, value_name = "DURATION", value_parser = window)]
    window: Option<Duration>,
    /// Values that are shown: A to B, or fitted
    ///
    /// By default -10 to 10 while all visible values fit, else fitted.
    #[arg(short, long, value_name = "A:B|auto", allow_hyphen_values = true)]
    y_range: Option<YRange>,
    /// Join values as step, line or points
    ///
    /// With step a value holds until the next one.
    #[arg(short, long, value_name = "HOW", default_value = "step", hide_possible_values = true)]
    draw: Draw,
    /// Name the columns, from the first on
    #[arg(long, value_name = "A,B,…", value_delimiter = ',', action = ArgAction::Append)]
    names: Vec<String>,
    /// Draw only these series
    #[arg(long, value_name = "A,B,…", value_delimiter = ',', action = ArgAction::Append)]
    only: Vec<String>,
    /// Draw the change a second of each series, a counter
    #[arg(long)]
    rate: bool,
    /// Take the time from this column or key
    ///
    /// Not from arrival. A time is RFC 3339, or seconds, milliseconds, microseconds or nanoseconds since 1970.
    #[arg(long, value_name = "NAME")]
    time: Option<String>,
    /// Title above the plot
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Unit of the values
    #[arg(long, value_name = "TEXT")]
    unit: Option<String>,
    /// Width and height, in pixels
    #[arg(long, value_name = "WxH", default_value = "1280x720", value_parser = size)]
    size: (u16, u16),
    /// Colours: system, dark or light
    #[arg(long, value_name = "THEME", default_value = "system", hide_possible_values = true)]
    theme: Theme,
    /// Memory for raw samples
    ///
    /// Older samples stay as minima and maxima.
    #[arg(long, value_name = "SIZE", default_value = "256MiB", value_parser = bytes)]
    history: usize,
    /// Write a picture to this file, - for stdout
    #[arg(long, value_name = "FILE", help_heading = "Without a window")]
    png: Option<PathBuf>,
    /// Write a vector picture to this file
    #[arg(long, value_name = "FILE", help_heading = "Without a window")]
    svg: Option<PathBuf>,
    /// Write every sample to this file
    #[arg(long, value_name = "FILE", help_heading = "Without a window")]
    csv: Option<PathBuf>,
    /// Print a line about each series
    ///
    /// On stdout: its count, minimum, maximum and mean.
    #[arg(long, help_heading = "Without a window")]
    summary: bool,
    /// Close the window at the end of input
    #[arg(long)]
    exit: bool,
    #[command(flatten)]
    common: CommonArgs,
}

impl Arguments for Args {
    fn common(&self) -> &CommonArgs {
        &self.common
    }
}

/// A window of no time shows nothing.
fn window(text: &str) -> Result<Duration, String> {
    let window: Duration = text
        .parse::<humantime::Duration>()
        .map_err(|error| format!("{error}; write 500ms, 10s or 1h30m"))?
        .into();
    if window < Duration::from_millis(1) {
        return Err("a window is at least 1ms long".to_owned());
    }
    Ok(window)
}

/// Width and height, in pixels.
fn size(text: &str) -> Result<(u16, u16), String> {
    let number = |text: &str| text.parse::<u16>().ok().filter(|n| (200..=16_384).contains(n));
    text.split_once('x')
        .and_then(|(width, height)| Some((number(width)?, number(height)?)))
        .ok_or_else(|| {
            "write WIDTHxHEIGHT in pixels, each from 200 to 16384, for example 1280x720".to_owned()
        })
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
    size.filter(|size| *size >= 1 << 20).ok_or_else(|| "a history is at least 1MiB".to_owned())
}

/// Light on dark, or dark on light.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Theme {
    /// As the desktop has it; dark where it does not say.
    #[default]
    System,
    /// Light on dark.
    Dark,
    /// Dark on light.
    Light,
}

/// Which values are seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum YRange {
    /// What is visible, fitted.
    Auto,
    /// These, from the lesser to the greater.
    Fixed(f64, f64),
}

impl FromStr for YRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| n.is_finite());
        if text == "auto" {
            return Ok(Self::Auto);
        }
        match text.split_once(':').map(|(a, b)| (number(a), number(b))) {
            Some((Some(a), Some(b))) if a < b && (b - a).is_finite() => Ok(Self::Fixed(a, b)),
            Some((Some(_), Some(_))) => Err("A must be less than B in A:B".to_owned()),
            _ => Err("write two numbers as A:B, for example 0:100, or auto".to_owned()),
        }
    }
}

/// What to draw, from where and how.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file to read; standard input if there is none.
    pub file: Option<PathBuf>,
    /// How lines are read.
    pub rules: Rules,
    /// How much time is seen; everything if `None`.
    pub window: Option<Duration>,
    /// Which values are seen; `None` is −10 to 10 while all that is visible fits.
    pub y_range: Option<YRange>,
    /// How the values are joined.
    pub draw: Draw,
    /// What stands over the picture.
    pub title: Option<String>,
    /// What stands at the axis of the values.
    pub unit: Option<String>,
    /// Width and height, in pixels.
    pub size: (u16, u16),
    /// Light or dark.
    pub theme: Theme,
    /// What raw samples may take, in bytes.
    pub history: usize,
    /// What is written; a window opens if nothing is.
    pub outputs: Outputs,
    /// Whether the window closes at the end of input.
    pub exit: bool,
}

/// How the values are shown.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// What the horizontal axis is.
    pub axis: Axis,
    /// How the values are joined.
    pub draw: Draw,
    /// Which values are seen.
    pub y_range: Option<YRange>,
}

impl TryFrom<Args> for Config {
    type Error = Error;

    fn try_from(args: Args) -> Result<Self, Error> {
        let outputs =
            Outputs { png: args.png, svg: args.svg, csv: args.csv, summary: args.summary };
        if outputs.files_to_stdout() + usize::from(outputs.summary) > 1 {
            return Err(Error::Stdout);
        }
        // A window shows the newest of what comes; a file or an export is looked at whole.
        let file = args.file.filter(|path| path.as_os_str() != "-");
        let is_whole = file.is_some() || outputs.any();
        // As names in the input are.
        let escaped =
            |names: Vec<String>| names.iter().map(|name| escape(name).into_owned()).collect();
        let (names, only) = (escaped(args.names), escaped(args.only));
        Ok(Self {
            file,
            rules: Rules { naming: Naming { names, only, time: args.time }, rate: args.rate },
            window: args.window.or((!is_whole).then_some(WINDOW)),
            y_range: args.y_range,
            draw: args.draw,
            title: args.title,
            unit: args.unit,
            size: args.size,
            theme: args.theme,
            history: args.history,
            outputs,
            exit: args.exit,
        })
    }
}

impl Config {
    /// What the horizontal axis is.
    #[must_use]
    pub fn axis(&self) -> Axis {
        if self.rules.naming.time.is_some() {
            Axis::Told
        } else if self.file.is_some() || self.outputs.any() {
            Axis::Number
        } else {
            Axis::Arrival
        }
    }

    /// How the values are shown.
    #[must_use]
    pub fn view(&self) -> View {
        View { axis: self.axis(), draw: self.draw, y_range: self.y_range }
    }

    /// Opens the input.
    ///
    /// # Errors
    /// When the file cannot be opened or is a directory.
    pub fn open(&self) -> Result<Source, Error> {
        let Some(path) = &self.file else {
            return Ok(Source::Stdin(io::stdin()));
        };
        let failed = |source| Error::Input { path: path.clone(), source };
        // Neither a FIFO without a writer nor a serial line without a carrier keeps the window away: fifo(7).
        let file = OpenOptions::new().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path);
        let file = file.map_err(failed)?;
        // open(2) takes a directory; read(2) would refuse it, but only once the window is there.
        if file.metadata().map_err(failed)?.is_dir() {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        Ok(Source::File(file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_two_numbers_in_order() {
        assert_eq!("-10:10".parse(), Ok(YRange::Fixed(-10.0, 10.0)));
        assert_eq!("auto".parse(), Ok(YRange::Auto));
        for bad in ["", "1", "1:1", "2:1", "a:b", "1:inf", "nan:2", "1:2:3"] {
            assert!(bad.parse::<YRange>().is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes_have_units_and_limits() {
        assert_eq!(bytes("256MiB"), Ok(256 << 20));
        assert_eq!(size("1280x720"), Ok((1280, 720)));
        for bad in ["", "5", "1KiB", "-1MiB", "99999999999GiB", "1.5GiB"] {
            assert!(bytes(bad).is_err(), "{bad}");
        }
        for bad in ["", "1280", "10x10", "99999x99999", "axb"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_window_has_a_length() {
        assert_eq!(window("1m30s"), Ok(Duration::from_secs(90)));
        for bad in ["", "0s", "10", "-1s", "1us"] {
            assert!(window(bad).is_err(), "{bad}");
        }
    }
}
