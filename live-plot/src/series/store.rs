//! All series and what is known of the input: the reader appends a batch, the window copies what it draws. The lock is in
//! `shared`; what a series keeps of its samples is left to `pyramid`.

use std::fmt;

use super::pyramid::{Pyramid, Sample, Summary};
use super::sum::Sum;

/// What a raw sample and its share of the buckets above it take, in bytes.
const SAMPLE_COST: usize = 24;

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
    /// All its values.
    pub total: Summary,
    /// The sum of all its values.
    pub sum: Sum,
    /// How many samples were gaps.
    pub gaps: u64,
    pub(crate) samples: Pyramid,
}

/// Counts of the lines read, shown in the status line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines read.
    pub lines: u64,
    /// Lines without a number, too long, or with time going backwards.
    pub rejected: u64,
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
            Self::Buffers => "the producer buffers its output: start it with  stdbuf -oL",
            Self::Silent => {
                "nothing has come for 3 s; if the producer buffers its output, start it with  stdbuf -oL"
            }
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
    /// How many raw samples are kept in all; with 0 only the totals are.
    capacity: usize,
    kept: usize,
    /// The counts as of the last batch.
    pub counts: Counts,
    /// The newest moment that is known: that of the newest sample, or of the end of input.
    pub head: f64,
    /// Set when there will be no more.
    pub end: Option<End>,
}

impl Store {
    /// A store that keeps at most `history` bytes of raw samples and their buckets; with 0 only the totals.
    #[must_use]
    pub fn new(history: usize) -> Self {
        Self {
            series: Vec::new(),
            capacity: history / SAMPLE_COST,
            kept: 0,
            counts: Counts::default(),
            head: 0.0,
            end: None,
        }
    }

    /// The series, in the order of their first samples.
    #[must_use]
    pub fn series(&self) -> &[Series] {
        &self.series
    }

    /// Begins the series whose names are new; `names` are those of all series, in order.
    pub fn declare(&mut self, names: &[String]) {
        let new = names.iter().skip(self.series.len());
        self.series.extend(new.map(|name| Series {
            name: name.clone(),
            total: Summary::EMPTY,
            sum: Sum::default(),
            gaps: 0,
            samples: Pyramid::new(),
        }));
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
            if self.capacity > 0 {
                series.samples.push(*sample);
            }
            self.head = self.head.max(sample.time);
        }
        if self.capacity > 0 {
            self.kept += entries.len();
            self.forget();
        }
    }

    /// Forgets the oldest raw samples of the series that keeps the most, until the rest fits the history. So a fast series
    /// never costs a slow one its past.
    fn forget(&mut self) {
        while self.kept > self.capacity {
            let fullest = self.series.iter_mut().max_by_key(|series| series.samples.kept());
            let Some(series) = fullest else { return };
            let before = series.samples.kept();
            series.samples.forget_chunk();
            let forgotten = before - series.samples.kept();
            if forgotten == 0 {
                return;
            }
            self.kept -= forgotten;
        }
    }
}
