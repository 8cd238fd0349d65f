//! The ledger of processes: every child that forker forked or adopted is running, a zombie or reaped.
//! It only counts; /proc is read by who asks for an audit.

use std::collections::BTreeSet;
use std::fmt;

use nix::unistd::Pid;

use crate::process::procfs::Process;

/// Who was born, who was taken in and who was buried.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Not reaped yet.
    open: BTreeSet<Pid>,
    forked: u64,
    adopted: u64,
    reaped: u64,
}

/// A ledger that agrees with /proc: forked + adopted = running + zombie + reaped.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Balance {
    pub(crate) forked: u64,
    pub(crate) adopted: u64,
    pub(crate) running: u64,
    pub(crate) zombies: u64,
    pub(crate) reaped: u64,
}

impl Ledger {
    pub(crate) fn fork(&mut self, pid: Pid) {
        self.forked += 1;
        self.open.insert(pid);
    }

    /// A child that was never heard of before was adopted.
    pub(crate) fn reap(&mut self, pid: Pid) {
        if !self.open.remove(&pid) {
            self.adopted += 1;
        }
        self.reaped += 1;
    }

    /// Compares with `children`, all that /proc shows now.
    ///
    /// # Errors
    /// The balance that does not add up: a child was lost, or counted twice.
    pub(crate) fn audit(&mut self, children: &[Process]) -> Result<Balance, Balance> {
        for child in children {
            self.adopted += u64::from(self.open.insert(child.pid));
        }
        let zombies = children.iter().filter(|child| child.is_zombie).count() as u64;
        let balance = Balance {
            forked: self.forked,
            adopted: self.adopted,
            running: children.len() as u64 - zombies,
            zombies,
            reaped: self.reaped,
        };
        if balance.is_even() { Ok(balance) } else { Err(balance) }
    }
}

impl Balance {
    fn is_even(&self) -> bool {
        self.forked + self.adopted == self.running + self.zombies + self.reaped
    }
}

impl fmt::Display for Balance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { forked, adopted, running, zombies, reaped } = self;
        let sign = if self.is_even() { "=" } else { "≠" };
        write!(
            f,
            "forked {forked} + adopted {adopted} {sign} running {running} + zombie {zombies} + reaped {reaped}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn child(pid: i32, is_zombie: bool) -> Process {
        let pid = Pid::from_raw(pid);
        Process { pid, parent: Pid::this(), group: pid, is_zombie, started: 0, name: String::new() }
    }

    #[test]
    fn it_balances_through_forks_adoptions_and_reaps() {
        let mut ledger = Ledger::default();
        ledger.fork(Pid::from_raw(10));
        ledger.fork(Pid::from_raw(11));
        ledger.reap(Pid::from_raw(77));
        let balance = ledger.audit(&[child(10, false), child(11, true), child(78, false)]).unwrap();
        assert_eq!(balance.to_string(), "forked 2 + adopted 2 = running 2 + zombie 1 + reaped 1");
        ledger.reap(Pid::from_raw(78));
        ledger.reap(Pid::from_raw(11));
        assert!(ledger.audit(&[child(10, false)]).is_ok());
    }

    #[test]
    fn a_lost_child_is_a_mismatch() {
        let mut ledger = Ledger::default();
        ledger.fork(Pid::from_raw(10));
        let balance = ledger.audit(&[]).unwrap_err();
        assert_eq!(balance.to_string(), "forked 1 + adopted 0 ≠ running 0 + zombie 0 + reaped 0");
    }
}
