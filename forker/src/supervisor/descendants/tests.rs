//! The structure against a small model of a kernel: random forks, sessions, ends, adoptions and pids that are used again.

use super::asking::Targets;
use super::*;
use crate::process::snapshot::Target;
use proptest::prelude::*;

const OWN: i32 = 1;
const INIT: i32 = 0;

/// Whose a process really is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// It does not descend from forker.
    Elsewhere,
    /// It descends from what was there before the first fork.
    Before,
    Run(u64),
}

#[derive(Debug, Clone)]
struct Task {
    parent: i32,
    group: i32,
    /// It, or who it descends from, has called setsid: forker's own group is out of reach (setpgid(2)).
    is_away: bool,
    started: u64,
    is_zombie: bool,
    origin: Origin,
    terms: u32,
    /// Its group got TERM at a stroke, and forker has not looked since.
    is_unseen: bool,
}

/// What can happen. A number chooses a process.
#[derive(Debug, Clone)]
enum Step {
    StartRun,
    Fork(usize),
    Setsid(usize),
    /// It moves to forker's own group.
    Join(usize),
    Exit(usize),
    /// A parent other than forker reaps.
    Wait(usize),
    /// forker looks at /proc.
    Look,
    /// forker reaps what has ended, and asks what a leader leaves to end.
    Reap,
    /// A run is asked to end, or the strays.
    Ask(usize, Asked),
}

fn step() -> impl Strategy<Value = Step> {
    let asked = prop_oneof![Just(Asked::Term), Just(Asked::Kill)];
    prop_oneof![
        2 => Just(Step::StartRun),
        6 => (0_usize..64).prop_map(Step::Fork),
        3 => (0_usize..64).prop_map(Step::Setsid),
        1 => (0_usize..64).prop_map(Step::Join),
        5 => (0_usize..64).prop_map(Step::Exit),
        3 => (0_usize..64).prop_map(Step::Wait),
        2 => Just(Step::Look),
        4 => Just(Step::Reap),
        3 => ((0_usize..64), asked).prop_map(|(which, asked)| Step::Ask(which, asked)),
    ]
}

struct Kernel {
    tasks: BTreeMap<i32, Task>,
    clock: u64,
    leaders: BTreeMap<i32, u64>,
    next_run: u64,
    known: Descendants,
    /// Those of runs that are left alone: reported as unclear, or below one that is.
    left_alone: BTreeSet<u64>,
}

impl Kernel {
    fn new(has_inherited: bool) -> Self {
        let known = Descendants::new(pid(OWN));
        let (tasks, leaders, left_alone) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        let mut kernel = Self { tasks, clock: 0, leaders, next_run: 1, known, left_alone };
        kernel.insert(OWN, INIT, OWN, Origin::Elsewhere);
        let stranger = kernel.free_pid();
        kernel.insert(stranger, INIT, stranger, Origin::Elsewhere);
        if has_inherited {
            let inherited = kernel.free_pid();
            kernel.insert(inherited, OWN, OWN, Origin::Before);
        }
        kernel.known.inherit(&kernel.shown());
        kernel
    }

    /// The first pid that no process and no group has: it is used again at once.
    fn free_pid(&self) -> i32 {
        let has =
            |number| self.tasks.iter().any(|(pid, task)| *pid == number || task.group == number);
        (OWN..).find(|number| !has(*number)).unwrap()
    }

    fn insert(&mut self, number: i32, parent: i32, group: i32, origin: Origin) {
        self.clock += 1;
        let started = self.clock;
        let is_away = self.tasks.get(&parent).is_some_and(|parent| parent.is_away);
        let task = Task {
            parent,
            group,
            is_away,
            started,
            is_zombie: false,
            origin,
            terms: 0,
            is_unseen: false,
        };
        self.tasks.insert(number, task);
    }

    /// What /proc shows.
    fn shown(&self) -> Vec<Process> {
        let show = |(number, task): (&i32, &Task)| Process {
            pid: pid(*number),
            parent: pid(task.parent),
            group: pid(task.group),
            is_zombie: task.is_zombie,
            started: task.started,
            name: String::new(),
        };
        self.tasks.iter().map(show).collect()
    }

    /// The `which`th living process, forker apart.
    fn living(&self, which: usize) -> Option<i32> {
        let lives = |(number, task): &(&i32, &Task)| **number != OWN && !task.is_zombie;
        let living: Vec<i32> = self.tasks.iter().filter(lives).map(|(number, _)| *number).collect();
        living.get(which % living.len().max(1)).copied()
    }

