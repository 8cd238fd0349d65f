//! The controlling terminal: opened, set up to draw on, and put back as it was. All of that is here, for there are many
//! ways out: the end, a signal, a panic of any thread, Ctrl-Z.
//!
//! It is opened by the name `/dev/tty`: so it has a description of its own, which alone does not block; that of stdin,
//! stdout and stderr belongs to everybody who has inherited it.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal as _, Read as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt as _;

use common::logging;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::sys::termios::{
    FlushArg, InputFlags, LocalFlags, SetArg, SpecialCharacterIndices, Termios, tcflush, tcgetattr,
    tcsetattr,
};
use nix::unistd;
use parking_lot::Mutex;

/// The other screen, without a cursor: xterm's private modes, which all terminals have taken over.
pub(super) const ENTER: &[u8] = b"\x1b[?1049h\x1b[?25l";

/// The first screen as it was, with the cursor.
const LEAVE: &[u8] = b"\x1b[m\x1b[?25h\x1b[?1049l";

/// How long a terminal may take to read that it is left, in milliseconds.
const FINAL_WAIT: u16 = 200;

/// The size of a terminal that does not know its own.
const SIZE: (usize, usize) = (80, 24);

/// The terminal that is drawn on, and how it was before.
static TAKEN: Mutex<Option<(File, Termios)>> = Mutex::new(None);

/// The terminal, open and non-blocking.
#[derive(Debug)]
pub(super) struct Tty(File);

/// Puts the terminal back when it is dropped.
#[derive(Debug)]
pub(super) struct Restored;

impl Drop for Restored {
    fn drop(&mut self) {
        restore();
    }
}

impl Tty {
    /// The terminal that controls this process.
    pub(super) fn open() -> io::Result<Self> {
        let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
        let mut options = OpenOptions::new();
        options.read(true).write(true).custom_flags(flags.bits()).open("/dev/tty").map(Self)
    }

    /// Sets it up to be drawn on, if it is not. Keys come at once and are not shown; Ctrl-C, Ctrl-Z and Ctrl-S stay those of
    /// the terminal. In the background this stops the process until it is in the foreground, as every write would.
    pub(super) fn take(&self) -> io::Result<()> {
        let tty = self.0.try_clone()?;
        let mut taken = TAKEN.lock();
        let before = match taken.take() {
            Some((_, before)) => before,
            None => tcgetattr(&self.0)?,
        };
        let mut modes = before.clone();
        modes.local_flags.remove(LocalFlags::ICANON | LocalFlags::ECHO);
        modes.control_chars[SpecialCharacterIndices::VMIN as usize] = 1;
        modes.control_chars[SpecialCharacterIndices::VTIME as usize] = 0;
        *taken = Some((tty, before));
        tcsetattr(&self.0, SetArg::TCSANOW, &modes)?;
        drop(taken);
        if io::stderr().is_terminal() {
            logging::stderr().lock().hold();
        }
        Ok(())
    }

    /// How many cells it has, across and down.
    pub(super) fn size(&self) -> (usize, usize) {
        let size = terminal_size::terminal_size_of(&self.0);
        size.map_or(SIZE, |(width, height)| (width.0.into(), height.0.into()))
    }

    /// What has been typed, as much as there is; an error also when it is lost.
    pub(super) fn read(&self, bytes: &mut [u8]) -> io::Result<usize> {
        match (&self.0).read(bytes) {
            Ok(0) => Err(Errno::EIO.into()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            read => read,
        }
    }

    /// Sends what it takes without waiting.
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        match unistd::write(&self.0, bytes) {
            Err(Errno::EAGAIN | Errno::EINTR) => Ok(0),
            written => Ok(written?),
        }
    }
}

impl AsFd for Tty {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Puts the terminal back as it was, if it was taken, and prints what was kept for stderr. Any thread may call it. Where it
/// fails the terminal is lost.
pub(crate) fn restore() {
    let Some((tty, before)) = TAKEN.lock().take() else { return };
    // A shell that ends in the same pipe may have made another group the foreground one; from the background these calls
    // would stop the process (termios(3)), unless the signal for that is blocked.
    let unblocked = SigSet::from_iter([Signal::SIGTTOU]).thread_swap_mask(SigmaskHow::SIG_BLOCK);
    // Stopped by Ctrl-S, it would keep the picture. Without IXON it goes on; TCOON would not do that.
    let mut going_on = before.clone();
    going_on.input_flags.remove(InputFlags::IXON);
    tcsetattr(&tty, SetArg::TCSANOW, &going_on).ok();
    if !leave(&tty) {
        // It takes nothing. What waits there is of the picture, which has no more use.
        tcflush(&tty, FlushArg::TCOFLUSH).ok();
        leave(&tty);
    }
    tcsetattr(&tty, SetArg::TCSANOW, &before).ok();
    logging::stderr().lock().release();
    unblocked.and_then(|mask| mask.thread_set_mask()).ok();
}

/// Sends what shows the first screen again; false if the terminal does not take it in time.
fn leave(tty: &File) -> bool {
    let mut rest = LEAVE;
    while !rest.is_empty() {
        let mut fds = [PollFd::new(tty.as_fd(), PollFlags::POLLOUT)];
        let is_ready = poll(&mut fds, FINAL_WAIT).is_ok_and(|ready| ready > 0);
        match unistd::write(tty, rest) {
            Ok(written) => rest = &rest[written..],
            Err(Errno::EAGAIN | Errno::EINTR) if is_ready => {}
            Err(_) => return false,
        }
    }
    true
}
