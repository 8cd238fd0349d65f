//! The one place that knows which process belongs to which run. Pure: it is fed with what /proc showed at one moment,
//! and with the children that were forked and reaped.
//!
//! The key is that forker adopts every orphan: each process of a run is a child of forker, or descends from one. So as
//! long as forker knows all its children, nothing has to be looked up. A process that it does not know belongs to
//!
//! 1. the run of its parent. If forker itself is the parent, it is an orphan, and belongs to
//! 2. the run of its group, while the leader or a known process of the run holds the group's id. Else
//! 3. nothing shows whose it was. It is a stray; but if a process that forker got over exec may have started it, that is in
//!    doubt, and it is left alone and reported.
//!
//! A process is known by its pid and its start time, a child by its pid: nobody else gets that until it is reaped. What
//! forker got over exec, and what descends from that, is foreign: never signalled, never waited for. That a process is in
//! forker's own group, or in a foreign one, shows nothing: any process of the session may join that (setpgid(2)).
//!
//! `member` is what is known of each. Whom a signal is for follows from it in `asking`.

pub(super) mod asking;
mod member;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use nix::unistd::Pid;

use self::member::Group;
pub(super) use self::member::{Asked, Member, Owner};
use crate::process::snapshot::Process;

/// What is known of the orphans that a look shows, and of which nothing shows whose they were.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Orphans {
    /// A run is going, or a stray: it may have started them.
    pub(super) may_be_ours: bool,
    /// What everybody was sent who may have started them, but foreign ones.
    pub(super) asked: Asked,
}

/// A process, and its name.
pub(super) type Named = (Pid, String);

/// Every process that is known to descend from forker.
#[derive(Debug)]
pub(crate) struct Descendants {
    own: Pid,
    /// The group that forker is in.
    own_group: Option<Pid>,
    /// Whether the last look has shown a foreign child: it may have started what the next look shows.
    has_foreign_child: bool,
    members: BTreeMap<Pid, Member>,
    groups: BTreeMap<Pid, Group>,
}

impl Descendants {
    /// None is known; `own` is forker's pid.
    pub(super) fn new(own: Pid) -> Self {
        let (members, groups) = (BTreeMap::new(), BTreeMap::new());
        Self { own, own_group: None, has_foreign_child: false, members, groups }
    }

    /// A run's leader was forked, into a group of its own.
    pub(super) fn start(&mut self, leader: Pid, run: u64) {
        let owner = Owner::Run(run);
        let group = Some(leader);
        let member = Member { owner, group, is_leader: true, is_child: true, ..Member::default() };
        self.members.insert(leader, member);
        self.groups.insert(leader, Group { owner, is_runs: true, asked: Asked::Nothing });
    }

    /// The run that this process leads.
    pub(super) fn run_led_by(&self, pid: Pid) -> Option<u64> {
        match self.members.get(&pid)? {
            Member { is_leader: true, owner: Owner::Run(run), .. } => Some(*run),
            _ => None,
        }
    }

    /// Everything that descends from forker now is foreign.
    pub(super) fn inherit(&mut self, all: &[Process]) {
        self.has_foreign_child = true;
        self.look(all, Orphans::default());
    }

    /// Whether all these children of forker are known.
    pub(super) fn knows_all(&self, children: &[Pid]) -> bool {
        children.iter().all(|pid| self.members.get(pid).is_some_and(|member| member.is_child))
    }

    /// Whether a run has any process but its leader.
    pub(super) fn has_more_than_leader(&self, run: u64) -> bool {
        let is_more = |member: &Member| member.owner == Owner::Run(run) && !member.is_leader;
        self.members.values().any(is_more)
    }

