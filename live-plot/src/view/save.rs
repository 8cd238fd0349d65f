//! Saving from the window: the picture as it is shown, or the samples that are kept, to a new file in the current folder.
//! A thread of its own writes, so that the window goes on. How files are written is left to `export`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use common::clock;
use parking_lot::Mutex;

use crate::config::{Config, View};
use crate::error::Error;
use crate::export::atomic_file::Target;
use crate::export::figure::Figure;
use crate::export::{raster, rows};
use crate::picture::scene::{Extent, Scene};
use crate::series::Shared;

/// What has been saved, or why not, for the status line.
pub(crate) type Message = Arc<Mutex<Option<Said>>>;

/// How long that is said: longer, and what was there before is missed.
const LONG_ENOUGH: Duration = Duration::from_secs(8);

/// A message, and when it came.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) is_failure: bool,
    at: Instant,
}

impl Said {
    fn new(result: Result<String, Error>) -> Self {
        let is_failure = result.is_err();
        let text = result.unwrap_or_else(|error| error.to_string());
        Self { text, is_failure, at: clock::now() }
    }

    /// When it is not said any more.
    pub(crate) fn until(&self) -> Instant {
        self.at + LONG_ENOUGH
    }
}

/// What is to be said now.
pub(crate) fn said(message: &Message, now: Instant) -> Option<Said> {
    let mut held = message.lock();
    *held = held.take().filter(|said| now < said.until());
    held.clone()
}

/// What a saved picture shows.
pub(crate) struct Picture {
    pub(crate) store: Shared,
    pub(crate) view: View,
    pub(crate) extent: Extent,
    pub(crate) hidden: BTreeSet<usize>,
    pub(crate) is_dark: bool,
}

/// Saves a picture. All of it is made in the thread that writes it: of many series it takes longer than a frame.
pub(crate) fn picture(
    picture: Picture,
    config: &Config,
    message: Message,
    done: impl FnOnce() + Send + 'static,
) {
    let config = config.clone();
    let store = picture.store.clone();
    save("png", &store, message, done, move |mut target| {
        target.write(&picture.drawn(&config, raster::png).map_err(Error::Picture)?)?;
        Ok(target)
    });
}

impl Picture {
    /// What `draw` makes of it.
    pub(super) fn drawn<R>(&self, config: &Config, draw: impl FnOnce(&Figure<'_>) -> R) -> R {
        let is_hidden = |number| self.hidden.contains(&number);
        let make = |size| Scene::outline(&self.store, &self.view, self.extent, size, is_hidden);
        draw(&Figure::new(config, &self.store, self.is_dark, make))
    }
}

/// Saves the samples as CSV.
pub(crate) fn table(
    store: Shared,
    config: &Config,
    message: Message,
    done: impl FnOnce() + Send + 'static,
) {
    let axis = config.axis();
    let written = store.clone();
    save("csv", &store, message, done, move |target| rows::write(target, axis, &written));
}

fn save(
    ending: &'static str,
    store: &Shared,
    message: Message,
    done: impl FnOnce() + Send + 'static,
    write: impl FnOnce(Target) -> Result<Target, Error> + Send + 'static,
) {
    let is_empty = is_empty(store);
    let time = now().format("%Y-%m-%dT%H-%M-%SZ");
    // Another file may have been saved in the same second; none is ever overwritten.
    let name = move |number| match number {
        1 => PathBuf::from(format!("live-plot-{time}.{ending}")),
        _ => PathBuf::from(format!("live-plot-{time}-{number}.{ending}")),
    };
    aside("save", message, done, move || {
        if is_empty {
            return Err(Error::NothingTo("save"));
        }
        let draft = Target::new(&name(1)).and_then(write);
        let names = (1..100).map(name);
        draft.and_then(|draft| draft.keep_as(names)).map(|path| format!("saved {}", path.display()))
    });
}

/// Whether there is not one sample, so that there is nothing to save or copy.
pub(super) fn is_empty(store: &Shared) -> bool {
    store.hold(|store| store.series().iter().all(|series| series.total.count + series.gaps == 0))
}

/// Does something in a thread of its own, which leaves a message about it.
pub(super) fn aside(
    thread: &str,
    message: Message,
    done: impl FnOnce() + Send + 'static,
    work: impl FnOnce() -> Result<String, Error> + Send + 'static,
) {
    let result = Arc::clone(&message);
    let work = move || {
        *result.lock() = Some(Said::new(work()));
        done();
    };
    if let Err(error) = thread::Builder::new().name(thread.to_owned()).spawn(work) {
        *message.lock() = Some(Said::new(Err(Error::System(error))));
    }
}

#[expect(clippy::disallowed_methods, reason = "a file's name has the time at which it was saved")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_said_for_some_time_and_what_fails_as_a_failure() {
        let message = Message::default();
        assert!(said(&message, clock::now()).is_none());
        *message.lock() = Some(Said::new(Err(Error::NothingTo("save"))));
        let held = said(&message, clock::now()).unwrap();
        assert!(held.is_failure);
        assert!(said(&message, held.until()).is_none());
        assert!(message.lock().is_none());
    }
}
