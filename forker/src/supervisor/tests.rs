//! The supervisor in a world of its own: `World` has the processes, and gives it the events that its actions would bring.
//! What is tested is in a file for each of the supervisor's.
#![expect(clippy::disallowed_methods, reason = "a test may start at any time")]

mod escalation;
mod law;
mod reaping;
mod starting;
mod suspension;

use std::io;

use super::*;
use crate::process::snapshot::Process;
use crate::report::run::{Leftover, Survivor};
use nix::errno::Errno;
use nix::libc;

const MS: Duration = Duration::from_millis(1);
const GRACE: Duration = Duration::from_secs(5);
const SIGTERM: Signal = Signal::SIGTERM;
const SIGKILL: Signal = Signal::SIGKILL;

const POLICY: Policy = Policy {
    count: None,
    grace: GRACE,
    overlap: Overlap::Allow,
    max_children: 64,
    timeout: None,
    until: None,
    keep_orphans: false,
};

/// forker's pid.
const OWN: i32 = 1;

/// A supervisor of a run every millisecond, the processes that there are, and the events that its actions would bring.
struct World {
    supervisor: Supervisor,
    t0: Instant,
    next_pid: i32,
    processes: BTreeMap<i32, Process>,
}

impl World {
    /// `all`: whether every tick is shown.
    fn new(policy: Policy, all: bool) -> Self {
        let t0 = Instant::now();
        let schedule = Schedule::new(t0, MS, 1, false, all);
        let supervisor = Supervisor::new(schedule, policy, pid(OWN));
        Self { supervisor, t0, next_pid: 10, processes: BTreeMap::new() }
    }

    fn at(&self, ms: u32) -> Instant {
        self.t0 + ms * MS
    }

    /// What is to be done about `event`. A run that is to start starts, with the pids 10, 11, 12, …
    fn event(&mut self, ms: u32, event: Event) -> Vec<Action> {
        let now = self.at(ms);
        self.supervisor.handle(now, event);
        let mut actions = Vec::new();
        loop {
            while let Some(action) = self.supervisor.next_action() {
                if let Action::Start { run, due } = action {
                    let number = self.next_pid;
                    self.next_pid += 1;
                    self.fork(OWN, number, number);
                    let pid = pid(number);
                    self.supervisor.handle(now, Event::Started { run, due, pid });
                }
                if !matches!(action, Action::ShowTick(_)) {
                    actions.push(action);
                }
            }
            if !self.supervisor.wants_look() {
                return actions;
            }
            let all = self.processes.values().cloned().collect();
            self.supervisor.handle(now, Event::Looked(Ok(all)));
        }
    }

    fn time(&mut self, ms: u32) -> Vec<Action> {
        self.event(ms, Event::Time)
    }

    /// A process appears.
    fn fork(&mut self, parent: i32, number: i32, group: i32) {
        let (pid, parent, group) = (pid(number), pid(parent), pid(group));
        let name = "sleep".to_owned();
        let process = Process { pid, parent, group, is_zombie: false, started: 0, name };
        self.processes.insert(number, process);
    }

    /// A process ends, and its parent is left to reap it; its children become forker's.
    fn exit(&mut self, number: i32) {
        self.processes.get_mut(&number).unwrap().is_zombie = true;
        for process in self.processes.values_mut() {
            if process.parent == pid(number) {
                process.parent = pid(OWN);
            }
        }
    }

    /// A child of forker ends and is reaped.
    fn end(&mut self, ms: u32, number: i32, outcome: Outcome) -> Vec<Action> {
        self.exit(number);
        let children = self.processes.values().filter(|process| process.parent == pid(OWN));
        let children = children.map(|process| process.pid).collect();
        let pid = pid(number);
        let mut actions =
            self.event(ms, Event::Children { ended: vec![pid], children: Ok(children) });
        actions.extend(self.event(ms, Event::HasEnded { pid }));
        self.processes.remove(&number);
        actions.extend(self.event(ms, Event::Reaped { pid, outcome, usage: Usage::default() }));
        let (has_children, ended_groups) = (!self.processes.is_empty(), Vec::new());
        actions.extend(self.event(ms, Event::AllReaped { has_children, ended_groups }));
        actions
    }

    fn start(&self, run: u64, due: u32) -> Action {
        Action::Start { run, due: self.at(due) }
    }
}

fn pid(number: i32) -> Pid {
    Pid::from_raw(number)
}

/// A signal to the groups of these leaders.
fn to_groups(numbers: &[i32], signal: Signal) -> Action {
    let targets = numbers.iter().map(|number| Target::Group(pid(*number))).collect();
    Action::Signal { targets, signal }
}

fn to_child(number: i32, signal: Signal) -> Action {
    Action::Signal { targets: vec![Target::Child(pid(number))], signal }
}

fn signal(number: i32, signal: Signal) -> Action {
    to_groups(&[number], signal)
}

fn killed(signal: Signal) -> Outcome {
    Outcome::Killed { signal: signal as i32, dumped: false }
}
