//! A file that is written whole or not at all: as a draft beside the one it replaces, then renamed over it. What is
//! no regular file (a device, a FIFO) is written in place; `-` is stdout (`stream`). A file that is to be new never
//! replaces another. What is written is left to the callers.

use std::ffi::OsStr;
use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use common::escape;
use parking_lot::Mutex;
use tempfile::{Builder, NamedTempFile};

use super::stream::Stream;
use crate::error::Error;
use crate::signals::Flag;

/// The drafts there have been. Destructors do not run when a signal or a panic ends the process.
static DRAFTS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes the drafts that there still are, before the process ends without its destructors.
pub(crate) fn remove_drafts() {
    // Most of them have got their names or have been removed.
    DRAFTS.lock().iter().for_each(|draft| drop(fs::remove_file(draft)));
}

/// Where something is written.
#[derive(Debug)]
pub(crate) struct Target {
    /// As the user named it.
    named: PathBuf,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Stdout(Stream),
    /// A device or FIFO.
    Special(Stream),
    /// A draft, removed when it is dropped; the file that it will be, and that file's mode if there is one already.
    Draft {
        draft: NamedTempFile,
        path: PathBuf,
        mode: Option<Permissions>,
    },
}

impl Target {
    /// Opens it; a FIFO when somebody reads it. Once `stop` is raised, no reader is waited for any longer.
    pub(crate) fn open(named: &Path, stop: &Flag) -> Result<Self, Error> {
        Self::at(named, place(named, stop))
    }

    /// A file that has no name yet, in the folder of `named`.
    pub(crate) fn new(named: &Path) -> Result<Self, Error> {
        Self::at(named, draft(named.to_owned(), None))
    }

    fn at(named: &Path, place: io::Result<Place>) -> Result<Self, Error> {
        let place = place.map_err(|source| Error::Output { path: named.to_owned(), source })?;
        Ok(Self { named: named.to_owned(), place })
    }

    /// Writes all of it and puts it in its place.
    pub(super) fn finish(mut self, bytes: &[u8]) -> Result<(), Error> {
        self.write(bytes)?;
        self.keep()
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let written = match &mut self.place {
            Place::Stdout(stream) | Place::Special(stream) => stream.write_all(bytes),
            // Not through NamedTempFile, which adds the draft's name to an error.
            Place::Draft { draft, .. } => draft.as_file_mut().write_all(bytes),
        };
        self.checked(written)
    }

    /// Replaces the old file by the new one, under its name and with its mode.
    pub(super) fn keep(self) -> Result<(), Error> {
        let Place::Draft { draft, path, mode } = self.place else {
            return Ok(());
        };
        let kept = (|| {
            if let Some(mode) = mode {
                draft.as_file().set_permissions(mode)?;
            }
            // A full disk may be reported no earlier: fsync(2).
            draft.as_file().sync_all()?;
            draft.persist(path).map_err(|failed| failed.error)
        })();
        kept.map(drop).map_err(|source| Error::Output { path: self.named, source })
    }

    /// Gives the file the first of these names that is free.
    pub(crate) fn keep_as(self, names: impl Iterator<Item = PathBuf>) -> Result<PathBuf, Error> {
        let Place::Draft { mut draft, .. } = self.place else {
            return Ok(self.named);
        };
        let failed = |path, source| Err(Error::Output { path, source });
        if let Err(error) = draft.as_file().sync_all() {
            return failed(self.named, error);
        }
        for name in names {
            match draft.persist_noclobber(&name) {
                Ok(_) => return Ok(name),
                Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => {
                    draft = taken.file;
                }
                Err(other) => return failed(name, other.error),
            }
        }
        failed(self.named, io::ErrorKind::AlreadyExists.into())
    }

    /// The draft, to be read again.
    pub(super) fn draft(&self) -> Option<&Path> {
        match &self.place {
            Place::Draft { draft, .. } => Some(draft.path()),
            _ => None,
        }
    }

    /// Another draft for the same file.
    pub(super) fn again(&self) -> Result<Self, Error> {
        let again = match &self.place {
            Place::Draft { path, mode, .. } => draft(path.clone(), mode.clone()),
            _ => Err(io::ErrorKind::InvalidInput.into()),
        };
        Self::at(&self.named, again)
    }

    pub(super) fn checked<T>(&self, result: io::Result<T>) -> Result<T, Error> {
        result.map_err(|source| match &self.place {
            Place::Draft { .. } => Error::Output { path: self.named.clone(), source },
            Place::Special(_) => Error::Stream { to: escape::path(&self.named), source },
            Place::Stdout(_) => Error::Stream { to: "stdout".to_owned(), source },
        })
    }
}

fn place(named: &Path, stop: &Flag) -> io::Result<Place> {
    if named == Path::new("-") {
        return Ok(Place::Stdout(Stream::stdout(stop.clone())));
    }
    let path = match fs::canonicalize(named) {
        Ok(path) => path,
        Err(error) if error.kind() == io::ErrorKind::NotFound => match fs::read_link(named) {
            // A link to a file that is not there yet: the draft becomes that file.
            Ok(target) => return place(&named.parent().unwrap_or(named).join(target), stop),
            Err(_) => named.to_owned(),
        },
        Err(error) => return Err(error),
    };
    let mode = match fs::metadata(&path) {
        Ok(found) if found.is_file() => Some(found.permissions()),
        Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) => return Stream::open(&path, stop.clone()).map(Place::Special),
        Err(_) => None,
    };
    draft(path, mode)
}

/// A draft in the folder of the file that it will be. Its mode is the usual one, less the umask; if it replaces a file,
/// only its owner may read it before it has that file's mode.
fn draft(path: PathBuf, mode: Option<Permissions>) -> io::Result<Place> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let prefix = [OsStr::new("."), name, OsStr::new(".")].join(OsStr::new(""));
    let create = |draft: &Path| {
        DRAFTS.lock().push(draft.to_owned());
        let mode = if mode.is_some() { 0o600 } else { 0o666 };
        OpenOptions::new().write(true).create_new(true).mode(mode).open(draft)
    };
    let folder = path.parent().unwrap_or(&path);
    let draft = Builder::new().prefix(&prefix).suffix(".draft").make_in(folder, create)?;
    Ok(Place::Draft { draft, path, mode })
}
