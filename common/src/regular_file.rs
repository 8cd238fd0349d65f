//! Reading a file whose name came from outside, as a zone's comes from TZ. It may be anything: a FIFO would block the
//! program, and a device has no end.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::libc;

/// The content of a regular file of at most `largest` bytes, and what was known of it when it was read.
///
/// # Errors
/// It cannot be read, is no regular file or too large.
pub fn read(path: &Path, largest: u64) -> io::Result<(Vec<u8>, Metadata)> {
    let check = |file: &Metadata| {
        if !file.is_file() {
            Err(io::Error::other("it is no regular file"))
        } else if file.len() > largest {
            Err(io::Error::other("it is too large"))
        } else {
            Ok(())
        }
    };
    // To open a device may do something. Not to wait is for a FIFO that has just taken the file's place.
    check(&fs::metadata(path)?)?;
    let file = File::options().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    let metadata = file.metadata()?;
    check(&metadata)?;
    let mut bytes = Vec::new();
    file.take(largest).read_to_end(&mut bytes)?;
    Ok((bytes, metadata))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_of_a_sensible_size_are_read() {
        let refused = |path: &Path| read(path, 10).unwrap_err().to_string();
        assert_eq!(refused(Path::new("/dev/zero")), "it is no regular file");
        assert_eq!(refused(Path::new("/tmp")), "it is no regular file");
        let path = std::env::temp_dir().join(format!("common-regular-{}", std::process::id()));
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(refused(&path), "it is no regular file");
        fs::remove_file(&path).unwrap();
        fs::write(&path, "more than ten bytes").unwrap();
        assert_eq!(refused(&path), "it is too large");
        assert_eq!(read(&path, 100).unwrap().0, b"more than ten bytes");
        fs::remove_file(&path).unwrap();
    }
}
