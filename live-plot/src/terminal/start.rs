//! Opens the terminal and starts the threads that read for it: one the input, one the signals. What is drawn, and when, is
//! left to `live`.

use common::exit;
use nix::errno::Errno;

use super::inbox::{CONTINUED, ENDED, Inbox, RESIZED, SAMPLES, STOP, SUSPEND};
use super::live::Live;
use super::tty::{Restored, Tty, restore};
use crate::config::Config;
use crate::error::Error;
use crate::export::atomic_file;
use crate::input::pipeline::Input;
use crate::input::reader::Reader;
use crate::input::source::Source;
use crate::series::Shared;
use crate::series::store::{End, Store};
use crate::signals::{Event, Flag, Signals};

/// Draws in this terminal until the user or a signal ends it.
///
/// # Errors
/// When there is no terminal, or the input cannot be read.
pub fn run(config: Config, source: Source, signals: Signals) -> Result<u8, Error> {
    if !config.terminal {
        tracing::info!(
            "No display: drawing in this terminal. --png FILE or --svg FILE writes a picture."
        );
    }
    let signals = signals.of_a_terminal()?;
    let tty = Tty::open().map_err(Error::Terminal)?;
    restore_at_a_panic();
    let from = source.name().to_owned();
    let store = Shared::new(Store::new(config.history));
    let inbox = Inbox::new()?;
    let continued = Flag::new()?;
    let input = Input::live(source, &config, continued.clone());
    let started = input.started();
    let news = inbox.clone();
    let notify = move |is_last| news.post(if is_last { ENDED } else { SAMPLES });
    Reader::new(input, store.clone(), notify).start()?;
    let news = inbox.clone();
    signals.watch(move |event| match event {
        Event::Stop => news.post(STOP),
        Event::End => {
            restore();
            atomic_file::remove_drafts();
        }
        Event::Continued => {
            continued.raise();
            news.post(CONTINUED);
        }
        Event::Suspend => news.post(SUSPEND),
        Event::Resized => news.post(RESIZED),
    })?;
    let restored = Restored;
    let mut live = Live::new(&config, store.clone(), started, tty);
    live.take().map_err(Error::Terminal)?;
    match live.run(&inbox) {
        // The terminal is lost, as a window is closed.
        Err(error) if error.raw_os_error() == Some(Errno::EIO as i32) => {}
        ended => ended.map_err(Error::Terminal)?,
    }
    drop(restored);
    live.report();
    match store.hold(|store| store.end.take()) {
        Some(End::Error(problem)) => Err(Error::Read { from, problem }),
        _ => Ok(exit::OK),
    }
}

/// A panic's message would be lost on the other screen, and `Restored` is not dropped: `defect` ends the program, and a release
/// aborts.
fn restore_at_a_panic() {
    let otherwise = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        restore();
        otherwise(panic);
    }));
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::io::{Read as _, Write as _};
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    use std::process::{Command, Stdio};
    use std::{env, thread};

    use clap::Parser as _;
    use common::logging;
    use common::options::CommonArgs;
    use nix::sys::stat::Mode;
    use nix::unistd::mkfifo;

    use super::*;
    use crate::args::Args;
    use crate::{defect, signals};

    const TEST: &str =
        "terminal::start::tests::a_panic_of_any_thread_puts_the_terminal_back_then_prints";

    /// Set in the process that is to panic, when this FIFO ends.
    const PANICS: &str = "TERMINAL_PANICS";

    /// Draws a number until a thread panics that has nothing to do with the terminal. So no destructor runs in the thread that
    /// draws, as in a release, where a panic aborts.
    fn panics(fifo: String) {
        logging::start("live-plot", &CommonArgs::default());
        defect::end_at_a_panic();
        let signals = signals::block().unwrap();
        let (mut writer, reader) = UnixStream::pair().unwrap();
        let source = Source::from_file(File::from(OwnedFd::from(reader)));
        let other = thread::Builder::new().name("other".to_owned());
        let panic = move || {
            writer.write_all(b"5\n").unwrap();
            fs::read(fifo).unwrap();
            panic!("as if by a mistake");
        };
        other.spawn(panic).unwrap();
        run(
            Config::try_from(Args::parse_from(["live-plot", "--terminal"])).unwrap(),
            source,
            signals,
        )
        .unwrap();
    }

    #[test]
    fn a_panic_of_any_thread_puts_the_terminal_back_then_prints() {
        if let Ok(fifo) = env::var(PANICS) {
            return panics(fifo);
        }
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("fifo");
        mkfifo(&fifo, Mode::S_IRWXU).unwrap();
        // script(1) gives it a terminal of its own.
        let again = env::current_exe().unwrap();
        let again = format!("'{}' --exact {TEST} --nocapture", again.display());
        let shell = format!("stty -g; {again}; echo status $?; stty -g");
        let mut script = Command::new("timeout")
            .args(["60", "script", "-qc", &shell, "/dev/null"])
            .env(PANICS, &fifo)
            .env("TERM", "xterm")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (keyboard, mut screen) = (script.stdin.take(), script.stdout.take().unwrap());
        let mut seen = String::new();
        let mut bytes = [0; 4096];
        while !seen.contains("live") {
            let length = screen.read(&mut bytes).unwrap();
            assert!(length > 0, "no picture came: {seen}");
            seen += &String::from_utf8_lossy(&bytes[..length]);
        }
        fs::write(&fifo, "").unwrap();
        screen.read_to_string(&mut seen).unwrap();
        drop(keyboard);
        assert!(script.wait().unwrap().success());
        let (picture, after) = seen.split_once("\x1b[?25h\x1b[?1049l").expect(&seen);
        assert!(picture.contains("\x1b[?1049h\x1b[?25l") && !picture.contains("mistake"), "{seen}");
        let lines: Vec<&str> = after.lines().collect();
        for said in ["as if by a mistake", "defect of live-plot", "status 1"] {
            assert!(lines.iter().any(|line| line.contains(said)), "{said}: {seen}");
        }
        assert_eq!(lines.last(), picture.lines().next().as_ref(), "{seen}");
    }
}
