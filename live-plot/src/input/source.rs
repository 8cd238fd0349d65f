//! The input: where it comes from, and how it is read block by block, each block turned into samples with their times.
//! What a line means is left to `sampler`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal, Stdin, Stdout};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::{Duration, Instant};

use common::clock;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signalfd::SignalFd;
use nix::sys::stat::fstat;
use nix::unistd;

use super::sampler::Sampler;
use super::splitter::Splitter;
use crate::config::{Axis, Rules};
use crate::error::Error;
use crate::series::store::{Counts, End, Entry};

/// How much is read at once: what a pipe holds, pipe(7).
const BLOCK: usize = 64 << 10;

/// Where the numbers come from.
#[derive(Debug)]
pub enum Source {
    /// Standard input.
    Stdin(Stdin),
    /// A file.
    File(File),
}

impl Source {
    /// Opens a file, or standard input if there is none.
    ///
    /// # Errors
    /// When the file cannot be opened or is a directory.
    pub fn open(file: Option<&Path>) -> Result<Self, Error> {
        let Some(path) = file else { return Ok(Self::Stdin(io::stdin())) };
        let failed = |source| Error::Input { path: path.to_owned(), source };
        // Opening must not wait, or no window would appear: a FIFO for its first writer, a serial line for a carrier
        // (fifo(7), open(2)).
        let file = OpenOptions::new().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path);
        let file = file.map_err(failed)?;
        // open(2) takes a directory; read(2) would refuse it, but only once the window is there.
        if file.metadata().map_err(failed)?.is_dir() {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        Ok(Self::File(file))
    }

    /// Whether a person types the numbers.
    #[must_use]
    pub fn is_typed(&self) -> bool {
        matches!(self, Self::Stdin(stdin) if stdin.is_terminal())
    }

    /// Whether the numbers come from this regular file, by whatever name.
    #[must_use]
    pub fn is_file(&self, path: &Path) -> bool {
        let own = fstat(self.fd()).map(|own| (own.st_dev, own.st_ino)).ok();
        let file = fs::metadata(path).ok().filter(fs::Metadata::is_file);
        own.is_some() && own == file.map(|file| (file.dev(), file.ino()))
    }

    fn fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Stdin(stdin) => stdin.as_fd(),
            Self::File(file) => file.as_fd(),
        }
    }
}

/// The input as it is read, and the samples of the last block.
#[derive(Debug)]
pub struct Input {
    source: Source,
    /// Readable once SIGINT or SIGTERM has come, if they end the input.
    stop: Option<SignalFd>,
    /// Standard output, if the input ends when stdout's reader has closed it.
    stdout: Option<Stdout>,
    started: Instant,
    axis: Axis,
    splitter: Splitter,
    sampler: Sampler,
    block: Vec<u8>,
    bursts: Bursts,
    /// When the last read returned, or how many rows there have been.
    last: f64,
}

impl Input {
    /// An input whose samples are placed on `axis`; its clock starts now.
    #[must_use]
    pub fn new(source: Source, rules: Rules, axis: Axis) -> Self {
        Self {
            sampler: Sampler::new(rules, source.is_typed()),
            source,
            stop: None,
            stdout: None,
            started: clock::now(),
            axis,
            splitter: Splitter::default(),
            block: vec![0; BLOCK],
            bursts: Bursts::default(),
            last: 0.0,
        }
    }

    /// When its clock started.
    #[must_use]
    pub fn started(&self) -> Instant {
        self.started
    }

    /// Ends the input when a signal arrives.
    #[must_use]
    pub fn stopped_by(self, signals: SignalFd) -> Self {
        Self { stop: Some(signals), ..self }
    }

    /// Ends the input when the reader of stdout has closed it.
    #[must_use]
    pub fn stopped_by_closing(self, stdout: Stdout) -> Self {
        Self { stdout: Some(stdout), ..self }
    }

