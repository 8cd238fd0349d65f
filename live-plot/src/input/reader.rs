//! The thread that reads for the window. It may block for ever, and no other thread waits for it. It appends samples a
//! thousand at a time, so that the window never waits long for the lock. No line is dropped: a producer that is faster
//! than this thread waits on its pipe.

use std::io::{self, IsTerminal, Stdout};
use std::thread;

use common::output::Output;

use super::pipeline::Input;
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

    /// Starts the thread. It is never joined: it may wait in poll(2) for ever, and ends with the process (`exit_group`(2)).
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
        self.store.hold(|store| self.input.describe(store));
        for batch in self.input.entries().chunks(BATCH) {
            self.store.hold(|store| store.append(batch));
        }
        for batch in self.input.annotations().chunks(BATCH) {
            self.store.hold(|store| batch.iter().cloned().for_each(|mark| store.annotate(mark)));
        }
        (self.notify)(false);
    }
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::fs::File;
    use std::io::Write as _;
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    use std::process::Command;
    use std::time::Duration;

    use common::logging;
    use common::options::CommonArgs;

    use super::*;
    use crate::config::{Axis, Rules};
    use crate::defect;
    use crate::input::source::Source;
    use crate::series::store::Store;

    /// Set in the process that is to panic.
    const PANICS: &str = "READER_PANICS";

    #[test]
    fn a_panic_of_the_reader_ends_the_program_with_a_word() {
        if env::var_os(PANICS).is_some() {
            logging::start("live-plot", &CommonArgs::default());
            defect::end_at_a_panic();
            let (mut writer, reader) = UnixStream::pair().unwrap();
            let source = Source::from_file(File::from(OwnedFd::from(reader)));
            let input = Input::new(source, Rules::default(), Axis::Arrival);
            let store = Shared::new(Store::new(1 << 20));
            Reader::new(input, store, |_| panic!("as if by a mistake")).start().unwrap();
            writer.write_all(b"1\n").unwrap();
            return thread::park_timeout(Duration::from_secs(60));
        }
        let test = "input::reader::tests::a_panic_of_the_reader_ends_the_program_with_a_word";
        let mut again = Command::new(env::current_exe().unwrap());
        let end = again.args(["--exact", test, "--nocapture"]).env(PANICS, "1").output().unwrap();
        let said = String::from_utf8_lossy(&end.stderr).into_owned();
        assert_eq!(end.status.code(), Some(1), "{said}");
        assert!(
            said.contains("as if by a mistake") && said.contains("defect of live-plot"),
            "{said}"
        );
    }
}
