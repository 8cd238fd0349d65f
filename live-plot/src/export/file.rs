//! A file that is written whole or not at all: beside the one it replaces, then renamed over it. What is
//! no regular file (a device, a FIFO) is written in place; `-` is stdout.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::Error;

/// How many drafts there have been, so that each has a name of its own.
static DRAFTS: AtomicU32 = AtomicU32::new(0);

/// Where something is written.
#[derive(Debug)]
pub(super) struct Target {
    /// As the user named it.
    named: PathBuf,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Stdout,
    Opened(File),
    Beside { file: File, draft: PathBuf, path: PathBuf, mode: Option<Permissions> },
}

impl Target {
    pub(super) fn open(named: &Path) -> Result<Self, Error> {
        let place =
            place(named).map_err(|source| Error::Output { path: named.to_owned(), source })?;
        Ok(Self { named: named.to_owned(), place })
    }

    /// Writes all of it and puts it in its place.
    pub(super) fn finish(mut self, bytes: &[u8]) -> Result<(), Error> {
        self.write(bytes)?;
        self.keep()
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let written = match &mut self.place {
            Place::Stdout => io::stdout().write_all(bytes),
            Place::Opened(file) | Place::Beside { file, .. } => file.write_all(bytes),
        };
        self.checked(written)
    }

    /// Replaces the old file by the new one, under its name and with its mode.
    pub(super) fn keep(self) -> Result<(), Error> {
        let Place::Beside { file, draft, path, mode } = &self.place else {
            return Ok(());
        };
        let kept = (|| {
            if let Some(mode) = mode {
                file.set_permissions(mode.clone())?;
            }
            // A disk that fills up may say so no earlier.
            file.sync_all()?;
            fs::rename(draft, path)
        })();
        self.checked(kept)
    }

    /// The draft, to be read again.
    pub(super) fn draft(&self) -> Option<&Path> {
        match &self.place {
            Place::Beside { draft, .. } => Some(draft),
            _ => None,
        }
    }

    /// Another draft for the same name.
    pub(super) fn again(&self) -> Result<Self, Error> {
        Self::open(&self.named)
    }

    pub(super) fn checked<T>(&self, result: io::Result<T>) -> Result<T, Error> {
        result.map_err(|source| Error::Output { path: self.named.clone(), source })
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Place::Beside { draft, .. } = &self.place {
            // Renamed already when all went well.
            fs::remove_file(draft).ok();
        }
    }
}

fn place(named: &Path) -> io::Result<Place> {
    if named == Path::new("-") {
        return Ok(Place::Stdout);
    }
    let path = match fs::canonicalize(named) {
        Ok(path) => path,
        Err(error) if error.kind() == io::ErrorKind::NotFound => named.to_owned(),
        Err(error) => return Err(error),
    };
    let mode = match fs::metadata(&path) {
        Ok(found) if found.is_file() => Some(found.permissions()),
        Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) => return OpenOptions::new().write(true).open(&path).map(Place::Opened),
        Err(_) => None,
    };
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy().into_owned();
    let (pid, number) = (std::process::id(), DRAFTS.fetch_add(1, Ordering::Relaxed));
    let draft = path.with_file_name(format!(".{name}.{pid}.{number}.draft"));
    let file = OpenOptions::new().write(true).create_new(true).open(&draft)?;
    Ok(Place::Beside { file, draft, path, mode })
}
