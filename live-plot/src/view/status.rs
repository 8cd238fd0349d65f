//! What is said around the plot: of each series its newest value, of the input its state and what has come. The same words
//! in the window and in the terminal. Pure; where they stand and how they look is left to the painter.

use common::escape::escape;
use common::words;

use super::controls::Controls;
use super::digits::Digits;
use super::save::Said;
use crate::picture::decimate;
use crate::picture::scene::Scene;
use crate::series::Summary;
use crate::series::store::{Counts, End, MOST_COUNTED, Series, Store};

/// How many of a series' visible values are looked at, to know with how many digits they came.
const SOME: usize = 16;

/// What is known of the input and shown of it.
#[derive(Debug)]
pub(crate) struct Status {
    pub(crate) counts: Counts,
    pub(crate) end: Option<End>,
    samples: u64,
    gaps: u64,
    /// How many visible values a logarithmic axis has no place for.
    left_out: u64,
    /// There are marks.
    is_marked: bool,
    pub(crate) live: bool,
    /// The time of the values, if it is not that of the newest.
    time: Option<String>,
    /// Frames and lines in the last second.
    rates: Option<(u32, u64)>,
    pub(crate) series: Vec<Entry>,
    /// What has been saved, or why not.
    message: Option<Said>,
}

/// What the legend shows of a series.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    /// What its numbers bear; an option may name another one for all.
    pub(crate) unit: Option<String>,
    pub(crate) value: f64,
    pub(crate) digits: Digits,
    pub(crate) hidden: bool,
    /// What is visible of it.
    pub(crate) seen: Option<Summary>,
}

/// What a frame leaves to the next one, and what else is known beside the scene.
#[derive(Debug, Default)]
pub(crate) struct Beside<'a> {
    /// Frames and lines in the last second.
    pub(crate) rates: Option<(u32, u64)>,
    /// What has been saved, or why not.
    pub(crate) message: Option<Said>,
    /// The digits of each series in the frame before.
    pub(crate) digits: &'a [Digits],
    /// The time that is pointed at, while the picture is paused.
    pub(crate) time: Option<f64>,
}

/// How much a text is to be noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Emphasis {
    /// All is as it should be.
    Live,
    /// It needs attention.
    Warn,
    /// To be read.
    Plain,
    /// To be looked up.
    Weak,
}

impl Status {
    /// Copies what is shown beside `scene`.
    pub(crate) fn of(
        store: &Store,
        scene: &Scene,
        controls: &Controls,
        beside: Beside<'_>,
    ) -> Self {
        let Beside { rates, message, digits, time } = beside;
        let is_live = controls.viewport.is_live();
        let entry = |(number, series): (usize, &Series)| {
            let value = match (is_live, time) {
                (true, _) => series.total.last,
                (false, Some(time)) => decimate::value_at(series, time),
                // Of the moment that is shown.
                (false, None) => scene.newest.get(number).copied().unwrap_or(f64::NAN),
            };
            let seen = scene.traces.get(number).and_then(|trace| trace.visible);
            let before = digits.get(number).copied().unwrap_or_default();
            let runs = scene.traces.get(number).map_or(&[][..], |trace| &trace.runs);
            let run = runs.iter().max_by_key(|run| run.len()).map_or(&[][..], |run| run);
            let some = run.iter().step_by(run.len().div_ceil(SOME).max(1)).map(|point| point[1]);
            Entry {
                name: series.name.clone(),
                unit: series.unit.clone(),
                value,
                digits: before.next(seen.as_ref(), value, some, controls.view.is_log),
                hidden: controls.hidden.contains(&number),
                seen,
            }
        };
        Self {
            counts: store.counts,
            end: store.end.clone(),
            samples: store.series().iter().map(|series| series.total.count).sum(),
            gaps: store.series().iter().map(|series| series.gaps).sum(),
            left_out: scene.left_out,
            is_marked: scene.is_annotated,
            live: is_live,
            time: time.map(|time| format!("values at {}", scene.time(time))),
            rates,
            series: store.series().iter().enumerate().map(entry).collect(),
            message,
        }
    }

    /// The digits of each series, for the next frame.
    pub(crate) fn digits(&self) -> Vec<Digits> {
        self.series.iter().map(|entry| entry.digits).collect()
    }

