//! Saving from the window: the picture as it is seen, and the samples that are kept, in new files of the
//! current folder. A thread of its own writes, so that the window goes on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{io, thread};

use parking_lot::Mutex;

use super::scene::Scene;
use crate::args::Config;
use crate::error::Error;
use crate::export::{figure, rows};
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
    let drawing = figure::svg(scene, &names, config, dark);
    save("png", told, done, move |path| {
        let picture = figure::png(&drawing).map_err(Error::Picture)?;
        std::fs::write(path, picture)
            .map_err(|source| Error::Output { path: path.to_owned(), source })
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
    save("csv", told, done, move |path| rows::save(path, axis, &store));
}

fn save(
    ending: &'static str,
    told: Told,
    done: impl FnOnce() + Send + 'static,
    write: impl FnOnce(&Path) -> Result<(), Error> + Send + 'static,
) {
    let answer = Arc::clone(&told);
    let work = move || {
        let saved = free_name(ending).and_then(|path| write(&path).map(|()| path));
        *answer.lock() = Some(match saved {
            Ok(path) => format!("saved {}", path.display()),
            Err(error) => error.to_string(),
        });
        done();
    };
    if let Err(error) = thread::Builder::new().name("save".to_owned()).spawn(work) {
        *told.lock() = Some(Error::System(error).to_string());
    }
}

/// A file that is new, so that nothing is ever overwritten.
fn free_name(ending: &str) -> Result<PathBuf, Error> {
    let time = chrono::Utc::now().format("%Y-%m-%dT%H-%M-%SZ");
    let mut path = PathBuf::new();
    for number in 1..100 {
        let again = if number > 1 { format!("-{number}") } else { String::new() };
        path = PathBuf::from(format!("live-plot-{time}{again}.{ending}"));
        match std::fs::File::create_new(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(Error::Output { path, source }),
        }
    }
    Err(Error::Output { path, source: io::ErrorKind::AlreadyExists.into() })
}
