//! Saving from the window: the picture as it is shown, or the samples that are kept, to a new file in the current folder.
//! A thread of its own writes, so that the window goes on. How files are written is left to `export`.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use chrono::{DateTime, Utc};
use parking_lot::Mutex;

use crate::config::Config;
use crate::error::Error;
use crate::export::atomic_file::Target;
use crate::export::{rows, svg};
use crate::picture::scene::Scene;
use crate::series::Shared;

/// What has been saved, or why not, for the status line.
pub(super) type Message = Arc<Mutex<Option<String>>>;

/// Saves a picture.
pub(super) fn picture(
    scene: Scene,
    names: Vec<String>,
    config: &Config,
    dark: bool,
    message: Message,
    done: impl FnOnce() + Send + 'static,
) {
    let drawing = svg::svg(scene, &names, config, dark);
    save("png", message, done, move |mut target| {
        target.write(&svg::png(&drawing).map_err(Error::Picture)?)?;
        Ok(target)
    });
}

/// Saves the samples as CSV.
pub(super) fn table(
    store: Shared,
    config: &Config,
    message: Message,
    done: impl FnOnce() + Send + 'static,
) {
    let axis = config.axis();
    save("csv", message, done, move |target| rows::write(target, axis, &store));
}

fn save(
    ending: &'static str,
    message: Message,
    done: impl FnOnce() + Send + 'static,
    write: impl FnOnce(Target) -> Result<Target, Error> + Send + 'static,
) {
    let time = now().format("%Y-%m-%dT%H-%M-%SZ");
    // Another file may have been saved in the same second; none is ever overwritten.
    let name = move |number| match number {
        1 => PathBuf::from(format!("live-plot-{time}.{ending}")),
        _ => PathBuf::from(format!("live-plot-{time}-{number}.{ending}")),
    };
    let result = Arc::clone(&message);
    let work = move || {
        let draft = Target::new(&name(1)).and_then(write);
        let names = (1..100).map(name);
        *result.lock() = Some(match draft.and_then(|draft| draft.keep_as(names)) {
            Ok(path) => format!("saved {}", path.display()),
            Err(error) => error.to_string(),
        });
        done();
    };
    if let Err(error) = thread::Builder::new().name("save".to_owned()).spawn(work) {
        *message.lock() = Some(Error::System(error).to_string());
    }
}

#[expect(clippy::disallowed_methods, reason = "a file's name has the time at which it was saved")]
fn now() -> DateTime<Utc> {
    Utc::now()
}
