//! A terminal in small for the black-box tests: a pty with an interactive shell in it, and what its screen shows after
//! the bytes that came. It knows the sequences that live-plot sends, and fails at any other.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use nix::fcntl::OFlag;
use nix::libc;
use nix::poll::{PollFd, PollFlags, poll};
use nix::pty::{Winsize, grantpt, posix_openpt, ptsname_r, unlockpt};

use crate::{binary, wait_until};

/// What stands before each command.
pub const PROMPT: &str = "ready> ";

/// A command for numbers that go on until nobody reads them. No signal ends it: after a job of which a part was killed the
/// shell puts the terminal back by itself.
pub const NUMBERS: &str =
    "trap '' PIPE INT; while echo a=$((n++)) 2>/dev/null; do sleep 0.05; done";

/// What a terminal shows.
#[derive(Debug, Clone, Default)]
pub struct Screen {
    width: usize,
    height: usize,
    /// The lines of the first screen, and the cells of the other one.
    pub lines: Vec<String>,
    cells: Vec<Vec<char>>,
    at: (usize, usize),
    /// The other screen is shown.
    pub is_other: bool,
    /// The cursor is shown.
    pub has_cursor: bool,
    /// What has come of a sequence or a character.
    rest: Vec<u8>,
}

impl Screen {
    fn new((width, height): (usize, usize)) -> Self {
        let lines = vec![String::new()];
        let mut screen = Self { lines, has_cursor: true, ..Self::default() };
        screen.resize((width, height));
        screen
    }

    fn resize(&mut self, (width, height): (usize, usize)) {
        (self.width, self.height) = (width, height);
        self.cells = vec![vec!['?'; width]; height];
    }

    fn prompts(&self) -> usize {
        self.lines.iter().filter(|line| line.contains(PROMPT)).count()
    }

    /// The other screen as text, row by row.
    pub fn rows(&self) -> Vec<String> {
        self.cells.iter().map(|row| row.iter().collect::<String>().trim_end().to_owned()).collect()
    }

    /// The other screen as text.
    pub fn text(&self) -> String {
        self.rows().join("\n")
    }

    fn take(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
        while let Some(length) = self.next() {
            self.rest.drain(..length);
        }
    }

    /// Obeys the first character or sequence if it is whole, and gives its length.
    fn next(&mut self) -> Option<usize> {
        let bytes = self.rest.clone();
        match bytes.first()? {
            0x1b => match bytes.get(1)? {
                b'[' => {
                    // A sequence that was cut off ends at the next one.
                    let is_end = |byte: &u8| matches!(byte, 0x40..=0x7e | 0x1b);
                    let end = bytes[2..].iter().position(is_end)? + 2;
                    if bytes[end] == 0x1b {
                        return Some(end);
                    }
                    let numbers = std::str::from_utf8(&bytes[2..end]).unwrap().to_owned();
                    self.obey(&numbers, bytes[end]);
                    Some(end + 1)
                }
                b']' => bytes.windows(2).position(|end| end == b"\x1b\\").map(|end| end + 2),
                other => panic!("ESC {other:#x}"),
            },
            b'\r' => {
                self.at.0 = 0;
                Some(1)
            }
            b'\n' => {
                self.lines.push(String::new());
                Some(1)
            }
            byte if *byte < 0x20 => Some(1),
            byte => {
                let length = match byte {
                    ..0x80 => 1,
                    ..0xe0 => 2,
                    ..0xf0 => 3,
                    _ => 4,
                };
                match std::str::from_utf8(bytes.get(..length)?) {
                    Ok(glyph) => self.put(glyph.chars().next()?),
                    // So does a character.
                    Err(_) => return Some(1),
                }
                Some(length)
            }
        }
    }

    fn put(&mut self, glyph: char) {
        if !self.is_other {
            return self.lines.last_mut().unwrap().push(glyph);
        }
        // While the size changes, a picture of the old one may still come.
        if let Some(cell) = self.cells.get_mut(self.at.1).and_then(|row| row.get_mut(self.at.0)) {
            *cell = glyph;
        }
        self.at.0 += 1;
    }

