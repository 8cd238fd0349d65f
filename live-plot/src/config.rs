//! The settings that a run goes by: plain data, checked by `args` when it was made. It imports only `zone`, a leaf, so
//! that every module can import it.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;
use common::options::ColorChoice;
use regex::bytes::Regex;
use tz::TimeZone;

use crate::zone;

/// The window's length by default.
const WINDOW: Duration = Duration::from_secs(10);

/// What to draw, from where and how.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file to read; standard input if there is none.
    pub file: Option<PathBuf>,
    /// The file grows: reading goes on at its end.
    pub follow: bool,
    /// All of the input is there at once, so when it arrives says nothing.
    pub is_whole: bool,
    /// How lines are read.
    pub rules: Rules,
    /// How much time the picture shows; if `None`, all of a whole input or an export, else ten seconds.
    pub window: Option<Duration>,
    /// Which values the picture shows; `None` is those that are visible, fitted, and of typed input −10 to 10 while all fit.
    pub y_range: Option<YRange>,
    /// How the values are joined.
    pub draw: Draw,
    /// The title above the plot.
    pub title: Option<String>,
    /// The values' unit.
    pub unit: Option<String>,
    /// Width and height, in pixels.
    pub size: (u16, u16),
    /// Width and height of a still, in cells.
    pub cells: (u16, u16),
    /// The picture is drawn in characters.
    pub terminal: bool,
    /// Whether characters are coloured.
    pub color: ColorChoice,
    /// Light or dark.
    pub theme: Theme,
    /// How the series share the height.
    pub panels: Panels,
    /// Clock times are UTC, not local.
    pub utc: bool,
    /// What raw samples may take, in bytes.
    pub history: usize,
    /// What is written; a window opens if nothing is.
    pub outputs: Outputs,
    /// Whether the window closes at the end of input.
    pub exit: bool,
    /// Whether an error that no window would show has one of its own.
    pub show_errors: bool,
}

impl Config {
    /// How much time the picture shows; everything if `None`.
    #[must_use]
    pub fn window(&self) -> Option<Duration> {
        let is_all = self.is_whole || self.outputs.any();
        self.window.or((!is_all).then_some(WINDOW))
    }

    /// What the horizontal axis is.
    #[must_use]
    pub fn axis(&self) -> Axis {
        if !self.rules.naming.time.is_empty() {
            Axis::Timestamp
        } else if self.is_whole || self.outputs.any() {
            Axis::Number
        } else {
            Axis::Arrival
        }
    }

    /// The zone of clock times.
    #[must_use]
    pub fn zone(&self) -> Arc<TimeZone> {
        Arc::new(if self.utc { TimeZone::utc() } else { zone::local() })
    }

    /// How the values are shown, of an input that is typed or not.
    #[must_use]
    pub fn view(&self, is_typed: bool) -> View {
        let values = match self.y_range {
            Some(YRange::Fixed(low, high)) => Values::Fixed(low, high),
            None if is_typed => Values::Seed,
            Some(YRange::Auto | YRange::Log) | None => Values::Fitted,
        };
        let is_log = self.y_range == Some(YRange::Log);
        let (axis, draw, panels) = (self.axis(), self.draw, self.panels.clone());
        let zone = (axis == Axis::Timestamp).then(|| self.zone());
        let unit = self.unit.clone();
        View { axis, draw, values, is_log, panels, zone, unit }
    }
}

/// How lines are read.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Which columns there are and which are wanted.
    pub naming: Naming,
    /// What to take from each line, instead of looking for it.
    pub pattern: Option<Regex>,
    /// A line without a number is a mark.
    pub marks: bool,
    /// Each series is a counter: draw its change a second, or a sample where there are no times.
    pub rate: bool,
}

/// What the user says about names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Naming {
    /// The columns' names, from the first on.
    pub names: Vec<String>,
    /// The series to keep; all if empty.
    pub only: Vec<String>,
    /// The columns or keys that name the rows; `none` alone if nothing does.
    pub rows: Vec<String>,
    /// The column or key that holds the time; the date and the clock time if there are two.
    pub time: Vec<String>,
}

impl Naming {
    /// Whether rows have no names: `--rows none`.
    #[must_use]
    pub fn has_nameless_rows(&self) -> bool {
        self.rows == ["none"]
    }

    /// The two names of the time as one with a comma in it: `--time 'Date Time, GMT+00:00'`.
    #[must_use]
    pub fn time_with_comma(&self) -> Option<String> {
        (self.time.len() == 2).then(|| self.time.join(","))
    }
}

/// What is written at the end of input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outputs {
    /// A picture in characters, on stdout.
    pub still: bool,
    /// A picture in pixels.
    pub png: Option<PathBuf>,
    /// A picture in vectors.
    pub svg: Option<PathBuf>,
    /// Every sample.
    pub csv: Option<PathBuf>,
    /// A line about each series, on stdout.
    pub summary: bool,
}

impl Outputs {
    /// Whether anything is written.
    #[must_use]
    pub fn any(&self) -> bool {
        self.still || self.summary || self.files().next().is_some()
    }

