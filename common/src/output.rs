//! A descriptor written to without ever waiting for its reader.
//!
//! A pager that stops reading, or a terminal stopped by Ctrl-S, must not block a reply, a reap or a signal. So bytes that
//! cannot be written at once wait here, up to 1 MiB. Beyond that whole lines are dropped and counted, and the
//! count is written when the reader is back. The owner of the event loop watches [`Output::fd`] for POLLOUT while
//! [`Output::is_pending`], then calls [`Output::flush`].
//!
//! A full disk ends an output, except a log: what a program says about itself must not stop its work. There the bytes wait
//! too, and the next line tries again.

use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::{SFlag, fstat};
use nix::unistd;

use crate::{sys, terminal, words};

/// How much is kept for a slow reader, in bytes.
const CAPACITY: usize = 1 << 20;

/// How long [`Output::finish`] waits for a reader at the end of a program.
const FINAL_WAIT: Duration = Duration::from_millis(200);

/// What a pipe may hold at most, if nobody has changed `/proc/sys/fs/pipe-max-size` (pipe(7)).
const WIDEST_PIPE: i32 = 1 << 20;

/// What a POLLOUT pipe takes without blocking: `PIPE_BUF`, pipe(7).
const CHUNK: usize = 4096;

/// How a descriptor can be written to without waiting.
#[derive(Debug)]
enum Kind {
    /// A regular file: its writes never wait for a reader.
    File,
    /// A pipe or socket: pwritev2(2) with `RWF_NOWAIT`.
    Stream,
    /// A terminal by a description of our own, which alone does not block: write(2).
    Terminal(OwnedFd),
    /// Another device, or a terminal that we may not open: write(2) when poll(2) says POLLOUT. A terminal says so as long as
    /// there is room for a byte, and blocks all the same if the line is longer.
    Device,
}

/// A descriptor and the bytes that wait for its reader.
#[derive(Debug)]
pub struct Output<F> {
    fd: F,
    kind: Kind,
    pending: Vec<u8>,
    dropped: u64,
    closed: bool,
    failure: Option<Errno>,
    outlives_full_disk: bool,
    /// The last write found no room, and a poll would not say when there is some again.
    is_full: bool,
    /// Nothing is written: see [`Output::hold`].
    is_held: bool,
    /// What is kept is the last line, behind the number of those that are lost.
    has_given_up: bool,
}

impl<F: AsFd> Output<F> {
    /// An output on `fd`, for example `io::stdout()`.
    #[must_use]
    pub fn new(fd: F) -> Self {
        let kind = fstat(&fd).map_or(Kind::Device, |stat| {
            match SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT {
                SFlag::S_IFREG => Kind::File,
                SFlag::S_IFIFO | SFlag::S_IFSOCK => Kind::Stream,
                _ => terminal::reopen(fd.as_fd()).map_or(Kind::Device, Kind::Terminal),
            }
        });
        Self {
            fd,
            kind,
            pending: Vec::new(),
            dropped: 0,
            closed: false,
            failure: None,
            outlives_full_disk: false,
            is_full: false,
            is_held: false,
            has_given_up: false,
        }
    }

    /// An output that waits for room where another one fails.
    #[must_use]
    pub fn for_log(fd: F) -> Self {
        Self { outlives_full_disk: true, ..Self::new(fd) }
    }

    /// Writes `lines` now if that does not block, else keeps them; drops them whole if there is no room.
    pub fn push(&mut self, lines: &[u8]) {
        if self.closed {
            return;
        }
        if self.pending.len() + lines.len() > CAPACITY {
            self.dropped += 1;
        } else {
            self.pending.extend_from_slice(lines);
        }
        self.flush();
    }

    /// Keeps what is pushed until [`Output::release`]: a picture is on the terminal that it would tear.
    pub fn hold(&mut self) {
        self.is_held = true;
    }

    /// Writes what was kept, and again at once what is pushed.
    pub fn release(&mut self) {
        self.is_held = false;
        self.flush();
    }

