//! From clone to exec: all that the first process of a run does before it is the command.
//!
//! The child works in forker's own memory, so nothing is copied; and forker does not wait for the exec, as it would after
//! vfork(2), because an exec may hang. Two processes in one memory are what threads are, and it takes the same care:
//!
//! - The child makes system calls only, directly ([`super::kernel`]): no allocation, no lock, no `errno`, no panic.
//! - It writes to its stack alone, and what it reads is never changed and never freed: a `&'static Plan`.
//! - Its stack is used again when the kernel reports that it has left this memory, by exec or by its end.
//! - No signal runs code in it: forker has no handlers (it removes those of Rust's runtime at its start).
//!
//! A child that announces itself gets a copy of the memory, by fork(2). While it waits for the reader of stdout a signal may
//! end it, and one that dumps core ends all that share the memory, before Linux 5.16.

use std::ffi::{CString, c_int, c_void};
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};

use nix::errno::Errno;
use nix::libc::{self, STDOUT_FILENO};
use nix::sys::signal::{SigSet, Signal};
use nix::unistd::Pid;

use super::{StringArray, kernel};
use crate::report::run;

/// What a child does: everything is prepared, for it may not allocate.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What to try to execute, in this order.
    pub(crate) paths: Vec<CString>,
    pub(crate) argv: StringArray,
    pub(crate) envp: StringArray,
    /// What it writes to stdout before exec; nothing when quiet.
    pub(crate) announcement: Vec<u8>,
    /// The signals that the command blocks.
    pub(crate) mask: SigSet,
    /// Whether the command ignores CHLD.
    pub(crate) ignores_children: bool,
    /// Its stdin.
    pub(crate) null: File,
    /// Takes the report of a failed exec.
    pub(crate) reports: OwnedFd,
    /// The process without which it is to get TERM.
    pub(crate) keeper: Option<Pid>,
}

/// Why a child's exec has failed. In a pipe it is written whole, being shorter than `PIPE_BUF` (pipe(7)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FailedExec {
    pub(crate) pid: i32,
    pub(crate) errno: i32,
}

impl FailedExec {
    pub(crate) const LENGTH: usize = 8;

    /// Pid and errno, as the kernel's own integers.
    pub(crate) fn to_bytes(self) -> [u8; Self::LENGTH] {
        let ([a, b, c, d], [e, f, g, h]) = (self.pid.to_ne_bytes(), self.errno.to_ne_bytes());
        [a, b, c, d, e, f, g, h]
    }

    pub(crate) fn from_bytes([a, b, c, d, e, f, g, h]: [u8; Self::LENGTH]) -> Self {
        Self { pid: i32::from_ne_bytes([a, b, c, d]), errno: i32::from_ne_bytes([e, f, g, h]) }
    }
}

/// The stacks of children that share forker's memory: as many as were on their way to exec at one time.
#[derive(Debug, Default)]
pub(crate) struct Stacks(Vec<Stack>);

impl Stacks {
    /// Starts a child that does what `plan` says.
    ///
    /// # Errors
    /// EAGAIN at a limit on processes, ENOMEM.
    pub(crate) fn start(&mut self, plan: &'static Plan) -> nix::Result<Pid> {
        if plan.announcement.is_empty() {
            match self.free()?.start(plan) {
                // Not everybody knows children that are neither threads nor copies: qemu's emulation of another machine,
                // older kernels after `unshare --time` (EINVAL), and filters of system calls (EPERM, ENOSYS, seccomp(2)).
                Err(errno) if ![Errno::EAGAIN, Errno::ENOMEM].contains(&errno) => {}
                result => return result,
            }
        }
        super::fork(|| become_command(plan))
    }

    /// A stack that no child uses.
    fn free(&mut self) -> nix::Result<&Stack> {
        let free = self.0.iter().position(Stack::is_free);
        let at = free.map_or_else(|| Stack::new().map(|stack| self.push(stack)), Ok)?;
        Ok(&self.0[at])
    }

    fn push(&mut self, stack: Stack) -> usize {
        self.0.push(stack);
        self.0.len() - 1
    }
}

/// A stack, and a page below it that nobody can write to. It is never unmapped: a child may use it for longer than
/// forker lives.
#[derive(Debug)]
struct Stack {
    top: *mut c_void,
    /// Not 0 while a child uses the stack: the kernel writes the child's pid here, and 0 when the child has left this
    /// memory (clone(2), `CLONE_CHILD_CLEARTID`).
    user: &'static AtomicI32,
}

impl Stack {
    const LENGTH: usize = 64 << 10;
    /// A page or more, on every machine.
    const GUARD: usize = 64 << 10;

    fn new() -> nix::Result<Self> {
        let (nowhere, whole) = (ptr::null_mut(), Self::GUARD + Self::LENGTH);
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_STACK | libc::MAP_NORESERVE;
        // SAFETY: a new mapping, where nothing was.
        let start = unsafe { libc::mmap(nowhere, whole, libc::PROT_NONE, flags, -1, 0) };
        if start == libc::MAP_FAILED {
            return Err(Errno::last());
        }
        let (bottom, top) = (start.wrapping_byte_add(Self::GUARD), start.wrapping_byte_add(whole));
        // SAFETY: it is a part of that mapping, which nobody uses yet.
        let result =
            unsafe { libc::mprotect(bottom, Self::LENGTH, libc::PROT_READ | libc::PROT_WRITE) };
        Errno::result(result)?;
        Ok(Self { top, user: Box::leak(Box::new(AtomicI32::new(0))) })
    }

    fn is_free(&self) -> bool {
        self.user.load(Ordering::Acquire) == 0
    }

