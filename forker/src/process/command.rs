//! From a command to a process. Everything that a child needs is prepared here once, before the first fork; what the child
//! then does is in [`sys::child`].
//!
//! A child whose exec fails writes the errno to a pipe, from which its parent reads it. The pipe is close-on-exec, so that
//! no command inherits it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::{CString, OsString};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;

use common::systemd::VARIABLES;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd::{self, Pid};

use crate::error::Error;
use crate::process::signals::Inherited;
use crate::sys::StringArray;
use crate::sys::child::{FailedExec, Plan};
use crate::sys::stack::Stacks;

/// A command with everything that starting it needs.
#[derive(Debug)]
pub(crate) struct PreparedCommand {
    /// Never freed: a child may read it for longer than forker lives.
    plan: &'static Plan,
    stacks: Stacks,
    /// One pipe for all children.
    reports: OwnedFd,
    /// Reports of children that are not reaped yet: errno by pid.
    failed: BTreeMap<i32, i32>,
}

impl PreparedCommand {
    /// Prepares `command` (at least one word) to be run any number of times.
    ///
    /// If `keeper`, a run's parent, is killed, its first process gets TERM: nobody else would end it then. TERM, as at a stop:
    /// it can clean up, and pass it on to what it has started.
    ///
    /// # Errors
    /// /dev/null cannot be opened, or no descriptor is left.
    pub(crate) fn new(
        command: &[CString],
        announces: bool,
        inherited: &Inherited,
        keeper: Option<Pid>,
    ) -> Result<Self, Error> {
        let null = File::options().read(true).write(true).open("/dev/null");
        let null = null.map_err(|error| match error.raw_os_error().map(Errno::from_raw) {
            None | Some(Errno::ENOENT) => Error::NoNull(error),
            Some(errno) => Error::System { what: "open /dev/null", errno },
        })?;
        let pipe = unistd::pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK);
        let (reports, writer) = pipe.map_err(Error::system("open a pipe"))?;
        let plan = Plan {
            paths: paths(&command[0], std::env::var_os("PATH")),
            argv: StringArray::new(command.to_vec()),
            envp: StringArray::new(environment()),
            announcement: if announces { announcement(command) } else { Vec::new() },
            mask: inherited.mask,
            ignores_children: inherited.ignored_children,
            null,
            reports: writer,
            keeper,
        };
        Ok(Self {
            plan: Box::leak(Box::new(plan)),
            stacks: Stacks::default(),
            reports,
            failed: BTreeMap::new(),
        })
    }

    /// Starts a run: a child that becomes the command.
    ///
    /// # Errors
    /// EAGAIN at a limit on processes, ENOMEM.
    pub(crate) fn start(&mut self) -> nix::Result<Pid> {
        let pid = self.stacks.start(self.plan)?;
        // Parent and child both do it: the group must exist before either goes on. EACCES: the child has called exec
        // already, and setpgid before that (setpgid(2)).
        unistd::setpgid(pid, pid).ok();
        Ok(pid)
    }

    /// Why the child `pid` ended with 126 or 127, if that is because its exec failed.
    pub(crate) fn failed_exec(&mut self, pid: Pid) -> Option<Errno> {
        while let Some(FailedExec { pid, errno }) = self.next_report() {
            self.failed.insert(pid, errno);
        }
        self.failed.remove(&pid.as_raw()).map(Errno::from_raw)
    }

    /// Why the exec of some child has failed.
    pub(crate) fn any_failed_exec(&self) -> Option<Errno> {
        self.next_report().map(|report| Errno::from_raw(report.errno))
    }

    fn next_report(&self) -> Option<FailedExec> {
        let mut report = [0; FailedExec::LENGTH];
        let length = unistd::read(&self.reports, &mut report);
        (length == Ok(FailedExec::LENGTH)).then(|| FailedExec::from_bytes(report))
    }

    /// Redirects the output of this process and of its runs to /dev/null.
    ///
    /// # Errors
    /// None that is documented for these arguments.
    pub(crate) fn silence(&self) -> nix::Result<()> {
        unistd::dup2_stdout(&self.plan.null)?;
        unistd::dup2_stderr(&self.plan.null)
    }
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
}