    /// Takes in what /proc shows at one moment. Returns the orphans that are left alone because their origin is in doubt.
    pub(super) fn look(&mut self, all: &[Process], orphans: Orphans) -> Vec<Named> {
        let by_pid: BTreeMap<Pid, &Process> =
            all.iter().map(|process| (process.pid, process)).collect();
        self.members.retain(|pid, member| {
            // A child stays though it is not shown: its pid is its own until it is reaped.
            let shown = by_pid.get(pid).map(|process| process.started);
            member.is_child || (shown.is_some() && shown == member.started)
        });
        // A group's id is its own while the leader is not reaped, or somebody known is in it.
        let members = &self.members;
        let owner = |process: &Process| Some((process.group, members.get(&process.pid)?.owner));
        let held: BTreeSet<(Pid, Owner)> = all.iter().filter_map(owner).collect();
        self.groups.retain(|id, group| leads(members, *id) || held.contains(&(*id, group.owner)));
        let mut unclear = Vec::new();
        self.attribute(all, orphans, &mut unclear);
        self.has_foreign_child = self.members.values().any(Member::is_foreign_child);
        unclear
    }

    /// Walks from forker downwards and finds an owner for each process that is not known.
    fn attribute(&mut self, all: &[Process], orphans: Orphans, unclear: &mut Vec<Named>) {
        let mut children: BTreeMap<Pid, Vec<&Process>> = BTreeMap::new();
        for process in all {
            children.entry(process.parent).or_default().push(process);
            if process.pid == self.own {
                self.own_group = Some(process.group);
            }
        }
        let mut parents = vec![(self.own, None)];
        while let Some((parent, known)) = parents.pop() {
            for process in children.remove(&parent).unwrap_or_default() {
                if !self.members.contains_key(&process.pid) {
                    let member = self.relative(process, known);
                    let member = member.unwrap_or_else(|| self.orphan(process, orphans, unclear));
                    self.members.insert(process.pid, member);
                }
                parents.push((process.pid, self.update(process)));
            }
        }
    }

    /// A process whose parent or group shows whose it is. forker itself as the parent, None, shows nothing.
    fn relative(&self, process: &Process, parent: Option<(Owner, Asked)>) -> Option<Member> {
        // A foreign group shows nothing, and a stray's parent does not show which run it was.
        let group = self.groups.get(&process.group).filter(|group| group.owner != Owner::Foreign);
        let parent = parent.filter(|(owner, _)| *owner != Owner::Stray || group.is_none());
        let owner = parent.map(|(owner, _)| owner).or(group.map(|group| group.owner))?;
        // What comes after the TERM, to the group or to the parent, is not asked: it may be a part of an orderly end. KILL
        // is repeated.
        let by_group = group.filter(|group| group.owner == owner).map(|group| group.asked);
        let asked = by_group.max(parent.map(|(_, asked)| asked)).unwrap_or_default();
        Some(Member { owner, asked: asked.min(Asked::Term), ..Member::default() })
    }

    /// A child of forker of which nothing shows whose it is.
    fn orphan(&self, process: &Process, orphans: Orphans, unclear: &mut Vec<Named>) -> Member {
        if !self.has_foreign_child {
            let (owner, asked) = (Owner::Stray, orphans.asked.min(Asked::Term));
            let is_spared = asked > Asked::Nothing;
            return Member { owner, asked, is_spared, ..Member::default() };
        }
        if orphans.may_be_ours && !process.is_zombie {
            unclear.push((process.pid, process.name.clone()));
        }
        Member { owner: Owner::Foreign, ..Member::default() }
    }

    /// Takes in how a member is now. Returns whose it is, and what it was sent.
    fn update(&mut self, process: &Process) -> Option<(Owner, Asked)> {
        let member = self.members.get_mut(&process.pid)?;
        if std::mem::take(&mut member.is_asked_with_group) && member.group != Some(process.group) {
            // It may have left the group before the signal came. One that has a handler for TERM, and leaves the group in
            // it before the look, is asked twice.
            member.asked = Asked::Nothing;
        }
        member.started = Some(process.started);
        member.group = Some(process.group);
        member.is_child = process.parent == self.own;
        member.is_zombie = process.is_zombie;
        member.name.clone_from(&process.name);
        let owner = member.owner;
        if Some(process.group) != self.own_group {
            let group = Group { owner, is_runs: false, asked: Asked::Nothing };
            self.groups.entry(process.group).or_insert(group);
        }
        Some((owner, member.asked))
    }

