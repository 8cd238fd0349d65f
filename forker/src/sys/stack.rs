//! The memory in which a run's child works until its exec: forker's own, on a stack that no other child uses.
//!
//! A child that announces itself gets a copy of the memory, by fork(2). While it waits for the reader of stdout a signal may
//! end it, and one that dumps core ends all that share the memory, before Linux 5.16.

use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};

use nix::errno::Errno;
use nix::libc;
use nix::unistd::Pid;

use super::child::{Plan, become_command};

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

#[cfg(test)]
mod tests {
    use std::ffi::CString;
    use std::fs::File;

    use super::super::StringArray;
    use super::*;
    use nix::sys::signal::SigSet;
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
}
