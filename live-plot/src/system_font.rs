//! A font of the system for letters that the built-in one lacks: fontconfig is asked through its fc-match(1), which every
//! desktop has, and which knows the language of the user. It is killed when it takes too long, or when live-plot ends. Who
//! needs a font, and when, is left to `view` and `export`.

use std::fs;
use std::io::{self, ErrorKind, Read as _};
use std::os::fd::AsFd as _;
use std::os::unix::process::CommandExt as _;
use std::process::{ChildStdout, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use common::clock;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use parking_lot::Mutex;

use crate::signals::Flag;

/// A font file larger than this is not read.
const LARGEST: u64 = 64 << 20;

/// An answer that is longer is none.
const LONGEST: usize = 1 << 20;

/// How long all questions may take in one process: a picture with boxes is worth more than one that never comes.
const TIME_LIMIT: Duration = Duration::from_secs(1);

/// What is left of it. Locked while a question is asked.
static LEFT: Mutex<Duration> = Mutex::new(TIME_LIMIT);

/// Raised when live-plot is to end.
static GIVEN_UP: LazyLock<io::Result<Flag>> = LazyLock::new(Flag::new);

/// A font of the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its file.
    pub(crate) file: String,
    /// Which font of the file it is.
    pub(crate) index: u32,
}

impl Found {
    /// The file's content.
    pub(crate) fn read(&self) -> Option<Vec<u8>> {
        let is_small = fs::metadata(&self.file).is_ok_and(|file| file.len() <= LARGEST);
        is_small.then(|| fs::read(&self.file).ok()).flatten()
    }
}

/// A font that has at least one of these letters. It takes some hundredths of a second, and longer if fontconfig has to
/// look at all fonts anew. Once the time for all questions is spent there is none.
pub(crate) fn with(letters: &[char]) -> Option<Found> {
    let mut left = LEFT.lock();
    if left.is_zero() {
        return None;
    }
    let until = clock::now() + *left;
    let answer = ask(letters, until);
    *left = until.saturating_duration_since(clock::now());
    if left.is_zero() {
        let limit = TIME_LIMIT.as_secs();
        tracing::warn!(
            "fc-match took longer than {limit} s: letters that the built-in font lacks are boxes; see what 'fc-match sans' does"
        );
    }
    drop(left);
    parse(&String::from_utf8(answer.ok()?).ok()?, letters)
}

/// Ends a question that is being asked, and lets none be asked any more. When it returns no fc-match is left.
pub(crate) fn give_up() {
    GIVEN_UP.iter().for_each(Flag::raise);
    *LEFT.lock() = Duration::ZERO;
}

/// fontconfig's answer, if it comes until then.
fn ask(letters: &[char], until: Instant) -> io::Result<Vec<u8>> {
    let mut command = Command::new("fc-match");
    command.args(["--format", "%{file}\t%{index}\t%{charset}", &pattern(letters)]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    // fc-match may be a script: what it starts is in its group, and ends with it.
    let mut child = command.process_group(0).spawn()?;
    let answer = child.stdout.take().map_or(Ok(Vec::new()), |from| read(from, until));
    // Its pid is its group's, and is no other's until it is reaped.
    killpg(Pid::from_raw(child.id().cast_signed()), Signal::SIGKILL).ok();
    child.wait()?;
    answer
}

/// Reads to the end.
fn read(mut from: ChildStdout, until: Instant) -> io::Result<Vec<u8>> {
    let given_up = GIVEN_UP.as_ref().map_err(|error| error.kind())?;
    let (mut answer, mut block) = (Vec::new(), [0; 4096]);
    while answer.len() <= LONGEST {
        // Rounded up: poll(2) counts milliseconds.
        let left = until.saturating_duration_since(clock::now()) + Duration::from_micros(999);
        let timeout = PollTimeout::try_from(left).unwrap_or(PollTimeout::ZERO);
        let wait = |fd| PollFd::new(fd, PollFlags::POLLIN);
        let mut fds = [wait(from.as_fd()), wait(given_up.as_fd())];
        match poll(&mut fds, timeout) {
            Ok(0) => return Err(ErrorKind::TimedOut.into()),
            Ok(_) if fds[1].any() == Some(true) => return Err(ErrorKind::Interrupted.into()),
            Ok(_) => {}
            Err(Errno::EINTR) => continue,
            Err(errno) => return Err(errno.into()),
        }
        match from.read(&mut block)? {
            0 => return Ok(answer),
            length => answer.extend_from_slice(&block[..length]),
        }
        if clock::now() >= until {
            return Err(ErrorKind::TimedOut.into());
        }
    }
    Err(ErrorKind::InvalidData.into())
}

/// What fontconfig is asked for. A font of coloured pictures is of no use: only outlines are drawn.
fn pattern(letters: &[char]) -> String {
    let codes: Vec<String> =
        letters.iter().map(|&letter| format!("{:x}", u32::from(letter))).collect();
    format!("sans:outline=true:color=false:charset={}", codes.join(" "))
}

/// fontconfig answers with the nearest font, which may have none of the letters.
fn parse(answer: &str, letters: &[char]) -> Option<Found> {
    let [file, index, charset] = answer.split('\t').collect::<Vec<_>>()[..] else { return None };
    let code = |text: &str| u32::from_str_radix(text, 16).ok();
    let has = |range: &str| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let range = code(first).zip(code(last)).map(|(first, last)| first..=last);
        letters
            .iter()
            .any(|&letter| range.as_ref().is_some_and(|range| range.contains(&letter.into())))
    };
    // The upper half of the index is the instance of a variable font.
    let index = index.parse::<u32>().ok()? & 0xffff;
    charset.split(' ').any(has).then(|| Found { file: file.to_owned(), index })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_is_found_only_if_it_has_one_of_the_letters() {
        let answer = "/fonts/A B.ttc\t65538\t20-7e a0 e3f 6e20-6e30";
        let found = Found { file: "/fonts/A B.ttc".to_owned(), index: 2 };
        assert_eq!(parse(answer, &['温', 'ع']), Some(found.clone()));
        assert_eq!(parse(answer, &['ع', '฿']), Some(found));
        assert_eq!(parse(answer, &['ع']), None);
        for bad in ["", "\t\t", "x\ty\t20-7e", "no such font"] {
            assert_eq!(parse(bad, &['a']), None, "{bad:?}");
        }
        assert_eq!(pattern(&['温', 'ع']), "sans:outline=true:color=false:charset=6e29 639");
    }
}
