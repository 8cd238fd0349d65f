//! Opens a file to read, and names what a read may find. Who reads is `source`, or `followed` for a file that grows.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use nix::fcntl::OFlag;

/// What a read found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    /// So many bytes.
    Bytes(usize),
    /// Nothing at the moment; ask again after `followed::PAUSE`.
    Nothing,
    /// What comes next is another text than what came before: the last line has ended.
    Restart,
    /// The end.
    End,
}

/// Opens a file to read. Opening must not wait, or no window would appear: a FIFO for its first writer, a serial line for
/// a carrier (fifo(7), open(2)). Such a line must not become the terminal that Ctrl-C is typed at.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    OpenOptions::new().read(true).custom_flags(flags.bits()).open(path)
}