    /// Writes as much of what is kept as can be written without blocking.
    pub fn flush(&mut self) {
        if self.is_held {
            return;
        }
        let mut sent = 0;
        self.is_full = false;
        while sent < self.pending.len() {
            match self.write(&self.pending[sent..]) {
                Ok(written) => sent += written,
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => break,
                // ENOMEM: the kernel has no page for a pipe, perhaps because the cgroup has reached its limit.
                Err(Errno::ENOSPC | Errno::EDQUOT | Errno::EFBIG | Errno::ENOMEM)
                    if self.outlives_full_disk =>
                {
                    self.is_full = true;
                    break;
                }
                Err(errno) => {
                    self.closed = true;
                    self.failure = (!self.means_no_reader(errno)).then_some(errno);
                    self.pending = Vec::new();
                    return;
                }
            }
        }
        self.pending.drain(..sent);
        if self.pending.is_empty() && self.dropped > 0 {
            self.pending = self.take_report().into();
            self.flush();
        }
    }

    /// How many lines were dropped, in words.
    fn take_report(&mut self) -> String {
        let dropped = std::mem::take(&mut self.dropped);
        let reason = match self.kind {
            Kind::File => "there was no room",
            _ => "nobody was reading",
        };
        format!("({} dropped here: {reason})\n", words::count(dropped, "line"))
    }

    /// Whether something is kept for the reader.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        !self.pending.is_empty() && !self.is_full && !self.is_held
    }

    /// Whether a write has failed for good: everything pushed from now on is lost.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Why a write has failed for good, unless the reader has closed its end: the disk is full, say. A reader may close
    /// when it has seen enough; any other failure is a loss that must be reported.
    #[must_use]
    pub fn failure(&self) -> Option<Errno> {
        self.failure
    }

    /// Whether an error means that the reader has closed its end; EIO means that of a terminal that was hung up.
    fn means_no_reader(&self, errno: Errno) -> bool {
        match errno {
            Errno::EPIPE | Errno::ECONNRESET => true,
            Errno::EIO => matches!(self.kind, Kind::Terminal(_) | Kind::Device),
            _ => false,
        }
    }

    /// The descriptor, to be watched: for POLLOUT while something is pending; POLLERR means that a pipe's reader has closed.
    #[must_use]
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    /// Writes what is kept at the end of the program: as long as the reader goes on reading, and until it has read nothing
    /// for 200 ms.
    pub fn finish(&mut self) {
        self.finish_within(FINAL_WAIT, || false);
    }

    /// Writes what is kept at the end of the program: as long as the reader goes on reading, and until it has read nothing
    /// for `patience`, or the program `is_hurried`. Of what is left then the last line is tried once more, behind the
    /// number of those that are lost.
    pub fn finish_within(&mut self, patience: Duration, mut is_hurried: impl FnMut() -> bool) {
        if self.is_full {
            self.flush();
        }
        if self.is_pending() && matches!(self.kind, Kind::Stream) {
            // A wider pipe holds all of it, and its reader may come as late as it likes. A socket refuses.
            fcntl(&self.fd, FcntlArg::F_SETPIPE_SZ(WIDEST_PIPE)).ok();
            self.flush();
        }
        let mut left = patience;
        while self.is_pending() && !left.is_zero() && !is_hurried() {
            let step = Duration::from_millis(10);
            let before = self.pending.len();
            self.wait_writable(step);
            self.flush();
            left = if self.pending.len() < before { patience } else { left.saturating_sub(step) };
        }
        if self.is_pending() && !std::mem::replace(&mut self.has_given_up, true) {
            self.give_up();
        }
    }

    /// All that is kept is lost but the last line.
    fn give_up(&mut self) {
        let end = self.pending.strip_suffix(b"\n").unwrap_or(&self.pending);
        if let Some(last) = end.iter().rposition(|byte| *byte == b'\n') {
            let lost = self.pending.drain(..=last).filter(|byte| *byte == b'\n').count();
            self.dropped += lost as u64;
            let report = self.take_report();
            self.pending.splice(..0, report.into_bytes());
            self.flush();
        }
    }

    fn write(&self, bytes: &[u8]) -> nix::Result<usize> {
        match &self.kind {
            Kind::File => unistd::write(&self.fd, bytes),
            Kind::Terminal(terminal) => unistd::write(terminal, whole_lines(bytes)),
            Kind::Stream => match sys::write_nowait(self.fd(), whole_lines(bytes)) {
                // EPERM: a seccomp filter that does not know the call (older systemd's @system-service).
                Err(Errno::EOPNOTSUPP | Errno::ENOSYS | Errno::EPERM) => {
                    self.write_when_writable(bytes)
                }
                result => result,
            },
            Kind::Device => self.write_when_writable(bytes),
        }
    }

    fn write_when_writable(&self, bytes: &[u8]) -> nix::Result<usize> {
        if self.wait_writable(Duration::ZERO) {
            unistd::write(&self.fd, whole_lines(bytes))
        } else {
            Err(Errno::EAGAIN)
        }
    }

    fn wait_writable(&self, timeout: Duration) -> bool {
        let mut fds = [PollFd::new(self.fd(), PollFlags::POLLOUT)];
        let timeout = PollTimeout::try_from(timeout).unwrap_or(PollTimeout::ZERO);
        // After an error (EINTR) nothing is known: treat it as not writable.
        poll(&mut fds, timeout).is_ok_and(|ready| ready > 0)
    }
}