    fn start(&self, plan: &'static Plan) -> nix::Result<Pid> {
        let flags = libc::CLONE_VM | libc::CLONE_PARENT_SETTID | libc::CLONE_CHILD_CLEARTID;
        let plan = ptr::from_ref(plan).cast_mut().cast();
        let (user, no_tls) = (self.user.as_ptr(), ptr::null_mut::<c_void>());
        // SAFETY: nobody uses the stack, and nobody will before `user` is 0 again. The child runs `enter` on it, which does
        // what the head of this file says, and ends there in exec or by its return (clone(2): then the process ends).
        let pid = unsafe {
            libc::clone(enter, self.top, flags | libc::SIGCHLD, plan, user, no_tls, user)
        };
        Errno::result(pid).map(Pid::from_raw)
    }
}

extern "C" fn enter(plan: *mut c_void) -> c_int {
    // SAFETY: `Stack::start` passes a plan, which lives for ever and is never written to.
    let plan = unsafe { &*plan.cast::<Plan>() };
    become_command(plan).into()
}

/// Becomes the command; returns an exit status only if that fails.
fn become_command(plan: &Plan) -> u8 {
    let errno = match set_up(plan) {
        Ok(()) => exec(plan),
        Err(errno) => errno,
    };
    let report = FailedExec { pid: kernel::getpid(), errno: errno as i32 };
    // An error here cannot be reported; the exit status still shows the failure.
    kernel::write(plan.reports.as_fd(), &report.to_bytes()).ok();
    run::not_executed(errno)
}

/// Its own group, no input, an end with forker's, the announcement, and the inherited signals.
fn set_up(plan: &Plan) -> nix::Result<()> {
    kernel::lead_group()?;
    kernel::dup_to_stdin(plan.null.as_fd())?;
    if let Some(keeper) = plan.keeper {
        kernel::set_parent_death_signal(Signal::SIGTERM)?;
        // It may have ended before that (PR_SET_PDEATHSIG(2const)). 0: it is in another pid namespace.
        if ![keeper.as_raw(), 0].contains(&kernel::getppid()) {
            return Err(Errno::ESRCH);
        }
    }
    // So that a command ends without a complaint when the reader of its output goes.
    kernel::set_default(Signal::SIGPIPE)?;
    if plan.ignores_children {
        kernel::ignore(Signal::SIGCHLD)?;
    }
    // Before the announcement: TERM must be able to end a child that blocks in writing it.
    kernel::set_mask(&plan.mask)?;
    if !plan.announcement.is_empty() {
        announce(plan)?;
    }
    Ok(())
}

/// The child's group is in the background of the terminal. With `stty tostop` the kernel stops a background process that
/// writes, by TTOU, unless it blocks TTOU (termios(3)).
fn announce(plan: &Plan) -> nix::Result<()> {
    let mut mask = plan.mask;
    mask.add(Signal::SIGTTOU);
    kernel::set_mask(&mask)?;
    // SAFETY: stdout is open: where it was closed at the start, Rust's runtime has opened /dev/null.
    let stdout = unsafe { BorrowedFd::borrow_raw(STDOUT_FILENO) };
    // An error is no reason not to run the command: it may not need stdout.
    kernel::write(stdout, &plan.announcement).ok();
    kernel::set_mask(&plan.mask)
}

/// Tries each path as execvp(3) does. What is wrong with one path is reported only if no other path leads to a program.
fn exec(plan: &Plan) -> Errno {
    let mut worst = Errno::ENOENT;
    for path in &plan.paths {
        let errno = kernel::execve(path, &plan.argv, &plan.envp);
        match errno {
            Errno::ENOENT | Errno::ENOTDIR => {}
            // A folder on a network that does not answer.
            Errno::ESTALE | Errno::ENODEV | Errno::ETIMEDOUT => worst = errno,
            Errno::EACCES => {
                worst = if kernel::is_directory(path) { Errno::EISDIR } else { Errno::EACCES }
            }
            _ => return errno,
        }
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::wait::WaitPidFlag;

    fn plan(program: &str) -> &'static Plan {
        let program = CString::new(program).unwrap();
        Box::leak(Box::new(Plan {
            paths: vec![c"/nonexistent".to_owned(), program.clone()],
            argv: StringArray::new(vec![program]),
            envp: StringArray::new(Vec::new()),
            announcement: Vec::new(),
            mask: SigSet::empty(),
            ignores_children: false,
            null: File::open("/dev/null").unwrap(),
            reports: File::options().write(true).open("/dev/null").unwrap().into(),
            keeper: None,
        }))
    }

    #[test]
    fn a_stack_is_used_again_when_its_child_has_left_it_and_not_before() {
        let (mut stacks, mut other) = (Stacks::default(), Stacks::default());
        for (program, status) in [("/bin/true", 0), ("/bin/false", 1), ("/nonexistent", 127)] {
            let child = stacks.start(plan(program)).unwrap();
            let (ended, _) = super::super::wait4(child, WaitPidFlag::empty()).unwrap().unwrap();
            assert_eq!(libc::WEXITSTATUS(ended), status, "{program}");
            assert_eq!(stacks.0.len(), 1);
        }
        other.free().unwrap().user.store(1, Ordering::Release);
        assert!(other.free().unwrap().is_free());
        assert_eq!(other.0.len(), 2);
    }

    #[test]
    fn a_report_reads_as_what_was_written() {
        let report = FailedExec { pid: 4711, errno: 13 };
        assert_eq!(FailedExec::from_bytes(report.to_bytes()), report);
    }
}
