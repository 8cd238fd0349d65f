//! From a command to a process: prepare, fork, exec. A child is born here.
//!
//! Everything is prepared once, before the first fork: between fork and exec the child makes system calls only. With one
//! thread, as here, an allocation would work, for no other thread can hold a lock at the fork (signal-safety(7)). A log
//! would not: the child would write its copy of the lines that still wait here. A panic would go on as a second forker.
//! And what allocates would break, once in many thousand runs, when a library starts a thread.
//!
//! A child whose exec fails writes the errno to a pipe, from which its parent reads it. The pipe is close-on-exec, so that
//! no command inherits it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::{CStr, CString, OsString};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;

use common::systemd::VARIABLES;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::prctl;
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::sys::stat::{SFlag, stat};
use nix::unistd::{self, Pid};

use crate::error::Error;
use crate::process::signals::Inherited;
use crate::report::run;
use crate::sys::{self, StringArray};

/// The length of a report of a failed exec: pid and errno, as the kernel's own integers.
const REPORT: usize = 8;

/// A command with everything that starting it needs.
#[derive(Debug)]
pub(crate) struct PreparedCommand {
    paths: Vec<CString>,
    argv: StringArray,
    envp: StringArray,
    /// What the child writes to stdout before exec; nothing when quiet.
    announcement: Vec<u8>,
    inherited: Inherited,
    null: File,
    /// One pipe for all children: a report is shorter than `PIPE_BUF`, so it is written whole (pipe(7)).
    reports: (OwnedFd, OwnedFd),
    /// Reports of children that are not reaped yet: errno by pid.
    failed: BTreeMap<i32, i32>,
    /// The process without which a run is to get TERM.
    keeper: Option<Pid>,
}

impl PreparedCommand {
    /// Prepares `command` (at least one word) to be run any number of times.
    ///
    /// # Errors
    /// /dev/null cannot be opened, or no descriptor is left.
    pub(crate) fn new(
        command: &[CString],
        announces: bool,
        inherited: Inherited,
    ) -> Result<Self, Error> {
        let null = File::options().read(true).write(true).open("/dev/null");
        let null = null.map_err(|error| match error.raw_os_error().map(Errno::from_raw) {
            None | Some(Errno::ENOENT) => Error::NoNull(error),
            Some(errno) => Error::System { what: "open /dev/null", errno },
        })?;
        let reports = unistd::pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK);
        let reports = reports.map_err(Error::system("open a pipe"))?;
        Ok(Self {
            paths: paths(&command[0], std::env::var_os("PATH")),
            argv: StringArray::new(command.to_vec()),
            envp: StringArray::new(environment()),
            announcement: if announces { announcement(command) } else { Vec::new() },
            inherited,
            null,
            reports,
            failed: BTreeMap::new(),
            keeper: None,
        })
    }

    /// Lets each run's first process get TERM if this process, its parent, is killed: nobody else would end it then. TERM,
    /// as at a stop: it can clean up, and pass it on to what it has started.
    pub(crate) fn ending_with_this_process(self) -> Self {
        Self { keeper: Some(Pid::this()), ..self }
    }

    /// Starts a run: forks, and the child becomes the command.
    ///
    /// # Errors
    /// fork's: EAGAIN at a limit on processes, ENOMEM.
    pub(crate) fn start(&self) -> nix::Result<Pid> {
        let pid = sys::fork(|| self.become_command())?;
        // Parent and child both do it: the group must exist before either goes on. EACCES: the child has called exec
        // already, and setpgid before that (setpgid(2)).
        unistd::setpgid(pid, pid).ok();
        Ok(pid)
    }

    /// Why the child `pid` ended with 126 or 127, if that is because its exec failed.
    pub(crate) fn failed_exec(&mut self, pid: Pid) -> Option<Errno> {
        let mut report = [0; REPORT];
        while let Ok(REPORT) = unistd::read(&self.reports.0, &mut report) {
            let (pid, errno) = decode(report);
            self.failed.insert(pid, errno);
        }
        self.failed.remove(&pid.as_raw()).map(Errno::from_raw)
    }

    /// Why the exec of some child has failed.
    pub(crate) fn any_failed_exec(&self) -> Option<Errno> {
        let mut report = [0; REPORT];
        let length = unistd::read(&self.reports.0, &mut report);
        (length == Ok(REPORT)).then(|| Errno::from_raw(decode(report).1))
    }

    /// Redirects the output of this process and of its runs to /dev/null, and restores the inherited signals.
    ///
    /// # Errors
    /// None that is documented for these arguments.
    pub(crate) fn silence(&self) -> nix::Result<()> {
        unistd::dup2_stdout(&self.null)?;
        unistd::dup2_stderr(&self.null)?;
        self.inherited.restore()
    }

    /// In the child: becomes the command; returns an exit status only if that fails.
    fn become_command(&self) -> u8 {
        let errno = match self.set_up_child() {
            Ok(()) => self.exec(),
            Err(errno) => errno,
        };
        let report = encode(unistd::getpid().as_raw(), errno as i32);
        // An error here cannot be reported; the exit status still shows the failure.
        unistd::write(&self.reports.1, &report).ok();
        run::not_executed(errno)
    }

    /// In the child: its own group, no input, the inherited signals, an end with forker's, and the announcement.
    fn set_up_child(&self) -> nix::Result<()> {
        let own = Pid::from_raw(0);
        unistd::setpgid(own, own)?;
        unistd::dup2_stdin(&self.null)?;
        if let Some(keeper) = self.keeper {
            prctl::set_pdeathsig(Signal::SIGTERM)?;
            // It may have ended before that (PR_SET_PDEATHSIG(2const)). 0: it is in another pid namespace.
            if ![keeper, Pid::from_raw(0)].contains(&unistd::getppid()) {
                return Err(Errno::ESRCH);
            }
        }
        // Before the announcement: TERM must be able to end a child that blocks in writing it.
        self.inherited.restore()?;
        if !self.announcement.is_empty() {
            // The child's group is in the background of the terminal. With `stty tostop` the kernel stops a background
            // process that writes, by TTOU, unless it blocks TTOU (termios(3)).
            let mask = SigSet::from(Signal::SIGTTOU).thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
            // An error is no reason not to run the command: it may not need stdout.
            unistd::write(std::io::stdout(), &self.announcement).ok();
            mask.thread_set_mask()?;
        }
        Ok(())
    }

    /// Tries each path as execvp(3) does. EACCES of one path is reported only if no other path leads to a program.
    fn exec(&self) -> Errno {
        let mut worst = Errno::ENOENT;
        for path in &self.paths {
            match sys::execve(path, &self.argv, &self.envp) {
                Errno::ENOENT | Errno::ENOTDIR => {}
                Errno::EACCES => {
                    worst = if is_directory(path) { Errno::EISDIR } else { Errno::EACCES }
                }
                errno => return errno,
            }
        }
        worst
    }
}

