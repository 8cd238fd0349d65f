//! Saving from the window: the picture as it is seen, and the samples that are kept, in new files of the
//! current folder. A thread of its own writes, so that the window goes on.

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

/// What has been saved, or why not; told in the window.
pub(super) type Told = Arc<Mutex<Option<String>>>;

/// Saves a picture.
pub(super) fn picture(
    scene: Scene,
    names: Vec<String>,
    config: &Config,
    dark: bool,
    told: Told,
    done: impl FnOnce() + Send + 'static,
) {
    let drawing = svg::svg(scene, &names, config, dark);
    save("png", told, done, move |mut target| {
        target.write(&svg::png(&drawing).map_err(Error::Picture)?)?;
        Ok(target)
    });
}

/// Saves the samples.
pub(super) fn table(
    store: Shared,
    config: &Config,
    told: Told,
    done: impl FnOnce() + Send + 'static,
) {
    let axis = config.axis();
    save("csv", told, done, move |target| rows::write(target, axis, &store));
}

fn save(
    ending: &'static str,
    told: Told,
    done: impl FnOnce() + Send + 'static,
    write: impl FnOnce(Target) -> Result<Target, Error> + Send + 'static,
) {
    let time = now().format("%Y-%m-%dT%H-%M-%SZ");
    // No other file is ever overwritten: there may be one of this second.
    let name = move |number| match number {
        1 => PathBuf::from(format!("live-plot-{time}.{ending}")),
        _ => PathBuf::from(format!("live-plot-{time}-{number}.{ending}")),
    };
    let answer = Arc::clone(&told);
    let work = move || {
        let draft = Target::new(&name(1)).and_then(write);
        let names = (1..100).map(name);
        *answer.lock() = Some(match draft.and_then(|draft| draft.keep_as(names)) {
            Ok(path) => format!("saved {}", path.display()),
            Err(error) => error.to_string(),
        });
        done();
    };
    if let Err(error) = thread::Builder::new().name("save".to_owned()).spawn(work) {
        *told.lock() = Some(Error::System(error).to_string());
    }
}

#[expect(clippy::disallowed_methods, reason = "a file's name has the time at which it was saved")]
fn now() -> DateTime<Utc> {
    Utc::now()
}
