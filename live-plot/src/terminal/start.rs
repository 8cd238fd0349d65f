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
    let input = Input::new(source, config.rules.clone(), config.axis());
    let input = input.watched().with_history(config.window().unwrap_or_default());
    let input = input.interrupted_by(continued.clone());
    let started = input.started();
    let news = inbox.clone();
    let notify = move |is_last| news.tell(if is_last { ENDED } else { SAMPLES });
    Reader::new(input, store.clone(), notify).start()?;
    let news = inbox.clone();
    signals.watch(move |event| match event {
        Event::Stop => news.tell(STOP),
        Event::End => {
            restore();
            atomic_file::remove_drafts();
        }
        Event::Continued => {
            continued.raise();
            news.tell(CONTINUED);
        }
        Event::Suspend => news.tell(SUSPEND),
        Event::Resized => news.tell(RESIZED),
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

/// A panic's message would be lost on the other screen.
fn restore_at_a_panic() {
    let otherwise = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        restore();
        otherwise(panic);
    }));
}
