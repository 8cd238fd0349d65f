//! The thread that reads for the window. It may block for ever, and no other thread waits for it. It appends samples a
//! thousand at a time, so that the window never waits long for the lock. No line is dropped: a producer that is faster
//! than this thread waits on its pipe.

use std::io::{self, IsTerminal, Stdout};
use std::thread;

use common::output::Output;

use super::source::Input;
use crate::series::Shared;

/// Samples appended under one hold of the lock: some 30 µs.
const BATCH: usize = 1024;

/// The input, and where its samples go.
#[expect(missing_debug_implementations, reason = "a closure has none")]
pub struct Reader {
    input: Input,
    store: Shared,
    notify: Box<dyn Fn(bool) + Send>,
    /// The terminal that is prompted on.
    terminal: Option<Output<Stdout>>,
}

impl Reader {
    /// A reader that calls `notify` after each commit; its argument is whether that was the last one.
    pub fn new(input: Input, store: Shared, notify: impl Fn(bool) + Send + 'static) -> Self {
        let stdout = io::stdout();
        let prompts = input.is_typed() && stdout.is_terminal();
        Self {
            input,
            store,
            notify: Box::new(notify),
            terminal: prompts.then(|| Output::new(stdout)),
        }
    }

    /// Starts the thread. It is never joined: it may wait in read(2) until the process ends.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn start(self) -> io::Result<()> {
        let thread = thread::Builder::new().name("reader".to_owned());
        thread.spawn(|| self.run()).map(drop)
    }

    fn run(mut self) {
        if self.input.is_typed() {
            // Until the first number is typed, 0 is drawn.
            self.input.begin_at_zero();
            self.commit();
        }
        self.prompt("Plot running. Enter numbers to update.\n");
        loop {
            self.prompt("New value: ");
            let end = self.input.advance();
            self.commit();
            if let Some(end) = end {
                self.store.hold(|store| {
                    store.head = self.input.position().unwrap_or(store.head);
                    store.end = Some(end);
                });
                return (self.notify)(true);
            }
        }
    }

    fn prompt(&mut self, text: &str) {
        if let Some(terminal) = &mut self.terminal {
            terminal.push(text.as_bytes());
        }
    }

    fn commit(&self) {
        self.store.hold(|store| {
            store.counts = self.input.counts();
            store.declare(self.input.names());
        });
        for batch in self.input.entries().chunks(BATCH) {
            self.store.hold(|store| store.append(batch));
        }
        (self.notify)(false);
    }
}