    fn exit(&mut self, number: i32) {
        let heir = if self.tasks[&number].origin == Origin::Elsewhere { INIT } else { OWN };
        self.tasks.get_mut(&number).unwrap().is_zombie = true;
        for task in self.tasks.values_mut().filter(|task| task.parent == number) {
            task.parent = heir;
        }
        self.tasks.retain(|_, task| !(task.is_zombie && task.parent == INIT));
    }

    fn children(&self) -> Vec<i32> {
        let own = self.tasks.iter().filter(|(_, task)| task.parent == OWN);
        own.map(|(number, _)| *number).collect()
    }

    fn look(&mut self) {
        let had_foreign = self.known.has_foreign_child;
        let may_be_ours = self.known.owners().iter().any(|owner| *owner != Owner::Foreign);
        let orphans = Orphans { may_be_ours, asked: Asked::Nothing };
        let unclear = self.known.look(&self.shown(), orphans);
        assert!(had_foreign || unclear.is_empty(), "whose could they be but a run's?");
        let unclear: BTreeSet<Pid> = unclear.into_iter().map(|(pid, _)| pid).collect();
        for (number, task) in &mut self.tasks {
            task.is_unseen = false;
            let is_known_below = self
                .known
                .members
                .get(&pid(task.parent))
                .is_some_and(|parent| parent.owner == Owner::Foreign);
            let is_left = unclear.contains(&pid(*number)) || is_known_below || task.is_zombie;
            if had_foreign && is_left {
                self.left_alone.insert(task.started);
            }
        }
        for (pid, member) in &self.known.members {
            let task = self.tasks.get(&pid.as_raw()).expect("an entry has outlived its process");
            assert_eq!(member.started, Some(task.started), "{pid} is another process by now");
        }
        for (number, task) in &self.tasks {
            let member = self.known.members.get(&pid(*number));
            let is_ours = task.origin != Origin::Elsewhere;
            assert_eq!(member.is_some(), is_ours, "a descendant is known, and nobody else is");
            let Some(member) = member else { continue };
            match (member.owner, task.origin) {
                (Owner::Run(run), origin) => assert_eq!(origin, Origin::Run(run), "{number}"),
                (Owner::Foreign, Origin::Before) => {}
                (Owner::Foreign, _) => assert!(self.left_alone.contains(&task.started), "{number}"),
                (Owner::Stray, origin) => assert!(matches!(origin, Origin::Run(_)), "{number}"),
            }
            // While the leader is not reaped, all in its group are its run's.
            let is_led = self.leaders.contains_key(&task.group);
            assert!(!is_led || member.owner != Owner::Stray, "{number}");
        }
    }

    fn ask(&mut self, owner: Owner, asked: Asked) {
        let is_to_get = |other| if other == owner { asked } else { Asked::Nothing };
        let Targets { term, kill, .. } = self.known.ask(is_to_get, false);
        for target in term.into_iter().chain(kill) {
            let number = target.id().as_raw();
            match target {
                Target::Group(_) => assert!(self.leaders.contains_key(&number), "no id is pinned"),
                Target::Child(_) => assert_eq!(self.tasks[&number].parent, OWN),
                Target::Process { .. } => {}
            }
            for (other, task) in &mut self.tasks {
                let is_hit = match target {
                    Target::Group(_) => task.group == number,
                    Target::Child(_) => *other == number,
                    // `deliver` compares the start time.
                    Target::Process { started, .. } => *other == number && task.started == started,
                };
                if !is_hit || task.is_zombie {
                    continue;
                }
                task.terms += u32::from(asked == Asked::Term);
                task.is_unseen |= matches!(target, Target::Group(_));
                assert!(task.terms <= 1, "{other} is asked twice");
                match owner {
                    Owner::Run(run) => assert_eq!(task.origin, Origin::Run(run), "{other}"),
                    _ => assert!(matches!(task.origin, Origin::Run(_)), "{other} is a stranger"),
                }
            }
        }
    }

    /// As the event loop does it.
    fn reap(&mut self) {
        for number in self.children() {
            if !self.tasks[&number].is_zombie {
                continue;
            }
            let children: Vec<Pid> = self.children().into_iter().map(pid).collect();
            let run = self.leaders.get(&number).copied();
            let has_more = run.is_some_and(|run| self.known.has_more_than_leader(run));
            if !self.known.knows_all(&children) || has_more {
                self.look();
            }
            self.known.has_ended(pid(number));
            if let Some(run) = run {
                self.ask(Owner::Run(run), Asked::Term);
            }
            self.tasks.remove(&number);
            self.leaders.remove(&number);
            assert!(self.known.reaped(pid(number)).is_some());
            if let Some(run) = run {
                self.known.leave(run);
            }
        }
    }