/// Whether a path leads to a directory, for which execve(2) answers EACCES too.
fn is_directory(path: &CStr) -> bool {
    let mode = stat(path).map_or(0, |stat| stat.st_mode);
    SFlag::from_bits_truncate(mode) & SFlag::S_IFMT == SFlag::S_IFDIR
}

fn encode(pid: i32, errno: i32) -> [u8; REPORT] {
    let mut report = [0; REPORT];
    report[..4].copy_from_slice(&pid.to_ne_bytes());
    report[4..].copy_from_slice(&errno.to_ne_bytes());
    report
}

fn decode(report: [u8; REPORT]) -> (i32, i32) {
    let [a, b, c, d, e, f, g, h] = report;
    (i32::from_ne_bytes([a, b, c, d]), i32::from_ne_bytes([e, f, g, h]))
}

/// The paths to try: `name` itself if it has a slash, else `name` in each folder of PATH. An empty entry of PATH is the
/// current folder (execvp(3)).
fn paths(name: &CString, path: Option<OsString>) -> Vec<CString> {
    let name = name.as_bytes();
    if name.contains(&b'/') {
        return CString::new(name).into_iter().collect();
    }
    let path = path.unwrap_or_else(|| "/bin:/usr/bin".into()).into_vec();
    path.split(|byte| *byte == b':')
        .map(|folder| if folder.is_empty() { b".".as_slice() } else { folder })
        .filter_map(|folder| CString::new([folder, b"/", name].concat()).ok())
        .collect()
}

/// forker's own environment without the variables of its service manager: with them a run could send messages in
/// forker's name, or take forker's sockets as its own.
fn environment() -> Vec<CString> {
    std::env::vars_os()
        .filter(|(name, _)| !VARIABLES.iter().any(|variable| name == variable))
        .map(|(name, value)| [name.into_vec(), value.into_vec()].join(&b'='))
        .filter_map(|entry| CString::new(entry).ok())
        .collect()
}

fn announcement(command: &[CString]) -> Vec<u8> {
    format!("Child process: About to execute {}\n", words(command)).into_bytes()
}

/// A command as one line, with control characters escaped.
pub(crate) fn words(command: &[CString]) -> String {
    let words: Vec<_> = command.iter().map(|word| quoted(word.to_string_lossy())).collect();
    common::escape::escape(&words.join(" ")).into_owned()
}

fn quoted(word: Cow<'_, str>) -> Cow<'_, str> {
    let is_one = !word.is_empty() && !word.contains(char::is_whitespace);
    if is_one { word } else { format!("'{word}'").into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(name: &str, path: Option<&str>) -> Vec<String> {
        let found = paths(&CString::new(name).unwrap(), path.map(OsString::from));
        found.into_iter().map(|path| path.into_string().unwrap()).collect()
    }

    #[test]
    fn a_name_is_searched_as_execvp_does() {
        assert_eq!(candidates("ls", Some("/a:/b")), ["/a/ls", "/b/ls"]);
        assert_eq!(candidates("ls", Some(":/b:")), ["./ls", "/b/ls", "./ls"]);
        assert_eq!(candidates("ls", None), ["/bin/ls", "/usr/bin/ls"]);
        assert_eq!(candidates("./ls", Some("/a")), ["./ls"]);
    }

    #[test]
    fn the_announcement_has_the_command_with_control_characters_escaped() {
        let command = [c"ls".to_owned(), c"-l".to_owned()];
        assert_eq!(announcement(&command), b"Child process: About to execute ls -l\n");
        let command = [c"echo".to_owned(), c"\x1b[2J".to_owned(), c"a b".to_owned()];
        assert_eq!(
            announcement(&command),
            b"Child process: About to execute echo \\u{1b}[2J 'a b'\n"
        );
    }

    #[test]
    fn a_report_decodes_to_what_was_encoded() {
        assert_eq!(decode(encode(4711, 13)), (4711, 13));
    }
}
