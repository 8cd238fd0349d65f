//! Everything read so far, behind the one lock: the reader appends a batch, the view copies what it draws.

use super::pyramid::{Pyramid, Sample, Summary};
use super::sum::Sum;

/// What a raw sample takes, its share of the buckets above it included, in bytes.
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
    /// What the legend calls it.
    pub name: String,
    /// All its values.
    pub total: Summary,
    /// The sum of all its values.
    pub sum: Sum,
    /// How many samples were gaps.
    pub gaps: u64,
    pub(crate) samples: Pyramid,
}

/// What the reader has met, told in the status line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines read.
    pub lines: u64,
    /// Lines without a number, too long, or with time going backwards.
    pub rejected: u64,
    /// The producer seems to fill a buffer before it writes.
    pub buffered: bool,
}

/// How the input ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// At its end.
    Input,
    /// With an error.
    Error(String),
}

/// Everything read so far.
#[derive(Debug)]
pub struct Store {
    series: Vec<Series>,
    /// Raw samples kept in all; with none at all, the totals alone.
    capacity: usize,
    kept: usize,
    /// The counts as of the last batch.
    pub counts: Counts,
    /// The time up to which the input is known: the newest sample's, or the end's.
    pub head: f64,
    /// Set when there will be no more.
    pub end: Option<End>,
}

impl Store {
    /// A store that keeps at most `history` bytes of raw samples and their buckets; of 0, the totals alone.
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

    /// Begins the series that come after those there are.
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

    /// Forgets the oldest raw samples of whichever series keeps the most, until the rest fits the history:
    /// a fast series does not cost a slow one its past.
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