    fn move_to(&mut self, number: i32, group: i32) {
        let task = self.tasks.get_mut(&number).unwrap();
        task.group = group;
        if task.is_unseen {
            // It may have left its group before the TERM: it is asked once more.
            task.terms = 0;
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::StartRun if self.tasks.len() < 12 => {
                let leader = self.free_pid();
                self.insert(leader, OWN, leader, Origin::Run(self.next_run));
                self.known.start(pid(leader), self.next_run);
                self.leaders.insert(leader, self.next_run);
                self.next_run += 1;
            }
            Step::Fork(which) if self.tasks.len() < 12 => {
                if let Some(parent) = self.living(*which) {
                    let child = self.free_pid();
                    let Task { group, origin, started, .. } = self.tasks[&parent];
                    self.insert(child, parent, group, origin);
                    if self.left_alone.contains(&started) {
                        self.left_alone.insert(self.clock);
                    }
                }
            }
            Step::StartRun | Step::Fork(_) => {}
            Step::Setsid(which) => {
                if let Some(number) = self.living(*which) {
                    self.move_to(number, number);
                    self.tasks.get_mut(&number).unwrap().is_away = true;
                }
            }
            Step::Join(which) => {
                let number = self.living(*which).filter(|it| !self.leaders.contains_key(it));
                if let Some(number) = number.filter(|it| self.tasks[it].origin != Origin::Elsewhere)
                {
                    self.move_to(number, OWN);
                }
            }
            Step::Exit(which) => {
                if let Some(number) = self.living(*which) {
                    self.exit(number);
                }
            }
            Step::Wait(which) => {
                let waits = |(_, task): &(&i32, &Task)| task.is_zombie && task.parent != OWN;
                let dead: Vec<i32> = self.tasks.iter().filter(waits).map(|(pid, _)| *pid).collect();
                if let Some(number) = dead.get(which % dead.len().max(1)) {
                    self.tasks.remove(number);
                }
            }
            Step::Look => self.look(),
            Step::Reap => self.reap(),
            Step::Ask(which, asked) => {
                let run = u64::try_from(*which).unwrap() % self.next_run;
                let owner = if run == 0 { Owner::Stray } else { Owner::Run(run) };
                self.look();
                self.ask(owner, *asked);
            }
        }
    }
}

fn pid(number: i32) -> Pid {
    Pid::from_raw(number)
}

fn shown(number: i32, group: i32, is_zombie: bool) -> Process {
    Process {
        pid: pid(number),
        parent: pid(OWN),
        group: pid(group),
        is_zombie,
        started: 0,
        name: String::new(),
    }
}

#[test]
fn what_leaves_its_group_between_the_look_and_the_signal_is_asked_by_itself() {
    let mut known = Descendants::new(pid(OWN));
    known.start(pid(10), 1);
    let mut ask = |group| {
        known.look(&[shown(10, 10, true), shown(11, group, false)], Orphans::default());
        known.ask(|_| Asked::Term, false)
    };
    let first = ask(10);
    assert_eq!((first.term, first.may_have_missed), (vec![Target::Group(pid(10))], true));
    assert_eq!(ask(11).term, [Target::Child(pid(11))]);
    assert_eq!(ask(11).term, []);
}

#[test]
fn what_was_seen_in_its_group_after_the_signal_is_not_asked_again_when_it_leaves_the_group() {
    let mut known = Descendants::new(pid(OWN));
    known.start(pid(10), 1);
    let mut ask = |group| {
        known.look(&[shown(10, 10, true), shown(11, group, false)], Orphans::default());
        known.ask(|_| Asked::Term, false)
    };
    assert_eq!(ask(10).term, [Target::Group(pid(10))]);
    assert_eq!(ask(10).term, []);
    assert_eq!(ask(11).term, []);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn whatever_processes_do_each_is_known_as_whose_it_is_and_no_stranger_is_signalled(
        has_inherited: bool, steps in prop::collection::vec(step(), 1..120)
    ) {
        let mut kernel = Kernel::new(has_inherited);
        for step in &steps {
            kernel.step(step);
        }
        kernel.reap();
        kernel.look();
    }
}