    /// Whether a picture is drawn.
    #[must_use]
    pub fn is_drawn(&self) -> bool {
        self.still || self.is_figure()
    }

    /// Whether a picture in pixels or vectors is drawn.
    #[must_use]
    pub fn is_figure(&self) -> bool {
        self.png.is_some() || self.svg.is_some()
    }

    /// The files, `-` among them.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        [&self.png, &self.svg, &self.csv].into_iter().flatten()
    }

    /// How many outputs go to stdout.
    #[must_use]
    pub fn to_stdout(&self) -> usize {
        let files = self.files().filter(|path| path.as_os_str() == "-");
        files.count() + usize::from(self.summary) + usize::from(self.still)
    }
}

/// How the values are shown.
#[derive(Debug, Clone)]
pub struct View {
    /// What the horizontal axis is.
    pub axis: Axis,
    /// How the values are joined.
    pub draw: Draw,
    /// Which values are seen.
    pub values: Values,
    /// Whether their axis is logarithmic.
    pub is_log: bool,
    /// How the series share the height.
    pub panels: Panels,
    /// The zone of clock times; without one, time is that since the first sample.
    pub zone: Option<Arc<TimeZone>>,
    /// The unit of all values; without one each series has that of its numbers.
    pub unit: Option<String>,
}

/// Which values are seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Values {
    /// −10 to 10 while all that is visible fits, else fitted: what is typed by hand seldom needs more.
    Seed,
    /// What is visible, fitted.
    Fitted,
    /// These, from the lesser to the greater.
    Fixed(f64, f64),
}

/// How the series share the height of the picture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Panels {
    /// All in one panel.
    #[default]
    One,
    /// Each in a panel of its own.
    Each,
    /// Those of a group in a panel; all others together in one more.
    Groups(Vec<Vec<String>>),
}

impl FromStr for Panels {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "each" {
            return Ok(Self::Each);
        }
        let names = |group: &str| -> Vec<String> {
            group.split(',').map(|name| name.trim().to_owned()).collect()
        };
        let groups: Vec<Vec<String>> = text.split(';').map(names).collect();
        let mut all: Vec<&String> = groups.iter().flatten().collect();
        if all.iter().any(|name| name.is_empty()) {
            return Err(
                "write the names of series as A,B;C (a panel for A and B, one for C), or each"
                    .to_owned(),
            );
        }
        all.sort_unstable();
        if let Some(twice) = all.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("{} is there twice; a series has one panel", twice[0]));
        }
        Ok(Self::Groups(groups))
    }
}

/// What the horizontal axis is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// Seconds since the program's start: a sample is where it arrived.
    Arrival,
    /// Seconds since the first timestamp: a sample is where the timestamp of its line puts it.
    Timestamp,
    /// The sample's number, from 1.
    Number,
}

impl Axis {
    /// Where the axis begins.
    #[must_use]
    pub fn begin(self) -> f64 {
        if self == Self::Number { 1.0 } else { 0.0 }
    }
}

/// How the samples are joined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Draw {
    /// A value holds until the next one.
    #[default]
    Step,
    /// A straight line from each value to the next.
    Line,
    /// A dot for each value.
    Points,
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

/// What the user says about the values that are seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum YRange {
    /// What is visible, fitted.
    Auto,
    /// The same, on a logarithmic axis.
    Log,
    /// These, from the lesser to the greater.
    Fixed(f64, f64),
}

impl FromStr for YRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| n.is_finite());
        match text {
            "auto" => return Ok(Self::Auto),
            "log" => return Ok(Self::Log),
            _ => {}
        }
        match text.split_once(':').map(|(a, b)| (number(a), number(b))) {
            Some((Some(a), Some(b))) if a < b => Ok(Self::Fixed(a, b)),
            Some((Some(_), Some(_))) => Err("A must be less than B in A:B".to_owned()),
            _ => Err("write two numbers as A:B, for example 0:100, or auto, or log".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_two_numbers_in_order() {
        assert_eq!("-10:10".parse(), Ok(YRange::Fixed(-10.0, 10.0)));
        assert_eq!("-1.7e308:1.7e308".parse(), Ok(YRange::Fixed(-1.7e308, 1.7e308)));
        assert_eq!("auto".parse(), Ok(YRange::Auto));
        assert_eq!("log".parse(), Ok(YRange::Log));
        for bad in ["", "1", "1:1", "2:1", "a:b", "1:inf", "nan:2", "1:2:3"] {
            assert!(bad.parse::<YRange>().is_err(), "{bad}");
        }
    }

    #[test]
    fn panels_are_groups_of_names_or_each_series_has_its_own() {
        let group = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!("a,b;c".parse(), Ok(Panels::Groups(vec![group(&["a", "b"]), group(&["c"])])));
        assert_eq!("each".parse(), Ok(Panels::Each));
        for bad in ["", "a,,b", "a;", "a,b;a"] {
            assert!(bad.parse::<Panels>().is_err(), "{bad}");
        }
    }
}
