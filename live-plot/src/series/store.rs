//! All series and what is known of the input: the reader appends a batch, the window copies what it draws. The lock is in
//! `shared`; what a series keeps of its samples is left to `pyramid`.

use std::fmt;

use chrono::{DateTime, Utc};

use super::annotations::{Annotation, Annotations};
use super::pyramid::{BUCKET, Pyramid};
use super::sum::Sum;
use super::summary::{Sample, Summary};

/// How many buckets a level of a series keeps at least: enough for some pixels each, or for the widest picture.
const BUCKETS: (usize, usize) = (1 << 6, 1 << 14);

/// So many levels may fill half of a series' share of the history with these: 16⁸ samples have so many.
const FULL_LEVELS: usize = 8;

/// A sample on its way to a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// The series' place in [`Store::series`].
    pub series: usize,
    /// The sample.
    pub sample: Sample,
}

/// One series.
#[derive(Debug)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// The unit that its numbers bear, if they do.
    pub unit: Option<String>,
    /// All its values.
    pub total: Summary,
    /// The sum of all its values.
    pub sum: Sum,
    /// How many samples were gaps.
    pub gaps: u64,
    pub(crate) samples: Pyramid,
}

/// So many series are counted that are not drawn: a stranger may send any number of names.
pub const MOST_COUNTED: usize = 1000;

/// Counts of the lines read, shown in the status line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines read.
    pub lines: u64,
    /// Lines without a number, too long, or with time going backwards.
    pub rejected: u64,
    /// Lines that `--match` does not match.
    pub passed_over: u64,
    /// Series that are not drawn, as there are too many; [`MOST_COUNTED`] at most.
    pub other_series: usize,
    /// What seems to keep the lines from coming as they are made.
    pub hint: Option<Hint>,
}

/// Why lines may not come as they are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// The producer fills a buffer before it writes.
    Buffers,
    /// Nothing has come for some seconds.
    Silent,
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Buffers => "the producer buffers its output: start it with stdbuf -oL",
            Self::Silent => "nothing has come for 3 s; if the producer buffers its output: start it with stdbuf -oL",
        })
    }
}

/// How the input ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// At its end.
    Input,
    /// By a signal.
    Stopped,
    /// The reader of stdout has closed it.
    Closed,
    /// With an error.
    Error(String),
}

/// Everything read so far.
#[derive(Debug)]
pub struct Store {
    series: Vec<Series>,
    /// How many bytes samples and buckets may take in all; with 0 only the totals are kept.
    history: usize,
    bytes: usize,
    /// The counts as of the last batch.
    pub counts: Counts,
    /// The first warnings about lines, for whoever looks at an empty picture.
    pub first_warnings: Vec<String>,
    /// The newest moment that is known: that of the newest sample, or of the end of input.
    pub head: f64,
    /// Set when there will be no more.
    pub end: Option<End>,
    /// When time 0 was, if the input tells times of a calendar.
    pub began: Option<DateTime<Utc>>,
    /// With `--marks`: the lines without a number.
    pub annotations: Annotations,
}

impl Store {
    /// A store that keeps at most `history` bytes of samples and buckets, and some tens of KiB a series; with 0 only the
    /// totals.
    #[must_use]
    pub fn new(history: usize) -> Self {
        Self {
            series: Vec::new(),
            history,
            bytes: 0,
            counts: Counts::default(),
            first_warnings: Vec::new(),
            head: 0.0,
            end: None,
            began: None,
            annotations: Annotations::default(),
        }
    }

    /// The series, in the order of their first samples.
    #[must_use]
    pub fn series(&self) -> &[Series] {
        &self.series
    }

    /// Begins the series whose names are new; `names` are those of all series, in order.
    pub fn declare(&mut self, names: &[String]) {
        if names.len() <= self.series.len() {
            return;
        }
        let new = names.iter().skip(self.series.len());
        self.series.extend(new.map(|name| Series {
            name: name.clone(),
            unit: None,
            total: Summary::EMPTY,
            sum: Sum::default(),
            gaps: 0,
            samples: Pyramid::new(),
        }));
        let share = self.history / self.series.len() / (2 * FULL_LEVELS * BUCKET);
        let kept = share.clamp(BUCKETS.0, BUCKETS.1);
        for series in &mut self.series {
            self.bytes -= series.samples.keep(kept);
        }
    }

    /// Sets the units of the series, in order: a series gets its unit with the first number that bears one.
    pub fn measure(&mut self, units: impl Iterator<Item = Option<String>>) {
        self.series.iter_mut().zip(units).for_each(|(series, unit)| series.unit = unit);
    }

    /// Appends samples; each series' own must come in the order of their times.
    pub fn append(&mut self, entries: &[Entry]) {
        for Entry { series, sample } in entries {
            let Some(series) = self.series.get_mut(*series) else {
                continue;
            };
            series.total.add(sample.value);
            series.sum.add(sample.value);
            series.gaps += u64::from(sample.value.is_nan());
            if self.history > 0 {
                self.bytes += series.samples.push(*sample);
            }
            self.head = self.head.max(sample.time);
        }
        self.forget();
    }

    /// Adds a mark. The picture reaches as far as the newest one.
    pub fn annotate(&mut self, annotation: Annotation) {
        self.head = self.head.max(annotation.time);
        self.annotations.add(annotation);
    }

    /// Forgets the oldest raw samples of the series that keeps the most, until the rest fits the history. So a fast series
    /// never costs a slow one its past.
    fn forget(&mut self) {
        while self.bytes > self.history {
            let fullest = self.series.iter_mut().max_by_key(|series| series.samples.kept());
            let freed = fullest.map_or(0, |series| series.samples.forget_chunk());
            if freed == 0 {
                return;
            }
            self.bytes -= freed;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn the_history_bounds_samples_and_buckets_and_loses_no_extreme(
            counts in prop::collection::vec(0_usize..60_000, 1..12), history in 1_usize..1 << 21, spike in 0_usize..100
        ) {
            let mut store = Store::new(history);
            let names: Vec<String> = (0..counts.len()).map(|number| format!("s{number}")).collect();
            for (series, count) in counts.iter().enumerate() {
                store.declare(&names[..=series]);
                let spike = count * spike / 100;
                let value = |number| f64::from(u8::from(number == spike));
                for number in 0..*count {
                    let sample = Sample { time: number as f64, value: value(number) };
                    store.append(&[Entry { series, sample }]);
                }
            }
            let held: usize = store.series.iter().map(|series| series.samples.bytes()).sum();
            prop_assert_eq!(held, store.bytes);
            // What a series keeps at least: two chunks of samples, and of buckets in five levels.
            prop_assert!(held <= history + counts.len() * 40_000, "{} of {}", held, history);
            for (series, count) in store.series.iter().zip(&counts) {
                let all = series.samples.summary(0..*count);
                prop_assert_eq!((all.max, all.count), (series.total.max, *count as u64));
            }
        }
    }
}
