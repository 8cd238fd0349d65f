//! What passes between the lab and the processes of an experiment: one socket, whole messages (unix(7),
//! `SOCK_SEQPACKET`). The demonstrator and the stand-in for init send to the lab; the lab sends how long it had them
//! stopped.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockType, recv, send, socketpair};
use nix::unistd::Pid;

/// What the demonstrator counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) runs: u64,
    pub(super) statuses_known: u64,
    pub(super) forks_refused: u64,
    pub(super) timed_out: u64,
    pub(super) descriptors_held: u64,
}

/// What the lab is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Message {
    /// By init: the demonstrator has this pid.
    Born(Pid),
    /// By the demonstrator: so far.
    Going(Counts),
    /// By the demonstrator: at the end.
    Done(Counts),
    /// The system refuses what the experiment needs.
    Refused(Errno),
    /// By init: the demonstrator has ended.
    Ended,
    /// By init: nothing is left, and it reaped so many that were.
    Cleared(u64),
}

/// A message as the kernel's own integers.
const WORDS: usize = 6;

/// One end of the socket.
#[derive(Debug)]
pub(super) struct Link(OwnedFd);

impl Link {
    /// Both ends; neither is inherited over exec.
    pub(super) fn pair() -> nix::Result<(Self, Self)> {
        let (lab, others) =
            socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)?;
        Ok((Self(lab), Self(others)))
    }

    pub(super) fn send(&self, message: Message) -> nix::Result<()> {
        self.write(&encode(message))
    }

    /// The next message; `None` when nobody is left who could send one.
    pub(super) fn receive(&self) -> nix::Result<Option<Message>> {
        let mut words = [0; WORDS];
        let length = match self.read(&mut words, MsgFlags::empty()) {
            // They have ended and left a message unread. What they had sent before can be read (unix(7)).
            Err(Errno::ECONNRESET) => self.read(&mut words, MsgFlags::empty())?,
            result => result?,
        };
        Ok((length > 0).then(|| decode(words)).flatten())
    }

    /// Reports how long the demonstrator was stopped.
    pub(super) fn send_pause(&self, pause: Duration) -> nix::Result<()> {
        self.write(&[u64::try_from(pause.as_nanos()).unwrap_or(u64::MAX)])
    }

    /// How long the demonstrator was stopped, if it was since the last call.
    pub(super) fn receive_pause(&self) -> nix::Result<Duration> {
        let mut nanos = [0];
        match self.read(&mut nanos, MsgFlags::MSG_DONTWAIT) {
            Err(Errno::EAGAIN) => Ok(Duration::ZERO),
            result => result.map(|_| Duration::from_nanos(nanos[0])),
        }
    }

    fn write(&self, words: &[u64]) -> nix::Result<()> {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        send(self.0.as_raw_fd(), &bytes, MsgFlags::MSG_NOSIGNAL).map(drop)
    }

    fn read(&self, words: &mut [u64], flags: MsgFlags) -> nix::Result<usize> {
        let mut bytes = vec![0; words.len() * 8];
        let length = recv(self.0.as_raw_fd(), &mut bytes, flags)?;
        let (numbers, _) = bytes.as_chunks::<8>();
        for (word, number) in words.iter_mut().zip(numbers) {
            *word = u64::from_ne_bytes(*number);
        }
        Ok(length)
    }
}

impl AsFd for Link {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

fn encode(message: Message) -> [u64; WORDS] {
    let number = |number: i32| u64::from(number.unsigned_abs());
    match message {
        Message::Born(pid) => [0, number(pid.as_raw()), 0, 0, 0, 0],
        Message::Going(counts) => with_counts(1, counts),
        Message::Done(counts) => with_counts(2, counts),
        Message::Refused(errno) => [3, number(errno as i32), 0, 0, 0, 0],
        Message::Ended => [4, 0, 0, 0, 0, 0],
        Message::Cleared(reaped) => [5, reaped, 0, 0, 0, 0],
    }
}

fn with_counts(kind: u64, counts: Counts) -> [u64; WORDS] {
    let Counts { runs, statuses_known, forks_refused, timed_out, descriptors_held } = counts;
    [kind, runs, statuses_known, forks_refused, timed_out, descriptors_held]
}

/// None if it is no message: nobody but the lab's own processes has this socket.
fn decode(words: [u64; WORDS]) -> Option<Message> {
    let [kind, runs, statuses_known, forks_refused, timed_out, descriptors_held] = words;
    let counts = Counts { runs, statuses_known, forks_refused, timed_out, descriptors_held };
    let number = i32::try_from(words[1]);
    Some(match kind {
        0 => Message::Born(Pid::from_raw(number.ok()?)),
        1 => Message::Going(counts),
        2 => Message::Done(counts),
        3 => Message::Refused(Errno::from_raw(number.ok()?)),
        4 => Message::Ended,
        5 => Message::Cleared(words[1]),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_arrives_as_it_was_sent() {
        let (lab, others) = Link::pair().unwrap();
        let counts = Counts {
            runs: 1,
            statuses_known: 2,
            forks_refused: 3,
            timed_out: 4,
            descriptors_held: u64::MAX,
        };
        for message in [
            Message::Born(Pid::from_raw(4711)),
            Message::Going(counts),
            Message::Done(counts),
            Message::Refused(Errno::ENOSYS),
            Message::Ended,
            Message::Cleared(20),
        ] {
            others.send(message).unwrap();
            assert_eq!(lab.receive().unwrap(), Some(message));
        }
        assert_eq!(others.receive_pause().unwrap(), Duration::ZERO);
        lab.send_pause(Duration::from_millis(7)).unwrap();
        assert_eq!(others.receive_pause().unwrap(), Duration::from_millis(7));
        others.send(Message::Ended).unwrap();
        lab.send_pause(Duration::ZERO).unwrap();
        drop(others);
        assert_eq!(lab.receive().unwrap(), Some(Message::Ended));
        assert_eq!(lab.receive().unwrap(), None);
    }
}
