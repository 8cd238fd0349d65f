//! The thread that reads: it may block for ever, and nobody waits for it. A block is read, parsed and
//! stamped without the lock, and committed a few thousand samples at a time. No line is dropped: a
//! producer faster than this thread waits on its pipe.

use std::fs::File;
use std::io::{self, IsTerminal, Stdin, Stdout};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use common::output::Output;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd;
use parking_lot::Mutex;

use super::intake::Intake;
use super::lines::Splitter;
use crate::series::Sample;
use crate::series::store::{End, Entry, Store};

/// How much is read at once: what a pipe holds, pipe(7).
const BLOCK: usize = 64 << 10;

/// Samples appended under one hold of the lock.
const BATCH: usize = 4096;

/// Where the numbers come from.
#[derive(Debug)]
pub enum Source {
    /// Standard input: a sample's time is its arrival.
    Stdin(Stdin),
    /// A file: a sample's time is its number.
    File(File),
}

impl Source {
    fn fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Stdin(stdin) => stdin.as_fd(),
            Self::File(file) => file.as_fd(),
        }
    }

    fn is_typed(&self) -> bool {
        matches!(self, Self::Stdin(stdin) if stdin.is_terminal())
    }
}

/// What reads, and where its samples go.
#[expect(missing_debug_implementations, reason = "a closure has none")]
pub struct Reader {
    source: Source,
    store: Arc<Mutex<Store>>,
    started: Instant,
    notify: Box<dyn Fn() + Send>,
    /// The terminal that is prompted on.
    terminal: Option<Output<Stdout>>,
    splitter: Splitter,
    intake: Intake,
    /// When the last read returned, or how many rows there were.
    last: f64,
}

impl Reader {
    /// A reader whose clock starts at `started` and that calls `notify` after each commit.
    pub fn new(
        source: Source,
        store: Arc<Mutex<Store>>,
        started: Instant,
        notify: impl Fn() + Send + 'static,
    ) -> Self {
        let typed = source.is_typed();
        let stdout = io::stdout();
        Self {
            intake: Intake::new(typed),
            terminal: (typed && stdout.is_terminal()).then(|| Output::new(stdout)),
            source,
            store,
            started,
            notify: Box::new(notify),
            splitter: Splitter::default(),
            last: 0.0,
        }
    }

    /// Starts the thread. It is never joined: it may sit in read(2) until the process ends.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn start(self) -> io::Result<()> {
        let thread = thread::Builder::new().name("reader".to_owned());
        thread.spawn(|| self.run()).map(drop)
    }

    fn run(mut self) {
        if self.source.is_typed() {
            self.begin_at_zero();
        }
        self.say("Plot running. Enter numbers to update.\n");
        let mut block = vec![0; BLOCK];
        let end = loop {
            self.say("New value: ");
            match self.read(&mut block) {
                Ok(0) => break End::Input,
                Ok(length) => self.take(&block[..length]),
                Err(errno) => break End::Error(errno.desc().to_owned()),
            }
        };
        self.finish(end);
    }

    /// Until the first number is typed, 0 is drawn.
    fn begin_at_zero(&mut self) {
        let sample = Sample { time: 0.0, value: 0.0 };
        let zero = Entry { series: 0, sample };
        self.intake.columns.series(0, 1, false);
        let mut store = self.store.lock();
        store.declare(self.intake.columns.names());
        store.append(&[zero]);
    }

    fn say(&mut self, text: &str) {
        if let Some(terminal) = &mut self.terminal {
            terminal.push(text.as_bytes());
        }
    }

    fn read(&self, block: &mut [u8]) -> nix::Result<usize> {
        loop {
            match unistd::read(self.source.fd(), block) {
                Err(Errno::EINTR) => {}
                // Whoever shares the descriptor made it non-blocking.
                Err(Errno::EAGAIN) => {
                    let mut fds = [PollFd::new(self.source.fd(), PollFlags::POLLIN)];
                    poll(&mut fds, PollTimeout::NONE)?;
                }
                result => return result,
            }
        }
    }

    fn take(&mut self, block: &[u8]) {
        let now = now();
        self.splitter.feed(block, |line| self.intake.line(&line, now));
        self.intake.tell_held(now);
        self.commit(now);
    }

    fn finish(mut self, end: End) {
        let now = now();
        self.splitter.finish(|line| self.intake.line(&line, now));
        self.intake.tell_all_held(now);
        if let End::Error(problem) = &end {
            tracing::warn!("The input cannot be read any further: {problem}.");
        }
        self.commit(now);
        let mut store = self.store.lock();
        if let Source::Stdin(_) = self.source {
            store.head = self.seconds(now);
        }
        store.end = Some(end);
        drop(store);
        (self.notify)();
    }

    /// Stamps what was taken in, appends it and says what was wrong with it.
    fn commit(&mut self, now: Instant) {
        for complaint in self.intake.complaints() {
            tracing::warn!("{complaint}");
        }
        let (from, rows) = (self.last, self.intake.rows() as f64);
        let to = match self.source {
            Source::Stdin(_) => self.seconds(now),
            Source::File(_) => from + rows,
        };
        // Numbering is spreading too: n rows over n.
        self.intake.spread(from, to);
        for batch in self.intake.entries().chunks(BATCH) {
            let mut store = self.store.lock();
            store.declare(self.intake.columns.names());
            store.append(batch);
        }
        self.store.lock().counts = self.intake.counts;
        self.intake.clear();
        self.last = to;
        (self.notify)();
    }

    fn seconds(&self, now: Instant) -> f64 {
        now.duration_since(self.started).as_secs_f64()
    }
}

#[expect(clippy::disallowed_methods, reason = "the reader's loop is an outermost one")]
fn now() -> Instant {
    Instant::now()
}