    fn obey(&mut self, numbers: &str, what: u8) {
        let number = |text: &str| text.parse().unwrap_or(1_usize);
        match (what, numbers) {
            (b'h', "?1049") => {
                self.is_other = true;
                self.cells.iter_mut().for_each(|row| row.fill('?'));
            }
            (b'l', "?1049") => self.is_other = false,
            (b'h' | b'l', "?25") => self.has_cursor = what == b'h',
            // The shell's: keys that paste text.
            (b'h' | b'l', "?2004") | (b'm', _) => {}
            (b'H', _) => {
                let (y, x) = numbers.split_once(';').unwrap_or((numbers, ""));
                self.at = (number(x) - 1, number(y) - 1);
            }
            (b'C', _) => self.at.0 += number(numbers),
            (b'J', "2") => self.cells.iter_mut().for_each(|row| row.fill(' ')),
            (b'K', "") if self.is_other => {
                if let Some(row) = self.cells.get_mut(self.at.1) {
                    row.iter_mut().skip(self.at.0).for_each(|cell| *cell = ' ');
                }
            }
            (b'K' | b'J', _) if !self.is_other => {}
            (what, numbers) => panic!("ESC [ {numbers} {}", char::from(what)),
        }
    }
}

/// A terminal with a shell; `$L` is live-plot there. Both are killed on drop.
#[derive(Debug)]
pub struct Terminal {
    keyboard: File,
    screen: Arc<Mutex<Screen>>,
    is_read: Arc<AtomicBool>,
    received: Arc<AtomicUsize>,
    /// How many prompts there were when the last command was typed.
    prompts: AtomicUsize,
    is_closed: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
    shell: Child,
}

impl Terminal {
    /// A terminal of this size, with these variables set.
    pub fn new(size: (u16, u16), variables: &[(&str, &str)]) -> Self {
        let (master, slave) = pty(size);
        let mut command = Command::new("bash");
        command.args(["--norc", "--noprofile", "-i"]).env("L", binary("live-plot"));
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "NO_COLOR", "COLORTERM", "COLORFGBG"] {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color").env("PS1", PROMPT).env("LC_ALL", "C.UTF-8");
        command.env("XDG_CONFIG_HOME", "/nonexistent").env("HISTFILE", "");
        command.envs(variables.iter().copied());
        let inner = || Stdio::from(slave.try_clone().unwrap());
        command.stdin(inner()).stdout(inner()).stderr(inner());
        control(&mut command);
        let shell = command.spawn().unwrap();
        drop((slave, command));
        let screen = Screen::new((size.0.into(), size.1.into()));
        let mut terminal = Self {
            keyboard: master.try_clone().unwrap(),
            screen: Arc::new(Mutex::new(screen)),
            is_read: Arc::new(AtomicBool::new(true)),
            received: Arc::default(),
            prompts: AtomicUsize::new(0),
            is_closed: Arc::default(),
            reader: None,
            shell,
        };
        terminal.read(master);
        terminal.wait("the prompt", |screen| screen.lines.last().unwrap().ends_with(PROMPT));
        terminal
    }

    fn read(&mut self, mut master: File) {
        let (screen, is_read) = (Arc::clone(&self.screen), Arc::clone(&self.is_read));
        let (received, is_closed) = (Arc::clone(&self.received), Arc::clone(&self.is_closed));
        self.reader = Some(thread::spawn(move || {
            let mut bytes = [0; 4096];
            while !is_closed.load(Ordering::Relaxed) {
                let mut fds = [PollFd::new(master.as_fd(), PollFlags::POLLIN)];
                let is_ready = poll(&mut fds, 10_u8).is_ok_and(|ready| ready > 0);
                if !is_ready || !is_read.load(Ordering::Relaxed) {
                    thread::sleep(Duration::from_millis(if is_ready { 2 } else { 0 }));
                    continue;
                }
                // EIO when the last process in it has ended.
                let Ok(length @ 1..) = master.read(&mut bytes) else { return };
                screen.lock().unwrap().take(&bytes[..length]);
                received.fetch_add(length, Ordering::Relaxed);
            }
        }));
    }

    /// Types some keys.
    pub fn press(&self, keys: &str) {
        (&self.keyboard).write_all(keys.as_bytes()).unwrap();
    }