    /// Whether more input is expected.
    pub(crate) fn state(&self) -> (Emphasis, String) {
        match (&self.end, self.live) {
            (Some(End::Input | End::Stopped | End::Closed), _) => {
                (Emphasis::Warn, "stream ended".to_owned())
            }
            (Some(End::Error(problem)), _) => (Emphasis::Warn, format!("input failed: {problem}")),
            (None, true) => (Emphasis::Live, "live".to_owned()),
            (None, false) => (Emphasis::Warn, "paused; press End to go on".to_owned()),
        }
    }

    /// The time of the values, where it has to be said.
    pub(crate) fn time(&self) -> Option<(Emphasis, String)> {
        self.time.clone().map(|time| (Emphasis::Warn, time))
    }

    /// What has been saved, or a hint at why nothing comes.
    pub(crate) fn note(&self) -> Option<(Emphasis, String)> {
        let message = self.message.as_ref().map(|said| {
            let emphasis = if said.is_failure { Emphasis::Warn } else { Emphasis::Plain };
            (emphasis, escape(&said.text).into_owned())
        });
        let hint = self.counts.hint.filter(|_| self.end.is_none());
        message.or_else(|| hint.map(|hint| (Emphasis::Warn, hint.to_string())))
    }

    /// What has come, and before that what is missing of it in the picture.
    pub(crate) fn facts(&self) -> Vec<(Emphasis, String)> {
        let mut facts = Vec::new();
        let mut add = |emphasis, text| facts.push((emphasis, text));
        if self.counts.rejected > 0 {
            add(Emphasis::Warn, format!("{} rejected", self.counts.rejected));
        }
        match self.counts.other_series {
            0 => {}
            count @ ..MOST_COUNTED => add(Emphasis::Warn, format!("{count} series not drawn")),
            _ => add(Emphasis::Warn, format!("{MOST_COUNTED} series or more not drawn")),
        }
        if self.left_out > 0 {
            let values = words::count(self.left_out, "value");
            add(Emphasis::Warn, format!("{values} of 0 or less not drawn"));
        }
        if self.counts.passed_over > 0 {
            let lines = words::count(self.counts.passed_over, "line");
            add(Emphasis::Weak, format!("{lines} passed over"));
        }
        add(Emphasis::Weak, words::count(self.samples, "sample"));
        if self.gaps > 0 {
            add(Emphasis::Weak, words::count(self.gaps, "gap"));
        }
        if let (None, true, Some((frames, lines))) = (&self.end, self.live, self.rates) {
            add(Emphasis::Weak, words::count(lines, "line") + "/s");
            add(Emphasis::Weak, words::count(u64::from(frames), "frame") + "/s");
        }
        facts
    }

    /// Why the plot is empty.
    pub(crate) fn emptiness(&self) -> &'static str {
        match self.end {
            None if self.is_marked => "Marks, but no number so far.",
            Some(_) if self.is_marked => "The input ended; it had marks, but no number to draw.",
            None if self.counts.lines > 0 => "Nothing to draw in what has come so far.",
            None => "Waiting for the first number…",
            Some(_) => "The input ended; there was nothing to draw.",
        }
    }
}

impl Entry {
    /// The newest value with its unit; `unit` is that of all.
    pub(crate) fn text(&self, unit: Option<&str>) -> String {
        self.value(self.value, unit)
    }

    /// Another value of the series, in the same way.
    pub(crate) fn value(&self, value: f64, unit: Option<&str>) -> String {
        let unit = unit.or(self.unit.as_deref()).map(|unit| format!(" {unit}"));
        self.digits.text(value) + &unit.unwrap_or_default()
    }

    /// What is visible of the series: the least value, the greatest and the mean.
    pub(crate) fn range(&self) -> Option<[String; 3]> {
        let seen = self.seen.as_ref()?;
        let mean = self.digits.mean(seen.sum / seen.count as f64);
        Some([self.digits.text(seen.min), self.digits.text(seen.max), mean])
    }
}

/// The extremes and the mean in words.
pub(crate) fn range([min, max, mean]: &[String; 3]) -> String {
    format!("{min} … {max}   mean {mean}")
}