    /// A child has ended. It is not reaped yet.
    pub(super) fn has_ended(&mut self, pid: Pid) {
        if let Some(member) = self.members.get_mut(&pid) {
            member.is_zombie = true;
        }
    }

    /// A child was reaped: what was known of it.
    pub(super) fn reaped(&mut self, pid: Pid) -> Option<Member> {
        self.members.remove(&pid)
    }

    /// The leader of this run was reaped: what ended before it was not left behind.
    pub(super) fn leave(&mut self, run: u64) {
        for member in self.members_of(Owner::Run(run)) {
            member.is_silent = member.is_zombie;
        }
    }

    /// Whose processes forker waits for: who has any that lives, or that forker has to reap.
    pub(super) fn owners(&self) -> BTreeSet<Owner> {
        let waits = |member: &&Member| member.is_child || !member.is_zombie;
        self.members.values().filter(waits).map(|member| member.owner).collect()
    }

    /// How many strays forker will reap: what they have started themselves is not counted.
    pub(super) fn strays(&self) -> u64 {
        let is_stray = |member: &&Member| member.owner == Owner::Stray && member.is_child;
        self.members.values().filter(is_stray).count() as u64
    }

    /// The strays that go on and were not reported yet.
    pub(super) fn unreported_daemons(&mut self) -> Vec<Named> {
        let is_daemon = |member: &Member| {
            let is_stray = member.owner == Owner::Stray && member.is_child && !member.is_zombie;
            is_stray && member.asked == Asked::Nothing && !member.is_daemon_reported
        };
        let daemons = self.members.iter_mut().filter(|(_, member)| is_daemon(member));
        let report = |(pid, member): (&Pid, &mut Member)| {
            member.is_daemon_reported = true;
            (*pid, member.name.clone())
        };
        daemons.map(report).collect()
    }

    /// Who has processes, as far as the last look showed, but none among forker's children. These may have ended since
    /// without a word: their parents have reaped them.
    pub(super) fn owners_without_child(&self) -> Vec<Owner> {
        let children = self.members.values().filter(|member| member.is_child);
        let parents: BTreeSet<Owner> = children.map(|member| member.owner).collect();
        self.owners().difference(&parents).copied().collect()
    }

    /// The groups of runs whose leaders were reaped. Where /proc cannot be read, nothing else of such a run is known.
    pub(super) fn groups_without_leader(&self) -> Vec<Pid> {
        let has_lost = |(id, group): &(&Pid, &Group)| group.is_runs && !leads(&self.members, **id);
        self.groups.iter().filter(has_lost).map(|(id, _)| *id).collect()
    }

    /// Whether a run whose leader was reaped has its group still.
    pub(super) fn has_group(&self, run: u64) -> bool {
        self.groups.values().any(|group| group.is_runs && group.owner == Owner::Run(run))
    }

    /// There is no such group any more.
    pub(super) fn group_ended(&mut self, group: Pid) {
        self.groups.remove(&group);
    }

    /// The living processes of `owner`, and their names.
    pub(super) fn living(&self, owner: Owner) -> Vec<Named> {
        let lives = |member: &Member| member.owner == owner && !member.is_zombie;
        let living = self.members.iter().filter(|(_, member)| lives(member));
        living.map(|(pid, member)| (*pid, member.name.clone())).collect()
    }

    /// Makes all that is `from`'s `to`'s.
    pub(super) fn hand_over(&mut self, from: Owner, to: Owner) {
        for member in self.members_of(from) {
            member.owner = to;
        }
        self.groups.retain(|_, group| group.owner != from);
    }

    fn members_of(&mut self, owner: Owner) -> impl Iterator<Item = &mut Member> {
        self.members.values_mut().filter(move |member| member.owner == owner)
    }
}

/// Whether a run's leader with this pid is known, and so not reaped.
fn leads(members: &BTreeMap<Pid, Member>, pid: Pid) -> bool {
    members.get(&pid).is_some_and(|member| member.is_leader)
}
