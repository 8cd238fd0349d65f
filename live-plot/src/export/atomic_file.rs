//! A file that is written whole or not at all: beside the one it replaces, then renamed over it. What is
//! no regular file (a device, a FIFO) is written in place; `-` is stdout. A file that is to be new never
//! replaces another.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use common::escape;
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags, RenameFlags, renameat2};

use crate::error::Error;

/// How many drafts there have been, so that each has a name of its own.
static DRAFTS: AtomicU32 = AtomicU32::new(0);

/// Where something is written.
#[derive(Debug)]
pub(crate) struct Target {
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
    pub(crate) fn open(named: &Path) -> Result<Self, Error> {
        Self::placed(named, place(named))
    }

    /// A file that has no name yet, in the folder of `named`.
    pub(crate) fn new(named: &Path) -> Result<Self, Error> {
        Self::placed(named, beside(named.to_owned(), None))
    }

    fn placed(named: &Path, place: io::Result<Place>) -> Result<Self, Error> {
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

    /// Gives the file the first of these names that is free.
    pub(crate) fn keep_as(
        mut self,
        names: impl Iterator<Item = PathBuf>,
    ) -> Result<PathBuf, Error> {
        let Place::Beside { file, draft, .. } = &self.place else {
            return Ok(self.named.clone());
        };
        self.checked(file.sync_all())?;
        for name in names {
            match rename_to_new(draft, &name) {
                Err(Errno::EEXIST) => self.named = name,
                kept => return self.checked(kept.map_err(io::Error::from)).map(|()| name),
            }
        }
        self.checked(Err(io::ErrorKind::AlreadyExists.into()))
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
        result.map_err(|source| match &self.place {
            Place::Beside { .. } => Error::Output { path: self.named.clone(), source },
            Place::Opened(_) => Error::Stream { to: escape::path(&self.named), source },
            Place::Stdout => Error::Stream { to: "stdout".to_owned(), source },
        })
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
        Err(error) if error.kind() == io::ErrorKind::NotFound => match fs::read_link(named) {
            // A link to nothing yet: what it names is made.
            Ok(target) => return place(&named.parent().unwrap_or(named).join(target)),
            Err(_) => named.to_owned(),
        },
        Err(error) => return Err(error),
    };
    let mode = match fs::metadata(&path) {
        Ok(found) if found.is_file() => Some(found.permissions()),
        Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) => return OpenOptions::new().write(true).open(&path).map(Place::Opened),
        Err(_) => None,
    };
    beside(path, mode)
}

/// A draft beside the file that it will be.
fn beside(path: PathBuf, mode: Option<Permissions>) -> io::Result<Place> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy().into_owned();
    let (pid, number) = (std::process::id(), DRAFTS.fetch_add(1, Ordering::Relaxed));
    let draft = path.with_file_name(format!(".{name}.{pid}.{number}.draft"));
    let file = OpenOptions::new().write(true).create_new(true).open(&draft)?;
    Ok(Place::Beside { file, draft, path, mode })
}

/// Renames a file unless the name is taken: renameat2(2); where the file system cannot do that, by a second link,
/// whose first one the drop takes away.
fn rename_to_new(draft: &Path, name: &Path) -> nix::Result<()> {
    match renameat2(AT_FDCWD, draft, AT_FDCWD, name, RenameFlags::RENAME_NOREPLACE) {
        Err(Errno::EINVAL) => {
            nix::unistd::linkat(AT_FDCWD, draft, AT_FDCWD, name, AtFlags::empty())
        }
        renamed => renamed,
    }
}
