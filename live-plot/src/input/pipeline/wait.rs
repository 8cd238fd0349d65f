//! Waits in poll(2) until there is something to read, or something else to do: an end that was asked for, a pause.

use std::ops::ControlFlow::{self, Break, Continue};
use std::os::fd::AsFd as _;

use common::clock;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::Input;
use crate::input::file::Read;
use crate::input::followed;
use crate::series::store::End;
use crate::signals::Flag;

impl Input {
    /// What there is to read, or how the input was ended. Nothing is read when nothing has come for some time, and when
    /// the process was stopped and goes on.
    pub(super) fn wait_and_read(&mut self) -> nix::Result<ControlFlow<End, Read>> {
        loop {
            if std::mem::replace(&mut self.is_late, false) {
                self.has_waited |= self.is_ready();
            }
            match self.wait() {
                Ok(Continue(true)) => {}
                Ok(Continue(false)) => return Ok(Continue(Read::Nothing)),
                Ok(Break(end)) => return Ok(Break(end)),
                Err(Errno::EINTR) => continue,
                Err(errno) => return Err(errno),
            }
            let read = self.source.read(&mut self.block)?;
            self.is_waiting = read == Read::Nothing;
            if !matches!(read, Read::Nothing | Read::Bytes(0)) {
                return Ok(Continue(read));
            }
        }
    }

    /// Waits until there may be something to read; false if there is not. Polling comes first because of a FIFO that no
    /// process has written to yet: poll(2) waits for its writer, read(2) would report the end of input.
    fn wait(&mut self) -> nix::Result<ControlFlow<End, bool>> {
        // At the end of a file that is followed there is nothing to poll for: a regular file is always readable.
        let source = self.source.fd().filter(|_| !self.is_waiting);
        let patience = match (source, &self.producer) {
            (None, _) => Some(followed::PAUSE),
            (_, Some(producer)) => producer.patience(clock::now()),
            _ => None,
        };
        let timeout = patience.and_then(|time| PollTimeout::try_from(time).ok());
        // No event of stdout needs to be asked for: POLLERR is always reported, and means that the pipe has no reader (poll(2)).
        let watched = [
            self.stop.as_ref().map(|stop| (stop.as_fd(), PollFlags::POLLIN)),
            self.stdout.as_ref().map(|out| (out.as_fd(), PollFlags::empty())),
            self.continued.as_ref().map(|continued| (continued.as_fd(), PollFlags::POLLIN)),
            source.map(|source| (source, PollFlags::POLLIN)),
        ];
        let mut fds: Vec<PollFd<'_>> =
            watched.iter().flatten().map(|(fd, events)| PollFd::new(*fd, *events)).collect();
        let ready = poll(&mut fds, timeout.unwrap_or(PollTimeout::NONE))? > 0 || source.is_none();
        let mut polled = fds.iter().map(|fd| fd.any().unwrap_or(false));
        let [stopped, closed, continued, _] =
            watched.map(|watched| watched.is_some() && polled.next().unwrap_or(false));
        if stopped {
            return Ok(Break(End::Stopped));
        }
        if closed {
            return Ok(Break(End::Closed));
        }
        if continued {
            self.continued.iter().for_each(Flag::lower);
            self.is_late = true;
            return Ok(Continue(false));
        }
        Ok(Continue(ready))
    }

    /// Whether there is something to read already.
    fn is_ready(&self) -> bool {
        let mut fds = self.source.fd().map(|fd| [PollFd::new(fd, PollFlags::POLLIN)]);
        fds.as_mut().is_some_and(|fds| poll(fds, PollTimeout::ZERO).is_ok_and(|ready| ready > 0))
    }
}
