//! Suspend and resume (TSTP, TTIN, TTOU; CONT): all that descends from forker is stopped, then forker itself.
//!
//! A process that has left its run's group is found in /proc, and may fork between that look and its STOP. So there is
//! another look, until one shows nothing new. CONT goes to everything too, also to what others had stopped: as with a
//! shell's job, nobody remembers who stopped what.
//!
//! A terminal stops runs too: they are in its background. That is only reported.

use std::time::Duration;

use nix::sys::signal::Signal;
use nix::unistd::Pid;

use super::descendants::Owner;
use super::event::Action;
use super::{Supervisor, Suspension};
use crate::process::snapshot::Target;

impl Supervisor {
    /// Begins to stop everything; the next look goes on with it.
    pub(super) fn suspend(&mut self, signal: Signal) {
        self.suspension = Some(Suspension { signal, stopped: Vec::new() });
        self.wants_look = true;
    }

    /// After a look: stops what it has shown, or forker itself if that is stopped already.
    pub(super) fn go_on_suspending(&mut self) {
        let Some(Suspension { signal, stopped }) = self.suspension.take() else {
            return;
        };
        let targets = self.everything();
        if targets == stopped {
            self.actions.push_back(Action::Suspend(signal));
            return;
        }
        // Not TSTP: a process may handle or ignore that, and would go on.
        self.signal(targets.clone(), Signal::SIGSTOP);
        self.suspension = Some(Suspension { signal, stopped: targets });
        self.wants_look = true;
    }

    /// Forker was continued, after a stop of this length.
    pub(super) fn resume(&mut self, after: Duration) {
        self.suspension = None;
        self.postpone(after);
        self.signal(self.everything(), Signal::SIGCONT);
    }

    /// A child was stopped. If a terminal did that to a run, the run may stand for ever: it cannot read the terminal (TTIN),
    /// nor with `stty tostop` write to it (TTOU).
    pub(super) fn on_has_stopped(&mut self, pid: Pid, signal: i32) {
        if let Ok(signal @ (Signal::SIGTTIN | Signal::SIGTTOU)) = Signal::try_from(signal)
            && let Some(number) = self.led_by(pid)
            && let Some(run) = self.runs.get_mut(&number)
            && !std::mem::replace(&mut run.is_stop_logged, true)
        {
            self.actions.push_back(Action::LogStopped { run: number, pid, signal });
        }
    }

    /// Moves every deadline by the time during which runs and forker were stopped: no run could use that time.
    fn postpone(&mut self, after: Duration) {
        let endings = self.runs.values_mut().map(|run| &mut run.ending);
        for deadline in endings.chain([&mut self.strays]).filter_map(|end| end.deadline.as_mut()) {
            *deadline += after;
        }
    }

    /// All that is known to descend from forker, and is its to stop.
    fn everything(&self) -> Vec<Target> {
        let is_ours = |owner| match owner {
            Owner::Run(_) => true,
            Owner::Stray => !self.policy.keep_orphans,
            Owner::Foreign => false,
        };
        self.descendants.all(is_ours, self.is_blind)
    }
}