    /// Waits for a block and replaces the samples of the last one by its own. Returns how the input ended, once it has;
    /// the last line may come with that.
    pub fn advance(&mut self) -> Option<End> {
        self.sampler.clear();
        let result = self.read();
        let now = clock::now();
        self.sampler.counts.buffered =
            result.is_ok_and(|length| self.bursts.seems_buffered(length, now));
        let end = match result {
            Ok(0) => Some(End::Input),
            Ok(length) => {
                let Self { splitter, sampler, block, .. } = self;
                splitter.feed(&block[..length], |line| sampler.line(&line, now));
                self.sampler.warn_suppressed(now);
                None
            }
            Err(errno) => Some(End::Error(errno.desc().to_owned())),
        };
        if end.is_some() {
            let Self { splitter, sampler, .. } = self;
            splitter.finish(|line| sampler.line(&line, now));
            self.sampler.finish(now);
        }
        self.stamp(now);
        for warning in self.sampler.take_warnings() {
            tracing::warn!("{warning}");
        }
        if let Some(End::Error(problem)) = &end {
            tracing::warn!("The input cannot be read any further: {problem}.");
        }
        end
    }

    fn read(&mut self) -> nix::Result<usize> {
        loop {
            match self.is_stopped() {
                Ok(true) => return Ok(0),
                Err(Errno::EINTR) => continue,
                result => result?,
            };
            match unistd::read(self.source.fd(), &mut self.block) {
                // A file, and any descriptor that is shared, may be non-blocking.
                Err(Errno::EINTR | Errno::EAGAIN) => {}
                result => return result,
            }
        }
    }

    /// Waits for input, a signal or a closed stdout; false for input. Polling comes first because of a FIFO that no
    /// process has written to yet: poll(2) waits for its writer, read(2) would report the end of input.
    fn is_stopped(&self) -> nix::Result<bool> {
        let mut fds = vec![PollFd::new(self.source.fd(), PollFlags::POLLIN)];
        fds.extend(self.stop.as_ref().map(|stop| PollFd::new(stop.as_fd(), PollFlags::POLLIN)));
        // No event needs to be asked for: POLLERR is always reported, and means that the pipe has no reader (poll(2)).
        fds.extend(self.stdout.as_ref().map(|out| PollFd::new(out.as_fd(), PollFlags::empty())));
        poll(&mut fds, PollTimeout::NONE)?;
        Ok(fds[1..].iter().any(|fd| fd.any().unwrap_or(false)))
    }

    fn stamp(&mut self, now: Instant) {
        let to = match self.axis {
            Axis::Arrival => self.seconds(now),
            // n rows are spread over n numbers, so each gets the next one.
            Axis::Number | Axis::Timestamp => self.last + self.sampler.rows() as f64,
        };
        self.sampler.stamp(self.last, to);
        self.last = to;
    }

    fn seconds(&self, now: Instant) -> f64 {
        now.duration_since(self.started).as_secs_f64()
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

/// Recognises a producer whose stdio fills a buffer before it writes (setvbuf(3): it writes whole blocks to a pipe,
/// lines to a terminal). Its reads have exactly the size of a buffer, and there is a pause before each.
#[derive(Debug, Default)]
struct Bursts {
    /// When the last read returned.
    last: Option<Instant>,
    /// How many such reads there have been in a row.
    in_a_row: u32,
}

impl Bursts {
    /// Takes a read of `length` bytes into account; whether the producer seems to buffer: two such reads in a row.
    fn seems_buffered(&mut self, length: usize, now: Instant) -> bool {
        /// What C libraries, Python and others use for a pipe.
        const SIZES: [usize; 2] = [4096, 65536];
        const PAUSE: Duration = Duration::from_millis(200);
        let paused = self.last.replace(now).is_none_or(|last| now - last >= PAUSE);
        self.in_a_row = if SIZES.contains(&length) && paused { self.in_a_row + 1 } else { 0 };
        self.in_a_row >= 2
    }
}

#[cfg(test)]
mod tests;