    /// Types a command and Enter.
    pub fn enter(&self, command: &str) {
        self.prompts.store(self.screen.lock().unwrap().prompts(), Ordering::Relaxed);
        self.press(&format!("{command}\n"));
    }

    /// Waits until the screen is as it should be; returns it.
    pub fn wait(&self, what: &str, is_right: impl Fn(&Screen) -> bool) -> Screen {
        let shown = || self.screen.lock().unwrap().clone();
        let right = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            wait_until(what, || Some(shown()).filter(&is_right))
        }));
        right.unwrap_or_else(|_| {
            panic!("never seen: {what}\n{}\n{:#?}", shown().text(), shown().lines)
        })
    }

    /// Waits for a picture that contains a text.
    pub fn wait_for(&self, text: &str) -> Screen {
        self.wait(text, |screen| screen.is_other && screen.text().contains(text))
    }

    /// Waits for the shell's prompt after a command, with the first screen and the cursor back.
    pub fn wait_for_prompt(&self) -> Screen {
        let before = self.prompts.load(Ordering::Relaxed);
        let is_back = |screen: &Screen| {
            // The terminal's ^C may stand before it.
            let has_prompt = screen.lines.last().unwrap().ends_with(PROMPT);
            has_prompt && screen.prompts() > before && !screen.is_other
        };
        let screen = self.wait("the prompt", is_back);
        assert!(screen.has_cursor);
        screen
    }

    /// Runs a command in the shell and gives what it prints.
    pub fn ask(&self, command: &str) -> String {
        self.enter(&format!("{command}; echo END"));
        let is_done =
            |screen: &Screen| screen.lines.iter().rev().nth(1).is_some_and(|l| l == "END");
        let screen = self.wait("END", |screen| !screen.is_other && is_done(screen));
        let lines = screen.lines;
        lines[lines.len() - 3].clone()
    }

    /// Gives it another size, as a user who drags its corner.
    pub fn resize(&self, size: (u16, u16)) {
        self.screen.lock().unwrap().resize((size.0.into(), size.1.into()));
        set_size(&self.keyboard, size);
    }

    /// Stops reading what the terminal is sent, as a slow line does, or goes on.
    pub fn set_read(&self, is_read: bool) {
        self.is_read.store(is_read, Ordering::Relaxed);
    }

    /// How many bytes have come.
    pub fn received(&self) -> usize {
        self.received.load(Ordering::Relaxed)
    }

    /// The settings of the line, as stty(1) prints them.
    pub fn settings(&self) -> String {
        let output =
            Command::new("stty").arg("-g").stdin(self.keyboard.try_clone().unwrap()).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    }
}

/// A terminal's two sides, of this size.
pub fn pty(size: (u16, u16)) -> (File, File) {
    // Not openpty(3): another test's child would inherit the master.
    let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    let master = posix_openpt(flags).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname_r(&master).unwrap();
    let slave = OpenOptions::new().read(true).write(true).custom_flags(libc::O_NOCTTY).open(name);
    let (master, slave) = (File::from(OwnedFd::from(master)), slave.unwrap());
    set_size(&slave, size);
    (master, slave)
}

/// Has the terminal on a command's stdout control it.
pub fn control(command: &mut Command) {
    let control = || {
        // SAFETY: setsid(2) and ioctl(2) are async-signal-safe and touch no memory.
        if unsafe { libc::setsid() < 0 || libc::ioctl(1, libc::TIOCSCTTY, 0) < 0 } {
            return Err(std::io::Error::last_os_error());
        }
        Ok(())
    };
    // SAFETY: between fork and exec the closure only makes system calls.
    unsafe { command.pre_exec(control) };
}

fn set_size(terminal: &impl AsRawFd, (width, height): (u16, u16)) {
    let size = Winsize { ws_col: width, ws_row: height, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: the ioctl only reads `size`, which outlives the call.
    let set = unsafe { libc::ioctl(terminal.as_raw_fd(), libc::TIOCSWINSZ, &raw const size) };
    assert_eq!(set, 0);
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // With the last descriptor of this side the terminal is closed.
        self.is_closed.store(true, Ordering::Relaxed);
        let _ = self.reader.take().map(JoinHandle::join);
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}
