//! The bytes to and from the terminal, neither of which are waited for: what it has not taken yet, and the keys in what it
//! sends. What a key does is left to `live`, and so is when a picture is shown.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use common::clock;
use nix::poll::{PollFd, PollFlags, poll};

use super::cells::Cells;
use super::colors::Depth;
use super::keys::{Event, Keys};
use super::screen::Screen;
use super::tty::{ENTER, Tty};
use crate::picture::palette::Palette;

/// How much is read from the terminal at once.
const TYPED: usize = 1024;

/// How long the rest of an escape sequence may take.
const ESCAPE: Duration = Duration::from_millis(50);

/// Asks the terminal for the colour of its background: xterm's OSC 11. The answer comes among the keys, or never.
const ASK_BACKGROUND: &[u8] = b"\x1b]11;?\x1b\\";

/// How long its answer may take, and how long the end waits for it, in milliseconds.
const ANSWER: Duration = Duration::from_secs(1);
const LATE: u16 = 100;

/// The terminal, and what is on its way.
#[derive(Debug)]
pub(super) struct Wire {
    tty: Tty,
    screen: Screen,
    /// What the terminal has not taken yet.
    unsent: Vec<u8>,
    sent: u64,
    keys: Keys,
    /// What has come of an escape sequence is the key Esc then.
    escape_at: Option<Instant>,
    /// Until then an answer may come to what the terminal was asked.
    asked_until: Option<Instant>,
}

impl Wire {
    pub(super) fn new(tty: Tty, depth: Depth) -> Self {
        Self {
            tty,
            screen: Screen::new(depth),
            unsent: Vec::new(),
            sent: 0,
            keys: Keys::default(),
            escape_at: None,
            asked_until: None,
        }
    }

    /// Takes the terminal, whatever others have done with it.
    pub(super) fn take(&mut self) -> io::Result<()> {
        self.tty.take()?;
        self.unsent = ENTER.to_vec();
        self.screen.forget();
        Ok(())
    }

    /// Asks for the background.
    pub(super) fn ask(&mut self, now: Instant) {
        self.unsent.extend_from_slice(ASK_BACKGROUND);
        self.asked_until = Some(now + ANSWER);
    }

    /// How many cells the terminal has, across and down.
    pub(super) fn size(&self) -> (usize, usize) {
        self.tty.size()
    }

    /// Whether the terminal has taken everything.
    pub(super) fn is_free(&self) -> bool {
        self.unsent.is_empty()
    }

    /// When what has come of an escape sequence is a key, even if nothing else comes.
    pub(super) fn escape_at(&self) -> Option<Instant> {
        self.escape_at
    }

    /// How many bytes the terminal has taken.
    pub(super) fn sent(&self) -> u64 {
        self.sent
    }

    /// Others may have written to the terminal: the next picture is sent whole.
    pub(super) fn forget(&mut self) {
        self.screen.forget();
    }

    /// Nothing more of the picture is sent: it would tear what others print.
    pub(super) fn drop_unsent(&mut self) {
        self.unsent.clear();
    }

    /// Has a picture sent, once everything before it is.
    pub(super) fn show(&mut self, cells: Cells, palette: &Palette) {
        self.unsent = self.screen.show(cells, palette);
    }

    /// Sends what the terminal takes.
    pub(super) fn send(&mut self) -> io::Result<()> {
        while !self.unsent.is_empty() {
            let sent = self.tty.write(&self.unsent)?;
            if sent == 0 {
                return Ok(());
            }
            self.unsent.drain(..sent);
            self.sent += sent as u64;
        }
        Ok(())
    }

    /// What has been typed, if the terminal is readable, and the key Esc that no sequence follows.
    pub(super) fn events(&mut self, is_readable: bool, now: Instant) -> io::Result<Vec<Event>> {
        let mut events = if is_readable { self.read(now)? } else { Vec::new() };
        if self.escape_at.is_some_and(|at| at <= now) {
            self.escape_at = None;
            events.extend(self.keys.give_up());
        }
        Ok(events)
    }

    fn read(&mut self, now: Instant) -> io::Result<Vec<Event>> {
        let mut bytes = [0; TYPED];
        let length = self.tty.read(&mut bytes)?;
        let events = self.keys.feed(&bytes[..length]);
        self.escape_at = self.keys.is_waiting().then(|| now + ESCAPE);
        if events.iter().any(|event| matches!(event, Event::Background { .. })) {
            self.asked_until = None;
        }
        Ok(events)
    }

    /// Waits a moment for an answer that may be on its way: it would be typed at the shell's prompt.
    pub(super) fn await_answer(&mut self) -> io::Result<()> {
        while self.asked_until.is_some_and(|until| clock::now() < until) {
            let mut fds = [PollFd::new(self.tty.as_fd(), PollFlags::POLLIN)];
            if poll(&mut fds, LATE).unwrap_or(0) == 0 {
                break;
            }
            self.read(clock::now())?;
        }
        Ok(())
    }
}

impl AsFd for Wire {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.tty.as_fd()
    }
}