/// Writes to stdout and waits for its reader. A reader that has closed its end has seen enough: that is no error.
///
/// # Errors
/// stdout takes nothing any more for another reason: the disk is full, say.
pub fn print(text: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// What is written at once: whole lines, so that a reader which stops for good never got half a line. A pipe takes all of
/// so few bytes, or none (pipe(7), `PIPE_BUF`).
fn whole_lines(bytes: &[u8]) -> &[u8] {
    let chunk = &bytes[..bytes.len().min(CHUNK)];
    let end = chunk.iter().rposition(|byte| *byte == b'\n').map_or(chunk.len(), |last| last + 1);
    &chunk[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, pipe};

    use nix::pty::{OpenptyResult, openpty};
    use nix::sys::socket::{self, AddressFamily, SockFlag, SockType};

    #[test]
    fn a_reader_that_stops_reading_blocks_nothing_and_sees_what_was_dropped() {
        let (mut reader, writer) = pipe().unwrap();
        let mut out = Output::new(writer);
        let line = [b'x'; 99_999].into_iter().chain([b'\n']).collect::<Vec<u8>>();
        for _ in 0..20 {
            out.push(&line);
        }
        assert!(out.is_pending());
        assert!(out.pending.len() <= CAPACITY);

        let mut text = String::new();
        let mut buffer = vec![0; 1 << 16];
        while out.is_pending() {
            let n = reader.read(&mut buffer).unwrap();
            text.push_str(std::str::from_utf8(&buffer[..n]).unwrap());
            out.flush();
        }
        drop(out);
        reader.read_to_string(&mut text).unwrap();
        let whole = text.lines().filter(|line| line.len() == 99_999).count();
        let note = format!("({} lines dropped here: nobody was reading)", 20 - whole);
        assert_eq!(text.lines().last(), Some(note.as_str()));
        assert_eq!(text.lines().count(), whole + 1);
    }

    #[test]
    fn what_is_held_is_written_at_the_release() {
        let (mut reader, writer) = pipe().unwrap();
        let mut out = Output::new(writer);
        out.hold();
        out.push(b"one\n");
        out.flush();
        assert!(!out.is_pending());
        let mut fds = [PollFd::new(reader.as_fd(), PollFlags::POLLIN)];
        assert_eq!(poll(&mut fds, PollTimeout::ZERO), Ok(0));
        out.release();
        out.push(b"two\n");
        drop(out);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "one\ntwo\n");
    }

    #[test]
    fn a_reader_that_stops_for_good_has_no_half_lines() {
        let (mut reader, writer) = pipe().unwrap();
        let mut out = Output::new(writer);
        (0..20_000).for_each(|number| out.push(format!("run {number} failed\n").as_bytes()));
        assert!(out.is_pending());
        drop(out);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert!(text.ends_with(" failed\n"), "{:?}", text.lines().last());
    }

    #[test]
    fn a_slow_reader_gets_all_at_the_end() {
        let (mut reader, writer) = pipe().unwrap();
        let mut out = Output::new(writer);
        (0..20_000).for_each(|number| out.push(format!("run {number} failed\n").as_bytes()));
        let slow = std::thread::Builder::new().spawn(move || {
            let (mut text, mut part) = (Vec::new(), [0; 1 << 13]);
            loop {
                match reader.read(&mut part).unwrap() {
                    0 => return text,
                    length => text.extend_from_slice(&part[..length]),
                }
                poll(&mut [], PollTimeout::from(10_u8)).unwrap();
            }
        });
        out.finish();
        drop(out);
        assert_eq!(
            slow.unwrap().join().unwrap().iter().filter(|byte| **byte == b'\n').count(),
            20_000
        );
    }

    #[test]
    fn a_pipe_holds_all_at_the_end_for_a_reader_that_comes_after_it() {
        let (mut reader, writer) = pipe().unwrap();
        let mut out = Output::new(writer);
        (0..20_000).for_each(|number| out.push(format!("run {number} failed\n").as_bytes()));
        assert!(out.is_pending());
        out.finish_within(Duration::ZERO, || false);
        drop(out);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text.lines().count(), 20_000);
    }

    #[test]
    fn what_nobody_takes_at_the_end_is_counted_and_the_last_line_comes_after_that() {
        let (_reader, writer) = socketpair();
        let mut out = Output::new(writer);
        (0..20_000).for_each(|number| out.push(format!("run {number} failed\n").as_bytes()));
        let kept = out.pending.iter().filter(|byte| **byte == b'\n').count();
        for _ in 0..2 {
            out.finish_within(Duration::ZERO, || false);
            let end = format!(
                "({} lines dropped here: nobody was reading)\nrun 19999 failed\n",
                kept - 1
            );
            assert_eq!(String::from_utf8_lossy(&out.pending), end);
        }
    }

    #[test]
    fn a_reader_is_not_waited_for_in_a_hurry() {
        let (_reader, writer) = socketpair();
        let mut out = Output::new(writer);
        (0..20_000).for_each(|number| out.push(format!("run {number} failed\n").as_bytes()));
        let mut looks = 0;
        out.finish_within(Duration::MAX, || {
            looks += 1;
            looks == 2
        });
        assert_eq!(looks, 2);
    }

    fn socketpair() -> (OwnedFd, OwnedFd) {
        let (kind, flags) = (SockType::Stream, SockFlag::empty());
        socket::socketpair(AddressFamily::Unix, kind, None, flags).unwrap()
    }

    #[test]
    fn a_terminal_that_nobody_reads_blocks_nothing_and_its_reader_gets_all_in_the_end() {
        const LINES: usize = 10_000;
        let OpenptyResult { master, slave } = openpty(None, None).unwrap();
        let mut out = Output::new(slave);
        (0..LINES).for_each(|number| out.push(format!("run {number} failed\n").as_bytes()));
        assert!(out.is_pending());
        let (mut lines, mut part, mut master) = (0, [0; 1 << 12], std::fs::File::from(master));
        while lines < LINES {
            let length = master.read(&mut part).unwrap();
            lines += part[..length].iter().filter(|byte| **byte == b'\n').count();
            out.flush();
        }
        assert!(!out.is_pending());
    }

    #[test]
    fn a_reader_that_is_closed_makes_every_push_a_no_op() {
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        let mut out = Output::new(writer);
        out.push(b"lost\n");
        assert!(out.is_closed());
        assert!(!out.is_pending());
        assert_eq!(out.failure(), None);
    }

    #[test]
    fn a_full_disk_is_a_failure_and_no_closed_reader() {
        let mut out = Output::new(std::fs::File::options().write(true).open("/dev/full").unwrap());
        out.push(b"lost\n");
        assert!(out.is_closed());
        assert_eq!(out.failure(), Some(Errno::ENOSPC));
    }

    #[test]
    fn a_log_on_a_full_disk_keeps_its_lines_and_wakes_nobody() {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut out = Output::for_log(full);
        (0..3).for_each(|_| out.push(b"kept\n"));
        assert!(!out.is_closed() && !out.is_pending());
        assert_eq!(out.pending, b"kept\n".repeat(3));
    }
}
