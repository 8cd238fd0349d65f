//! Reads processes from /proc: proc(5), `proc_pid_stat(5)`. What follows from what it reads is decided elsewhere.
//!
//! One descriptor is open at a time: forker may have few (`ulimit -n`).

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Error, ErrorKind, Read};
use std::{fs, io, str};

use nix::libc;
use nix::unistd::{self, Pid};

use crate::process::snapshot::Process;
use crate::sys;

/// Every process that /proc shows, and every child of forker.
///
/// # Errors
/// /proc is not there, is that of another namespace, or cannot be read.
pub(crate) fn all() -> io::Result<Vec<Process>> {
    let mut all = scan()?;
    let shown: BTreeSet<Pid> = all.iter().map(|process| process.pid).collect();
    let hidden = own_children()?.into_iter().filter(|pid| !shown.contains(pid));
    all.extend(hidden.filter_map(|pid| read(pid).unwrap_or(None).or_else(|| hidden_child(pid))));
    Ok(all)
}

fn scan() -> io::Result<Vec<Process>> {
    check()?;
    let pids: Vec<Pid> = fs::read_dir("/proc")?
        .filter_map(|entry| entry.map(|entry| pid(&entry.file_name())).transpose())
        .collect::<io::Result<_>>()?;
    pids.into_iter().filter_map(|pid| read(pid).transpose()).collect()
}

/// The children of forker, which has one thread: those that have ended and are not reaped are among them. A process
/// that reads its own children misses none (`proc_pid_children(5)`).
///
/// # Errors
/// As [`all`].
pub(crate) fn own_children() -> io::Result<Vec<Pid>> {
    let mut file = match File::open("/proc/thread-self/children") {
        Ok(file) => file,
        // The kernel was built without CONFIG_PROC_CHILDREN; or there is no /proc, which the scan reports.
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let all = scan()?.into_iter();
            let own = all.filter(|process| process.parent == Pid::this());
            return Ok(own.map(|process| process.pid).collect());
        }
        Err(error) => return Err(error),
    };
    // Not `fs::read`: this is done at the end of every run, and here it is four system calls instead of seven.
    let (mut pids, mut buffer) = (Vec::new(), [0; 4096]);
    while let length @ 1.. = file.read(&mut buffer)? {
        pids.extend_from_slice(&buffer[..length]);
    }
    let words = str::from_utf8(&pids).unwrap_or_default().split_whitespace();
    Ok(words.filter_map(|word| pid(word.as_ref())).collect())
}

/// The children of `parent`, which must have one thread. Some may be missing if children are reaped meanwhile
/// (`proc_pid_children(5)`).
pub(crate) fn children(parent: Pid) -> Vec<Process> {
    let Ok(pids) = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")) else {
        let all = scan().unwrap_or_default();
        return all.into_iter().filter(|process| process.parent == parent).collect();
    };
    let pids = pids.split_whitespace().filter_map(|word| pid(word.as_ref()));
    pids.filter_map(|pid| read(pid).unwrap_or(None)).collect()
}

/// The process `pid`, if there is one that /proc shows.
///
/// # Errors
/// EMFILE and its like: then there may be one.
pub(crate) fn read(pid: Pid) -> io::Result<Option<Process>> {
    match fs::read(format!("/proc/{pid}/stat")) {
        Ok(stat) => Ok(parse(&stat)),
        // ESRCH: it was reaped between the open and the read.
        Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Ok(None),
        Err(error) => match error.kind() {
            ErrorKind::NotFound | ErrorKind::PermissionDenied => Ok(None),
            _ => Err(error),
        },
    }
}

/// Whether /proc shows this process by the pid that it has here. In a new pid namespace with the old /proc it does not,
/// and every pid there means another process here.
fn check() -> io::Result<()> {
    let own = fs::read_link("/proc/self")?;
    if pid(own.as_os_str()) == Some(Pid::this()) {
        Ok(())
    } else {
        Err(Error::other("it shows another pid namespace"))
    }
}

/// A child that /proc does not show (hidepid, proc(5)). That it is there, and its group, is known without /proc.
fn hidden_child(pid: Pid) -> Option<Process> {
    sys::ended_child(Some(pid)).is_ok().then(|| Process {
        pid,
        parent: Pid::this(),
        group: unistd::getpgid(Some(pid)).unwrap_or(pid),
        is_zombie: false,
        started: 0,
        name: "?".to_owned(),
    })
}

fn pid(name: &OsStr) -> Option<Pid> {
    name.to_str()?.parse().ok().map(Pid::from_raw)
}

/// Parses `/proc/PID/stat`. A name may hold any bytes, even `) R 1`, newlines, or a letter of UTF-8 that the kernel has
/// cut: it ends at the last parenthesis.
fn parse(stat: &[u8]) -> Option<Process> {
    let start = stat.iter().position(|byte| *byte == b'(')?;
    let end = stat.iter().rposition(|byte| *byte == b')')?;
    let name = String::from_utf8_lossy(stat.get(start + 1..end)?);
    let fields: Vec<&str> = str::from_utf8(&stat[end + 1..]).ok()?.split_whitespace().collect();
    // -1 as the group: the process is being reaped at this moment, and is no process any more.
    let pid_of = |text: &str| text.parse().ok().filter(|pid| *pid >= 0).map(Pid::from_raw);
    let threads: u64 = fields.get(17)?.parse().ok()?;
    Some(Process {
        pid: pid_of(str::from_utf8(&stat[..start]).ok()?.trim())?,
        // If the main thread has ended and others go on, the state is Z too: the process lives.
        is_zombie: *fields.first()? == "Z" && threads <= 1,
        parent: pid_of(fields.get(1)?)?,
        group: pid_of(fields.get(2)?)?,
        started: fields.get(19)?.parse().ok()?,
        name: name.into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "77 (a) R 1 (b) Z 5 6 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4242 0";

    #[test]
    fn a_name_may_hold_anything() {
        let process = parse(STAT.as_bytes()).unwrap();
        assert_eq!(process.name, "a) R 1 (b");
        assert_eq!((process.parent, process.group), (Pid::from_raw(5), Pid::from_raw(6)));
        assert_eq!((process.is_zombie, process.started), (true, 4242));
        assert_eq!(parse(b"77 (a"), None);
        let reaped = STAT.replace("Z 5 6", "X 0 -1");
        assert_eq!(parse(reaped.as_bytes()), None, "a process that is being reaped");
    }

    #[test]
    fn a_name_may_be_cut_within_a_letter() {
        let stat = [b"77 (\xd0\xb0\xd0".as_slice(), &STAT.as_bytes()[13..]].concat();
        assert_eq!(parse(&stat).unwrap().name, "\u{430}\u{fffd}");
    }

    #[test]
    fn a_process_lives_while_one_of_its_threads_does() {
        let stat = STAT.replace(" 20 0 1 0 ", " 20 0 2 0 ");
        assert!(!parse(stat.as_bytes()).unwrap().is_zombie);
    }

    #[test]
    fn all_processes_include_this_one() {
        assert!(all().unwrap().iter().any(|process| process.pid == Pid::this()));
    }
}
