//! The command line, and the configuration it becomes, which cannot hold a bad state.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::Parser;
use common::config::CommonArgs;

use crate::error::Error;
use crate::input::reader::Source;
use crate::series::columns::Draw;

/// The window's length when nothing says otherwise, as in the first live plot this one grew out of.
const WINDOW: Duration = Duration::from_secs(10);

/// Draw the numbers piped in, as they come
#[derive(Debug, Parser)]
#[command(version, about, args_override_self = true)]
pub struct Args {
    /// Read the numbers from here instead of standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// How much time is seen [default: 10s; all of a FILE]
    #[arg(short, long, value_name = "DURATION", value_parser = window)]
    window: Option<Duration>,
    /// The values seen: A:B is fixed, auto always fits [default: -10:10 while all of it fits, else fitted]
    #[arg(short, long, value_name = "A:B|auto", allow_hyphen_values = true)]
    y_range: Option<YRange>,
    /// How the values are joined
    #[arg(short, long, value_name = "HOW", default_value = "step")]
    draw: Draw,
    #[command(flatten)]
    common: CommonArgs,
}

impl AsRef<CommonArgs> for Args {
    fn as_ref(&self) -> &CommonArgs {
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
#[derive(Debug)]
pub struct Config {
    /// The file to read; standard input if there is none.
    pub file: Option<PathBuf>,
    /// How much time is seen; everything if `None`.
    pub window: Option<Duration>,
    /// Which values are seen; `None` is −10 to 10 while all that is visible fits.
    pub y_range: Option<YRange>,
    /// How the values are joined.
    pub draw: Draw,
}

impl TryFrom<Args> for Config {
    type Error = Error;

    fn try_from(args: Args) -> Result<Self, Error> {
        let all = args.file.is_some();
        Ok(Self {
            file: args.file,
            window: args.window.or((!all).then_some(WINDOW)),
            y_range: args.y_range,
            draw: args.draw,
        })
    }
}

impl Config {
    /// Opens the input.
    ///
    /// # Errors
    /// When the file cannot be opened or is a directory.
    pub fn open(&self) -> Result<Source, Error> {
        let Some(path) = &self.file else {
            return Ok(Source::Stdin(io::stdin()));
        };
        let failed = |source| Error::Input { path: path.clone(), source };
        let file = File::open(path).map_err(failed)?;
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
    fn a_window_has_a_length() {
        assert_eq!(window("1m30s"), Ok(Duration::from_secs(90)));
        for bad in ["", "0s", "10", "-1s", "1us"] {
            assert!(window(bad).is_err(), "{bad}");
        }
    }
}
