//! The input as the rest of the program sees it: waits for a block (`wait`), has it cut into lines and these turned into
//! samples, and gives the samples their times. What a line means is left to `sampler`, how bytes are read to `source`.

mod wait;

use std::io::Stdout;
use std::ops::ControlFlow::{Break, Continue};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use common::clock;

use super::file::Read;
use super::producer::Producer;
use super::sampler::Sampler;
use super::source::Source;
use super::splitter::Splitter;
use super::utf16;
use crate::config::{Axis, Config, Rules};
use crate::series::Annotation;
use crate::series::store::{Counts, End, Entry, Hint, Store};
use crate::signals::Flag;

/// How much is read at once: what a pipe holds, pipe(7).
const BLOCK: usize = 64 << 10;

/// How many warnings are kept for whoever looks at an empty picture.
const FIRST_WARNINGS: usize = 3;

/// The input as it is read, and the samples of the last block.
#[derive(Debug)]
pub struct Input {
    source: Source,
    /// Raised when the input is to end, if anything but its own end does that.
    stop: Option<Flag>,
    /// Raised when the process was stopped and goes on, if that matters.
    continued: Option<Flag>,
    /// Standard output, if the input ends when stdout's reader has closed it.
    stdout: Option<Stdout>,
    started: Instant,
    /// The same by the clock on the wall.
    began: DateTime<Utc>,
    axis: Axis,
    /// How much time what stood in a followed file is spread over.
    history: Duration,
    splitter: Splitter,
    sampler: Sampler,
    /// The first warnings about lines, one of each kind.
    first_warnings: Vec<String>,
    block: Vec<u8>,
    /// What writes into the pipe, if somebody looks at the samples as they come.
    producer: Option<Producer>,
    /// A hint has been printed.
    is_hinted: bool,
    /// A block has been read.
    has_begun: bool,
    /// The last read found nothing: to be asked again after a pause.
    is_waiting: bool,
    /// Nobody has looked for some time, at the start and while the process was stopped: what is there by now has waited.
    is_late: bool,
    /// When the last block came, nobody knows.
    has_waited: bool,
    /// When the last read returned, or how many rows there have been.
    last: f64,
}

impl Input {
    /// An input whose samples are placed on `axis`; its clock starts now.
    #[must_use]
    pub fn new(source: Source, rules: Rules, axis: Axis) -> Self {
        Self {
            sampler: Sampler::new(rules, axis != Axis::Number, source.is_typed()),
            source,
            stop: None,
            continued: None,
            stdout: None,
            started: clock::now(),
            began: wall_clock(),
            axis,
            history: Duration::ZERO,
            splitter: Splitter::default(),
            first_warnings: Vec::new(),
            block: vec![0; BLOCK],
            producer: None,
            is_hinted: false,
            has_begun: false,
            is_waiting: false,
            is_late: true,
            has_waited: false,
            last: 0.0,
        }
    }

    /// When its clock started.
    #[must_use]
    pub fn started(&self) -> Instant {
        self.started
    }

    /// The input of a picture that somebody looks at as it comes. [`Input::advance`] returns without a sample when `continued`
    /// is raised: the process was stopped and goes on.
    #[must_use]
    pub fn live(source: Source, config: &Config, continued: Flag) -> Self {
        let input = Self::new(source, config.rules.clone(), config.axis());
        let input = Self { continued: Some(continued), ..input };
        input.watched().with_history(config.window().unwrap_or_default())
    }

    /// Ends the input when the flag is raised, or the reader of stdout has closed it.
    #[must_use]
    pub fn stopped_by(self, stop: Flag, stdout: Option<Stdout>) -> Self {
        Self { stop: Some(stop), stdout, ..self }
    }

    /// Watches whether a producer buffers its output: somebody looks at the samples as they come.
    #[must_use]
    pub fn watched(mut self) -> Self {
        self.producer = self.source.is_pipe().then(|| Producer::new(self.started));
        self
    }

    /// Puts what already stands in a followed file, whose arrival nobody has seen, into the time before now, evenly: its
    /// clock starts so much earlier.
    fn with_history(mut self, time: Duration) -> Self {
        if self.axis == Axis::Arrival && self.source.history_read() < 1.0 {
            self.started = self.started.checked_sub(time).unwrap_or(self.started);
            self.began -= time;
            self.history = time;
        }
        self
    }

    /// Waits for a block and replaces the samples of the last one by its own. Returns how the input ended, once it has;
    /// the last line may come with that.
    pub fn advance(&mut self) -> Option<End> {
        self.sampler.clear();
        self.has_waited = self.source.history_read() < 1.0;
        let read = self.wait_and_read();
        let now = clock::now();
        let end = match read {
            Ok(Continue(Read::Bytes(length))) => self.take(length, now),
            Ok(Continue(Read::Restart)) => {
                self.end_line(now);
                None
            }
            Ok(Continue(Read::Nothing)) => {
                self.hint(|producer| producer.nothing(now));
                None
            }
            Ok(Continue(Read::End)) => Some(End::Input),
            Ok(Break(end)) => Some(end),
            Err(errno) => Some(End::Error(errno.desc().to_owned())),
        };
        if end.is_some() {
            self.end_line(now);
            self.sampler.finish(now);
        }
        self.stamp(now);
        for warning in self.sampler.take_warnings() {
            tracing::warn!("{warning}");
            let is_known = self.first_warnings.iter().any(|first| kind(first) == kind(&warning));
            if self.first_warnings.len() < FIRST_WARNINGS && !is_known {
                self.first_warnings.push(warning);
            }
        }
        end
    }

    /// Turns the block that was read into samples.
    fn take(&mut self, length: usize, now: Instant) -> Option<End> {
        self.hint(|producer| producer.read(length, now));
        let Self { source, splitter, sampler, block, .. } = self;
        let block = &block[..length];
        if !std::mem::replace(&mut self.has_begun, true) && utf16::is_likely(block) {
            return Some(End::Error(utf16::problem(source.file())));
        }
        sampler.block(splitter, block, now);
        sampler.warn_suppressed(now);
        None
    }

    /// What has come of a line is all of it.
    fn end_line(&mut self, now: Instant) {
        let Self { splitter, sampler, .. } = self;
        splitter.finish(|line| sampler.line(&line, now));
    }

    /// Shows the hint that `look` finds, if anybody looks: on stderr once, in the status line while it holds.
    fn hint(&mut self, look: impl FnOnce(&mut Producer) -> Option<Hint>) {
        let Some(producer) = &mut self.producer else { return };
        let hint = look(producer);
        self.sampler.counts.hint = hint;
        if let Some(hint) = hint
            && !std::mem::replace(&mut self.is_hinted, true)
        {
            tracing::info!("{hint}");
        }
    }

    fn stamp(&mut self, now: Instant) {
        let to = match self.axis {
            Axis::Arrival => self.arrival(now),
            // n rows are spread over n numbers, so each gets the next one.
            Axis::Number | Axis::Timestamp => self.last + self.sampler.rows() as f64,
        };
        if self.has_waited && self.axis == Axis::Arrival {
            self.sampler.forget_arrival();
        }
        self.sampler.stamp(self.last, to);
        self.last = to;
    }

    /// When the block arrived, in seconds since the start. The history of a file has its place before now.
    fn arrival(&self, now: Instant) -> f64 {
        match self.source.history_read() {
            part if part < 1.0 => self.history.as_secs_f64() * part,
            _ => now.duration_since(self.started).as_secs_f64(),
        }
    }

    /// Passes on all that is known of the input but its samples.
    pub fn describe(&self, store: &mut Store) {
        store.counts = self.counts();
        if store.first_warnings.len() < self.first_warnings.len() {
            store.first_warnings.clone_from(&self.first_warnings);
        }
        store.declare(self.names());
        store.measure(self.sampler.units());
        // When time 0 was, if the input tells times of a calendar, or times are those of arrival.
        let is_arrival = self.axis == Axis::Arrival;
        store.began = self.sampler.began().or(is_arrival.then_some(self.began));
    }

    /// The names of the series, in the order in which they began.
    #[must_use]
    pub fn names(&self) -> &[String] {
        self.sampler.schema.names()
    }

    /// The samples of the last block.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        self.sampler.entries()
    }

    /// With `--marks`: the lines of the last block without a number.
    #[must_use]
    pub fn annotations(&self) -> &[Annotation] {
        self.sampler.annotations()
    }

    /// Counts of the lines so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.sampler.counts
    }

    /// The time of the last block, if the axis is that of arrivals: it goes on without samples, too.
    #[must_use]
    pub fn position(&self) -> Option<f64> {
        (self.axis == Axis::Arrival).then_some(self.last)
    }

    /// Where the numbers come from, in a message.
    #[must_use]
    pub fn source_name(&self) -> &str {
        self.source.name()
    }

    /// Whether a person types the numbers.
    #[must_use]
    pub fn is_typed(&self) -> bool {
        self.source.is_typed()
    }

    /// Begins the first series as if a 0 had been typed.
    pub fn begin_at_zero(&mut self) {
        self.sampler.begin_at_zero();
    }
}

#[expect(clippy::disallowed_methods, reason = "a person reads when a line came")]
fn wall_clock() -> DateTime<Utc> {
    Utc::now()
}

/// A warning without the line's number, or how many more such lines there are.
fn kind(warning: &str) -> &str {
    warning.rsplit_once(" (").map_or(warning, |(kind, _)| kind)
}

#[cfg(test)]
mod tests;
